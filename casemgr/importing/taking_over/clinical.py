"""Take over what people have, what was measured and answered, what they take, where they were seen."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from casemgr.importing.mapping.consents import ConsentDraft
from casemgr.importing.mapping.observations import AnswersFacts, ObservationFacts
from casemgr.importing.mapping.visits import MeetingFacts, VisitFacts
from casemgr.importing.parsing import Entry
from casemgr.importing.taking_over.work import Work
from patients.consent.papers.actions import Told, take_over_consents_in_bulk
from patients.diagnoses.actions import take_over_diagnoses_in_bulk
from patients.diagnoses.models import Diagnosis
from patients.health.allergies.actions import take_over_allergies_in_bulk
from patients.health.allergies.models import Allergy
from patients.record.models import Patient
from patients.screenings.actions import take_over_answers_in_bulk, take_over_observations_in_bulk
from patients.screenings.models import Observation, QuestionnaireAnswers
from patients.screenings.queries import Told as ToldElsewhere
from patients.screenings.queries import alarms_in, is_alarming_now
from patients.screenings.rules import ANSWER_CALLS_WITHIN
from treatment_plans.appointments.actions import settle_appointment, take_over_appointments_in_bulk
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.medication.actions import take_over_statements_in_bulk
from treatment_plans.medication.models import MedicationStatement
from treatment_plans.sessions.actions import take_over_visits_in_bulk
from treatment_plans.sessions.models import Session

Placed = tuple[int, Entry]
TOO_LATE = f"more than {ANSWER_CALLS_WITHIN.days} days ago or of somebody who has died"


@dataclass(frozen=True)
class Step:
    """Join kinds of entries with the row that holds one and the verb that writes many."""

    kinds: tuple[str, ...]
    holds: type
    row: Callable[[Work, int, Any], Any]
    verb: Callable[..., list[Any]]
    may_alarm: bool = False
    """Whether an entry may tell that somebody is in danger, for which the program is asked."""


def take_over_clinical(work: Work) -> None:
    """Take over everything clinical, person by person and kind by kind, in one statement for many rows."""
    for step in STEPS:
        for patient, new, changed in work.by_patient(*step.kinds):
            new, changed = _held(step, new), _held(step, changed)
            if not (new or changed):
                continue
            made = [step.row(work, place, entry.facts) for place, entry in new]
            put_right = [_known(step, work, place, entry) for place, entry in changed]
            where = {"program": work.site.program} if step.may_alarm else {}
            rows = step.verb(patient=patient, new=made, changed=put_right, by=work.by, at=work.at, **where)
            work.comparison.rows |= {place: row.pk for (place, _entry), row in zip(new, rows, strict=True)}
            if step.may_alarm:
                _say_of_danger(work, patient, zip([*new, *changed], [*made, *put_right], strict=True))
    for appointment in Appointment.objects.filter(pk__in=work.comparison.kept, state=AppointmentState.BOOKED, starts_at__lte=work.at):
        settle_appointment(appointment=appointment, state=AppointmentState.KEPT, by=work.by, at=work.at)


def _say_of_danger(work: Work, patient: Patient, told: Iterable[tuple[Placed, ToldElsewhere]]) -> None:
    """Say in the report which answers about safety called nobody: those that are too old to act on, and those that cannot be read."""
    for (place, _entry), row in told:
        alarms = alarms_in(row)
        if is_alarming_now(row, patient, work.at):
            work.say(place, "holds an answer about safety that calls for somebody now; a safety concern was opened or joined")
        elif any(answer.value for answer in alarms):
            work.say(place, f"holds an answer about safety that was not no, {TOO_LATE}; nobody was called: look at it with the person")
        if any(answer.value is None for answer in alarms):
            work.say(place, "answers a question about safety in words that cannot be read here; nobody was called for it: look at it")


def _held(step: Step, entries: list[Placed]) -> list[Placed]:
    return [(place, entry) for place, entry in entries if isinstance(entry.facts, step.holds)]


def _known(step: Step, work: Work, place: int, entry: Entry) -> Any:
    """Return the row under the key that it has already."""
    row = step.row(work, place, entry.facts)
    held = row[0] if isinstance(row, tuple) else row
    held.pk = work.comparison.rows[place]
    return row


def _diagnosis(work: Work, place: int, facts: Any) -> Diagnosis:
    return Diagnosis(**asdict(facts))


def _allergy(work: Work, place: int, facts: Any) -> Allergy:
    return Allergy(program=work.site.program, **asdict(facts))


def _observation(work: Work, place: int, facts: ObservationFacts) -> Observation:
    return Observation(
        kind=facts.kind,
        code_system=facts.code_system,
        code=facts.code,
        title=facts.title,
        observed_at=facts.observed_at,
        value_number=facts.value.number,
        value_unit=facts.value.unit,
        value_code=facts.value.code,
        value_text=facts.value.text,
        components=list(facts.components),
        status=facts.status,
    )


def _answers(work: Work, place: int, facts: AnswersFacts) -> QuestionnaireAnswers:
    return QuestionnaireAnswers(
        questionnaire=facts.questionnaire,
        title=facts.title,
        answered_at=facts.answered_at,
        answers=list(facts.answers),
        total=facts.total,
        status=facts.status,
    )


def _statement(work: Work, place: int, facts: Any) -> MedicationStatement:
    return MedicationStatement(**asdict(facts))


def _visit(work: Work, place: int, facts: VisitFacts) -> tuple[Session, int | None]:
    session = Session(site=work.site, title=facts.title, modality=facts.modality, starts_at=facts.starts_at, ends_at=facts.ends_at)
    return session, facts.minutes


def _meeting(work: Work, place: int, facts: MeetingFacts) -> Appointment:
    return Appointment(
        site=work.site,
        clinician_id=work.comparison.clinicians[place],
        kind=facts.kind,
        starts_at=facts.starts_at,
        ends_at=facts.ends_at,
        state=facts.state,
        note=facts.note,
    )


def _consent(work: Work, place: int, facts: ConsentDraft) -> Told:
    return Told(work.site.program, facts.facts, facts.recipients)


STEPS = (
    Step(("Condition",), object, _diagnosis, take_over_diagnoses_in_bulk),
    Step(("AllergyIntolerance",), object, _allergy, take_over_allergies_in_bulk),
    Step(("Observation",), ObservationFacts, _observation, take_over_observations_in_bulk, may_alarm=True),
    Step(("Consent",), ConsentDraft, _consent, take_over_consents_in_bulk),
    Step(("QuestionnaireResponse",), AnswersFacts, _answers, take_over_answers_in_bulk, may_alarm=True),
    Step(("MedicationRequest", "MedicationAdministration"), object, _statement, take_over_statements_in_bulk),
    Step(("Encounter",), VisitFacts, _visit, take_over_visits_in_bulk),
    Step(("Appointment", "Encounter"), MeetingFacts, _meeting, take_over_appointments_in_bulk),
)
