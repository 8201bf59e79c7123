from datetime import date

import pytest

from casemgr.measures.charts import Point, Sparkline
from casemgr.measures.rules import Period, may_share, share, shared


@pytest.mark.parametrize(("number", "said"), [(0, "0"), (1, "<11"), (10, "<11"), (11, "11"), (240, "240")])
def test_groups_of_one_to_ten_are_hidden_in_what_is_shared(number, said):
    assert shared(number) == said


@pytest.mark.parametrize(
    ("part", "whole", "may"), [(0, 50, True), (5, 50, False), (45, 50, False), (50, 50, True), (20, 50, True), (0, 0, True), (39, 50, True)]
)
def test_a_part_is_hidden_when_it_or_what_is_left_would_tell_a_small_group(part, whole, may):
    assert may_share(part, whole) is may


def test_a_share_of_nothing_is_nothing():
    assert share(0, 0) is None
    assert share(1, 3) == 33


def test_a_short_period_is_drawn_day_by_day_and_a_long_one_week_by_week():
    short = Period(date(2026, 1, 1), date(2026, 1, 31))
    assert (short.days, len(short.buckets()), short.last_day) == (30, 30, date(2026, 1, 30))
    long = Period(date(2026, 1, 1), date(2026, 4, 11))
    assert long.days == 100
    assert len(long.buckets()) == 15
    assert long.buckets()[-1] == (date(2026, 4, 9), date(2026, 4, 11))


def test_a_line_stands_on_zero_and_ends_at_its_last_point():
    line = Sparkline(tuple(Point(date(2026, 1, n + 1), number) for n, number in enumerate([0, 10, 5])))
    assert (line.lowest, line.highest) == (0, 10)
    assert line.places == [("3.0", "45.0"), ("120.0", "3.0"), ("237.0", "24.0")]
    assert line.end == ("237.0", "24.0")
    assert Sparkline(()).end is None
