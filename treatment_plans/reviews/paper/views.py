"""Print the person's own copy of a plan."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.paper.answers import as_pdf
from casemgr.core.paper.typesetting import typeset
from casemgr.core.ui.pages import StaffRequest, page
from treatment_plans.plan.queries import plans_seen_by, with_parts
from treatment_plans.reviews.paper.queries import plan_copy


@page(Can.SEE_CHART)
def print_copy(request: StaffRequest, plan: int) -> HttpResponse:
    """Print a plan in plain words, in the person's language or the one asked for; what is on it goes to the person."""
    found = get_object_or_404(with_parts(plans_seen_by(request.user)), pk=plan)
    now, language = timezone.now(), request.GET.get("language") or found.patient.language
    note_read(by=request.user, at=now, what="plan_on_paper", patient_id=found.patient_id, subject=f"treatment_plans.plan:{found.pk}")
    return as_pdf(
        typeset("document", plan_copy(found, at=now, language=language), language=language), what="plan", on=timezone.localdate(now)
    )
