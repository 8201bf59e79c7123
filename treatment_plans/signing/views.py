"""Let authors sign and add, supervisors co-sign, directors say who supervises whom."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from casemgr.core.accounts.queries import colleagues_of, programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.finishing import finished
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from treatment_plans.drafts.queries import draft_key
from treatment_plans.sessions.models import Attendance
from treatment_plans.sessions.queries import attendances_seen_by, unsigned_for, worked_on
from treatment_plans.sessions.writing.models import THOUGHTS
from treatment_plans.sessions.writing.queries import said_in
from treatment_plans.signing.actions import (
    add_addendum,
    cosign_note,
    end_supervision,
    mark_note_in_error,
    name_supervisor,
    return_note,
    set_signing_policy,
)
from treatment_plans.signing.forms import AddendumForm, AnswerForm, EndForm, InErrorForm, PolicyForm, SupervisionForm
from treatment_plans.signing.models import CosignRequest, CosignState
from treatment_plans.signing.queries import (
    by_age,
    cosignatures_by_author,
    requests_seen_by,
    returned_to,
    supervisions_in,
    terms_of,
    to_cosign,
    unsigned_by_author,
    unsigned_in,
)

MOST = 200


@page(Can.SEE_CHART)
def unsigned(request: StaffRequest) -> HttpResponse:
    """List one's own notes that wait: those that a supervisor returned, then the unsigned ones, those that waited longest first."""
    at = timezone.now()
    returned, waiting = list(returned_to(request.user)[:MOST]), list(unsigned_for(request.user)[:MOST])
    people = [part.patient_id for part in waiting] + [asked.attendance.patient_id for asked in returned]
    note_read(by=request.user, at=at, what="unsigned", people=people)
    context = {"returned": returned, "bands": by_age(waiting, at)}
    return render(request, "treatment_plans/signing/unsigned.html", context)


@page(Can.ARRANGE_SUPERVISION)
def overview(request: StaffRequest) -> HttpResponse:
    """Show whose notes wait, for how long, and who could co-sign them; no word of the notes and no name of a person in care."""
    programs = {membership.program_id for membership in request.user.reach(Can.ARRANGE_SUPERVISION)}
    at = timezone.now()
    context = {"authors": list(unsigned_by_author(unsigned_in(programs), at)), "cosignatures": list(cosignatures_by_author(programs))}
    return render(request, "treatment_plans/signing/overview.html", context)


@page(Can.COSIGN_NOTES)
def cosign(request: StaffRequest) -> HttpResponse:
    """List the notes that wait for one's co-signature, the oldest first, or those that one had to answer before."""
    is_past = request.GET.get("show") == "answered"
    rows = requests_seen_by(request.user).exclude(state=CosignState.WAITING) if is_past else to_cosign(request.user)
    found: Any = slice_of(rows, by="-recorded_at" if is_past else "recorded_at", after=request.GET.get("after", ""))
    note_read(by=request.user, at=timezone.now(), what="cosign", people=[row.attendance.patient_id for row in found.rows])
    after = {"after": found.next_key, **({"show": "answered"} if is_past else {})}
    context = {"requests": found.rows, "is_past": is_past, "next_url": f"?{urlencode(after)}" if found.next_key else ""}
    return render(request, "treatment_plans/signing/cosign.html", context)


@page(Can.COSIGN_NOTES)
def cosign_one(request: StaffRequest, cosigning: int) -> HttpResponse:
    """Show a signed note to who supervises its author, to co-sign it or to send it back with a comment."""
    found = get_object_or_404(requests_seen_by(request.user), pk=cosigning)
    form = AnswerForm(_typed(request))
    if request.method == "POST" and form.is_valid() and _answered(request, found, form):
        following = to_cosign(request.user).order_by("recorded_at", "pk").first()
        return redirect("treatment_plans:cosign_one", following.pk) if following else redirect("treatment_plans:cosign")
    note = Attendance.objects.select_related("patient", "signed_by").prefetch_related(worked_on()).get(pk=found.attendance_id)
    note_read(by=request.user, at=timezone.now(), what="note", patient_id=note.patient_id, subject=f"session:{note.session_id}")
    context = {"asked": found, "session": found.attendance.session, "form": form, **_read(note)}
    return render(request, "treatment_plans/signing/cosign_one.html", context, status=422 if form.errors else 200)


@page(Can.WRITE_SESSION)
def addendum(request: StaffRequest, attendance: int) -> HttpResponse:
    """Add to a signed note."""
    note = get_object_or_404(attendances_seen_by(request.user, can=Can.WRITE_SESSION), pk=attendance)
    form, draft = AddendumForm(_typed(request)), draft_key("addendum", note.pk, note.patient.public_id)
    if _done(request, form, add_addendum, attendance=note, draft=finished(draft, request.POST)):
        messages.success(request, _("Added."))
        return redirect("treatment_plans:session", note.session_id)
    return _about_note(request, note, form, "addendum", draft=draft)


@page(Can.WRITE_SESSION)
def in_error(request: StaffRequest, attendance: int) -> HttpResponse:
    """Mark a signed note as entered in error."""
    note = get_object_or_404(attendances_seen_by(request.user, can=Can.WRITE_SESSION), pk=attendance)
    form = InErrorForm(_typed(request))
    if _done(request, form, mark_note_in_error, attendance=note):
        messages.success(request, _("The note is marked as entered in error. Write the right one as a new session."))
        return redirect("treatment_plans:session", note.session_id)
    return _about_note(request, note, form, "in_error")


@page(Can.ARRANGE_SUPERVISION)
def supervision(request: StaffRequest) -> HttpResponse:
    """Show who supervises whom, and what the program asks of signatures."""
    rows = list(supervisions_in(programs_reached(request.user, Can.ARRANGE_SUPERVISION))[:MOST])
    context = {
        "supervisions": rows,
        "today": timezone.now().astimezone(request.program.zone).date(),
        "terms": terms_of(request.program.pk, timezone.now()),
    }
    return render(request, "treatment_plans/signing/supervision.html", context)


@page(Can.ARRANGE_SUPERVISION)
def add_supervision(request: StaffRequest) -> HttpResponse:
    """Name who supervises whom."""
    today = timezone.now().astimezone(request.program.zone).date()
    form = SupervisionForm(_typed(request), colleagues=colleagues_of(request.user), initial={"starts_on": today})
    if _done(request, form, name_supervisor, program=request.program):
        messages.success(request, _("The supervisor is named."))
        return redirect("treatment_plans:supervision")
    return _arrange(request, form, _("Name a supervisor"), _("Name a supervisor"))


@page(Can.ARRANGE_SUPERVISION)
def stop_supervision(request: StaffRequest, supervision: int) -> HttpResponse:
    """End a supervision."""
    found = get_object_or_404(supervisions_in(programs_reached(request.user, Can.ARRANGE_SUPERVISION)), pk=supervision)
    form = EndForm(_typed(request), initial={"on": timezone.now().astimezone(found.program.zone).date()})
    if _done(request, form, end_supervision, supervision=found):
        messages.success(request, _("The supervision ends on this day."))
        return redirect("treatment_plans:supervision")
    return _arrange(request, form, _("End a supervision"), _("End"), found=found)


@page(Can.ARRANGE_SUPERVISION)
def signing_rules(request: StaffRequest) -> HttpResponse:
    """Say what the program asks of signatures from now on."""
    terms = terms_of(request.program.pk, timezone.now())
    names = ("late_after_hours", "sign_within_hours", "sample_percent", "is_peers_cosigned")
    form = PolicyForm(_typed(request), initial={name: getattr(terms, name) for name in names})
    if _done(request, form, set_signing_policy, program=request.program):
        messages.success(request, _("This holds from now on. Notes signed before are judged as before."))
        return redirect("treatment_plans:supervision")
    return _arrange(request, form, _("Rules about signatures"), _("Save"))


def _done(request: StaffRequest, form: forms.Form, verb: Callable[..., object], **subject: Any) -> bool:
    """Do what a form asks for, when it was filled in; whatever is refused is said at its field."""
    if not form.is_valid():
        return False
    return attempt(form, lambda: verb(by=request.user, at=timezone.now(), **subject, **form.cleaned_data)) is not None


def _answered(request: StaffRequest, asked: CosignRequest, form: AnswerForm) -> bool:
    """Do what the button said."""
    facts: dict[str, Any] = {"request": asked, "by": request.user, "at": timezone.now(), "words": form.cleaned_data["words"]}
    if "return" in request.POST:
        done, said = attempt(form, lambda: return_note(**facts)), _("The note is back with its author.")
    else:
        done, said = attempt(form, lambda: cosign_note(**facts)), _("Co-signed.")
    if done is None:
        return False
    messages.success(request, said)
    return True


def _about_note(request: StaffRequest, note: Attendance, form: AddendumForm | InErrorForm, name: str, **more: Any) -> HttpResponse:
    """Show a signed note with a form under it."""
    note_read(by=request.user, at=timezone.now(), what="note", patient_id=note.patient_id, subject=f"session:{note.session_id}")
    context = {"form": form, "session": note.session, **_read(note), **more}
    return render(request, f"treatment_plans/signing/{name}.html", context, status=422 if form.errors else 200)


def _read(note: Attendance) -> dict[str, Any]:
    """Return a note as its parts say it, carried words marked as such."""
    thoughts = [(label, note.thought_record[name]) for name, label in THOUGHTS.items() if name in note.thought_record]
    return {"note": note, "attendance": note, "patient": note.patient, "part": {"said": said_in(note), "thoughts": thoughts}}


def _arrange(request: StaffRequest, form: Any, title: str, submit: str, **more: Any) -> HttpResponse:
    """Show one of the forms about supervision."""
    context = {"form": form, "title": title, "submit": submit, "back": reverse("treatment_plans:supervision"), **more}
    return render(request, "treatment_plans/signing/arrange.html", context, status=422 if form.errors else 200)


def _typed(request: StaffRequest) -> QueryDict | None:
    """Return what was typed, or nothing when the page is only opened."""
    return request.POST if request.method == "POST" else None
