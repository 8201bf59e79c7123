"""Sign staff in and out, and put it on the record."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from casemgr.core.accounts.models import User
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event


class StaffAdapter(DefaultAccountAdapter):
    """Let in those whom an administrator has made a user; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Let nobody make an account."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, remember when, and put it on the record."""
        super().login(request, user)
        now = timezone.now()
        request.session["signed_in_at"] = request.session["seen_at"] = now.isoformat()
        audit_event(by=user, at=now, verb="sign_in", outcome=Outcome.DONE).save(force_insert=True)

    def logout(self, request: HttpRequest) -> None:
        """Put it on the record and sign out."""
        if isinstance(request.user, User):
            audit_event(by=request.user, at=timezone.now(), verb="sign_out", outcome=Outcome.DONE).save(force_insert=True)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the failure towards the lock-out and put it on the record, without what was typed."""
        super().authentication_failed(request, **credentials)
        known = User.objects.filter(email__iexact=credentials.get("email", "")).first()
        audit_event(by=known, at=timezone.now(), verb="sign_in", outcome=Outcome.DENIED).save(force_insert=True)
