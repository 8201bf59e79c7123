"""Let something leave the program: one gate, everything looked at again, accounted for before a byte goes out."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from django.db import connection

from casemgr.core.accounts.models import Program, User, UserKind
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.agreements.models import Agreement
from casemgr.core.agreements.queries import AgreementFacts, live_agreements
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Reason, Refused
from patients.consent.models import InformationCategory
from patients.consent.queries import PEOPLE_REACHED, consents_of, facts_in, narrowing, recipient_facts
from patients.consent.rules import ConsentFacts, Recipient, redisclosure_of
from patients.disclosures.bases.queries import BasisRow, ground_of
from patients.disclosures.models import Basis, DisclosureOutcome, sentence_of
from patients.disclosures.queries import DEMOGRAPHICS_SQL, demographics_in
from patients.disclosures.rules import (
    NOTICE_VERSION,
    STATEMENT_LONG,
    Question,
    ReportFacts,
    Verdict,
    Why,
    csv_trailer,
    header_value,
    may_disclose,
    page_foot,
    redisclosure_on,
    scope_on,
)
from patients.restrictions.queries import FACTS_SQL, IN_FORCE_SQL, RESTRICTS_SQL, restrictions_on
from patients.restrictions.rules import EMERGENCY_REQUEST, HEALTH_PLAN, RestrictionFacts

_ACCOUNT = """
    INSERT INTO patients_disclosure (public_id, at, patient_id, program_id, consent_id, redisclosure, basis_reference, recipient_id,
        recipient_name, recipient_address, purpose, categories, fields_released, description, basis, for_proceeding, notice_version,
        notice_form, via, outcome, reason, by_user_id, by_name)
    SELECT gen_random_uuid(), %(at)s, <whom>, %(recipient)s, %(name)s, %(address)s, %(purpose)s, %(categories)s, %(fields)s,
        %(description)s, %(basis)s, %(for_proceeding)s, %(notice_version)s, 1, %(via)s, %(outcome)s, %(reason)s, %(by)s, %(by_name)s
"""

_ACCOUNT_OF_ONE = """
    <account> WHERE %(patient)s IS NOT NULL RETURNING id, public_id::text
""".replace("<account>", _ACCOUNT).replace("<whom>", "%(patient)s, %(program)s, %(consent)s, %(redisclosure)s, %(reference)s")

_WHOM_OF_MANY = """patient_id, program_id, consent_id, CASE kind WHEN 'tpo' THEN %(under_tpo)s ELSE %(under_specific)s END,
    'patients.consent:' || consent_id"""
_NOT_HELD_BACK = """
    AND NOT EXISTS (SELECT 1 FROM patients_restriction q
        WHERE q.patient_id = c.patient_id AND q.program_id = c.discloser_id AND <in force> AND <restricts>)
    AND NOT EXISTS (SELECT 1 FROM patients_patient x WHERE x.id = c.patient_id AND x.deceased_on >= c.signed_on)
"""
_ACCOUNT_OF_MANY = (
    """
    WITH reached AS MATERIALIZED (<reached>),
    held AS MATERIALIZED (
        SELECT q.patient_id, <facts>, <in force> AS in_force, <restricts> AS restricts FROM patients_restriction q
        WHERE q.patient_id IN (SELECT patient_id FROM reached) AND (q.state = 'asked' OR <in force>) FOR SHARE
    ),
    account AS (
        <account> FROM reached WHERE NOT EXISTS (
            SELECT 1 FROM held
            WHERE held.patient_id = reached.patient_id AND held.program_id = reached.program_id AND held.in_force AND held.restricts)
        ORDER BY patient_id RETURNING patient_id, id, public_id::text
    )
    SELECT account.id, account.public_id, <who>,
        (SELECT json_agg(held)::text FROM held WHERE held.patient_id = reached.patient_id AND held.in_force), reached.*
    FROM reached
    JOIN account ON account.patient_id = reached.patient_id
    JOIN patients_patient p ON p.id = reached.patient_id
    ORDER BY reached.patient_id
""".replace("<who>", DEMOGRAPHICS_SQL)
    .replace("<reached>", PEOPLE_REACHED.replace("<and more>", _NOT_HELD_BACK))
    .replace("<account>", _ACCOUNT)
    .replace("<whom>", _WHOM_OF_MANY)
    .replace("<facts>", FACTS_SQL)
    .replace("<in force>", IN_FORCE_SQL)
    .replace("<restricts>", RESTRICTS_SQL)
)
"""One statement that finds whom a consent reaches and nothing holds back, and writes their accounts: nothing comes in between.

Restrictions that are being decided at this moment are waited for (`held`), as a revocation is; those found earlier only keep pages full.
"""

_WHO, _HELD, _REACHED = slice(2, 11), 11, 12
"""Where in a row of the statement above the columns of `DEMOGRAPHICS_SQL` stand, the restrictions, and the consent."""

_ON_CONSENT = Verdict(True, Basis.CONSENT.value)


class Person(Protocol):
    """Be whoever something is told about: a patient, or whatever knows the key of one."""

    @property
    def patient_id(self) -> int | None:
        """Return the patient's key, or nothing for nobody."""


class Released(NamedTuple):
    """Hold what must go along with the information about one person, now that it may leave."""

    patient_id: int
    program_id: int
    """Only this program's record of the person may leave: it is the one that the basis is about."""
    consent_id: int | None
    disclosure_id: int
    disclosure_public_id: str
    categories: tuple[str, ...]
    purpose: str
    consent_scope: str
    """The clear explanation of the scope of the consent, or of the basis, that 42 CFR 2.32(b) asks for."""
    part2_notice: str = STATEMENT_LONG
    person: dict[str, Any] | None = None
    """Who the person is, when a list was asked for it."""
    basis: str = Basis.CONSENT.value
    redisclosure: str = ""
    keep_to_yourself: str = ""
    """What the recipient must be asked when a restricted record is told in an emergency (42 CFR 2.26(a)(4))."""

    @property
    def header(self) -> str:
        """Return what stands in the header of an answer."""
        return header_value()

    @property
    def page_foot(self) -> list[str]:
        """Return the lines for the foot of every printed page."""
        return page_foot(scope=self.consent_scope, reference=self.disclosure_public_id)

    @property
    def csv_trailer(self) -> list[list[str]]:
        """Return the last rows of a table that is about this person alone."""
        return csv_trailer(scopes=[self.consent_scope], references=[self.disclosure_public_id])


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
    basis: str = Basis.CONSENT.value
    for_proceeding: bool = False
    fields: tuple[str, ...] = ()


class Withheld(Refused):
    """Refuse to tell something. The attempt is accounted for although nothing left."""

    def __init__(self, request: _Request, patient_id: int | None, verdict: Verdict, program_id: int | None) -> None:
        """Name everything that stands in the way, each with the rule it rests on."""
        super().__init__(*(Reason(sentence_of(why.code), field=why.field, code=why.code, source=why.source) for why in verdict.reasons))
        self.lacking = tuple(why.code for why in verdict.reasons)
        self.verdict = verdict
        self._account = (request, patient_id, program_id)

    def keep(self) -> None:
        """Write the account of what was withheld, once the verb around it is undone; about nobody nothing is written."""
        request, patient_id, program_id = self._account
        _write_account(request, patient_id, self.verdict, program_id, "")


@action(Can.DISCLOSE_RECORD, leaves_history=False)
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
    basis: str = Basis.CONSENT.value,
    basis_facts: BasisRow | None = None,
    for_proceeding: bool = False,
    records_since: date | None = None,
) -> Released:
    """Let information about one person leave, if its basis carries it at this moment; the account is written first.

    With a `program` only consents about that program's record count. Every basis but a consent brings the row that holds its facts.
    """
    place, ground = _place_of(program, by, basis), None
    if basis_facts is not None:
        ground, place = ground_of(basis_facts, hold=True)
    request = _Request(
        recipient, recipient_facts(recipient), purpose, frozenset(categories), description, via, by, at, basis, for_proceeding,
        tuple(sorted(ground.fields)) if isinstance(ground, ReportFacts) else (),
    )  # fmt: skip
    consents = _consents_held(patient, program, by, at) if basis == Basis.CONSENT else []
    today = at.astimezone(place.zone).date() if place else at.date()
    question = Question(request.facts, purpose, request.categories, today, basis, ground, consents)._replace(
        restrictions=restrictions_on(patient.patient_id, hold=True),
        agreements=_agreements_held(recipient, place, today) if basis == Basis.QSOA else (),
        for_proceeding=for_proceeding,
        patient_id=patient.patient_id,
        program_id=place.pk if place and basis != Basis.CONSENT else None,
        records_since=records_since,
        died_on=next((facts.died_on for facts in consents), None),
    )
    return _release(request, question, consents, place)


def _release(request: _Request, question: Question, consents: Sequence[ConsentFacts], place: Program | None) -> Released:
    """Ask the engine; write the account and return what goes along, or withhold."""
    verdict = may_disclose(question)
    consent = next((facts for facts in consents if facts.id == verdict.consent_id), None)
    program_id = consent.program_id if consent else (place.pk if place and question.basis != Basis.CONSENT else None)
    if verdict.allowed and program_id is None:
        verdict = verdict._replace(allowed=False, reasons=(Why("which_program", "42 CFR 2.13(a)", "program"),))
    if not verdict.allowed or question.patient_id is None or program_id is None:
        raise Withheld(request, question.patient_id, verdict, program_id)
    redisclosure = redisclosure_on(question.basis, request.facts, consent.paper.kind if consent else "")
    key, public_id = _write_account(request, question.patient_id, verdict, program_id, redisclosure)[0]
    scope = scope_on(verdict, request.categories, consent)
    released = _released(request, question.patient_id, program_id, key, public_id, scope)
    return released._replace(
        consent_id=verdict.consent_id, redisclosure=redisclosure, keep_to_yourself=EMERGENCY_REQUEST if verdict.overrides else ""
    )


@action(Can.DISCLOSE_RECORD, leaves_history=False)
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
    program_id: int | None = None,
) -> list[Released]:
    """Let the same information about the next people leave whose consents carry it; `after` is the key of the last one told.

    With `among` only these people are asked about, with a program only its own consents count; whoever no consent reaches is left out
    without a word.
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
        programs=_programs_asked(by, program_id),
    )
    values["under_tpo"], values["under_specific"] = (redisclosure_of(kind, request.facts) for kind in ("tpo", "specific"))
    values["is_health_plan"] = request.facts.kind == HEALTH_PLAN
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNT_OF_MANY, values)
        rows = cursor.fetchall()
    return [_released_in(row, request) for row in rows]


def _released_in(row: Sequence[Any], request: _Request) -> Released:
    """Return what goes along with one row of a list, after the engine has said the same of it as the statement."""
    consent = facts_in(row[_REACHED:])
    question = Question(
        request.facts, request.purpose, request.categories, consent.today, consents=[consent],
        restrictions=[_restriction_in(held) for held in json.loads(row[_HELD] or "[]")], died_on=consent.died_on,
    )  # fmt: skip
    if not may_disclose(question).allowed:
        raise RuntimeError("The statement let somebody through whom the rule does not: nothing was told.")
    person = demographics_in(row[_WHO]) if InformationCategory.DEMOGRAPHICS in request.categories else None
    released = _released(request, row[_REACHED], consent.program_id, row[0], row[1], scope_on(_ON_CONSENT, frozenset(), consent))
    return released._replace(
        consent_id=consent.id, person=person, redisclosure=redisclosure_on(Basis.CONSENT, request.facts, consent.paper.kind)
    )


def _restriction_in(held: dict[str, Any]) -> RestrictionFacts:
    """Return a restriction from what the statement held."""
    until = held["records_until"]
    return RestrictionFacts(
        id=held["id"],
        program_id=held["program_id"],
        to_whom=held["to_whom"],
        organization_id=held["organization_id"],
        purposes=held["purposes"],
        categories=held["categories"],
        paid_in_full=held["is_owed"],
        records_until=date.fromisoformat(until) if until else None,
    )


def _consents_held(patient: Person, program: Program | None, by: User, at: datetime) -> list[ConsentFacts]:
    """Return the person's consents, held as they are until the transaction ends."""
    return consents_of(patient.patient_id, at=at, programs=[program.pk] if program else _programs_of(by), hold=True)


def _agreements_held(recipient: Organization, place: Program | None, today: date) -> list[AgreementFacts]:
    """Return the agreements that a program has with an organization, held as they are until the transaction ends."""
    if place is None or recipient.pk is None:
        return []
    list(Agreement.objects.select_for_update(no_key=True, of=("self",)).filter(organization=recipient.pk, program=place).order_by("pk"))
    return live_agreements(recipient.pk, on=today, program_id=place.pk)


def _place_of(program: Program | None, by: User, basis: str) -> Program | None:
    """Return whose record is told of on a service agreement, which itself names no program: the one given, or the only one there is."""
    if program is not None or basis != Basis.QSOA:
        return program
    programs = {membership.program_id: membership.program for membership in by.reach(Can.DISCLOSE_RECORD)}
    return next(iter(programs.values())) if len(programs) == 1 else None


def _programs_of(by: User) -> list[int] | None:
    """Return the programs on whose behalf somebody may disclose; a machine is bound by the consent alone."""
    if by.kind != UserKind.PERSON:
        return None
    return sorted({membership.program_id for membership in by.reach(Can.DISCLOSE_RECORD)})


def _programs_asked(by: User, program_id: int | None) -> list[int] | None:
    """Return the programs whose consents count: the one asked about, as far as somebody may disclose for it."""
    allowed = _programs_of(by)
    if program_id is None:
        return allowed
    return [program_id] if allowed is None or program_id in allowed else []


def _released(request: _Request, patient_id: int, program_id: int, key: int, public_id: str, scope: str) -> Released:
    """Return what goes along."""
    return Released(
        patient_id=patient_id,
        program_id=program_id,
        consent_id=None,
        disclosure_id=key,
        disclosure_public_id=public_id,
        categories=tuple(request.categories),
        purpose=request.purpose,
        consent_scope=scope,
        basis=request.basis,
    )


def _account_values(request: _Request, outcome: str, reason: str) -> dict[str, Any]:
    """Return what the accounts of one request have in common."""
    return {
        "at": request.at,
        "recipient": request.recipient.pk,
        "name": request.recipient.name,
        "address": request.recipient.address,
        "purpose": request.purpose[:32],
        "categories": sorted(request.categories),
        "fields": list(request.fields),
        "description": request.description[:200],
        "basis": request.basis[:32],
        "for_proceeding": request.for_proceeding,
        "notice_version": NOTICE_VERSION,
        "via": request.via,
        "outcome": outcome,
        "reason": reason[:200],
        "by": request.by.pk,
        "by_name": request.by.full_name,
    }


def _write_account(
    request: _Request, patient_id: int | None, verdict: Verdict, program_id: int | None, redisclosure: str
) -> list[tuple[int, str]]:
    """Write the account of one person, also for nobody, and return its two keys."""
    outcome = DisclosureOutcome.DISCLOSED if verdict.allowed else DisclosureOutcome.WITHHELD
    values = _account_values(request, outcome, ",".join(why.code for why in verdict.reasons)) | {
        "patient": patient_id,
        "program": program_id,
        "consent": verdict.consent_id,
        "redisclosure": redisclosure,
        "reference": verdict.reference[:80],
    }
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNT_OF_ONE, values)
        return [(key, public_id) for key, public_id in cursor.fetchall()]
