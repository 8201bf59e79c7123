"""Read everything that the recovery chart shows: always the same number of statements, however many years there are."""

from dataclasses import dataclass
from datetime import date, timedelta

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.queries import programs_open_to
from casemgr.desk.recovery.lanes import LANES
from casemgr.desk.recovery.lanes.lane import Series
from casemgr.desk.recovery.rules import MEANINGFUL, Mark, marks_of_the_cycle, rises_in
from patients.record.models import Patient

AHEAD = timedelta(days=92)
"""How far into the future the axis may reach: what is due next quarter is shown, a slip of the keyboard is not."""


@dataclass(frozen=True)
class Recovery:
    """Hold the lanes that the reader may see, and what was seen of the cycle in them."""

    series: tuple[Series, ...]
    marks: tuple[Mark, ...]
    first: date
    last: date
    today: date


def read_recovery(user: User, patient: Patient, rights: frozenset[Can], today: date) -> Recovery:
    """Read the lanes that these rights open; what programs wrote in which the reader does not hold the right of the lane stays closed."""
    lanes = [(lane, programs_open_to(user, *lane.rights)) for lane in LANES if lane.opens_to(rights)]
    series = tuple(one for lane, programs in lanes for one in lane.read(patient, programs, today))
    days = [day for one in series for point in one.points for day in (point.on, point.until or point.on) if day <= today + AHEAD]
    rises = [rise for one in series if one.symptoms for rise in rises_in(one.key, one.symptoms, meaningful=MEANINGFUL[one.key])]
    uses = [use for one in series for use in one.uses]
    return Recovery(
        series,
        tuple(marks_of_the_cycle(rises, uses)),
        first=min([*days, today - timedelta(days=30)]),
        last=max([*days, today]),
        today=today,
    )
