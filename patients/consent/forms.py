"""Ask for a written consent, element by element, in plain words; each kind asks only for what it needs."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.directory.models import Organization
from casemgr.core.ui.forms import offer_rows
from casemgr.core.ui.verb_forms import DAY
from patients.consent.models import (
    Consent,
    ConsentKind,
    Designation,
    InformationCategory,
    PurposeOfUse,
    ScanOf,
    SignatureMethod,
    SignerAuthority,
    SignerRelationship,
)
from patients.consent.queries import intermediaries_to_choose, people_to_choose, programs_open_to, recipients_to_choose, replaceable
from patients.consent.rules import END_OF_ENROLLMENT, END_OF_STUDY, END_OF_TREATMENT, KINDS, NO_END
from patients.consent.wording import CURRENT, language_for, wording_of
from patients.record.models import Patient
from patients.relations.models import RecipientClass
from patients.world.models import CloseOne

ENDS = {
    "": _("On the date above"),
    END_OF_TREATMENT: _("When the treatment here ends"),
    END_OF_ENROLLMENT: _("When the enrollment here ends"),
    END_OF_STUDY: _("When the research study ends"),
    NO_END: _("Never, until it is revoked"),
    "other": _("With another event, in words"),
}
_ENDS_OF = {
    ConsentKind.TREATMENT_PAYMENT_OPERATIONS: ("", END_OF_TREATMENT, NO_END, "other"),
    ConsentKind.REGISTRY: (END_OF_ENROLLMENT,),
    ConsentKind.RESEARCH: ("", END_OF_STUDY, NO_END, "other"),
    ConsentKind.CJ_REFERRAL: ("",),
}
_ONLY_IN = {
    "people": {"specific"},
    "recipient_classes": {"tpo", "specific"},
    "participants": {"tpo", "specific"},
    "designation": {"tpo", "specific"},
    "later_programs": {"registry"},
    "initiated_by_patient": {"specific", "counseling_notes"},
    "ends_with_words": {"tpo", "specific", "counseling_notes", "proceedings", "pdmp", "research"},
    "hipaa_statement": {"tpo", "specific", "counseling_notes"},
    "fundraising_statement": {"specific"},
    "revocable_after": {"cj_referral"},
    "revocable_event": {"cj_referral"},
    "case_reference": {"cj_referral"},
}
"""Which fields only some kinds ask for."""

_NEEDED_AT_ONCE = frozenset({"discloser", "kind"})


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ConsentForm(forms.Form):
    """Take every element of 42 CFR 2.31 that a kind of consent asks for; the verb says at once what is missing."""

    kind = forms.ChoiceField(choices=ConsentKind.choices, widget=forms.HiddenInput)
    discloser = forms.ModelChoiceField(
        queryset=Program.objects.none(), label=_("Who may tell"), help_text=_("The program whose record this is about.")
    )
    supersedes = forms.ModelChoiceField(
        queryset=Consent.objects.none(),
        label=_("Takes the place of"),
        required=False,
        help_text=_("The older consent ends in the same moment."),
    )
    recipients = forms.ModelMultipleChoiceField(
        queryset=Organization.objects.none(),
        label=_("Who may be told"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nobody else is told anything."),
    )
    people = forms.ModelMultipleChoiceField(
        queryset=CloseOne.objects.none(),
        label=_("People around the person who may be told"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("From “People around” on the page of the own world. Whoever is a concern for safety is not offered."),
    )
    recipient_classes = forms.MultipleChoiceField(
        label=_("Or these groups"),
        choices=RecipientClass.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A group reaches the organizations that are recorded under “Who treats, pays and helps”, on each day anew."),
    )
    participants = forms.ModelMultipleChoiceField(
        queryset=Organization.objects.none(), label=_("Through the exchange"), widget=forms.CheckboxSelectMultiple
    )
    designation = forms.ChoiceField(label=_("Or which of its participants"), choices=[("", _("Those named")), *Designation.choices])
    later_programs = forms.BooleanField(label=_("Also programs within 200 miles that are established later"), required=False)
    purposes = forms.MultipleChoiceField(label=_("What for"), choices=PurposeOfUse.choices, widget=forms.CheckboxSelectMultiple)
    initiated_by_patient = forms.BooleanField(label=_("The person asked for this"), required=False)
    categories = forms.MultipleChoiceField(
        label=_("What may be told"),
        choices=InformationCategory.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose no more than is needed. What is not chosen stays here."),
    )
    description = forms.CharField(
        label=_("The same in the person's words"), widget=_lines(3), help_text=_("So that everybody knows what was meant.")
    )
    valid_until = forms.DateField(label=_("Valid until (this day not included)"), required=False, widget=DAY)
    ends_with = forms.ChoiceField(label=_("It ends"), choices=list(ENDS.items()), required=False)
    ends_with_words = forms.CharField(
        label=_("The event, in words"),
        required=False,
        max_length=200,
        help_text=_("Only for another event. When it has come, somebody here must say so on the consent's page."),
    )
    revocable_after = forms.DateField(label=_("Can be revoked from this day"), required=False, widget=DAY)
    revocable_event = forms.CharField(
        label=_("Or after this event"),
        required=False,
        max_length=200,
        help_text=_("No later than the final disposition of the conditional release."),
    )
    case_reference = forms.CharField(label=_("Case"), required=False, max_length=120, help_text=_("Kept encrypted."))
    revocation_statement = forms.CharField(label=_("How the person can take it back"), widget=_lines(3))
    redisclosure_statement = forms.CharField(label=_("What the recipient may do with it"), widget=_lines(3))
    hipaa_statement = forms.CharField(
        label=_("What HIPAA lets recipients do with it"),
        widget=_lines(3),
        help_text=_("Needed whenever a hospital, doctor or health plan is told for treatment, payment or operations."),
    )
    refusal_statement = forms.CharField(label=_("What follows from not signing"), widget=_lines(2))
    fundraising_statement = forms.CharField(label=_("How to receive no fundraising"), widget=_lines(2))
    language = forms.ChoiceField(label=_("Language of the paper"), choices=[("en", _("English")), ("es", _("Spanish"))])
    signature = forms.ChoiceField(label=_("How it was signed"), choices=SignatureMethod.choices, widget=forms.RadioSelect)
    attested = forms.BooleanField(
        label=_("On screen: the person read or heard the sentence below, wrote their name, and I was there"), required=False
    )
    signed_by = forms.CharField(label=_("Signed by"), max_length=120, help_text=_("The name as it stands under the paper."))
    signer_relationship = forms.ChoiceField(
        label=_("Who signed"), choices=SignerRelationship.choices, widget=forms.RadioSelect, initial=SignerRelationship.PATIENT
    )
    signer_authority = forms.ChoiceField(
        label=_("What lets a personal representative sign"),
        choices=[("", _("No personal representative signed")), *SignerAuthority.choices],
        required=False,
        help_text=_("Ask to see it. Without it nobody else signs for a grown-up person."),
    )
    signed_on = forms.DateField(label=_("Signed on"), widget=DAY)

    def __init__(self, *args: Any, user: User, patient: Patient, kind: str, today: date, language: str = "", **options: Any) -> None:
        """Ask only for what this kind needs, in the words of a language; offer the programs and recipients that this user may choose."""
        super().__init__(*args, **options)
        self.user = user
        for name in [name for name, kinds in _ONLY_IN.items() if kind not in kinds]:
            del self.fields[name]
        self._offer(user, patient, kind)
        language = language_for(language or patient.language)
        self.words = wording_of(kind, language=language)
        self.initial = {**self.initial} | {name: words for name, words in self.words.items() if name in self.fields}
        self.initial |= {"kind": kind, "language": language, "signature": SignatureMethod.PAPER}
        self.initial |= {"signed_by": patient.legal_name, "signed_on": today}
        self.fields["attested"].help_text = self.words["attestation"]
        if len(KINDS[kind].purposes) == 1:
            self.initial["purposes"] = list(KINDS[kind].purposes)
        if len(KINDS[kind].categories) == 1:
            self.initial["categories"] = list(KINDS[kind].categories)

    def _offer(self, user: User, patient: Patient, kind: str) -> None:
        """Offer what may be chosen in a consent of this kind."""
        fields: dict[str, Any] = self.fields
        programs = programs_open_to(user)
        fields["discloser"].queryset, fields["discloser"].initial = programs, programs.first()
        fields["recipients"].queryset = recipients_to_choose(kind)
        if "people" in fields:
            offer_rows(self, "people", people_to_choose(patient))
        fields["supersedes"].queryset = replaceable(user, patient)
        fields["purposes"].choices = [choice for choice in PurposeOfUse.choices if choice[0] in KINDS[kind].purposes]
        fields["categories"].choices = [choice for choice in InformationCategory.choices if choice[0] in KINDS[kind].categories]
        ends = _ENDS_OF.get(ConsentKind(kind), ("", END_OF_TREATMENT, "other"))
        fields["ends_with"].choices = [(code, ENDS[code]) for code in ends]
        if "participants" in fields:
            fields["participants"].queryset = recipients_to_choose(kind)
            if not intermediaries_to_choose().exists():
                del fields["participants"], fields["designation"]

    def full_clean(self) -> None:
        """Leave it to the verb to say what is missing, so that all of it is said at once."""
        asked = [field for name, field in self.fields.items() if field.required and name not in _NEEDED_AT_ONCE]
        for field in asked:
            field.required = False
        super().full_clean()
        for field in asked:
            field.required = True

    @property
    def helper(self) -> FormHelper:
        """Return the layout in the order of the paper."""
        groups = (
            (_("Who, to whom, what for"), "kind discloser supersedes recipients people recipient_classes participants designation"
             " later_programs purposes initiated_by_patient"),
            (_("Which information"), "categories description"),
            (_("How long"), "valid_until ends_with ends_with_words revocable_after revocable_event case_reference"),
            (_("What the person was told"), "revocation_statement redisclosure_statement hipaa_statement refusal_statement"
             " fundraising_statement"),
            (_("Signature"), "language signature attested signed_by signer_relationship signer_authority signed_on"),
        )  # fmt: skip
        helper = FormHelper(self)
        helper.layout = Layout(*(Fieldset(title, *(name for name in names.split() if name in self.fields)) for title, names in groups))
        return helper

    @property
    def consent(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        facts = dict(self.cleaned_data)
        words, attested = facts.pop("ends_with_words", ""), facts.pop("attested")
        facts["ends_with"] = words if facts["ends_with"] == "other" else facts["ends_with"]
        facts.setdefault("hipaa_statement", "")
        facts["wording_version"] = CURRENT
        if facts["signature"] == SignatureMethod.SCREEN and attested:
            attestation = wording_of(facts["kind"], language=facts["language"] or "en")["attestation"]
            facts |= {"attestation": attestation, "witnessed_by": self.user}
        return {**facts, "signature": facts["signature"] or SignatureMethod.PAPER, "language": facts["language"] or "en"}


class EndForm(forms.Form):
    """Ask nothing: pressing the button says it."""


class RevocationForm(forms.Form):
    """Ask who takes a consent back, in which capacity, and how."""

    revoked_by = forms.CharField(label=_("Who takes it back"), max_length=120, help_text=_("The person, or whoever may sign for them."))
    revoked_as = forms.ChoiceField(
        label=_("Who that is"), choices=SignerRelationship.choices, widget=forms.RadioSelect, initial=SignerRelationship.PATIENT
    )
    revoked_how = forms.ChoiceField(
        label=_("In writing"), choices=SignatureMethod.choices, widget=forms.RadioSelect, initial=SignatureMethod.PAPER
    )
    event_has_come = forms.BooleanField(label=_("The event that the consent names has come"), required=False)

    def __init__(self, *args: Any, consent: Consent, **options: Any) -> None:
        """Ask about the event only where the consent names one."""
        super().__init__(*args, **options)
        if not consent.revocable_event:
            del self.fields["event_has_come"]
        for name in ("revoked_as", "revoked_how"):
            self.fields[name].required = False

    @property
    def revocation(self) -> dict[str, Any]:
        """Return what was filled in; what was left as it was offered is taken so."""
        asked = self.cleaned_data
        return {**asked, "revoked_as": asked["revoked_as"] or "patient", "revoked_how": asked["revoked_how"] or "paper"}


class ConfirmForm(forms.Form):
    """Ask whether a draft was compared with the signed paper, and with which."""

    compared = forms.BooleanField(label=_("I compared it with the signed paper, line by line"), required=False)
    original_seen_on = forms.DateField(
        label=_("I saw the original on"),
        required=False,
        widget=DAY,
        help_text=_("Leave it empty if you compared it with the scan that is on file here."),
    )


class DeclineForm(forms.Form):
    """Ask why a consent that a partner handed in does not hold."""

    why = forms.CharField(label=_("Why it does not hold"), max_length=200)


class FalseForm(forms.Form):
    """Ask what is false about a consent."""

    why = forms.CharField(label=_("What is false about it"), widget=_lines(3))


class ScanForm(forms.Form):
    """Ask for the scan of a paper."""

    of = forms.ChoiceField(label=_("What it is"), choices=ScanOf.choices, widget=forms.RadioSelect, initial=ScanOf.CONSENT)
    scan = forms.FileField(label=_("PDF, JPEG or PNG"), help_text=_("At most 5 MB. It is kept encrypted."))
