"""Read which policy covers which area, and what was ever stated about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import get_language

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.policies.models import PolicyStatement
from casemgr.core.policies.rules import SETTLED, Area, Standing, areas, where_it_stands


@dataclass(frozen=True)
class AreaOfProgram:
    """Hold one area as it stands in a program, in the reader's language."""

    program_id: int
    area: Area
    statement: PolicyStatement | None
    standing: Standing

    @property
    def name(self) -> str:
        """Return what the area is called."""
        return area_name(self.area.code)

    @property
    def asks(self) -> str:
        """Return what its policy must answer."""
        return self.area.asks(get_language() or "en")

    @property
    def is_settled(self) -> bool:
        """Say whether there is nothing to do about it."""
        return self.standing in SETTLED


def area_name(code: str) -> str:
    """Return what an area is called in the reader's language; one that an earlier edition named stands for itself."""
    found = areas().get(code)
    return found.name(get_language() or "en") if found else code


def statements_seen_by(user: User) -> QuerySet[PolicyStatement]:
    """Return the statements about policies of the programs whose privacy somebody oversees."""
    return PolicyStatement.objects.filter(program__in=programs_reached(user, Can.OVERSEE_PRIVACY))


def statements_about(program: Program, area: str) -> QuerySet[PolicyStatement]:
    """Return everything that was ever stated about an area of a program, the latest first."""
    return PolicyStatement.objects.filter(program=program, area=area).select_related("recorded_by").order_by("-pk")


def areas_of(programs: Iterable[int], today: date) -> list[AreaOfProgram]:
    """Return in one statement where every area of these programs stands, program by program in the order of the rule."""
    keys = list(programs)
    rows = PolicyStatement.objects.filter(program__in=keys).order_by("program_id", "area", "-pk").distinct("program_id", "area")
    present = {(row.program_id, row.area): row for row in rows.select_related("recorded_by")}
    return [_as_it_stands(key, area, present.get((key, area.code)), today) for key in keys for area in areas().values()]


def areas_to_settle(user: User, today: date) -> list[AreaOfProgram]:
    """Return the areas without a policy and those whose policy is to be reviewed, where somebody oversees privacy."""
    programs = sorted({membership.program_id for membership in user.reach(Can.OVERSEE_PRIVACY)})
    return [area for area in areas_of(programs, today) if not area.is_settled]


def _as_it_stands(program_id: int, area: Area, row: PolicyStatement | None, today: date) -> AreaOfProgram:
    """Return an area with its present statement."""
    standing = where_it_stands(row.kind if row else None, row.review_on if row else None, today=today)
    return AreaOfProgram(program_id, area, row, standing)
