"""Take in what is to be done, and what became of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.language.fields import WordsField
from casemgr.core.ui.forms import offer_rows
from referrals.casework.models import TaskDomain, TaskState, Urgency
from referrals.casework.queries import possible_owners

CHOICE = {"class": "form-select"}
DAY = {"type": "date", "class": "field--short"}


class TaskForm(forms.Form):
    """Ask what is to be done, by whom and until when."""

    title = WordsField(label=_("What is to be done"), max_length=200)
    domain = forms.ChoiceField(label=_("About"), choices=TaskDomain.choices)
    due_on = forms.DateField(label=_("Due"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    owner = forms.ModelChoiceField(
        label=_("Who"), queryset=User.objects.none(), required=False, empty_label=_("Nobody yet: whoever takes it first")
    )
    urgency = forms.TypedChoiceField(label=_("How urgent"), choices=Urgency.choices, coerce=int, initial=Urgency.ROUTINE)
    detail = WordsField(label=_("Detail"), required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        """Offer those who do casework in the program."""
        super().__init__(*args, **kwargs)
        offer_rows(self, "owner", possible_owners(program.pk))


class FinishForm(forms.Form):
    """Ask what came of it."""

    outcome = WordsField(label=_("What came of it"), widget=forms.Textarea({"rows": 3}))


class HandOverForm(forms.Form):
    """Ask who goes on with it."""

    owner = forms.ModelChoiceField(
        label=_("To whom"),
        queryset=User.objects.none(),
        empty_label=_("Choose a colleague"),
        help_text=_("Somebody who may see the person: on the care team, or of the same site."),
    )

    def __init__(self, *args: Any, program_id: int, **kwargs: Any) -> None:
        """Offer those who do casework in the program."""
        super().__init__(*args, **kwargs)
        offer_rows(self, "owner", possible_owners(program_id))


class PostponeForm(forms.Form):
    """Ask for a later day."""

    due_on = forms.DateField(label=_("New day"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))


class DropForm(forms.Form):
    """Ask why it will not be done."""

    reason = WordsField(label=_("Why it will not be done"), widget=forms.Textarea({"rows": 2}))


class TaskFilter(forms.Form):
    """Narrow the list of tasks."""

    domain = forms.ChoiceField(
        label=_("About"), required=False, widget=forms.Select(CHOICE), choices=[("", _("Everything")), *TaskDomain.choices]
    )
    due = forms.ChoiceField(
        label=_("Due"),
        required=False,
        widget=forms.Select(CHOICE),
        choices=[("", _("Any day")), ("overdue", _("Overdue")), ("today", _("By today")), ("week", _("Within a week"))],
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, widget=forms.Select(CHOICE), choices=[("", _("To be done")), *TaskState.choices]
    )
