"""Open a secret address for one's own calendar, and close it."""

from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Refused
from treatment_plans.calendar.feed.models import CalendarFeed
from treatment_plans.calendar.feed.rules import fingerprint

SHORTEST = 32
"""How long a secret must be; `secrets.token_urlsafe()` makes 43 letters."""


@action(Can.SEE_CALENDAR)
def open_calendar_feed(*, token: str, by: User, at: datetime) -> CalendarFeed:
    """Open an address under which whoever knows the secret reads my hours; one that stood before ends with it."""
    if len(token) < SHORTEST:
        raise Refused(_("This secret is too short."))
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    CalendarFeed.objects.filter(user=by, closed_at__isnull=True).update(closed_at=at)
    return CalendarFeed.objects.create(user=by, fingerprint=fingerprint(token), opened_at=at)


@action(Can.SEE_CALENDAR)
def close_calendar_feed(*, by: User, at: datetime) -> int:
    """Close my address; whoever asks there is told nothing any more."""
    return CalendarFeed.objects.filter(user=by, closed_at__isnull=True).update(closed_at=at)
