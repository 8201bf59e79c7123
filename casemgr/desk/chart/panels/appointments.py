"""Read the appointments to come and the last ones."""

from datetime import date, datetime, time

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import FEW, Act, Found, Panel, Programs
from patients.record.models import Patient
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.appointments.queries import appointments_for


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return what is booked from this morning on, and what was before."""
    morning = timezone.make_aware(datetime.combine(today, time.min))
    appointments = appointments_for(patient).filter(site__program__in=programs)
    booked = Q(state=AppointmentState.BOOKED, starts_at__gte=morning)
    return {
        "coming": list(appointments.filter(booked).order_by("starts_at", "pk")[:FEW]),
        "past": list(appointments.exclude(booked)[:FEW]),
    }


APPOINTMENTS = Panel(
    "appointments",
    _("Appointments"),
    Can.SEE_CALENDAR,
    read,
    acts=(
        Act(_("All"), "desk:entries", Can.SEE_CALENDAR, kind="appointments"),
        Act(_("Book"), "treatment_plans:book", Can.BOOK_APPOINTMENT),
    ),
    aside=True,
    history=(Appointment,),
)
