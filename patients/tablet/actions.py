"""Issue a link, open it once, take answers through it, end it. All of it is done in the name of whoever issued the link."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Reason, Refused
from patients.caseload.queries import patients_seen_by
from patients.instruments.data import known
from patients.instruments.rules import score
from patients.record.models import Patient
from patients.screenings.assessing.actions import complete_assessment, save_answers, start_assessment
from patients.screenings.models import Assessment, AssessmentMode
from patients.tablet.events import TabletHandedBack, TabletLinkWaits
from patients.tablet.models import TabletEnding, TabletLink
from patients.tablet.queries import assessments_of, locked_link
from patients.tablet.rules import ANSWERS_WITHIN, OPENS_WITHIN, LinkProblem, is_about_safety, open_until, problem_with_opening

MOST_AT_ONCE = 6
"""Instruments on one tablet; more is too much for one sitting. Program policy."""


@action(Can.RECORD_SCREENING)
def issue_tablet_link(
    *, patient: Patient, program: Program, instruments: Sequence[str], by: User, at: datetime, language: str = "en"
) -> TabletLink:
    """Issue a link under which a person answers these instruments alone; the drafts begin at once."""
    chosen = list(dict.fromkeys(instruments))
    if not chosen or len(chosen) > MOST_AT_ONCE:
        raise Refused(Reason(_("Choose one to six questionnaires."), field="instruments"))
    if any((told := known(one)) is None or not told.may_be_on_tablet for one in chosen):
        raise Refused(Reason(_("One of these is asked by staff only, or its text may not be shown."), field="instruments"))
    drafts = [
        start_assessment(patient=patient, program=program, instrument=one, language=language, mode=AssessmentMode.TABLET, by=by, at=at)
        for one in chosen
    ]
    link = TabletLink.objects.create(
        patient=patient,
        program=program,
        assessments=[draft.pk for draft in drafts],
        language=language,
        expires_at=at + OPENS_WITHIN,
        recorded_at=at,
        recorded_by=by,
    )
    _look_again(link, at=at)
    return link


@action(Can.RECORD_SCREENING)
def open_tablet_link(*, link: TabletLink, language: str, by: User, at: datetime) -> TabletLink:
    """Open a link, once; whoever issued it must still be able to see the person."""
    row = locked_link(link)
    said = {
        LinkProblem.USED: _("This link was opened already. Ask for a new one."),
        LinkProblem.ENDED: _("This link has ended. Ask for a new one."),
        LinkProblem.TOO_OLD: _("This link is too old. Ask for a new one."),
    }
    problem = problem_with_opening(
        expires_at=row.expires_at, was_opened=row.opened_at is not None, has_ended=row.ended_at is not None, at=at
    )
    if problem is None and not patients_seen_by(by, can=Can.RECORD_SCREENING).filter(pk=row.patient_id).exists():
        problem = LinkProblem.ENDED
    if problem is not None:
        raise Refused(Reason(said[problem], code=problem))
    row.opened_at, row.expires_at, row.language = at, at + ANSWERS_WITHIN, language
    row.save(update_fields=["opened_at", "expires_at", "language"])
    _look_again(row, at=at)
    return row


@action(Can.RECORD_SCREENING)
def answer_alone(*, link: TabletLink, assessment: Assessment, item: str, value: Any, by: User, at: datetime) -> Assessment:
    """Keep one answer that the person gave through this link; it is kept at once, though the rest may never come.

    Each answer keeps the questions open. One about safety is kept also when it comes shortly after the time is over.
    """
    row = locked_link(link)
    told = known(assessment.instrument)
    is_heard = row.hears_safety(at) and told is not None and is_about_safety(told, item)
    if not (row.is_open(at) or is_heard) or assessment.pk not in row.assessments:
        raise Refused(_("This link has ended. Ask for a new one."))
    _keep_open(row, at=at)
    return save_answers(assessment=assessment, answers={item: value}, by=by, at=at, alone=True)


@action(Can.RECORD_SCREENING)
def end_tablet_link(*, link: TabletLink, ending: str, by: User, at: datetime) -> TabletLink:
    """End a link, complete what is complete, and tell whoever issued it; what is still open stays a draft."""
    row = locked_link(link)
    if row.ended_at is not None:
        return row
    row.ended_at, row.ending = at, TabletEnding(ending)
    row.save(update_fields=["ended_at", "ending"])
    if ending != TabletEnding.WITHDRAWN:
        for assessment in assessments_of(row):
            _complete(assessment, by=by, at=at)
        record_fact(TabletHandedBack(link_id=row.pk, patient_id=row.patient_id), at=at, key=f"tablet:{row.pk}")
    return row


def _keep_open(link: TabletLink, *, at: datetime) -> None:
    """Let the questions stay open after an answer, and have the link looked at when that time is over."""
    until = open_until(opened_at=link.opened_at or at, expires_at=link.expires_at, at=at)
    if until > link.expires_at:
        link.expires_at = until
        link.save(update_fields=["expires_at"])
        _look_again(link, at=at)


def _look_again(link: TabletLink, *, at: datetime) -> None:
    """Have a link looked at once its time is over."""
    record_fact(TabletLinkWaits(link_id=link.pk, patient_id=link.patient_id), at=at, due_at=link.expires_at)


def _complete(assessment: Assessment, *, by: User, at: datetime) -> None:
    """Complete an assessment if nothing is missing."""
    told = known(assessment.instrument)
    if told is not None and assessment.is_draft and assessment.answers and score(told, assessment.answers).is_complete:
        complete_assessment(assessment=assessment, by=by, at=at)
