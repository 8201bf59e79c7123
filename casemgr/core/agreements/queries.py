"""Read which agreements hold."""

from dataclasses import dataclass
from datetime import date, datetime

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.agreements.models import Agreement, AgreementKind, AgreementQuerySet

FOR_SYSTEMS = (AgreementKind.QSOA, AgreementKind.BAA)
"""Kinds of agreement on which a partner's system may rest: 42 CFR 2.11 (qualified service organization), 2.12(c)(4)."""


@dataclass(frozen=True)
class AgreementFacts:
    """Say of one agreement what a decision needs to know."""

    id: int
    kind: str
    services: str
    signed_on: date
    expires_on: date
    resists_proceedings: bool


def live_agreements(organization_id: int, *, on: date, program_id: int | None = None) -> list[AgreementFacts]:
    """Return the agreements with an organization that hold on a day, of one program or (when none is named) of any."""
    rows = Agreement.objects.live(on).filter(organization=organization_id).order_by("signed_on", "id")
    if program_id is not None:
        rows = rows.filter(program=program_id)
    columns = ("id", "kind", "services", "signed_on", "expires_on", "resists_proceedings")
    return [AgreementFacts(*row) for row in rows.values_list(*columns)]


def has_agreement_to_rest_on(organization_id: int, at: datetime) -> bool:
    """Say whether a partner's system may rest on an agreement at this moment, on the day where the program that signed it is."""
    signed = Agreement.objects.filter(organization=organization_id, kind__in=FOR_SYSTEMS).select_related("program")
    return any(agreement.is_live(at.astimezone(agreement.program.zone).date()) for agreement in signed)


def agreements_seen_by(user: User) -> AgreementQuerySet:
    """Return the agreements of the programs in which somebody looks after organizations."""
    return Agreement.objects.filter(program__in=programs_reached(user, Can.MANAGE_ORGANIZATIONS))
