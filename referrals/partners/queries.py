"""Read the directory of partner organizations."""

from django.db.models import QuerySet

from casemgr.core.directory.models import Organization, OrganizationKind


def organizations(*, text: str = "", kind: str = "") -> QuerySet[Organization]:
    """Return the organizations that somebody asks for; everybody who works here may know them, for they are no patients."""
    found = Organization.objects.all()
    if text:
        found = found.filter(name__icontains=text)
    return found.filter(kind=kind) if kind in OrganizationKind.values else found
