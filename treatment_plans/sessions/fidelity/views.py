"""Look at a session through a checklist, and at the means of many."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, note_many
from casemgr.core.ui.pages import StaffRequest, attempt, page
from treatment_plans.plan.models import InterventionKind
from treatment_plans.sessions.fidelity.actions import rate_fidelity
from treatment_plans.sessions.fidelity.forms import FidelityForm
from treatment_plans.sessions.fidelity.models import FidelityRating
from treatment_plans.sessions.fidelity.queries import all_checklists, checklists_for, items_of, overview, ratings_of
from treatment_plans.sessions.models import Attendance, Session
from treatment_plans.sessions.queries import sessions_seen_by

NAMES = dict(InterventionKind.choices)


@page(Can.WRITE_SESSION)
def fidelity(request: StaffRequest, session: int) -> HttpResponse:
    """Show the ratings of a session and take one more."""
    found = get_object_or_404(sessions_seen_by(request.user, can=Can.WRITE_SESSION), pk=session)
    chosen = request.GET.get("checklist") or next(iter(checklists_for(found)), "")
    if chosen and chosen not in all_checklists():
        raise Http404
    form = FidelityForm(request.POST if request.method == "POST" else None, checklist=chosen)
    facts: dict[str, Any] = {"session": found, "checklist": chosen, "by": request.user, "at": timezone.now()}
    facts["scores"], facts["remark"] = (form.scores(), form.cleaned_data["remark"]) if form.is_valid() else ({}, "")
    if form.is_valid() and attempt(form, lambda: rate_fidelity(**facts)) is not None:
        messages.success(request, _("Written down. Nobody is graded by it; it is for learning."))
        return redirect("treatment_plans:fidelity", found.pk)
    _note_reads(request, found)
    fitting = checklists_for(found)
    context = {
        "session": found,
        "form": form if chosen else None,
        "chosen": chosen,
        "title": NAMES.get(chosen, chosen),
        "choices": [(code, NAMES.get(code, code)) for code in sorted(all_checklists(), key=lambda code: code not in fitting)],
        "ratings": [_told(rating) for rating in ratings_of(found)],
    }
    return render(request, "treatment_plans/sessions/fidelity/session.html", context, status=422 if form.errors else 200)


@page(Can.WRITE_SESSION, Can.SEE_MEASURES)
def fidelity_overview(request: StaffRequest) -> HttpResponse:
    """Show the means by person and checklist; whoever leads no program sees those of the own sessions."""
    rows = [{**row, "title": NAMES.get(row["checklist"], row["checklist"])} for row in overview(request.user)]
    return render(request, "treatment_plans/sessions/fidelity/overview.html", {"rows": rows})


def _told(rating: FidelityRating) -> dict[str, Any]:
    """Return a rating with the words of its items."""
    words = items_of(rating.checklist)
    return {
        "rating": rating,
        "title": NAMES.get(rating.checklist, rating.checklist),
        "scores": [(said, rating.scores[code]) for code, said in words.items() if code in rating.scores],
    }


def _note_reads(request: StaffRequest, session: Session) -> None:
    """Put on the record whose session was looked at."""
    people = Attendance.objects.filter(session=session).values_list("patient", flat=True)
    seen: dict[str, Any] = {"verb": "session", "outcome": Outcome.SEEN, "subject": f"session:{session.pk}"}
    note_many(audit_event(by=request.user, at=timezone.now(), patient_id=person, **seen) for person in people)
