"""Show how a plan lives: its signatures, reviews and versions; take in signatures and reviews."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.finishing import finished, key_of, told_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from treatment_plans.drafts.queries import draft_key
from treatment_plans.plan.models import Plan, PlanState
from treatment_plans.plan.queries import next_review_after, plans_seen_by
from treatment_plans.plan.versions.queries import draft_after, versions_of
from treatment_plans.reviews.actions import put_off_signature, review_plan, sign_plan
from treatment_plans.reviews.forms import NotSignedForm, OwnSignatureForm, PersonSignatureForm, ReviewPlanForm
from treatment_plans.reviews.models import Party, SigningWay
from treatment_plans.reviews.queries import figures_of, last_review_day, reviews_of, standing_of


@page(Can.SEE_CHART)
def plan_life(request: StaffRequest, plan: int) -> HttpResponse:
    """Show signatures, reviews and versions of a plan."""
    found = get_object_or_404(plans_seen_by(request.user), pk=plan)
    note_read(by=request.user, at=timezone.now(), what="plan", patient_id=found.patient_id)
    return _show(request, found)


@page(Can.WRITE_PLAN)
def sign_as_clinician(request: StaffRequest, plan: int) -> HttpResponse:
    """Sign a plan with one's own name."""
    found = _written(request, plan)
    form = OwnSignatureForm(_typed(request))

    def sign() -> Any:
        return sign_plan(plan=found, party=Party.CLINICIAN, way=SigningWay.SCREEN, by=request.user, at=timezone.now(), **form.cleaned_data)

    return _take_in(request, found, "own", form, sign, _("You signed the plan. Its words stay as they are now."))


@page(Can.WRITE_PLAN)
def sign_for_person(request: StaffRequest, plan: int) -> HttpResponse:
    """Take in the signature of the person, or of somebody who may sign for them."""
    found = _written(request, plan)
    form = PersonSignatureForm(_typed(request))

    def sign() -> Any:
        return sign_plan(plan=found, by=request.user, at=timezone.now(), **form.cleaned_data)

    return _take_in(request, found, "person", form, sign, _("The signature is written down. Print the person's copy."))


@page(Can.WRITE_PLAN)
def not_signed(request: StaffRequest, plan: int) -> HttpResponse:
    """Write down that the person signs later, or does not want to."""
    found = _written(request, plan)
    form = NotSignedForm(_typed(request))

    def put_off() -> Any:
        told = {**told_of(key_of(put_off_signature, found.patient.public_id, found.pk), request.POST), **form.cleaned_data}
        return put_off_signature(plan=found, by=request.user, at=timezone.now(), **told)

    return _take_in(request, found, "not_signed", form, put_off, _("Written down. The plan holds all the same."))


@page(Can.WRITE_PLAN)
def review(request: StaffRequest, plan: int) -> HttpResponse:
    """Review a plan, with what the record knows since the last look."""
    found = _written(request, plan)
    at = timezone.now()
    today = at.astimezone(found.program.zone).date()
    initial = {"reviewed_on": today, "next_review_on": next_review_after(today, found.program_id)}
    form, key = ReviewPlanForm(_typed(request), initial=initial), draft_key("review", found.pk, found.patient.public_id)

    def write() -> Any:
        return review_plan(plan=found, draft=finished(key, request.POST), by=request.user, at=at, **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and attempt(form, write) is not None:
        draft = draft_after(found)
        if form.cleaned_data["decision"] == "change" and draft is not None:
            messages.success(request, _("The review is written down, and version %(number)s begins as a copy.") % {"number": draft.version})
            return redirect("treatment_plans:plan_version", draft.pk)
        messages.success(request, _("The review is written down."))
        return redirect("treatment_plans:plan_life", found.pk)
    context = {
        "form": form,
        "plan": found,
        "patient": found.patient,
        "figures": figures_of(found, last_review_day(found), at),
        "since": last_review_day(found),
        "draft": key,
    }
    return render(request, "treatment_plans/reviews/review.html", context, status=422 if form.errors else 200)


def _take_in(request: StaffRequest, plan: Plan, name: str, form: Form, act: Callable[[], Any], said: str) -> HttpResponse:
    """Do what a form on the page asks, or show the page again with what is wrong."""
    if request.method == "POST" and form.is_valid() and attempt(form, act) is not None:
        messages.success(request, said)
        return redirect("treatment_plans:plan_life", plan.pk)
    return _show(request, plan, **{name: form})


def _show(request: StaffRequest, plan: Plan, **typed: Form) -> HttpResponse:
    """Draw the page, with the form that was filled in."""
    today = timezone.now().astimezone(plan.program.zone).date()
    person = {"party": Party.PERSON, "name": plan.patient.legal_name, "way": SigningWay.SCREEN, "signed_on": today}
    begun = {"own": OwnSignatureForm(), "person": PersonSignatureForm(initial=person), "not_signed": NotSignedForm()}
    has_errors = any(form.errors for form in typed.values())
    context = {
        "patient": plan.patient,
        "plan": plan,
        "standing": standing_of(plan),
        "reviews": list(reviews_of(plan)),
        "versions": list(versions_of(plan)),
        "forms": {**begun, **typed},
        "opens": dict.fromkeys(typed, True),
        "draft": key_of(put_off_signature, plan.patient.public_id, plan.pk),
        "may_sign": plan.state == PlanState.ACTIVE and request.user.may(Can.WRITE_PLAN, program_id=plan.program_id),
        "is_overdue": plan.state == PlanState.ACTIVE and plan.review_on < today,
    }
    return render(request, "treatment_plans/reviews/life.html", context, status=422 if has_errors else 200)


def _written(request: StaffRequest, plan: int) -> Plan:
    """Return a plan that this person may write."""
    found: Plan = get_object_or_404(plans_seen_by(request.user, can=Can.WRITE_PLAN), pk=plan)
    return found


def _typed(request: StaffRequest) -> Any:
    """Return what was typed, or nothing when the page is only opened."""
    return request.POST if request.method == "POST" else None
