"""Ask for the facts on which something is told without a consent."""

from datetime import datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.directory.models import Organization
from casemgr.core.ui.forms import asked, offer_choices, offer_rows
from casemgr.core.ui.verb_forms import DAY, MOMENT
from patients.consent.models import InformationCategory
from patients.disclosures.bases.models import (
    ApprovalKind,
    AuditAuthority,
    Finding,
    NoConsentBecause,
    OrderKind,
    Personnel,
    ReportField,
    ReportKind,
)

URGENT = ("demographics", "medications", "diagnoses")
"""What an emergency usually needs; whoever tells changes it to what this one needs."""


FOLD = "bootstrap5/layout/fold.html"


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _categories(label: Any, **options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=InformationCategory.choices, widget=forms.CheckboxSelectMultiple, required=False, **options
    )


class ProgramForm(forms.Form):
    """Be the base of a form about one program's record."""

    right = Can.DISCLOSE_RECORD
    program = forms.ModelChoiceField(queryset=Program.objects.none(), label=_("Whose record"))

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        """Offer the programs that the right reaches, and the organizations in use."""
        super().__init__(*args, **options)
        programs = programs_reached(user, self.right)
        offer_rows(self, "program", programs)
        self.fields["program"].initial = programs.first()
        if "organization" in self.fields:
            organizations = Organization.objects.filter(is_active=True).order_by("name", "id")
            offer_rows(self, "organization", organizations)


class EmergencyForm(ProgramForm):
    """Ask for the four facts of an emergency on one screen; who tells and when are filled in already."""

    right = Can.DISCLOSE_IN_EMERGENCY
    recipient_name = forms.CharField(label=_("1. Who is told"), max_length=120, required=False, help_text=_("The doctor, nurse or medic."))
    recipient_facility = forms.CharField(label=_("Where that person works"), max_length=200, required=False)
    profession = asked(
        forms.ChoiceField(
            label=_("Who that person is"),
            choices=Personnel.choices,
            widget=forms.RadioSelect,
            required=False,
            help_text=_("Nobody else is told here: police, courts, employers and family need a consent or a court order."),
        )
    )
    nature = forms.CharField(label=_("2. What the emergency is"), widget=_lines(2), required=False)
    categories = _categories(_("3. What is told"), initial=URGENT, help_text=_("No more than this emergency needs."))
    disclosed_at = forms.DateTimeField(label=_("4. When"), widget=MOMENT, input_formats=["%Y-%m-%dT%H:%M"], required=False)
    no_consent_because = forms.ChoiceField(
        label=_("Why no consent"), choices=NoConsentBecause.choices, widget=forms.RadioSelect, initial=NoConsentBecause.CANNOT_BE_HAD
    )
    product = forms.CharField(label=_("Product, and what is wrong with it"), max_length=200, required=False)
    fda_asserts = forms.BooleanField(
        label=_("The FDA says that somebody's health may be in danger from how it was made, labeled or sold"),
        required=False,
        help_text=_("It uses what it is told to warn people or their physicians, and for nothing else (42 CFR 2.51(b))."),
    )

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        """Begin with this moment."""
        super().__init__(*args, **options)
        self.fields["disclosed_at"].initial = now.replace(second=0, microsecond=0)

    @property
    def helper(self) -> FormHelper:
        """Return the layout: the emergency itself, and folded away what only the FDA is asked."""
        helper = FormHelper(self)
        helper.hide_optional = True
        helper.layout = Layout(
            *("recipient_name", "recipient_facility", "profession", "nature", "categories", "disclosed_at", "no_consent_because"),
            *("program", Fieldset(_("Only for the FDA: a dangerous product"), "product", "fda_asserts", template=FOLD)),
        )
        return helper


class ReviewForm(forms.Form):
    """Ask what the review found."""

    review = forms.CharField(
        label=_("What the review found"),
        widget=_lines(3),
        required=False,
        help_text=_("Was it an emergency, was it medical personnel, was it no more than needed?"),
    )


class CourtOrderForm(ProgramForm):
    """Ask for what stands in a court order; what it lacks is shown afterwards."""

    right = Can.DISCLOSE_ON_ORDER
    kind = forms.ChoiceField(label=_("What it is for"), choices=[("", "—"), *OrderKind.choices], required=False)
    court = forms.CharField(label=_("Court"), max_length=200, required=False)
    case_number = forms.CharField(label=_("Case number"), max_length=120, required=False, help_text=_("Kept encrypted."))
    ordered_on = forms.DateField(label=_("Ordered on"), widget=DAY, required=False)
    ends_on = forms.DateField(label=_("Last day on which it holds"), widget=DAY, required=False)
    organization = forms.ModelChoiceField(
        queryset=Organization.objects.none(),
        label=_("Who is to be told"),
        required=False,
        help_text=_("Leave empty when it is the court itself."),
    )
    findings = forms.MultipleChoiceField(
        label=_("What the order states that the court found"),
        choices=Finding.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    notice_given = forms.BooleanField(label=_("Those concerned had notice and a chance to be heard"), required=False)
    categories = _categories(_("Which information it opens"))
    covers_counseling_notes = forms.BooleanField(label=_("It says that it reaches counseling notes"), required=False)
    subpoena = forms.CharField(
        label=_("Subpoena or mandate that comes with it"),
        max_length=200,
        required=False,
        help_text=_("An order permits, a subpoena compels; neither is enough alone (42 CFR 2.61)."),
    )


class TellOnOrderForm(forms.Form):
    """Ask what of a court order's scope is handed over now."""

    categories = _categories(_("What is handed over"))
    description = forms.CharField(label=_("In words"), max_length=200, required=False)

    def __init__(self, *args: Any, scope: list[str], **options: Any) -> None:
        """Offer what the order opens."""
        super().__init__(*args, **options)
        offered = [choice for choice in InformationCategory.choices if choice[0] in scope]
        offer_choices(self, "categories", offered)


class AuditForm(ProgramForm):
    """Ask who audits, on what authority, and what binds whoever takes copies away."""

    right = Can.DISCLOSE_ON_ORDER
    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), label=_("For whom"))
    auditor = forms.CharField(label=_("Who audits"), max_length=120, required=False)
    authority = forms.ChoiceField(label=_("On what authority"), choices=AuditAuthority.choices, widget=forms.RadioSelect, required=False)
    begins_on = forms.DateField(label=_("First day"), widget=DAY)
    ends_on = forms.DateField(label=_("Last day"), widget=DAY)
    categories = _categories(_("What they may see"))
    copies_leave = forms.BooleanField(label=_("Copies leave the program"), required=False)
    agreed_on = forms.DateField(
        label=_("Agreed in writing on"), widget=DAY, required=False, help_text=_("To protect the copies and use them for nothing else.")
    )
    destroy_by = forms.DateField(label=_("Copies are destroyed or given back by"), widget=DAY, required=False)
    oversees_originator = forms.BooleanField(
        label=_("They oversee who wrote the counseling notes"), required=False, help_text="42 CFR 2.31(b)(1)"
    )


class ResearchForm(ProgramForm):
    """Ask for the approval of a research."""

    right = Can.DISCLOSE_ON_ORDER
    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), label=_("For whom"))
    title = forms.CharField(label=_("Research"), max_length=200)
    researcher = forms.CharField(label=_("Researcher, who is bound"), max_length=120, required=False)
    approval_kind = forms.ChoiceField(label=_("Approval"), choices=ApprovalKind.choices, widget=forms.RadioSelect, required=False)
    approval_reference = forms.CharField(label=_("Number of the approval"), max_length=120, required=False)
    approved_on = forms.DateField(label=_("Approved on"), widget=DAY)
    ends_on = forms.DateField(label=_("Last day"), widget=DAY, required=False)
    categories = _categories(_("What they may be told"))


class EndAuthorityForm(forms.Form):
    """Ask why something opens the record no longer."""

    because = forms.CharField(label=_("Why it ends"), max_length=200, required=False)


class ReportForm(ProgramForm):
    """Ask what is reported, to whom, and which of the few allowed facts it names."""

    kind = forms.ChoiceField(label=_("What is reported"), choices=ReportKind.choices, widget=forms.RadioSelect)
    authority = forms.CharField(label=_("To which authority"), max_length=200, required=False)
    incident = forms.CharField(label=_("What happened"), widget=_lines(4), required=False, help_text=_("Nothing about treatment."))
    fields_named = forms.MultipleChoiceField(
        label=_("What the report names"),
        choices=[choice for choice in ReportField.choices if choice[0] != ReportField.INCIDENT],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Of a crime: patient, name, address, last whereabouts. Of child abuse: the child, name, address. Nothing else."),
    )
