"""Take in what a browser sends of a form that is not finished."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve

from treatment_plans.drafts.rules import Words

NOT_A_DRAFT = "This is no draft."


class DraftForm(forms.Form):
    """Check the words of a draft, the change that they rest on, and where their form is."""

    version = forms.IntegerField(min_value=0)
    address = forms.CharField(max_length=8000, required=False)
    fields_typed = forms.JSONField()
    labels = forms.JSONField(required=False)

    def clean_address(self) -> str:
        """Keep an address of our own only."""
        address: str = self.cleaned_data["address"]
        parts = urlsplit(address)
        try:
            resolve(parts.path)
        except Resolver404:
            return ""
        return "" if parts.scheme or parts.netloc or not address.startswith("/") else address

    def clean_fields_typed(self) -> dict[str, list[str]]:
        """Let through names of fields with lists of texts."""
        typed = self.cleaned_data["fields_typed"]
        if not isinstance(typed, dict) or not all(_are_texts(held) for held in typed.values()):
            raise ValidationError(NOT_A_DRAFT)
        return typed

    def clean_labels(self) -> dict[str, str]:
        """Let through names of fields with what they are called."""
        labels = self.cleaned_data["labels"] or {}
        if not isinstance(labels, dict) or not _are_texts(list(labels.values())):
            raise ValidationError(NOT_A_DRAFT)
        return labels

    def words(self) -> Words:
        """Return what was typed."""
        known = self.cleaned_data
        return Words(known["fields_typed"], known["labels"], known["address"])


def _are_texts(held: Any) -> bool:
    """Say whether this is a list of texts."""
    return isinstance(held, list) and all(isinstance(text, str) for text in held)
