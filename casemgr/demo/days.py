"""Live the demo clinic's days one after another, each through the verbs that staff would use."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection, transaction

from casemgr.core.messaging.gateways import Letter
from casemgr.core.messaging.models import Channel
from casemgr.core.messaging.sending import send_queued
from casemgr.core.outbox.draining import drain
from casemgr.demo.accounting import ask_what_was_told
from casemgr.demo.arrival import arrive, leave
from casemgr.demo.calendar import keep_calendar
from casemgr.demo.casework import work_on_life
from casemgr.demo.dosing import dose_everybody
from casemgr.demo.family import bring_families
from casemgr.demo.grounds import happen_without_consent
from casemgr.demo.illness import look_at_illness
from casemgr.demo.inside import keep_private
from casemgr.demo.life import Life
from casemgr.demo.meetings import hold_groups, hold_meetings
from casemgr.demo.notes import write_rules
from casemgr.demo.papers import sign_papers
from casemgr.demo.planning import look_again
from casemgr.demo.plans import keep_plans
from casemgr.demo.policies import write_policies_down
from casemgr.demo.safety import keep_safe
from casemgr.demo.sharing import share_records, stop_one_in_time
from casemgr.demo.signing import keep_signed
from casemgr.demo.twice import register_twice
from casemgr.sharing.sending import send_transmissions

ANALYZE_EVERY = 20
"""Days of the story between two looks of the database at its own sizes."""


class LetterBox:
    """Take letters and keep none: what was sent stands in the message table."""

    knows_keys = True
    channels = frozenset(Channel.values)

    def send(self, letter: Letter) -> None:
        """Take the letter."""


def live(life: Life, *, first: date, today: date, progress: Callable[[int, int], None]) -> None:
    """Live every day from the first to today, each in a transaction of its own.

    In one long transaction no row version could be forgotten, and drawing from a lot would grow slower with every dose.
    """
    days = (today - first).days + 1
    letters = LetterBox()
    with transaction.atomic():
        write_rules(life)
        write_policies_down(life)
    for number in range(days):
        with transaction.atomic():
            _live_one_day(life, first + timedelta(days=number), letters, eve=today - timedelta(days=3))
        if number % ANALYZE_EVERY == 0:
            _count_rows()
        progress(number + 1, days)
    with transaction.atomic():
        happen_without_consent(life, today)
        keep_calendar(life, today)


def _live_one_day(life: Life, day: date, letters: LetterBox, *, eve: date) -> None:
    """Live one day, from the first dose to the evening's messages."""
    arrive(life, day)
    dose_everybody(life, day)
    hold_meetings(life, day)
    hold_groups(life, day)
    keep_signed(life, day)
    look_again(life, day)
    look_at_illness(life, day)
    work_on_life(life, day)
    ask_what_was_told(life, day)
    sign_papers(life, day)
    share_records(life, day)
    if day == eve:
        stop_one_in_time(life, day)
    leave(life, day)
    keep_private(life, day)
    register_twice(life, day)
    keep_safe(life, day)
    keep_plans(life, day)
    bring_families(life, day)
    evening = min(life.moment(day, 20), life.until)
    drain(at=evening)
    send_queued(at=evening, gateway=letters)
    while send_transmissions(at=evening):
        pass


def _count_rows() -> None:
    """Let the database learn how large its tables have become; nobody else looks so soon."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
