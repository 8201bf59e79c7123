"""Let something leave the program: one gate, consent looked at again, accounted for before a byte goes out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import connection

from casemgr.core.accounts.models import User, UserKind
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Reason, Refused
from patients.consent.models import Shortfall
from patients.consent.queries import consents_of, people_reached, recipient_facts
from patients.consent.rules import ConsentFacts, Recipient, may_disclose, redisclosure_of, scope_of
from patients.disclosures.models import DisclosureOutcome
from patients.disclosures.rules import STATEMENT_LONG

_INSERT = """
    INSERT INTO patients_disclosure (public_id, at, patient_id, program_id, consent_id, redisclosure, recipient_id, recipient_name,
        recipient_address, purpose, categories, description, basis, via, outcome, reason, by_user_id, by_name)
    SELECT gen_random_uuid(), %(at)s, told.patient_id, told.program_id, told.consent_id, told.redisclosure, %(recipient)s, %(name)s,
        %(address)s, %(purpose)s, %(categories)s, %(description)s, 'consent', %(via)s, %(outcome)s, %(reason)s, %(by)s, %(by_name)s
    FROM unnest(%(patients)s::bigint[], %(programs)s::bigint[], %(consents)s::bigint[], %(redisclosures)s::varchar[])
        WITH ORDINALITY AS told (patient_id, program_id, consent_id, redisclosure, place)
    ORDER BY told.place
    RETURNING patient_id, id, public_id::text
"""


class Person(Protocol):
    """Be whoever something is told about: a patient, or whatever knows the key of one."""

    @property
    def patient_id(self) -> int | None:
        """Return the patient's key, or nothing for nobody."""


@dataclass(frozen=True, slots=True)
class Released:
    """Hold what must go along with the information about one person, now that it may leave."""

    patient_id: int
    program_id: int
    """Only this program's record of the person may leave: it is the one that the consent names."""
    consent_id: int
    disclosure_id: int
    disclosure_public_id: str
    categories: tuple[str, ...]
    purpose: str
    consent_scope: str
    """The clear explanation of the consent's scope that 42 CFR 2.32(b) asks for."""
    part2_notice: str = STATEMENT_LONG


@dataclass(frozen=True, slots=True)
class _Request:
    """Hold one question to the gate."""

    recipient: Organization
    facts: Recipient
    purpose: str
    categories: frozenset[str]
    description: str
    via: str
    by: User
    at: datetime


class Withheld(Refused):
    """Refuse to tell something. The attempt is accounted for although nothing left."""

    def __init__(self, request: _Request, patient_id: int | None, lacking: Sequence[str], consent: ConsentFacts | None) -> None:
        """Name everything that the nearest consent lacks."""
        super().__init__(*(Reason(str(Shortfall(name).label), code=name, source="42 CFR 2.31(c)") for name in lacking))
        self.lacking = tuple(lacking)
        self._account = (request, patient_id, consent)

    def keep(self) -> None:
        """Write the account of what was withheld, once the verb around it is undone; about nobody there is nothing to write."""
        request, patient_id, consent = self._account
        people = [(patient_id, consent)] if patient_id is not None else []
        _write_accounts(request, people, DisclosureOutcome.WITHHELD, ",".join(self.lacking))


@action(Can.DISCLOSE_RECORD)
def disclose(
    *,
    patient: Person,
    recipient: Organization,
    purpose: str,
    categories: Iterable[str],
    description: str,
    via: str,
    by: User,
    at: datetime,
) -> Released:
    """Let information about one person leave, if a consent carries it at this moment; the account is written first."""
    request = _Request(recipient, recipient_facts(recipient), purpose, frozenset(categories), description, via, by, at)
    consents = consents_of(patient.patient_id, at=at, programs=_programs_of(by))
    decision = may_disclose(request.facts, purpose, request.categories, consents)
    consent = next((facts for facts in consents if facts.id == decision.consent_id), None)
    if not decision.allowed or consent is None or patient.patient_id is None:
        raise Withheld(request, patient.patient_id, decision.lacking, consent)
    return _release(request, [(patient.patient_id, consent)])[0]


@action(Can.DISCLOSE_RECORD)
def disclose_many(
    *,
    recipient: Organization,
    purpose: str,
    categories: Iterable[str],
    description: str,
    via: str,
    by: User,
    at: datetime,
    after: int | None = None,
    limit: int = 20,
    among: Sequence[int] | None = None,
) -> list[Released]:
    """Let the same information about the next people leave whose consents carry it; `after` is the key of the last one told.

    With `among` only these people are asked about; whoever a consent does not reach is left out without a word.
    """
    request = _Request(recipient, recipient_facts(recipient), purpose, frozenset(categories), description, via, by, at)
    reached = people_reached(
        recipient=request.facts,
        purpose=purpose,
        categories=request.categories,
        at=at,
        after=after or 0,
        limit=limit,
        among=among,
        programs=_programs_of(by),
    )
    told = [
        (patient_id, consent)
        for patient_id, consent in reached
        if may_disclose(request.facts, purpose, request.categories, [consent]).allowed
    ]
    return _release(request, told) if told else []


def _programs_of(by: User) -> list[int] | None:
    """Return the programs on whose behalf somebody may disclose; a machine is bound by the consent alone."""
    if by.kind != UserKind.PERSON:
        return None
    return sorted({membership.program_id for membership in by.reach(Can.DISCLOSE_RECORD)})


def _release(request: _Request, people: Sequence[tuple[int, ConsentFacts]]) -> list[Released]:
    """Write the accounts and return what goes along."""
    accounts = _write_accounts(request, people, DisclosureOutcome.DISCLOSED, "")
    categories = tuple(sorted(request.categories))
    return [
        Released(
            patient_id=patient_id,
            program_id=consent.program_id,
            consent_id=consent.id,
            disclosure_id=accounts[patient_id][0],
            disclosure_public_id=accounts[patient_id][1],
            categories=categories,
            purpose=request.purpose,
            consent_scope=scope_of(consent),
        )
        for patient_id, consent in people
    ]


def _write_accounts(
    request: _Request, people: Sequence[tuple[int, ConsentFacts | None]], outcome: str, reason: str
) -> dict[int, tuple[int, str]]:
    """Write one row for each person in one statement, also for nobody, and return each person's two keys."""
    recipient = request.recipient
    values = {
        "at": request.at,
        "patients": [patient_id for patient_id, _consent in people],
        "programs": [consent.program_id if consent else None for _patient, consent in people],
        "consents": [consent.id if consent else None for _patient, consent in people],
        "redisclosures": [
            redisclosure_of(consent.paper.kind, request.facts) if consent and not reason else "" for _patient, consent in people
        ],
        "recipient": recipient.pk,
        "name": recipient.name,
        "address": recipient.address,
        "purpose": request.purpose[:32],
        "categories": sorted(request.categories),
        "description": request.description[:200],
        "via": request.via,
        "outcome": outcome,
        "reason": reason[:200],
        "by": request.by.pk,
        "by_name": request.by.full_name,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        return {patient_id: (key, public_id) for patient_id, key, public_id in cursor.fetchall()}
