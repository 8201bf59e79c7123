"""Find appointments that are over and of which nobody said what became of them."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.desk.today.scope import Scope
from casemgr.desk.today.sections import MOST_ROWS, Row, Section, section, way
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.appointments.queries import appointments_seen_by

LOOK_BACK = timedelta(weeks=4)
"""How long an appointment of which nobody said anything stays on Today. The figure is ours."""


def not_settled(scope: Scope) -> Section:
    """Find what was booked before today, with me or at the site of the front desk, and is still called booked."""
    start, _end = scope.day
    rows = appointments_seen_by(scope.user).filter(state=AppointmentState.BOOKED, starts_at__gte=start - LOOK_BACK, starts_at__lt=start)
    if scope.user.may(Can.SEE_CHART):
        rows = rows.filter(clinician=scope.user)

    def row(appointment: Appointment) -> Row:
        return Row(
            appointment.get_kind_display(),
            appointment.patient,
            _("with %(name)s") % {"name": appointment.clinician},
            since=appointment.starts_at,
            kind="warn",
            state=_("Came?"),
            step=_("Say what became of it"),
            url=way("treatment_plans:appointment", appointment.pk),
        )

    return section(
        "not-settled",
        gettext_lazy("Not settled yet"),
        "calendar-check",
        (row(appointment) for appointment in rows.order_by("starts_at", "pk")[: MOST_ROWS + 1]),
        empty=gettext_lazy("Every appointment of the last weeks is settled"),
        empty_help=gettext_lazy("Nobody said yet whether the person came. Nothing is assumed."),
        more_url=way("treatment_plans:calendar"),
    )
