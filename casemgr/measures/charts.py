"""Draw the course of a figure as a small line, with the same numbers in words."""

from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, EDGE = 240, 48, 3


@dataclass(frozen=True)
class Point:
    """Hold one point of a course: the day it begins on and its number."""

    day: date
    number: int
    of: int | None = None


@dataclass(frozen=True)
class Sparkline:
    """Hold a line ready to be drawn: where its points lie, and the lowest, highest and last number."""

    points: tuple[Point, ...]

    @property
    def width(self) -> int:
        """Return the width of the drawing."""
        return WIDTH

    @property
    def height(self) -> int:
        """Return the height of the drawing."""
        return HEIGHT

    @property
    def highest(self) -> int:
        """Return the highest number."""
        return max((point.number for point in self.points), default=0)

    @property
    def lowest(self) -> int:
        """Return the lowest number."""
        return min((point.number for point in self.points), default=0)

    @property
    def places(self) -> list[tuple[str, str]]:
        """Return where each point lies; the line stands on zero, so that small changes look small."""
        top = max(self.highest, 1)
        step = (WIDTH - 2 * EDGE) / max(len(self.points) - 1, 1)
        reach = HEIGHT - 2 * EDGE
        return [(f"{EDGE + n * step:.1f}", f"{HEIGHT - EDGE - reach * point.number / top:.1f}") for n, point in enumerate(self.points)]

    @property
    def line(self) -> str:
        """Return the points as SVG writes them."""
        return " ".join(f"{x},{y}" for x, y in self.places)

    @property
    def end(self) -> tuple[str, str] | None:
        """Return where the last point lies."""
        return self.places[-1] if self.points else None
