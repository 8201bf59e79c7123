"""Say what may be done beside the name on a chart."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import Act, Button, buttons_of
from casemgr.desk.chart.queries import Chart, order_to_give

HEAD_ACTS: tuple[Act, ...] = (
    Act(_("Book"), "treatment_plans:book", Can.BOOK_APPOINTMENT, "b"),
    Act(_("Write a session"), "treatment_plans:write_session", Can.WRITE_SESSION, "s"),
    Act(_("Add a task"), "referrals:add_task", Can.WRITE_TASK, "a"),
    Act(_("Correct"), "patients:edit", Can.CHANGE_PATIENT, "e"),
    Act(_("Tell in an emergency"), "patients:tell_in_emergency", Can.DISCLOSE_IN_EMERGENCY),
)


def head_buttons(user: User, chart: Chart) -> list[Button]:
    """Return what this user may do from the head of this chart; first of all give the dose that is due."""
    buttons = buttons_of(HEAD_ACTS, chart.patient, chart.rights)
    order = order_to_give(chart)
    if order is not None and Can.ADMINISTER_DOSE in chart.rights and user.may(Can.ADMINISTER_DOSE, program_id=order.program_id):
        buttons.insert(0, Button(_("Give dose"), reverse("treatment_plans:dose", args=[order.pk]), "d"))
    return buttons
