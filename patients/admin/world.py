"""Open the tables of the person's own world in the record room.

A fact is written and revised on the page "Own world", where the others stand beside it; here an error can be marked.
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
from casemgr.core.ui.verb_forms import day_field, form_with
from patients.admin.base import PatientTable
from patients.world.actions import mark_world_fact_as_error, resolve_barrier
from patients.world.models import (
    Barrier,
    CloseOne,
    FamilyHistory,
    LifeEvent,
    OwnGoal,
    SafeStart,
    Strength,
    Stressor,
    UseFunction,
    VeteranStatus,
    Wishes,
    WorldFact,
)

MARK = AdminVerb(
    mark_world_fact_as_error,
    _("Mark as an error"),
    form_with(why=forms.CharField(label=_("Why it was an error"), max_length=200)),
    "fact",
    lambda row: bool(row.stands),
)
RESOLVE = AdminVerb(
    resolve_barrier,
    _("Out of the way"),
    form_with(resolved_on=day_field(_("Since"))),
    "barrier",
    lambda row: bool(row.stands and row.lasts),
)


class WorldTable(PatientTable):
    """Be the base of the tables of the person's own world."""

    view_rights = (Can.SEE_CHART,)
    program_path = "program"
    verbs = (MARK,)
    columns: ClassVar[tuple[str, ...]]

    def links_for(self, request: HttpRequest, row: Any) -> list[tuple[str, str]]:
        """Lead to the page where such facts are written."""
        return [(reverse("patients:world", args=[row.patient.public_id]), gettext("Open the page")), *super().links_for(request, row)]


def _table(model: type[WorldFact], *columns: str, words: tuple[str, ...] = (), filters: tuple[str, ...] = ()) -> type[RecordAdmin]:
    """Return the table of a kind of fact: these columns in the list, and every column of the row on its page."""
    shown = [field.name for field in model._meta.concrete_fields if field.name != "id"]
    facts = {
        "list_display": ("person", *columns, "in_error_why", "chart"),
        "list_filter": filters,
        "words": words,
        "shown": tuple(sorted(shown, key=lambda name: name not in ("patient", "program"))),
        "verbs": (RESOLVE, MARK) if model is Barrier else (MARK,),
        "__doc__": f"Show {model._meta.model_name} rows.",
        "__module__": __name__,
    }
    return type(f"{model.__name__}Admin", (WorldTable,), facts)


WORLD: dict[type[Model], type[RecordAdmin]] = {
    Strength: _table(Strength, "words", words=("words",)),
    OwnGoal: _table(OwnGoal, "words", "state", words=("words",), filters=("state",)),
    Wishes: _table(Wishes, "own_words", "condition_words", "stop_signal"),
    SafeStart: _table(SafeStart, "safety", "trust", "peers", "collaboration", "choice", "culture"),
    UseFunction: _table(UseFunction, "words", "substance", words=("words",)),
    Stressor: _table(Stressor, "category", "severity", "since", "until", filters=("category",)),
    FamilyHistory: _table(FamilyHistory, "relative", "condition", filters=("condition",)),
    CloseOne: _table(CloseOne, "name", "relation", "may_talk", "is_safety_concern", words=("name",), filters=("may_talk",)),
    VeteranStatus: _table(VeteranStatus, "served", "branch", "is_va_enrolled", filters=("served",)),
    LifeEvent: _table(LifeEvent, "kind", "began_on", "ended_on", filters=("kind",)),
    Barrier: _table(Barrier, "kind", "since", "resolved_on", filters=("kind",)),
}
