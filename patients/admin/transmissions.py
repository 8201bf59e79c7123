"""Open what is sent, and where organizations may be reached, in the record room."""

from base64 import b64encode
from secrets import token_bytes
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from casemgr.core.ui.verb_forms import form_of, form_with
from patients.admin.base import PatientTable
from patients.consent.models import PurposeOfUse
from patients.transmissions.actions import (
    agree_on_secure_address,
    cancel_transmission,
    confirm_transmission,
    end_secure_address,
    end_webhook,
    register_webhook,
    retry_transmission,
)
from patients.transmissions.models import EventKind, SecureAddress, Transmission, TransmissionState, WebhookEndpoint
from patients.transmissions.queries import TO_LOOK_AT

SECRET_BYTES = 32
"""Bytes of a webhook's secret; Standard Webhooks asks for 24 to 64."""


def new_secret() -> str:
    """Return a secret as Standard Webhooks writes it; it is shown in the form and never again."""
    return f"whsec_{b64encode(token_bytes(SECRET_BYTES)).decode()}"


class TransmissionAdmin(PatientTable):
    """Show what is to be sent and what became of it."""

    view_rights = (Can.SEE_DISCLOSURES,)
    list_display = ("person", "recipient", "via", "description", "state", "requested_at", "chart")
    list_filter = ("state",)
    shown = (
        "patient", "program", "recipient", "purpose", "categories", "description", "via", "format", "event", "consent", "requested_by",
        "requested_at", "state", "reason", "attempts", "due_at", "settled_at",
    )  # fmt: skip
    verbs = (
        AdminVerb(retry_transmission, _("Try again"), row_as="transmission", applies=lambda row: row.state in TO_LOOK_AT),
        AdminVerb(
            confirm_transmission, _("It arrived"), row_as="transmission", applies=lambda row: row.state == TransmissionState.DOUBTFUL
        ),
        AdminVerb(
            cancel_transmission,
            _("Do not send it"),
            form_with(reason=forms.CharField(label=_("Why"), max_length=200)),
            "transmission",
            lambda row: row.state == TransmissionState.QUEUED,
        ),
    )


class SecureAddressAdmin(RecordAdmin):
    """Show to which addresses organizations agreed that records are mailed."""

    view_rights = (Can.MANAGE_ORGANIZATIONS, Can.SEE_DISCLOSURES)
    list_display = ("organization", "email", "agreed_with", "agreed_on", "ended_at")
    shown = ("organization", "email", "agreed_with", "agreed_on", "ended_at", "recorded_at", "recorded_by")
    add_verb = AdminVerb(
        agree_on_secure_address, _("Agree on a secure address"), form_of(SecureAddress, "organization", "email", "agreed_with", "agreed_on")
    )
    verbs = (AdminVerb(end_secure_address, _("Use no longer"), row_as="address", applies=lambda row: row.ended_at is None),)

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return all: organizations are of no program."""
        return SecureAddress.objects.all()


class WebhookAdmin(RecordAdmin):
    """Show whose systems are told of events; the secret is written down once and shown no more."""

    view_rights = (Can.ADMINISTER_ACCOUNTS, Can.SEE_DISCLOSURES)
    list_display = ("organization", "url", "purpose", "is_active")
    list_filter = ("is_active", "purpose")
    shown = ("organization", "url", "purpose", "events", "is_active", "recorded_at", "recorded_by")
    add_verb = AdminVerb(
        register_webhook,
        _("Register a webhook"),
        form_of(
            WebhookEndpoint,
            "organization",
            "url",
            first={
                "secret": forms.CharField(
                    label=_("secret"),
                    initial=new_secret,
                    help_text=_("Copy it now for the organization; it is not shown again."),
                ),
                "purpose": forms.ChoiceField(label=_("purpose"), choices=PurposeOfUse.choices),
                "events": forms.MultipleChoiceField(label=_("events"), choices=EventKind.choices, widget=forms.CheckboxSelectMultiple),
            },
        ),
    )
    verbs = (AdminVerb(end_webhook, _("Tell nothing there any more"), row_as="webhook", applies=lambda row: row.is_active),)

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return all: organizations are of no program."""
        return WebhookEndpoint.objects.all()


ADMINS: dict[type[Model], type[RecordAdmin]] = {
    Transmission: TransmissionAdmin,
    SecureAddress: SecureAddressAdmin,
    WebhookEndpoint: WebhookAdmin,
}
"""The tables of what is sent."""
