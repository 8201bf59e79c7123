"""Write down a session with one person, and change a note."""

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Site
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.finishing import finished
from casemgr.core.ui.forms import offer_choices
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.appointments.models import Appointment
from treatment_plans.appointments.queries import appointments_seen_by, sites_open_to
from treatment_plans.drafts.queries import draft_key, draft_of
from treatment_plans.plan.catalog.queries import intervention_types
from treatment_plans.sessions.actions import Part, change_note, record_session
from treatment_plans.sessions.forms import ALONE, IndividualForm, NoteForm
from treatment_plans.sessions.models import SCALES, Attendance, SessionKind
from treatment_plans.sessions.queries import attendances_seen_by, goals_by_patient, may_lead_to_a_note, with_session, worked_on
from treatment_plans.sessions.views import after_writing, now_at, typed
from treatment_plans.sessions.writing.forms import Shown
from treatment_plans.sessions.writing.models import PART_LABELS, THOUGHTS
from treatment_plans.sessions.writing.queries import FORMATS, Before, before, elsewhere, format_typed, poured

KINDS = dict(ALONE)
RESHAPES = {"use_format", "carry"}
"""Buttons that change what the form shows and save nothing."""


@page(Can.WRITE_SESSION)
def write(request: StaffRequest, patient: uuid.UUID) -> HttpResponse:
    """Write down a session with one person; what makes it feel safe, the last homework and the last note stand beside."""
    at = timezone.now()
    person = get_object_or_404(patients_seen_by(request.user, can=Can.WRITE_SESSION), public_id=patient)
    found, sites = _appointment(request, person), sites_open_to(request.user, Can.WRITE_SESSION)
    draft = draft_key("session", found.pk if found else "free", person.public_id)
    booked = found if found and may_lead_to_a_note(found) else None
    site = booked.site if booked else sites.first()
    kind = _kind(request, booked)
    known = before(person, site.program_id if site else 0, kind, at)
    initial = {"kind": kind, **now_at(site, booked.starts_at if booked else at)}
    form = _form(request, known, person, initial, sites=sites, chosen=_format_chosen(request, draft))
    _offer_ways_of_working(form, site)
    if form.is_bound and form.is_valid():
        part = Part(patient=person, appointment=booked, state=form.cleaned_data["state"], **form.part())
        said = {"kind": form.cleaned_data["kind"], "parts": [part], "draft": finished(draft, request.POST), **form.frame()}
        said["must_be_new"] = not form.cleaned_data["is_another"]
        written = attempt(form, lambda: record_session(clinician=request.user, by=request.user, at=at, **said))
        if written:
            return after_writing(request, written)
    note_read(by=request.user, at=at, what="goals", patient_id=person.pk)
    context = {"form": form, "patient": person, "appointment": booked, "known": known, "parts": _parts(form, known), "draft": draft}
    context["written_in"] = found.written_in if found else None
    return render(request, "treatment_plans/sessions/write.html", context, status=422 if form.errors else 200)


@page(Can.WRITE_SESSION)
def note(request: StaffRequest, attendance: int) -> HttpResponse:
    """Change a note that is not signed yet."""
    found = get_object_or_404(attendances_seen_by(request.user, can=Can.WRITE_SESSION).prefetch_related(worked_on()), pk=attendance)
    session, draft = found.session, draft_key("note", found.pk, found.patient.public_id)
    known = before(found.patient, session.program_id, session.kind, session.starts_at, but=session.pk)
    shown = _shown_again(known, found)
    reshapes = _reshapes(request, session.note_format)
    form = NoteForm(None if reshapes else typed(request), shown=shown, initial=_initial(found))
    if reshapes:
        form.initial = {**form.initial, **_carried(request, form, known)}
    if form.is_bound and form.is_valid():
        said = form.part()
        part, done = Part(patient=found.patient, **said), finished(draft, request.POST)
        facts: dict[str, Any] = {"attendance": found, "part": part, "asked": said.keys(), "draft": done}
        if attempt(form, lambda: change_note(**facts, by=request.user, at=timezone.now())):
            messages.success(request, _("The note is saved."))
            return HttpResponseRedirect(reverse("treatment_plans:session", args=[found.session_id]))
    note_read(by=request.user, at=timezone.now(), what="note", patient_id=found.patient_id)
    context = {"form": form, "attendance": found, "patient": found.patient, "known": known, "parts": _parts(form, known), "draft": draft}
    return render(request, "treatment_plans/sessions/note.html", context, status=422 if form.errors else 200)


def _appointment(request: StaffRequest, person: Patient) -> Any:
    """Return the appointment that leads here, if it is this person's; what is typed for it stays apart from what is typed for others."""
    text = request.GET.get("appointment", "")
    if not text.isdecimal() or len(text) > 18:
        return None
    return with_session(appointments_seen_by(request.user)).filter(patient=person, pk=int(text)).first()


def _kind(request: StaffRequest, booked: Appointment | None) -> str:
    """Return the kind of session in hand: as chosen, as asked for in the address, or as booked."""
    wanted = (request.POST.get("kind"), request.GET.get("kind"), booked.kind if booked else None)
    return next((kind for kind in wanted if kind in KINDS), SessionKind.INDIVIDUAL.value)


def _format_chosen(request: StaffRequest, draft: str) -> str:
    """Return the format that was chosen: in this form, or in the words that were typed before the browser died."""
    if request.method == "POST":
        return request.POST.get("note_format", "")
    held = draft_of(request.user, draft)
    typed_before = held.words if held else None
    return format_typed(typed_before.fields, "".join(typed_before.fields.get("note_format", ()))) if typed_before else ""


def _form(request: StaffRequest, known: Before, person: Patient, initial: dict[str, Any], *, sites: Any, chosen: str) -> IndividualForm:
    """Return the form in the format in hand: as it was typed, or anew with what was typed poured into it."""
    policy = known.policy
    wanted = chosen if chosen in FORMATS and not policy.is_fixed else policy.note_format
    shown_now = request.POST.get("shown_format", wanted)
    shown = _shown(known, person, wanted, [card.trigger for card in known.cards], may_choose=not policy.is_fixed)
    if not _reshapes(request, wanted) and shown_now == wanted:
        return IndividualForm(typed(request), sites=sites, shown=shown, initial=initial)
    form = IndividualForm(None, sites=sites, shown=shown, initial=initial)
    form.initial = {**form.initial, **_carried(request, form, known)}
    return form


def _offer_ways_of_working(form: IndividualForm, site: Site | None) -> None:
    """Offer what the program has on its list of interventions."""
    if site:
        offer_choices(form, "techniques", [(one.code, one.name) for one in intervention_types(site.program)])


def _shown(known: Before, person: Patient, note_format: str, triggers: Any, *, may_choose: bool) -> Shown:
    """Say what the form offers."""
    goals = goals_by_patient([person])[person.pk]
    return Shown(note_format, known.policy, goals, tuple(dict.fromkeys(triggers)), known.homework is not None, may_choose)


def _shown_again(known: Before, found: Attendance) -> Shown:
    """Say what the form about a written note offers: also the goals that it serves already, whatever plan is in force by now."""
    triggers = (*(card.trigger for card in known.cards), *found.triggers)
    shown = _shown(known, found.patient, found.session.note_format, triggers, may_choose=False)
    goals = {goal.pk: goal for goal in (*shown.goals, *(link.goal for link in found.goal_links.all()))}
    return replace(shown, goals=tuple(goals.values()))


def _reshapes(request: StaffRequest, note_format: str) -> bool:
    """Say whether the form is only shown anew: a button asks for it, or words come along that have no place in this format.

    Such words come from a draft that was written in another format; poured in, they are read again before they are saved.
    """
    if request.method != "POST":
        return False
    return bool(RESHAPES & request.POST.keys()) or bool(elsewhere(note_format, request.POST.dict()))


def _carried(request: StaffRequest, form: IndividualForm | NoteForm, known: Before) -> dict[str, Any]:
    """Return everything that was typed, poured into the parts that are shown, with the part that is to be carried forward."""
    typed_now = {
        name: field.widget.value_from_datadict(request.POST, {}, name) for name, field in form.fields.items() if name != "shown_format"
    }
    texts = {part: request.POST.get(part, "") for part in PART_LABELS}
    if elsewhere(form.shown.note_format, texts) and not RESHAPES & request.POST.keys():
        messages.info(request, _("What was written in another format stands in this one now. Read it, and save it again."))
    values = {**typed_now, **poured(form.shown.note_format, texts)}
    part = request.POST.get("carry", "")
    if known.last and part in FORMATS[form.shown.note_format] and part in known.may_be_carried:
        values[part] = "\n\n".join(filter(None, (values[part], known.last.parts[part])))
        values["carried"] = sorted({*request.POST.getlist("carried"), part} & PART_LABELS.keys())
    return values


def _initial(found: Attendance) -> dict[str, Any]:
    """Return what stands in a note."""
    names = ("no_goal_reason", "last_homework", "triggers", "offered", "chosen", "activity_minutes", *SCALES, "state", "minutes")
    return {
        **{name: getattr(found, name) for name in names},
        **(found.parts or {FORMATS[found.session.note_format][0]: found.note}),
        **{f"thought_{name}": found.thought_record.get(name, "") for name in THOUGHTS},
        "goals": [str(link.goal_id) for link in found.goal_links.all()],
        "carried": list(found.carried),
    }


def _parts(form: IndividualForm | NoteForm, known: Before) -> list[dict[str, Any]]:
    """Return the fields of the note, each with whether it can be carried forward from the note before, or was."""
    carried, possible = form["carried"].value() or [], known.may_be_carried
    return [{"field": one, "may_carry": one.name in possible, "is_carried": one.name in carried} for one in form.part_fields()]
