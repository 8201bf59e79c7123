"""Ask for a fact of health: the columns of its table, those needed now first, the rest folded."""

from datetime import date
from typing import Any, ClassVar, NamedTuple

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, DateField, Field, TextField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.ui.verb_forms import DAY
from patients.health.models import HealthFact
from patients.record.models import Patient

FOLD = "bootstrap5/layout/fold.html"
MORE: Promise = _("More")


class Starting(NamedTuple):
    """Hold about whom a new form asks, who fills it in, and on which day."""

    patient: Patient
    user: User
    today: date


class FactForm(forms.Form):
    """Ask for the columns named in `asked`, and fold away those named in `folded`."""

    model: ClassVar[type[HealthFact]]
    asked: ClassVar[tuple[str, ...]]
    folded: ClassVar[tuple[str, ...]] = ()
    fold: ClassVar[Promise] = MORE
    today: ClassVar[tuple[str, ...]] = ()
    """Days that are most often the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the fields from the table."""
        super().__init__(*args, **kwargs)
        for name in (*self.asked, *self.folded):
            if name not in self.fields:
                self.fields[name] = _field_of(self.model, name)
        self.order_fields((*self.asked, *self.folded))

    @property
    def helper(self) -> FormHelper:
        """Return the layout."""
        helper = FormHelper(self)
        folded = [Fieldset(str(self.fold), *self.folded, template=FOLD)] if self.folded else []
        helper.layout = Layout(*self.asked, *folded)
        return helper

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        return dict(self.cleaned_data)

    @classmethod
    def starting(cls, now: Starting) -> dict[str, Any]:
        """Return what a new form starts with."""
        return dict.fromkeys(cls.today, now.today)

    @classmethod
    def of(cls, fact: HealthFact) -> dict[str, Any]:
        """Return what a form about this fact starts with; what is asked and not kept, as the answers behind a score, starts empty."""
        kept = {column.name for column in fact._meta.concrete_fields}
        return {name: getattr(fact, name) for name in (*cls.asked, *cls.folded) if name in kept}


class ErrorForm(forms.Form):
    """Ask why a fact was an error."""

    why = forms.CharField(label=_("Why it was an error"), max_length=200, help_text=_("It stays to be read, and counts no longer."))


def _field_of(model: type[HealthFact], name: str) -> forms.Field:
    """Return the form field of a column, with the browser's own calendar and boxes to tick where several may hold."""
    column: Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
    if isinstance(column, ArrayField):
        return forms.MultipleChoiceField(
            label=_capital(column.verbose_name),
            choices=column.base_field.choices or (),
            required=not column.blank,
            widget=forms.CheckboxSelectMultiple,
        )
    options: dict[str, Any] = {"label": _capital(column.verbose_name)}
    if isinstance(column, DateField):
        options["widget"] = DAY
    elif isinstance(column, TextField):
        options["widget"] = forms.Textarea(attrs={"rows": 2})
    elif isinstance(column, BooleanField):
        options["required"] = False
    field = column.formfield(**options)
    if field is None:
        raise TypeError(f"{name} cannot be asked for.")
    return field


def _capital(words: Any) -> str:
    """Return words with a capital letter."""
    text = str(words)
    return text[:1].upper() + text[1:]
