"""Let something be said to somebody in a conversation, and account for it; nothing of the record itself left (42 CFR 2.25)."""

from collections.abc import Collection
from datetime import datetime

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Refused
from patients.disclosures.models import Basis, Disclosure, DisclosureOutcome, Redisclosure
from patients.disclosures.queries import reason_in_words
from patients.disclosures.rules import PERSON, Question, may_disclose
from patients.record.models import Patient

SPOKEN = "spoken"
"""The way by which it was told: in a conversation, with the person there or not."""


@action(Can.RECORD_WORLD)
def account_for_what_was_said(
    *, patient: Patient, program: Program, question: Question, name: str, told: Collection[str], description: str, by: User, at: datetime
) -> Disclosure:
    """Write down what somebody was told in a conversation, if the engine lets it be told; nothing is written if not.

    Whoever calls brings consents and restrictions as they stood at that moment, held until the transaction ends. To be in the room tells
    that the person is in treatment: where nothing more was told, the whole question is asked.
    """
    verdict = may_disclose(question._replace(categories=frozenset(told) or question.categories))
    if not verdict.allowed:
        raise Refused(*(reason_in_words(why) for why in verdict.reasons))
    return Disclosure.objects.create(
        at=at,
        patient_id=patient.pk,
        program_id=program.pk,
        recipient_id=None if question.recipient.kind == PERSON else question.recipient.id,
        recipient_name=name[:200],
        purpose=question.purpose,
        categories=sorted(told),
        description=description[:200],
        basis=Basis.CONSENT,
        basis_reference=verdict.reference,
        consent_id=verdict.consent_id,
        redisclosure=Redisclosure.AS_CONSENTED,
        via=SPOKEN,
        outcome=DisclosureOutcome.DISCLOSED,
        by_user_id=by.pk,
        by_name=by.full_name,
    )
