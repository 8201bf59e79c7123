"""Find what waits for those who care: doses, orders, appointments, notes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casemgr.core.accounts.rules import Can
from casemgr.desk.today.groups import rows_to_write
from casemgr.desk.today.scope import Scope
from casemgr.desk.today.sections import MOST_ROWS, Figure, Row, Section, chart_of, section, way
from patients.world.queries import safety_preferences_of
from treatment_plans.appointments.models import Appointment, AppointmentKind, AppointmentState
from treatment_plans.appointments.queries import appointments_seen_by
from treatment_plans.medication.models import Dose, Order, OrderState
from treatment_plans.medication.queries import orders_in_force, orders_seen_by

ORDER_ENDS_SOON_DAYS = 7
"""Days before its end at which an order is shown to whoever can write the next one. The figure is ours: one visit a week."""


def _orders_here(scope: Scope) -> QuerySet[Order]:
    """Return the orders that reach today at the sites where the person sees medication."""
    return orders_in_force(orders_seen_by(scope.user).filter(scope.here(Can.SEE_MEDICATION)), scope.today)


def dosing_figures(scope: Scope) -> list[Figure]:
    """Say how many doses are given, to come, and on hold at my site."""
    given = Exists(Dose.objects.filter(patient=OuterRef("patient"), substance=OuterRef("substance"), for_day=scope.today))
    found = _orders_here(scope).aggregate(
        due=Count("pk"), given=Count("pk", filter=given), held=Count("pk", filter=~given & Q(state=OrderState.ON_HOLD))
    )
    url = way("treatment_plans:dosing") if scope.user.may(Can.ADMINISTER_DOSE) else ""
    to_come = found["due"] - found["given"] - found["held"]
    return [
        Figure(found["given"], gettext_lazy("doses given"), of=found["due"], over=gettext_lazy("today, at my site"), url=url),
        Figure(to_come, gettext_lazy("doses to come"), over=gettext_lazy("today"), url=url),
        Figure(
            found["held"],
            gettext_lazy("on hold"),
            over=gettext_lazy("a prescriber must decide"),
            kind="stop" if found["held"] else "",
            url=url,
        ),
    ]


def holds(scope: Scope) -> Section:
    """Find the orders on hold: somebody stands at the window without a dose."""
    doses = Dose.objects.filter(patient=OuterRef("patient"), substance=OuterRef("substance")).order_by("-for_day").values("for_day")
    held = _orders_here(scope).filter(state=OrderState.ON_HOLD).annotate(last_dose_on=Subquery(doses[:1]))
    rows = held.select_related("patient").order_by("last_dose_on", "pk")[: MOST_ROWS + 1]
    may_decide, reads_charts = scope.user.may(Can.PRESCRIBE), scope.user.may(Can.SEE_CHART)

    def row(order: Any) -> Row:
        return Row(
            str(order) if reads_charts else _("Medication order"),
            order.patient,
            order.hold_reason,
            since=order.last_dose_on,
            since_words=_("last dose"),
            kind="stop",
            state=_("On hold"),
            step=_("Decide") if may_decide else _("Open chart"),
            url=way("treatment_plans:order", order.pk) if may_decide else chart_of(order.patient),
        )

    return section(
        "holds",
        gettext_lazy("On hold"),
        "ban",
        (row(order) for order in rows),
        empty=gettext_lazy("No order is on hold"),
        empty_help=gettext_lazy("An order is put on hold by a prescriber, or after three scheduled days missed in a row."),
        more_url=way("treatment_plans:dosing", query="show=hold") if scope.user.may(Can.ADMINISTER_DOSE) else "",
    )


def ending_orders(scope: Scope) -> Section:
    """Find the orders that end within a week and that no other follows."""
    follows = Order.objects.filter(patient=OuterRef("patient"), substance=OuterRef("substance"), starts_on__gte=OuterRef("ends_on"))
    ending = _orders_here(scope).filter(ends_on__lte=scope.in_days(ORDER_ENDS_SOON_DAYS)).exclude(Exists(follows))
    rows = ending.select_related("patient", "prescriber").order_by("ends_on", "pk")[: MOST_ROWS + 1]
    may_write = scope.user.may(Can.PRESCRIBE)

    def row(order: Order) -> Row:
        url = way("treatment_plans:order_new", order.patient.public_id) if may_write else ""
        return Row(
            str(order),
            order.patient,
            _("by %(name)s") % {"name": order.prescriber},
            since=order.ends_on,
            since_words=_("until"),
            kind="warn",
            state=_("Ends soon"),
            step=_("Write the next") if url else _("Open chart"),
            url=url or chart_of(order.patient),
        )

    return section(
        "ending-orders",
        gettext_lazy("Orders that end soon"),
        "clock",
        (row(order) for order in rows),
        empty=gettext_lazy("No order ends within a week"),
        empty_help=gettext_lazy("Orders appear here seven days before they end, unless another follows."),
    )


def _of_today(scope: Scope) -> QuerySet[Appointment]:
    start, end = scope.day
    return appointments_seen_by(scope.user).filter(starts_at__gte=start, starts_at__lt=end)


def _appointment_rows(scope: Scope, appointments: Any, manners: Mapping[int, Sequence[tuple[str, str]]] | None = None) -> Iterator[Row]:
    for appointment in appointments:
        is_past = appointment.starts_at <= scope.now
        yield Row(
            appointment.get_kind_display(),
            appointment.patient,
            appointment.note or _("with %(name)s") % {"name": appointment.clinician},
            since=appointment.starts_at,
            kind="note" if is_past else "",
            state=_("Came?") if is_past else "",
            step=_("Say what became of it") if is_past else _("Open chart"),
            url=(way("treatment_plans:settle_appointment", appointment.pk) if is_past else "") or chart_of(appointment.patient),
            manner=(manners or {}).get(appointment.patient_id, ()),
        )


def my_appointments(scope: Scope) -> Section:
    """Find whom I meet today, and what makes it feel safe for them."""
    mine = _of_today(scope).filter(clinician=scope.user, state=AppointmentState.BOOKED).exclude(kind=AppointmentKind.GROUP)
    found = list(mine.order_by("starts_at", "pk")[: MOST_ROWS + 1])
    programs = {membership.program_id for membership in scope.user.reach(Can.SEE_CHART)}
    manners = safety_preferences_of(mine.order_by().values("patient"), programs)
    return section(
        "appointments",
        gettext_lazy("My appointments today"),
        "calendar",
        _appointment_rows(scope, found, manners),
        empty=gettext_lazy("No appointments today"),
        empty_help=gettext_lazy("What is booked with you appears here on its day."),
        more_url=way("treatment_plans:calendar"),
    )


def appointments_to_settle(scope: Scope) -> Section:
    """Find whom the site expects today; those whose time has come first."""
    here = _of_today(scope).filter(scope.here(Can.SEE_CALENDAR, program="site__program"), state=AppointmentState.BOOKED)
    return section(
        "settle",
        gettext_lazy("Expected today"),
        "calendar",
        _appointment_rows(scope, here.order_by("starts_at", "pk")[: MOST_ROWS + 1]),
        empty=gettext_lazy("Nobody is expected any more today"),
        empty_help=gettext_lazy("Appointments stay here until somebody says whether the person came."),
        more_url=way("treatment_plans:calendar"),
    )


def my_groups(scope: Scope) -> Section:
    """Find the groups I hold today, with how many are expected."""
    groups = (
        _of_today(scope)
        .filter(clinician=scope.user, kind=AppointmentKind.GROUP, state__in=[AppointmentState.BOOKED, AppointmentState.KEPT])
        .select_related(None)
        .order_by()
        .values("starts_at", "site", "site__name")
        .annotate(expected=Count("pk"), people=ArrayAgg("patient__public_id"))
        .order_by("starts_at")[: MOST_ROWS + 1]
    )

    def row(group: Any) -> Row:
        expected = ngettext("%(count)s person expected", "%(count)s people expected", group["expected"]) % {"count": group["expected"]}
        return Row(
            _("Group at %(site)s") % {"site": group["site__name"]},
            None,
            expected,
            since=group["starts_at"],
            step=_("Write the session"),
            url=way("treatment_plans:write_group", query=urlencode({"patients": group["people"]}, doseq=True)),
        )

    return section(
        "groups",
        gettext_lazy("My groups"),
        "users",
        [*rows_to_write(scope), *(row(group) for group in groups)],
        empty=gettext_lazy("No groups today"),
        empty_help=gettext_lazy("A group appears here when people are booked for it with you, or when a meeting waits for its note."),
    )
