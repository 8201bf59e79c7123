"""Be a house with careless doors, for the tests that show that each of them is noticed."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import include, path

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.pages import page
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient


def unguarded(request: HttpRequest) -> HttpResponse:
    """Ask for no right."""
    return HttpResponse("Come in.")


def without_a_lock(request: HttpRequest) -> HttpResponse:
    """Name a right and ask nobody for it."""
    return HttpResponse("Come in.")


without_a_lock.page_rights = (Can.SEE_PATIENTS,)


@page(Can.SEE_PATIENTS)
def careful(request: Any, patient: uuid.UUID) -> HttpResponse:
    """Look among those whom one may see."""
    return HttpResponse(str(get_object_or_404(patients_seen_by(request.user), public_id=patient)))


@page(Can.SEE_PATIENTS)
def careless(request: Any, patient: uuid.UUID) -> HttpResponse:
    """Look among all."""
    return HttpResponse(str(get_object_or_404(Patient, public_id=patient).family_name))


@page(Can.SEE_PATIENTS)
def telling(request: Any, patient: uuid.UUID) -> HttpResponse:
    """Answer "you may not" where "there is nobody" would be the same."""
    found = get_object_or_404(Patient, public_id=patient)
    return HttpResponse(status=200 if patients_seen_by(request.user).filter(pk=found.pk).exists() else 403)


@page(Can.SEE_PATIENTS)
def careful_list(request: Any) -> HttpResponse:
    """Show those whom one may see."""
    return HttpResponse(" ".join(patients_seen_by(request.user).values_list("family_name", flat=True)))


@page(Can.SEE_PATIENTS)
def careless_list(request: Any) -> HttpResponse:
    """Show all."""
    return HttpResponse(" ".join(Patient.objects.values_list("family_name", flat=True)))


@login_required
def silent(request: Any, patient: uuid.UUID) -> HttpResponse:
    """Look among those whom one may see, and tell nobody."""
    return HttpResponse(str(get_object_or_404(patients_seen_by(request.user), public_id=patient)))


@login_required
def silent_list(request: Any) -> HttpResponse:
    """Show those whom one may see, and tell nobody."""
    return HttpResponse(", ".join(str(person) for person in patients_seen_by(request.user)))


@page(Can.SEE_PATIENTS)
def data(request: Any) -> HttpResponse:
    """Answer with a file that nobody knows of."""
    return HttpResponse("a,b", content_type="text/csv")


for _without_a_row in (silent, silent_list):
    _without_a_row.page_rights = (Can.SEE_PATIENTS,)  # type: ignore[attr-defined]

careless_doors = [
    path("unguarded", unguarded, name="unguarded"),
    path("without-a-lock", without_a_lock, name="without_a_lock"),
    path("<uuid:patient>/careful", careful, name="careful"),
    path("<uuid:patient>/careless", careless, name="careless"),
    path("<uuid:patient>/telling", telling, name="telling"),
    path("<uuid:patient>/silent", silent, name="silent"),
    path("silent", silent_list, name="silent_list"),
    path("data", data, name="data"),
    path("careful", careful_list, name="careful_list"),
    path("careless", careless_list, name="careless_list"),
]
urlpatterns = [path("try/", include((careless_doors, "try"))), path("", include("casemgr.urls"))]
