"""Decide what can be rated and how far, what is still to be asked, how it changed, and where it lies on the wheel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

MOST = {"asam": 4, "wheel": 10}
"""The highest rating of each scale; both begin at 0. Program policy: the ASAM Criteria are copyrighted, so that only the names of the
dimensions stand here, and the figures are the program's own. They set no level of care."""

DIMENSIONS = tuple(f"dimension_{number}" for number in range(1, 7))
DOMAINS = ("physical", "emotional", "spiritual", "behavioral")
PARTS = {"asam": DIMENSIONS, "wheel": DOMAINS}
"""What each scale rates: the six dimensions of the ASAM Criteria (4th edition, names only), the four domains of the whole person."""


@dataclass(frozen=True)
class Spoke:
    """Hold one domain of the wheel: now, at first, and where both lie in the drawing."""

    part: str
    now: int | None
    first: int | None
    x: float
    y: float
    end_x: float
    end_y: float

    @property
    def change(self) -> int | None:
        """Return by how much it changed since the first rating."""
        return None if self.now is None or self.first is None else self.now - self.first


def is_rating(scale: str, part: str, level: int | None) -> bool:
    """Say whether a part belongs to a scale and the rating lies on it."""
    return part in PARTS.get(scale, ()) and (level is None or 0 <= level <= MOST[scale])


def not_asked(scale: str, levels: Mapping[str, int | None]) -> list[str]:
    """Return the parts that have no rating yet: an empty one is asked for and never guessed."""
    return [part for part in PARTS[scale] if levels.get(part) is None]


def spokes(first: Mapping[str, int], now: Mapping[str, int], *, middle: float = 100.0, radius: float = 80.0) -> list[Spoke]:
    """Return the wheel: each domain on its own spoke, clockwise from the top, the rim being ten."""
    found = []
    for number, part in enumerate(DOMAINS):
        angle = 2 * pi * number / len(DOMAINS) - pi / 2
        share = (now.get(part) or 0) / MOST["wheel"]
        across, down = cos(angle), sin(angle)
        found.append(
            Spoke(
                part,
                now.get(part),
                first.get(part),
                round(middle + radius * share * across, 1),
                round(middle + radius * share * down, 1),
                round(middle + radius * across, 1),
                round(middle + radius * down, 1),
            )
        )
    return found


def outline(wheel: Sequence[Spoke]) -> str:
    """Return the corners of the shape that the rated domains span, for a polygon; nothing while one is missing."""
    return " ".join(f"{spoke.x},{spoke.y}" for spoke in wheel) if all(spoke.now is not None for spoke in wheel) else ""
