import os

import pytest
from django.conf import settings
from django.core.cache import cache

from casemgr.api.throttles import _redis
from tests.apart import numbered


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("unix:///run/valkey.sock?db=0", "unix:///run/valkey.sock?db=7"),
        ("unix:///run/valkey.sock", "unix:///run/valkey.sock?db=7"),
        ("redis://127.0.0.1:6379/12", "redis://127.0.0.1:6379/7"),
        ("redis://127.0.0.1:6379", "redis://127.0.0.1:6379/7"),
        ("redis://127.0.0.1:6379/", "redis://127.0.0.1:6379/7"),
    ],
)
def test_another_database_of_the_same_broker(url, other):
    assert numbered(url, 7) == other


def test_cache_and_counters_of_this_process_are_in_its_own_database():
    cache.set("apart", "mine", timeout=5)
    _redis.set("apart", "mine", ex=5)
    own = settings.REDIS_URL
    assert (settings.CACHES["default"]["LOCATION"], os.environ["REDIS_URL"]) == (own, own)
    assert {key.decode() for key in _redis.scan_iter("*apart")} == {"apart", "casemgr:1:apart"}
