"""Put on the record that a second factor was wrong."""

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.utils import timezone

from casemgr.core.accounts.models import User
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, write_event


def _note_wrong_code(user: User) -> None:
    """Put on the record who gave a wrong code, without the code."""
    write_event(audit_event(by=user, at=timezone.now(), verb="second_factor", outcome=Outcome.DENIED))


class SecondFactorForm(AuthenticateForm):  # type: ignore[misc]
    """Ask for the code at sign-in."""

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        """Put a wrong code on the record."""
        super()._emit_authentication_failed(authenticator)
        _note_wrong_code(self.user)


class SecondFactorAgainForm(ReauthenticateForm):  # type: ignore[misc]
    """Ask for the code before something that needs it again."""

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        """Put a wrong code on the record."""
        super()._emit_authentication_failed(authenticator)
        _note_wrong_code(self.user)
