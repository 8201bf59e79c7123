"""Change what a session says for all."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.forms import offer_choices
from casemgr.core.ui.pages import StaffRequest, attempt, page
from treatment_plans.plan.catalog.queries import intervention_names, intervention_types
from treatment_plans.sessions.changing.actions import change_session
from treatment_plans.sessions.changing.forms import ChangeForm
from treatment_plans.sessions.changing.queries import is_of_a_group
from treatment_plans.sessions.models import Session, SessionKind
from treatment_plans.sessions.queries import attendances_seen_by, sessions_seen_by
from treatment_plans.sessions.views import typed


@page(Can.WRITE_SESSION)
def change(request: StaffRequest, session: int) -> HttpResponse:
    """Change day, hours, how and what a session says for all, while none of its notes is signed."""
    at = timezone.now()
    found = get_object_or_404(sessions_seen_by(request.user, can=Can.WRITE_SESSION), pk=session)
    form = ChangeForm(typed(request), session=found, has_title=found.kind == SessionKind.GROUP and not is_of_a_group(found))
    offer_choices(form, "techniques", _ways_of_working(found))
    if form.is_bound and form.is_valid():
        done = attempt(form, lambda: change_session(session=found, **form.frame(), by=request.user, at=at))
        if done:
            messages.success(request, _("The session is changed. It is not signed yet."))
            return HttpResponseRedirect(reverse("treatment_plans:session", args=[found.pk]))
    people = list(attendances_seen_by(request.user, can=Can.WRITE_SESSION).filter(session=found).values_list("patient", flat=True))
    note_read(by=request.user, at=at, what="session", subject=f"session:{found.pk}", people=people)
    return render(request, "treatment_plans/sessions/change.html", {"form": form, "session": found}, status=422 if form.errors else 200)


def _ways_of_working(session: Session) -> list[tuple[str, str]]:
    """Return what the program offers, and what stands in the session already although it is offered no longer."""
    program = session.site.program
    offered = {one.code: one.name for one in intervention_types(program)}
    kept = intervention_names(program, session.techniques) if session.techniques else {}
    return [*{**offered, **kept}.items()]
