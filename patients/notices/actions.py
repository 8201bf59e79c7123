"""Give the notice of privacy rights, and start the clock of those who do not have it; the only writer of notices given."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.deadlines.models import ClockKind
from casemgr.core.deadlines.recording import start_clock, start_clocks, stop_clocks_of_patient, subject_of
from casemgr.core.refusals import Reason, Refused
from patients.episodes.models import Episode
from patients.notices.models import Acknowledgement, NoticeGiven, NoticeMethod
from patients.notices.queries import OWED, has_notice, stays_to_remind_of
from patients.notices.rules import SOURCE, version_on, what_is_missing
from patients.record.models import Patient


@action(Can.GIVE_NOTICE)
def give_notice(
    *,
    patient: Patient,
    program: Program,
    version: str,
    language: str,
    given_on: date,
    method: str,
    acknowledgement: str,
    by: User,
    at: datetime,
    why_not: str = "",
) -> NoticeGiven:
    """Write down that a person was given the notice, and stop the clock that ran for it."""
    lacking = what_is_missing(
        version=version,
        language=language,
        acknowledgement=acknowledgement,
        why_not=why_not,
        given_on=given_on,
        today=at.astimezone(program.zone).date(),
    )
    reasons = [_said_of(name) for name in lacking]
    if method not in NoticeMethod.values:
        reasons.append(Reason(_("Say how the notice was given."), field="method"))
    if acknowledgement not in Acknowledgement.values:
        reasons.append(Reason(_("Say what the person answered."), field="acknowledgement"))
    if reasons:
        raise Refused(*reasons)
    given = NoticeGiven.objects.create(
        patient=patient,
        program=program,
        version=version,
        language=language,
        given_on=given_on,
        method=method,
        acknowledgement=acknowledgement,
        why_not=why_not.strip(),
        recorded_at=at,
        recorded_by=by,
    )
    if version == version_on(at.astimezone(program.zone).date()):
        stop_clocks_of_patient(kinds=OWED, patient_id=patient.pk, program=program, at=at, outcome=f"given: {version}")
    return given


@action(Can.ADMIT_PATIENT)
def owe_notice(*, episode: Episode, by: User, at: datetime) -> bool:
    """Start the clock of somebody who was admitted, unless they have the present notice of this program already."""
    today = at.astimezone(episode.program.zone).date()
    if not episode.is_open or has_notice(episode.patient_id, episode.program_id, version_on(today)):
        return False
    start_clock(
        kind=ClockKind.NOTICE_OWED,
        program=episode.program,
        subject=episode,
        patient_id=episode.patient_id,
        started_on=episode.admitted_on,
        at=at,
    )
    return True


@action(Can.DISCHARGE_PATIENT)
def owe_notice_no_longer(*, episode: Episode, by: User, at: datetime) -> int:
    """Stop the clocks of somebody who is in care no longer; return how many ran."""
    if Episode.objects.filter(patient=episode.patient_id, program=episode.program_id, discharged_on__isnull=True).exists():
        return 0
    return stop_clocks_of_patient(kinds=OWED, patient_id=episode.patient_id, program=episode.program, at=at, outcome="discharged")


@action(Can.RUN_SCHEDULE)
def owe_notices(*, program: Program, by: User, at: datetime) -> int:
    """Start the clocks that are missing: of people who were taken over from elsewhere, and of all when there is a new version."""
    today = at.astimezone(program.zone).date()
    stays = list(stays_to_remind_of(program, today))
    for kind, had_one in ((ClockKind.NOTICE_OWED, False), (ClockKind.NOTICE_RENEWAL, True)):
        subjects = [(subject_of(stay), stay.patient_id) for stay in stays if stay.had_one is had_one]  # type: ignore[attr-defined]  # annotated
        if subjects:
            start_clocks(kind=kind, program=program, subjects=subjects, started_on=today, at=at)
    return len(stays)


def _said_of(missing: str) -> Reason:
    """Return the sentence for what is missing."""
    words = {
        "version": _("There is no such version of the notice."),
        "language": _("The notice is not there in this language."),
        "given_on": _("The notice cannot have been given on a day that has not come yet."),
        "why_not": _("Write why it was not signed: declined, or could not."),
    }
    return Reason(words[missing], field=missing, code=missing, source=SOURCE)
