"""Report incidents, follow one's own, work on all."""

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.deadlines.queries import running_clocks_about
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import moment, state
from patients.incidents.actions import (
    assess_incident,
    close_incident,
    count_people_reached,
    list_person_reached,
    record_breach_notice,
    report_incident,
    word_breach_letter,
)
from patients.incidents.forms import AssessmentForm, BreachNoticeForm, LetterForm, NoQuestion, NumbersForm, PersonReachedForm, ReportForm
from patients.incidents.models import Audience, Incident, IncidentState
from patients.incidents.queries import (
    ENCRYPTED,
    incidents_reported_by,
    incidents_seen_by,
    kept_from_letters,
    people_of,
    safe_addresses,
    still_to_be_told,
)

TONES = {
    IncidentState.REPORTED: "warn",
    IncidentState.NOT_A_BREACH: "good",
    IncidentState.BREACH: "stop",
    IncidentState.CLOSED: "quiet",
}


def how_it_stands(incident: Incident) -> SafeString:
    """Draw where an incident stands."""
    return state(TONES[IncidentState(incident.state)], incident.get_state_display())


class ReportedTable(tables.Table):
    """List incidents by number, day, kind and state: what their reporter may follow."""

    number = tables.Column(verbose_name=gettext_lazy("Number"), accessor="pk")
    discovered_on = tables.Column(verbose_name=gettext_lazy("Noticed"))
    kind = tables.Column(verbose_name=gettext_lazy("What went wrong"))
    state = tables.Column(verbose_name=gettext_lazy("State"))

    next_url = ""
    empty_help = gettext_lazy("Better one report too many. Nobody is blamed for one.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("Nothing reported")

    def render_discovered_on(self, record: Incident) -> SafeString:
        """Say the day."""
        return moment(record.discovered_on)

    def render_state(self, record: Incident) -> SafeString:
        """Say where it stands."""
        return how_it_stands(record)


class IncidentTable(ReportedTable):
    """List incidents for those who work on them."""

    reporter = tables.Column(verbose_name=gettext_lazy("Reported by"), accessor="recorded_by")

    class Meta(ReportedTable.Meta):
        pass

    def render_number(self, record: Incident) -> SafeString:
        """Lead to the incident."""
        return format_html('<a href="{}" data-row-link>{}</a>', reverse("patients:incident", args=[record.pk]), record.pk)


@page(Can.REPORT_INCIDENT)
def report(request: StaffRequest) -> HttpResponse:
    """Report an incident."""
    form = ReportForm(request.POST or None, initial={"discovered_on": timezone.localdate()})
    if form.is_valid():
        here = next((row for row in request.user.current_memberships if row.program_id == request.program.pk), None)
        here = here or request.user.current_memberships[0]
        facts, now = form.cleaned_data, timezone.now()
        made = attempt(form, lambda: report_incident(program=here.program, site=here.site, **facts, by=request.user, at=now))
        if made is not None:
            messages.success(request, _("Report %(number)s is with the privacy officer. Thank you.") % {"number": made.pk})
            return redirect("patients:incidents_reported")
    context = {"form": form, "takes_complaints": request.user.may(Can.TAKE_COMPLAINT)}
    return render(request, "patients/incidents/report.html", context, status=422 if form.errors else 200)


@page(Can.REPORT_INCIDENT)
def incidents_reported(request: StaffRequest) -> HttpResponse:
    """Show how one's own reports stand."""
    return _list(request, incidents_reported_by(request.user), ReportedTable, "patients/incidents/reported.html")


@page(Can.OVERSEE_PRIVACY)
def incidents(request: StaffRequest) -> HttpResponse:
    """List incidents, the newest first."""
    rows = incidents_seen_by(request.user).select_related("recorded_by").defer(*ENCRYPTED)
    return _list(request, rows, IncidentTable, "patients/incidents/list.html")


@page(Can.OVERSEE_PRIVACY)
def incident(request: StaffRequest, incident: int) -> HttpResponse:
    """Show one incident and what may be done with it."""
    return _show(request, _seen(request, incident))


@require_POST
@page(Can.OVERSEE_PRIVACY)
def incident_act(request: StaffRequest, incident: int, work: str) -> HttpResponse:
    """Assess an incident, say whom it reached, word the letter, write down who was told, close it."""
    found = _seen(request, incident)
    acts = _acts(request, found)
    if work not in acts:
        raise Http404
    form, act = acts[work]
    if form.is_valid() and attempt(form, lambda: act(form)) is not None:
        messages.success(request, _("Saved."))
        return redirect("patients:incident", found.pk)
    return _show(request, found, **{work: form})


@page(Can.OVERSEE_PRIVACY)
def breach_letters(request: StaffRequest, incident: int) -> HttpResponse:
    """Show the letters to the people concerned, one a page, with an envelope that says nothing, and those whom no letter finds."""
    found = _seen(request, incident)
    everybody = people_of(found)
    kept = kept_from_letters(request.user, everybody)
    listed = [reached for reached in everybody if reached.patient_id not in kept]
    for reached in listed:
        note_read(by=request.user, at=timezone.now(), what="breach_letter", patient_id=reached.patient_id)
    addresses = safe_addresses(reached.patient_id for reached in listed if not reached.is_address_outdated)
    context = {
        "incident": found,
        "letters": [(reached, addresses[reached.patient_id]) for reached in listed if reached.patient_id in addresses],
        "outdated": [reached for reached in listed if reached.patient_id not in addresses],
        "kept": len(kept),
        "today": timezone.localdate(),
    }
    return render(request, "patients/incidents/letters.html", context)


def _acts(request: StaffRequest, row: Incident) -> dict[str, tuple[Any, Callable[[Any], Any]]]:
    """Return for each step the form that was filled in and the verb that takes it."""
    typed = request.POST
    who: dict[str, Any] = {"incident": row, "by": request.user, "at": timezone.now()}
    return {
        "assess": (AssessmentForm(typed), lambda form: assess_incident(**form.facts(), **who)),
        "person": (
            PersonReachedForm(typed, user=request.user, right=Can.OVERSEE_PRIVACY),
            lambda form: list_person_reached(**form.facts(), **who),
        ),
        "numbers": (NumbersForm(typed), lambda form: count_people_reached(**form.cleaned_data, **who)),
        "letter": (LetterForm(typed, incident=row), lambda form: word_breach_letter(**form.cleaned_data, **who)),
        "notice": (BreachNoticeForm(typed), lambda form: record_breach_notice(**form.cleaned_data, **who)),
        "close": (NoQuestion(typed), lambda _form: close_incident(**who)),
    }


def _list(request: StaffRequest, rows: Any, made: type[ReportedTable], template: str) -> HttpResponse:
    """Show a page of incidents."""
    found = slice_of(rows, by="-discovered_on", after=request.GET.get("after", ""))
    note_read(by=request.user, at=timezone.now(), what="incidents", detail={"rows": len(found.rows)})
    table = made(found.rows)
    table.next_url = f"?after={found.next_key}" if found.next_key else ""
    return render(request, template, {"table": table})


def _seen(request: StaffRequest, key: int) -> Incident:
    """Return an incident that this person may see, or nothing at all."""
    return get_object_or_404(incidents_seen_by(request.user).select_related("program", "recorded_by"), pk=key)


def _show(request: StaffRequest, row: Incident, **typed: Any) -> HttpResponse:
    """Show an incident, with what was typed when it was refused."""
    note_read(by=request.user, at=timezone.now(), what="incident", subject=f"patients.incident:{row.pk}")
    listed = people_of(row)
    kept = kept_from_letters(request.user, listed)
    begun = {
        "assess": AssessmentForm(),
        "person": PersonReachedForm(user=request.user, right=Can.OVERSEE_PRIVACY),
        "numbers": NumbersForm(initial={"others_by_state": ", ".join(f"{name} {n}" for name, n in row.others_by_state.items())}),
        "letter": LetterForm(incident=row),
        "notice": BreachNoticeForm(initial={"sent_on": timezone.localdate()}),
        "close": NoQuestion(),
    }
    is_breach = row.state == IncidentState.BREACH
    context = {
        "incident": row,
        "stands": how_it_stands(row),
        "listed": [reached for reached in listed if reached.patient_id not in kept],
        "reached": row.reached(listed),
        "clocks": running_clocks_about(f"patients.incident:{row.pk}"),
        "assessments": row.assessments.select_related("recorded_by"),
        "notices": row.notices.select_related("recorded_by"),
        "still": [(Audience(one.audience).label, one) for one in still_to_be_told(row, listed)] if is_breach else [],
        "is_breach": is_breach,
        "is_open": row.state != IncidentState.CLOSED,
        "forms": {**begun, **typed},
        "opens": dict.fromkeys(typed, True),
    }
    return render(request, "patients/incidents/incident.html", context, status=422 if typed else 200)
