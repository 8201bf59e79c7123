"""Measure how many due reminders the drain decides and marks in a second, on rows as bookings leave them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from casemgr.bench.filling import Crowd
from casemgr.bench.stopwatch import Spent, Stopwatch
from casemgr.core.outbox.draining import drain

SECOND = 1000.0
"""In milliseconds."""

APPOINTMENTS = """
    INSERT INTO treatment_plans_appointment (patient_id, site_id, clinician_id, kind, starts_at, ends_at, state, version, note,
        moved_alone, why_cancelled, recorded_at, recorded_by_id)
    SELECT patient_id, %(site)s, %(case_manager)s, 'individual', starts_at, starts_at + interval '45 minutes',
        CASE WHEN n %% 10 = 1 THEN 'cancelled_by_patient' ELSE 'booked' END, CASE WHEN n %% 10 = 3 THEN 2 ELSE 1 END, 'bench', false, '',
        %(at)s, %(case_manager)s
    FROM (
        SELECT p.id AS patient_id, row_number() OVER (ORDER BY p.id) AS n,
            %(at)s::timestamptz + CASE WHEN p.id %% 2 = 0 THEN interval '72 hours' ELSE interval '24 hours' END AS starts_at
        FROM patients_patient p
        JOIN patients_identifier i ON i.patient_id = p.id AND i.system = 'bench'
        WHERE NOT EXISTS (SELECT 1 FROM treatment_plans_appointment a WHERE a.patient_id = p.id)
        ORDER BY p.id LIMIT %(reminders)s
    ) AS people
"""
"""One in ten is cancelled and one in ten was moved since the reminder was recorded; one person in four wants no reminders."""

FACTS = """
    INSERT INTO casemgr_fact (kind, payload, key, recorded_at, due_at, state, attempts, outcome)
    SELECT 'AppointmentReminderDue', json_build_object('appointment_id', id, 'patient_id', patient_id, 'version', 1, 'lead', lead),
        'reminder:' || id || ':1:' || lead, %(at)s, %(at)s, 'waiting', 0, ''
    FROM (
        SELECT id, patient_id, CASE WHEN patient_id %% 2 = 0 THEN '72h' ELSE '24h' END AS lead
        FROM treatment_plans_appointment WHERE note = 'bench' AND recorded_at = %(at)s ORDER BY id
    ) AS appointments
"""

OUTCOMES = """
    SELECT state || ': ' || outcome, count(*) FROM casemgr_fact
    WHERE kind = 'AppointmentReminderDue' AND recorded_at = %(at)s GROUP BY 1 ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True)
class DrainFigures:
    """Hold how many reminders were decided and marked, what that took, and what became of them."""

    reminders: int
    spent: Spent
    outcomes: Mapping[str, int]

    @property
    def per_second(self) -> float:
        """Return how many were decided and marked in a second on the wall."""
        return self.reminders / self.spent.wall * SECOND

    @property
    def per_second_of_work(self) -> float:
        """Return how many were decided and marked in a second of both processes' work."""
        return self.reminders / self.spent.work * SECOND


def measure_drain(crowd: Crowd, *, reminders: int, at: datetime, watch: Stopwatch) -> DrainFigures:
    """Let reminders fall due all at once, drain them as the worker does, and count what became of each."""
    made = fall_due(crowd, reminders=reminders, at=at)
    spent = watch.time(lambda: _drain_all(at))
    with connection.cursor() as cursor:
        cursor.execute(OUTCOMES, {"at": at})
        return DrainFigures(made, spent, dict(cursor.fetchall()))


def fall_due(crowd: Crowd, *, reminders: int, at: datetime) -> int:
    """Let so many reminders be due at this moment; return how many there are people for."""
    values: dict[str, Any] = {"site": crowd.site.pk, "case_manager": crowd.case_manager.pk, "at": at, "reminders": reminders}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(APPOINTMENTS, values)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(FACTS, values)
        made = int(cursor.rowcount)
        cursor.execute("ANALYZE casemgr_fact, treatment_plans_appointment")
    return made


def _drain_all(at: datetime) -> None:
    """Drain until nothing is due, as the schedule does."""
    while drain(at=at):
        pass
