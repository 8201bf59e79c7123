"""React to what keeps people from coming."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.reactions.owners import in_charge
from patients.world.events import BarrierNamed
from patients.world.models import Barrier, BarrierKind
from referrals.casework.actions import add_task
from referrals.casework.models import TaskDomain, Urgency

WITHIN = timedelta(days=14)
"""Days in which somebody looks at a barrier; the figure is ours."""

DOMAINS: dict[str, TaskDomain] = {
    BarrierKind.TRANSPORT: TaskDomain.TRANSPORT,
    BarrierKind.COST: TaskDomain.BENEFITS,
    BarrierKind.LEGAL_FEAR: TaskDomain.LEGAL,
    BarrierKind.HOUSING: TaskDomain.HOUSING,
    BarrierKind.FOOD: TaskDomain.BENEFITS,
    BarrierKind.UTILITIES: TaskDomain.BENEFITS,
    BarrierKind.WORK: TaskDomain.EMPLOYMENT,
    BarrierKind.LONELINESS: TaskDomain.FOLLOW_UP,
    BarrierKind.STIGMA: TaskDomain.FOLLOW_UP,
    BarrierKind.DISTRUST: TaskDomain.FOLLOW_UP,
}
"""The part of life that a barrier is about."""


def propose_help(event: BarrierNamed, at: datetime) -> str:
    """Propose a task for an open barrier, once; the person's own words stay on their page."""
    barrier = Barrier.objects.select_related("patient", "program").get(pk=event.barrier_id)
    if not barrier.stands or not barrier.lasts:
        return "silent: it is out of the way"
    task = add_task(
        patient=barrier.patient,
        program=barrier.program,
        domain=DOMAINS.get(barrier.kind, TaskDomain.OTHER),
        title=_("Help with a barrier: %(barrier)s") % {"barrier": barrier},
        detail=_("What the person says about it stands on the page “Own world”. Drop the task if it is not wanted."),
        due_on=at.astimezone(barrier.program.zone).date() + WITHIN,
        owner=in_charge(barrier.patient, barrier.program_id),
        urgency=Urgency.ROUTINE,
        key=f"world:barrier:{barrier.pk}",
        by=User.objects.system(),
        at=at,
    )
    return f"task {task.pk}"
