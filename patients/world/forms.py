"""Ask for a fact of somebody's own world: the columns of its table."""

from functools import cache
from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db.models import DateField, Field, TextField
from django.utils.translation import gettext_lazy as _

from casemgr.core.language.fields import WordsField
from casemgr.core.ui.verb_forms import DAY
from patients.world.models import Barrier, CloseOne, FamilyHistory, LifeEvent, SafeStart, UseFor, WorldFact

ABOUT_OTHERS = (CloseOne, FamilyHistory, LifeEvent, SafeStart)
"""Kinds whose words are ours; in the others they are the person's own, and nobody suggests better ones."""


def fields_of(of: type[WorldFact]) -> tuple[str, ...]:
    """Return the names of the columns that a form asks for; the end of a barrier has a verb of its own."""
    kept = {field.name for field in WorldFact._meta.fields} | {"id"} | ({"resolved_on"} if of is Barrier else set())
    return tuple(field.name for field in of._meta.concrete_fields if field.name not in kept and field.editable)


@cache
def form_for(of: type[WorldFact]) -> type[forms.Form]:
    """Return the form that asks for a kind of fact."""
    return type(f"{of.__name__}Form", (forms.Form,), {name: _field_of(of._meta.get_field(name)) for name in fields_of(of)})


def initial_of(fact: WorldFact) -> dict[str, Any]:
    """Return what a form about this fact starts with."""
    return {name: getattr(fact, name) for name in fields_of(type(fact))}


class ErrorForm(forms.Form):
    """Ask why a fact was an error."""

    why = forms.CharField(label=_("Why it was an error"), max_length=200, help_text=_("It stays in the history, and counts no longer."))


class ResolveForm(forms.Form):
    """Ask since when a barrier is out of the way."""

    resolved_on = forms.DateField(label=_("Out of the way since"), widget=DAY)


def _field_of(column: Any) -> forms.Field | None:
    """Return the form field of a column, with the browser's own calendar and boxes to tick where several may hold."""
    if isinstance(column, ArrayField):
        boxes = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(label=column.verbose_name, choices=UseFor.choices, required=False, widget=boxes)
    options: dict[str, Any] = {}
    if column.model in ABOUT_OTHERS and column.name == "words":
        options["form_class"] = WordsField
    if isinstance(column, DateField):
        options["widget"] = DAY
    elif isinstance(column, TextField) and not column.choices:
        options["widget"] = forms.Textarea(attrs={"rows": 3})
    field: Field[Any, Any] = column
    return field.formfield(**options)
