"""Show a person's coping cards, let them grow, and print them for the person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.paper.answers import as_pdf
from casemgr.core.paper.typesetting import typeset
from casemgr.core.refusals import Refused
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from patients.safety.queries import program_of
from treatment_plans.sessions.coping.actions import add_coping_card, change_coping_card, take_off_coping_card
from treatment_plans.sessions.coping.forms import CardForm
from treatment_plans.sessions.coping.models import CopingCard
from treatment_plans.sessions.coping.queries import cards_of, cards_on_paper, cards_seen_by


@page(Can.SEE_CHART)
def coping_cards(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show the cards that somebody carries, each with the session that it comes from."""
    return _show(request, _person(request, Can.SEE_CHART, patient), CardForm())


@require_POST
@page(Can.WRITE_SESSION)
def add_card(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Write a card, or let the one for this trigger grow."""
    person = _person(request, Can.WRITE_SESSION, patient)
    form = CardForm(request.POST)
    facts: dict[str, Any] = {"patient": person, "program": program_of(person, request.user, Can.WRITE_SESSION, request.program)}
    facts |= {"by": request.user, "at": timezone.now()}
    if form.is_valid() and attempt(form, lambda: add_coping_card(**facts, **form.cleaned_data)) is not None:
        messages.success(request, _("The card is written. Print the person's copy when they want one."))
        return redirect("treatment_plans:coping_cards", person.public_id)
    return _show(request, person, form)


@page(Can.WRITE_SESSION)
def change_card(request: StaffRequest, coping_card: int) -> HttpResponse:
    """Write a card anew."""
    card = _card(request, coping_card)
    form = CardForm(request.POST or None, initial={"trigger": card.trigger, "helps": card.helps})
    facts: dict[str, Any] = {"card": card, "by": request.user, "at": timezone.now()}
    if form.is_valid() and attempt(form, lambda: change_coping_card(**facts, **form.cleaned_data)) is not None:
        messages.success(request, _("The card is written."))
        return redirect("treatment_plans:coping_cards", card.patient.public_id)
    note_read(by=request.user, at=timezone.now(), what="coping_cards", patient_id=card.patient_id)
    context = {"patient": card.patient, "card": card, "form": form}
    return render(request, "treatment_plans/sessions/coping/card.html", context, status=422 if form.errors else 200)


@require_POST
@page(Can.WRITE_SESSION)
def take_off_card(request: StaffRequest, coping_card: int) -> HttpResponse:
    """Take a card off that the person needs no longer."""
    card = _card(request, coping_card)
    try:
        take_off_coping_card(card=card, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The card is taken off. It stays in the record."))
    return redirect("treatment_plans:coping_cards", card.patient.public_id)


@page(Can.SEE_CHART)
def print_cards(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Print the person's own cards, in English or Spanish; what is on them, the person said."""
    person = _person(request, Can.SEE_CHART, patient)
    now, language = timezone.now(), request.GET.get("language") or person.language
    program = program_of(person, request.user, Can.SEE_CHART, request.program)
    note_read(by=request.user, at=now, what="coping_cards_on_paper", patient_id=person.pk)
    body = typeset("document", cards_on_paper(person, program, at=now, language=language), language=language)
    return as_pdf(body, what="cards", on=timezone.localdate(now))


def _person(request: StaffRequest, can: Can, public_id: UUID) -> Patient:
    """Return somebody whose chart the reader may see."""
    return get_object_or_404(patients_seen_by(request.user, can=can), public_id=public_id)


def _card(request: StaffRequest, key: int) -> CopingCard:
    """Return a card that the reader may change."""
    return get_object_or_404(cards_seen_by(request.user, can=Can.WRITE_SESSION).filter(taken_off_at__isnull=True), pk=key)


def _show(request: StaffRequest, person: Patient, form: CardForm) -> HttpResponse:
    """Draw the page of cards."""
    note_read(by=request.user, at=timezone.now(), what="coping_cards", patient_id=person.pk)
    programs = {membership.program_id for membership in request.user.reach(Can.SEE_CHART)}
    context = {
        "patient": person,
        "cards": list(cards_of(person, programs)),
        "form": form,
        "writes": request.user.may(Can.WRITE_SESSION),
    }
    return render(request, "treatment_plans/sessions/coping/cards.html", context, status=422 if form.errors else 200)
