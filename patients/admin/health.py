"""Open the tables of health in the record room.

A fact is written and revised on the person's health page, where its history stands beside it; here an error can be marked.
"""

from typing import Any, ClassVar

from django import forms
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from casemgr.core.ui.verb_forms import form_with
from patients.admin.base import PatientTable
from patients.health.actions import mark_health_fact_as_error
from patients.health.allergies.models import Allergy, AllergyQuestion
from patients.health.education.models import Education
from patients.health.heart.models import Electrocardiogram
from patients.health.infections.models import InfectionTest, Vaccination
from patients.health.medications.models import InteractionReview, OtherMedication, Reconciliation
from patients.health.models import HealthFact
from patients.health.naloxone.models import NaloxoneKit
from patients.health.overdoses.models import Overdose
from patients.health.pain.models import PainProblem, PainScore, PainStep
from patients.health.pregnancy.models import Pregnancy

MARK = AdminVerb(
    mark_health_fact_as_error,
    _("Mark as an error"),
    form_with(why=forms.CharField(label=_("Why it was an error"), max_length=200)),
    "fact",
    lambda row: bool(row.stands),
)


class HealthTable(PatientTable):
    """Be the base of the tables of health."""

    view_rights = (Can.SEE_CHART,)
    verbs = (MARK,)
    columns: ClassVar[tuple[str, ...]]

    def links_for(self, request: HttpRequest, row: Any) -> list[tuple[str, str]]:
        """Lead to the health page, where facts are written."""
        return [(reverse("desk:health", args=[row.patient.public_id]), gettext("Open the health page")), *super().links_for(request, row)]


def _table(model: type[HealthFact], *columns: str, words: tuple[str, ...] = (), filters: tuple[str, ...] = ()) -> type[RecordAdmin]:
    """Return the table of a kind of fact: these columns in the list, and every column of the row on its page."""
    shown = [field.name for field in model._meta.concrete_fields if field.name != "id"]
    facts = {
        "list_display": ("person", *columns, "in_error_why", "chart"),
        "list_filter": filters,
        "words": words,
        "shown": tuple(sorted(shown, key=lambda name: name not in ("patient", "program"))),
        "__doc__": f"Show {model._meta.model_name} rows.",
        "__module__": __name__,
    }
    return type(f"{model.__name__}Admin", (HealthTable,), facts)


HEALTH: dict[type[Model], type[RecordAdmin]] = {
    Allergy: _table(Allergy, "substance", "category", "criticality", "course", words=("substance",), filters=("category", "course")),
    AllergyQuestion: _table(AllergyQuestion, "answer", "asked_on", filters=("answer",)),
    OtherMedication: _table(OtherMedication, "name", "dose_words", "since", "until", words=("name",), filters=("group",)),
    Reconciliation: _table(Reconciliation, "done_on", "finding", filters=("finding",)),
    InteractionReview: _table(InteractionReview, "rule", "about", "recorded_at", words=("about",), filters=()),
    NaloxoneKit: _table(NaloxoneKit, "product", "given_on", "expires_on", "state", words=("lot",), filters=("state", "origin")),
    Overdose: _table(Overdose, "of", "happened_on", "hospital", "contacted_on", filters=("of", "hospital")),
    Pregnancy: _table(Pregnancy, "status", "noted_on", "due_on", "prenatal_care", filters=("status",)),
    InfectionTest: _table(InfectionTest, "infection", "result", "tested_on", "linkage", filters=("infection", "result")),
    Vaccination: _table(Vaccination, "vaccine", "given_on", "dose_number", filters=("vaccine",)),
    Electrocardiogram: _table(Electrocardiogram, "taken_on", "qtc_ms"),
    PainProblem: _table(PainProblem, "site", "origin", "since", "until", words=("site",), filters=("origin",)),
    PainScore: _table(PainScore, "scored_on", "score"),
    PainStep: _table(PainStep, "relief", "since", "until", "helped", filters=("relief",)),
    Education: _table(Education, "topic", "given_on", "language", "teach_back", filters=("topic", "teach_back")),
}
"""The tables of health in the record room."""
