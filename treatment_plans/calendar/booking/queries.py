"""Read what speaks against a booking, as the page shows it: date by date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from casemgr.core.accounts.models import User
from treatment_plans.appointments.models import Appointment
from treatment_plans.appointments.queries import Times
from treatment_plans.appointments.series.queries import those_that_move
from treatment_plans.appointments.series.rules import moved_days, place_after
from treatment_plans.calendar.clashes.queries import Wish, clashes_of
from treatment_plans.calendar.clashes.rules import Clash
from treatment_plans.rooms.recurrence.rules import Occurrence, Slot, occurrence


@dataclass(frozen=True)
class Checked:
    """Hold one date of those that are asked for, with what speaks against it."""

    day: date
    times: Times
    clashes: Sequence[Clash]

    @property
    def is_impossible(self) -> bool:
        """Say whether it cannot be booked at all."""
        return any(clash.is_hard for clash in self.clashes)

    @property
    def is_free(self) -> bool:
        """Say whether nothing speaks against it."""
        return not self.clashes

    @property
    def starts_at(self) -> object:
        """Return when it begins."""
        return self.times[0]


def check(wish: Wish, dates: Sequence[Occurrence], reader: User) -> list[Checked]:
    """Return every date with what speaks against it."""
    clashes = clashes_of(wish, reader)
    found = []
    for one in dates:
        times = (one.starts_at, one.ends_at)
        found.append(Checked(one.day, times, [clash for clash in clashes if clash.time == times]))
    return found


def what_moves(appointment: Appointment, day: date, slot: Slot, *, with_following: bool) -> tuple[list[Appointment], list[Occurrence]]:
    """Return which appointments move, alone or with those that follow, and where to."""
    series, was = appointment.series, appointment.occurs_on
    if not with_following or series is None or was is None:
        return [appointment], [occurrence(day, slot)]
    rows = those_that_move(appointment)
    first_on = place_after(was, appointment.starts_at.astimezone(appointment.site.zone).date(), day)
    days = moved_days(series.rhythm, [row.occurs_on for row in rows if row.occurs_on], was, first_on)
    goes = [day if row.pk == appointment.pk else days[row.occurs_on] for row in rows if row.occurs_on]
    return rows, [occurrence(one, slot) for one in goes]
