"""Read what was told without a consent, and on what it may be."""

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.refusals import Reason
from patients.caseload.queries import patients_seen_by
from patients.disclosures.bases.models import AuditAccess, CourtOrder, EmergencyDisclosure, ResearchApproval
from patients.disclosures.bases.queries import court_order_facts
from patients.disclosures.queries import reason_in_words
from patients.disclosures.rules import court_order_lacks


def emergencies_seen_by(user: User, *, can: Can = Can.OVERSEE_PRIVACY) -> QuerySet[EmergencyDisclosure]:
    """Return what was told in emergencies about the patients of this user, on behalf of their programs."""
    rows = EmergencyDisclosure.objects.filter(patient__in=patients_seen_by(user, can=can), program__in=programs_reached(user, can))
    return rows.select_related("patient", "disclosed_by", "reviewed_by")


def court_orders_seen_by(user: User, *, can: Can = Can.DISCLOSE_ON_ORDER) -> QuerySet[CourtOrder]:
    """Return the court orders about the patients of this user, to their programs."""
    rows = CourtOrder.objects.filter(patient__in=patients_seen_by(user, can=can), program__in=programs_reached(user, can))
    return rows.select_related("patient", "organization", "program")


def audits_seen_by(user: User) -> QuerySet[AuditAccess]:
    """Return the audits of this user's programs."""
    return AuditAccess.objects.filter(program__in=programs_reached(user, Can.DISCLOSE_ON_ORDER)).select_related("organization")


def research_seen_by(user: User) -> QuerySet[ResearchApproval]:
    """Return the research that was approved for this user's programs."""
    return ResearchApproval.objects.filter(program__in=programs_reached(user, Can.DISCLOSE_ON_ORDER)).select_related("organization")


def not_over(day: date) -> Q:
    """Match what has not ended and whose last day has not passed."""
    return Q(ended_at__isnull=True) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))


class Paper(NamedTuple):
    """Hold a court order with all that it lacks."""

    order: CourtOrder
    lacking: list[Reason]

    @property
    def opens(self) -> bool:
        """Say whether anything may be told on it."""
        return not self.lacking


def paper_of(order: CourtOrder, at: datetime) -> Paper:
    """Return a court order with every element for want of which it opens nothing."""
    today = at.astimezone(order.program.zone).date()
    return Paper(order, [reason_in_words(why) for why in court_order_lacks(court_order_facts(order), today)])
