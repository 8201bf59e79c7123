"""Compute dosing attendance: one row for each person, substance and day on which an order ran, and whether a dose was given."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from casemgr.measures.queries import Scope

DOSE_DAYS = """
    WITH running AS (
        SELECT o.id AS order_id, o.patient_id, o.substance, o.site_id, d.that_day::date AS day
        FROM treatment_plans_order o
        CROSS JOIN LATERAL generate_series(
            GREATEST(o.starts_on, %(since)s::date), LEAST(COALESCE(o.ends_on, %(until)s::date), %(until)s::date) - 1, '1 day'
        ) AS d (that_day)
        WHERE o.site_id = ANY(%(sites)s) AND o.starts_on < %(until)s AND (o.ends_on IS NULL OR o.ends_on > %(since)s)
    ),
    given AS (
        SELECT DISTINCT d.patient_id, d.substance, d.for_day FROM treatment_plans_dose d
        WHERE d.for_day >= %(since)s AND d.for_day < %(until)s AND d.patient_id IN (SELECT patient_id FROM running)
    ),
    closed AS (
        SELECT s.id AS site_id, d.that_day::date AS day
        FROM casemgr_site s CROSS JOIN generate_series(%(since)s::date, %(until)s::date - 1, '1 day') AS d (that_day)
        WHERE s.id = ANY(%(sites)s) AND (
            EXISTS (SELECT 1 FROM casemgr_closure c WHERE c.site_id = s.id AND c.day = d.that_day::date)
            OR (
                EXISTS (SELECT 1 FROM casemgr_openinghours h WHERE h.site_id = s.id AND h.purpose = 'dosing')
                AND NOT EXISTS (
                    SELECT 1 FROM casemgr_openinghours h
                    WHERE h.site_id = s.id AND h.purpose = 'dosing' AND h.weekday = EXTRACT(ISODOW FROM d.that_day)::int - 1
                )
            )
        )
    ),
    dose_days AS (
        SELECT running.*, given.patient_id IS NOT NULL AS was_given
        FROM running
        LEFT JOIN given ON given.patient_id = running.patient_id AND given.substance = running.substance AND given.for_day = running.day
        LEFT JOIN closed ON closed.site_id = running.site_id AND closed.day = running.day
        WHERE given.patient_id IS NOT NULL OR closed.site_id IS NULL
    )
"""
"""SQL, because one order stands for many days and only the database can unfold them quickly."""

BY_DAY = " ".join((DOSE_DAYS, "SELECT day, count(*), count(*) FILTER (WHERE was_given) FROM dose_days GROUP BY day ORDER BY day"))
ONE_BY_ONE = "SELECT order_id, patient_id, site_id, day, was_given FROM dose_days WHERE"
PAGE_AFTER = """
    AND (%(after_day)s::date IS NULL OR (day, order_id) < (%(after_day)s::date, %(after_order)s))
    ORDER BY day DESC, order_id DESC LIMIT %(size)s
"""
WHICH = {"doses-scheduled": "TRUE", "doses-given": "was_given", "doses-missed": "NOT was_given"}


@dataclass(frozen=True)
class DoseDay:
    """Hold one scheduled dose day."""

    order_id: int
    patient_id: int
    site_id: int
    day: date
    was_given: bool


def dose_days_by_day(scope: Scope) -> list[tuple[date, int, int]]:
    """Return for each day how many doses were scheduled and how many given."""
    return [(day, scheduled, given) for day, scheduled, given in _rows(BY_DAY, _arguments(scope))]


def dose_days(scope: Scope, code: str, *, after: str = "", size: int) -> tuple[list[DoseDay], str]:
    """Return one page of the list behind a figure of dosing, the newest day first, and the key of the next page."""
    day, order_id = _read_key(after)
    statement = " ".join((DOSE_DAYS, ONE_BY_ONE, WHICH[code], PAGE_AFTER))
    values = _arguments(scope) | {"after_day": day, "after_order": order_id, "size": size + 1}
    found = [DoseDay(*row) for row in _rows(statement, values)]
    page = found[:size]
    return page, f"{page[-1].day.isoformat()}~{page[-1].order_id}" if len(found) > size else ""


def _arguments(scope: Scope) -> dict[str, Any]:
    """Return what the statement asks for; a day counts once it is over."""
    return {"since": scope.period.since, "until": min(scope.period.until, scope.today), "sites": list(scope.sites)}


def _rows(statement: str, arguments: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return list(cursor.fetchall())


def _read_key(text: str) -> tuple[date | None, int]:
    """Return what a key says, or nothing when it is none."""
    day, _tilde, order_id = text.partition("~")
    try:
        return date.fromisoformat(day), int(order_id)
    except ValueError:
        return None, 0
