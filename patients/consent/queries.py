"""Read consents: what stands on paper, and what each opens at this moment."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from casemgr.core.directory.models import Organization
from patients.consent.models import ConsentRecipient, ConsentState
from patients.consent.rules import ConsentFacts, Paper, Recipient
from patients.record.models import Patient

_TREATMENT_ENDED = """
    lower(trim(c.ends_with)) = 'end of the treatment'
    AND EXISTS (SELECT 1 FROM patients_episode e WHERE e.patient_id = c.patient_id AND e.program_id = c.discloser_id)
    AND NOT EXISTS (SELECT 1 FROM patients_episode e WHERE e.patient_id = c.patient_id AND e.program_id = c.discloser_id
                    AND (e.discharged_on IS NULL OR e.discharged_on > (%(at)s AT TIME ZONE d.time_zone)::date))
"""

_FACTS = """
    c.patient_id, c.id, c.discloser_id, c.state,
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
    FOR SHARE OF c
""".replace("<facts>", _FACTS)

_CARRIES = """
    c.state = 'active' AND %(purpose)s = ANY(c.purposes) AND %(categories)s::varchar[] <@ c.categories
    AND (c.valid_until IS NULL OR c.valid_until > (%(at)s AT TIME ZONE d.time_zone)::date)
    AND NOT (<treatment ended>)
    AND (%(programs)s::bigint[] IS NULL OR c.discloser_id = ANY(%(programs)s))
""".replace("<treatment ended>", _TREATMENT_ENDED)
"""SQL that narrows to consents which carry a request; the pure rule still decides on each of them."""

_REACHED = """
    WITH page AS (
        SELECT DISTINCT r.patient_id
        FROM patients_consentrecipient r
        JOIN patients_consent c ON c.id = r.consent_id
        JOIN casemgr_program d ON d.id = c.discloser_id
        WHERE r.organization_id = %(recipient)s AND r.patient_id > %(after)s
          AND (%(patients)s::bigint[] IS NULL OR r.patient_id = ANY(%(patients)s)) AND <carries>
        ORDER BY r.patient_id
        LIMIT %(limit)s
    )
    SELECT carrier.* FROM page CROSS JOIN LATERAL (
        SELECT <facts>
        FROM patients_consentrecipient r
        JOIN patients_consent c ON c.id = r.consent_id
        JOIN casemgr_program d ON d.id = c.discloser_id
        WHERE r.organization_id = %(recipient)s AND r.patient_id = page.patient_id AND <carries>
        ORDER BY c.id DESC
        LIMIT 1
        FOR SHARE OF c
    ) carrier
    ORDER BY page.patient_id
""".replace("<facts>", _FACTS).replace("<carries>", _CARRIES)


def consents_of(patient_id: int | None, *, at: datetime, programs: Sequence[int] | None = None) -> list[ConsentFacts]:
    """Return what the rules ask about every signed consent of one person, and hold these rows until the transaction ends.

    A revocation that is under way is waited for, so that nothing is told after it.
    """
    rows = _rows(_OF_PATIENT, {"patient": patient_id, "at": at, "programs": programs})
    return [facts for _patient, facts in rows]


def people_reached(
    *,
    recipient: Recipient,
    purpose: str,
    categories: Iterable[str],
    at: datetime,
    after: int = 0,
    limit: int = 20,
    among: Sequence[int] | None = None,
    programs: Sequence[int] | None = None,
) -> list[tuple[int, ConsentFacts]]:
    """Return the next people whose consent carries this request, each with that consent, ordered by their keys."""
    return _rows(
        _REACHED,
        {
            "recipient": recipient.id,
            "purpose": purpose,
            "categories": sorted(categories),
            "at": at,
            "after": after,
            "limit": limit,
            "patients": among,
            "programs": programs,
        },
    )


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


def recipient_facts(organization: Organization) -> Recipient:
    """Return what the rules ask about a recipient."""
    return Recipient(organization.pk, organization.kind, organization.hipaa_role, organization.is_part2_program)


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[int, ConsentFacts]]:
    """Run one of the statements above and return each consent with the person it is of."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [(row[0], ConsentFacts(row[1], row[2], row[3], row[4], row[5], row[6], Paper._make(row[7:]))) for row in cursor.fetchall()]
