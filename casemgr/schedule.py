"""Say what each hour wakes: one tick, and what a tick looks for."""

from celery import shared_task
from celery.schedules import schedule
from django.conf import settings
from django.utils import timezone

from casemgr.celery import DRAIN, app
from casemgr.core.accounts.models import User
from casemgr.core.audit.door import Door, through
from casemgr.core.messaging.sending import send_queued
from casemgr.core.outbox.draining import drain as drain_outbox
from casemgr.sharing.sending import send_transmissions
from treatment_plans.medication.actions import note_missed_doses
from treatment_plans.medication.queries import dosing_days_to_close

CLOSE_DOSING_EVERY = 600
"""Seconds between looks for sites whose last dosing hour is over; each look is three small reads when there is none."""

app.conf.beat_schedule = {
    "tick": {
        "task": DRAIN,
        "schedule": schedule(settings.OUTBOX_TICK_SECONDS),
        "options": {"expires": settings.OUTBOX_TICK_SECONDS},
    },
    "dosing days": {
        "task": "casemgr.close_dosing_days",
        "schedule": schedule(CLOSE_DOSING_EVERY),
        "options": {"expires": CLOSE_DOSING_EVERY},
    },
}


@shared_task(name=DRAIN)
def drain() -> None:
    """React to every fact that is due, then send every message and every part of a record that is due."""
    with through(Door("schedule")):
        while drain_outbox(at=timezone.now()) + send_queued(at=timezone.now()) + send_transmissions(at=timezone.now()):
            pass


@shared_task(name="casemgr.close_dosing_days")
def close_dosing_days() -> None:
    """Note who missed a dose at each site whose dosing day is over in its own time; each day is closed once, however often this runs."""
    with through(Door("schedule")):
        for site, day in dosing_days_to_close(timezone.now()):
            note_missed_doses(site=site, day=day, by=User.objects.system(), at=timezone.now())
