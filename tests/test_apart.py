import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache

from casemgr.api.throttles import _redis
from tests.apart import number_of, numbered

THIRD = """
import django
from django.conf import settings
from tests.apart import keep_apart
keep_apart()
django.setup()
from casemgr.api.throttles import _redis
from django.core.cache import caches
print(settings.REDIS_URL)
print(_redis.connection_pool.connection_kwargs["db"], caches["default"]._cache.get_client(write=True).connection_pool.connection_kwargs["db"])
"""


@pytest.mark.parametrize(
    ("url", "number", "other"),
    [
        ("unix:///run/valkey.sock?db=3", 3, "unix:///run/valkey.sock?db=7"),
        ("unix:///run/valkey.sock", 0, "unix:///run/valkey.sock?db=7"),
        ("unix:///run/6379?password=x&db=2", 2, "unix:///run/6379?db=7&password=x"),
        ("redis://127.0.0.1:6379/12", 12, "redis://127.0.0.1:6379/7"),
        ("redis://:secret@127.0.0.1:6379", 0, "redis://:secret@127.0.0.1:6379/7"),
        ("rediss://127.0.0.1:6379/?ssl_cert_reqs=required", 0, "rediss://127.0.0.1:6379/7?ssl_cert_reqs=required"),
    ],
)
def test_another_database_of_the_same_broker(url, number, other):
    assert (number_of(url), numbered(url, 7)) == (number, other)


def test_each_process_of_a_run_counts_and_caches_in_a_database_of_its_own():
    environ = {
        **os.environ,
        "REDIS_URL": "unix:///run/valkey.sock?db=20",
        "PYTEST_XDIST_WORKER": "gw3",
        "DJANGO_SETTINGS_MODULE": "casemgr.settings",
    }
    root = Path(__file__).resolve().parent.parent
    said = subprocess.run([sys.executable, "-c", THIRD], cwd=root, env=environ, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["unix:///run/valkey.sock?db=23", "23 23"]


def test_cache_and_counters_of_this_process_are_in_one_database():
    cache.set("apart", "mine", timeout=5)
    _redis.set("apart", "mine", ex=5)
    assert {key.decode() for key in _redis.scan_iter("*apart")} == {"apart", "casemgr:1:apart"}
    assert os.environ["REDIS_URL"] == settings.REDIS_URL
