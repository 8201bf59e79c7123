"""Read consents: what stands on paper, and what each opens at this moment."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.directory.models import Organization
from patients.caseload.queries import patients_seen_by
from patients.consent.models import Consent, ConsentScan, ConsentState, Settlement
from patients.consent.rules import (
    BOUND_BY_HIPAA,
    BOUND_CLASSES,
    CJ_REFERRAL,
    JUSTICE,
    JUSTICE_KINDS,
    PDMP,
    REGISTRY_RECIPIENTS,
    TPO_PURPOSES,
    ConsentFacts,
    Paper,
    Recipient,
    established_nearby,
    has_ended,
    missing_elements,
)
from patients.record.models import Patient
from patients.relations.models import TreatingRelationship
from patients.world.models import CloseOne
from patients.world.queries import facts_of

Words = str | Promise

PERSON = "person"
"""The kind of a recipient who is no organization but somebody around the person."""

_TODAY = "(%(at)s AT TIME ZONE d.time_zone)::date"

_TREATMENT_ENDED = """
    (lower(trim(c.ends_with)) IN ('end of the treatment', 'end of the enrollment') AND COALESCE((
        SELECT bool_and(e.discharged_on IS NOT NULL AND e.discharged_on <= <today>)
            OR bool_or(e.discharged_on > c.signed_on AND e.discharged_on <= <today> AND NOT EXISTS (
                SELECT 1 FROM patients_episode n WHERE n.transferred_from_id = e.id AND n.program_id = e.program_id))
        FROM patients_episode e WHERE e.patient_id = c.patient_id AND e.program_id = c.discloser_id), false))
""".replace("<today>", _TODAY)
"""SQL that says that the treatment ended since consent `c` was signed. Who comes back begins another; a move to another site ends none."""

_NAMES_PARTICIPANTS = "EXISTS (SELECT 1 FROM patients_consentrecipient r WHERE r.consent_id = c.id AND r.part = 'participant')"

_STANDS_IN_A_RELATION = """
    t.since <= <today> AND (t.until IS NULL OR t.until > <today>) AND (
        t.capacity = ANY(c.recipient_classes)
        OR c.designation = 'treating_only' AND t.capacity = 'treating_providers' AND EXISTS (
            SELECT 1 FROM casemgr_participation x JOIN patients_consentrecipient r ON r.organization_id = x.intermediary_id
            WHERE r.consent_id = c.id AND r.part = 'recipient' AND x.participant_id = t.organization_id
              AND x.since <= <today> AND (x.until IS NULL OR x.until > <today>)))
""".replace("<today>", _TODAY)
"""SQL that says that a consent `c` reaches an organisation through its relation `t` to the person: by class, or behind an intermediary."""

_OPTED_OUT = "EXISTS (SELECT 1 FROM patients_fundraisingchoice f WHERE f.patient_id = c.patient_id AND f.opted_out)"

_FACTS = (
    """
    c.patient_id, c.id AS consent_id, c.discloser_id AS program_id, c.state,
    ARRAY(SELECT r.organization_id FROM patients_consentrecipient r WHERE r.consent_id = c.id),
    <today>,
    <treatment ended>,
    c.kind, c.purposes, c.categories, c.description, c.revocation_statement <> '', c.redisclosure_statement <> '',
    c.refusal_statement <> '', c.signed_by <> '', c.signer_relationship <> '', c.signed_on, c.valid_until, c.ends_with,
    c.recipient_classes, c.designation, <participants>, c.hipaa_statement <> '', c.fundraising_statement <> '',
    c.initiated_by_patient, c.later_programs, c.revocable_after, c.revocable_event <> '',
    CASE WHEN c.recipient_classes = '{}' AND c.designation = '' THEN '{}'::bigint[] ELSE
        ARRAY(SELECT t.organization_id FROM patients_treatingrelationship t WHERE t.patient_id = c.patient_id AND <relation>) END,
    c.known_false_at IS NOT NULL, 'fundraising' = ANY(c.purposes) AND <opted out>,
    (SELECT p.deceased_on FROM patients_patient p WHERE p.id = c.patient_id) AS died_on
""".replace("<treatment ended>", _TREATMENT_ENDED)
    .replace("<participants>", _NAMES_PARTICIPANTS)
    .replace("<relation>", _STANDS_IN_A_RELATION)
    .replace("<opted out>", _OPTED_OUT)
    .replace("<today>", _TODAY)
)
"""SQL of what the rules ask about one consent `c` of one program `d`, at the moment `at`."""

_BEFORE_PAPER = 7
_AFTER_PAPER = _BEFORE_PAPER + len(Paper._fields)
FACTS = _AFTER_PAPER + 4  # what a statement reads along stands after them

_OF_PATIENT = """
    SELECT <facts>
    FROM patients_consent c JOIN casemgr_program d ON d.id = c.discloser_id
    WHERE c.patient_id = %(patient)s AND c.state <> 'draft' AND (%(programs)s::bigint[] IS NULL OR c.discloser_id = ANY(%(programs)s))
    ORDER BY c.id DESC
""".replace("<facts>", _FACTS)


def _words(words: Iterable[str]) -> str:
    return "'{" + ",".join(sorted(words)) + "}'::varchar[]"


_CARRIES = (
    """
    c.state = 'active' AND %(purpose)s = ANY(c.purposes) AND %(categories)s::varchar[] <@ c.categories
    AND (c.valid_until IS NULL OR c.valid_until > <today>)
    AND NOT <treatment ended>
    AND c.signed_on <= <today>
    AND c.known_false_at IS NULL
    AND NOT (%(purpose)s = 'fundraising' AND <opted out>)
    AND CASE WHEN %(justice)s THEN c.kind IN ('proceedings', 'cj_referral') ELSE c.kind <> 'cj_referral' END
    AND (c.kind <> 'registry' OR %(registry)s)
    AND (c.kind <> 'pdmp' OR %(monitoring)s)
    AND NOT (c.hipaa_statement = '' AND c.purposes && <tpo> AND (%(bound)s OR c.recipient_classes && <bound>))
    AND NOT (%(intermediary)s AND c.designation = '' AND NOT <participants>)
    AND (%(programs)s::bigint[] IS NULL OR c.discloser_id = ANY(%(programs)s))
""".replace("<treatment ended>", _TREATMENT_ENDED)
    .replace("<participants>", _NAMES_PARTICIPANTS)
    .replace("<opted out>", _OPTED_OUT)
    .replace("<today>", _TODAY)
    .replace("<tpo>", _words(TPO_PURPOSES))
    .replace("<bound>", _words(BOUND_CLASSES))
)
"""SQL that narrows to consents which carry a request; the pure rule still decides on each of them.

What the constraints of the table say of every signed consent is not asked again.
"""

PEOPLE_REACHED = (
    """
    WITH carrier AS MATERIALIZED (
        SELECT DISTINCT ON (found.patient_id) found.consent_id
        FROM (
            (SELECT DISTINCT ON (r.patient_id) r.patient_id, r.consent_id
            FROM patients_consentrecipient r
            JOIN patients_consent c ON c.id = r.consent_id
            JOIN casemgr_program d ON d.id = c.discloser_id
            WHERE r.organization_id = %(recipient)s AND r.patient_id > %(after)s
              AND (%(among)s::bigint[] IS NULL OR r.patient_id = ANY(%(among)s)) AND <carries> <and more>
            ORDER BY r.patient_id, r.consent_id DESC
            LIMIT %(limit)s)
            UNION ALL
            (SELECT DISTINCT ON (t.patient_id) t.patient_id, c.id
            FROM patients_treatingrelationship t
            JOIN patients_consent c ON c.patient_id = t.patient_id AND (c.recipient_classes <> '{}' OR c.designation <> '')
            JOIN casemgr_program d ON d.id = c.discloser_id
            WHERE t.organization_id = %(recipient)s AND t.patient_id > %(after)s
              AND (%(among)s::bigint[] IS NULL OR t.patient_id = ANY(%(among)s)) AND <relation> AND <carries> <and more>
            ORDER BY t.patient_id, c.id DESC
            LIMIT %(limit)s)
            UNION ALL
            (SELECT DISTINCT ON (c.patient_id) c.patient_id, c.id
            FROM patients_consent c
            JOIN casemgr_program d ON d.id = c.discloser_id
            WHERE %(established_on)s::date IS NOT NULL AND c.signed_on < %(established_on)s::date
              AND c.kind = 'registry' AND c.later_programs
              AND c.patient_id > %(after)s AND (%(among)s::bigint[] IS NULL OR c.patient_id = ANY(%(among)s)) AND <carries> <and more>
            ORDER BY c.patient_id, c.id DESC
            LIMIT %(limit)s)
        ) found
        ORDER BY found.patient_id, found.consent_id DESC
        LIMIT %(limit)s
    )
    SELECT <facts>
    FROM carrier
    JOIN patients_consent c ON c.id = carrier.consent_id
    JOIN casemgr_program d ON d.id = c.discloser_id
    WHERE c.state = 'active'
    FOR SHARE OF c
""".replace("<facts>", _FACTS)
    .replace("<carries>", _CARRIES)
    .replace("<relation>", _STANDS_IN_A_RELATION)
)
"""SQL of the next people whose consent carries a request, each with the newest such consent; the gate writes their accounts with it.

A consent reaches a recipient by name, through its relation to the person, or as a program established after a consent for registries.
Whoever uses it says in place of `<and more>` what else must hold of a consent `c`, or nothing.
"""

_PLACE = """
    SELECT p.id FROM patients_patient p WHERE p.public_id = %(public)s AND (
        EXISTS (
            SELECT 1 FROM patients_disclosure q
            WHERE q.patient_id = p.id AND q.recipient_id = %(recipient)s AND q.outcome = 'disclosed')
        OR EXISTS (
            SELECT 1 FROM patients_consent c
            WHERE c.patient_id = p.id AND c.state = 'active' AND c.known_false_at IS NULL AND (
                EXISTS (SELECT 1 FROM patients_consentrecipient r WHERE r.consent_id = c.id AND r.organization_id = %(recipient)s)
                OR (c.recipient_classes <> '{}' OR c.designation <> '') AND EXISTS (
                    SELECT 1 FROM patients_treatingrelationship t WHERE t.patient_id = p.id AND t.organization_id = %(recipient)s)
                OR c.later_programs AND %(established_on)s::date IS NOT NULL)))
"""

_ENDED = """
    SELECT c.id FROM patients_consent c JOIN casemgr_program d ON d.id = c.discloser_id
    WHERE c.state = 'active' AND (c.valid_until <= <today> OR <treatment ended>)
    ORDER BY c.id LIMIT %(limit)s
""".replace("<treatment ended>", _TREATMENT_ENDED).replace("<today>", _TODAY)


def consents_of(patient_id: int | None, *, at: datetime, programs: Sequence[int] | None = None, hold: bool = False) -> list[ConsentFacts]:
    """Return what the rules ask about every signed consent of one person.

    With `hold` these rows stay as they are until the transaction ends: a revocation under way is waited for, and nothing is told after it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _OF_PATIENT + (" FOR SHARE OF c" if hold else ""),
            {"patient": patient_id, "at": at, "programs": None if programs is None else list(programs)},
        )
        return [facts_in(row) for row in cursor.fetchall()]


def narrowing(
    *,
    recipient: Recipient,
    purpose: str,
    categories: Iterable[str],
    at: datetime,
    after: int,
    limit: int,
    among: Sequence[int] | None,
    programs: Sequence[int] | None,
) -> dict[str, Any]:
    """Return the values that `PEOPLE_REACHED` asks for."""
    return {
        "recipient": recipient.id,
        "purpose": purpose,
        "categories": sorted(categories),
        "at": at,
        "after": after,
        "limit": limit,
        "among": None if among is None else list(among),
        "programs": programs,
        "bound": recipient.hipaa_role in BOUND_BY_HIPAA,
        "justice": recipient.kind == JUSTICE,
        "intermediary": recipient.is_intermediary,
        "registry": recipient.kind in REGISTRY_RECIPIENTS and recipient.has_address,
        "monitoring": recipient.kind == PDMP,
        "established_on": established_nearby(recipient),
    }


def facts_in(row: Sequence[Any]) -> ConsentFacts:
    """Return the consent that stands in a row of the statements above."""
    paper = Paper._make(row[_BEFORE_PAPER:_AFTER_PAPER])
    return ConsentFacts._make([*row[1:_BEFORE_PAPER], paper, *row[_AFTER_PAPER:FACTS]])


def people_known_to(*, recipient: Recipient, purpose: str, categories: Iterable[str], at: datetime) -> QuerySet[Patient]:
    """Return those whom a recipient may search among: a consent in force names it; whoever is found still goes through the gate.

    A consent that ends today somewhere on earth still counts here, because only the gate knows what day it is where the program is.
    """
    latest = (at - timedelta(hours=14)).date()
    holding: QuerySet[Consent] = Consent.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=latest),
        patient=OuterRef("pk"),
        state=ConsentState.ACTIVE,
        purposes__contains=[purpose],
        categories__contains=sorted(categories),
    )
    related = TreatingRelationship.objects.filter(
        Q(until__isnull=True) | Q(until__gt=latest), patient=OuterRef("patient"), organization=recipient.id
    )
    reaching: Any = Exists(holding.filter(named_recipients__organization=recipient.id)) | Exists(
        holding.filter(~Q(recipient_classes=[]) | ~Q(designation="")).filter(Exists(related))
    )
    if established_nearby(recipient):
        reaching |= Exists(holding.filter(later_programs=True))
    return Patient.objects.filter(reaching)


def place_of(public_id: UUID, *, recipient: Organization) -> int | None:
    """Return the key of somebody whom a consent in force opens to this recipient, or of whom it was told; a draft names nobody."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PLACE, {"recipient": recipient.pk, "public": public_id, "established_on": established_nearby(recipient_facts(recipient))}
        )
        row: tuple[int] | None = cursor.fetchone()
    return row[0] if row else None


def recipient_facts(organization: Organization) -> Recipient:
    """Return what the rules ask about a recipient."""
    return Recipient(
        organization.pk,
        organization.kind,
        organization.hipaa_role,
        organization.is_part2_program,
        organization.is_intermediary,
        bool(organization.address.strip()),
        organization.miles_away,
        organization.established_on,
    )


def person_facts(close_one_id: int) -> Recipient:
    """Return what the rules ask about somebody around the person, who is bound by no law of health care."""
    return Recipient(close_one_id, PERSON)


class Standing(NamedTuple):
    """Say how a consent stands at this moment, and in which tone."""

    consent: Consent
    word: Words
    tone: str

    @property
    def in_force(self) -> bool:
        """Say whether something may be told on it."""
        return self.tone == "good"


def consents_seen_by(user: User, *, can: Can = Can.SEE_DISCLOSURES) -> QuerySet[Consent]:
    """Return the consents that this user may see: of their patients, and to their programs."""
    programs = {membership.program_id for membership in user.reach(can)}
    return Consent.objects.filter(patient__in=patients_seen_by(user, can=can), discloser__in=programs)


def standing_of(consents: QuerySet[Consent], patient: Patient, at: datetime) -> list[Standing]:
    """Return these consents of one person, those in force first, each with how it stands now."""
    facts = {found.id: found for found in consents_of(patient.pk, at=at)}
    rows = (
        consents.filter(patient=patient)
        .select_related("discloser", "recorded_by", "compared_by")
        .prefetch_related("recipients", "named_people")
        .order_by("-id")
    )
    standings = [_standing(consent, facts.get(consent.pk)) for consent in rows]
    return sorted(standings, key=lambda standing: not standing.in_force)


def _standing(consent: Consent, facts: ConsentFacts | None) -> Standing:
    """Return how one consent stands."""
    if facts is None or facts.state != ConsentState.ACTIVE:
        return Standing(consent, consent.get_state_display(), "quiet")
    if facts.known_false:
        return Standing(consent, _("Known to be false: nothing is told on it"), "stop")
    if has_ended(facts):
        return Standing(consent, _("Ended"), "quiet")
    named = [recipient_facts(organization) for organization in consent.recipients.all()]
    named += [person_facts(row.close_one_id) for row in consent.named_people.all()]
    if missing_elements(facts.paper, named, facts.today):
        return Standing(consent, _("Lacks an element: nothing is told on it"), "warn")
    return Standing(consent, _("In force"), "good")


_RECIPIENT_KINDS = {"cj_referral": {JUSTICE}, "registry": REGISTRY_RECIPIENTS, "pdmp": {PDMP}}


def recipients_to_choose(kind: str = "") -> QuerySet[Organization]:
    """Return the organisations that a consent of this kind may name."""
    rows = Organization.objects.filter(is_active=True).order_by("name", "id")
    if kind in _RECIPIENT_KINDS:
        return rows.filter(kind__in=_RECIPIENT_KINDS[kind])
    return rows if kind in JUSTICE_KINDS else rows.exclude(kind=JUSTICE)


def intermediaries_to_choose() -> QuerySet[Organization]:
    """Return the exchanges of many organizations that are worked with."""
    return Organization.objects.filter(is_active=True, is_intermediary=True)


def people_to_choose(patient: Patient) -> QuerySet[CloseOne]:
    """Return the people around somebody whom a consent may name; nobody who is a concern for safety."""
    return facts_of(CloseOne, patient).filter(until__isnull=True, is_safety_concern=False).order_by("name", "pk")


def replaceable(user: User, patient: Patient) -> QuerySet[Consent]:
    """Return the consents of a person whose place a new one may take."""
    return consents_seen_by(user, can=Can.RECORD_CONSENT).filter(patient=patient, state=ConsentState.ACTIVE).exclude(kind=CJ_REFERRAL)


def drafts_waiting_for(user: User) -> QuerySet[Consent]:
    """Return the drafts that this user may make hold: handed in by partners and not settled, or taken over from another system."""
    drafts = consents_seen_by(user, can=Can.RECORD_CONSENT).filter(state=ConsentState.DRAFT)
    return drafts.filter(Q(handed_in__isnull=True) | Q(handed_in__outcome=Settlement.WAITING)).order_by("-id")


def scans_of(consent: Consent) -> QuerySet[ConsentScan]:
    """Return the scans of a consent without the sealed files themselves."""
    return ConsentScan.objects.filter(consent=consent).defer("content").select_related("recorded_by")


def programs_open_to(user: User) -> QuerySet[Program]:
    """Return the programs for which this user may record consents."""
    return Program.objects.filter(pk__in={membership.program_id for membership in user.reach(Can.RECORD_CONSENT)})


def consents_that_have_ended(at: datetime, limit: int = 500) -> list[int]:
    """Return the keys of active consents whose day or event has come, each by the calendar of its program."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDED, {"at": at, "limit": limit})
        return [key for (key,) in cursor.fetchall()]
