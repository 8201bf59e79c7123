"""Read complaints: all but those in which one is named oneself."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import is_seen_by
from patients.complaints.models import Complaint, ComplaintStaff


def complaints_seen_by(user: User) -> QuerySet[Complaint]:
    """Return the complaints that somebody works on: of their programs and sites, about people they may see, never about themselves."""
    reach = user.reach(Can.OVERSEE_PRIVACY)
    whole = {membership.program_id for membership in reach if membership.site_id is None}
    sites = {membership.site_id for membership in reach if membership.site_id is not None}
    bound = {membership.program_id for membership in reach if membership.site_id is not None}
    here = Q(program__in=whole) | Q(site__in=sites) | Q(program__in=bound, site__isnull=True)
    seen = Q(patient__isnull=True) | is_seen_by(user, can=Can.OVERSEE_PRIVACY)
    return Complaint.objects.filter(here, seen).exclude(names(user))


def complaints_taken_by(user: User) -> QuerySet[Complaint]:
    """Return the complaints that somebody took, so that they can say how they stand; not what was said or found."""
    encrypted = ("name", "words", "findings", "answer")
    return Complaint.objects.filter(recorded_by=user).exclude(names(user)).defer(*encrypted)


def names(user: User) -> Exists:
    """Match complaints in which this user is named."""
    return Exists(ComplaintStaff.objects.filter(complaint=OuterRef("pk"), user=user))
