"""Let the director decide how often plans are looked at."""

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.pages import StaffRequest, attempt, page
from treatment_plans.plan.policy.actions import set_plan_policy
from treatment_plans.plan.policy.forms import PlanPolicyForm
from treatment_plans.plan.policy.queries import intervals_of


@page(Can.SET_PRACTICE)
def plan_policy(request: StaffRequest) -> HttpResponse:
    """Show and change the intervals of the program in hand."""
    program = request.program
    form = PlanPolicyForm(request.POST if request.method == "POST" else None, initial=asdict(intervals_of(program.pk)))
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: set_plan_policy(program=program, by=request.user, at=timezone.now(), **form.cleaned_data))
        if done is not None:
            messages.success(request, _("These intervals hold from now on; plans already written keep the day of their next review."))
            return redirect("treatment_plans:plan_policy")
    return render(request, "treatment_plans/plan/policy.html", {"form": form, "program": program}, status=422 if form.errors else 200)
