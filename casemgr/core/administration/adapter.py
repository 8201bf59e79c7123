"""Sign staff in and out, and put it on the record."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from casemgr.core.accounts.models import User
from casemgr.core.administration.origin import address_of
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, write_event


class StaffAdapter(DefaultAccountAdapter):
    """Let in those whom an administrator has made a user; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Let nobody make an account."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Count attempts by the address that the audit record names."""
        return address_of(request) or super().get_client_ip(request)

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, remember when, and put it on the record."""
        super().login(request, user)
        now = timezone.now()
        request.session["signed_in_at"] = request.session["seen_at"] = now.isoformat()
        _note(user, "sign_in", Outcome.DONE)

    def logout(self, request: HttpRequest) -> None:
        """Put it on the record and sign out."""
        if isinstance(request.user, User):
            _note(request.user, "sign_out", Outcome.DONE)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the failure towards the lock-out and put it on the record, without what was typed."""
        super().authentication_failed(request, **credentials)
        _note(_known(credentials), "sign_in", Outcome.DENIED)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Put it on the record when too many attempts have locked an account."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            _note(_known(credentials), "sign_in_locked_out", Outcome.DENIED)
            raise

    def send_notification_mail(
        self, template_prefix: str, user: AbstractBaseUser, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Put it on the record that a password or a second factor changed; the library tells it here, whether or not a mail is sent."""
        if isinstance(user, User):
            _note(user, template_prefix.rpartition("/")[2], Outcome.DONE)
        super().send_notification_mail(template_prefix, user, context, email)


def _known(credentials: dict[str, Any]) -> User | None:
    """Return whose address was typed, if it is somebody's."""
    return User.objects.filter(email__iexact=credentials.get("email", "")).first()


def note_wrong_code(user: User) -> None:
    """Put on the record who gave a wrong second factor, without the code."""
    _note(user, "second_factor", Outcome.DENIED)


def _note(user: User | None, verb: str, outcome: Outcome) -> None:
    """Put it on the record."""
    write_event(audit_event(by=user, at=timezone.now(), verb=verb, outcome=outcome))
