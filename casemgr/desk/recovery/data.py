"""Give the picture's points to the browser once: where each lies, and what is to be said of it."""

from typing import Any

from casemgr.desk.recovery.drawing import Picture
from casemgr.desk.recovery.words import when


def data_of(picture: Picture) -> dict[str, Any]:
    """Return the points of each lane as `[first day, last day, when, what]`; words that recur are told once and counted from."""
    words: dict[str, int] = {}
    lanes = [
        {
            "key": plot.series.key,
            "title": str(plot.series.title),
            "y": plot.y,
            "height": plot.height,
            "points": [
                [
                    (point.on - picture.window.start).days,
                    ((point.until or point.on) - picture.window.start).days,
                    when(point),
                    words.setdefault(point.words, len(words)),
                ]
                for point in plot.series.points
            ],
        }
        for plot in picture.plots
    ]
    ticks = [[tick.day, tick.word, tick.level] for tick in picture.ticks]
    begin, shown = picture.window.box
    return {"days": picture.days, "window": [begin, shown], "today": picture.today, "lanes": lanes, "words": list(words), "ticks": ticks}
