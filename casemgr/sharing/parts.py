"""Read what is told to others, part by part: one statement each, one program's record, and only after the gate has answered.

Every way out reads here and nowhere else, so a part looks alike on paper, in a file and in the API, and is kept small in one place
(42 CFR 2.13(a)).
"""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from casemgr.core.accounts.rules import Can
from patients.compartments.models import Compartment
from patients.compartments.queries import restricted_notes_released
from patients.disclosures.queries import DEMOGRAPHICS_SQL
from treatment_plans.counseling.queries import counseling_notes_released

MOST_ROWS = 50
"""Rows of one part; the figure is ours. A longer history is asked for in words."""

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
    LIMIT <most>
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
                        FROM treatment_plans_objective objective
                        WHERE objective.goal_id = goal.id AND objective.stopped_on IS NULL), '[]'::json),
                    'interventions', COALESCE((
                        SELECT json_agg(json_build_object('kind', intervention.kind, 'description', intervention.description,
                            'frequency', intervention.frequency) ORDER BY intervention.id)
                        FROM treatment_plans_intervention intervention
                        WHERE intervention.goal_id = goal.id AND intervention.stopped_on IS NULL), '[]'::json)
                ) ORDER BY goal.id)
                FROM treatment_plans_goal goal WHERE goal.problem_id = problem.id), '[]'::json)) ORDER BY problem.id)
            FROM treatment_plans_problem problem WHERE problem.plan_id = plan.id AND problem.stopped_on IS NULL), '[]'::json)) AS plan
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
    LIMIT <most>
"""

_WRITTEN_HERE = """
    (EXISTS (
        SELECT 1 FROM casemgr_membership m WHERE m.user_id = r.recorded_by_id AND m.program_id = %(program)s
          AND m.starts_on <= r.recorded_at::date AND (m.ends_on IS NULL OR m.ends_on > r.recorded_at::date)
    ) OR (
        EXISTS (SELECT 1 FROM casemgr_user u WHERE u.id = r.recorded_by_id AND u.kind = 'system')
        AND EXISTS (SELECT 1 FROM patients_episode e WHERE e.patient_id = r.patient_id AND e.program_id = %(program)s)
    ))
"""
"""SQL that a row `r` without a program of its own belongs to this program's record: its staff wrote it down, or an import did for it."""

_CONTACT = """
    SELECT r.kind, r.value, r.ok_to_call, r.ok_to_text, r.ok_to_leave_message, r.is_shared
    FROM patients_contactpoint r
    WHERE r.patient_id = %(patient)s AND r.ended_at IS NULL AND NOT r.is_unsafe AND <written here>
    ORDER BY r.kind, r.id
    LIMIT <most>
"""

_DIAGNOSES = """
    SELECT r.axis, r.code, r.other_system, r.other_code, r.title, r.certainty, r.course, r.onset_on, r.ended_on
    FROM patients_diagnosis r
    WHERE r.patient_id = %(patient)s AND r.certainty <> 'refuted' AND <written here>
    ORDER BY r.axis, r.code, r.id
    LIMIT <most>
"""

_SCREENINGS = """
    SELECT kind, code, title, observed_at, value, unit FROM (
        SELECT r.kind, r.code, r.title, r.observed_at, COALESCE(trim_scale(r.value_number)::text, NULLIF(r.value_text, ''), r.value_code)
            AS value, r.value_unit AS unit, r.id
        FROM patients_observation r
        WHERE r.patient_id = %(patient)s AND r.kind IN ('survey', 'laboratory') AND r.status IN ('final', 'amended', 'corrected')
          AND <written here>
        UNION ALL
        SELECT 'questionnaire', '', COALESCE(NULLIF(r.title, ''), r.questionnaire), r.answered_at, trim_scale(r.total)::text, '', r.id
        FROM patients_questionnaireanswers r
        WHERE r.patient_id = %(patient)s AND r.status IN ('completed', 'amended') AND <written here>
        UNION ALL
        SELECT 'laboratory', r.code, r.analyte || ' (' || r.method || ')', panel.collected_at, r.outcome, '', r.id
        FROM patients_toxicologyresult r
        JOIN patients_toxicologypanel panel ON panel.id = r.panel_id AND panel.program_id = %(program)s
        WHERE panel.patient_id = %(patient)s AND r.outcome IN ('positive', 'negative')
    ) AS found
    ORDER BY observed_at DESC, id DESC
    LIMIT <most>
"""
"""SQL of scores and results; what somebody answered word for word, and what was said about a specimen, stays here."""

_SESSIONS = """
    SELECT session.starts_at, session.kind, session.modality, session.title, r.state AS attendance, r.minutes, r.note,
        signer.full_name AS signed_by, r.signed_at,
        COALESCE((
            SELECT string_agg(
                to_char(a.recorded_at AT TIME ZONE site.time_zone, 'YYYY-MM-DD HH24:MI') || ' ' || adder.full_name || ': ' || a.text,
                chr(10) ORDER BY a.id
            )
            FROM treatment_plans_noteaddendum a JOIN casemgr_user adder ON adder.id = a.recorded_by_id
            WHERE a.attendance_id = r.id
        ), '') AS addenda
    FROM treatment_plans_attendance r
    JOIN treatment_plans_session session ON session.id = r.session_id
    JOIN casemgr_site site ON site.id = session.site_id AND site.program_id = %(program)s
    JOIN casemgr_user signer ON signer.id = r.signed_by_id
    WHERE r.patient_id = %(patient)s AND r.signed_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM treatment_plans_noteinerror e WHERE e.attendance_id = r.id)
    ORDER BY session.starts_at DESC, r.id DESC
    LIMIT <most>
"""
"""SQL of signed notes with what was added to them; those entered in error, drafts, and what a group did together (it speaks of others too)
stay here."""

_HEALTH = """
    SELECT kind, name, words, status, on_day FROM (
        SELECT 'allergy' AS kind, r.substance AS name, r.reaction AS words, r.certainty AS status, r.since AS on_day, r.id
        FROM patients_allergy r <of health> AND r.certainty <> 'refuted'
        UNION ALL
        SELECT 'allergy_question', '', '', r.answer, r.asked_on, r.id FROM patients_allergyquestion r <of health>
        UNION ALL
        SELECT 'other_medication', r.name, r.dose_words, CASE WHEN r.until IS NULL THEN 'active' ELSE 'ended' END, r.since, r.id
        FROM patients_othermedication r <of health>
        UNION ALL
        SELECT 'naloxone', r.product, r.lot, r.state, r.given_on, r.id FROM patients_naloxonekit r <of health>
        UNION ALL
        SELECT 'overdose', array_to_string(r.substances, ', '), r.hospital, r.outcome, r.happened_on, r.id
        FROM patients_overdose r <of health> AND r.of = 'person'
        UNION ALL
        SELECT 'electrocardiogram', 'QTc', r.qtc_ms::text || ' ms', 'final', r.taken_on, r.id FROM patients_electrocardiogram r <of health>
        UNION ALL
        SELECT 'pain', r.site, r.origin, CASE WHEN r.until IS NULL THEN 'active' ELSE 'ended' END, r.since, r.id
        FROM patients_painproblem r <of health>
        UNION ALL
        SELECT 'pain_score', 'PEG', trim_scale(r.score)::text, 'final', r.scored_on, r.id FROM patients_painscore r <of health>
        UNION ALL
        SELECT 'pain_step', r.relief, r.words, r.helped, r.since, r.id FROM patients_painstep r <of health>
        UNION ALL
        SELECT 'education', r.topic, r.topic_words, r.teach_back, r.given_on, r.id FROM patients_education r <of health>
    ) AS found
    ORDER BY on_day DESC NULLS LAST, kind, id DESC
    LIMIT <most>
"""
"""SQL of what is known of somebody's health besides infections and pregnancy; remarks of staff and a person's own words stay here."""

_INFECTIONS = """
    SELECT kind, name, test, result, linkage, on_day FROM (
        SELECT 'test' AS kind, r.infection AS name, r.test, r.result, r.linkage, r.tested_on AS on_day, r.id
        FROM patients_infectiontest r <of health>
        UNION ALL
        SELECT 'vaccination', r.vaccine, r.vaccine_words, '', '', r.given_on, r.id FROM patients_vaccination r <of health>
    ) AS found
    ORDER BY on_day DESC, id DESC
    LIMIT <most>
"""

_PREGNANCY = """
    SELECT r.status, r.noted_on, r.due_on, r.prenatal_care, r.prenatal_words FROM patients_pregnancy r <of health>
    ORDER BY r.noted_on DESC, r.id DESC
    LIMIT <most>
"""

_OF_HEALTH = "WHERE r.patient_id = %(patient)s AND r.program_id = %(program)s AND r.in_error_why = ''"

_TASKS = """
    SELECT t.title AS task, t.state, t.urgency, t.due_on, t.closed_at
    FROM referrals_task t
    WHERE t.patient_id = %(patient)s AND t.program_id = %(program)s AND t.domain = ANY(%(domains)s)
    ORDER BY t.due_on DESC, t.id DESC
    LIMIT <most>
"""


def find_person(public_id: UUID) -> dict[str, Any] | None:
    """Return who has this id: the key to ask the gate with, and what may be told after it said yes.

    The id of a record that was merged into another one means the person: the gate decides by the consents that are theirs now.
    """
    meant = "WHERE p.id = (SELECT coalesce(q.merged_into_id, q.id) FROM patients_patient q WHERE q.public_id = %(id)s)"
    return next(iter(rows_of(_PERSON + meant, {"id": public_id})), None)


def demographics(patient_id: int, program_id: int) -> dict[str, Any]:
    """Return name, birth date and language; they are the same in every program."""
    found = next(iter(rows_of(_PERSON + "WHERE p.id = %(patient)s", {"patient": patient_id})), {})
    return {name: value for name, value in found.items() if name != "key"}


def contact(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return how the person may be reached; a way that is unsafe or no longer used is told to nobody."""
    return _read(_CONTACT, patient_id, program_id)


def medications(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return what this program ordered and last gave, newest first."""
    return _read(_MEDICATIONS, patient_id, program_id)


def diagnoses(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return what this program diagnosed on every axis, without what was ruled out and what staff wrote about it."""
    return _read(_DIAGNOSES, patient_id, program_id)


def plan(patient_id: int, program_id: int) -> dict[str, Any] | None:
    """Return the active treatment plan with problems, goals, steps and ways of working."""
    return next((row["plan"] for row in _read(_PLAN, patient_id, program_id)), None)


def appointments(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return the latest appointments at this program's sites; the notes on them stay here."""
    return _read(_APPOINTMENTS, patient_id, program_id)


def screenings(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return scores and laboratory results, newest first."""
    return _read(_SCREENINGS, patient_id, program_id)


def sessions(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return the signed notes of sessions with their addenda, newest first; counseling notes are another table and never among them."""
    return _read(_SESSIONS, patient_id, program_id)


def housing(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return what is done about housing, without what staff wrote about it."""
    return _read(_TASKS, patient_id, program_id, domains=["housing"])


def employment(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return what is done about work and benefits, without what staff wrote about it."""
    return _read(_TASKS, patient_id, program_id, domains=["employment", "benefits"])


def health(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return allergies, other medication, naloxone, overdoses, pain and education; infections and pregnancy are parts of their own."""
    return _read(_HEALTH, patient_id, program_id)


def infections(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return tests for HIV and other infections with their results, and vaccinations; no other part holds a word of them."""
    return _read(_INFECTIONS, patient_id, program_id)


def pregnancy(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return what is known of a pregnancy; no other part holds a word of it."""
    return _read(_PREGNANCY, patient_id, program_id)


def counseling_notes(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return signed counseling notes; no other part holds a word of them (42 CFR 2.31(b))."""
    return counseling_notes_released(patient_id=patient_id, program_id=program_id)


def trauma(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return the notes of the compartment trauma."""
    return restricted_notes_released(patient_id=patient_id, program_id=program_id, compartment=Compartment.TRAUMA)


def legal(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return the notes of the compartment legal matters."""
    return restricted_notes_released(patient_id=patient_id, program_id=program_id, compartment=Compartment.LEGAL)


def partner_violence(patient_id: int, program_id: int) -> list[dict[str, Any]]:
    """Return the notes of the compartment violence by a partner."""
    return restricted_notes_released(patient_id=patient_id, program_id=program_id, compartment=Compartment.PARTNER_VIOLENCE)


Reader = Callable[[int, int], Any]

READERS: dict[str, Reader] = {
    "demographics": demographics,
    "contact": contact,
    "medications": medications,
    "diagnoses": diagnoses,
    "plan": plan,
    "appointments": appointments,
    "screenings": screenings,
    "sessions": sessions,
    "housing": housing,
    "employment": employment,
    "health": health,
    "infections": infections,
    "pregnancy": pregnancy,
    "counseling_notes": counseling_notes,
    "trauma": trauma,
    "legal": legal,
    "partner_violence": partner_violence,
}
"""One reader for each category of information that a consent can open."""

RIGHT_TO_SEE: dict[str, Can] = {
    "infections": Can.SEE_CHART,
    "pregnancy": Can.SEE_CHART,
    "counseling_notes": Can.WRITE_COUNSELING_NOTE,
    "trauma": Can.SEE_TRAUMA,
    "legal": Can.SEE_LEGAL,
    "partner_violence": Can.SEE_PARTNER_VIOLENCE,
}
"""Which right of its own each protected part needs, before it can be handed over by hand."""


def read_parts(categories: Iterable[str], patient_id: int, program_id: int) -> dict[str, Any]:
    """Read these parts of one program's record of one person, in the order of the record."""
    wanted = frozenset(categories)
    if unknown := wanted - READERS.keys():
        raise LookupError(f"Nobody knows how to read {', '.join(sorted(unknown))}.")
    return {category: read(patient_id, program_id) for category, read in READERS.items() if category in wanted}


def _read(sql: str, patient_id: int, program_id: int, **values: Any) -> list[dict[str, Any]]:
    """Run the statement of one part."""
    sql = sql.replace("<written here>", _WRITTEN_HERE).replace("<of health>", _OF_HEALTH).replace("<most>", str(MOST_ROWS))
    return rows_of(sql, {"patient": patient_id, "program": program_id, **values})


def rows_of(sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a statement and return its rows by name."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=False)) for row in cursor.fetchall()]
