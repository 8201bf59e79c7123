"""Ask what a person wants to know of their own record, and how they got the answer."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.ui.forms import offer_rows
from casemgr.core.ui.verb_forms import DAY
from patients.accounting.models import AskedHow, Delivery, PaperForm, Regime, RequestKind

LANGUAGES = (("en", _("English")), ("es", _("Spanish")))


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class TakeForm(forms.Form):
    """Take a request in."""

    program = forms.ModelChoiceField(queryset=Program.objects.none(), label=_("Asked of"))
    kind = forms.ChoiceField(label=_("What does the person ask for?"), choices=RequestKind.choices, widget=forms.RadioSelect)
    received_on = forms.DateField(
        label=_("Received on"), widget=DAY, help_text=_("From this day the time to answer counts, also when nobody saw it.")
    )
    asked_how = forms.ChoiceField(label=_("How it came"), choices=AskedHow.choices, widget=forms.RadioSelect, initial=AskedHow.IN_PERSON)
    regime = forms.ChoiceField(
        label=_("How far back"),
        choices=Regime.choices,
        widget=forms.RadioSelect,
        initial=Regime.PART2,
        help_text=_("Only for an accounting. Six years is the program's reading of 45 CFR 164.528; tell more when in doubt."),
    )
    since = forms.DateField(label=_("Only from"), required=False, widget=DAY, help_text=_("If the person wants a shorter time."))
    until = forms.DateField(label=_("Only to (included)"), required=False, widget=DAY)
    wishes = forms.CharField(label=_("What exactly, in the person's words"), required=False, widget=_lines(3))

    def __init__(self, *args: Any, programs: QuerySet[Program], today: date, **options: Any) -> None:
        """Offer the programs that can be asked."""
        super().__init__(*args, **options)
        offer_rows(self, "program", programs)
        self.fields["program"].initial = programs.first()
        self.fields["received_on"].initial = today
        self.fields["kind"].initial = RequestKind.ACCOUNTING


class ExtendForm(forms.Form):
    """Ask why more time is needed."""

    reason = forms.CharField(
        label=_("Why more time is needed"),
        widget=_lines(3),
        required=False,
        help_text=_("As it is written to the person. It can be done once, before the day has passed."),
    )


class AnswerForm(forms.Form):
    """Ask how the answer reached the person."""

    delivery = forms.ChoiceField(label=_("How the person got it"), choices=Delivery.choices, widget=forms.RadioSelect)
    outcome = forms.CharField(label=_("What was given"), required=False, widget=_lines(2))
    fee = forms.DecimalField(
        label=_("Fee in dollars"),
        required=False,
        max_digits=7,
        decimal_places=2,
        min_value=0,
        help_text=_("Only what it cost, and only if the person was told before and agreed."),
    )

    def __init__(self, *args: Any, is_free: bool, **options: Any) -> None:
        """Ask for no fee where none may be asked."""
        super().__init__(*args, **options)
        if is_free:
            del self.fields["fee"]


class WordsForm(forms.Form):
    """Ask for the words with which a request is denied or taken back."""

    outcome = forms.CharField(label=_("In words"), widget=_lines(2), required=False)


class HandOutForm(forms.Form):
    """Ask in which language, how far back and as what an account is handed out."""

    regime = forms.ChoiceField(label=_("How far back"), choices=Regime.choices, widget=forms.RadioSelect, initial=Regime.PART2)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, widget=forms.RadioSelect)
    paper_form = forms.ChoiceField(label=_("As what"), choices=PaperForm.choices, widget=forms.RadioSelect, initial=PaperForm.PDF)
