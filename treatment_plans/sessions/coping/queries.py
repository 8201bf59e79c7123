"""Read coping cards, and lay them out for the person."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from django.utils.formats import date_format

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.paper.typesetting import language_on_paper, page_frame
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.sessions.coping.models import CopingCard

Programs = Collection[int]
WORDS = {
    "en": {
        "title": "My cards for hard moments",
        "for": "For",
        "made": "Printed {day}",
        "helps": "What helps me",
        "nothing": "Still to be found, together.",
        "none": "There is no card yet.",
        "lifeline": "Thoughts of dying, or no way out? Call or text 988. In danger right now: 911.",
        "keep": "These are your own words. Keep them where you find them, and change them whenever you like.",
    },
    "es": {
        "title": "Mis tarjetas para momentos difíciles",
        "for": "Para",
        "made": "Impreso el {day}",
        "helps": "Lo que me ayuda",
        "nothing": "Está por encontrarse, en conjunto.",
        "none": "Todavía no hay tarjetas.",
        "lifeline": "¿Pensamientos de morir, o sin salida? Llame o escriba al 988. En peligro ahora mismo: 911.",
        "keep": "Son sus propias palabras. Guárdelas donde las encuentre y cámbielas cuando quiera.",
    },
}
"""What the paper itself says; the cards stand on it as the person said them."""


def cards_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[CopingCard]:
    """Return the cards of those patients whose chart this user may see, in the programs where that right is held."""
    programs = {membership.program_id for membership in user.reach(can)}
    return CopingCard.objects.filter(program__in=programs, patient__in=patients_seen_by(user, can=can)).select_related("patient", "program")


def cards_of(patient: Patient, programs: Programs) -> QuerySet[CopingCard]:
    """Return the cards that somebody carries, in the order in which they came."""
    carried = CopingCard.objects.filter(patient=patient, program__in=programs, taken_off_at__isnull=True)
    return carried.select_related("learned_in__site", "program", "recorded_by").order_by("pk")


def cards_on_paper(patient: Patient, program: Program, *, at: datetime, language: str) -> dict[str, Any]:
    """Return the cards of a person as the pages that they take along; the head says nothing of what kind of program it is."""
    spoken = language_on_paper(language)
    words = WORDS[spoken]
    with translation.override(spoken):
        made = words["made"].format(day=date_format(at.astimezone(program.zone).date(), "DATE_FORMAT"))
        frame = page_frame(title=words["title"], program=program.neutral_name, made=made, foot=[words["lifeline"]])
    blocks: list[dict[str, Any]] = [{"kind": "facts", "rows": [[words["for"], patient.display_name]]}]
    for card in cards_of(patient, [program.pk]):
        helps = [line.strip() for line in card.helps.splitlines() if line.strip()]
        blocks += [{"kind": "heading", "text": card.trigger}, {"kind": "text", "text": words["helps"]}]
        blocks.append({"kind": "list", "items": helps or [words["nothing"]]})
    none = [] if len(blocks) > 1 else [{"kind": "text", "text": words["none"]}]
    return {"paper": frame, "blocks": [*blocks, *none, {"kind": "text", "text": words["keep"]}]}


def cards_to_grow(patient_ids: list[int], program_id: int) -> list[CopingCard]:
    """Return the cards of these people that they carry, held until the transaction ends."""
    carried = CopingCard.objects.select_for_update(no_key=True).filter(
        patient__in=patient_ids, program=program_id, taken_off_at__isnull=True
    )
    return list(carried.order_by("pk"))
