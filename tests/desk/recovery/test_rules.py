from datetime import date, timedelta

import pytest

from casemgr.desk.recovery.rules import MEANINGFUL, REACH, WINDOW, Order, Rise, Score, Use, begun_use, marks_of_the_cycle, rises_in

DAY = date(2026, 3, 1)


def after(days):
    return DAY + timedelta(days=days)


def scores(*pairs):
    return [Score(after(days), value) for days, value in pairs]


def rise_on(days, instrument="phq9"):
    return Rise(instrument, Score(after(days - 20), 5), Score(after(days), 12))


def use_on(days):
    return Use(after(days), "bam", "Days of use: 4 of 30")


@pytest.mark.parametrize(("instrument", "points"), MEANINGFUL.items())
@pytest.mark.parametrize(("more", "rises"), [(-1, 0), (0, 1), (1, 1)])
def test_a_rise_begins_exactly_at_the_meaningful_change(instrument, points, more, rises):
    found = rises_in(instrument, scores((0, 5), (28, 5 + points + more)), meaningful=points)
    assert len(found) == rises
    assert all(rise.points == points + more for rise in found)


@pytest.mark.parametrize(("days", "rises"), [(REACH.days, 1), (REACH.days + 1, 0)])
def test_scores_too_far_apart_are_not_compared(days, rises):
    assert len(rises_in("phq9", scores((0, 3), (days, 20)), meaningful=5)) == rises


@pytest.mark.parametrize(
    ("course", "risen_on"),
    [
        ([], []),
        ([(0, 20)], []),
        ([(0, 5), (0, 12)], [0]),
        ([(0, 15), (30, 8)], []),
        ([(0, 5), (30, 12), (60, 12), (90, 13)], [30]),
        ([(0, 5), (30, 8), (60, 10)], [60]),
        ([(0, 5), (30, 12), (60, 17)], [30, 60]),
        ([(0, 5), (30, 12), (60, 4), (90, 10)], [30, 90]),
        ([(0, 9), (30, 4), (60, 8), (88, 9)], [88]),
        ([(60, 12), (0, 5)], [60]),
    ],
)
def test_a_rise_is_seen_once_and_against_the_lowest_of_late(course, risen_on):
    assert [(rise.to.on - DAY).days for rise in rises_in("phq9", scores(*course), meaningful=5)] == risen_on


def test_of_two_equally_low_scores_the_later_one_is_named():
    [rise] = rises_in("phq9", scores((0, 5), (20, 5), (40, 10)), meaningful=5)
    assert rise.since.on == after(20)


@pytest.mark.parametrize(
    ("days", "begun_on"),
    [
        ([], []),
        ([(0, 4)], []),
        ([(0, 0), (30, 0)], []),
        ([(0, 0), (30, 3)], [30]),
        ([(0, 4), (30, 9)], []),
        ([(0, 0), (30, 3), (60, 8), (90, 0), (120, 3)], [30, 120]),
        ([(0, 0), (REACH.days + 1, 3)], []),
    ],
)
def test_use_begins_when_the_answer_before_told_of_none(days, begun_on):
    assert [(answer.on - DAY).days for answer in begun_use(scores(*days))] == begun_on


@pytest.mark.parametrize(
    ("apart", "order"),
    [
        (0, None),
        (1, Order.SYMPTOMS_FIRST),
        (WINDOW.days, Order.SYMPTOMS_FIRST),
        (WINDOW.days + 1, None),
        (-1, Order.USE_FIRST),
        (-WINDOW.days, Order.USE_FIRST),
        (-WINDOW.days - 1, None),
    ],
)
def test_an_order_is_seen_within_the_window_and_never_on_one_day(apart, order):
    marks = marks_of_the_cycle([rise_on(40)], [use_on(40 + apart)])
    assert [mark.order for mark in marks] == ([order] if order else [])


def test_a_rise_counts_for_the_nearest_use_on_each_side():
    marks = marks_of_the_cycle([rise_on(40)], [use_on(15), use_on(35), use_on(45), use_on(60)])
    assert {(mark.order, mark.use.on) for mark in marks} == {(Order.SYMPTOMS_FIRST, after(45)), (Order.USE_FIRST, after(35))}


def test_several_rises_around_one_use_are_one_mark():
    [mark] = marks_of_the_cycle([rise_on(30), rise_on(35, "gad7")], [use_on(40)])
    assert [rise.instrument for rise in mark.rises] == ["phq9", "gad7"]
    assert (mark.begins_on, mark.ends_on) == (after(30), after(40))


def test_without_one_of_the_two_nothing_is_seen():
    assert marks_of_the_cycle([rise_on(30)], []) == []
    assert marks_of_the_cycle([], [use_on(30)]) == []
