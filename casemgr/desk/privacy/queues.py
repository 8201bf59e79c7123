"""Name what waits for the privacy officer: each queue is one object, and all of them stand in one table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.agreements.queries import agreements_seen_by
from patients.complaints.models import ComplaintState
from patients.complaints.queries import complaints_seen_by
from patients.incidents.models import IncidentState
from patients.incidents.queries import incidents_seen_by
from patients.notices.queries import stays_without_notice

MOST = 99
"""Rows up to which a queue is counted; more is said as “99+”."""

AGREEMENT_DAYS = 60
"""Days before its end from which an agreement waits here; as long as its clock warns."""


@dataclass(frozen=True)
class Queue:
    """Hold what a queue is called, where it is worked on, what waits in it, and what is said when nothing does."""

    title: str | Promise
    url_name: str
    icon: str
    empty: str | Promise
    rows: Callable[[User, date], QuerySet[Any]]
    """Return what waits on a day, as far as this person may see it."""
    query: str = ""
    """What follows the address, as a filter of the list."""
    right: Can = Can.OVERSEE_PRIVACY

    def count(self, user: User, today: date) -> int:
        """Return how many wait, counted no further than anybody needs to know."""
        return self.rows(user, today).order_by().values("pk")[: MOST + 1].count()


def _complaints(user: User, _today: date) -> QuerySet[Any]:
    """Return complaints that are still to be answered."""
    return complaints_seen_by(user).exclude(state=ComplaintState.CLOSED)


def _incidents(user: User, _today: date) -> QuerySet[Any]:
    """Return incidents that are still to be assessed, or breaches of which people are still to be told."""
    return incidents_seen_by(user).filter(state__in=[IncidentState.REPORTED, IncidentState.BREACH])


def _notices(user: User, today: date) -> QuerySet[Any]:
    """Return the stays of people who do not have the present notice."""
    return stays_without_notice(user, today)


def _agreements(user: User, today: date) -> QuerySet[Any]:
    """Return agreements that end soon."""
    return agreements_seen_by(user).live(today).filter(expires_on__lte=today + timedelta(days=AGREEMENT_DAYS))


QUEUES: tuple[Queue, ...] = (
    Queue(_("Incidents"), "patients:incidents", "flag", _("Nothing to assess, nobody to be told."), _incidents),
    Queue(_("Complaints"), "patients:complaints", "message-square", _("Every complaint is answered."), _complaints),
    Queue(_("Notice of privacy rights"), "patients:notices_owed", "file-text", _("Everybody in care has the present one."), _notices),
    Queue(_("Agreements that end soon"), "desk:agreements", "signature", _("None ends in the next 60 days."), _agreements),
)
"""Every queue of the privacy officer's page, in its order. A feature with something to decide adds its line here."""
