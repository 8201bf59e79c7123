"""React to a tablet that was given back: whoever handed it out hears that the answers are in."""

from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.reactions.owners import in_charge, may_take_on
from patients.screenings.models import Assessment, AssessmentState
from patients.tablet.events import TabletHandedBack
from patients.tablet.models import TabletLink
from referrals.casework.actions import add_task
from referrals.casework.models import TaskDomain, Urgency


def say_that_answers_are_in(event: TabletHandedBack, at: datetime) -> str:
    """Ask whoever handed the tablet out, or else whoever is in charge, to look at the answers with the person."""
    link = TabletLink.objects.select_related("patient", "program", "recorded_by").get(pk=event.link_id)
    open_ones = Assessment.objects.filter(pk__in=link.assessments, state=AssessmentState.DRAFT).exists()
    may = may_take_on(link.recorded_by, link.patient, link.program_id)
    task = add_task(
        patient=link.patient,
        program=link.program,
        domain=TaskDomain.HEALTH,
        title=_("Look at the answers from the tablet"),
        detail=_("Some questions are still open: finish them together.") if open_ones else _("All questions are answered."),
        due_on=at.astimezone(link.program.zone).date(),
        owner=link.recorded_by if may else in_charge(link.patient, link.program_id),
        urgency=Urgency.ROUTINE,
        key=f"tablet:{link.pk}",
        by=User.objects.system(),
        at=at,
    )
    return f"task {task.pk}"
