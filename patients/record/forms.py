"""Ask for who somebody is and how they may be reached."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site
from casemgr.core.ui.forms import asked, offer_rows
from casemgr.core.ui.verb_forms import DAY
from patients.record.actions import REMINDER_WORDS
from patients.record.models import LANGUAGE_CHOICES, ContactKind, ContactPoint, IdentifierKind, Patient, Sex
from patients.record.queries import Candidate

ONE_NAME = _("One of the two names is enough. If neither is known, write “Unknown”.")
FOLD = "bootstrap5/layout/fold.html"
SAFE_FIELDS = ("is_unsafe", "ok_to_call", "ok_to_text", "ok_to_leave_message", "is_shared", "wants_reminders", "greet_by_name")


class LookupForm(forms.Form):
    """Ask what is known of somebody before anything is written down."""

    given_name = asked(forms.CharField(label=_("Given name"), max_length=80, required=False))
    family_name = asked(forms.CharField(label=_("Family name"), max_length=80, required=False, help_text=ONE_NAME))
    birth_date = forms.DateField(label=_("Date of birth"), required=False, widget=DAY, help_text=_("Leave empty when it is unknown."))
    number = forms.CharField(
        label=_("Identifier"), max_length=120, required=False, help_text=_("Medical record number, Medicaid or another number, if at hand.")
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, help_text=_("Only to find the person; it is not written down.")
    )

    def clean(self) -> dict[str, Any]:
        """Ask for at least one name."""
        data = super().clean() or {}
        if not (data.get("given_name") or data.get("family_name")):
            self.add_error("family_name", _("Write at least one name. If it is unknown, write “Unknown”."))
        return data


class FactsForm(forms.Form):
    """Ask for what is known of a person."""

    given_name = asked(forms.CharField(label=_("Legal given name"), max_length=80, required=False))
    family_name = asked(forms.CharField(label=_("Legal family name"), max_length=80, required=False, help_text=ONE_NAME))
    chosen_name = forms.CharField(
        label=_("Chosen name"),
        max_length=80,
        required=False,
        help_text=_("What the person wants to be called here, if it is another name."),
    )
    pronouns = forms.CharField(label=_("Pronouns"), max_length=40, required=False, widget=forms.TextInput(attrs={"class": "field--short"}))
    birth_date = forms.DateField(label=_("Date of birth"), required=False, widget=DAY, help_text=_("Leave empty when it is unknown."))
    sex = forms.ChoiceField(label=_("Sex, as official forms ask for it"), choices=Sex.choices, initial=Sex.UNKNOWN)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGE_CHOICES, initial="en")
    language_name = forms.CharField(label=_("Which language"), max_length=60, required=False, help_text=_("If it is another language."))
    interpreter_needed = forms.BooleanField(label=_("An interpreter is needed"), required=False)
    has_no_phone = forms.BooleanField(label=_("Has no phone"), required=False)
    has_no_address = forms.BooleanField(label=_("Has no address"), required=False)

    names: tuple[str, ...] = ("given_name", "family_name", "birth_date")
    rest: tuple[str, ...] = (
        "chosen_name",
        "pronouns",
        "sex",
        "language",
        "language_name",
        "interpreter_needed",
        "has_no_phone",
        "has_no_address",
    )

    @property
    def helper(self) -> FormHelper:
        """Return the layout: names, what the person wants, how they are reached."""
        helper = FormHelper(self)
        helper.layout = Layout(*self.names, *self.rest)
        return helper

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was filled in, as the verbs take it."""
        return {name: self.cleaned_data[name] for name in (*self.names, *self.rest)}


class RegisterForm(FactsForm):
    """Ask for what a new record needs, and that its likenesses to others were looked at."""

    not_same_as = forms.ModelMultipleChoiceField(
        label=_("Not the same person"),
        queryset=Patient.objects.none(),
        to_field_name="public_id",
        error_messages={"required": _("There may be a record of this person already. Look first, then say that they are not the same.")},
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick each after comparing: a second record would split doses, orders and consents of one person in two."),
    )
    site = forms.ModelChoiceField(label=_("Registered at"), queryset=Site.objects.none(), empty_label=None)

    def __init__(self, *args: Any, sites: QuerySet[Site], candidates: Sequence[Candidate], **kwargs: Any) -> None:
        """Offer these sites, and these people as perhaps the same."""
        super().__init__(*args, **kwargs)
        offer_rows(self, "site", sites)
        people = {candidate.patient.public_id: candidate for candidate in candidates}
        offer_rows(self, "not_same_as", Patient.objects.filter(public_id__in=people))
        self.fields["not_same_as"].label_from_instance = lambda patient: people[patient.public_id].label  # type: ignore[attr-defined]
        if not people:
            del self.fields["not_same_as"]

    @property
    def helper(self) -> FormHelper:
        """Return the layout: likenesses first, then names, the rest folded."""
        helper = FormHelper(self)
        likenesses = ["not_same_as"] if "not_same_as" in self.fields else []
        wishes, reach = ("chosen_name", "pronouns", "language", "language_name", "interpreter_needed"), ("has_no_phone", "has_no_address")
        helper.layout = Layout(*likenesses, *self.names, *wishes, "site", Fieldset(_("Sex, phone, address"), "sex", *reach, template=FOLD))
        return helper


class EditForm(FactsForm):
    """Ask for corrections."""

    deceased_on = forms.DateField(label=_("Died on"), required=False, widget=DAY)
    time_zone = forms.CharField(label=_("Time zone"), max_length=64, help_text=_("Reminders go out at a fitting hour there."))

    rest = (*FactsForm.rest, "time_zone", "deceased_on")

    @property
    def helper(self) -> FormHelper:
        """Return the layout: what is seldom changed is folded."""
        helper = FormHelper(self)
        seldom = ("sex", "time_zone", "deceased_on")
        often = [name for name in self.rest if name not in seldom]
        helper.layout = Layout("chosen_name", "pronouns", *self.names, *often[2:], Fieldset(_("Seldom changed"), *seldom, template=FOLD))
        return helper


class SafeContactForm(forms.Form):
    """Ask what is safe on a contact point; nothing is ticked unless the person said so."""

    label = forms.CharField(label=_("Whose or where"), max_length=80, required=False, help_text=_("Own phone, sister's phone, shelter."))
    is_unsafe = forms.BooleanField(
        label=_("Never use: unsafe"), required=False, help_text=_("Someone who could harm the person reads or hears it.")
    )
    ok_to_call = forms.BooleanField(label=_("May be called"), required=False)
    ok_to_text = forms.BooleanField(label=_("May be texted or written to"), required=False)
    ok_to_leave_message = forms.BooleanField(label=_("A message may be left"), required=False)
    is_shared = forms.BooleanField(label=_("Others can read or hear it"), required=False)
    wants_reminders = forms.BooleanField(label=_("Wants appointment reminders here"), required=False)
    greet_by_name = forms.BooleanField(label=_("Messages may use the first name"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say the words that the person agrees to beside the box."""
        super().__init__(*args, **kwargs)
        self.fields["wants_reminders"].help_text = REMINDER_WORDS

    @property
    def helper(self) -> FormHelper:
        """Return the layout: danger first, then what is allowed, then reminders."""
        helper = FormHelper(self)
        before = [name for name in ("kind", "value") if name in self.fields]
        allowed = Fieldset(_("What the person allows"), "ok_to_call", "ok_to_text", "ok_to_leave_message", "is_shared")
        helper.layout = Layout(*before, "label", "is_unsafe", allowed, Fieldset(_("Reminders"), "wants_reminders", "greet_by_name"))
        return helper

    @property
    def safe(self) -> dict[str, Any]:
        """Return what was allowed, as the verbs take it."""
        return {name: self.cleaned_data[name] for name in ("label", *SAFE_FIELDS)}


class ContactForm(SafeContactForm):
    """Ask for a way to reach a person."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ContactKind.choices)
    value = forms.CharField(label=_("Number or address"), max_length=300)

    @property
    def contact(self) -> dict[str, Any]:
        """Return the whole contact, as the verbs take it."""
        return {"kind": self.cleaned_data["kind"], "value": self.cleaned_data["value"], **self.safe}


class IdentifierForm(forms.Form):
    """Ask for a number under which a person is known."""

    kind = forms.ChoiceField(label=_("Kind"), choices=IdentifierKind.choices)
    value = forms.CharField(label=_("Number"), max_length=120)
    system = forms.CharField(label=_("Issued by"), max_length=200, required=False)


def facts_of(patient: Patient) -> dict[str, Any]:
    """Return what a form about this person starts with."""
    return {name: getattr(patient, name) for name in EditForm.base_fields}


def safety_of(contact: ContactPoint) -> dict[str, Any]:
    """Return what a form about this contact starts with."""
    return {name: getattr(contact, name) for name in SafeContactForm.base_fields}
