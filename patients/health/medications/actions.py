"""Keep the list of other medications, compare it with others, and write down what was decided about warnings."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.health.medications.models import INTERACTION_WORDS, InteractionReview, OtherMedication, Reconciliation, ReconciliationFinding
from patients.health.queries import locked_fact, new_fact
from patients.record.models import Patient


@action(Can.RECORD_HEALTH)
def list_other_medication(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> OtherMedication:
    """Put a medication that a person takes on their list, with its dose as it is written."""
    medication = new_fact(OtherMedication, patient=patient, program=program, by=by, at=at, **facts)
    medication.save(force_insert=True)
    return medication


@action(Can.RECORD_HEALTH)
def end_other_medication(*, medication: OtherMedication, until: date, why_ended: str, by: User, at: datetime) -> OtherMedication:
    """Take a medication off the list of today, and say why it ended."""
    row = locked_fact(medication)
    if not row.is_taken:
        raise Refused(Reason(_("This medication is not on the list of today."), code="ended"))
    row.until, row.why_ended = until, why_ended.strip()
    if reasons := row.reasons_against(row.day_of(at)):
        raise Refused(*reasons)
    row.save(update_fields=["until", "why_ended"])
    return row


@action(Can.RECORD_HEALTH)
def reconcile_medications(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> Reconciliation:
    """Write down that the list was compared with somebody else's, and what was found."""
    done = new_fact(Reconciliation, patient=patient, program=program, by=by, at=at, **facts)
    if done.finding != ReconciliationFinding.SAME and not done.words.strip():
        raise Refused(Reason(_("Say what differed."), field="words", code="no_words"))
    done.save(force_insert=True)
    return done


@action(Can.RECORD_HEALTH)
def decide_about_interaction(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> InteractionReview:
    """Write down what was decided about a warning; the medication goes on either way."""
    review = new_fact(InteractionReview, patient=patient, program=program, by=by, at=at, **facts)
    if review.rule not in INTERACTION_WORDS:
        raise Refused(Reason(_("Choose the warning."), field="rule", code="no_rule"))
    review.save(force_insert=True)
    return review
