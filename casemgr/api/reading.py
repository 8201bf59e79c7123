"""Read what partners are told: one statement each, one program's record, and only after the gate has answered."""

from typing import Any
from uuid import UUID

from django.db import connection

from patients.disclosures.queries import DEMOGRAPHICS_SQL

_PERSON = "SELECT p.id AS key, <who> FROM patients_patient p ".replace("<who>", DEMOGRAPHICS_SQL)

_MEDICATIONS = """
    SELECT 'order' AS kind, o.substance AS name, product.name AS product, product.form, product.rxnorm,
        trim_scale(o.daily_mg)::float8 AS daily_mg, o.starts_on, o.ends_on, o.state, given.for_day AS last_given_on,
        trim_scale(given.mg)::float8 AS last_given_mg
    FROM treatment_plans_order o
    JOIN treatment_plans_product product ON product.id = o.product_id
    LEFT JOIN LATERAL (
        SELECT d.for_day, d.mg FROM treatment_plans_dose d WHERE d.order_id = o.id ORDER BY d.for_day DESC, d.id DESC LIMIT 1
    ) given ON true
    WHERE o.patient_id = %(patient)s AND o.program_id = %(program)s
    ORDER BY o.starts_on DESC, o.id DESC
    LIMIT 50
"""

_PLAN = """
    SELECT json_build_object(
        'starts_on', plan.starts_on, 'review_on', plan.review_on, 'strengths', plan.strengths,
        'problems', COALESCE((
            SELECT json_agg(json_build_object('axis', problem.axis, 'title', problem.title, 'goals', COALESCE((
                SELECT json_agg(json_build_object(
                    'words', goal.words, 'state', goal.state, 'target_on', goal.target_on,
                    'objectives', COALESCE((
                        SELECT json_agg(json_build_object('words', objective.words, 'measure', objective.measure,
                            'target_on', objective.target_on, 'met_on', objective.met_on) ORDER BY objective.id)
                        FROM treatment_plans_objective objective WHERE objective.goal_id = goal.id), '[]'::json),
                    'interventions', COALESCE((
                        SELECT json_agg(json_build_object('kind', intervention.kind, 'description', intervention.description,
                            'frequency', intervention.frequency) ORDER BY intervention.id)
                        FROM treatment_plans_intervention intervention WHERE intervention.goal_id = goal.id), '[]'::json)
                ) ORDER BY goal.id)
                FROM treatment_plans_goal goal WHERE goal.problem_id = problem.id), '[]'::json)) ORDER BY problem.id)
            FROM treatment_plans_problem problem WHERE problem.plan_id = plan.id), '[]'::json)) AS plan
    FROM treatment_plans_plan plan
    WHERE plan.patient_id = %(patient)s AND plan.program_id = %(program)s AND plan.state = 'active'
"""

_APPOINTMENTS = """
    SELECT a.starts_at, a.ends_at, a.kind, a.state, site.name AS site, site.address, clinician.full_name AS clinician
    FROM treatment_plans_appointment a
    JOIN casemgr_site site ON site.id = a.site_id AND site.program_id = %(program)s
    JOIN casemgr_user clinician ON clinician.id = a.clinician_id
    WHERE a.patient_id = %(patient)s
    ORDER BY a.starts_at DESC, a.id DESC
    LIMIT 50
"""

_HOUSING = """
    SELECT t.title AS task, t.state, t.urgency, t.due_on, t.closed_at
    FROM referrals_task t
    WHERE t.patient_id = %(patient)s AND t.program_id = %(program)s AND t.domain = 'housing'
    ORDER BY t.due_on DESC, t.id DESC
    LIMIT 50
"""

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


def find_person(public_id: UUID) -> dict[str, Any] | None:
    """Return who has this id: the key to ask the gate with, and what may be told after it said yes."""
    return next(iter(_rows(_PERSON + "WHERE p.public_id = %(id)s", {"id": public_id})), None)


def medications(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return what this program ordered and last gave, newest first."""
    return _rows(_MEDICATIONS, {"patient": patient_id, "program": program_id})


def plan(patient_id: int, program_id: int) -> dict[str, Any] | None:
    """Return the active treatment plan with problems, goals, steps and ways of working."""
    return next((row["plan"] for row in _rows(_PLAN, {"patient": patient_id, "program": program_id})), None)


def appointments(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return the latest appointments at this program's sites; the notes on them stay here."""
    return _rows(_APPOINTMENTS, {"patient": patient_id, "program": program_id})


def housing(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return what is done about housing, without what staff wrote about it."""
    return _rows(_HOUSING, {"patient": patient_id, "program": program_id})


def referrals_to(organization_id: int, purpose: str, *, before: int | None = None, limit: int = 20) -> list[dict[str, Any]]:
    """Return what was sent to an organisation for a purpose, newest first."""
    values = {"organization": organization_id, "purpose": purpose, "before": before, "limit": limit}
    return _rows(_REFERRALS + "AND (%(before)s::bigint IS NULL OR r.id < %(before)s) ORDER BY r.id DESC LIMIT %(limit)s", values)


def referral_asked_about(organization_id: int, purpose: str, number: int) -> dict[str, Any] | None:
    """Return the keys of a referral that was sent to an organisation for a purpose: enough to ask the gate with."""
    return next(iter(_rows(_ASKED, {"organization": organization_id, "purpose": purpose, "id": number})), None)


def answered_referral(organization_id: int, purpose: str, number: int) -> dict[str, Any]:
    """Return a referral whose answer was taken, with who the person is."""
    return next(iter(_rows(_ANSWERED, {"organization": organization_id, "purpose": purpose, "id": number})), {})


def _rows(sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a statement and return its rows by name."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=False)) for row in cursor.fetchall()]
