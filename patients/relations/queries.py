"""Read who treats a person, pays for the care, or helps with it."""

from django.db.models import QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.directory.models import Organization
from patients.caseload.queries import patients_seen_by
from patients.relations.models import TreatingRelationship


def relationships_seen_by(user: User, *, can: Can = Can.SEE_DISCLOSURES) -> QuerySet[TreatingRelationship]:
    """Return the relationships of the people whom this user may see."""
    return TreatingRelationship.objects.filter(patient__in=patients_seen_by(user, can=can))


def organizations_to_relate() -> QuerySet[Organization]:
    """Return the organizations that may stand in a relation to a person."""
    return Organization.objects.filter(is_active=True).order_by("name", "id")
