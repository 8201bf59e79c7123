"""Start the next version of a plan, and show what changed between two."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.diagnoses.models import Axis
from treatment_plans.plan.models import Plan, PlanState
from treatment_plans.plan.queries import next_review_after, plans_seen_by
from treatment_plans.plan.versions.actions import start_version
from treatment_plans.plan.versions.forms import StartVersionForm
from treatment_plans.plan.versions.queries import differences_between, in_words, versions_of


@page(Can.WRITE_PLAN)
def next_version(request: StaffRequest, plan: int) -> HttpResponse:
    """Start the next version as a copy of this one."""
    found = get_object_or_404(plans_seen_by(request.user, can=Can.WRITE_PLAN), pk=plan)
    at = timezone.now()
    today = at.astimezone(found.program.zone).date()
    initial = {"starts_on": today, "review_on": next_review_after(today, found.program_id)}
    form = StartVersionForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        draft = attempt(form, lambda: start_version(plan=found, by=request.user, at=at, **form.cleaned_data))
        if draft is not None:
            messages.success(request, _("Version %(number)s begins as a copy. Change what is different now.") % {"number": draft.version})
            return redirect("treatment_plans:plan_version", draft.pk)
    context = {
        "form": form,
        "patient": found.patient,
        "plan": found,
        "title": _("Start the next version"),
        "submit": _("Start it as a copy"),
    }
    return render(request, "treatment_plans/plan/form.html", context, status=422 if form.errors else 200)


@page(Can.SEE_CHART)
def plan_changes(request: StaffRequest, plan: int) -> HttpResponse:
    """Show what changed between this version and an earlier one: the one it follows, unless another is named."""
    found = get_object_or_404(plans_seen_by(request.user), pk=plan)
    earlier = [one for one in versions_of(found) if one.version < found.version and one.state != PlanState.DRAFT]
    chosen = request.GET.get("with", "")
    before = next((one for one in earlier if str(one.pk) == chosen), None) if chosen else next(iter(earlier), None)
    if chosen and before is None:
        raise Http404
    note_read(by=request.user, at=timezone.now(), what="plan", patient_id=found.patient_id)
    context = {"patient": found.patient, "plan": found, "before": before, "earlier": earlier, "groups": _groups(before, found)}
    return render(request, "treatment_plans/plan/changes.html", context)


def _groups(before: Plan | None, after: Plan) -> list[dict[str, Any]]:
    """Return what changed, grouped by axis; what concerns the plan as a whole comes first."""
    found = differences_between(before, after) if before else []
    kinds = {
        "plan": _("The plan"),
        "problem": _("Problem"),
        "goal": _("Goal"),
        "objective": _("Objective"),
        "intervention": _("Intervention"),
    }
    groups = []
    for axis in ["", *Axis.values]:
        rows = [{"one": one, "kind": kinds[one.kind], "said": in_words(one)} for one in found if one.axis == axis]
        if rows:
            groups.append({"title": Axis(axis).label if axis else kinds["plan"], "rows": rows})
    return groups
