"""Say how a program writes its notes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.pages import StaffRequest, attempt, page
from treatment_plans.sessions.writing.actions import drop_note_policy, set_note_policy
from treatment_plans.sessions.writing.forms import NotePolicyForm
from treatment_plans.sessions.writing.models import PART_LABELS, Ask, NotePolicy
from treatment_plans.sessions.writing.queries import FORMATS, policies_seen_by


@page(Can.SET_PRACTICE)
def note_policies(request: StaffRequest) -> HttpResponse:
    """Show how the program writes its notes, and write a rule down."""
    form = NotePolicyForm(
        request.POST if request.method == "POST" else None, initial={"note_format": "dap", "required_parts": FORMATS["dap"]}
    )
    facts: dict[str, Any] = {"program": request.program, "by": request.user, "at": timezone.now()}
    if form.is_bound and form.is_valid() and attempt(form, lambda: set_note_policy(**facts, **form.facts())) is not None:
        messages.success(request, _("The rule holds from now on. Notes that are signed stay as they are."))
        return redirect("treatment_plans:note_policies")
    policies = [{"policy": one, "parts": _in_words(one)} for one in policies_seen_by(request.user).filter(program=request.program)]
    return render(
        request,
        "treatment_plans/sessions/policies.html",
        {"form": form, "policies": policies, "sees_measures": request.user.may(Can.SEE_MEASURES)},
        status=422 if form.errors else 200,
    )


@require_POST
@page(Can.SET_PRACTICE)
def drop_policy(request: StaffRequest, note_policy: int) -> HttpResponse:
    """Take a rule for notes back."""
    found = get_object_or_404(policies_seen_by(request.user), pk=note_policy)
    drop_note_policy(policy=found, by=request.user, at=timezone.now())
    messages.success(request, _("The rule is taken back."))
    return redirect("treatment_plans:note_policies")


def _in_words(policy: NotePolicy) -> list[str]:
    """Name what a rule requires."""
    parts = [str(PART_LABELS[part]) for part in FORMATS[policy.note_format] if part in policy.required_parts]
    return [*parts, *(str(Ask(ask).label) for ask in policy.required_asks)]
