"""Say what each hour wakes: one tick, and what a tick looks for."""

from celery import shared_task
from celery.schedules import schedule
from django.conf import settings
from django.utils import timezone

from casemgr.celery import DRAIN, app
from casemgr.core.audit.door import Door, through
from casemgr.core.messaging.sending import send_queued
from casemgr.core.outbox.draining import drain as drain_outbox

app.conf.beat_schedule = {
    "tick": {
        "task": DRAIN,
        "schedule": schedule(settings.OUTBOX_TICK_SECONDS),
        "options": {"expires": settings.OUTBOX_TICK_SECONDS},
    },
}


@shared_task(name=DRAIN)
def drain() -> None:
    """React to every fact that is due, then send every message that is due."""
    with through(Door("schedule")):
        while drain_outbox(at=timezone.now()) + send_queued(at=timezone.now()):
            pass
