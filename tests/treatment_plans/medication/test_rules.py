from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treatment_plans.medication.rules import (
    DosingCalendar,
    Given,
    Known,
    MissedDosePolicy,
    OrderWish,
    Situation,
    Terms,
    missed_in_a_row,
    what_stands_in_the_way,
    what_stops_the_order,
    what_to_warn_of,
)

TODAY = date(2026, 3, 4)  # a Wednesday
MONDAY_TO_SATURDAY = DosingCalendar(weekdays=frozenset(range(6)))
METHADONE = Terms(
    substance="methadone", form="oral concentrate", daily_mg=Decimal(40), starts_on=date(2026, 1, 5), missed_counted_from=TODAY
)
SITUATION = Situation(
    today=TODAY,
    for_day=TODAY,
    day_part="whole",
    mg=Decimal(40),
    initials="NN",
    identity_checked_by="photo",
    roles_here=frozenset({"nurse"}),
    order=METHADONE,
    calendar=MONDAY_TO_SATURDAY,
)


def codes(situation=SITUATION, **changes):
    return [blocker.code for blocker in what_stands_in_the_way(replace(situation, **changes))]


def days_ago(*numbers):
    return [TODAY - timedelta(days=n) for n in numbers]


def test_an_ordinary_dose_has_nothing_in_its_way():
    assert codes() == []


@pytest.mark.parametrize("role", ["case_manager", "therapist", "peer", "front_desk", "director", "privacy_officer", "administrator"])
def test_only_nurses_and_prescribers_dispense(role):
    assert codes(roles_here=frozenset({role})) == ["not_a_dispenser"]
    assert codes(roles_here=frozenset({role, "prescriber"})) == []


def test_a_dose_is_signed_with_initials_after_a_look_at_who_stands_there():
    assert codes(initials="  ", identity_checked_by="") == ["no_initials", "identity_not_checked"]


def test_nobody_is_dosed_who_is_not_in_care_or_has_died():
    assert codes(in_care=False, deceased=True) == ["deceased", "not_in_care"]


def test_the_order_reaches_its_first_day_and_not_its_last():
    ending = replace(METHADONE, starts_on=TODAY, ends_on=TODAY + timedelta(days=1))
    assert codes(order=ending) == []
    assert codes(order=replace(ending, starts_on=TODAY - timedelta(days=9), ends_on=TODAY)) == ["no_order"]
    assert codes(order=replace(METHADONE, starts_on=TODAY + timedelta(days=1))) == ["no_order"]
    assert codes(order=replace(METHADONE, state="ended")) == ["no_order"]


def test_an_order_on_hold_says_why_and_does_not_repeat_what_was_missed():
    held = replace(METHADONE, state="on_hold", hold_reason="ECG first", missed_counted_from=date(2026, 1, 5))
    (blocker,) = what_stands_in_the_way(replace(SITUATION, order=held))
    assert (blocker.code, blocker.values) == ("on_hold", {"reason": "ECG first"})


def test_two_missed_days_pass_and_three_stop_the_next_dose_until_a_prescriber_decides():
    order = replace(METHADONE, missed_counted_from=date(2026, 1, 5))
    assert codes(order=order, covered=days_ago(3)) == []
    # the third day back is Sunday 1 March, which is closed: the row is Tuesday, Monday, Saturday
    assert codes(order=order, covered=days_ago(5)) == ["missed_too_many"]
    assert codes(order=order, covered=days_ago(4)) == []


def test_the_missed_dose_hold_is_program_policy_and_says_so():
    order = replace(METHADONE, missed_counted_from=date(2026, 1, 5))
    (blocker,) = what_stands_in_the_way(replace(SITUATION, order=order))
    assert blocker.source.startswith("program policy")
    assert "42 CFR Part 8 has no figure" in blocker.source
    assert codes(order=order, covered=days_ago(3), policy=MissedDosePolicy(hold_after=2)) == ["missed_too_many"]


def test_what_was_missed_before_a_prescriber_decided_no_longer_counts():
    assert codes(order=replace(METHADONE, missed_counted_from=days_ago(1)[0])) == []


def test_a_closed_day_is_not_missed_and_a_take_home_dose_covers_it():
    since = date(2026, 1, 5)
    # Tuesday 3, Monday 2, (Sunday 1 closed), Saturday 28 February
    row = missed_in_a_row(before=TODAY, since=since, covered=days_ago(5), calendar=MONDAY_TO_SATURDAY)
    assert row == days_ago(1, 2, 4)
    covered = missed_in_a_row(before=TODAY, since=since, covered=days_ago(3, 5), calendar=MONDAY_TO_SATURDAY)
    assert covered == days_ago(1, 2)
    storm = DosingCalendar(weekdays=frozenset(range(6)), closures=frozenset(days_ago(1)))
    assert missed_in_a_row(before=TODAY, since=since, covered=days_ago(5), calendar=storm) == days_ago(2, 4)


@settings(max_examples=60, deadline=None)
@given(covered=st.sets(st.integers(1, 20)), closed=st.sets(st.integers(1, 20)))
def test_the_row_never_holds_a_closed_or_covered_day_and_never_jumps_over_a_covered_one(covered, closed):
    calendar = DosingCalendar(closures=frozenset(days_ago(*closed)))
    row = missed_in_a_row(before=TODAY, since=TODAY - timedelta(days=20), covered=days_ago(*covered), calendar=calendar)
    assert not set(row) & set(days_ago(*covered))
    assert not set(row) & set(days_ago(*closed))
    nearest = min(covered, default=21)
    assert row == [day for n, day in enumerate(days_ago(*range(1, nearest)), 1) if n not in closed]


def test_no_dose_is_given_for_a_day_that_is_over_or_not_yet_there():
    assert codes(for_day=days_ago(1)[0]) == ["past_day"]
    assert codes(for_day=TODAY + timedelta(days=1)) == ["future_day"]


def test_closed_days_that_follow_may_be_taken_home_and_the_open_day_after_them_may_not():
    saturday = date(2026, 3, 7)
    order = replace(METHADONE, missed_counted_from=saturday)
    holiday = DosingCalendar(weekdays=frozenset(range(6)), closures=frozenset({date(2026, 3, 9)}))
    for day, expected in ((8, []), (9, []), (10, ["future_day"])):
        assert codes(order=order, today=saturday, for_day=date(2026, 3, day), calendar=holiday) == expected


def test_a_closed_site_gives_nothing():
    sunday = date(2026, 3, 8)
    order = replace(METHADONE, missed_counted_from=sunday)
    assert codes(order=order, today=sunday, for_day=sunday) == ["site_closed"]
    assert codes(calendar=DosingCalendar(closures=frozenset({TODAY}))) == ["site_closed"]


def test_a_site_whose_dosing_hours_nobody_wrote_down_is_open():
    sunday = date(2026, 3, 8)
    order = replace(METHADONE, missed_counted_from=sunday)
    assert codes(order=order, today=sunday, for_day=sunday, calendar=DosingCalendar()) == []


def test_the_same_part_of_a_day_is_given_once_and_a_whole_day_leaves_no_room_for_parts():
    whole = Given("methadone", TODAY, "whole", Decimal(40), at="7:10 a.m.", by="Ana")
    morning = Given("methadone", TODAY, "morning", Decimal(20))
    assert codes(given=[whole]) == ["already_given"]
    assert codes(given=[whole], day_part="morning", mg=Decimal(10)) == ["already_given"]
    assert codes(given=[morning]) == ["already_given"]
    assert codes(given=[morning], day_part="morning", mg=Decimal(20)) == ["already_given"]
    assert codes(given=[morning], day_part="evening", mg=Decimal(20)) == []
    assert codes(given=[replace(whole, substance="buprenorphine")]) == []


def test_a_take_home_dose_in_hand_is_the_dose_of_its_day():
    in_hand = Given("methadone", TODAY, "whole", Decimal(40), is_take_home=True)
    assert codes(given=[in_hand]) == ["take_home_in_hand"]


def test_parts_of_a_day_never_sum_up_to_more_than_was_ordered():
    morning = Given("methadone", TODAY, "morning", Decimal(25))
    assert codes(given=[morning], day_part="evening", mg=Decimal(15)) == []
    assert codes(given=[morning], day_part="evening", mg=Decimal("15.001")) == ["more_than_ordered"]
    assert codes(mg=Decimal(41)) == ["more_than_ordered"]
    assert codes(mg=Decimal(0)) == ["not_positive"]
    assert codes(mg=Decimal(30)) == []


def test_the_amount_of_a_part_is_said_by_a_person_and_never_computed():
    assert codes(day_part="morning", mg=None) == ["part_without_amount"]


def test_more_than_fifty_milligrams_of_methadone_on_the_first_day_need_a_reason():
    first = replace(SITUATION, is_first_day=True)
    fifty, fifty_one = (replace(METHADONE, daily_mg=Decimal(mg)) for mg in (50, 51))
    assert codes(first, order=fifty, mg=Decimal(50)) == []
    assert codes(first, order=fifty_one, mg=Decimal(51)) == ["first_day_unexplained"]
    assert codes(first, order=replace(fifty_one, first_day_reason="verified transfer at 90 mg"), mg=Decimal(51)) == []
    assert codes(order=fifty_one, mg=Decimal(51)) == []


def test_thirty_milligrams_are_no_limit_any_more():
    assert codes(replace(SITUATION, is_first_day=True), mg=Decimal(40)) == []


def test_methadone_goes_by_mouth_only_and_buprenorphine_any_way():
    assert codes(order=replace(METHADONE, form="injection")) == ["not_oral"]
    film = replace(METHADONE, substance="buprenorphine", form="SC injection (Sublocade 100 mg)", daily_mg=Decimal(100))
    assert codes(order=film, mg=Decimal(100)) == []


@pytest.mark.parametrize("mg", [24, 32, 48])
def test_buprenorphine_has_no_highest_dose(mg):
    order = replace(METHADONE, substance="buprenorphine", form="SL film", daily_mg=Decimal(mg))
    assert codes(order=order, mg=Decimal(mg), is_first_day=True) == []


def test_everything_in_the_way_is_named_at_once():
    order = replace(METHADONE, form="injection", daily_mg=Decimal(60), missed_counted_from=date(2026, 1, 5))
    assert codes(order=order, mg=Decimal(70), initials="", roles_here=frozenset({"peer"}), in_care=False, is_first_day=True) == [
        "not_a_dispenser",
        "no_initials",
        "not_in_care",
        "missed_too_many",
        "more_than_ordered",
        "first_day_unexplained",
        "not_oral",
    ]


def test_benzodiazepines_urine_results_and_missed_counselling_warn_and_never_stop():
    known = Known(
        benzodiazepine="alprazolam 1 MG Oral Tablet",
        sedative_diagnosis=True,
        urine_result="Fentanyl",
        missed_counselling=True,
        other_substance_today="buprenorphine",
        missed_days=2,
        given_while_one=Given("methadone", TODAY, "whole", Decimal(40)),
    )
    assert [warning.code for warning in what_to_warn_of(known)] == [
        "given_while_one",
        "benzodiazepine",
        "sedative_diagnosis",
        "urine_result",
        "missed_counselling",
        "other_substance_today",
        "missed_days",
    ]
    assert all(warning.source for warning in what_to_warn_of(known))
    assert what_to_warn_of(Known()) == []
    assert not {"known", "warnings"} & set(Situation.__dataclass_fields__), "what only warns must not reach the decision"


WISH = OrderWish(
    substance="methadone",
    form="tablet",
    daily_mg=Decimal(30),
    starts_on=TODAY,
    ends_on=None,
    first_day_reason="",
    today=TODAY,
    in_care=True,
    is_first_day=True,
    same_program=True,
)


def test_an_order_names_everything_that_stops_it_at_once():
    wrong = replace(
        WISH,
        form="injection",
        daily_mg=Decimal(51),
        starts_on=days_ago(1)[0],
        ends_on=days_ago(1)[0],
        in_care=False,
        same_program=False,
        runs_elsewhere=True,
        later_order_from=TODAY,
    )
    assert [blocker.code for blocker in what_stops_the_order(wrong)] == [
        "not_in_care",
        "site_of_another_program",
        "runs_elsewhere",
        "order_in_the_past",
        "ends_before_it_starts",
        "not_oral",
        "first_day_unexplained",
        "later_order",
    ]
    assert what_stops_the_order(WISH) == []


def test_an_order_above_fifty_milligrams_is_free_once_the_first_day_is_over():
    assert what_stops_the_order(replace(WISH, daily_mg=Decimal(180), is_first_day=False)) == []
    assert [b.field for b in what_stops_the_order(replace(WISH, daily_mg=Decimal(51)))] == ["first_day_reason"]
