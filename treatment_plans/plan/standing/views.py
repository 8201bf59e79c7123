"""Ask where somebody stands: the whole person, the ASAM dimensions, the stage of change of a disorder."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.finishing import key_of, told_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from treatment_plans.plan.models import Plan
from treatment_plans.plan.queries import plans_seen_by
from treatment_plans.plan.standing import actions
from treatment_plans.plan.standing.forms import RatingForm, StageForm
from treatment_plans.plan.standing.models import RatedScale
from treatment_plans.plan.standing.queries import disorders_to_stage, last_levels

TITLES = {RatedScale.WHEEL: gettext_lazy("How the whole person is"), RatedScale.ASAM: gettext_lazy("Rate the ASAM dimensions")}
LEADS = {
    RatedScale.WHEEL: gettext_lazy("The person rates each part of life: 0 is as bad as it can be, 10 as good as it can be."),
    RatedScale.ASAM: gettext_lazy(
        "Names of the dimensions after The ASAM Criteria, 4th edition. The degrees are the program's own and set no level of care."
    ),
}


@page(Can.WRITE_PLAN)
def rate(request: StaffRequest, plan: int, scale: str) -> HttpResponse:
    """Rate the parts of a scale."""
    if scale not in RatedScale.values:
        raise Http404
    found = get_object_or_404(plans_seen_by(request.user, can=Can.WRITE_PLAN), pk=plan)
    form = RatingForm(_typed(request), scale=scale, last=last_levels(found, scale), initial={"on": _today(found)})
    said = (str(TITLES[RatedScale(scale)]), str(LEADS[RatedScale(scale)]))
    return _take_in(request, found, form, actions.rate_standing, *said, part=scale)


@page(Can.WRITE_PLAN)
def stage(request: StaffRequest, plan: int) -> HttpResponse:
    """Say how ready somebody is to change something about one disorder."""
    found = get_object_or_404(plans_seen_by(request.user, can=Can.WRITE_PLAN), pk=plan)
    form = StageForm(_typed(request), diagnoses=disorders_to_stage(found), initial={"on": _today(found)})
    return _take_in(request, found, form, actions.note_stage_of_change, _("Stage of change"), "")


def _take_in(
    request: StaffRequest, plan: Plan, form: Any, verb: Callable[..., Any], title: str, lead: str, *, part: str = ""
) -> HttpResponse:
    """Ask, write down, and show the plan again."""
    key = key_of(verb, plan.patient.public_id, plan.pk, part)

    def do_it() -> Any:
        about = {"patient": plan.patient, "program": plan.program, **told_of(key, request.POST)}
        return verb(**about, by=request.user, at=timezone.now(), **form.facts)

    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="plan", patient_id=plan.patient_id)
    if request.method == "POST" and form.is_valid() and attempt(form, do_it):
        return HttpResponseRedirect(reverse("treatment_plans:plan_version", args=[plan.pk]))
    context = {"form": form, "plan": plan, "patient": plan.patient, "title": title, "lead": lead, "draft": key}
    return render(request, "treatment_plans/plan/standing/form.html", context, status=422 if form.errors else 200)


def _typed(request: StaffRequest) -> Any:
    """Return what was typed, or nothing when the page is only opened."""
    return request.POST if request.method == "POST" else None


def _today(plan: Plan) -> Any:
    """Return today in the program of a plan."""
    return timezone.now().astimezone(plan.program.zone).date()
