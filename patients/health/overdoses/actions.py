"""Record overdoses and reversals, and that somebody spoke with the person since."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Reason, Refused
from patients.health.overdoses.events import OverdoseContactNoted, OverdoseContactWaits, OverdoseRecorded
from patients.health.overdoses.models import Overdose, OverdoseOf
from patients.health.overdoses.rules import ESCALATE_AFTER_DAYS, is_too_long_ago
from patients.health.queries import locked_fact, new_fact
from patients.record.models import Patient


@action(Can.RECORD_HEALTH)
def record_overdose(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> Overdose:
    """Record an overdose, or one that the person reversed in somebody else."""
    overdose = new_fact(Overdose, patient=patient, program=program, by=by, at=at, **facts)
    overdose.save(force_insert=True)
    ids = {"overdose_id": overdose.pk, "patient_id": patient.pk}
    record_fact(OverdoseRecorded(**ids), at=at)
    if overdose.of == OverdoseOf.PERSON and not is_too_long_ago(overdose.happened_on, overdose.day_of(at)):
        record_fact(OverdoseContactWaits(**ids), at=at, due_at=at + timedelta(days=ESCALATE_AFTER_DAYS))
    return overdose


@action(Can.RECORD_HEALTH)
def note_contact_after_overdose(*, overdose: Overdose, contacted_on: date, words: str, by: User, at: datetime) -> Overdose:
    """Write down that somebody spoke with the person after an overdose, and what came of it."""
    row = locked_fact(overdose)
    row.contacted_on, row.contact_words = contacted_on, words.strip()
    reasons = row.reasons_against(row.day_of(at))
    if not row.contact_words:
        reasons.append(Reason(_("Say what came of it."), field="words", code="no_words"))
    if reasons:
        raise Refused(*reasons)
    row.save(update_fields=["contacted_on", "contact_words"])
    record_fact(OverdoseContactNoted(overdose_id=row.pk, patient_id=row.patient_id), at=at)
    return row
