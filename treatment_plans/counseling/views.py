"""Let a counselor write and read their own notes, and a named reader what was opened to them."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from casemgr.core.accounts.queries import colleagues_of
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, note_many, note_read
from casemgr.core.finishing import finished
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from treatment_plans.counseling.actions import (
    add_counseling_addendum,
    close_counseling_notes,
    open_counseling_notes,
    save_counseling_note,
    sign_counseling_note,
)
from treatment_plans.counseling.forms import CounselingForm, OpeningForm
from treatment_plans.counseling.models import CounselingNote
from treatment_plans.counseling.queries import (
    addenda_of,
    attendances_held_by,
    found_outside,
    notes_opened,
    openings_made_by,
    openings_to,
    own_notes,
)
from treatment_plans.drafts.queries import draft_key
from treatment_plans.sessions.models import Attendance

OUTSIDE_WORDS = {
    "prescription": gettext_lazy("medication that is prescribed or watched"),
    "times": gettext_lazy("when the session began and ended"),
    "modality": gettext_lazy("the kind of treatment and how often"),
    "results": gettext_lazy("results of tests"),
    "summary": gettext_lazy("a summary of diagnosis, functioning, plan, symptoms, prognosis or progress"),
}
"""What the definition in 42 CFR 2.11 keeps out of counseling notes, in words."""


@never_cache
@page(Can.WRITE_COUNSELING_NOTE)
def counseling(request: StaffRequest, session: int) -> HttpResponse:
    """Show who took part in a session of one's own, and on whom one has a note."""
    parts = list(attendances_held_by(request.user).filter(session=session).order_by("patient__family_name", "pk"))
    if not parts:
        raise Http404
    notes = dict(own_notes(request.user).filter(session=session).values_list("patient_id", "signed_at"))
    people = [part.patient_id for part in parts]
    note_read(by=request.user, at=timezone.now(), what="counseling", subject=f"session:{session}", people=people)
    rows = [{"patient": part.patient, "has": part.patient_id in notes, "signed_at": notes.get(part.patient_id)} for part in parts]
    return render(request, "treatment_plans/counseling/counseling.html", {"session": parts[0].session, "rows": rows})


@never_cache
@page(Can.WRITE_COUNSELING_NOTE)
def counseling_note(request: StaffRequest, session: int, patient: uuid.UUID) -> HttpResponse:
    """Write, read, sign and add to one's own note on one person in one session."""
    part = get_object_or_404(attendances_held_by(request.user), session=session, patient__public_id=patient)
    note = own_notes(request.user).filter(session=session, patient=part.patient_id).first()
    form = CounselingForm(request.POST or None, initial={"body": note.body} if note and note.signed_at is None else None)
    draft = draft_key("counseling", session, patient)
    if form.is_valid() and _written(request, part, note, form):
        return redirect("treatment_plans:counseling_note", session, patient)
    now = timezone.now()
    note_read(by=request.user, at=now, what="counseling_note", patient_id=part.patient_id, subject=f"session:{session}")
    signed = note is not None and note.signed_at is not None
    context = {
        "part": part,
        "session": part.session,
        "patient": part.patient,
        "note": note,
        "signed": signed,
        "addenda": list(addenda_of(note)) if note and signed else [],
        "outside": OUTSIDE_WORDS,
        "found": [(OUTSIDE_WORDS[one.what], one.excerpt) for one in found_outside(note)],
        "form": form,
        "draft": draft,
    }
    return render(request, "treatment_plans/counseling/note.html", context, status=422 if form.errors else 200)


def _written(request: StaffRequest, part: Attendance, note: CounselingNote | None, form: CounselingForm) -> bool:
    """Do what the button said; whatever is refused is said at the field."""
    body = form.cleaned_data["body"]
    common: dict[str, Any] = {"by": request.user, "at": timezone.now()}
    draft = finished(draft_key("counseling", part.session_id, part.patient.public_id), request.POST)
    if note is not None and note.signed_at is not None:
        done: Any = attempt(form, lambda: add_counseling_addendum(note=note, body=body, draft=draft, **common))
    else:
        done = attempt(form, lambda: save_counseling_note(attendance=part, body=body, draft=draft, **common))
        if done is not None and "sign" in request.POST:
            done = attempt(form, lambda: sign_counseling_note(note=done, **common))
    if done is None:
        return False
    messages.success(request, _("The note is saved."))
    return True


@page(Can.OVERSEE_PRIVACY)
def openings(request: StaffRequest) -> HttpResponse:
    """List to whom counseling notes were opened, on which basis and for how long."""
    seen = openings_made_by(request.user)
    part = slice_of(seen, by="-pk", after=request.GET.get("after", ""))
    now = timezone.now()
    note_read(by=request.user, at=now, what="counseling_openings", people=[row.patient_id for row in part.rows])
    context = {"openings": part.rows, "now": now, "next_url": f"?after={part.next_key}" if part.next_key else ""}
    return render(request, "treatment_plans/counseling/openings.html", context)


@page(Can.OVERSEE_PRIVACY)
def open_notes(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Open what one counselor may have written about a person to a named reader."""
    row = get_object_or_404(patients_seen_by(request.user, can=Can.OVERSEE_PRIVACY), public_id=patient)
    form = OpeningForm(request.POST or None, colleagues=colleagues_of(request.user))
    if form.is_valid():
        facts = {"patient": row, "program": request.program, **form.cleaned_data}
        if attempt(form, lambda: open_counseling_notes(**facts, by=request.user, at=timezone.now())) is not None:
            messages.success(request, _("The notes are open to this reader. Everything they read is on record."))
            return redirect("treatment_plans:counseling_openings")
    if request.method == "GET":
        note_read(by=request.user, at=timezone.now(), what="record", patient_id=row.pk)
    return render(request, "treatment_plans/counseling/open.html", {"patient": row, "form": form}, status=422 if form.errors else 200)


@require_POST
@page(Can.OVERSEE_PRIVACY)
def close_notes(request: StaffRequest, opening: int) -> HttpResponse:
    """Close an opening before its days are over."""
    row = get_object_or_404(openings_made_by(request.user), pk=opening)
    close_counseling_notes(opening=row, by=request.user, at=timezone.now())
    messages.success(request, _("The notes are closed again."))
    return redirect("treatment_plans:counseling_openings")


@page(Can.SEE_OWN_ACCOUNT)
def opened(request: StaffRequest) -> HttpResponse:
    """List what was opened to oneself."""
    rows = list(openings_to(request.user).order_by("closes_at"))
    note_read(by=request.user, at=timezone.now(), what="counseling_opened", people=[row.patient_id for row in rows])
    return render(request, "treatment_plans/counseling/opened.html", {"openings": rows})


@never_cache
@page(Can.SEE_OWN_ACCOUNT)
def opened_notes(request: StaffRequest, opening: int) -> HttpResponse:
    """Show the notes that an opening opens to the reader whom it names; each is on the record with its basis."""
    row = get_object_or_404(openings_to(request.user), pk=opening)
    notes = list(notes_opened(row))
    now, rests_on = timezone.now(), f"counseling_opening:{row.pk} {row.basis}"
    common: dict[str, Any] = {"by": request.user, "at": now, "patient_id": row.patient_id, "rests_on": rests_on}
    note_many(
        [audit_event(verb="counseling_note", outcome=Outcome.SEEN, subject=f"session:{note.session_id}", **common) for note in notes]
        or [audit_event(verb="counseling_opened", outcome=Outcome.SEEN, **common)]
    )
    return render(request, "treatment_plans/counseling/opened_notes.html", {"opening": row, "patient": row.patient, "notes": notes})
