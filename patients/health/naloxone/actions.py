"""Give naloxone, and write down what became of it."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Reason, Refused
from patients.health.naloxone.events import NaloxoneGiven, NaloxoneGone
from patients.health.naloxone.models import KitState, NaloxoneKit
from patients.health.queries import locked_fact, new_fact
from patients.record.models import Patient


@action(Can.RECORD_HEALTH)
def give_naloxone(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> NaloxoneKit:
    """Write down a kit that a person was given or has, or that one was offered and not wanted."""
    kit = new_fact(NaloxoneKit, patient=patient, program=program, by=by, at=at, **facts)
    if kit.replaces is not None and kit.replaces.patient_id != patient.pk:
        raise Refused(Reason(_("A kit replaces one of the same person."), field="replaces", code="another_person"))
    kit.save(force_insert=True)
    if kit.state == KitState.IN_HAND:
        record_fact(NaloxoneGiven(kit_id=kit.pk, patient_id=patient.pk), at=at)
    return kit


@action(Can.RECORD_HEALTH)
def end_naloxone_kit(*, kit: NaloxoneKit, state: str, ended_on: date, by: User, at: datetime, remark: str = "") -> NaloxoneKit:
    """Write down that a kit was used, lost, given on or thrown away."""
    row = locked_fact(kit)
    if row.state != KitState.IN_HAND or not row.stands:
        raise Refused(Reason(_("This kit is in hand no longer."), code="ended"))
    if state in (KitState.IN_HAND, KitState.DECLINED):
        raise Refused(Reason(_("Say what became of the kit."), field="state", code="no_state"))
    row.state, row.ended_on, row.remark = state, ended_on, remark.strip() or row.remark
    if reasons := row.reasons_against(row.day_of(at)):
        raise Refused(*reasons)
    row.save(update_fields=["state", "ended_on", "remark"])
    record_fact(NaloxoneGone(kit_id=row.pk, patient_id=row.patient_id), at=at)
    return row
