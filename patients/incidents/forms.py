"""Ask what happened, whom it reached, how bad it is, who was told."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.patient_rows import PatientField, People
from casemgr.core.ui.verb_forms import DAY, VerbForm
from patients.caseload.queries import patients_seen_by
from patients.incidents.models import Audience, Determination, Incident, IncidentKind, Level, NoticeWay
from patients.incidents.rules import FACTORS, read_by_state
from patients.record.queries import search_patients

PEOPLE = People(lambda user, can: patients_seen_by(user, can=can), search_patients)
FACTOR_WORDS = {
    "nature": (_("Nature and extent of the information"), _("What was it, and how easily could somebody be recognized by it?")),
    "recipient": (_("Who used it or received it"), _("Are they bound to keep it, like a hospital or a lawyer?")),
    "acquired": (_("Was it really acquired or viewed"), _("Or was there only the chance?")),
    "mitigated": (_("How far the risk was made smaller"), _("Was it given back, destroyed, a promise signed?")),
}


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ReportForm(forms.Form):
    """Take a report in a minute; what is not known yet is found out later."""

    words = forms.CharField(
        label=_("What happened"),
        widget=_lines(4),
        help_text=_("A sentence or two. It is kept encrypted and read by the privacy officer."),
    )
    kind = forms.ChoiceField(label=_("What comes nearest"), choices=IncidentKind.choices, widget=forms.RadioSelect)
    discovered_on = forms.DateField(label=_("When you noticed"), widget=DAY)
    happened_on = forms.DateField(label=_("When it happened, if you know"), widget=DAY, required=False)


class PersonReachedForm(VerbForm):
    """Ask whose information was reached."""

    patient = PatientField(PEOPLE, label=_("Person"))
    state = forms.CharField(label=_("State of residence"), max_length=2, min_length=2, help_text=_("Two letters, like NY."))
    is_address_outdated = forms.BooleanField(label=_("The address is out of date"), required=False)

    def clean_state(self) -> str:
        """Write a state in capital letters."""
        return str(self.cleaned_data["state"]).upper()


class NumbersForm(forms.Form):
    """Ask how many more there are."""

    others_by_state = forms.CharField(
        label=_("How many more, by state"), required=False, help_text=_("People who are not listed one by one, like: NY 12, NJ 3")
    )

    def clean_others_by_state(self) -> dict[str, int]:
        """Read the numbers."""
        try:
            return read_by_state(self.cleaned_data["others_by_state"])
        except ValueError:
            raise forms.ValidationError(gettext("Write states with two letters and numbers of people, like: NY 12, NJ 3")) from None


class AssessmentForm(forms.Form):
    """Ask the four factors, and what they come to."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Ask each factor in words and graded."""
        super().__init__(*args, **options)
        for name in FACTORS:
            label, help_text = FACTOR_WORDS[name]
            self.fields[name] = forms.CharField(label=label, help_text=help_text, required=False, widget=_lines(2))
            self.fields[f"{name}_level"] = forms.ChoiceField(label=_("Risk"), choices=[("", "—"), *Level.choices], required=False)
        self.fields["determination"] = forms.ChoiceField(
            label=_("It is"),
            choices=Determination.choices,
            widget=forms.RadioSelect,
            help_text=_("Presumed to be a breach, unless the four factors show a low probability that the information was compromised."),
        )

    def facts(self) -> dict[str, Any]:
        """Return the arguments for the verb."""
        said = self.cleaned_data
        return {
            "determination": said["determination"],
            "words": {name: said[name] for name in FACTORS},
            "levels": {name: said[f"{name}_level"] for name in FACTORS},
        }


class LetterForm(forms.Form):
    """Ask for what the letter to the people concerned must say."""

    events = forms.CharField(label=_("What happened, and when"), widget=_lines(3))
    information = forms.CharField(label=_("Which kinds of information it was"), widget=_lines(2))
    steps = forms.CharField(label=_("What people can do to protect themselves"), widget=_lines(3))
    doing = forms.CharField(label=_("What the program does about it"), widget=_lines(3))
    contact = forms.CharField(
        label=_("Whom to ask"), max_length=200, help_text=_("A toll-free number, and an e-mail, web or postal address.")
    )

    def __init__(self, *args: Any, incident: Incident, **options: Any) -> None:
        """Begin with what was written before."""
        begun = {name: getattr(incident, f"letter_{name}") for name in ("events", "information", "steps", "doing", "contact")}
        super().__init__(*args, **{"initial": begun, **options})


class BreachNoticeForm(forms.Form):
    """Ask who was told, how, when and how many."""

    audience = forms.ChoiceField(label=_("Who was told"), choices=Audience.choices)
    way = forms.ChoiceField(label=_("How"), choices=NoticeWay.choices)
    sent_on = forms.DateField(label=_("Sent on"), widget=DAY)
    number = forms.IntegerField(
        label=_("How many people"),
        min_value=1,
        help_text=_("Those who were told now, each once. For HHS and the media: of how many they have heard in all."),
    )
    is_complete = forms.BooleanField(
        label=_("That was everybody of them"),
        required=False,
        help_text=_("Their clock stops. When more people become known, it starts again."),
    )


class NoQuestion(forms.Form):
    """Ask nothing: the press of the button is enough."""
