"""Draw forms the one way: help before the field, errors at the field and summed up on top."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from crispy_forms.helper import FormHelper
from crispy_forms.utils import render_crispy_form
from django import forms
from django.db.models import QuerySet
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.text import capfirst

AnyField = TypeVar("AnyField", bound=forms.Field)


@dataclass(frozen=True)
class ErrorLink:
    """Hold one line of the error summary; without a target it concerns the whole form."""

    text: str
    target: str = ""


def error_links(form: Any) -> list[ErrorLink]:
    """Return the errors of a form in the order of its fields."""
    if not form.is_bound:
        return []
    links = [ErrorLink(str(text)) for text in form.non_field_errors()]
    for field in form:
        target = field.auto_id if not field.use_fieldset else f"{field.auto_id}_0"
        shown = "" if field.is_hidden else target
        links += [ErrorLink(f"{capfirst(field.label)}: {text}" if field.label else str(text), shown) for text in field.errors]
    return links


def fields_html(form: Any, context: Context, *, with_help: bool = True) -> SafeString:
    """Return the fields of a form through its crispy layout, without the form tag."""
    if not with_help:
        for field in form:
            field.help_text = ""
    helper = getattr(form, "helper", None) or FormHelper(form)
    helper.form_tag = False
    helper.disable_csrf = True
    helper.form_show_errors = True
    return SafeString(render_crispy_form(form, helper, {**context.flatten(), "errors_summed_up": True}))


def asked(field: AnyField) -> AnyField:
    """Return a field that nobody may pass over, though the form lets it stand open: the verb says what is missing, with what to do."""
    field.is_asked = True  # type: ignore[attr-defined]  # read where “optional” is written beside a label
    return field


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let a field choose from these rows and no others."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


def offer_choices(form: forms.BaseForm, name: str, choices: Iterable[Any]) -> None:
    """Let a field choose from these words and no others."""
    cast("forms.ChoiceField", form.fields[name]).choices = list(choices)
