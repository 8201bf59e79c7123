"""Take in what is prescribed, and what is done at the window."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Layout
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.forms import offer_choices, offer_rows
from patients.record.models import Patient
from treatment_plans.inventory.models import Product
from treatment_plans.inventory.queries import sites_reached
from treatment_plans.medication.models import DayPart, Order, warning_words
from treatment_plans.medication.queries import DoseFacts
from treatment_plans.medication.rules import Warned

AMOUNT = {"class": "field--short", "inputmode": "decimal", "autocomplete": "off"}
DAY = {"type": "date", "class": "field--short"}
READ_FIRST = _("Tick each line once you have read it. The dose may be given all the same.")
IDENTITY = [
    ("name_and_birth_date", _("Told me name and date of birth")),
    ("document", _("Showed a document")),
    ("known", _("I know this person")),
]
MOVED = _(
    "This order is on the record of %(name)s now: records were merged, or a merge was undone. Nothing was given. "
    "Open the dose again, and check who stands before you."
)


class DoseForm(forms.Form):
    """Ask what is needed to give one dose: who stands here, what was read, who signs."""

    shown = forms.IntegerField(required=False, widget=forms.HiddenInput)
    for_day = forms.DateField(label=_("For which day"), widget=forms.RadioSelect)
    identity_checked_by = forms.ChoiceField(label=_("Who stands here"), choices=IDENTITY, widget=forms.RadioSelect)
    acknowledged = forms.MultipleChoiceField(
        label=_("Read before you give it"),
        error_messages={"required": READ_FIRST},
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None of this is a reason to withhold the dose."),
    )
    day_part = forms.ChoiceField(label=_("Part of the day"), choices=DayPart.choices, initial=DayPart.WHOLE)
    mg = forms.DecimalField(
        label=_("Milligrams"),
        required=False,
        max_digits=8,
        decimal_places=3,
        widget=forms.TextInput(AMOUNT),
        help_text=_("Left empty, it is what was ordered for the whole day."),
    )
    initials = forms.CharField(
        label=_("Your initials"), max_length=8, widget=forms.TextInput({"class": "field--tiny", "autocomplete": "off"})
    )

    def __init__(self, *args: Any, facts: DoseFacts, user: User, **kwargs: Any) -> None:
        """Offer today and the closed days ahead, and the warnings of this moment."""
        super().__init__(*args, **kwargs)
        self.warned, self.patient_id = facts.warnings, facts.patient_id
        self.fields["shown"].initial = facts.patient_id
        days = [facts.today, *facts.days_to_hand_out]
        in_parts = facts.part_to_give != DayPart.WHOLE
        today_is_done = facts.today in facts.covered and not in_parts
        self.fields["for_day"].initial = days[1] if today_is_done and days[1:] else days[0]
        self.fields["for_day"].widget = _days_widget(days)
        self.fields["day_part"].initial = facts.part_to_give
        self.fields["initials"].initial = "".join(word[0] for word in user.full_name.split())[:3].upper()
        offer_choices(self, "acknowledged", [(w.code, _warning_label(w)) for w in self.warned])
        if not self.warned:
            del self.fields["acknowledged"]
        self.helper = FormHelper(self)
        self.helper.form_tag, self.helper.disable_csrf = False, True
        self.helper.layout = _dose_layout(bool(self.warned), open_parts=in_parts or bool(self.data.get("mg")))

    def clean(self) -> dict[str, Any]:
        """Stop a page that shows another record than the one on which the order is now, since a merge or its undoing."""
        typed: dict[str, Any] = super().clean() or {}
        if typed.pop("shown", None) not in (None, self.patient_id):
            name = Patient.objects.get(pk=self.patient_id).legal_name
            raise forms.ValidationError(MOVED % {"name": name})
        return typed

    def clean_acknowledged(self) -> list[str]:
        """Ask that each warning was read; reading is all that is asked."""
        read: list[str] = self.cleaned_data["acknowledged"]
        if set(read) != {warned.code for warned in self.warned}:
            raise forms.ValidationError(READ_FIRST)
        return read


class OrderForm(forms.Form):
    """Ask a prescriber for an order."""

    site = forms.ModelChoiceField(label=_("Given at"), queryset=Site.objects.none())
    product = forms.ModelChoiceField(label=_("Medication"), queryset=Product.objects.all(), empty_label=_("Choose a medication"))
    daily_mg = forms.DecimalField(
        label=_("Daily dose, mg"), max_digits=8, decimal_places=3, widget=forms.TextInput(AMOUNT), help_text=_("There is no highest dose.")
    )
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    ends_on = forms.DateField(
        label=_("Until (this day not included)"),
        required=False,
        widget=forms.DateInput(DAY, format="%Y-%m-%d"),
        help_text=_("Empty: until it is changed or ended."),
    )
    first_day_reason = forms.CharField(
        label=_("Reason for more than 50 mg of methadone on the first day"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Only for a first day, for example a transfer whose dose was verified (42 CFR 8.12(h)(3)(ii))."),
    )
    instructions = forms.CharField(label=_("Instructions for the window"), required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the sites where this user may prescribe."""
        super().__init__(*args, **kwargs)
        sites = sites_reached(user, Can.PRESCRIBE)
        offer_rows(self, "site", sites)
        self.fields["site"].initial = sites.first()


class HoldForm(forms.Form):
    """Ask why nothing may be given for now."""

    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("Everybody at the window reads this."))


class ReleaseForm(forms.Form):
    """Ask a prescriber to say that they looked."""

    seen = forms.BooleanField(
        label=_("I looked at why it is on hold, and the ordered dose is right for today."),
        help_text=_("For another dose, change the order instead."),
    )


class EndForm(forms.Form):
    """Ask from which day on nothing is given."""

    on = forms.DateField(label=_("First day without a dose"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))


def order_as_typed(order: Order, today: date) -> dict[str, Any]:
    """Return what a change of an order starts from."""
    return {
        "site": order.site_id,
        "product": order.product_id,
        "daily_mg": f"{order.daily_mg.normalize():f}",
        "starts_on": today,
        "instructions": order.instructions,
    }


def _days_widget(days: Sequence[date]) -> forms.Widget:
    """Return a choice of days, or a hidden one when there is no choice."""
    if len(days) == 1:
        return forms.HiddenInput()
    labels = [(days[0].isoformat(), gettext("Today, to take here"))]
    labels += [(day.isoformat(), gettext("%(day)s, to take home: closed") % {"day": date_format(day, "l, F j")}) for day in days[1:]]
    return forms.RadioSelect(choices=labels)


def _warning_label(warned: Warned) -> str:
    """Return a warning with its source."""
    return f"{warning_words(warned)} ({warned.source})"


def _dose_layout(warned: bool, *, open_parts: bool) -> Layout:
    """Return the fields in the order of the work; what is seldom needed is folded."""
    fold = HTML('<details class="fold"{}><summary>{}</summary>'.format(" open" if open_parts else "", gettext("Only a part of the day")))
    first = ["for_day", "identity_checked_by", *(["acknowledged"] if warned else [])]
    return Layout(Field("shown"), *map(Field, first), fold, Field("day_part"), Field("mg"), HTML("</details>"), Field("initials"))
