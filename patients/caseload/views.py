"""Show who is in somebody's care; take people into care; say who cares for whom."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.refusals import Refused
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import NOTHING, moment, person
from patients.caseload.actions import assign_care_team_member, end_care_team_member, take_into_care
from patients.caseload.forms import AssignForm, TakeIntoCareForm
from patients.caseload.queries import (
    care_team_history_for,
    care_team_of,
    colleagues_in,
    in_care_seen_by,
    never_admitted_seen_by,
    patients_seen_by,
    sites_open_to,
    with_care,
)
from patients.episodes.queries import last_discharge_of
from patients.record.models import Patient

SHOWN: dict[str, tuple[Any, Callable[[User], QuerySet[Patient]]]] = {
    "in_care": (gettext_lazy("In care"), in_care_seen_by),
    "registered": (gettext_lazy("Registered, not admitted"), never_admitted_seen_by),
    "all": (gettext_lazy("Everybody"), patients_seen_by),
}
"""The views of the caseload: its word in the address, its name, and who is in it."""


class CaseloadTable(tables.Table):
    """List people: who, where, since when, and who is in charge."""

    person = tables.Column(verbose_name=gettext_lazy("Person"), empty_values=())
    site = tables.Column(verbose_name=gettext_lazy("Site"), empty_values=())
    since = tables.Column(verbose_name=gettext_lazy("In care since"), empty_values=())
    in_charge = tables.Column(verbose_name=gettext_lazy("In charge"), empty_values=())

    empty_help = gettext_lazy("People appear here when you are on their care team, or when they are in care at your site.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("Nobody here")

    def render_person(self, record: Patient) -> SafeString:
        """Name the person, with the way to the chart."""
        chart = reverse("desk:chart", args=[record.public_id])
        return person(record.display_name, legal=record.legal_name, pronouns=record.pronouns, url=chart)

    def render_site(self, record: Any) -> Any:
        """Name the site of the open stay."""
        return ", ".join(stay.site.name for stay in record.open_stays) or NOTHING

    def render_since(self, record: Any) -> Any:
        """Say since when the person is in care."""
        return moment(record.open_stays[0].admitted_on, "day") if record.open_stays else NOTHING

    def render_in_charge(self, record: Any) -> Any:
        """Name who is in charge."""
        return ", ".join(member.user.full_name for member in record.in_charge) or NOTHING


@page(Can.SEE_PATIENTS)
def caseload(request: StaffRequest) -> HttpResponse:
    """Show the people in this user's care, or at their site."""
    shown = request.GET.get("show", "in_care")
    shown = shown if shown in SHOWN else "in_care"
    part = slice_of(with_care(SHOWN[shown][1](request.user)), by="family_name", after=request.GET.get("after", ""))
    note_read(by=request.user, at=timezone.now(), what="caseload", detail={"show": shown}, people=[row.pk for row in part.rows])
    table = CaseloadTable(part.rows)
    if part.next_key:
        table.next_url = f"?show={shown}&after={part.next_key}"
    names = {key: name for key, (name, _people) in SHOWN.items()}
    context = {"table": table, "shown": shown, "views": names, "registers": request.user.may(Can.REGISTER_PATIENT)}
    return render(request, "patients/caseload/caseload.html", context)


@page(Can.ADMIT_PATIENT)
def admit(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Take a person into care and put somebody in charge."""
    row = _patient(request, Can.ADMIT_PATIENT, patient)
    assigns = request.user.may(Can.ASSIGN_CARE_TEAM, program_id=request.program.pk)
    colleagues = colleagues_in(request.program) if assigns else colleagues_in(request.program).none()
    sites = sites_open_to(request.user, can=Can.ADMIT_PATIENT).filter(program=request.program)
    today = timezone.now().astimezone(request.program.zone).date()
    me = colleagues.filter(user=request.user).values_list("pk", flat=True).first() if request.method == "GET" else None
    form = TakeIntoCareForm(request.POST or None, sites=sites, today=today, colleagues=colleagues, initial={"in_charge": me})
    if form.is_valid():
        stay = attempt(form, lambda: take_into_care(patient=row, **form.cleaned_data, by=request.user, at=timezone.now()))
        if stay is not None:
            messages.success(request, _("%(name)s was admitted.") % {"name": row.display_name})
            return _on_to(request, row, "patients:admission_facts", stay.pk)
    last = last_discharge_of(row, {membership.program_id for membership in request.user.reach(Can.ADMIT_PATIENT)})
    return render(request, "patients/caseload/admit.html", {"patient": row, "form": form, "last": last}, status=422 if form.errors else 200)


@page(Can.SEE_PATIENTS)
def team(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show who cares for a person."""
    row = _patient(request, Can.SEE_PATIENTS, patient)
    note_read(by=request.user, at=timezone.now(), what="care_team", patient_id=row.pk)
    context = {
        "patient": row,
        "members": care_team_of(row),
        "former": care_team_history_for(row).filter(until__isnull=False),
        "assigns": request.user.may(Can.ASSIGN_CARE_TEAM),
    }
    return render(request, "patients/caseload/team.html", context)


@page(Can.ASSIGN_CARE_TEAM)
def assign(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Put somebody on a care team."""
    row = _patient(request, Can.ASSIGN_CARE_TEAM, patient)
    today = timezone.now().astimezone(request.program.zone).date()
    form = AssignForm(request.POST or None, colleagues=colleagues_in(request.program), today=today)
    if (
        form.is_valid()
        and attempt(
            form, lambda: assign_care_team_member(patient=row, program=request.program, **form.place, by=request.user, at=timezone.now())
        )
        is not None
    ):
        messages.success(request, _("The care team was changed."))
        return redirect("patients:team", row.public_id)
    return _form_page(request, "patients/caseload/assign.html", row, form)


@page(Can.ASSIGN_CARE_TEAM)
def end_member(request: StaffRequest, patient: UUID, member: int) -> HttpResponse:
    """Take somebody off a care team, after a second look."""
    row = _patient(request, Can.ASSIGN_CARE_TEAM, patient)
    place = get_object_or_404(care_team_of(row), pk=member)
    if request.method == "POST":
        now = timezone.now()
        try:
            end_care_team_member(member=place, until=now.astimezone(place.program.zone).date(), by=request.user, at=now)
            messages.success(request, _("The care team was changed."))
        except Refused as refused:
            messages.error(request, str(refused))
        return _on_to(request, row, "patients:team")
    return render(request, "patients/caseload/end_member.html", {"patient": row, "member": place})


def _patient(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return a patient within reach of this right; every other one is not found."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _on_to(request: StaffRequest, patient: Patient, name: str, *more: int) -> HttpResponse:
    """Lead on to a page of this patient, or to the caseload when the change closed the chart to this user."""
    seen = patients_seen_by(request.user).filter(pk=patient.pk).exists()
    return redirect(name, patient.public_id, *more) if seen else redirect("patients:caseload")


def _form_page(request: StaffRequest, template: str, patient: Patient, form: Any) -> HttpResponse:
    return render(request, template, {"patient": patient, "form": form}, status=422 if form.errors else 200)
