"""Draw forms the one way: help before the field, errors at the field and summed up on top."""

from dataclasses import dataclass
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.utils import render_crispy_form
from django.template import Context
from django.utils.safestring import SafeString


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
        links += [ErrorLink(f"{field.label}: {text}" if field.label else str(text), shown) for text in field.errors]
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
