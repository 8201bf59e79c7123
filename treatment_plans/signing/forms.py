"""Ask for what is added to signed notes, and who supervises whom."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.language.fields import WordsField
from casemgr.core.ui.forms import offer_rows
from casemgr.core.ui.verb_forms import DAY
from treatment_plans.signing.models import ErrorKind

LINES = {"rows": 6}
NUMBER = forms.NumberInput({"class": "field--short", "min": "0", "inputmode": "numeric"})


class AddendumForm(forms.Form):
    """Ask what is to be added to a signed note."""

    text = WordsField(
        label=_("What is added"),
        widget=forms.Textarea(attrs=LINES),
        help_text=_("It stands under the note with your name and the moment, and stays as it is."),
    )


class InErrorForm(forms.Form):
    """Ask what is wrong with a signed note."""

    kind = forms.ChoiceField(label=_("What is wrong"), choices=ErrorKind.choices, widget=forms.RadioSelect)
    words = WordsField(
        label=_("In words"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The note stays readable, with this above it. It is told to nobody outside any more. This cannot be undone."),
    )


class AnswerForm(forms.Form):
    """Ask a supervisor for a comment; a co-signature needs none."""

    words = WordsField(
        label=_("Comment for the author"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Needed to return the note. You and the author read it; it is no part of the note."),
    )


class SupervisionForm(forms.Form):
    """Ask who supervises whom."""

    clinician = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Who is supervised"))
    supervisor = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("Supervisor"), help_text=_("Reads and co-signs the notes that need it.")
    )
    is_every_note = forms.BooleanField(
        label=_("In training: every note is co-signed"),
        required=False,
        help_text=_("Otherwise notes of peers are co-signed, and those that the sample chooses."),
    )
    starts_on = forms.DateField(label=_("From"), widget=DAY)

    def __init__(self, *args: Any, colleagues: QuerySet[User], **options: Any) -> None:
        """Offer those who work in the program."""
        super().__init__(*args, **options)
        for name in ("clinician", "supervisor"):
            offer_rows(self, name, colleagues)


class EndForm(forms.Form):
    """Ask on which day a supervision ends."""

    on = forms.DateField(label=_("Until (not included)"), widget=DAY)


class PolicyForm(forms.Form):
    """Ask what a program asks of signatures from now on."""

    late_after_hours = forms.IntegerField(
        label=_("Late entry after (hours)"), widget=NUMBER, help_text=_("A note written later than this after the session says so.")
    )
    sign_within_hours = forms.IntegerField(
        label=_("To be signed within (hours)"), widget=NUMBER, help_text=_("A note signed later than this after the session says so.")
    )
    sample_percent = forms.IntegerField(
        label=_("Sample read by supervisors (percent)"),
        widget=NUMBER,
        help_text=_("Of signed notes that need no co-signature otherwise. A fixed rule chooses them, nobody else; 0 chooses none."),
    )
    is_peers_cosigned = forms.BooleanField(label=_("Notes of peers are co-signed"), required=False)
