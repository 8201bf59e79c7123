"""Take in to whom a part of the record goes, what for, which parts, and how."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.directory.models import Organization
from casemgr.core.ui.forms import offer_choices
from casemgr.sharing.ways import WAYS
from patients.consent.models import InformationCategory, PurposeOfUse
from patients.disclosures.queries import Part

FORMAT_WORDS = {"pdf": _("on paper (PDF)"), "json": _("as data (JSON)"), "csv": _("as a table (CSV)")}


def ways_to_choose() -> list[tuple[str, str]]:
    """Return each way with each of its formats."""
    return [
        (f"{way.via}:{written_as}", _("%(way)s, %(format)s") % {"way": way.label, "format": FORMAT_WORDS[written_as]})
        for way in WAYS.values()
        if way.is_chosen
        for written_as in way.formats
    ]


class WhoForm(forms.Form):
    """Ask who is to be told, and what for."""

    organization = forms.ModelChoiceField(
        label=_("Who"),
        queryset=Organization.objects.filter(is_active=True),
        empty_label=_("Choose an organization"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    purpose = forms.ChoiceField(label=_("What for"), choices=PurposeOfUse.choices, widget=forms.Select(attrs={"class": "form-select"}))


class PacketForm(forms.Form):
    """Ask which parts, and how they are to leave; only what may be told can be chosen."""

    categories = forms.MultipleChoiceField(
        label=_("Which parts"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose no more than what is needed for the purpose (42 CFR 2.13(a))."),
        error_messages={"invalid_choice": _("This part may not be told to them for this purpose.")},
    )
    way = forms.ChoiceField(label=_("How"), widget=forms.RadioSelect, choices=ways_to_choose, initial="print:pdf")

    def __init__(self, *args: Any, parts: Sequence[Part], **options: Any) -> None:
        """Offer the parts that may be told."""
        super().__init__(*args, **options)
        labels = dict(InformationCategory.choices)
        offered = [(part.category, labels[part.category]) for part in parts if part.allowed]
        offer_choices(self, "categories", offered)

    def clean_way(self) -> tuple[str, str]:
        """Return way and format."""
        via, _colon, written_as = self.cleaned_data["way"].partition(":")
        return via, written_as
