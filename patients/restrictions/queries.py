"""Read what a person asked not to be told, and what of it binds now."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from psycopg import sql

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import patients_seen_by
from patients.restrictions.models import Restriction, RestrictionState
from patients.restrictions.rules import EMERGENCY_REQUEST, RestrictionFacts

FACTS_SQL = """
    q.id, q.program_id, q.to_whom, q.organization_id, q.purposes, q.categories, q.is_owed,
    CASE q.state WHEN 'ended' THEN q.records_until END AS records_until
"""
"""SQL of what the rules ask about one restriction `q`."""

IN_FORCE_SQL = "(q.state = 'agreed' OR q.state = 'asked' AND q.is_owed OR q.state = 'ended' AND q.end_basis = 'program_notice')"
"""SQL of what binds, the same as `IN_FORCE`."""

RESTRICTS_SQL = """
    %(purpose)s = ANY(q.purposes) AND %(purpose)s IN ('treatment', 'payment', 'operations')
    AND CASE q.to_whom WHEN 'named' THEN q.organization_id = %(recipient)s
        WHEN 'health_plans' THEN %(is_health_plan)s ELSE true END
    AND (q.categories = '{}' OR q.categories && %(categories)s::varchar[])
"""
"""SQL that says the same as `restricts`; a test compares them."""

_OF_PATIENT = (
    sql.SQL("""
    SELECT {facts}, {in_force} FROM patients_restriction q
    WHERE q.patient_id = %(patient)s AND (q.state = 'asked' OR {in_force}) ORDER BY q.id
""")
    .format(facts=sql.SQL(FACTS_SQL), in_force=sql.SQL(IN_FORCE_SQL))
    .as_string()
)


def restrictions_on(patient_id: int | None, *, hold: bool = False) -> list[RestrictionFacts]:
    """Return what binds about one person.

    With `hold` the rows stay as they are until the transaction ends, and a decision under way is waited for. Nobody is asked about
    too, so that "no" costs what "nobody" costs.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OF_PATIENT + (" FOR SHARE" if hold else ""), {"patient": patient_id})
        return [facts_in(row) for row in cursor.fetchall() if row[-1]]


def request_to_keep(patient_id: int) -> str:
    """Return what must be said to whoever is told in an emergency what a restriction holds back (42 CFR 2.26(a)(4))."""
    return EMERGENCY_REQUEST if restrictions_on(patient_id) else ""


def facts_in(row: Sequence[Any]) -> RestrictionFacts:
    """Return the restriction that stands in a row of the statements above."""
    return RestrictionFacts._make(row[:8])


def restrictions_seen_by(user: User, *, can: Can = Can.SEE_DISCLOSURES) -> QuerySet[Restriction]:
    """Return the restrictions that this user may see: of their patients, and asked of their programs."""
    programs = {membership.program_id for membership in user.reach(can)}
    return Restriction.objects.filter(patient__in=patients_seen_by(user, can=can), program__in=programs)


def restrictions_to_decide(user: User) -> QuerySet[Restriction]:
    """Return the requests that wait for this user's decision, the oldest first."""
    waiting = restrictions_seen_by(user, can=Can.OVERSEE_PRIVACY).filter(state=RestrictionState.ASKED)
    return waiting.select_related("patient", "organization").order_by("pk")
