"""Carry wake-ups: tasks without arguments that look into the database for what is due."""

import os

import redis
from celery import Celery
from django.conf import settings
from django.db import connection
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casemgr.settings")

app = Celery("casemgr")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["casemgr"], related_name="schedule")

QUEUE = "celery"
ENOUGH = 4
"""Wake-ups waiting at the broker beyond which another adds nothing."""
EXPIRES = 30


def wake() -> None:
    """Send a wake-up, unless enough are waiting; a broker that is down costs nothing but time."""
    if getattr(settings, "CELERY_TASK_ALWAYS_EAGER", False):
        return
    try:
        with app.connection_for_write() as broker:
            if broker.default_channel._size(QUEUE) < ENOUGH:
                app.send_task("casemgr.drain", expires=EXPIRES, retry=False)
    except (redis.RedisError, OSError, app.connection_for_write().connection_errors):
        return


def with_lock(number: int) -> bool:
    """Take a lock that holds while this connection lives; say whether we got it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def now() -> timezone.datetime:  # type: ignore[name-defined]
    """Return the moment at which the schedule acts."""
    return timezone.now()
