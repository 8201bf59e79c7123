"""Ask when, where and why a stay in care begins, moves or ends."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.db.models import Choices, QuerySet
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.ui.forms import offer_rows
from casemgr.core.ui.verb_forms import DAY
from patients.episodes.models import (
    AdmissionFacts,
    AppointmentAnswer,
    ContactAnswer,
    DischargeReason,
    MedicationAnswer,
    NaloxoneAnswer,
    ReferralSource,
    SubstanceTold,
)
from patients.episodes.rules import Told

FOLD = "bootstrap5/layout/fold.html"


class AdmitForm(forms.Form):
    """Ask where and since when a person is in care, and who sent them."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), empty_label=None)
    admitted_on = forms.DateField(label=_("Admitted on"), widget=DAY)
    referral_source = forms.ChoiceField(label=_("Who sent the person"), choices=ReferralSource.choices, initial=ReferralSource.UNKNOWN)

    def __init__(self, *args: Any, sites: QuerySet[Site], today: date, **kwargs: Any) -> None:
        """Offer these sites, and today."""
        super().__init__(*args, **kwargs)
        offer_rows(self, "site", sites)
        self.fields["admitted_on"].initial = today


class TransferForm(forms.Form):
    """Ask where to and since when."""

    to_site = forms.ModelChoiceField(label=_("To site"), queryset=Site.objects.none(), empty_label=None)
    on = forms.DateField(
        label=_("On"),
        widget=DAY,
        help_text=_("The first day at the new site."),
    )

    def __init__(self, *args: Any, sites: QuerySet[Site], today: date, **kwargs: Any) -> None:
        """Offer these sites, and today."""
        super().__init__(*args, **kwargs)
        offer_rows(self, "to_site", sites)
        self.fields["to_site"].label_from_instance = lambda site: f"{site.name}, {site.program.name}"  # type: ignore[attr-defined]
        self.fields["on"].initial = today


class AskedField(forms.ChoiceField):
    """Ask a question that nobody may pass over, though the form lets it stand open: the verb says what is missing, or that nothing is."""

    is_asked = True


def _choice(label: Any, choices: type[Choices], **options: Any) -> forms.ChoiceField:
    """Return a field for one answer; that it is open is said by the verb, at its field, with what to do."""
    return AskedField(label=label, choices=choices.choices, widget=forms.RadioSelect, required=False, **options)


def _words(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}), **options)


class LeavingForm(forms.Form):
    """Ask the four questions without whose answers nobody leaves."""

    medication = _choice(_("How does the medication for opioid use disorder go on?"), MedicationAnswer)
    medication_by = forms.CharField(
        label=_("Who continues it"), required=False, max_length=200, help_text=_("Program or prescriber, with a phone number.")
    )
    bridge_until = forms.DateField(label=_("Bridged until"), required=False, widget=DAY)
    medication_words = _words(_("About the medication"), help_text=_("If it was declined or is not possible: why."))
    naloxone = _choice(_("Does the person leave with naloxone in hand?"), NaloxoneAnswer)
    naloxone_words = _words(_("About naloxone"), help_text=_("If it was declined or is not possible: why."))
    appointment = _choice(_("Is the next appointment made?"), AppointmentAnswer)
    appointment_where = forms.CharField(label=_("Where"), required=False, max_length=200)
    appointment_on = forms.DateField(label=_("Day of the appointment"), required=False, widget=DAY)
    appointment_words = _words(_("About the appointment"), help_text=_("If it was declined or is not possible: why."))
    contact = _choice(_("Does somebody call after 7 and after 30 days?"), ContactAnswer)
    contact_how = forms.CharField(
        label=_("How and when to call"), required=False, max_length=200, help_text=_("Number, best time, and what not to say.")
    )
    caller = forms.ModelChoiceField(
        label=_("Who calls"), queryset=User.objects.none(), required=False, empty_label=_("Whoever takes the task")
    )
    contact_words = _words(_("About the contact"), help_text=_("If it was declined or is not possible: why."))

    def __init__(self, *args: Any, callers: QuerySet[User] | None = None, **kwargs: Any) -> None:
        """Offer these people to call."""
        super().__init__(*args, **kwargs)
        if callers is not None:
            offer_rows(self, "caller", callers)


class DischargeForm(LeavingForm):
    """Ask when and why a stay in care ends, and what must be answered first."""

    on = forms.DateField(
        label=_("Discharged on"),
        widget=DAY,
        help_text=_("From this day on the person is no longer in care."),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", "—"), *DischargeReason.choices])
    died_on = forms.DateField(
        label=_("Died on"), required=False, widget=DAY, help_text=_("Only if the person died and the day is not on the record yet.")
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        """Offer today."""
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today

    @property
    def helper(self) -> FormHelper:
        """Return the layout: when and why, then the four questions."""
        helper = FormHelper(self)
        helper.layout = Layout(
            "on",
            "reason",
            "died_on",
            "note",
            Fieldset(_("1. Medication"), "medication", "medication_by", "bridge_until", "medication_words"),
            Fieldset(_("2. Naloxone"), "naloxone", "naloxone_words"),
            Fieldset(_("3. Next appointment"), "appointment", "appointment_where", "appointment_on", "appointment_words"),
            Fieldset(_("4. Contact"), "contact", "contact_how", "caller", "contact_words"),
        )
        return helper


def _label(name: str) -> Any:
    """Return what a fact is called, with a capital letter, in the language of the reader."""
    columns: Any = AdmissionFacts._meta
    return lazy(lambda: capfirst(columns.get_field(name).verbose_name), str)()


def _code(name: str) -> forms.ChoiceField:
    """Return a field for one code of an admission; empty says that nobody asked yet."""
    column: Any = AdmissionFacts._meta.get_field(name)
    return AskedField(label=_label(name), choices=[("", _("Not asked yet")), *(column.choices or ())], required=False)


def _count(name: str, **options: Any) -> forms.CharField:
    short = forms.TextInput(attrs={"class": "field--short", "inputmode": "numeric"})
    return forms.CharField(label=_label(name), required=False, max_length=4, widget=short, **options)


class AdmissionFactsForm(forms.Form):
    """Ask what TEDS asks of an admission; nothing is required, and what is left empty is asked again."""

    service, moud_planned, prior_treatments = _code("service"), _code("moud_planned"), _code("prior_treatments")
    psychiatric_problem, pregnant, self_help = _code("psychiatric_problem"), _code("pregnant"), _code("self_help")
    living, employment, outside_labor_force = _code("living"), _code("employment"), _code("outside_labor_force")
    income, insurance, payment = _code("income"), _code("insurance"), _code("payment")
    education = _count("education", help_text=_("12 for high school or GED; 97 when it is unknown."))
    marital, veteran, race, ethnicity = _code("marital"), _code("veteran"), _code("race"), _code("ethnicity")
    arrests = _count("arrests", help_text=_("0 when there were none; 97 when it is unknown."))
    justice = _code("justice")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for up to three substances."""
        super().__init__(*args, **kwargs)
        for rank in SUBSTANCES:
            self.fields.update(_substance_fields(rank))

    @property
    def helper(self) -> FormHelper:
        """Return the layout: substances first, the rest by what it is about."""
        helper = FormHelper(self)
        told = [Fieldset(SUBSTANCES[rank], *_substance_fields(rank), **({"template": FOLD} if rank > 1 else {})) for rank in SUBSTANCES]
        helper.layout = Layout(
            Fieldset(_("This care"), "service", "moud_planned", "prior_treatments", "payment", "insurance"),
            *told,
            Fieldset(_("Health"), "psychiatric_problem", "pregnant", "self_help"),
            Fieldset(_("Life"), "living", "employment", "outside_labor_force", "income", "education", "marital", "veteran"),
            Fieldset(_("Law"), "arrests", "justice"),
            Fieldset(_("How the person describes themselves"), "race", "ethnicity"),
        )
        return helper

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it; a substance that is empty ends the list."""
        data = self.cleaned_data
        told = []
        for rank in SUBSTANCES:
            if not data[f"substance_{rank}"]:
                break
            told.append(Told(**{name: data[f"{name}_{rank}"] for name in ("substance", "route", "frequency", "first_use")}))
        return {**{name: data[name] for name in AdmissionFactsForm.base_fields}, "substances": told}


SUBSTANCES = {1: _("Main substance"), 2: _("Second substance"), 3: _("Third substance")}


def _substance_fields(rank: int) -> dict[str, forms.Field]:
    """Return the four fields of one substance."""
    fields: dict[str, forms.Field] = {}
    for name, label in (("substance", SUBSTANCES[rank]), ("route", _("How it is taken")), ("frequency", _("How often in the last month"))):
        column: Any = SubstanceTold._meta.get_field(name)
        choices = column.choices or ()
        fields[f"{name}_{rank}"] = AskedField(label=label, choices=[("", _("Not asked yet")), *choices], required=False)
    short = forms.TextInput(attrs={"class": "field--short", "inputmode": "numeric"})
    fields[f"first_use_{rank}"] = forms.CharField(
        label=_("Age at first use"), required=False, max_length=4, widget=short, help_text=_("97 when it is unknown.")
    )
    return fields


def facts_told(facts: AdmissionFacts | None) -> dict[str, Any]:
    """Return what a form about this admission starts with."""
    if facts is None:
        return {}
    initial = {name: getattr(facts, name) for name in AdmissionFactsForm.base_fields}
    for told in facts.substances.all():
        initial |= {f"{name}_{told.rank}": getattr(told, name) for name in ("substance", "route", "frequency", "first_use")}
    return initial
