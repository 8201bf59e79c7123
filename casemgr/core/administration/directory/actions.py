"""Change what is known of organisations outside the program."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.directory.models import HipaaRole, Organization, OrganizationKind, Participation, Practitioner
from casemgr.core.refusals import Reason, Refused

_CHANGEABLE = frozenset(
    {
        "name", "kind", "hipaa_role", "is_part2_program", "is_intermediary", "miles_away", "established_on", "identifier", "address",
        "phone", "email", "is_active",
    }
)  # fmt: skip


@action(Can.MANAGE_ORGANIZATIONS)
def add_organization(
    *,
    name: str,
    kind: str,
    by: User,
    at: datetime,
    hipaa_role: str = HipaaRole.NEITHER,
    is_part2_program: bool = False,
    is_intermediary: bool = False,
    miles_away: int | None = None,
    established_on: date | None = None,
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
        is_intermediary=is_intermediary,
        miles_away=miles_away,
        established_on=established_on,
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
def add_participation(*, intermediary: Organization, participant: Organization, since: date, by: User, at: datetime) -> Participation:
    """Say that an organization takes part in an exchange; a consent to those who treat a person reaches it through that."""
    intermediary = Organization.objects.select_for_update(no_key=True).get(pk=intermediary.pk)
    reasons = []
    if not intermediary.is_intermediary:
        text = _("Only what passes records on has participants. Say so on the organization first.")
        reasons.append(Reason(text, field="intermediary", source="42 CFR 2.11"))
    if participant.pk == intermediary.pk or participant.is_intermediary or not participant.is_active:
        reasons.append(Reason(_("A participant is another organization that we work with, and no exchange itself."), field="participant"))
    if Participation.objects.filter(intermediary=intermediary, participant=participant.pk, until__isnull=True).exists():
        reasons.append(Reason(_("This is recorded already."), field="participant", code="recorded_already"))
    if reasons:
        raise Refused(*reasons)
    made: Participation = Participation.objects.create(intermediary=intermediary, participant=participant, since=since)
    return made


@action(Can.MANAGE_ORGANIZATIONS)
def end_participation(*, participation: Participation, until: date, by: User, at: datetime) -> Participation:
    """Say from which day an organization takes part no more; nothing reaches it through the exchange from then on."""
    participation = Participation.objects.select_for_update(no_key=True).get(pk=participation.pk)
    if participation.until is not None:
        raise Refused(Reason(_("This has ended already."), code="ended"))
    if until < participation.since:
        raise Refused(Reason(_("It cannot end before it began."), field="until"))
    participation.until = until
    participation.save(update_fields=["until"])
    return participation


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
    if organization.is_intermediary and (organization.hipaa_role != HipaaRole.NEITHER or organization.is_part2_program):
        text = _("An intermediary is no Part 2 program and not bound by HIPAA; take away one of the two.")
        reasons.append(Reason(text, field="is_intermediary", source="42 CFR 2.11"))
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
