"""Show and take restricted notes, one compartment at a time."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, note_many, note_read
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.compartments.actions import write_restricted_note
from patients.compartments.forms import RestrictedNoteForm
from patients.compartments.models import Compartment, RestrictedNote
from patients.compartments.queries import compartments_open_to, notes_in
from patients.record.models import Patient

RIGHTS = (Can.SEE_TRAUMA, Can.SEE_LEGAL, Can.SEE_PARTNER_VIOLENCE)
NOTES = 20


@page(*RIGHTS)
def restricted(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show the notes of one compartment; each that is shown is on the record by itself."""
    row, open_ones, compartment = _asked(request, patient)
    if compartment is None:
        note_read(by=request.user, at=timezone.now(), what="compartments", patient_id=row.pk)
        return render(request, "patients/compartments/choose.html", {"patient": row, "compartments": open_ones})
    part = slice_of(notes_in(request.user, row, compartment), by="-pk", after=request.GET.get("after", ""), size=NOTES)
    now = timezone.now()
    shown = [one for note in part.rows for one in (note, *note.addenda.all())]
    if shown:
        note_many(_read(request, note, now) for note in shown)
    else:
        note_read(by=request.user, at=now, what=f"compartment:{compartment}", patient_id=row.pk)
    context = {
        "patient": row,
        "compartments": open_ones,
        "compartment": compartment,
        "notes": part.rows,
        "next_url": f"?in={compartment}&after={part.next_key}" if part.next_key else "",
    }
    return render(request, "patients/compartments/restricted.html", context)


@page(*RIGHTS)
def write(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Write a note into a compartment, or add to one."""
    row, open_ones, compartment = _asked(request, patient)
    compartment = compartment or open_ones[0]
    key = request.GET.get("to", "")
    adds_to = get_object_or_404(notes_in(request.user, row, compartment), pk=int(key)) if key.isdecimal() and len(key) < 18 else None
    form = RestrictedNoteForm(request.POST or None)
    facts: dict[str, Any] = {"patient": row, "program": request.program if adds_to is None else adds_to.program, "adds_to": adds_to}
    if form.is_valid():
        body, now = form.cleaned_data["body"], timezone.now()
        if attempt(form, lambda: write_restricted_note(compartment=compartment, body=body, by=request.user, at=now, **facts)) is not None:
            messages.success(request, _("The note is written."))
            return HttpResponseRedirect(f"{reverse('patients:restricted_notes', args=[row.public_id])}?in={compartment}")
    now = timezone.now()
    if adds_to is not None:
        note_many([_read(request, adds_to, now)])
    elif request.method == "GET":
        note_read(by=request.user, at=now, what="record", patient_id=row.pk)
    context = {"patient": row, "compartment": compartment, "adds_to": adds_to, "form": form}
    return render(request, "patients/compartments/write.html", context, status=422 if form.errors else 200)


def _asked(request: StaffRequest, public_id: UUID) -> tuple[Patient, list[Compartment], Compartment | None]:
    """Return the person, the compartments open to this user, and the one that was asked for; what is closed does not exist.

    Where none was named, none is opened: nobody comes upon what was told of trauma without asking for it.
    """
    held = [right for right in RIGHTS if request.user.may(right)]
    row = next((found for right in held if (found := _seen(request, right, public_id))), None)
    if row is None:
        raise Http404
    open_ones = compartments_open_to(request.user, row)
    asked = request.GET.get("in", "")
    compartment = next((one for one in open_ones if one.value == asked), None)
    if not open_ones or (asked and compartment is None):
        raise Http404
    return row, open_ones, compartment


def _seen(request: StaffRequest, right: Can, public_id: UUID) -> Patient | None:
    """Return the person if this right reaches them."""
    return patients_seen_by(request.user, can=right).filter(public_id=public_id).first()


def _read(request: StaffRequest, note: RestrictedNote, now: Any) -> Any:
    """Return the audit row of one note that is shown."""
    return audit_event(
        by=request.user,
        at=now,
        verb=f"restricted_note:{note.compartment}",
        outcome=Outcome.SEEN,
        patient_id=note.patient_id,
        subject=f"patients.restrictednote:{note.pk}",
    )
