"""Take on, hand over and finish what is to be done for a person; the only writer of tasks."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from referrals.casework.models import Task, TaskDomain, TaskState, Urgency
from referrals.casework.queries import OPEN_STATES


@action(Can.WRITE_TASK)
def add_task(
    *,
    patient: Patient,
    program: Program,
    domain: str,
    title: str,
    due_on: date,
    detail: str = "",
    owner: User | None = None,
    urgency: int = Urgency.ROUTINE,
    key: str | None = None,
    by: User,
    at: datetime,
) -> Task:
    """Write down what is to be done; with a key, the open task of the same reason is returned instead of a second one."""
    Patient.objects.select_for_update(no_key=True).only("pk").get(pk=patient.pk)
    if key and (known := Task.objects.filter(key=key, state__in=OPEN_STATES).first()):
        return known
    reasons = []
    if not title.strip():
        reasons.append(Reason(_("Say what is to be done."), field="title", code="no_title"))
    if domain not in TaskDomain.values:
        reasons.append(Reason(_("Choose the part of life that this is about."), field="domain", code="no_domain"))
    if due_on < at.astimezone(program.zone).date():
        reasons.append(Reason(_("The day is over already. Choose today or later."), field="due_on", code="past_day"))
    if owner is not None:
        reasons += _against_owner(owner, patient, program.pk)
    if reasons:
        raise Refused(*reasons)
    return Task.objects.create(
        patient=patient,
        program=program,
        domain=domain,
        title=title,
        detail=detail,
        owner=owner,
        due_on=due_on,
        urgency=urgency,
        key=key,
        recorded_at=at,
        recorded_by=by,
    )


@action(Can.WRITE_TASK)
def take_task(*, task: Task, by: User, at: datetime) -> Task:
    """Take on a task that nobody has."""
    locked = _open(task)
    if locked.owner_id not in (None, by.pk):
        text = _("%(name)s has this task. Ask for it to be handed over.") % {"name": locked.owner}
        raise Refused(Reason(text, code="taken"))
    locked.owner, locked.state = by, TaskState.IN_PROGRESS
    locked.save(update_fields=["owner", "state"])
    return locked


@action(Can.WRITE_TASK)
def hand_over_task(*, task: Task, owner: User, by: User, at: datetime) -> Task:
    """Give a task to somebody who may see the person it is for."""
    locked = _open(task)
    if reasons := _against_owner(owner, locked.patient, locked.program_id):
        raise Refused(*reasons)
    locked.owner, locked.state = owner, TaskState.OPEN
    locked.save(update_fields=["owner", "state"])
    return locked


@action(Can.WRITE_TASK)
def finish_task(*, task: Task, outcome: str, by: User, at: datetime) -> Task:
    """Close a task and say what came of it."""
    if not outcome.strip():
        raise Refused(Reason(_("Say what came of it."), field="outcome", code="no_outcome"))
    return _close(task, TaskState.DONE, outcome, at)


@action(Can.WRITE_TASK)
def drop_task(*, task: Task, reason: str, by: User, at: datetime) -> Task:
    """Close a task that will not be done, and say why."""
    if not reason.strip():
        raise Refused(Reason(_("Say why it will not be done."), field="reason", code="no_reason"))
    return _close(task, TaskState.DROPPED, reason, at)


@action(Can.WRITE_TASK)
def postpone_task(*, task: Task, due_on: date, by: User, at: datetime) -> Task:
    """Move the day by which a task is to be done."""
    locked = _open(task)
    if due_on < at.astimezone(locked.program.zone).date():
        raise Refused(Reason(_("The day is over already. Choose today or later."), field="due_on", code="past_day"))
    locked.due_on = due_on
    locked.save(update_fields=["due_on"])
    return locked


def _open(task: Task) -> Task:
    """Return a task that is still to be done, held until the end."""
    locked = Task.objects.select_for_update(of=("self",), no_key=True).select_related("program", "patient", "owner").get(pk=task.pk)
    if locked.state not in OPEN_STATES:
        raise Refused(Reason(_("This task is closed already. Add a new one."), code="closed"))
    return locked


def _close(task: Task, state: TaskState, outcome: str, at: datetime) -> Task:
    """Close a task."""
    locked = _open(task)
    locked.state, locked.outcome, locked.closed_at = state, outcome, at
    locked.save(update_fields=["state", "outcome", "closed_at"])
    return locked


def _against_owner(owner: User, patient: Patient, program_id: int) -> list[Reason]:
    """Return what stands against an owner: who may not write tasks here, or may not see the person, could never open it."""
    if not owner.may(Can.WRITE_TASK, program_id=program_id):
        text = _("%(name)s does not do casework in this program.") % {"name": owner}
        return [Reason(text, field="owner", code="not_a_caseworker")]
    if not patients_seen_by(owner, can=Can.SEE_CASEWORK).filter(pk=patient.pk).exists():
        text = _("%(name)s may not see this person. Put them on the care team first, or choose somebody who is.") % {"name": owner}
        return [Reason(text, field="owner", code="not_in_reach", source="42 CFR 2.12(c)(3)")]
    return []
