"""Take in what somebody writes down about the stock."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Membership, Site, User
from casemgr.core.ui.forms import offer_rows
from treatment_plans.inventory.models import Lot, Product, Substance
from treatment_plans.inventory.queries import sites_managed_by
from treatment_plans.inventory.rules import catalogue

SHORT = {"class": "field--short", "inputmode": "decimal", "autocomplete": "off"}


def _stocked_codes() -> list[tuple[str, str]]:
    """Return the RxNorm products of the medications for opioid use disorder."""
    return [
        (entry.rxnorm, f"{entry.name} ({entry.rxnorm})")
        for entry in catalogue().values()
        if any(entry.ingredient.startswith(substance) for substance in Substance.values)
    ]


class ProductForm(forms.Form):
    """Ask for a product by its RxNorm code, and for its strength."""

    rxnorm = forms.ChoiceField(label=_("Product"), choices=_stocked_codes, help_text=_("Names and codes of RxNorm."))
    mg_per_ml = forms.DecimalField(
        label=_("Milligrams per milliliter"), required=False, min_value=0, help_text=_("For liquids."), widget=forms.TextInput(SHORT)
    )
    mg_per_unit = forms.DecimalField(
        label=_("Milligrams per tablet, film or syringe"), required=False, min_value=0, widget=forms.TextInput(SHORT)
    )
    ndc = forms.CharField(label=_("NDC"), required=False, max_length=20, help_text=_("As it stands on the package."))

    def facts(self) -> dict[str, Any]:
        """Return what the verb asks for; name and form come from RxNorm."""
        entry = catalogue()[self.cleaned_data["rxnorm"]]
        substance = next(value for value in Substance.values if entry.ingredient.startswith(value))
        return {**self.cleaned_data, "name": entry.name, "form": entry.form, "substance": substance}


class ReceiveLotForm(forms.Form):
    """Ask for what came in."""

    product = forms.ModelChoiceField(label=_("Product"), queryset=Product.objects.all(), empty_label=_("Choose a product"))
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none())
    number = forms.CharField(label=_("Lot number"), max_length=60, help_text=_("As it stands on the bottle or box."))
    expires_on = forms.DateField(label=_("Expires on"), widget=forms.DateInput({"type": "date", "class": "field--short"}))
    mg = forms.DecimalField(
        label=_("Milligrams received"),
        max_digits=14,
        decimal_places=3,
        help_text=_("The whole lot. 1 liter at 10 mg/ml holds 10,000 mg."),
        widget=forms.TextInput(SHORT),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the sites whose stock this user manages."""
        super().__init__(*args, **kwargs)
        sites = sites_managed_by(user)
        offer_rows(self, "site", sites)
        self.fields["site"].initial = sites.first()


class WasteForm(forms.Form):
    """Ask how much was lost, who watched, and what happened."""

    mg = forms.DecimalField(label=_("Milligrams wasted"), max_digits=14, decimal_places=3, widget=forms.TextInput(SHORT))
    witness = forms.ModelChoiceField(
        label=_("Witness"),
        queryset=User.objects.none(),
        empty_label=_("Choose who watched"),
        help_text=_("A colleague who saw it being destroyed."),
    )
    note = forms.CharField(label=_("What happened"), max_length=200)

    def __init__(self, *args: Any, lot: Lot, user: User, **kwargs: Any) -> None:
        """Offer the colleagues of the program, without oneself."""
        super().__init__(*args, **kwargs)
        members = Membership.objects.current().filter(program=lot.program_id).values("user")
        staff = User.objects.filter(pk__in=members, is_active=True).exclude(pk=user.pk)
        offer_rows(self, "witness", staff)


class CountForm(forms.Form):
    """Ask what a count found."""

    counted_mg = forms.DecimalField(
        label=_("Milligrams counted"),
        max_digits=14,
        decimal_places=3,
        help_text=_("Count first, then compare with the book."),
        widget=forms.TextInput(SHORT),
    )
    note = forms.CharField(
        label=_("What explains a difference"), max_length=200, required=False, help_text=_("Needed when count and book differ.")
    )
