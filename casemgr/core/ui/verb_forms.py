"""Ask a person for what a verb needs, with fields taken from the table that the verb writes."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import DateField, DateTimeField, Field, Model, QuerySet, TextField, TimeField
from django.forms.models import fields_for_model

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can

Rows = QuerySet[Any]
DAY = forms.DateInput(attrs={"type": "date", "class": "field--short"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "field--short"}, format="%Y-%m-%dT%H:%M")
TIME = forms.TimeInput(attrs={"type": "time", "class": "field--short"}, format="%H:%M")


if TYPE_CHECKING:
    ChoiceOfRows = forms.ModelChoiceField[Any]
else:
    ChoiceOfRows = forms.ModelChoiceField


class OffersRows:
    """Mark a field whose choices depend on who asks."""

    def offer_to(self, user: User, right: Can) -> None:
        """Offer what this person may see, where they hold the right of the verb."""
        raise NotImplementedError

    def named(self, initial: Any) -> str:
        """Return what the row is called that the address already chose, or nothing when the person must choose."""
        return ""


class SeenChoiceField(OffersRows, ChoiceOfRows):
    """Offer the rows that the person may see, and no others."""

    def __init__(self, seen_by: Callable[[User], Rows], **options: Any) -> None:
        """Remember how to find the rows; who asks is known later."""
        self.seen_by = seen_by
        super().__init__(queryset=None, **options)

    def offer_to(self, user: User, right: Can) -> None:
        """Offer what this person may see."""
        self.queryset = self.seen_by(user)


class ReachedChoiceField(OffersRows, ChoiceOfRows):
    """Offer the rows to which the right of the verb reaches: to work somewhere is not to hold every right there."""

    def __init__(self, reached_by: Callable[[User, Can], Rows], **options: Any) -> None:
        """Remember how to find the rows; who asks, and for what, is known later."""
        self.reached_by = reached_by
        super().__init__(queryset=None, **options)

    def offer_to(self, user: User, right: Can) -> None:
        """Offer what the right reaches."""
        self.queryset = self.reached_by(user, right)


class VerbForm(forms.Form):
    """Take what a verb needs; the names of the fields are those of its arguments."""

    def __init__(self, *args: Any, user: User, right: Can, **options: Any) -> None:
        """Offer each field the rows that this person may see, as far as the right of the verb reaches."""
        super().__init__(*args, **options)
        self.user = user
        self.about = ""
        for name, field in self.fields.items():
            if not isinstance(field, OffersRows):
                continue
            field.offer_to(user, right)
            if found := field.named(self.initial.get(name)):
                self.about, field.widget = found, forms.HiddenInput()

    def facts(self) -> dict[str, Any]:
        """Return the arguments for the verb."""
        return dict(self.cleaned_data)


def form_of(model: type[Model], *names: str, first: dict[str, forms.Field] | None = None, optional: Iterable[str] = ()) -> type[VerbForm]:
    """Return a form with these fields of a table, after those given in `first`."""
    fields = fields_for_model(model, fields=names, formfield_callback=_field_for)
    for name in optional:
        fields[name].required = False
    return type(f"{model.__name__}VerbForm", (VerbForm,), {**(first or {}), **fields})


def form_with(**fields: forms.Field) -> type[VerbForm]:
    """Return a form with just these fields."""
    return type("VerbFormWith", (VerbForm,), dict(fields))


def day_field(label: Any, **options: Any) -> forms.DateField:
    """Return a field that asks for a day."""
    return forms.DateField(label=label, widget=DAY, **options)


def words_field(label: Any, **options: Any) -> forms.CharField:
    """Return a field that asks for a few sentences."""
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3}), **options)


def _field_for(column: "Field[Any, Any]", **options: Any) -> forms.Field | None:
    """Return the form field of a column, with the browser's own calendar and clock."""
    if isinstance(column, DateTimeField):
        options["widget"] = MOMENT
    elif isinstance(column, DateField):
        options["widget"] = DAY
    elif isinstance(column, TimeField):
        options["widget"] = TIME
    elif isinstance(column, TextField):
        options["widget"] = forms.Textarea(attrs={"rows": 3})
    return column.formfield(**options)
