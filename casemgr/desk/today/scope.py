"""Say where and when Today looks."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can


@dataclass(frozen=True)
class Scope:
    """Hold whose day it is, at which moment, on which day of the program's clock."""

    user: User
    now: datetime
    today: date

    @property
    def day(self) -> tuple[datetime, datetime]:
        """Return the first moment of today and of tomorrow."""
        start = datetime.combine(self.today, time.min, tzinfo=self.now.tzinfo)
        return start, datetime.combine(self.today + timedelta(days=1), time.min, tzinfo=self.now.tzinfo)

    def in_days(self, days: int) -> date:
        """Return the day that lies so many days ahead."""
        return self.today + timedelta(days=days)

    def days_ago(self, days: int) -> datetime:
        """Return the moment that lies so many days back."""
        return self.now - timedelta(days=days)

    def here(self, right: Can, *, site: str = "site", program: str = "program") -> Q:
        """Return the condition that a row is at a site, or in a program, where the person holds a right."""
        found = Q(pk__in=())
        for membership in self.user.reach(right):
            found |= Q(**{site: membership.site_id}) if membership.site_id else Q(**{program: membership.program_id})
        return found
