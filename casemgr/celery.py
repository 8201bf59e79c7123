"""Carry wake-ups: tasks without arguments that look into the database for what is due."""

import logging
import os

import redis
from celery import Celery
from django.conf import settings
from kombu.exceptions import KombuError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casemgr.settings")

log = logging.getLogger(__name__)

app = Celery("casemgr")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["casemgr"], related_name="schedule")

DRAIN = "casemgr.drain"
QUEUE = "celery"
ENOUGH = 4
"""Wake-ups waiting at the broker beyond which another adds nothing."""
EXPIRES = 30


def wake() -> None:
    """Send a wake-up, unless enough are waiting; a broker that is down costs nothing but time, because the tick looks as well."""
    try:
        if wake_ups_waiting() < ENOUGH:
            app.send_task(DRAIN, expires=EXPIRES, retry=False)
    except (redis.RedisError, KombuError, OSError) as error:
        log.warning("no wake-up sent", extra={"error": type(error).__name__})


def wake_ups_waiting() -> int:
    """Ask the broker how many wake-ups wait there."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    with redis.Redis(connection_pool=_pool()) as broker:
        return int(broker.llen(f"{prefix}{QUEUE}"))


_pools: dict[str, redis.ConnectionPool] = {}


def _pool() -> redis.ConnectionPool:
    """Return the connections to the broker that this process keeps."""
    url = settings.REDIS_URL
    if url not in _pools:
        _pools[url] = redis.ConnectionPool.from_url(url, socket_timeout=1, socket_connect_timeout=1)
    return _pools[url]
