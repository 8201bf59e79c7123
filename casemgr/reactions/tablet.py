"""React to a tablet that was given back, or never was: whoever handed it out hears of it."""

from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.reactions.owners import in_charge, may_take_on
from patients.screenings.models import Assessment, AssessmentState
from patients.tablet.events import TabletHandedBack, TabletLinkWaits
from patients.tablet.models import TabletLink
from referrals.casework.actions import add_task
from referrals.casework.models import TaskDomain, Urgency


def say_that_answers_are_in(event: TabletHandedBack, at: datetime) -> str:
    """Ask whoever handed the tablet out, or else whoever is in charge, to look at the answers with the person."""
    link = _link(event.link_id)
    title = _("Look at the answers from the tablet")
    detail = _("Some questions are still open: finish them together.") if _has_drafts(link) else _("All questions are answered.")
    return _ask(link, title, detail, key=f"tablet:{link.pk}", at=at)


def say_that_time_is_over(event: TabletLinkWaits, at: datetime) -> str:
    """Ask whoever made a link that nobody opened, or that nobody came to the end of, to see to it; what was asked is not named."""
    link = _link(event.link_id)
    if link.ended_at is not None or at < link.expires_at:
        return "silent: it was ended, or opened since"
    if link.patient.deceased_on is not None or not _has_drafts(link):
        return "silent: there is nothing left to answer"
    was_opened = link.opened_at is not None
    title = _("The questions on the tablet were not finished") if was_opened else _("A tablet link was not opened in time")
    again = _("Ask them together, or make a new link.")
    detail = _("What was answered is kept.") + " " + again if was_opened else again
    return _ask(link, title, detail, key=f"tablet:over:{link.pk}", at=at)


def _link(key: int) -> TabletLink:
    """Return a link with those whom the reactions ask for."""
    return TabletLink.objects.select_related("patient", "program", "recorded_by").get(pk=key)


def _has_drafts(link: TabletLink) -> bool:
    """Say whether anything is still to be answered."""
    return Assessment.objects.filter(pk__in=link.assessments, state=AssessmentState.DRAFT).exists()


def _ask(link: TabletLink, title: str, detail: str, *, key: str, at: datetime) -> str:
    """Make a task for whoever made the link, or else for whoever is in charge."""
    may = may_take_on(link.recorded_by, link.patient, link.program_id)
    task = add_task(
        patient=link.patient,
        program=link.program,
        domain=TaskDomain.HEALTH,
        title=title,
        detail=detail,
        due_on=at.astimezone(link.program.zone).date(),
        owner=link.recorded_by if may else in_charge(link.patient, link.program_id),
        urgency=Urgency.ROUTINE,
        key=key,
        by=User.objects.system(),
        at=at,
    )
    return f"task {task.pk}"
