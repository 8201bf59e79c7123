from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from casemgr.core.messaging.rules import after_quiet_hours, in_quiet_hours

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"), [(7, 59, True), (8, 0, False), (20, 59, False), (21, 0, True), (23, 59, True), (0, 0, True)]
)
def test_quiet_hours_are_from_nine_in_the_evening_to_eight(hour, minute, quiet):
    assert in_quiet_hours(datetime(2026, 3, 10, hour, minute, tzinfo=NEW_YORK), NEW_YORK) is quiet


def test_what_falls_into_the_quiet_hours_waits_for_eight():
    eight = datetime(2026, 3, 11, 8, tzinfo=NEW_YORK)
    assert after_quiet_hours(datetime(2026, 3, 10, 22, tzinfo=NEW_YORK), NEW_YORK) == eight
    assert after_quiet_hours(datetime(2026, 3, 11, 3, tzinfo=NEW_YORK), NEW_YORK) == eight
    noon = datetime(2026, 3, 11, 12, tzinfo=NEW_YORK)
    assert after_quiet_hours(noon, NEW_YORK) is noon


def test_eight_is_eight_on_the_morning_after_the_clocks_change():
    night = datetime(2026, 3, 7, 23, tzinfo=NEW_YORK)
    assert after_quiet_hours(night, NEW_YORK).isoformat() == "2026-03-08T08:00:00-04:00"
