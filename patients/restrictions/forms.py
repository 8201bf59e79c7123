"""Ask what is not to be told, and what was decided."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.directory.models import Organization
from casemgr.core.ui.forms import offer_choices, offer_rows
from casemgr.core.ui.verb_forms import DAY
from patients.consent.models import InformationCategory, PurposeOfUse
from patients.record.models import Patient
from patients.restrictions.models import EndBasis, Restriction, ToWhom

PURPOSES = [(code, words) for code, words in PurposeOfUse.choices if code in {"treatment", "payment", "operations"}]


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class AskForm(forms.Form):
    """Take what a person asks for, in the order in which they say it."""

    program = forms.ModelChoiceField(queryset=Program.objects.none(), label=_("Whose record"))
    to_whom = forms.ChoiceField(
        label=_("Who is not to be told"), choices=ToWhom.choices, widget=forms.RadioSelect, initial=ToWhom.HEALTH_PLANS
    )
    organization = forms.ModelChoiceField(
        queryset=Organization.objects.none(), label=_("Organization"), required=False, help_text=_("Only for “One organization”.")
    )
    purposes = forms.MultipleChoiceField(label=_("What for"), choices=PURPOSES, widget=forms.CheckboxSelectMultiple, required=False)
    categories = forms.MultipleChoiceField(
        label=_("Which information"),
        choices=InformationCategory.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Choose none to mean the whole record."),
    )
    words = forms.CharField(label=_("In the person's words"), widget=_lines(3), required=False)
    paid_in_full = forms.BooleanField(
        label=_("Paid in full without the health plan"),
        required=False,
        help_text=_(
            "Then the program must agree, for payment and operations of a health plan, and it holds at once (42 CFR 2.26(a)(6)). Whatever"
            " more is asked for becomes a request of its own."
        ),
    )
    services = forms.CharField(label=_("What was paid"), max_length=200, required=False)
    asked_by = forms.CharField(label=_("Who asks"), max_length=120, required=False)
    asked_on = forms.DateField(label=_("Asked on"), widget=DAY)

    def __init__(self, *args: Any, user: User, patient: Patient, today: date, **options: Any) -> None:
        """Offer the programs and organizations that this user may choose."""
        super().__init__(*args, **options)
        programs = programs_reached(user, Can.ASK_RESTRICTION)
        offer_rows(self, "program", programs)
        self.fields["program"].initial = programs.first()
        offer_rows(self, "organization", Organization.objects.filter(is_active=True).order_by("name", "id"))
        self.fields["asked_by"].initial = patient.legal_name
        self.fields["asked_on"].initial = today

    @property
    def helper(self) -> FormHelper:
        """Return the layout."""
        helper = FormHelper(self)
        helper.layout = Layout(
            Fieldset(_("Who is not to be told, and what for"), "program", "to_whom", "organization", "purposes"),
            Fieldset(_("Which information"), "categories", "words"),
            Fieldset(_("Paid without the health plan"), "paid_in_full", "services"),
            Fieldset(_("Who asks"), "asked_by", "asked_on"),
        )
        return helper


class DecisionForm(forms.Form):
    """Ask for the decision; what the law binds to can only be agreed to."""

    agree = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Agree: it is not told")), ("no", _("Do not agree"))],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        empty_value=None,
    )
    decision = forms.CharField(
        label=_("Reason"), widget=_lines(3), required=False, help_text=_("Needed when the program does not agree. The person is told.")
    )

    def __init__(self, *args: Any, restriction: Restriction, **options: Any) -> None:
        """Offer no refusal where there is none."""
        super().__init__(*args, **options)
        if restriction.is_owed:
            offer_choices(self, "agree", [("yes", _("Agree: the law binds the program to it"))])
            self.fields["agree"].initial = "yes"


class EndForm(forms.Form):
    """Ask in which of the ways that the law knows a restriction ends."""

    end_basis = forms.ChoiceField(label=_("How it ends"), choices=EndBasis.choices, widget=forms.RadioSelect)
    end_note = forms.CharField(label=_("Who said so, when and how"), widget=_lines(3), required=False)

    def __init__(self, *args: Any, restriction: Restriction, **options: Any) -> None:
        """Leave out the program's notice where it ends nothing."""
        super().__init__(*args, **options)
        if restriction.is_owed:
            offer_choices(self, "end_basis", [choice for choice in EndBasis.choices if choice[0] != EndBasis.PROGRAM_NOTICE])
