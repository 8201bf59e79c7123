"""Say what each hour wakes: one tick, and what a tick looks for."""

from datetime import timedelta

from celery import shared_task
from celery.schedules import crontab, schedule
from django.conf import settings
from django.utils import timezone

from casemgr.celery import DRAIN, app
from casemgr.core.accounts.models import Program, User
from casemgr.core.administration.deadlines.actions import look_at_clocks
from casemgr.core.audit.door import Door, through
from casemgr.core.audit.verifying import anchor_or_alarm, put_verification_on_record, verify
from casemgr.core.messaging.sending import send_queued
from casemgr.core.outbox.draining import drain as drain_outbox
from casemgr.sharing.sending import send_transmissions
from patients.consent.actions import expire_consents
from patients.merging.actions import look_for_duplicates
from patients.notices.actions import owe_notices
from treatment_plans.drafts.actions import clean_drafts
from treatment_plans.medication.actions import note_missed_doses
from treatment_plans.medication.queries import dosing_days_to_close

CLOSE_DOSING_EVERY = 600
"""Seconds between looks for sites whose last dosing hour is over; each look is three small reads when there is none."""

LOOK_AT_DEADLINES_EVERY = 6 * 3600
"""Seconds between looks at clocks and at notices that are owed; reminders come by themselves, this finds what they missed."""

EXPIRE_CONSENTS_EVERY = 3600
"""Seconds between looks for consents that have ended; at the gate they ended by themselves."""


ANCHOR_EVERY = 300
"""Seconds between looks whether the audit record has grown; what somebody does to its end in between, no anchor knows."""

VERIFY_AT = crontab(hour=8, minute=17)
"""The quiet hour of the night for the whole audit record, in universal time."""

LOOK_FOR_DUPLICATES_EVERY = 3600
"""Seconds between looks for records that may be one person's."""

LOOK_BACK_FOR_DUPLICATES = timedelta(hours=26)
"""How far back each look goes: a day and some, so that an hour that was missed is made up for."""

CLEAN_DRAFTS_AT = crontab(hour=9, minute=7)
"""When what nobody finished in thirty days is deleted, in universal time."""

app.conf.beat_schedule = {
    "drafts that nobody finished": {"task": "casemgr.clean_drafts", "schedule": CLEAN_DRAFTS_AT},
    "possible duplicates": {
        "task": "casemgr.look_for_duplicates",
        "schedule": schedule(LOOK_FOR_DUPLICATES_EVERY),
        "options": {"expires": LOOK_FOR_DUPLICATES_EVERY},
    },
    "consents that ended": {
        "task": "casemgr.expire_consents",
        "schedule": schedule(EXPIRE_CONSENTS_EVERY),
        "options": {"expires": EXPIRE_CONSENTS_EVERY},
    },
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
    "deadlines": {
        "task": "casemgr.look_at_deadlines",
        "schedule": schedule(LOOK_AT_DEADLINES_EVERY),
        "options": {"expires": LOOK_AT_DEADLINES_EVERY},
    },
    "audit anchor": {
        "task": "casemgr.anchor_audit",
        "schedule": schedule(ANCHOR_EVERY),
        "options": {"expires": ANCHOR_EVERY},
    },
    "audit verification": {"task": "casemgr.verify_audit", "schedule": VERIFY_AT},
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


@shared_task(name="casemgr.look_at_deadlines")
def look_at_deadlines() -> None:
    """Start the clocks of notices that are owed, and let every clock warn whose day comes near; twice in one night does nothing twice."""
    with through(Door("schedule")):
        for program in Program.objects.all():
            owe_notices(program=program, by=User.objects.system(), at=timezone.now())
            look_at_clocks(program=program, by=User.objects.system(), at=timezone.now())


@shared_task(name="casemgr.clean_drafts")
def clean_old_drafts() -> None:
    """Delete what nobody finished."""
    with through(Door("schedule")):
        clean_drafts(by=User.objects.system(), at=timezone.now())


@shared_task(name="casemgr.look_for_duplicates")
def find_duplicates() -> None:
    """Compare whom somebody registered or corrected of late with everybody."""
    with through(Door("schedule")):
        now = timezone.now()
        look_for_duplicates(since=now - LOOK_BACK_FOR_DUPLICATES, by=User.objects.system(), at=now)


@shared_task(name="casemgr.expire_consents")
def expire_ended_consents() -> None:
    """Write down which consents have ended."""
    with through(Door("schedule")):
        expire_consents(by=User.objects.system(), at=timezone.now())


@shared_task(name="casemgr.anchor_audit")
def anchor_audit() -> None:
    """Write down outside the database where the audit record stands."""
    with through(Door("schedule")):
        anchor_or_alarm(by=User.objects.system(), at=timezone.now())


@shared_task(name="casemgr.verify_audit")
def verify_audit() -> None:
    """Verify the whole audit record and put on it how that ended."""
    with through(Door("schedule")):
        now = timezone.now()
        put_verification_on_record(verify(at=now), by=User.objects.system(), at=now)
