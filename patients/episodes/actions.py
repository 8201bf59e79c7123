"""Admit people, move them between sites and programs, discharge them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db.models import Choices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.models import Site, User, UserKind
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Reason, Refused
from patients.episodes.events import PatientAdmitted, PatientDischarged, PatientTransferred
from patients.episodes.models import (
    AdmissionFacts,
    AppointmentAnswer,
    ContactAnswer,
    DischargeReason,
    Episode,
    LeavingBasis,
    LeavingPlan,
    MedicationAnswer,
    NaloxoneAnswer,
    ReferralSource,
    SubstanceTold,
)
from patients.episodes.queries import facts_of_stay, locked_episode, standing_of
from patients.episodes.rules import (
    ASKED,
    LEAVING_SOURCE,
    AdmissionProblem,
    AgainstRecord,
    EndProblem,
    LeavingAnswers,
    LeavingProblem,
    Stay,
    Told,
    admission_problems,
    against_the_record,
    completed,
    completed_substance,
    end_problems,
    leaving_problems,
    missing_facts,
    wrong_ages,
    wrong_numbers,
)
from patients.record.actions import change_patient
from patients.record.models import Patient
from patients.record.queries import locked

ANSWERS: dict[str, type[Choices]] = {
    "medication": MedicationAnswer,
    "naloxone": NaloxoneAnswer,
    "appointment": AppointmentAnswer,
    "contact": ContactAnswer,
}

OPEN_QUESTIONS = {
    LeavingProblem.MEDICATION: gettext_lazy("Say how the medication goes on: who continues it, bridged until when, or why not."),
    LeavingProblem.MEDICATION_BY: gettext_lazy("Write who continues the medication."),
    LeavingProblem.BRIDGE_UNTIL: gettext_lazy("Say until which day the medication is bridged; the day is not before the discharge."),
    LeavingProblem.MEDICATION_WORDS: gettext_lazy("Write why the medication does not go on."),
    LeavingProblem.NALOXONE: gettext_lazy("Say whether the person leaves with naloxone in hand."),
    LeavingProblem.NALOXONE_WORDS: gettext_lazy("Write why the person leaves without naloxone."),
    LeavingProblem.APPOINTMENT: gettext_lazy("Say where and when the next appointment is, or why there is none."),
    LeavingProblem.APPOINTMENT_WHERE: gettext_lazy("Write where the next appointment is."),
    LeavingProblem.APPOINTMENT_ON: gettext_lazy("Say on which day the next appointment is; it is not before the discharge."),
    LeavingProblem.APPOINTMENT_WORDS: gettext_lazy("Write why there is no next appointment."),
    LeavingProblem.CONTACT: gettext_lazy("Say how somebody keeps in contact after 7 and after 30 days, or why nobody does."),
    LeavingProblem.CONTACT_HOW: gettext_lazy("Write how and when the person wants to be called."),
    LeavingProblem.CONTACT_WORDS: gettext_lazy("Write why nobody calls."),
}
"""What somebody hears who discharges without an answer, at the field where it belongs."""


@action(Can.ADMIT_PATIENT)
def admit_patient(
    *, patient: Patient, site: Site, admitted_on: date, by: User, at: datetime, referral_source: str = ReferralSource.UNKNOWN
) -> Episode:
    """Take a person into care at a site; a program has each person once at a time."""
    row = locked(patient)
    stays = list(Episode.objects.filter(patient=row, program_id=site.program_id).select_related("site"))
    reasons = _against_admission(row, site, admitted_on, stays, at)
    if referral_source not in ReferralSource.values:
        reasons.append(Reason(_("Choose who sent the person."), field="referral_source"))
    if reasons:
        raise Refused(*reasons)
    episode = Episode.objects.create(
        patient=row,
        program_id=site.program_id,
        site=site,
        admitted_on=admitted_on,
        referral_source=referral_source,
        recorded_at=at,
        recorded_by=by,
    )
    _open_facts(episode, None, by, at)
    record_fact(PatientAdmitted(episode_id=episode.pk, patient_id=row.pk), at=at)
    return episode


@action(Can.ADMIT_PATIENT)
def transfer_patient(*, episode: Episode, to_site: Site, on: date, by: User, at: datetime) -> Episode:
    """Move a person to another site, or to another program of the house: one stay ends, the next begins the same day.

    The chart is the same; consents stay as they were signed, each for the program that it names.
    """
    former = locked_episode(episode)
    reasons = [*_against_end(former, on, at), *_against_site(former, to_site, on, by, at)]
    if reasons:
        raise Refused(*reasons)
    _write_plan(former, LeavingBasis.MOVED, LeavingAnswers(), None, by, at)
    former.discharged_on, former.discharge_reason = on, DischargeReason.TRANSFERRED
    former.save(update_fields=["discharged_on", "discharge_reason"])
    stay = Episode.objects.create(
        patient=former.patient,
        program_id=to_site.program_id,
        site=to_site,
        admitted_on=on,
        referral_source=former.referral_source,
        transferred_from=former,
        recorded_at=at,
        recorded_by=by,
    )
    _open_facts(stay, former, by, at)
    record_fact(PatientTransferred(episode_id=stay.pk, patient_id=stay.patient_id), at=at)
    return stay


@action(Can.DISCHARGE_PATIENT)
def discharge_patient(
    *,
    episode: Episode,
    on: date,
    reason: str,
    by: User,
    at: datetime,
    note: str = "",
    caller: User | None = None,
    died_on: date | None = None,
    **answers: Any,
) -> Episode:
    """End a stay in care once medication, naloxone, next appointment and contact are answered; after a death only its day is asked.

    The care team ends with it, as a consequence of the fact recorded here.
    """
    row = locked_episode(episode)
    given = LeavingAnswers(**answers)
    basis = _basis(row, reason, given, by, on=on, today=at.astimezone(row.site.zone).date())
    reasons = _against_end(row, on, at)
    if reason not in DischargeReason.values:
        reasons.append(Reason(_("Choose why the stay ends."), field="reason"))
    if basis is LeavingBasis.ANSWERED and not any(found.code == EndProblem.ENDED_ALREADY for found in reasons):
        reasons += [*_against_leaving(given, caller, row, on), *_unsaid(given, note, row, on, at)]
    reasons += _against_unknown_day(row, reason, died_on, by)
    if reasons:
        raise Refused(*reasons)
    if reason == DischargeReason.DIED and died_on is not None:
        change_patient(patient=row.patient, deceased_on=died_on, by=by, at=at)
    _write_plan(row, basis, given, caller, by, at)
    row.discharged_on, row.discharge_reason, row.discharge_note = on, reason, note.strip()
    row.save(update_fields=["discharged_on", "discharge_reason", "discharge_note"])
    record_fact(PatientDischarged(episode_id=row.pk, patient_id=row.patient_id), at=at)
    return row


@action(Can.ADMIT_PATIENT)
def record_admission_facts(
    *, episode: Episode, by: User, at: datetime, substances: Sequence[Told] | None = None, **facts: str
) -> AdmissionFacts:
    """Write down what was asked at an admission; what nobody asked stays open and is listed, and unknown is an answer."""
    stay = locked_episode(episode)
    row = facts_of_stay(stay) or AdmissionFacts(episode=stay, recorded_at=at, recorded_by=by)
    told = _told_of(row) if substances is None else [completed_substance(each) for each in substances]
    if reasons := _against_facts(stay, facts, told):
        raise Refused(*reasons)
    known = completed({**{name: getattr(row, name) for name in ASKED}, **facts}, sex=stay.patient.sex, source=stay.referral_source)
    for name, value in known.items():
        setattr(row, name, value)
    row.missing = missing_facts(known, told)
    row.save()
    if substances is not None:
        _write_substances(row, told, by, at)
    return row


@action(Can.ADMIT_PATIENT)
def note_days_waited(*, episode: Episode, days: int, by: User, at: datetime) -> int:
    """Note how long a person had waited for this admission, unless it is known already; return how many rows it changed."""
    return AdmissionFacts.objects.filter(episode=episode, days_waited__isnull=True).update(days_waited=days)


def _open_facts(stay: Episode, former: Episode | None, by: User, at: datetime) -> None:
    """Begin the facts of an admission: all open, or as they were told at the stay from which the person comes."""
    known = facts_of_stay(former) if former is not None else None
    facts = {name: getattr(known, name) for name in ASKED} if known is not None else dict.fromkeys(ASKED, "")
    facts = completed(facts, sex=stay.patient.sex, source=stay.referral_source)
    told = _told_of(known) if known is not None else []
    row = AdmissionFacts.objects.create(episode=stay, **facts, missing=missing_facts(facts, told), recorded_at=at, recorded_by=by)
    if told:
        _write_substances(row, told, by, at)


def _told_of(row: AdmissionFacts) -> list[Told]:
    """Return the substances that are on the record already."""
    return [Told(**each) for each in row.substances.values("substance", "route", "frequency", "first_use")] if row.pk else []


def _write_substances(row: AdmissionFacts, told: Sequence[Told], by: User, at: datetime) -> None:
    """Keep these substances in their order, and no others."""
    row.substances.filter(rank__gt=len(told)).delete()
    SubstanceTold.objects.bulk_create(
        [SubstanceTold(facts=row, rank=rank, **asdict(each), recorded_at=at, recorded_by=by) for rank, each in enumerate(told, start=1)],
        update_conflicts=True,
        unique_fields=["facts", "rank"],
        update_fields=["substance", "route", "frequency", "first_use"],
    )


def _write_plan(row: Episode, basis: LeavingBasis, given: LeavingAnswers, caller: User | None, by: User, at: datetime) -> None:
    """Write the plan that the end of a stay rests on; the database refuses the end without it."""
    calls = caller if given.contact == ContactAnswer.CALL else None
    told = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(given).items()}
    LeavingPlan.objects.create(episode=row, basis=basis, **told, caller=calls, recorded_at=at, recorded_by=by)


def _basis(row: Episode, reason: str, given: LeavingAnswers, by: User, *, on: date, today: date) -> LeavingBasis:
    """Return on what the end of this stay rests.

    A stay that another system told of, and that ended there in the past, asks nobody here; any other end by any door is answered for.
    """
    if reason == DischargeReason.DIED:
        return LeavingBasis.DIED
    taken_over = by.kind == UserKind.SYSTEM and row.recorded_by_id == by.pk and on < today
    return LeavingBasis.ELSEWHERE if taken_over and given == LeavingAnswers() else LeavingBasis.ANSWERED


def _against_unknown_day(row: Episode, reason: str, died_on: date | None, by: User) -> list[Reason]:
    """Ask for the day of a death that is on no record: without it, messages would still go out. Another system's word is taken as it is."""
    is_known = row.patient.deceased_on is not None or died_on is not None or by.kind == UserKind.SYSTEM
    if reason != DischargeReason.DIED or is_known:
        return []
    text = _(
        "Say on which day this person died, so that nobody writes to them. If nobody knows it, write the day on which you learned of it."
    )
    return [Reason(text, field="died_on", code="died_when")]


def _against_leaving(given: LeavingAnswers, caller: User | None, row: Episode, on: date) -> list[Reason]:
    """Return in sentences which of the four questions are open."""
    reasons = [
        Reason(str(OPEN_QUESTIONS[problem]), field=problem.value, code=f"open_{problem}", source=LEAVING_SOURCE)
        for problem in leaving_problems(given, on=on)
    ]
    for name, choices in ANSWERS.items():
        if getattr(given, name) and getattr(given, name) not in choices.values:
            reasons.append(Reason(_("Choose one of the answers."), field=name))
    if caller is not None and not caller.may(Can.WRITE_TASK, program_id=row.program_id):
        reasons.append(Reason(_("%(name)s does not do casework in this program.") % {"name": caller}, field="caller"))
    return reasons


def _unsaid(given: LeavingAnswers, note: str, row: Episode, on: date, at: datetime) -> list[Reason]:
    """Ask for words where an answer stands against the record; nobody is kept here by it, and with words it holds."""
    standing = standing_of(row, on=on, at=at)
    words = {
        AgainstRecord.CONCERN: _("A safety concern is open. Write in the note what was done, and who sees to it after the discharge."),
        AgainstRecord.MEDICATION: _("%(orders)s is ordered here. Write why the person takes none, or choose how it goes on.")
        % {"orders": ", ".join(standing.orders)},
        AgainstRecord.NALOXONE: _("No naloxone that is good is on record. Write which one the person has, or give one and write it down."),
    }
    fields = {
        AgainstRecord.CONCERN: "note",
        AgainstRecord.MEDICATION: "medication_words",
        AgainstRecord.NALOXONE: "naloxone_words",
    }
    found = against_the_record(given, note=note, standing=standing)
    return [Reason(words[each], field=fields[each], code=each, source=LEAVING_SOURCE) for each in found]


def _against_facts(stay: Episode, facts: Mapping[str, str], told: Sequence[Told]) -> list[Reason]:
    """Return what is no answer to its question."""
    if unknown := facts.keys() - set(ASKED):
        raise TypeError(f"An admission has no fact {sorted(unknown)}.")
    reasons = []
    for name in ASKED:
        column: Any = AdmissionFacts._meta.get_field(name)
        choices = column.choices
        if choices and facts.get(name) and facts[name] not in dict(choices):
            reasons.append(Reason(_("Choose one of the answers."), field=name))
    for name in wrong_numbers(facts):
        reasons.append(Reason(_("Write a number, 97 when it is unknown, or leave it empty."), field=name))
    for rank in wrong_ages(told, age=stay.patient.age_on(stay.admitted_on)):
        reasons.append(Reason(_("Write an age in years that the person has reached, or 97 when it is unknown."), field=f"first_use_{rank}"))
    return reasons


def _against_site(former: Episode, to_site: Site, on: date, by: User, at: datetime) -> list[Reason]:
    """Return what stands against moving somebody to this site."""
    reasons = []
    if to_site.pk == former.site_id:
        reasons.append(Reason(_("The person is at this site already."), field="to_site"))
    if not to_site.is_active:
        reasons.append(Reason(_("This site is closed."), field="to_site"))
    if to_site.program_id == former.program_id:
        return reasons
    if not by.may(Can.ADMIT_PATIENT, program_id=to_site.program_id):
        text = _("This site belongs to another program, in which you admit nobody. Ask somebody who does to take the person over.")
        return [*reasons, Reason(text, field="to_site", code="no_right_there", source="42 CFR 2.12(c)(3)")]
    stays = list(Episode.objects.filter(patient=former.patient, program_id=to_site.program_id).select_related("site"))
    against = _against_admission(former.patient, to_site, on, stays, at)
    return reasons + [Reason(found.text, field="on", code=found.code) for found in against if found.code]


def _against_admission(patient: Patient, site: Site, admitted_on: date, episodes: list[Episode], at: datetime) -> list[Reason]:
    """Return in sentences what stands against an admission."""
    problems = admission_problems(
        admitted_on=admitted_on,
        today=at.astimezone(site.zone).date(),
        stays=[Stay(episode.admitted_on, episode.discharged_on) for episode in episodes],
        birth_date=patient.birth_date,
        deceased_on=patient.deceased_on,
    )
    current = next((episode for episode in episodes if episode.is_open), None)
    where = {
        "site": current.site if current else "",
        "since": date_format(current.admitted_on, "DATE_FORMAT") if current else "",
    }
    words = {
        AdmissionProblem.IN_CARE: _("This person is in care at %(site)s since %(since)s. Transfer them, or discharge them there first.")
        % where,
        AdmissionProblem.OVERLAPS_EARLIER_STAY: _("This person was in care on that day or later. Choose a day after the last discharge."),
        AdmissionProblem.IN_FUTURE: _("The day of admission lies in the future."),
        AdmissionProblem.BEFORE_BIRTH: _("The day of admission is before the date of birth."),
        AdmissionProblem.AFTER_DEATH: _("The record says that this person died before that day."),
    }
    reasons = [Reason(words[problem], field="admitted_on", code=problem) for problem in problems]
    return reasons if site.is_active else [*reasons, Reason(_("This site is closed."), field="site")]


def _against_end(episode: Episode, on: date, at: datetime) -> list[Reason]:
    """Return in sentences what stands against the end of a stay."""
    stay = Stay(episode.admitted_on, episode.discharged_on)
    since = {"since": date_format(episode.admitted_on, "DATE_FORMAT")}
    words = {
        EndProblem.ENDED_ALREADY: _("This stay has ended already. Somebody was quicker; look at the record again."),
        EndProblem.BEFORE_ADMISSION: _("The day is before the admission on %(since)s.") % since,
        EndProblem.IN_FUTURE: _("The day lies in the future."),
    }
    problems = end_problems(stay=stay, on=on, today=at.astimezone(episode.site.zone).date())
    return [Reason(words[problem], field="" if problem is EndProblem.ENDED_ALREADY else "on", code=problem) for problem in problems]
