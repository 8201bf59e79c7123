"""Let something leave the program: one gate, consent looked at again, accounted for before a byte goes out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.db import connection

from casemgr.core.accounts.models import Program, User, UserKind
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Reason, Refused
from patients.consent.models import InformationCategory, Shortfall
from patients.consent.queries import PEOPLE_REACHED, consents_of, facts_in, narrowing, recipient_facts
from patients.consent.rules import ConsentFacts, Recipient, consent_carrying, redisclosure_of, scope_of
from patients.disclosures.models import DisclosureOutcome
from patients.disclosures.queries import DEMOGRAPHICS_SQL, demographics_in
from patients.disclosures.rules import STATEMENT_LONG

_ACCOUNT = """
    INSERT INTO patients_disclosure (public_id, at, patient_id, program_id, consent_id, redisclosure, recipient_id, recipient_name,
        recipient_address, purpose, categories, description, basis, via, outcome, reason, by_user_id, by_name)
    SELECT gen_random_uuid(), %(at)s, <whom>, %(recipient)s, %(name)s, %(address)s, %(purpose)s, %(categories)s, %(description)s,
        'consent', %(via)s, %(outcome)s, %(reason)s, %(by)s, %(by_name)s
"""

_ACCOUNT_OF_ONE = """
    <account> WHERE %(patient)s IS NOT NULL RETURNING id, public_id::text
""".replace("<account>", _ACCOUNT).replace("<whom>", "%(patient)s, %(program)s, %(consent)s, %(redisclosure)s")

_WHOM_OF_MANY = "patient_id, program_id, consent_id, CASE kind WHEN 'tpo' THEN %(under_tpo)s ELSE %(under_specific)s END"
_ACCOUNT_OF_MANY = (
    """
    WITH reached AS MATERIALIZED (<reached>),
    account AS (<account> FROM reached ORDER BY patient_id RETURNING patient_id, id, public_id::text)
    SELECT reached.*, account.id, account.public_id, <who>
    FROM reached
    JOIN account ON account.patient_id = reached.patient_id
    JOIN patients_patient p ON p.id = reached.patient_id
    ORDER BY reached.patient_id
""".replace("<who>", DEMOGRAPHICS_SQL)
    .replace("<reached>", PEOPLE_REACHED)
    .replace("<account>", _ACCOUNT)
    .replace("<whom>", _WHOM_OF_MANY)
)
"""One statement that finds whom a consent reaches and writes their accounts: nothing can come between the two."""


class Person(Protocol):
    """Be whoever something is told about: a patient, or whatever knows the key of one."""

    @property
    def patient_id(self) -> int | None:
        """Return the patient's key, or nothing for nobody."""


class Released(NamedTuple):
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
    person: dict[str, Any] | None = None
    """Who the person is, when a list was asked for it."""


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
        """Write the account of what was withheld, once the verb around it is undone; about nobody nothing is written."""
        request, patient_id, consent = self._account
        _write_account(request, patient_id, consent, DisclosureOutcome.WITHHELD, ",".join(self.lacking))


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
    program: Program | None = None,
) -> Released:
    """Let information about one person leave, if a consent carries it at this moment; the account is written first.

    With a `program` only consents about that program's record count.
    """
    request = _Request(recipient, recipient_facts(recipient), purpose, frozenset(categories), description, via, by, at)
    consents = consents_of(patient.patient_id, at=at, programs=[program.pk] if program else _programs_of(by), hold=True)
    decision = consent_carrying(request.facts, purpose, request.categories, consents)
    consent = next((facts for facts in consents if facts.id == decision.consent_id), None)
    if not decision.allowed or consent is None or patient.patient_id is None:
        raise Withheld(request, patient.patient_id, decision.lacking, consent)
    account = _write_account(request, patient.patient_id, consent, DisclosureOutcome.DISCLOSED, "")
    return _released(request, patient.patient_id, consent, *account[0])


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
    values = _account_values(request, DisclosureOutcome.DISCLOSED, "") | narrowing(
        recipient=request.facts,
        purpose=purpose,
        categories=request.categories,
        at=at,
        after=after or 0,
        limit=limit,
        among=among,
        programs=_programs_of(by),
    )
    values["under_tpo"], values["under_specific"] = (redisclosure_of(kind, request.facts) for kind in ("tpo", "specific"))
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNT_OF_MANY, values)
        rows = cursor.fetchall()
    told = [(row, facts_in(row)) for row in rows]
    if not all(consent_carrying(request.facts, purpose, request.categories, [consent]).allowed for _row, consent in told):
        raise RuntimeError("The statement let somebody through whom the rule does not: nothing was told.")
    named = InformationCategory.DEMOGRAPHICS in request.categories
    return [_released(request, row[0], consent, row[19], row[20], demographics_in(row[21:]) if named else None) for row, consent in told]


def _programs_of(by: User) -> list[int] | None:
    """Return the programs on whose behalf somebody may disclose; a machine is bound by the consent alone."""
    if by.kind != UserKind.PERSON:
        return None
    return sorted({membership.program_id for membership in by.reach(Can.DISCLOSE_RECORD)})


def _released(
    request: _Request, patient_id: int, consent: ConsentFacts, key: int, public_id: str, person: dict[str, Any] | None = None
) -> Released:
    """Return what goes along."""
    return Released(
        patient_id=patient_id,
        program_id=consent.program_id,
        consent_id=consent.id,
        disclosure_id=key,
        disclosure_public_id=public_id,
        categories=tuple(request.categories),
        purpose=request.purpose,
        consent_scope=scope_of(consent),
        person=person,
    )


def _account_values(request: _Request, outcome: str, reason: str) -> dict[str, Any]:
    """Return what the accounts of one request have in common."""
    recipient = request.recipient
    return {
        "at": request.at,
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


def _write_account(
    request: _Request, patient_id: int | None, consent: ConsentFacts | None, outcome: str, reason: str
) -> list[tuple[int, str]]:
    """Write the account of one person, also for nobody, and return its two keys."""
    told = consent is not None and outcome == DisclosureOutcome.DISCLOSED
    values = _account_values(request, outcome, reason) | {
        "patient": patient_id,
        "program": consent.program_id if consent else None,
        "consent": consent.id if consent else None,
        "redisclosure": redisclosure_of(consent.paper.kind, request.facts) if consent and told else "",
    }
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNT_OF_ONE, values)
        return [(key, public_id) for key, public_id in cursor.fetchall()]
