"""Name what waits for the privacy officer: each queue is one object, and all of them stand in one table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.agreements.queries import agreements_seen_by
from casemgr.core.policies.queries import AreaOfProgram, areas_to_settle
from patients.accounting.models import RequestKind, RequestState
from patients.accounting.queries import requests_seen_by
from patients.complaints.models import ComplaintState
from patients.complaints.queries import complaints_seen_by
from patients.consent.queries import drafts_waiting_for
from patients.disclosures.without_consent.queries import emergencies_seen_by
from patients.guarding.queries import to_review
from patients.incidents.models import IncidentState
from patients.incidents.queries import incidents_seen_by
from patients.notices.queries import stays_without_notice
from patients.restrictions.queries import restrictions_to_decide
from patients.transmissions.models import TransmissionState
from patients.transmissions.queries import TO_LOOK_AT, transmissions_seen_by

MOST = 99
"""Rows up to which a queue is counted; more is said as “99+”."""

AGREEMENT_DAYS = 60
"""Days before its end from which an agreement waits here; as long as its clock warns."""

WITHHELD_DAYS = 30
"""Days for which a sending that was withheld stands here; it stays on the list of sendings for good."""


@dataclass(frozen=True)
class Queue:
    """Hold what a queue is called, where it is worked on, what waits in it, and what is said when nothing does."""

    title: str | Promise
    url_name: str
    icon: str
    empty: str | Promise
    rows: Callable[[User, date], QuerySet[Any] | Sequence[Any]]
    """Return what waits on a day, as far as this person may see it."""
    query: str = ""
    """What follows the address, as a filter of the list."""
    right: Can = Can.OVERSEE_PRIVACY

    def count(self, user: User, today: date) -> int:
        """Return how many wait, counted no further than anybody needs to know."""
        rows = self.rows(user, today)
        return rows.order_by().values("pk")[: MOST + 1].count() if isinstance(rows, QuerySet) else len(rows)


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


def _policies(user: User, today: date) -> Sequence[AreaOfProgram]:
    """Return areas that no policy covers, and those whose policy is to be reviewed."""
    return areas_to_settle(user, today)


def _broken_glass(user: User, _today: date) -> QuerySet[Any]:
    """Return the guarded charts that somebody opened, and nobody has looked over."""
    return to_review(user)


def _emergencies(user: User, _today: date) -> QuerySet[Any]:
    """Return what was told in emergencies, and nobody has looked over."""
    return emergencies_seen_by(user).filter(reviewed_at__isnull=True)


def _restrictions(user: User, _today: date) -> QuerySet[Any]:
    """Return what people asked not to be told, and nobody has decided."""
    return restrictions_to_decide(user)


def _requests(kind: str) -> Callable[[User, date], QuerySet[Any]]:
    """Return the function that finds the requests of one kind that are still to be answered."""
    return lambda user, _today: requests_seen_by(user, can=Can.OVERSEE_PRIVACY).filter(state=RequestState.OPEN, kind=kind)


def _drafts(user: User, _today: date) -> QuerySet[Any]:
    """Return consents that partners handed in or that were taken over, to be compared with the signed paper."""
    return drafts_waiting_for(user)


def _doubtful(user: User, _today: date) -> QuerySet[Any]:
    """Return sendings that failed, or of which nobody knows whether they arrived."""
    return transmissions_seen_by(user).filter(state__in=TO_LOOK_AT)


def _withheld(user: User, today: date) -> QuerySet[Any]:
    """Return sendings that were withheld of late: somebody expected them to go."""
    since = today - timedelta(days=WITHHELD_DAYS)
    return transmissions_seen_by(user).filter(state=TransmissionState.WITHHELD, settled_at__date__gte=since)


QUEUES: tuple[Queue, ...] = (
    Queue(_("Incidents"), "patients:incidents", "flag", _("Nothing to assess, nobody to be told."), _incidents),
    Queue(_("Emergency access to review"), "patients:glasses", "eye", _("Every opened chart is looked over."), _broken_glass),
    Queue(_("Told in an emergency, to review"), "patients:without_consent", "scale", _("Each one is looked over."), _emergencies),
    Queue(_("Asked not to be told, to decide"), "patients:without_consent", "lock", _("Every request is decided."), _restrictions),
    Queue(
        _("Accountings asked for"),
        "patients:records_requests_list",
        "list-checks",
        _("Nobody waits for an accounting."),
        _requests(RequestKind.ACCOUNTING),
        query="?kind=accounting",
    ),
    Queue(
        _("Copies of the record asked for"),
        "patients:records_requests_list",
        "folder-open",
        _("Nobody waits for a copy."),
        _requests(RequestKind.ACCESS),
        query="?kind=access",
    ),
    Queue(
        _("Lists of intermediaries asked for"),
        "patients:records_requests_list",
        "list-checks",
        _("Nobody waits for such a list."),
        _requests(RequestKind.INTERMEDIARY_LIST),
        query="?kind=intermediary_list",
    ),
    Queue(
        _("Consents handed in, to compare"),
        "patients:consents_waiting",
        "signature",
        _("Every one is compared with its paper."),
        _drafts,
        right=Can.RECORD_CONSENT,
    ),
    Queue(_("Sendings to look at"), "patients:transmissions", "mail", _("Everything arrived."), _doubtful, query="?show=failed"),
    Queue(
        _("Withheld in the last 30 days"),
        "patients:transmissions",
        "mail",
        _("Nothing that was to go was held back."),
        _withheld,
        query="?show=withheld",
    ),
    Queue(_("Complaints"), "patients:complaints", "message-square", _("Every complaint is answered."), _complaints),
    Queue(_("Notice of privacy rights"), "patients:notices_owed", "file-text", _("Everybody in care has the present one."), _notices),
    Queue(_("Agreements that end soon"), "desk:agreements", "signature", _("None ends in the next 60 days."), _agreements),
    Queue(
        _("Policies to attest or review"),
        "desk:policies",
        "clipboard-check",
        _("A policy covers every area, and none is due soon."),
        _policies,
    ),
)
"""Every queue of the privacy officer's page, in its order. A feature with something to decide adds its line here."""
