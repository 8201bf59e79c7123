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
from casemgr.core.directory.models import Organization, OrganizationKind
from patients.caseload.queries import patients_seen_by
from patients.consent.models import Consent, ConsentRecipient, ConsentState
from patients.consent.rules import BOUND_BY_HIPAA, JUSTICE, TPO_PURPOSES, ConsentFacts, Paper, Recipient, has_ended, missing_elements
from patients.record.models import Patient

Words = str | Promise

_TREATMENT_ENDED = """
    (lower(trim(c.ends_with)) = 'end of the treatment' AND COALESCE((
        SELECT bool_and(e.discharged_on IS NOT NULL AND e.discharged_on <= (%(at)s AT TIME ZONE d.time_zone)::date)
        FROM patients_episode e WHERE e.patient_id = c.patient_id AND e.program_id = c.discloser_id), false))
"""

_FACTS = """
    c.patient_id, c.id AS consent_id, c.discloser_id AS program_id, c.state,
    ARRAY(SELECT r.organization_id FROM patients_consentrecipient r WHERE r.consent_id = c.id),
    (%(at)s AT TIME ZONE d.time_zone)::date,
    <treatment ended>,
    c.kind, c.purposes, c.categories, c.description, c.revocation_statement <> '', c.redisclosure_statement <> '',
    c.refusal_statement <> '', c.signed_by <> '', c.signer_relationship <> '', c.signed_on, c.valid_until, c.ends_with
""".replace("<treatment ended>", _TREATMENT_ENDED)
"""SQL of what the rules ask about one consent `c` of one program `d`, at the moment `at`."""

_OF_PATIENT = """
    SELECT <facts>
    FROM patients_consent c JOIN casemgr_program d ON d.id = c.discloser_id
    WHERE c.patient_id = %(patient)s AND c.state <> 'draft' AND (%(programs)s::bigint[] IS NULL OR c.discloser_id = ANY(%(programs)s))
    ORDER BY c.id DESC
""".replace("<facts>", _FACTS)

_CARRIES = """
    c.state = 'active' AND %(purpose)s = ANY(c.purposes) AND %(categories)s::varchar[] <@ c.categories
    AND (c.valid_until IS NULL OR c.valid_until > (%(at)s AT TIME ZONE d.time_zone)::date)
    AND NOT <treatment ended>
    AND c.signed_on <= (%(at)s AT TIME ZONE d.time_zone)::date
    AND CASE WHEN c.kind = 'tpo' THEN c.purposes <@ <tpo>::varchar[] ELSE
        NOT (c.valid_until IS NULL AND lower(trim(c.ends_with)) = 'none')
        AND NOT (%(bound)s AND c.redisclosure_statement = '' AND c.purposes && <tpo>::varchar[]) END
    AND (%(programs)s::bigint[] IS NULL OR c.discloser_id = ANY(%(programs)s))
""".replace("<treatment ended>", _TREATMENT_ENDED).replace("<tpo>", "'{" + ",".join(sorted(TPO_PURPOSES)) + "}'")
"""SQL that narrows to consents which carry a request; the pure rule still decides on each of them."""

PEOPLE_REACHED = """
    SELECT <facts>
    FROM (
        SELECT DISTINCT ON (r.patient_id) r.consent_id
        FROM patients_consentrecipient r
        JOIN patients_consent c ON c.id = r.consent_id
        JOIN casemgr_program d ON d.id = c.discloser_id
        WHERE r.organization_id = %(recipient)s AND r.patient_id > %(after)s
          AND (%(among)s::bigint[] IS NULL OR r.patient_id = ANY(%(among)s)) AND <carries> <and more>
        ORDER BY r.patient_id, r.consent_id DESC
        LIMIT %(limit)s
    ) carrier
    JOIN patients_consent c ON c.id = carrier.consent_id
    JOIN casemgr_program d ON d.id = c.discloser_id
    WHERE c.state = 'active'
    FOR SHARE OF c
""".replace("<facts>", _FACTS).replace("<carries>", _CARRIES)
"""SQL of the next people whose consent carries a request, each with the newest such consent; the gate writes their accounts with it.

Whoever uses it says in place of `<and more>` what else must hold of a consent `c`, or nothing.
"""


_PLACE = """
    SELECT r.patient_id FROM patients_consentrecipient r JOIN patients_patient p ON p.id = r.patient_id
    WHERE r.organization_id = %s AND p.public_id = %s LIMIT 1
"""


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
    """Return the values that `PEOPLE_REACHED` asks for; courts and police reach nobody."""
    return {
        "recipient": recipient.id,
        "purpose": purpose,
        "categories": sorted(categories),
        "at": at,
        "after": after,
        "limit": 0 if recipient.kind == JUSTICE else limit,
        "among": None if among is None else list(among),
        "programs": programs,
        "bound": recipient.hipaa_role in BOUND_BY_HIPAA,
    }


def facts_in(row: Sequence[Any]) -> ConsentFacts:
    """Return the consent that stands in a row of the statements above."""
    return ConsentFacts(row[1], row[2], row[3], row[4], row[5], row[6], Paper._make(row[7:19]))


def people_known_to(*, recipient: Recipient, purpose: str, categories: Iterable[str], at: datetime) -> QuerySet[Patient]:
    """Return those whom a recipient may search among: a consent in force names it; whoever is found still goes through the gate.

    A consent that ends today somewhere on earth still counts here, because only the gate knows what day it is where the program is.
    """
    naming = ConsentRecipient.objects.filter(
        Q(consent__valid_until__isnull=True) | Q(consent__valid_until__gt=(at - timedelta(hours=14)).date()),
        patient=OuterRef("pk"),
        organization=recipient.id,
        consent__state=ConsentState.ACTIVE,
        consent__purposes__contains=[purpose],
        consent__categories__contains=sorted(categories),
    )
    return Patient.objects.filter(Exists(naming))


def place_of(public_id: UUID, *, recipient: Organization) -> int | None:
    """Return the key of somebody who was ever named to this recipient, to go on from there; of others nothing is known."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, [recipient.pk, public_id])
        row: tuple[int] | None = cursor.fetchone()
    return row[0] if row else None


def recipient_facts(organization: Organization) -> Recipient:
    """Return what the rules ask about a recipient."""
    return Recipient(organization.pk, organization.kind, organization.hipaa_role, organization.is_part2_program)


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
    rows = consents.filter(patient=patient).select_related("discloser", "recorded_by").prefetch_related("recipients").order_by("-id")
    standings = [_standing(consent, facts.get(consent.pk)) for consent in rows]
    return sorted(standings, key=lambda standing: not standing.in_force)


def _standing(consent: Consent, facts: ConsentFacts | None) -> Standing:
    """Return how one consent stands."""
    if facts is None or facts.state == ConsentState.REVOKED:
        return Standing(consent, consent.get_state_display(), "quiet")
    if has_ended(facts):
        return Standing(consent, _("Ended"), "quiet")
    if missing_elements(facts.paper, [recipient_facts(organization) for organization in consent.recipients.all()], facts.today):
        return Standing(consent, _("Lacks an element: nothing is told on it"), "warn")
    return Standing(consent, _("In force"), "good")


def recipients_to_choose() -> QuerySet[Organization]:
    """Return the organisations that a consent may name; courts and police need one of another kind."""
    return Organization.objects.filter(is_active=True).exclude(kind=OrganizationKind.JUSTICE).order_by("name", "id")


def programs_open_to(user: User) -> QuerySet[Program]:
    """Return the programs for which this user may record consents."""
    return Program.objects.filter(pk__in={membership.program_id for membership in user.reach(Can.RECORD_CONSENT)})
