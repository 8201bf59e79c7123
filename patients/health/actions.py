"""Revise facts of health and mark errors, without losing what was written before."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Reason, Refused
from patients.health.models import KEPT, HealthFact
from patients.health.overdoses.events import OverdoseInError, OverdoseRevised
from patients.health.overdoses.models import Overdose
from patients.health.queries import locked_fact

DECIDING = frozenset({"of", "happened_on", "intent", "outcome"})
"""What decides whether somebody speaks with the person after an overdose, and whether it asks for their safety."""


@action(Can.RECORD_HEALTH)
def revise_health_fact(*, fact: HealthFact, changes: Mapping[str, Any], by: User, at: datetime) -> HealthFact:
    """Write what is known now over what was known before; the database keeps every earlier version with who wrote it."""
    row = _standing(fact)
    if unknown := sorted(changes.keys() & (KEPT | {"in_error_why"})):
        raise Refused(Reason(_("This cannot be revised: %(fields)s.") % {"fields": ", ".join(unknown)}, code="kept"))
    before = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    if reasons := row.reasons_against(row.day_of(at)):
        raise Refused(*reasons)
    row.save(update_fields=list(changes))
    if isinstance(row, Overdose) and any(getattr(row, name) != before[name] for name in DECIDING & before.keys()):
        record_fact(OverdoseRevised(overdose_id=row.pk, patient_id=row.patient_id), at=at)
    return row


@action(Can.RECORD_HEALTH)
def mark_health_fact_as_error(*, fact: HealthFact, why: str, by: User, at: datetime) -> HealthFact:
    """Mark a fact as an error and say why; it stays to be read, and counts no longer."""
    row = _standing(fact)
    if not why.strip():
        raise Refused(Reason(_("Say why it was an error."), field="why", code="no_reason"))
    row.in_error_why = why.strip()[:200]
    row.save(update_fields=["in_error_why"])
    if isinstance(row, Overdose):
        record_fact(OverdoseInError(overdose_id=row.pk, patient_id=row.patient_id), at=at)
    return row


def _standing(fact: HealthFact) -> HealthFact:
    """Return the fact, held, if nobody marked it as an error."""
    row = locked_fact(fact)
    if not row.stands:
        raise Refused(Reason(_("This was marked as an error. Write it down anew."), code="in_error"))
    return row
