"""React to what is asked about a specimen."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.reactions.owners import in_charge
from patients.toxicology.events import ToxicologyConfirmationAsked
from patients.toxicology.models import ToxicologyPanel
from referrals.casework.actions import add_task
from referrals.casework.models import TaskDomain, Urgency

WITHIN = timedelta(days=3)
"""Days in which the second test is asked for; the figure is ours."""


def ask_for_a_confirmation(event: ToxicologyConfirmationAsked, at: datetime) -> str:
    """Let somebody send a specimen to the laboratory for the second method; what for stands on its page."""
    panel = ToxicologyPanel.objects.select_related("patient", "program").get(pk=event.panel_id)
    if set(panel.confirmation_asked) <= set(panel.results.filter(method="confirm").values_list("analyte", flat=True)):
        return "silent: it was done since"
    task = add_task(
        patient=panel.patient,
        program=panel.program,
        domain=TaskDomain.HEALTH,
        title=_("Send a specimen for confirmation"),
        detail=_("What for stands on the page of the specimen. Medication goes on as ordered meanwhile."),
        due_on=at.astimezone(panel.program.zone).date() + WITHIN,
        owner=in_charge(panel.patient, panel.program_id),
        urgency=Urgency.SOON,
        key=f"toxicology:confirm:{panel.pk}",
        by=User.objects.system(),
        at=at,
    )
    return f"task {task.pk}"
