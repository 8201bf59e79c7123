"""Live the demo clinic's days one after another, each through the verbs that staff would use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from casemgr.core.accounts.rules import Role
from casemgr.core.messaging.gateways import Letter
from casemgr.core.messaging.sending import send_queued
from casemgr.core.outbox.draining import drain
from casemgr.demo.arrival import arrive, leave
from casemgr.demo.casework import work_on_life
from casemgr.demo.clinic import DemoClinic
from casemgr.demo.dosing import dose_everybody
from casemgr.demo.meetings import hold_groups, hold_meetings
from casemgr.demo.people import Persona


class LetterBox:
    """Take letters and keep none: what was sent stands in the message table."""

    knows_keys = True

    def send(self, letter: Letter) -> None:
        """Take the letter."""


@dataclass
class Life:
    """Hold the clinic, its people, chance, and the present moment of the story."""

    clinic: DemoClinic
    people: list[Persona]
    random: Random
    until: datetime
    in_care: list[Persona] = field(default_factory=list)

    def moment(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return a moment of a day in the clinic's own time."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.clinic.program.zone)

    def is_past(self, moment: datetime) -> bool:
        """Say whether the story has reached this moment."""
        return moment <= self.until

    def site_number(self, person: Persona) -> int:
        """Return the site a person comes to: two of three go to North."""
        return 1 if person.number % 3 == 0 else 0

    def one_of(self, role: Role, person: Persona, email: str = "") -> object:
        """Return the member of staff of this role who looks after the person."""
        return self.clinic.of_role(role, self.site_number(person))[person.number % 2 and -1]


def live(life: Life, *, first: date, today: date, progress: Callable[[int, int], None]) -> None:
    """Live every day from the first to today."""
    days = (today - first).days + 1
    letters = LetterBox()
    for number in range(days):
        day = first + timedelta(days=number)
        arrive(life, day)
        dose_everybody(life, day)
        hold_meetings(life, day)
        hold_groups(life, day)
        work_on_life(life, day)
        leave(life, day)
        evening = min(life.moment(day, 20), life.until)
        drain(at=evening)
        send_queued(at=evening, gateway=letters)
        progress(number + 1, days)
