from datetime import UTC, date, datetime
from random import Random
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from casemgr.demo.life import Life


@pytest.mark.parametrize(("hour", "today"), [(0, date(2026, 11, 22)), (4, date(2026, 11, 22)), (5, date(2026, 11, 23))])
def test_the_story_ends_on_the_day_of_the_clinic_also_when_it_is_the_next_day_elsewhere(hour, today):
    clinic = SimpleNamespace(program=SimpleNamespace(zone=ZoneInfo("America/New_York")))
    life = Life(clinic, [], Random(7), until=datetime(2026, 11, 23, hour, 30, tzinfo=UTC))
    assert (life.today, life.days_since(today), life.days_since(date(2026, 11, 20))) == (today, 0, (today - date(2026, 11, 20)).days)
