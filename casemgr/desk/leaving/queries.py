"""Read what stands beside the answers of a discharge; stays belong below all of it and find this through `ROOT_STANDING`."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from patients.episodes.models import Episode
from patients.episodes.rules import Standing
from patients.health.naloxone.models import NaloxoneKit
from patients.health.naloxone.queries import kits_in_hand
from patients.safety.models import SafetyConcern
from patients.safety.queries import open_concerns_for
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.appointments.queries import appointments_for
from treatment_plans.inventory.rules import say_mg
from treatment_plans.medication.models import Dose
from treatment_plans.medication.queries import doses_of, orders_in_force, orders_of


def standing_of(episode: Episode, *, on: date, at: datetime) -> Standing:
    """Return in words what the program knows of a person on the day they leave it; five statements."""
    patient, program = episode.patient, episode.program_id
    dose = doses_of(patient).filter(order__program=program, for_day__lte=on).first()
    booked = appointments_for(patient).filter(site__program=program, state=AppointmentState.BOOKED, starts_at__gte=at)
    following = booked.order_by("starts_at", "pk").first()
    return Standing(
        concerns=tuple(_concern(row, episode) for row in open_concerns_for(patient).filter(program=program)),
        orders=tuple(map(str, orders_in_force(orders_of(patient).filter(program=program), on))),
        last_dose=_dose(dose) if dose else "",
        kits=tuple(_kit(row) for row in kits_in_hand(patient) if row.is_good_on(on)),
        appointment=_appointment(following) if following else "",
    )


def _concern(row: SafetyConcern, episode: Episode) -> str:
    """Return how grave a concern is, since when, and who sees to it."""
    words = {"level": row.get_level_display(), "day": _day(row.opened_at.astimezone(episode.site.zone).date()), "who": row.taken_by}
    if row.taken_by is None:
        return _("%(level)s, since %(day)s; nobody sees to it yet") % words
    return _("%(level)s, since %(day)s; %(who)s sees to it") % words


def _dose(row: Dose) -> str:
    """Return which dose was given last, and for which day."""
    return _("%(substance)s %(mg)s mg for %(day)s") % {
        "substance": row.get_substance_display(),
        "mg": say_mg(row.mg),
        "day": _day(row.for_day),
    }


def _kit(row: NaloxoneKit) -> str:
    """Return which kit is in hand, and until when it is good."""
    words = {"kit": row.get_product_display(), "given": _day(row.given_on), "until": _day(row.expires_on) if row.expires_on else ""}
    if row.expires_on:
        return _("%(kit)s, given on %(given)s, good until %(until)s") % words
    return _("%(kit)s, given on %(given)s") % words


def _appointment(row: Appointment) -> str:
    """Return when and where somebody is expected next, and by whom."""
    starts = row.starts_at.astimezone(row.site.zone)
    words = {"when": date_format(starts, "DATETIME_FORMAT"), "site": row.site.name, "who": row.clinician}
    return _("%(when)s, %(site)s, %(who)s") % words


def _day(day: date) -> str:
    """Return a day as it is read."""
    return date_format(day, "DATE_FORMAT")
