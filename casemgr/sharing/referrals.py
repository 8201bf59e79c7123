"""Read what partners are told of the referrals that were sent to them; the gate is asked about the person."""

from typing import Any

from casemgr.sharing.parts import rows_of
from patients.disclosures.queries import DEMOGRAPHICS_SQL

_REFERRALS = """
    SELECT r.id, r.patient_id AS key, p.public_id::text AS patient, r.program_id AS program, r.service, r.message, r.state, r.sent_at,
        r.answered_at, r.answer
    FROM referrals_referral r
    JOIN patients_patient p ON p.id = r.patient_id
    WHERE r.organization_id = %(organization)s AND r.purpose = %(purpose)s AND r.state IN ('sent', 'accepted', 'declined', 'completed')
"""

_TOLD = "(SELECT row_to_json(who) FROM (SELECT <who>) AS who) AS patient".replace("<who>", DEMOGRAPHICS_SQL)
_ANSWERED = _REFERRALS.replace("p.public_id::text AS patient", _TOLD) + "AND r.id = %(id)s"
_ASKED = """
    SELECT r.id, r.patient_id, r.program_id FROM referrals_referral r
    WHERE r.id = %(id)s AND r.organization_id = %(organization)s AND r.purpose = %(purpose)s AND r.state <> 'draft'
"""


def referrals_to(organization_id: int, purpose: str, *, before: int | None = None, limit: int = 20) -> list[dict[str, Any]]:
    """Return what was sent to an organisation for a purpose, newest first."""
    values = {"organization": organization_id, "purpose": purpose, "before": before, "limit": limit}
    return rows_of(_REFERRALS + "AND (%(before)s::bigint IS NULL OR r.id < %(before)s) ORDER BY r.id DESC LIMIT %(limit)s", values)


def referral_asked_about(organization_id: int, purpose: str, number: int) -> dict[str, Any] | None:
    """Return the keys of a referral that was sent to an organisation for a purpose: enough to ask the gate with."""
    return next(iter(rows_of(_ASKED, {"organization": organization_id, "purpose": purpose, "id": number})), None)


def answered_referral(organization_id: int, purpose: str, number: int) -> dict[str, Any]:
    """Return a referral whose answer was taken, with who the person is."""
    return next(iter(rows_of(_ANSWERED, {"organization": organization_id, "purpose": purpose, "id": number})), {})
