"""Put on the record that a second factor was wrong."""

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator

from casemgr.core.administration.adapter import note_wrong_code


class SecondFactorForm(AuthenticateForm):
    """Ask for the code at sign-in."""

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        """Put a wrong code on the record."""
        super()._emit_authentication_failed(authenticator)
        note_wrong_code(self.user)


class SecondFactorAgainForm(ReauthenticateForm):
    """Ask for the code before something that needs it again."""

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        """Put a wrong code on the record."""
        super()._emit_authentication_failed(authenticator)
        note_wrong_code(self.user)
