"""Hold the demo clinic's story: its people, chance, and how far it has come."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random

from casemgr.demo.clinic import DemoClinic
from casemgr.demo.people import Persona


@dataclass
class Life:
    """Hold the clinic, its people, chance, and the present moment of the story."""

    clinic: DemoClinic
    people: list[Persona]
    random: Random
    until: datetime
    in_care: list[Persona] = field(default_factory=list)

    @property
    def today(self) -> date:
        """Return the day on which the story ends, by the clinic's own clock: in its evening UTC is a day ahead."""
        return self.until.astimezone(self.clinic.program.zone).date()

    def days_since(self, day: date) -> int:
        """Return how many days before the end of the story a day lies."""
        return (self.today - day).days

    def moment(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return a moment of a day in the clinic's own time."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.clinic.program.zone)

    def is_past(self, moment: datetime) -> bool:
        """Say whether the story has reached this moment."""
        return moment <= self.until

    def site_number(self, person: Persona) -> int:
        """Return the site a person comes to: two of three go to North."""
        return 1 if person.number % 3 == 0 else 0
