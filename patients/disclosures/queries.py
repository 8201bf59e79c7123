"""Read what was told, and say which columns tell who a person is."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, Q, QuerySet

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.agreements.models import Agreement
from casemgr.core.agreements.queries import FOR_SYSTEMS, AgreementFacts, live_agreements
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Reason
from patients.caseload.queries import patients_seen_by
from patients.consent.models import InformationCategory
from patients.consent.queries import consents_of, recipient_facts
from patients.disclosures.models import Basis, Disclosure, sentence_of
from patients.disclosures.rules import Question, Why, accounting_begins, may_disclose
from patients.episodes.models import Episode
from patients.record.models import Patient
from patients.record.queries import people_under, record_that_stays
from patients.restrictions.queries import restrictions_on

DEMOGRAPHICS_SQL = """
    p.public_id::text AS id, p.given_name, p.family_name, p.chosen_name, p.pronouns, p.sex, p.birth_date::text AS birth_date, p.language,
    p.interpreter_needed
"""
"""SQL of all that the category “demographics” opens of a patient `p`: name, birth date, language (42 CFR 2.13(a))."""

_NAMES = ("id", "given_name", "family_name", "chosen_name", "pronouns", "sex", "birth_date", "language", "interpreter_needed")


def demographics_in(values: Sequence[Any]) -> dict[str, Any]:
    """Return the columns above by name."""
    return dict(zip(_NAMES, values, strict=True))


def disclosures_seen_by(user: User, *, of: Patient | None = None) -> QuerySet[Disclosure]:
    """Return the accounts that this user may see: of their patients, and of their own programs' records; or of one person.

    What was told under a record that was merged into another one stays under its key, and belongs to the account of that one person.
    """
    programs = {membership.program_id for membership in user.reach(Can.SEE_DISCLOSURES)}
    patients = patients_seen_by(user, can=Can.SEE_DISCLOSURES)
    told = Disclosure.objects.filter(Q(program_id__in=programs) | Q(program_id__isnull=True))
    if of is None:
        return told.filter(Exists(patients.filter(pk=record_that_stays("patient_id"))))
    return told.filter(Exists(patients.filter(pk=of.pk)), patient_id__in=of.keys)


def accounting_of(patient: Patient, user: User, at: datetime) -> QuerySet[Disclosure]:
    """Return what was told about a person in the three years before today, in whole days where each program is, newest first."""
    begins = {m.program_id: accounting_begins(at.astimezone(m.program.zone)) for m in user.reach(Can.SEE_DISCLOSURES)}
    within = Q(program_id__isnull=True, at__gte=min(begins.values(), default=at))
    for program_id, moment in begins.items():
        within |= Q(program_id=program_id, at__gte=moment)
    return disclosures_seen_by(user, of=patient).filter(within).order_by("-at", "-id")


def with_people(rows: list[Disclosure], user: User) -> list[Disclosure]:
    """Return these rows, each with the person it speaks of; the account itself keeps no more than a key."""
    people = people_under(patients_seen_by(user, can=Can.SEE_DISCLOSURES), [row.patient_id for row in rows])
    for row in rows:
        row.person = people.get(row.patient_id)
    return rows


def program_served(organization_id: int, patient_id: int | None, at: datetime) -> Program | None:
    """Return the program that knows this person and has an agreement in force with this organization, or nothing."""
    known = Q(pk__in=Episode.objects.filter(patient=patient_id).values("program_id"))
    known |= Q(pk__in=Patient.objects.filter(pk=patient_id or 0).values("registered_site__program_id"))
    signed = Agreement.objects.filter(organization=organization_id, kind__in=FOR_SYSTEMS)
    programs = Program.objects.filter(known, pk__in=signed.values("program_id")).order_by("pk")
    return next((program for program in programs if live_agreements(organization_id, on=_today(program, at), program_id=program.pk)), None)


def _today(program: Program, at: datetime) -> date:
    """Return the day that it is where a program works."""
    return at.astimezone(program.zone).date()


class Part(NamedTuple):
    """Say of one part of the record whether somebody would be told it, on what, or why not."""

    category: str
    allowed: bool
    consent_id: int | None
    reasons: tuple[Reason, ...]
    agreement: AgreementFacts | None = None


def what_would_be_told(
    *, patient_id: int, recipient: Organization, purpose: str, at: datetime, programs: Sequence[int] | None = None
) -> list[Part]:
    """Return, part by part, what this organization would be told for this purpose now; nothing is told and no account is written."""
    consents = consents_of(patient_id, at=at, programs=programs)
    question = Question(
        recipient=recipient_facts(recipient),
        purpose=purpose,
        categories=frozenset(),
        today=at.date(),
        consents=consents,
        restrictions=restrictions_on(patient_id),
        patient_id=patient_id,
        died_on=next((facts.died_on for facts in consents), None),
    )
    parts = []
    for category in InformationCategory.values:
        verdict = may_disclose(question._replace(categories=frozenset({category})))
        parts.append(Part(category, verdict.allowed, verdict.consent_id, tuple(reason_in_words(why) for why in verdict.reasons)))
    return parts


def with_what_an_agreement_opens(
    parts: Sequence[Part],
    *,
    to_systems: Collection[str],
    patient_id: int,
    program: Program,
    recipient: Organization,
    purpose: str,
    at: datetime,
) -> list[Part]:
    """Return these parts, those that an agreement with this program opens to systems of the organization with the agreement beside them."""
    if not to_systems or program_served(recipient.pk, patient_id, at) != program:
        return list(parts)
    today = _today(program, at)
    live = {f"casemgr.agreement:{one.id}": one for one in live_agreements(recipient.pk, on=today, program_id=program.pk)}
    question = Question(
        recipient=recipient_facts(recipient),
        purpose=purpose,
        categories=frozenset(),
        today=today,
        basis=Basis.QSOA,
        restrictions=restrictions_on(patient_id),
        agreements=list(live.values()),
        patient_id=patient_id,
        program_id=program.pk,
    )
    told = []
    for part in parts:
        verdict = may_disclose(question._replace(categories=frozenset({part.category} & set(to_systems))))
        told.append(_on_agreement(part, live[verdict.reference]) if verdict.allowed else part)
    return told


def _on_agreement(part: Part, agreement: AgreementFacts) -> Part:
    """Return a part with the agreement that opens it, and with its consent only if that opens it too."""
    consent_id = part.consent_id if part.allowed else None
    return part._replace(allowed=True, consent_id=consent_id, reasons=(), agreement=agreement)


def reason_in_words(why: Why) -> Reason:
    """Return a reason as a sentence with its citation."""
    return Reason(sentence_of(why.code), field=why.field, code=why.code, source=why.source)
