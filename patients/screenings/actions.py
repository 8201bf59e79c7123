"""Record what was measured, answered and tested."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.instruments.data import known
from patients.record.models import Patient
from patients.record.queries import locked
from patients.safety.actions import note_answer
from patients.screenings.models import Observation, ObservationKind, QuestionnaireAnswers
from patients.screenings.queries import Told, alarms_in, answered_at_of, is_alarming_now, program_told_by, ref_of_told, words_beside
from patients.screenings.rules import ANSWER_STATUSES, LOINC, PHQ9_TOTAL, STATUSES, ObservationProblem, observation_problems, score_of


@action(Can.RECORD_SCREENING)
def record_observation(
    *,
    patient: Patient,
    kind: str,
    code: str,
    title: str,
    observed_at: datetime,
    by: User,
    at: datetime,
    code_system: str = LOINC,
    value_number: Decimal | None = None,
    value_unit: str = "",
    value_code: str = "",
    value_text: str = "",
    components: Sequence[Any] = (),
    status: str = "final",
) -> Observation:
    """Record one measured fact: a score, a laboratory result, a vital sign."""
    observation = Observation(
        patient=patient,
        kind=kind,
        code_system=code_system,
        code=code.strip(),
        title=title.strip(),
        observed_at=observed_at,
        value_number=value_number,
        value_unit=value_unit,
        value_code=value_code,
        value_text=value_text,
        components=list(components),
        status=status,
        recorded_at=at,
        recorded_by=by,
    )
    if reasons := _against_observation(observation, at):
        raise Refused(*reasons)
    observation.save(force_insert=True)
    _tell_of_danger(patient, None, [observation], by=by, at=at)
    return observation


@action(Can.RECORD_SCREENING)
def record_answers(
    *,
    patient: Patient,
    questionnaire: str,
    title: str,
    answered_at: datetime,
    answers: Sequence[Any],
    by: User,
    at: datetime,
    total: Decimal | None = None,
    status: str = "completed",
) -> QuestionnaireAnswers:
    """Record the answers to a questionnaire as they were given; one that asks for safety is told as if it were given here."""
    checks = (
        (not questionnaire, "questionnaire", _("Say which questionnaire was answered.")),
        (answered_at > at, "answered_at", _("The moment lies in the future.")),
        (status not in ANSWER_STATUSES, "status", _("Choose one of the entries.")),
    )
    row = QuestionnaireAnswers(
        patient=patient,
        questionnaire=questionnaire,
        title=title,
        answered_at=answered_at,
        answers=list(answers),
        total=total,
        status=status,
        recorded_at=at,
        recorded_by=by,
    )
    reasons = [Reason(text, field=field) for holds, field, text in checks if holds]
    if reasons := [*reasons, *_unreadable(row, "answers")]:
        raise Refused(*reasons)
    row.save(force_insert=True)
    _tell_of_danger(patient, None, [row], by=by, at=at)
    return row


@action(Can.RECORD_SCREENING)
def take_over_observations_in_bulk(
    *,
    patient: Patient,
    new: Sequence[Observation],
    changed: Sequence[Observation],
    by: User,
    at: datetime,
    program: Program | None = None,
) -> list[Observation]:
    """Take over what was measured elsewhere, as it is told; who answered that they may be in danger is seen to by this program."""
    if any(row.kind not in ObservationKind.values or row.status not in STATUSES or not row.code for row in (*new, *changed)):
        raise Refused(_("Each measured fact needs its kind, its code and its status."))
    held = set(
        Observation.objects.select_for_update().filter(patient=patient, pk__in=[row.pk for row in changed]).values_list("pk", flat=True)
    )
    fields = ["kind", "code_system", "code", "title", "observed_at", "components", "status"]
    fields += ["value_number", "value_unit", "value_code", "value_text"]
    Observation.objects.bulk_update([row for row in changed if row.pk in held], fields, batch_size=500)
    for row in new:
        row.patient, row.recorded_at, row.recorded_by = patient, at, by
    made = Observation.objects.bulk_create(new, batch_size=2000)
    _tell_of_danger(patient, program, [*(row for row in changed if row.pk in held), *made], by=by, at=at)
    return made


@action(Can.RECORD_SCREENING)
def take_over_answers_in_bulk(
    *,
    patient: Patient,
    new: Sequence[QuestionnaireAnswers],
    changed: Sequence[QuestionnaireAnswers],
    by: User,
    at: datetime,
    program: Program | None = None,
) -> list[QuestionnaireAnswers]:
    """Take over questionnaires answered elsewhere, as they are told; who may be in danger is seen to by this program."""
    if any(not row.questionnaire or row.status not in ANSWER_STATUSES for row in (*new, *changed)):
        raise Refused(_("Each set of answers needs its questionnaire and its status."))
    mine = QuestionnaireAnswers.objects.select_for_update().filter(patient=patient, pk__in=[row.pk for row in changed])
    held = set(mine.values_list("pk", flat=True))
    fields = ["questionnaire", "title", "answered_at", "answers", "total", "status"]
    QuestionnaireAnswers.objects.bulk_update([row for row in changed if row.pk in held], fields, batch_size=500)
    for row in new:
        row.patient, row.recorded_at, row.recorded_by = patient, at, by
    made = QuestionnaireAnswers.objects.bulk_create(new, batch_size=2000)
    _tell_of_danger(patient, program, [*(row for row in changed if row.pk in held), *made], by=by, at=at)
    return made


def _tell_of_danger(patient: Patient, program: Program | None, rows: Sequence[Told], *, by: User, at: datetime) -> None:
    """Tell of answers about safety that are recent enough to act on, as if they were given here; the same answer told twice calls once.

    Telling never undoes the record: where whoever recorded it holds no right in the program that is told, the system tells of it.
    """
    alarming = [row for row in rows if is_alarming_now(row, patient, at)]
    if not alarming:
        return
    where = program or program_told_by(by, locked(patient))
    teller = by if by.may(Can.RECORD_SCREENING, program_id=where.pk) else User.objects.system()
    for row in alarming:
        day = answered_at_of(row).astimezone(where.zone).date().isoformat()
        for answer in alarms_in(row):
            if answer.value:
                note_answer(
                    patient=patient,
                    program=where,
                    instrument=answer.instrument,
                    item=answer.item,
                    answer=answer.value,
                    assessment_ref=ref_of_told(row),
                    words=_words_beside(row, day),
                    by=teller,
                    at=at,
                )


def _words_beside(row: Told, day: str) -> str:
    """Return what stands beside an answer that was not given here."""
    is_total = isinstance(row, Observation) and row.code == PHQ9_TOTAL and not row.components
    return words_beside(day, only_total=int(row.value_number or 0) if is_total and isinstance(row, Observation) else None)


def _against_observation(observation: Observation, at: datetime) -> list[Reason]:
    """Return in sentences what is missing or impossible in a measured fact."""
    score = score_of(observation.code_system, observation.code)
    span = {"lowest": score.lowest if score else "", "highest": score.highest if score else ""}
    words = {
        ObservationProblem.NO_VALUE: _("Enter the result."),
        ObservationProblem.OUT_OF_RANGE: _("This total goes from %(lowest)s to %(highest)s.") % span,
    }
    problems = observation_problems(
        code_system=observation.code_system,
        code=observation.code,
        status=observation.status,
        number=observation.value_number,
        has_other_value=bool(observation.value_code or observation.value_text or observation.components),
    )
    checks = (
        (not (observation.code and observation.title), "code", _("Choose what was measured.")),
        (observation.kind not in ObservationKind.values, "kind", _("Choose one of the entries.")),
        (observation.status not in STATUSES, "status", _("Choose one of the entries.")),
        (observation.observed_at > at, "observed_at", _("The moment lies in the future.")),
    )
    reasons = [Reason(text, field=field) for holds, field, text in checks if holds]
    reasons += [Reason(words[problem], field="value_number", code=problem) for problem in problems]
    return reasons + _unreadable(observation, "value_text")


def _unreadable(row: Told, field: str) -> list[Reason]:
    """Return which answers about safety cannot be read, so that whoever records them says them in words that call somebody."""
    unread = next((answer for answer in alarms_in(row) if answer.value is None), None)
    told = known(unread.instrument) if unread else None
    item = told.item(unread.item) if told and unread else None
    if told is None or item is None:
        return []
    answers = "; ".join(f"{value} - {words}" for value, words in told.in_language(get_language() or "en").labels(item))
    words = _("This question asks about safety, and nobody would be called, for this answer cannot be read. Write one of these: %(known)s.")
    return [Reason(words % {"known": answers}, field=field, code="unreadable")]
