"""Read the sites that somebody looks after, with hours, closures and rooms."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from casemgr.core.accounts.models import Closure, OpeningHours, Program, Purpose, Site, User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.appointments.queries import on_day
from treatment_plans.rooms.models import Room


@dataclass
class Place:
    """Hold one site with what its people need to know."""

    site: Site
    visits: list[OpeningHours] = field(default_factory=list)
    dosing: list[OpeningHours] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)


def programs_run_by(user: User) -> QuerySet[Program]:
    """Return the programs whose hours somebody sets."""
    return programs_reached(user, Can.ADMINISTER_ACCOUNTS)


def sites_run_by(user: User, can: Can = Can.ADMINISTER_ACCOUNTS) -> QuerySet[Site]:
    """Return the sites of the programs in which somebody holds this right."""
    return (
        Site.objects.filter(program__in=programs_reached(user, can), is_active=True).select_related("program").order_by("program", "name")
    )


def closures_run_by(user: User) -> QuerySet[Closure]:
    """Return the closures of the sites whose hours somebody sets."""
    return Closure.objects.filter(site__in=sites_run_by(user).values("pk")).select_related("site")


def places_of(user: User, today: date) -> list[Place]:
    """Return the sites that somebody looks after, with hours, closures to come and rooms. Four statements."""
    places = {site.pk: Place(site) for site in sites_run_by(user, Can.MANAGE_ROOMS)}
    for row in OpeningHours.objects.filter(site__in=places).order_by("weekday", "opens"):
        (places[row.site_id].dosing if row.purpose == Purpose.DOSING else places[row.site_id].visits).append(row)
    for closure in Closure.objects.filter(site__in=places, day__gte=today).order_by("day"):
        places[closure.site_id].closures.append(closure)
    for room in Room.objects.filter(site__in=places).order_by("name"):
        places[room.site_id].rooms.append(room)
    return list(places.values())


def booked_on(site: Site, day: date) -> int:
    """Return how many appointments are booked at a site on a day."""
    return on_day(Appointment.objects.filter(site=site, state=AppointmentState.BOOKED), day, site.zone).count()
