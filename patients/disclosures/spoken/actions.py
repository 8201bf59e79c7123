"""Account for what was said to somebody in a conversation; nothing of the record itself left (42 CFR 2.25)."""

from collections.abc import Iterable
from datetime import datetime

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from patients.consent.models import Consent
from patients.disclosures.models import Basis, Disclosure, DisclosureOutcome, Redisclosure
from patients.record.models import Patient

SPOKEN = "spoken"
"""The way by which it was told: in a conversation, with the person there or not."""


@action(Can.RECORD_WORLD)
def account_for_what_was_said(
    *,
    patient: Patient,
    program: Program,
    consent: Consent,
    name: str,
    purpose: str,
    categories: Iterable[str],
    description: str,
    by: User,
    at: datetime,
    recipient_id: int | None = None,
) -> Disclosure:
    """Write down what somebody was told in a conversation on a consent; whoever calls has looked at the consent at that moment."""
    return Disclosure.objects.create(
        at=at,
        patient_id=patient.pk,
        program_id=program.pk,
        recipient_id=recipient_id,
        recipient_name=name[:200],
        purpose=purpose,
        categories=sorted(categories),
        description=description[:200],
        basis=Basis.CONSENT,
        basis_reference=f"patients.consent:{consent.pk}",
        consent_id=consent.pk,
        redisclosure=Redisclosure.AS_CONSENTED,
        via=SPOKEN,
        outcome=DisclosureOutcome.DISCLOSED,
        by_user_id=by.pk,
        by_name=by.full_name,
    )
