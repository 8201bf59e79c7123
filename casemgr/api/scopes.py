"""Say what a partner's token may ask for at most; what it gets, the gate decides."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from oauth2_provider.scopes import BaseScopes

SCOPES: dict[str, str | Promise] = {
    "patient.read": _("Who the person is"),
    "medications.read": _("Medications and doses"),
    "plan.read": _("The treatment plan"),
    "plan.propose": _("Propose treatment plans for the clinic to decide on"),
    "appointments.read": _("Appointments"),
    "housing.read": _("Housing needs and tasks"),
    "referrals.read": _("Referrals sent to your organization"),
    "consents.write": _("Hand in consents that were signed at your place"),
    "referrals.answer": _("Answer referrals sent to your organization"),
}


class ClientScopes(BaseScopes):
    """Give each client the scopes it was registered with, and no others."""

    def get_all_scopes(self) -> dict[str, str | Promise]:
        """Return every scope with its words."""
        return SCOPES

    def get_available_scopes(self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        """Return the scopes of this client."""
        return list(application.scopes) if application is not None else []

    def get_default_scopes(self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        """Return what a token holds when none is asked for: all that the client has."""
        return self.get_available_scopes(application)
