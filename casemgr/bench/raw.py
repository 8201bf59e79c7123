"""Answer from a cursor and the JSON module alone: the floor below which no answer in Python can fall."""

import json
from typing import Any

from django.db import connection

NAMES = ("given_name", "family_name", "chosen_name", "pronouns", "sex", "birth_date", "language", "interpreter_needed")
_PERSON = ", ".join(f"p.{name}" for name in NAMES)

LIST = f"""
    SELECT p.public_id::text AS id, {_PERSON} FROM patients_consentrecipient r JOIN patients_patient p ON p.id = r.patient_id
    WHERE r.organization_id = %s AND r.patient_id > (SELECT id FROM patients_patient WHERE public_id = %s) ORDER BY r.patient_id LIMIT 20
"""  # noqa: S608 - no words of anybody else

DETAIL = f"SELECT p.public_id::text AS id, {_PERSON} FROM patients_patient p WHERE p.public_id = %s"  # noqa: S608 - no words of anybody else

ANSWER = f"""
    WITH changed AS (
        UPDATE referrals_referral SET state = %s, answer = %s, answered_at = %s
        WHERE id = %s AND organization_id = %s AND state = 'sent' RETURNING *
    )
    SELECT c.id, c.service, c.message, c.state, c.sent_at, c.answered_at, c.answer, p.public_id::text AS patient, {_PERSON}
    FROM changed c JOIN patients_patient p ON p.id = c.patient_id
"""  # noqa: S608 - no words of anybody else


def rows(sql: str, values: Any) -> list[dict[str, Any]]:
    """Return the rows of a statement by name."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def as_json(data: Any) -> bytes:
    """Write an answer down."""
    return json.dumps({"data": data}, default=str).encode()
