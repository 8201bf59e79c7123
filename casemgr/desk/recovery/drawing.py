"""Turn lanes into a picture: one SVG whose plots count days from left to right and pixels from top to bottom.

Each plot is an SVG of its own that stretches to the width it is given; to zoom is to change which days it shows, and nothing is drawn
again. So the server draws once, the same picture is there without a script, and a script only moves the window.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest

from django.utils.dates import MONTHS_3
from django.utils.translation import gettext as _

from casemgr.desk.recovery.lanes.lane import Kind, Point, Series, Shape, Words
from casemgr.desk.recovery.queries import Recovery
from casemgr.desk.recovery.words import MARK_WORDS, say_mark

HEIGHT = {Kind.DOSES: 44, Kind.LINE: 58, Kind.MARKS: 16, Kind.SPANS: 16}
BELOW = 7
"""Pixels below the baseline of doses, where a day without a dose is marked."""
TITLE = 15
GAP = 9
AXIS = 22
PRINT_SIZES = {"large": 620, "middle": 800}
"""Up to which height in pixels a picture is printed large or middling; beyond it is printed small."""

LEAST_DAYS = 14
ROOM = 0.1
"""Share of the window that stays empty on its right, for the words of the bands."""

READABLE = 0.96
"""Share of the window within which the word of a tick is not cut."""


@dataclass(frozen=True)
class Window:
    """Hold which days are shown, both included, out of all that are drawn."""

    start: date
    first: date
    last: date

    @property
    def box(self) -> tuple[int, int]:
        """Return where the window begins on the axis, and how many days it shows."""
        return (self.first - self.start).days, (self.last - self.first).days + 1

    def share(self, days: float) -> str:
        """Return a place on the axis as a share of the window's width."""
        begin, width = self.box
        return f"{(days - begin) / width * 100:.3f}%"

    def width(self, days: float) -> str:
        """Return a stretch of the axis as a share of the window's width."""
        return f"{days / self.box[1] * 100:.3f}%"


@dataclass(frozen=True)
class Path:
    """Hold everything of one shape in one lane."""

    shape: str
    d: str


@dataclass(frozen=True)
class Strip:
    """Hold one band as it is drawn."""

    y: float
    height: float
    word: Words
    step: int

    @property
    def middle(self) -> float:
        """Return where its word stands."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Label:
    """Hold a word that is written into a span, at its place in the window."""

    begin: int
    days: int
    x: str
    width: str
    word: str


@dataclass(frozen=True)
class Plot:
    """Hold one lane as it is drawn."""

    series: Series
    top: int
    height: int
    paths: tuple[Path, ...]
    strips: tuple[Strip, ...]
    labels: tuple[Label, ...]

    @property
    def y(self) -> int:
        """Return where the plot begins, under its title."""
        return self.top + TITLE

    @property
    def title_y(self) -> int:
        """Return the line on which its title stands."""
        return self.top + TITLE - 4


@dataclass(frozen=True)
class Tick:
    """Hold one line of the axis: its day, its word, and how weighty it is (a year 0, a quarter 1, a month 2)."""

    day: int
    word: str
    level: int
    x: str = ""


@dataclass(frozen=True)
class Picture:
    """Hold the whole picture."""

    window: Window
    plots: tuple[Plot, ...]
    ticks: tuple[Tick, ...]
    today: int
    days: int

    @property
    def height(self) -> int:
        """Return its height, the axis included."""
        return (self.plots[-1].y + self.plots[-1].height + GAP + AXIS) if self.plots else AXIS

    @property
    def print_size(self) -> str:
        """Return how small it is printed, so that it fits on one page with what was seen."""
        return next((size for size, most in PRINT_SIZES.items() if self.height <= most), "small")

    @property
    def axis_y(self) -> int:
        """Return the line on which the words of the axis stand."""
        return self.height - 6

    @property
    def shown_ticks(self) -> list[Tick]:
        """Return the ticks that this window has room for."""
        return ticks_shown(self.ticks, self.window)


def draw(recovery: Recovery, first: date, last: date) -> Picture:
    """Return the picture with a window on these days."""
    start = recovery.first.replace(day=1)
    first = max(min(first, last - timedelta(days=LEAST_DAYS - 1)), start)
    last += timedelta(days=round((last - first).days * ROOM) + 1)
    window = Window(start, first, last)
    plots, top = [], 0
    for series in [*_seen(recovery), *recovery.series]:
        plots.append(_plot(series, top, window))
        top = plots[-1].y + plots[-1].height + GAP
    days = (last - start).days + 1
    return Picture(window, tuple(plots), tuple(_ticks(start, days)), (recovery.today - start).days, days)


def _seen(recovery: Recovery) -> list[Series]:
    """Return the lane of what was seen of the cycle, when anything was."""
    titles = {series.key: series.title for series in recovery.series}
    marks = sorted(recovery.marks, key=lambda mark: (mark.begins_on, mark.ends_on))
    points = [Point(m.begins_on, say_mark(m, titles), Shape.SPAN, until=m.ends_on, label=str(MARK_WORDS[m.order])) for m in marks]
    return [Series("seen", _("What was seen first"), Kind.SPANS, tuple(points))] if points else []


def _plot(series: Series, top: int, window: Window) -> Plot:
    """Return one lane."""
    height = HEIGHT[series.kind] + (BELOW if series.kind == Kind.DOSES else 0)
    strips = tuple(_strip(series, n) for n in range(len(series.bands)))
    named = [point for point in series.points if point.label]
    labels = tuple(_label(point, after, window) for point, after in zip_longest(named, named[1:]))
    return Plot(series, top, height, tuple(_paths(series, window.start)), strips, labels)


def _paths(series: Series, start: date) -> Iterable[Path]:
    """Return what a lane's points look like, each shape in one path."""
    if series.kind == Kind.LINE:
        places = [(_day(point.on, start) + 0.5, _y(series, point.value or 0)) for point in series.points]
        yield Path("line", "M" + "L".join(f"{x:g} {y:g}" for x, y in places))
        yield Path(Shape.DOT, "".join(f"M{x:g} {y:g}h0" for x, y in places))
        return
    found: dict[str, list[str]] = defaultdict(list)
    for shape, points in _by_shape(series.points).items():
        found[shape] = [*_bars(series, points, start)] if series.kind == Kind.DOSES else [_mark(point, start) for point in points]
    for shape, parts in found.items():
        yield Path(shape, "".join(parts))
        if shape == Shape.RING:
            yield Path("hole", "".join(parts))


def _by_shape(points: Iterable[Point]) -> dict[str, list[Point]]:
    """Return the points of each shape."""
    found: dict[str, list[Point]] = defaultdict(list)
    for point in points:
        found[point.shape].append(point)
    return found


def _bars(series: Series, points: Sequence[Point], start: date) -> Iterable[str]:
    """Return bars of doses; days in a row with the same amount are one bar."""
    base = HEIGHT[Kind.DOSES]
    begin = 0
    for n in range(1, len(points) + 1):
        ends = n == len(points) or points[n].value != points[begin].value or (points[n].on - points[n - 1].on).days != 1
        if not ends:
            continue
        left, right, amount = _day(points[begin].on, start), _day(points[n - 1].on, start) + 1, points[begin].value
        y = _y(series, amount) if amount is not None else base + BELOW
        yield f"M{left} {base + (2 if amount is None else 0)}V{y:g}H{right}V{base + (2 if amount is None else 0)}z"
        begin = n


def _mark(point: Point, start: date) -> str:
    """Return one mark or span."""
    day, height = _day(point.on, start), HEIGHT[Kind.MARKS]
    if point.shape == Shape.SPAN:
        return f"M{day} 1H{_day(point.until or point.on, start) + 1}V{height - 1}H{day}z"
    if point.shape == Shape.TICK:
        return f"M{day + 0.5} 1V{height - 1}"
    return f"M{day + 0.5} {height // 2}h0"


def _strip(series: Series, n: int) -> Strip:
    """Return one band; the next one begins where it ends."""
    ends = series.bands[n + 1].low if n + 1 < len(series.bands) else series.high
    top, bottom = _y(series, ends), _y(series, series.bands[n].low)
    return Strip(top, bottom - top, series.bands[n].word, n)


def _label(point: Point, after: Point | None, window: Window) -> Label:
    """Return the word in a span; it may run on until the next span begins."""
    begin = _day(point.on, window.start)
    end = _day(after.on, window.start) if after is not None else window.box[0] + window.box[1]
    shown = max(begin, window.box[0])
    return Label(begin, max(end - begin, 0), window.share(shown), window.width(max(end - shown, 0)), point.label)


def _day(day: date, start: date) -> int:
    """Return a day's place on the axis."""
    return (day - start).days


def _y(series: Series, value: float) -> float:
    """Return how far from the top a value lies."""
    height = HEIGHT[series.kind]
    share = (value - series.low) / ((series.high - series.low) or 1)
    edge = 0 if series.kind == Kind.DOSES else 3
    return round(height - edge - share * (height - 2 * edge), 1)


def _ticks(start: date, days: int) -> Iterable[Tick]:
    """Return every month of the axis."""
    month = start
    while (month - start).days < days:
        level = 0 if month.month == 1 else 1 if month.month in {4, 7, 10} else 2
        word = str(month.year) if level == 0 else str(MONTHS_3[month.month]).capitalize()
        yield Tick((month - start).days, word, level)
        month = (month.replace(day=28) + timedelta(days=7)).replace(day=1)


def ticks_shown(ticks: Iterable[Tick], window: Window) -> list[Tick]:
    """Return the ticks for which a window has room: months up to a year, quarters up to three, years beyond."""
    begin, days = window.box
    most = 2 if days <= 370 else 1 if days <= 1100 else 0
    return [
        Tick(tick.day, tick.word, tick.level, window.share(tick.day))
        for tick in ticks
        if tick.level <= most and begin <= tick.day < begin + days * READABLE
    ]
