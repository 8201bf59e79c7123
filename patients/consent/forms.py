"""Ask for a written consent, element by element, in plain words."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.directory.models import Organization
from casemgr.core.ui.verb_forms import DAY
from patients.consent.models import ConsentKind, InformationCategory, PurposeOfUse, SignerRelationship
from patients.consent.queries import programs_open_to, recipients_to_choose
from patients.record.models import Patient

ENDS = (
    ("", _("On the date above")),
    ("end of the treatment", _("When the treatment here ends")),
    ("none", _("Never, until it is revoked (only for treatment, payment and operations)")),
    ("other", _("With another event, in words")),
)


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ConsentForm(forms.Form):
    """Take every element of 42 CFR 2.31; the verb says at once what is missing."""

    discloser = forms.ModelChoiceField(
        queryset=Program.objects.none(), label=_("Who may tell"), help_text=_("The program whose record this is about.")
    )
    kind = forms.ChoiceField(
        label=_("Kind of consent"),
        choices=ConsentKind.choices,
        widget=forms.RadioSelect,
        initial=ConsentKind.SPECIFIC,
        help_text=_("“Specific” opens exactly what is chosen below. The other kind covers all future treatment, payment and operations."),
    )
    recipients = forms.ModelMultipleChoiceField(
        queryset=Organization.objects.none(),
        label=_("Who may be told"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nobody else is told anything."),
    )
    purposes = forms.MultipleChoiceField(label=_("What for"), choices=PurposeOfUse.choices, widget=forms.CheckboxSelectMultiple)
    categories = forms.MultipleChoiceField(
        label=_("What may be told"),
        choices=InformationCategory.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose no more than is needed. What is not chosen stays here."),
    )
    description = forms.CharField(
        label=_("The same in the person's words"),
        widget=_lines(3),
        help_text=_("So that everybody knows what was meant."),
    )
    valid_until = forms.DateField(label=_("Valid until (this day not included)"), required=False, widget=DAY)
    ends_with = forms.ChoiceField(label=_("It ends"), choices=ENDS, required=False)
    ends_with_words = forms.CharField(
        label=_("The event, in words"),
        required=False,
        max_length=200,
        help_text=_("Only for another event. When it has come, somebody here must say so on the consent's page."),
    )
    revocation_statement = forms.CharField(
        label=_("How the person can take it back"),
        widget=_lines(3),
        initial=_("You may take this consent back at any time: tell any member of staff, or write to us. What was told before stays told."),
    )
    redisclosure_statement = forms.CharField(
        label=_("What the recipient may do with it"),
        widget=_lines(3),
        initial=_(
            "Whoever receives this may pass it on as federal privacy rules allow, and it may then be less protected."
            " It may never be used in proceedings against you without your consent or a court order."
        ),
        help_text=_("Needed for treatment, payment and operations, and whenever a hospital, doctor or health plan is told."),
    )
    refusal_statement = forms.CharField(
        label=_("What follows from not signing"),
        widget=_lines(2),
        initial=_("You need not sign. Your treatment here goes on without it; those named above will then not hear from us."),
    )
    signed_by = forms.CharField(label=_("Signed by"), max_length=120, help_text=_("The name as it stands under the paper."))
    signer_relationship = forms.ChoiceField(
        label=_("Who signed"), choices=SignerRelationship.choices, widget=forms.RadioSelect, initial=SignerRelationship.PATIENT
    )
    signed_on = forms.DateField(label=_("Signed on"), widget=DAY)

    def __init__(self, *args: Any, user: User, patient: Patient, today: date, **options: Any) -> None:
        """Offer the programs and recipients that this user may choose."""
        super().__init__(*args, **options)
        programs = programs_open_to(user)
        self.fields["discloser"].queryset = programs  # type: ignore[attr-defined]
        self.fields["discloser"].initial = programs.first()
        self.fields["recipients"].queryset = recipients_to_choose()  # type: ignore[attr-defined]
        self.fields["signed_by"].initial = patient.legal_name
        self.fields["signed_on"].initial = today

    def full_clean(self) -> None:
        """Leave it to the verb to say what is missing, so that all of it is said at once."""
        asked = [field for name, field in self.fields.items() if field.required and name not in {"discloser", "kind"}]
        for field in asked:
            field.required = False
        super().full_clean()
        for field in asked:
            field.required = True

    @property
    def helper(self) -> FormHelper:
        """Return the layout in the order of the paper."""
        helper = FormHelper(self)
        helper.layout = Layout(
            Fieldset(_("Who, to whom, what for"), "discloser", "kind", "recipients", "purposes"),
            Fieldset(_("Which information"), "categories", "description"),
            Fieldset(_("How long"), "valid_until", "ends_with", "ends_with_words"),
            Fieldset(_("What the person was told"), "revocation_statement", "redisclosure_statement", "refusal_statement"),
            Fieldset(_("Signature"), "signed_by", "signer_relationship", "signed_on"),
        )
        return helper

    @property
    def consent(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        facts = dict(self.cleaned_data)
        words = facts.pop("ends_with_words")
        return {**facts, "ends_with": words if facts["ends_with"] == "other" else facts["ends_with"]}


class EndForm(forms.Form):
    """Ask nothing: pressing the button says it."""


class RevocationForm(forms.Form):
    """Ask who takes a consent back."""

    revoked_by = forms.CharField(
        label=_("Who takes it back"),
        max_length=120,
        help_text=_("The person, or whoever may sign for them."),
    )
