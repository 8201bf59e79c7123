"""Ask what somebody asks for, what must be asked at once, and what was done since."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crispy_forms.bootstrap import InlineRadios
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site
from casemgr.core.ui.forms import offer_choices, offer_rows
from casemgr.core.ui.verb_forms import DAY, MOMENT
from patients.inquiries.actions import FACTS
from patients.inquiries.models import (
    Asker,
    DoneAtOnce,
    Inquiry,
    InquiryEnd,
    InterimHelp,
    ScreeningOutcome,
    StepKind,
    TriageAnswer,
)
from patients.inquiries.queries import QUESTIONS

FOLD = "bootstrap5/layout/fold.html"
TWO_LINES = forms.Textarea(attrs={"rows": 2})
CALL_BACK = ("call_back", "call_back_whose", "may_leave_message", "may_text", "say_nothing", "best_time")
ASKED_AS = {
    "overdose_now": _("Is the person hard to wake, breathing slowly, blue or gray?"),
    "overdosed": _("Was there an overdose in the last 30 days?"),
    "suicidal": _("Are there thoughts of suicide?"),
    "suicide_plan": _("Is there a plan, or were steps taken toward it?"),
    "uses_alone": _("Does the person use alone?"),
    "has_naloxone": _("Is there naloxone at hand?"),
    "pregnant": _("Is the person pregnant?"),
    "injects": _("Does the person inject?"),
}
"""The questions as they are asked."""

ENDS = [(code, words) for code, words in InquiryEnd.choices if code != InquiryEnd.ADMITTED]


def _column(model: type[Model], name: str, **options: Any) -> Any:
    """Return the form field of a column."""
    field = model._meta.get_field(name)
    return field.formfield(**options)  # type: ignore[union-attr]


def _in_a_line(names: Sequence[str]) -> list[InlineRadios]:
    """Return these questions with their answers side by side."""
    return [InlineRadios(name) for name in names]


class InquiryForm(forms.Form):
    """Ask who asks, for whom, for what, and how they may safely be called back; nearly nothing is required."""

    asker = forms.ChoiceField(label=_("Who asks"), choices=Asker.choices, widget=forms.RadioSelect)
    asker_name = _column(Inquiry, "asker_name", help_text=_("If it is not the person: name, and where they call from."))
    came_by = _column(Inquiry, "came_by")
    given_name, family_name = _column(Inquiry, "given_name"), _column(Inquiry, "family_name")
    birth_date = _column(Inquiry, "birth_date", widget=DAY)
    asks_for = _column(Inquiry, "asks_for")
    words = _column(Inquiry, "words", widget=forms.Textarea(attrs={"rows": 3}))
    call_back = _column(Inquiry, "call_back", help_text=_("A number that is safe for the person, or another way."))
    call_back_whose = _column(Inquiry, "call_back_whose")
    may_leave_message, may_text = _column(Inquiry, "may_leave_message"), _column(Inquiry, "may_text")
    say_nothing = _column(Inquiry, "say_nothing", help_text=_("Somebody else may answer: do not say where you call from."))
    best_time = _column(Inquiry, "best_time")
    language, language_name = _column(Inquiry, "language"), _column(Inquiry, "language_name")
    interpreter_needed = _column(Inquiry, "interpreter_needed")
    pace = _column(Inquiry, "pace", help_text=_("Yes to a question about overdose or suicide means at once, whatever stands here."))

    @property
    def helper(self) -> FormHelper:
        """Return the layout."""
        helper = FormHelper(self)
        helper.layout = Layout(*self.parts())
        return helper

    def parts(self) -> list[Any]:
        """Return the parts of the form in the order of a call."""
        return [
            Fieldset(_("Who asks"), "asker", "asker_name", "came_by"),
            Fieldset(_("The person"), "given_name", "family_name", "birth_date", "language", "language_name", "interpreter_needed"),
            Fieldset(_("What they ask for"), "asks_for", "words", "pace"),
            Fieldset(_("A safe way to call back"), *CALL_BACK),
        ]

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was filled in, as the verbs take it."""
        return {name: self.cleaned_data[name] for name in FACTS}


class TriageForm(forms.Form):
    """Ask about overdose and suicide, pregnancy and injecting, and what was done at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask the questions in their order."""
        super().__init__(*args, **kwargs)
        self.fields.update(triage_fields())

    @property
    def helper(self) -> FormHelper:
        """Return the layout."""
        helper = FormHelper(self)
        helper.layout = Layout(*_in_a_line(QUESTIONS), "done", "done_words")
        return helper

    @property
    def triage(self) -> dict[str, Any]:
        """Return what was answered, as the verb takes it."""
        answers = {name: self.cleaned_data[name] for name in QUESTIONS}
        return {**answers, "done": self.cleaned_data["done"], "done_words": self.cleaned_data["done_words"]}


def triage_fields() -> dict[str, forms.Field]:
    """Return the questions that are asked at once, and what was done."""
    fields: dict[str, forms.Field] = {}
    for name in QUESTIONS:
        fields[name] = forms.ChoiceField(
            label=ASKED_AS[name], choices=TriageAnswer.choices, initial=TriageAnswer.NOT_ASKED, widget=forms.RadioSelect
        )
    fields["done"] = forms.MultipleChoiceField(
        label=_("Done at once"), choices=DoneAtOnce.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    fields["done_words"] = forms.CharField(label=_("About what was done"), required=False, max_length=500, widget=TWO_LINES)
    return fields


class TakeInquiryForm(InquiryForm):
    """Ask all that is asked in a first call, danger first."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), empty_label=None)

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        """Offer these sites."""
        super().__init__(*args, **kwargs)
        self.fields.update(triage_fields())
        offer_rows(self, "site", sites)

    def parts(self) -> list[Any]:
        """Return the parts: who and where from first, then the questions that cannot wait."""
        who, *rest = super().parts()
        danger = Fieldset(_("Ask at once"), *_in_a_line(QUESTIONS[:4]), "done", "done_words")
        return [who, danger, *rest, Fieldset(_("For the order of the waitlist, and for safety"), *_in_a_line(QUESTIONS[4:])), "site"]

    @property
    def inquiry(self) -> dict[str, Any]:
        """Return everything, as the verb takes it."""
        data = self.cleaned_data
        answers = {name: data[name] for name in QUESTIONS}
        return {**self.facts, "site": data["site"], "answers": answers, "done": data["done"], "done_words": data["done_words"]}


class StepForm(forms.Form):
    """Ask what was done about an inquiry."""

    kind = forms.ChoiceField(label=_("What"), choices=StepKind.choices, widget=forms.RadioSelect)
    given_help = forms.ChoiceField(label=_("Which help"), choices=[("", "—"), *InterimHelp.choices], required=False)
    happened_at = forms.DateTimeField(label=_("At"), widget=MOMENT)
    words = forms.CharField(label=_("In words"), required=False, max_length=500, widget=TWO_LINES)

    def __init__(self, *args: Any, now: datetime, waiting: bool = True, **kwargs: Any) -> None:
        """Offer now, and what belongs to waiting only while somebody waits."""
        super().__init__(*args, **kwargs)
        self.fields["happened_at"].initial = now
        if not waiting:
            later = (StepKind.OFFER, StepKind.OFFER_DECLINED)
            offer_choices(self, "kind", [pair for pair in StepKind.choices if pair[0] not in later])


class WaitForm(forms.Form):
    """Ask since when somebody waits."""

    joined_on = forms.DateField(label=_("Waits since"), widget=DAY)


class VisitForm(forms.Form):
    """Ask what a screening visit came to."""

    held_at = forms.DateTimeField(label=_("Held at"), widget=MOMENT)
    found = forms.CharField(label=_("What was found"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    outcome = forms.ChoiceField(label=_("Came to"), choices=ScreeningOutcome.choices, widget=forms.RadioSelect)
    where_to = forms.CharField(
        label=_("Where to"), required=False, max_length=200, help_text=_("If the person is sent on: to whom, and who goes along or calls.")
    )


class CloseForm(forms.Form):
    """Ask what an inquiry came to."""

    because = forms.ChoiceField(label=_("Came to"), choices=ENDS, widget=forms.RadioSelect)
    went_to = forms.CharField(label=_("Where to"), required=False, max_length=200)
    words = forms.CharField(label=_("In words"), required=False, widget=TWO_LINES)


def said_of(inquiry: Inquiry) -> dict[str, Any]:
    """Return what a form about this inquiry starts with."""
    return {name: getattr(inquiry, name) for name in FACTS}


def person_of(inquiry: Inquiry) -> dict[str, Any]:
    """Return what a new record of the person starts with."""
    names = ("given_name", "family_name", "birth_date", "language", "language_name", "interpreter_needed", "site")
    return {name: getattr(inquiry, name) for name in names}
