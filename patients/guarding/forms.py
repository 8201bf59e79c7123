"""Ask why a chart is opened, who may see it, and what a review found."""

from datetime import datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.ui.forms import offer_rows
from casemgr.core.ui.verb_forms import DAY, MOMENT
from patients.guarding.actions import Identity
from patients.guarding.models import ConflictKind, GlassKind, GlassVerdict, GuardReason, InternalReason, PersonnelAt
from patients.guarding.rules import Ground


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


EMERGENCY = ("medical_personnel", "affiliation", "disclosed_by", "disclosed_at", "nature", "personnel_at")
"""What a medical emergency asks for."""


class GlassForm(forms.Form):
    """Ask for exactly one person and for the ground; the verb says at once what is missing."""

    name = forms.CharField(label=_("Full name"), required=False, max_length=170, help_text=_("As it stands in the record, spelled out."))
    birth_date = forms.DateField(label=_("Date of birth"), required=False, widget=DAY)
    number = forms.CharField(
        label=_("Or a number of theirs"), required=False, max_length=120, help_text=_("Record number or insurance number, without a name.")
    )
    kind = forms.ChoiceField(label=_("Ground"), choices=GlassKind.choices, widget=forms.RadioSelect, required=False)
    medical_personnel = forms.CharField(label=_("Medical personnel who are told"), required=False, max_length=200)
    affiliation = forms.CharField(label=_("Their health care facility"), required=False, max_length=200)
    personnel_at = forms.ChoiceField(label=_("Where they work"), choices=PersonnelAt.choices, widget=forms.RadioSelect, required=False)
    disclosed_by = forms.CharField(label=_("Who tells them"), required=False, max_length=200)
    disclosed_at = forms.DateTimeField(label=_("When they are told"), required=False, widget=MOMENT)
    nature = forms.CharField(label=_("Nature of the emergency"), required=False, widget=_lines(2))
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", "—"), *InternalReason.choices], required=False)
    words = forms.CharField(label=_("In your words"), required=False, widget=_lines(2))

    def __init__(self, *args: Any, user: User, now: datetime, **options: Any) -> None:
        """Begin with who is here and with this moment."""
        super().__init__(*args, **options)
        self.fields["disclosed_by"].initial = user.full_name
        self.fields["disclosed_at"].initial = now

    @property
    def helper(self) -> FormHelper:
        """Return the layout: who, the ground, then what each ground needs."""
        helper = FormHelper(self)
        helper.hide_optional = True
        helper.layout = Layout(
            Fieldset(_("Who"), "name", "birth_date", "number"),
            Fieldset(_("Why"), "kind"),
            Fieldset(_("For a medical emergency (42 CFR 2.51(c))"), *EMERGENCY),
            Fieldset(_("For care of this program"), "reason", "words"),
        )
        return helper

    @property
    def identity(self) -> Identity:
        """Return who is meant."""
        return Identity(**{name: self.cleaned_data[name] for name in ("name", "birth_date", "number")})

    @property
    def ground(self) -> Ground:
        """Return what was said."""
        return Ground(**{name: self.cleaned_data[name] for name in ("kind", *EMERGENCY, "reason", "words")})


class ReviewForm(forms.Form):
    """Ask what the review found."""

    verdict = forms.ChoiceField(label=_("What you found"), choices=GlassVerdict.choices, widget=forms.RadioSelect)
    words = forms.CharField(label=_("In words"), widget=_lines(3), help_text=_("What you looked at, whom you asked, what follows."))


class RestrictForm(forms.Form):
    """Ask why a chart is restricted and for whom it goes on to exist."""

    reason = forms.ChoiceField(label=_("Why"), choices=GuardReason.choices, widget=forms.RadioSelect)
    words = forms.CharField(label=_("In words"), required=False, widget=_lines(2), help_text=_("Only those who keep this list read it."))
    readers = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(),
        label=_("For whom it exists"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For everybody else there is no such person. At the dosing window a dose is never withheld."),
    )

    def __init__(self, *args: Any, colleagues: QuerySet[User], **options: Any) -> None:
        """Offer those who work in the program."""
        super().__init__(*args, **options)
        offer_rows(self, "readers", colleagues)


class ReaderForm(forms.Form):
    """Ask who is named or taken off."""

    user = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Who"))

    def __init__(self, *args: Any, colleagues: QuerySet[User], **options: Any) -> None:
        """Offer those who work in the program."""
        super().__init__(*args, **options)
        offer_rows(self, "user", colleagues)


class ConflictForm(ReaderForm):
    """Ask who may never see this person, and why."""

    kind = forms.ChoiceField(label=_("Tie"), choices=ConflictKind.choices, widget=forms.RadioSelect)
    words = forms.CharField(label=_("In words"), required=False, widget=_lines(2), help_text=_("Only those who keep this list read it."))


class SureForm(forms.Form):
    """Ask nothing: pressing the button says it."""
