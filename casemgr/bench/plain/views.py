"""Answer from plain models: a partner's system with JSON, whoever is signed in with a page."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from casemgr.bench.plain.chart import chart_panels
from casemgr.bench.plain.pages import page, user_of
from casemgr.bench.plain.today import case_manager_panels, nurse_panels
from patients.record.models import Patient
from patients.record.queries import search_patients
from referrals.referral.models import Referral

PAGE = 20
FIELDS = ("given_name", "family_name", "chosen_name", "pronouns", "sex", "birth_date", "language", "interpreter_needed")
"""What is told of a person; everything else is left in the database, so that the comparison reads no more than the product."""


class AnswerForm(forms.Form):
    """Take the answer to a referral."""

    state = forms.ChoiceField(choices=[("accepted", "accepted"), ("declined", "declined")])
    answer = forms.CharField(max_length=2000, required=False)


def patients(request: HttpRequest, partner: int) -> HttpResponse:
    """List or search the people who gave a partner their consent, 20 at a time."""
    mine = Patient.objects.filter(consents__recipients=partner, consents__state="active")
    search = request.GET.get("search")
    if search:
        found = search_patients(Patient.objects.filter(pk__in=mine.values("pk")), search, limit=PAGE)
    else:
        after = request.GET.get("after")
        following = mine.filter(pk__gt=Patient.objects.values("pk").get(public_id=after)["pk"]) if after else mine
        found = list(following.only("public_id", *FIELDS).order_by("pk")[:PAGE])
    return JsonResponse({"data": [shown(patient) for patient in found]})


def patient(request: HttpRequest, partner: int, patient: UUID) -> HttpResponse:
    """Tell who a person is."""
    return JsonResponse({"data": shown(get_object_or_404(Patient.objects.only("public_id", *FIELDS), public_id=patient))})


@csrf_exempt
def answer(request: HttpRequest, partner: int, number: int) -> HttpResponse:
    """Take the answer to a referral."""
    form = AnswerForm(json.loads(request.body))
    if not form.is_valid():
        return JsonResponse(form.errors, status=422)
    with transaction.atomic():
        waiting = Referral.objects.select_for_update(of=("self",)).select_related("patient")
        referral = get_object_or_404(waiting, pk=number, organization=partner, state="sent")
        referral.state, referral.answer, referral.answered_at = form.cleaned_data["state"], form.cleaned_data["answer"], timezone.now()
        referral.save()
    told = ("id", "service", "message", "state", "sent_at", "answered_at", "answer")
    return JsonResponse({"data": {name: getattr(referral, name) for name in told} | {"patient": shown(referral.patient)}})


@login_required
def case_manager_today(request: HttpRequest) -> HttpResponse:
    """Show a case manager what waits."""
    return page(request, "Today", case_manager_panels(user_of(request), timezone.localtime(timezone.now())))


@login_required
def nurse_today(request: HttpRequest) -> HttpResponse:
    """Show a nurse what waits."""
    return page(request, "Today", nurse_panels(user_of(request), timezone.localtime(timezone.now())))


@login_required
def chart(request: HttpRequest, patient: UUID) -> HttpResponse:
    """Show everything on record of one person."""
    person = get_object_or_404(Patient.objects.select_related("registered_site"), public_id=patient)
    return page(request, str(person), chart_panels(person, timezone.localtime(timezone.now())))


def shown(patient: Patient) -> dict[str, Any]:
    """Return what is told of a person."""
    return {"id": str(patient.public_id), **{name: getattr(patient, name) for name in FIELDS}}
