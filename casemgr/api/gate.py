"""Let a partner's request through to the record only by way of the gate; every view of the API is one of these."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import MethodNotAllowed, NotFound, ParseError, UnsupportedMediaType
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from casemgr.api.authentication import Partner, PartnerAuthentication, partner_behind
from casemgr.api.problems import InsufficientScope, handle
from casemgr.api.throttles import count_request
from casemgr.core.accounts.models import RestsOn
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, write_event
from casemgr.sharing.formats import plain
from casemgr.sharing.packets import META
from casemgr.sharing.parts import find_person
from casemgr.sharing.ways import HEADERS, WayOut
from patients.disclosures.actions import Released, Withheld, disclose, disclose_many
from patients.disclosures.models import Basis
from patients.disclosures.queries import program_served
from patients.disclosures.rules import STATEMENT_LONG

PAGE = 20
"""People in one answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Know of a person no more than the key; nobody has none, and is asked about all the same."""

    patient_id: int | None


class GatedView(APIView):
    """Check token, rate and scope first; what a subclass may read, it is given by the gate."""

    authentication_classes = [PartnerAuthentication]
    permission_classes = [IsAuthenticated]
    scope: ClassVar[str]
    categories: ClassVar[frozenset[str]]
    told: ClassVar[str]
    """What the account of disclosures calls the answer."""
    partner: Partner

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let a request in, answer it, and turn every error into a problem.

        The framework describes these views; its own dispatch negotiates what is not negotiable here, at half the price of an answer.
        """
        try:
            self._let_in(request)
            handler = getattr(self, (request.method or "").lower()) if (request.method or "").lower() in self.http_method_names else None
            if handler is None:
                raise MethodNotAllowed(str(request.method))
            answered: HttpResponse = handler(request, *args, **kwargs)
        except Exception as exc:
            return handle(exc, {"view": self})
        return answered

    def _let_in(self, request: HttpRequest) -> None:
        """Stop whoever has no token, asks too often, or lacks the scope."""
        partner = partner_behind(request)
        count_request(str(partner.client_id), settings.PARTNER_REQUESTS_PER_MINUTE)
        if self.scope not in partner.scopes:
            denied = audit_event(
                by=partner.user, at=timezone.now(), verb=f"api:{self.scope}", outcome=Outcome.DENIED, reason="scope missing"
            )
            write_event(denied)
            raise InsufficientScope(self.scope)
        self.partner = partner

    def release(self, patient: Asked) -> Released:
        """Ask the gate about one person; whoever it is, no is the same no.

        Whoever rests on an agreement is told of those whom the program knows with which it was made, for the service agreed.
        """
        partner = self.partner
        on_agreement = partner.rests_on == RestsOn.AGREEMENT
        try:
            return disclose(
                patient=patient,
                recipient=partner.organization,
                purpose=partner.purpose,
                categories=self.categories,
                description=self.told,
                via=Api.via,
                by=partner.user,
                at=timezone.now(),
                program=program_served(partner.organization.pk, patient.patient_id, timezone.now()) if on_agreement else None,
                basis=Basis.QSOA if on_agreement else Basis.CONSENT,
            )
        except Withheld:
            raise NotFound from None

    def release_many(
        self,
        *,
        after: int | None = None,
        among: Sequence[int] | None = None,
        program_id: int | None = None,
        categories: Iterable[str] | None = None,
        told: str = "",
    ) -> list[Released]:
        """Ask the gate about the next people, or about these; with a program only about that program's record of them.

        With categories more or less is asked for than this view tells of everybody; `told` is what the account calls it then.

        A list rests on consent whoever asks: an agreement opens nobody's record to whoever does not know the person already.
        """
        partner = self.partner
        return disclose_many(
            recipient=partner.organization,
            purpose=partner.purpose,
            categories=self.categories if categories is None else categories,
            description=told or self.told,
            via=Api.via,
            by=partner.user,
            at=timezone.now(),
            after=after,
            limit=PAGE,
            among=among,
            program_id=program_id,
        )


class OnePatient(GatedView):
    """Answer about one person, as far as a consent reaches."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, patient: UUID) -> HttpResponse:
        """Find the person, ask the gate, and only then read."""
        person = find_person(patient)
        released = self.release(Asked(person.pop("key") if person else None))
        return answer(self.read(released, person or {}), released)

    def read(self, released: Released, person: dict[str, Any]) -> Any:
        """Return what is told of this program's record."""
        raise NotImplementedError


class Api(WayOut):
    """Answer a partner's system, one request at a time."""

    via = "api"
    label = _("Asked for by the organization's system")
    formats = ("json",)
    carried_in: ClassVar[dict[str, str]] = {"json": "envelope, and header"}

    @staticmethod
    def respond(body: dict[str, Any], status: int) -> HttpResponse:
        """Return JSON that carries the short notice in its header and is kept by no cache."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=plain)
        return HttpResponse(text, status=status, content_type="application/json", headers=HEADERS)


def answer(data: Any, released: Released, *, status: int = 200) -> HttpResponse:
    """Return an answer about one person with everything that must go along (42 CFR 2.32)."""
    return Api.respond(
        {
            "data": data,
            "meta": META,
            "part2_notice": released.part2_notice,
            "consent_scope": released.consent_scope,
            "disclosure_id": released.disclosure_public_id,
        },
        status,
    )


def answer_many(data: Sequence[dict[str, Any]], released: Sequence[Released], following: str | None) -> HttpResponse:
    """Return an answer about several people, with scope and account of each in the order of the data."""
    return Api.respond(
        {
            "data": data,
            "meta": META,
            "part2_notice": STATEMENT_LONG,
            "consent_scope": [one.consent_scope for one in released],
            "disclosure_ids": [one.disclosure_public_id for one in released],
            "next": following,
        },
        200,
    )


def body_of(request: HttpRequest) -> Any:
    """Return the JSON object that a partner sent."""
    if request.content_type != "application/json":
        raise UnsupportedMediaType(request.content_type or "nothing")
    try:
        return json.loads(request.body)
    except ValueError:
        raise ParseError("The body is not JSON.") from None
