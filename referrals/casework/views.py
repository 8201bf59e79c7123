"""Show what is to be done for whom, and take in what became of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.refusals import Refused
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import moment, person, state
from patients.caseload.queries import patients_seen_by
from patients.record.queries import search_patients
from referrals.casework.actions import add_task, drop_task, finish_task, hand_over_task, postpone_task, take_task
from referrals.casework.forms import DropForm, FinishForm, HandOverForm, PostponeForm, TaskFilter, TaskForm
from referrals.casework.models import Task, TaskState, Urgency
from referrals.casework.queries import OPEN_STATES, program_for, task_list, tasks_seen_by

WHOSE = {"mine": gettext_lazy("Mine"), "unowned": gettext_lazy("Nobody's"), "all": gettext_lazy("All of my patients")}
FOR = {"task": ("referrals:add_task", Can.WRITE_TASK), "referral": ("referrals:refer", Can.MAKE_REFERRAL)}
VERBS: dict[str, Callable[..., Task]] = {
    "finish": finish_task,
    "hand_over": hand_over_task,
    "postpone": postpone_task,
    "drop": drop_task,
}
"""What may be done with an open task, by its word in the address."""


class TaskTable(tables.Table):
    """List tasks: what, for whom, about what, who, until when."""

    title = tables.Column(verbose_name=gettext_lazy("What"))
    patient = tables.Column(verbose_name=gettext_lazy("For"))
    domain = tables.Column(verbose_name=gettext_lazy("About"))
    owner = tables.Column(verbose_name=gettext_lazy("Who"), empty_values=())
    due_on = tables.Column(verbose_name=gettext_lazy("Due"))

    next_url = ""
    empty_help = gettext_lazy("Tasks appear here when a dose or a meeting is missed, or when somebody adds one.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("No tasks here")
        row_attrs = {"data-state": lambda record: "stop" if is_overdue(record) else ""}

    def render_title(self, record: Task) -> SafeString:
        """Lead to the task, and mark the urgent ones."""
        mark = state("warn", _("Urgent")) if record.urgency == Urgency.URGENT and record.state in OPEN_STATES else ""
        return format_html('<a href="{}" data-row-link>{}</a> {}', reverse("referrals:task", args=[record.pk]), record.title, mark)

    def render_patient(self, record: Task) -> SafeString:
        """Name the person and lead to the chart."""
        patient = record.patient
        chart = reverse("desk:chart", args=[patient.public_id])
        return person(patient.display_name, legal=patient.legal_name, pronouns=patient.pronouns, url=chart)

    def render_owner(self, record: Task) -> SafeString:
        """Say who has it."""
        return format_html("{}", record.owner) if record.owner else state("quiet", _("Nobody"))

    def render_due_on(self, record: Task) -> SafeString:
        """Say the day, and what is over or closed."""
        return format_html("{} {}", moment(record.due_on), task_state(record))


def is_overdue(task: Task) -> bool:
    """Say whether the day of a task that is still to be done is over, where the reader is."""
    return task.state in OPEN_STATES and task.due_on < timezone.localdate()


def task_state(task: Task) -> SafeString:
    """Draw where a task stands."""
    if is_overdue(task):
        return state("stop", _("Overdue"))
    kind = {TaskState.IN_PROGRESS: "note", TaskState.DONE: "good", TaskState.DROPPED: "quiet"}.get(TaskState(task.state))
    return state(kind, task.get_state_display()) if kind else SafeString("")


@page(Can.SEE_CASEWORK)
def tasks(request: StaffRequest) -> HttpResponse:
    """List mine, nobody's, or those of everybody one may see, the next due first."""
    asked = {name: request.GET.get(name, "") for name in ("domain", "due", "state")}
    fallback = "mine" if request.user.may(Can.WRITE_TASK) else "all"
    whose = request.GET.get("whose") if request.GET.get("whose") in WHOSE else fallback
    rows = task_list(request.user, whose=str(whose), **asked, today=timezone.localdate())
    found = slice_of(rows, by="due_on", after=request.GET.get("after", ""))
    people = [row.patient_id for row in found.rows]
    note_read(by=request.user, at=timezone.now(), what="task_list", detail={"whose": whose}, people=people)
    table = TaskTable(found.rows)
    chosen = {"whose": str(whose), **{name: value for name, value in asked.items() if value}}
    table.next_url = f"?{urlencode({**chosen, 'after': found.next_key})}" if found.next_key else ""
    context = {
        "table": table,
        "whose": whose,
        "views": WHOSE,
        "filter": TaskFilter(request.GET or None),
        "writes": request.user.may(Can.WRITE_TASK),
    }
    return render(request, "referrals/casework/tasks.html", context)


@page(Can.WRITE_TASK, Can.MAKE_REFERRAL)
def choose_person(request: StaffRequest, purpose: str) -> HttpResponse:
    """Find the person for whom a task or referral is to be written."""
    if purpose not in FOR:
        raise Http404
    target, right = FOR[purpose]
    text = request.POST.get("q", "").replace("\x00", "").strip()
    found = search_patients(patients_seen_by(request.user, can=right), text) if text else []
    if text:
        note_read(by=request.user, at=timezone.now(), what="search", detail={"found": len(found)}, people=[row.pk for row in found])
    context = {"asked": text, "found": [(patient, reverse(target, args=[patient.public_id])) for patient in found]}
    return render(request, "referrals/casework/choose_person.html", context)


@page(Can.WRITE_TASK)
def add(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Add a task for a person."""
    found = get_object_or_404(patients_seen_by(request.user, can=Can.WRITE_TASK), public_id=patient)
    program = program_for(found, request.user, request.program)
    initial = {"owner": request.user.pk, "due_on": timezone.localdate()}
    form = TaskForm(request.POST or None, program=program, initial=initial)
    if form.is_valid():
        task = attempt(form, lambda: add_task(patient=found, program=program, **form.cleaned_data, by=request.user, at=timezone.now()))
        if task is not None:
            messages.success(request, _("The task is on the list."))
            return redirect("referrals:task", task.pk)
    return render(request, "referrals/casework/add.html", {"patient": found, "form": form}, status=422 if form.is_bound else 200)


@page(Can.SEE_CASEWORK)
def task(request: StaffRequest, task_id: int) -> HttpResponse:
    """Show one task and what may be done with it."""
    return _show(request, _seen(request, task_id))


@require_POST
@page(Can.WRITE_TASK)
def take(request: StaffRequest, task_id: int) -> HttpResponse:
    """Take on a task."""
    found = _seen(request, task_id, can=Can.WRITE_TASK)
    try:
        take_task(task=found, by=request.user, at=timezone.now())
    except Refused as refused:
        return _show(request, found, refused=refused)
    messages.success(request, _("The task is yours."))
    return redirect("referrals:task", found.pk)


@require_POST
@page(Can.WRITE_TASK)
def act(request: StaffRequest, task_id: int, verb: str) -> HttpResponse:
    """Finish, hand over, postpone or drop a task."""
    found = _seen(request, task_id, can=Can.WRITE_TASK)
    forms = _forms(found, verb, request.POST)
    if verb not in forms:
        raise Http404
    form = forms[verb]
    if form.is_valid():
        done = attempt(form, lambda: VERBS[verb](task=found, **form.cleaned_data, by=request.user, at=timezone.now()))
        if done is not None:
            messages.success(request, _("Saved: %(title)s.") % {"title": done.title})
            return redirect("referrals:tasks")
    return _show(request, found, forms=forms, opened=verb)


def _seen(request: StaffRequest, task_id: int, *, can: Can = Can.SEE_CASEWORK) -> Task:
    """Return a task within reach of this right, or nothing at all."""
    seen = tasks_seen_by(request.user, can=can).select_related("patient", "owner", "program", "recorded_by")
    return get_object_or_404(seen, pk=task_id)


def _forms(task: Task, verb: str = "", typed: Any = None) -> dict[str, Any]:
    """Return a form for each thing that may be done; one of them holds what was typed."""
    makers: dict[str, Callable[[Any], Any]] = {
        "finish": lambda data: FinishForm(data),
        "hand_over": lambda data: HandOverForm(data, program_id=task.program_id),
        "postpone": lambda data: PostponeForm(data, initial={"due_on": task.due_on}),
        "drop": lambda data: DropForm(data),
    }
    return {name: make(typed if name == verb else None) for name, make in makers.items()}


def _show(
    request: StaffRequest, task: Task, *, forms: dict[str, Any] | None = None, opened: str = "", refused: Refused | None = None
) -> HttpResponse:
    """Show a task, with what was typed when it was refused."""
    note_read(by=request.user, at=timezone.now(), what="task", patient_id=task.patient_id, subject=f"referrals.task:{task.pk}")
    is_open = task.state in OPEN_STATES
    context = {
        "task": task,
        "patient": task.patient,
        "stands": task_state(task),
        "is_open": is_open,
        "writes": is_open and request.user.may(Can.WRITE_TASK, program_id=task.program_id),
        "takes": task.owner_id is None or (task.owner_id == request.user.pk and task.state == TaskState.OPEN),
        "forms": forms or _forms(task),
        "opens": {opened: True},
        "refused": refused,
    }
    return render(request, "referrals/casework/task.html", context, status=422 if opened or refused else 200)
