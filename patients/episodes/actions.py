"""Admit people, move them between sites, discharge them."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Reason, Refused
from patients.episodes.events import PatientAdmitted, PatientDischarged, PatientTransferred
from patients.episodes.models import DischargeReason, Episode, ReferralSource
from patients.episodes.queries import locked_episode
from patients.episodes.rules import AdmissionProblem, EndProblem, Stay, admission_problems, end_problems
from patients.record.models import Patient
from patients.record.queries import locked


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
    record_fact(PatientAdmitted(episode_id=episode.pk, patient_id=row.pk), at=at)
    return episode


@action(Can.ADMIT_PATIENT)
def transfer_patient(*, episode: Episode, to_site: Site, on: date, by: User, at: datetime) -> Episode:
    """Move a person to another site of the program: one stay ends, the next begins the same day."""
    former = locked_episode(episode)
    reasons = _against_end(former, on, at)
    if to_site.pk == former.site_id:
        reasons.append(Reason(_("The person is at this site already."), field="to_site"))
    if to_site.program_id != former.program_id:
        text = _("This site belongs to another program. Discharge the person here and admit them there.")
        reasons.append(Reason(text, field="to_site"))
    if not to_site.is_active:
        reasons.append(Reason(_("This site is closed."), field="to_site"))
    if reasons:
        raise Refused(*reasons)
    former.discharged_on, former.discharge_reason = on, DischargeReason.TRANSFERRED
    former.save(update_fields=["discharged_on", "discharge_reason"])
    stay = Episode.objects.create(
        patient=former.patient,
        program_id=former.program_id,
        site=to_site,
        admitted_on=on,
        referral_source=former.referral_source,
        transferred_from=former,
        recorded_at=at,
        recorded_by=by,
    )
    record_fact(PatientTransferred(episode_id=stay.pk, patient_id=stay.patient_id), at=at)
    return stay


@action(Can.DISCHARGE_PATIENT)
def discharge_patient(*, episode: Episode, on: date, reason: str, by: User, at: datetime, note: str = "") -> Episode:
    """End a stay in care; the care team ends with it, as a consequence of the fact recorded here."""
    row = locked_episode(episode)
    reasons = _against_end(row, on, at)
    if reason not in DischargeReason.values:
        reasons.append(Reason(_("Choose why the stay ends."), field="reason"))
    if reasons:
        raise Refused(*reasons)
    row.discharged_on, row.discharge_reason, row.discharge_note = on, reason, note.strip()
    row.save(update_fields=["discharged_on", "discharge_reason", "discharge_note"])
    record_fact(PatientDischarged(episode_id=row.pk, patient_id=row.patient_id), at=at)
    return row


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
