"""Read the open tasks."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import FEW, Act, Found, Panel, Programs
from patients.record.models import Patient
from referrals.casework.models import Task
from referrals.casework.queries import open_tasks, tasks_of


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return what is to be done, the most urgent first."""
    rows = open_tasks(tasks_of(patient)).filter(program__in=programs)
    return {"tasks": list(rows.order_by("urgency", "due_on", "id")[: FEW + 3])}


TASKS = Panel(
    "tasks",
    _("Tasks"),
    Can.SEE_CASEWORK,
    read,
    acts=(
        Act(_("All"), "desk:entries", Can.SEE_CASEWORK, kind="tasks"),
        Act(_("Add a task"), "referrals:add_task", Can.WRITE_TASK),
    ),
    history=(Task,),
)
