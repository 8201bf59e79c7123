"""Read orders, the doses of the last fortnight, and what others gave."""

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import FEW, Act, Found, Panel, Programs
from patients.record.models import Patient
from treatment_plans.medication.models import MedicationStatement, Order
from treatment_plans.medication.queries import doses_of, orders_of, statements_of

DOSE_DAYS = 14


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return the last orders, the doses of a fortnight, and the last that others reported."""
    since = today - timedelta(days=DOSE_DAYS - 1)
    return {
        "orders": list(orders_of(patient).filter(program__in=programs)[:FEW]),
        "doses": list(doses_of(patient).filter(order__program__in=programs, for_day__gte=since).select_related("given_by")),
        "statements": list(statements_of(patient)[:FEW]),
    }


MEDICATION = Panel(
    "medication",
    _("Medication"),
    Can.SEE_MEDICATION,
    read,
    acts=(
        Act(_("All orders"), "treatment_plans:orders", Can.SEE_MEDICATION, "m"),
        Act(_("All doses"), "desk:entries", Can.SEE_MEDICATION, kind="doses"),
        Act(_("Told by others"), "desk:entries", Can.SEE_MEDICATION, kind="medication"),
        Act(_("Write an order"), "treatment_plans:order_new", Can.PRESCRIBE, "o"),
    ),
    besides=Can.SEE_CHART,
    history=(Order, MedicationStatement),
)
