"""Change what is known of organisations outside the program."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.directory.models import HipaaRole, Organization, OrganizationKind
from casemgr.core.refusals import Reason, Refused

_CHANGEABLE = frozenset({"name", "kind", "hipaa_role", "is_part2_program", "identifier", "address", "phone", "email", "is_active"})


@action(Can.MANAGE_ORGANIZATIONS)
def add_organization(
    *,
    name: str,
    kind: str,
    by: User,
    at: datetime,
    hipaa_role: str = HipaaRole.NEITHER,
    is_part2_program: bool = False,
    identifier: str = "",
    address: str = "",
    phone: str = "",
    email: str = "",
) -> Organization:
    """Make an organisation known, so that a consent, a referral or a partner system can name it."""
    organization = Organization(
        name=name.strip(),
        kind=kind,
        hipaa_role=hipaa_role,
        is_part2_program=is_part2_program,
        identifier=identifier.strip(),
        address=address.strip(),
        phone=phone.strip(),
        email=email.strip(),
    )
    return _keep(organization)


@action(Can.MANAGE_ORGANIZATIONS)
def change_organization(*, organization: Organization, by: User, at: datetime, **facts: object) -> Organization:
    """Correct what is known of an organisation, or say that it is no longer worked with."""
    unknown = sorted(set(facts) - _CHANGEABLE)
    if unknown:
        raise TypeError(f"An organization has no {', '.join(unknown)} to change.")
    organization = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    for name, value in facts.items():
        setattr(organization, name, value.strip() if isinstance(value, str) else value)
    return _keep(organization)


def _keep(organization: Organization) -> Organization:
    """Save an organisation, or name everything that is wrong with it."""
    reasons = []
    if not organization.name:
        reasons.append(Reason(_("Write the name of the organization."), field="name"))
    if organization.kind not in OrganizationKind.values:
        reasons.append(Reason(_("Choose what kind of organization it is."), field="kind"))
    if organization.hipaa_role not in HipaaRole.values:
        reasons.append(Reason(_("Choose what the organization is under HIPAA."), field="hipaa_role"))
    taken = Organization.objects.filter(identifier=organization.identifier).exclude(pk=organization.pk)
    if organization.identifier and taken.exists():
        reasons.append(_identifier_taken())
    if reasons:
        raise Refused(*reasons)
    try:
        with transaction.atomic():
            organization.save()
    except IntegrityError:
        raise Refused(_identifier_taken()) from None
    return organization


def _identifier_taken() -> Reason:
    """Return the sentence for an identifier that another organisation has."""
    return Reason(_("Another organization has this identifier already."), field="identifier", code="identifier_taken")
