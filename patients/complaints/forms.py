"""Ask what a complaint says, what was found, what was answered."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import colleagues_of
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.forms import offer_rows
from casemgr.core.ui.patient_rows import PatientField, People
from casemgr.core.ui.verb_forms import DAY, SeenChoiceField, VerbForm
from patients.caseload.queries import patients_seen_by
from patients.complaints.models import Complainant, ComplaintOutcome, ComplaintSubject, ReceivedHow, Retaliation
from patients.record.queries import search_patients

PEOPLE = People(lambda user, can: patients_seen_by(user, can=can), search_patients)


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PerhapsPatientField(PatientField):
    """Ask for a patient by name, birth date or number, or for nobody."""

    def clean(self, value: Any) -> Any:
        """Return the one patient who is meant, or nobody when nothing was typed."""
        return super().clean(value) if str(value or "").strip() else None


class ComplaintForm(VerbForm):
    """Take down a complaint while the person is there or on the phone."""

    words = forms.CharField(label=_("What was said"), widget=_lines(5), help_text=_("In their own words. It is kept encrypted."))
    about: Any = forms.ChoiceField(label=_("What it is about"), choices=ComplaintSubject.choices, widget=forms.RadioSelect)
    from_whom = forms.ChoiceField(label=_("Who complains"), choices=Complainant.choices, widget=forms.RadioSelect)
    patient = PerhapsPatientField(PEOPLE, label=_("About whose record"), required=False)
    name = forms.CharField(
        label=_("Name, and how to answer"), required=False, max_length=200, help_text=_("When it is somebody else than the person.")
    )
    received_on = forms.DateField(label=_("Received on"), widget=DAY)
    received_how = forms.ChoiceField(label=_("How it came in"), choices=ReceivedHow.choices)
    staff_named = forms.ModelMultipleChoiceField(
        label=_("Colleagues whom it is about"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever is ticked here does not find this complaint."),
    )
    told_of_program = forms.BooleanField(label=_("I told them how the program deals with complaints"), required=False)
    told_of_secretary = forms.BooleanField(
        label=_("I told them that they may complain to the Secretary of HHS too"), required=False, help_text="www.hhs.gov/ocr/complaints"
    )

    def __init__(self, *args: Any, user: User, right: Can, **options: Any) -> None:
        """Offer the colleagues of whoever writes it down."""
        super().__init__(*args, user=user, right=right, **options)
        offer_rows(self, "staff_named", colleagues_of(user))


class FindingsForm(forms.Form):
    """Ask what was looked into so far."""

    findings = forms.CharField(label=_("What was looked into and found"), widget=_lines(6))
    retaliation = forms.ChoiceField(
        label=_("Were they treated worse since they complained?"), choices=[("", _("Not asked yet")), *Retaliation.choices], required=False
    )
    told_of_secretary = forms.BooleanField(label=_("They were told that they may complain to the Secretary of HHS too"), required=False)


class AnswerForm(FindingsForm):
    """Ask for everything that a complaint is closed with."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=ComplaintOutcome.choices)
    answer = forms.CharField(label=_("What was answered"), widget=_lines(4))

    def __init__(self, *args: Any, **options: Any) -> None:
        """Stand beside the other form without sharing its ids."""
        super().__init__(*args, **{"auto_id": "id_answer_%s", **options})


class NameStaffForm(VerbForm):
    """Ask who else it is about."""

    user: Any = SeenChoiceField(colleagues_of, label=_("Colleague"), empty_label=_("Choose a colleague"))

    def __init__(self, *args: Any, asking: User, **options: Any) -> None:
        """Offer the colleagues; the field of the same name stands for the colleague who is named."""
        super().__init__(*args, user=asking, right=Can.OVERSEE_PRIVACY, **options)
