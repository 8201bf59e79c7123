"""Let a partner see what was sent to it and answer."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError

from casemgr.api.actions import answer_once
from casemgr.api.gate import PAGE, Asked, GatedView, answer, answer_many, body_of
from casemgr.api.v1 import shapes
from casemgr.sharing.referrals import answered_referral, referral_asked_about, referrals_to
from patients.consent.models import InformationCategory
from patients.disclosures.actions import Released, Withheld
from referrals.referral.models import Referral
from referrals.referral.rules import tells_all, what_is_told

LONGEST_KEY = 120

ITS_WORDS = frozenset({"service", "message"})
"""What somebody wrote in a referral to be told on a consent to all its parts; on a narrower one it stays here."""


class ReferralList(GatedView):
    """List the referrals that were sent to your organization for your purpose."""

    http_method_names = ["get"]
    scope = "referrals.read"
    categories = frozenset({InformationCategory.DEMOGRAPHICS.value})
    told = "Referrals sent to the recipient, without what is asked for"

    @extend_schema(
        operation_id="list_referrals",
        responses=shapes.about_many("ReferralsAnswer", shapes.Referral(many=True)),
        parameters=[OpenApiParameter("before", int, description="The id of the last referral of the page before.")],
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the 20 newest referrals of people whose consent still reaches you."""
        partner = self.partner
        before = request.GET.get("before")
        if before is not None and not before.isdecimal():
            raise ValidationError({"before": "This is not the id of a referral."})
        found = referrals_to(partner.organization.pk, partner.purpose, before=int(before) if before else None, limit=PAGE)
        released = self._released(found)
        told = [(referral, released[_place(referral)]) for referral in found if _place(referral) in released]
        data = [_shown(referral, one.person or {}, is_whole=tells_all(partner.purpose, one.categories)) for referral, one in told]
        following = f"{request.path}?before={found[-1]['id']}" if len(found) == PAGE else None
        return answer_many(data, [one for _referral, one in told], following)

    def _released(self, found: list[dict[str, Any]]) -> dict[tuple[int, int], Released]:
        """Ask the gate about these people, program by program: what it lets go is on their account and in the answer alike."""
        people: dict[int, list[int]] = {}
        for referral in found:
            people.setdefault(referral["program"], []).append(referral["key"])
        asked = [self._asked(keys, program) for program, keys in people.items()] or [self._asked([], None)]
        return {(one.patient_id, one.program_id): one for released in asked for one in released}

    def _asked(self, keys: list[int], program_id: int | None) -> list[Released]:
        """Ask for all that such a referral tells, for its words may speak of each part; of whom that is not open, for who it is."""
        whole = self.release_many(
            among=keys, program_id=program_id, categories=what_is_told(self.partner.purpose), told="Referrals sent to the recipient"
        )
        others = sorted(set(keys) - {one.patient_id for one in whole})
        return whole + (self.release_many(among=others, program_id=program_id) if others else [])


class ReferralAnswerView(GatedView):
    """Accept or decline a referral that was sent to your organization."""

    http_method_names = ["post"]
    scope = "referrals.answer"
    categories = frozenset({InformationCategory.DEMOGRAPHICS.value})
    told = "Receipt of the answer to a referral"

    @extend_schema(
        operation_id="answer_referral",
        request=shapes.ReferralAnswer,
        responses=shapes.about_one("AnsweredReferral", shapes.SettledReferral()),
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="A new random value for each answer. Sent again with the same answer it changes nothing and is answered alike.",
            )
        ],
    )
    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Accept or decline; the case manager sees it at once."""
        partner = self.partner
        wanted = shapes.ReferralAnswer(data=body_of(request))
        wanted.is_valid(raise_exception=True)
        key = _key_of(request)
        asked = referral_asked_about(partner.organization.pk, partner.purpose, number)
        referral = Referral.from_db("default", list(asked), list(asked.values())) if asked else None
        try:
            released = answer_once(
                patient=Asked(referral.patient_id if referral else None),
                referral=referral,
                recipient=partner.organization,
                purpose=partner.purpose,
                state=wanted.validated_data["state"],
                answer=wanted.validated_data["answer"],
                client=partner.client_id,
                key=key,
                by=partner.user,
                at=timezone.now(),
            )
        except Withheld:
            raise NotFound from None
        settled = answered_referral(partner.organization.pk, partner.purpose, number)
        return answer(_shown(settled, settled["patient"], is_whole=False), released)


def _place(referral: dict[str, Any]) -> tuple[int, int]:
    """Return whom a referral is about and which program sent it."""
    return referral["key"], referral["program"]


def _shown(referral: dict[str, Any], person: dict[str, Any], *, is_whole: bool) -> dict[str, Any]:
    """Return what is told of a referral: where it stands and what was answered; its own words only when all that it tells is open."""
    kept = {"key", "program"} if is_whole else {"key", "program", *ITS_WORDS}
    return {**{name: value for name, value in referral.items() if name not in kept}, "patient": person}


def _key_of(request: HttpRequest) -> str:
    """Return the key that makes the request count once."""
    key: str = request.META.get("HTTP_IDEMPOTENCY_KEY", "").strip()
    if not 1 <= len(key) <= LONGEST_KEY:
        raise ValidationError({"Idempotency-Key": f"Send this header with a new random value of at most {LONGEST_KEY} characters."})
    return key
