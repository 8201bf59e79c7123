"""Show a plan on both axes, let it grow piece by piece, and put it into force."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.finishing import key_of, told_of
from casemgr.core.refusals import Refused
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.diagnoses.models import Axis
from treatment_plans.plan import actions, forms
from treatment_plans.plan.measuring.queries import show_progress
from treatment_plans.plan.models import Plan, PlanState
from treatment_plans.plan.queries import (
    INTEGRATED_CARE,
    axes_diagnosed,
    gaps_to_show,
    may_cover_one_axis,
    next_review_after,
    parts_in_words,
    plans_seen_by,
    with_parts,
)
from treatment_plans.plan.standing.queries import standing_for

STATES = {PlanState.DRAFT: "note", PlanState.ACTIVE: "good", PlanState.ENDED: "quiet"}
ORDER = [PlanState.ACTIVE, PlanState.DRAFT, PlanState.ENDED]


@page(Can.SEE_CHART)
def plan(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Show a person's plan in force, else the draft, else the last one; say so when there is none."""
    person = get_object_or_404(patients_seen_by(request.user, can=Can.SEE_CHART), public_id=patient)
    plans = sorted(plans_seen_by(request.user).filter(patient=person), key=lambda one: ORDER.index(PlanState(one.state)))
    if not plans:
        note_read(by=request.user, at=timezone.now(), what="plan", patient_id=person.pk)
        context = {"patient": person, "may_write": request.user.may(Can.WRITE_PLAN)}
        return render(request, "treatment_plans/plan/none.html", context)
    return show_plan(request, plans[0].pk)


@page(Can.SEE_CHART)
def plan_version(request: StaffRequest, plan: int) -> HttpResponse:
    """Show one plan: a draft, the one in force, or a former one."""
    return show_plan(request, plan)


@page(Can.SEE_CHART)
def print_plan(request: StaffRequest, plan: int) -> HttpResponse:
    """Show a plan for paper, with room for signatures."""
    found = get_object_or_404(with_parts(plans_seen_by(request.user)), pk=plan)
    note_read(by=request.user, at=timezone.now(), what="plan_print", patient_id=found.patient_id)
    return render(request, "treatment_plans/plan/print.html", _content(request, found))


@page(Can.WRITE_PLAN)
def start(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Start a plan."""
    person = get_object_or_404(patients_seen_by(request.user, can=Can.WRITE_PLAN), public_id=patient)
    at, program = timezone.now(), request.program
    today = at.astimezone(program.zone).date()
    form = forms.StartPlanForm(typed(request), initial={"starts_on": today, "review_on": next_review_after(today, program.pk)})
    key = key_of(actions.start_plan, person.public_id, program.pk)

    def start_it() -> Plan:
        about = {"patient": person, "program": program, **told_of(key, request.POST)}
        return actions.start_plan(**about, by=request.user, at=at, **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and (started := attempt(form, start_it)):
        return HttpResponseRedirect(reverse("treatment_plans:plan_version", args=[started.pk]))
    context = {"form": form, "patient": person, "title": _("Start a plan"), "submit": _("Start the plan"), "draft": key}
    return render(request, "treatment_plans/plan/form.html", context, status=422 if form.errors else 200)


@page(Can.WRITE_PLAN)
def change(request: StaffRequest, plan: int) -> HttpResponse:
    """Change the next review and the strengths."""
    found = get_object_or_404(plans_seen_by(request.user, can=Can.WRITE_PLAN), pk=plan)
    known = {"starts_on": found.starts_on, "review_on": found.review_on, "strengths": found.strengths}
    form = forms.ChangePlanForm(typed(request), initial=known, is_draft=found.state == PlanState.DRAFT)
    return take_in(request, found, form, actions.change_plan, {"plan": found}, slot="adding-strengths", title=_("Review and strengths"))


@page(Can.WRITE_PLAN)
def activate(request: StaffRequest, plan: int) -> HttpResponse:
    """Put a plan into force after a look at both axes."""
    found = get_object_or_404(with_parts(plans_seen_by(request.user, can=Can.WRITE_PLAN)), pk=plan)
    content = _content(request, found)
    form = forms.ActivateForm(typed(request), is_excusable=content["is_excusable"])
    key = key_of(actions.activate_plan, found.patient.public_id, found.pk) if form.fields else ""

    def put_into_force() -> Plan:
        told = {**told_of(key, request.POST), **form.cleaned_data}
        return actions.activate_plan(plan=found, by=request.user, at=timezone.now(), **told)

    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="plan", patient_id=found.patient_id)
    if request.method == "POST" and form.is_valid() and attempt(form, put_into_force) is not None:
        messages.success(request, _("The plan is in force."))
        return HttpResponseRedirect(reverse("treatment_plans:plan_version", args=[found.pk]))
    context = {**content, "form": form, "draft": key}
    return render(request, "treatment_plans/plan/activate.html", context, status=422 if form.errors else 200)


@page(Can.WRITE_PLAN)
def end(request: StaffRequest, plan: int) -> HttpResponse:
    """End a plan."""
    found = get_object_or_404(plans_seen_by(request.user, can=Can.WRITE_PLAN), pk=plan)
    at = timezone.now()
    form = forms.EndPlanForm(typed(request), initial={"on": at.astimezone(found.program.zone).date()})

    def end_it() -> Plan:
        return actions.end_plan(plan=found, by=request.user, at=at, **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and attempt(form, end_it) is not None:
        return HttpResponseRedirect(reverse("treatment_plans:plan_version", args=[found.pk]))
    context = {
        "form": form,
        "patient": found.patient,
        "plan": found,
        "title": _("End the plan"),
        "submit": _("End the plan"),
        "kind": "stop",
    }
    return render(request, "treatment_plans/plan/form.html", context, status=422 if form.errors else 200)


def take_in(
    request: StaffRequest,
    plan: Plan,
    form: Form,
    verb: Callable[..., Any],
    about: dict[str, Any],
    *,
    slot: str,
    title: str,
    part: str = "",
) -> HttpResponse:
    """Ask for one piece of a plan: in its place on the page, or on a page of its own when the browser runs no script."""
    key = key_of(verb, plan.patient.public_id, *(row.pk for row in about.values()), part) if form.fields else ""

    def do_it() -> Any:
        return verb(**about, **told_of(key, request.POST), by=request.user, at=timezone.now(), **form.cleaned_data) or True

    if request.method == "POST" and form.is_valid() and attempt(form, do_it):
        return after_change(request, plan)
    back = reverse("treatment_plans:plan_version", args=[plan.pk])
    context = {
        "form": form,
        "plan": plan,
        "patient": plan.patient,
        "title": title,
        "submit": title,
        "slot": slot,
        "back": back,
        "draft": key,
    }
    template = "treatment_plans/plan/_add.html" if request.htmx else "treatment_plans/plan/form.html"
    response = render(request, template, context, status=422 if form.errors else 200)
    if request.htmx and form.errors:
        response["HX-Retarget"], response["HX-Reswap"] = f"#{slot}", "innerHTML"
    return response


def press(request: StaffRequest, plan: Plan, act: Callable[[], Any]) -> HttpResponse:
    """Do what one press of a button asks, and show the plan again."""
    try:
        act()
    except Refused as refused:
        return show_plan(request, plan.pk, refused=refused, status=422)
    return after_change(request, plan)


def after_change(request: StaffRequest, plan: Plan) -> HttpResponse:
    """Show the changed plan: the piece of the page, or the page."""
    if request.htmx:
        return show_plan(request, plan.pk)
    return HttpResponseRedirect(reverse("treatment_plans:plan_version", args=[plan.pk]))


def show_plan(request: StaffRequest, key: int, *, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    """Draw a plan."""
    found = get_object_or_404(with_parts(plans_seen_by(request.user)), pk=key)
    note_read(by=request.user, at=timezone.now(), what="plan", patient_id=found.patient_id)
    context = {**_content(request, found), "refused": refused, "plans": list(plans_seen_by(request.user).filter(patient=found.patient_id))}
    template = "treatment_plans/plan/_plan.html" if request.htmx else "treatment_plans/plan/plan.html"
    return render(request, template, context, status=status)


def _content(request: StaffRequest, plan: Plan) -> dict[str, Any]:
    """Return what the pages of a plan show."""
    diagnosed = axes_diagnosed(plan.patient_id)
    problems = list(plan.problems.all())
    found = gaps_to_show(plan, diagnosed)
    shown = [axis for axis in Axis if axis in diagnosed or axis in {problem.axis for problem in problems}]
    is_open = plan.state != PlanState.ENDED and request.user.may(Can.WRITE_PLAN, program_id=plan.program_id)
    open_axes = shown or [Axis.SUBSTANCE_USE, Axis.MENTAL_HEALTH]
    show_progress(plan)
    return {
        "plan": plan,
        "patient": plan.patient,
        "state": STATES[PlanState(plan.state)],
        "axes": [{"axis": axis, "problems": [problem for problem in problems if problem.axis == axis]} for axis in open_axes],
        "gaps": [{"axis": Axis(gap.axis).label if gap.axis else "", "parts": parts_in_words(gap)} for gap in found],
        "gaps_source": INTEGRATED_CARE,
        "is_excusable": may_cover_one_axis(diagnosed, found),
        "is_overdue": plan.state == PlanState.ACTIVE and plan.review_on < timezone.now().astimezone(plan.program.zone).date(),
        "may_write": is_open and plan.signed_at is None,
        "may_mark": is_open,
        "is_draft": plan.state == PlanState.DRAFT,
        "standing": standing_for(plan),
    }


def typed(request: StaffRequest) -> QueryDict | None:
    """Return what was typed, or nothing when the page is only opened."""
    return request.POST if request.method == "POST" else None
