"""Change what is known of organisations outside the program."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.directory.models import HipaaRole, Organization, OrganizationKind, Practitioner
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


@action(Can.MANAGE_ORGANIZATIONS)
def take_over_organizations_in_bulk(
    *, new: Sequence[Organization], changed: Sequence[Organization], by: User, at: datetime
) -> list[Organization]:
    """Take over organisations as another system describes them; what we decided about them (HIPAA role, Part 2) stays."""
    if any(row.kind not in OrganizationKind.values or not row.name for row in (*new, *changed)):
        raise Refused(_("Each organization needs a name and one of the kinds."))
    Organization.objects.bulk_update(changed, ["name", "address", "phone", "email", "is_active"])
    return Organization.objects.bulk_create(new)


@action(Can.MANAGE_ORGANIZATIONS)
def take_over_practitioners_in_bulk(
    *, new: Sequence[Practitioner], changed: Sequence[Practitioner], by: User, at: datetime
) -> list[Practitioner]:
    """Take over professionals elsewhere as another system describes them; none of them can sign in here."""
    if any(not row.name for row in (*new, *changed)):
        raise Refused(_("Each professional needs a name."))
    Practitioner.objects.bulk_update(changed, ["name", "phone", "email", "is_active"])
    return Practitioner.objects.bulk_create(new)


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
