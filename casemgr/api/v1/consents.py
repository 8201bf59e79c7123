"""Let a partner hand in a consent that was signed at its place; staff here decide whether it holds."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError, UnsupportedMediaType, ValidationError

from casemgr.api.gate import Api, GatedView
from casemgr.api.problems import problem
from casemgr.api.v1 import shapes
from casemgr.core.accounts.models import Program
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Refused
from patients.consent.models import RecipientPart, SignerAuthority, SignerRelationship
from patients.consent.papers.actions import hand_in_consent
from patients.consent.papers.queries import Meant

TAKEN = {"status": "received", "detail": "Staff compare it with the signed paper. Nothing is told on it before that."}
"""The one answer for a person who is known and for one who is not."""

_TEXT: dict[str, Any] = {"required": False, "allow_blank": True, "default": "", "max_length": 4000}
_SHORT: dict[str, Any] = {**_TEXT, "max_length": 200}


class WhoIsMeant(serializers.Serializer[Any]):
    """Say who signed it is about, as the partner knows the person."""

    given_name = serializers.CharField(max_length=120)
    family_name = serializers.CharField(max_length=120)
    birth_date = serializers.DateField()


class NamedRecipient(serializers.Serializer[Any]):
    """Name a recipient by the identifier (NPI or other) under which both know it; "self" is your own organization."""

    identifier = serializers.CharField(max_length=80)
    part = serializers.ChoiceField(choices=RecipientPart.choices, default=RecipientPart.RECIPIENT)


class ConsentPaper(serializers.Serializer[Any]):
    """Describe a signed consent; which elements it needs depends on its kind (42 CFR 2.31), and each that is missing is named."""

    patient = WhoIsMeant(required=False, allow_null=True, default=None)
    kind = serializers.CharField(**_SHORT)
    recipients = NamedRecipient(many=True, required=False, default=list)
    recipient_classes = serializers.ListField(child=serializers.CharField(max_length=32), required=False, default=list)
    designation = serializers.CharField(**_SHORT)
    later_programs = serializers.BooleanField(default=False)
    purposes = serializers.ListField(child=serializers.CharField(max_length=32), required=False, default=list)
    initiated_by_patient = serializers.BooleanField(default=False)
    categories = serializers.ListField(child=serializers.CharField(max_length=32), required=False, default=list)
    description = serializers.CharField(**_TEXT)
    revocation_statement = serializers.CharField(**_TEXT)
    redisclosure_statement = serializers.CharField(**_TEXT)
    hipaa_statement = serializers.CharField(**_TEXT)
    refusal_statement = serializers.CharField(**_TEXT)
    fundraising_statement = serializers.CharField(**_TEXT)
    revocable_after = serializers.DateField(required=False, allow_null=True, default=None)
    revocable_event = serializers.CharField(**_SHORT)
    case_reference = serializers.CharField(**_SHORT)
    signed_by = serializers.CharField(**{**_TEXT, "max_length": 120})
    signer_relationship = serializers.ChoiceField(choices=[("", ""), *SignerRelationship.choices], default="")
    signer_authority = serializers.ChoiceField(choices=[("", ""), *SignerAuthority.choices], default="")
    signed_on = serializers.DateField(required=False, allow_null=True, default=None)
    valid_until = serializers.DateField(required=False, allow_null=True, default=None)
    ends_with = serializers.CharField(**_SHORT)
    language = serializers.CharField(max_length=8, default="en")


class ConsentTaken(serializers.Serializer[Any]):
    """Describe the answer, which is the same whether the person is known here or not."""

    status = serializers.CharField()
    detail = serializers.CharField()


class ConsentHandIn(GatedView):
    """Hand in a consent that was signed at your place."""

    http_method_names = ["post"]
    scope = "consents.write"
    categories = frozenset()
    told = "Nothing"

    @extend_schema(operation_id="hand_in_consent", request=ConsentPaper, responses=shapes.with_problems(ConsentTaken, done=202))
    def post(self, request: HttpRequest) -> HttpResponse:
        """Check every element first, then keep the paper and answer alike, in words and in time, whoever the person is."""
        wanted = ConsentPaper(data=_body_of(request))
        wanted.is_valid(raise_exception=True)
        facts = dict(wanted.validated_data)
        person, named = facts.pop("patient"), facts.pop("recipients")
        if person is None:
            return _refused([("patient", "Say whom it is about.", "42 CFR 2.31(a)(1)")])
        program = Program.objects.order_by("id").first()
        if program is None:
            raise ValidationError({"discloser": "No program takes consents here."})
        try:
            hand_in_consent(
                person=Meant(**person),
                discloser=program,
                recipients=self._organizations(named, RecipientPart.RECIPIENT),
                participants=self._organizations(named, RecipientPart.PARTICIPANT),
                by=self.partner.user,
                at=timezone.now(),
                **facts,
            )
        except Refused as refused:
            return _refused([(reason.field or "consent", reason.text, reason.source) for reason in refused.reasons], refused)
        return Api.respond(TAKEN, 202)

    def _organizations(self, named: list[dict[str, Any]], part: str) -> list[Organization]:
        """Return the organizations named as this; one that is not known here is said to be so."""
        found = []
        for one in named:
            if one["part"] != part:
                continue
            known = (
                self.partner.organization
                if one["identifier"] == "self"
                else Organization.objects.filter(identifier=one["identifier"], is_active=True).first()
            )
            if known is None:
                raise ValidationError({"recipients": f"No organization is known here under the identifier {one['identifier']}."})
            found.append(known)
        return found


def _refused(reasons: list[tuple[str, str, str]], refused: Refused | None = None) -> HttpResponse:
    """Return a problem that names every element that is missing."""
    codes = [reason.code for reason in refused.reasons] if refused else ["patient"]
    missing = [
        {"field": field, "element": code or field, "text": text, "source": source}
        for (field, text, source), code in zip(reasons, codes, strict=True)
    ]
    return problem(
        422, "consent-incomplete", "The consent lacks elements", " ".join(text for _field, text, _source in reasons), errors=missing
    )


def _body_of(request: HttpRequest) -> Any:
    """Return the JSON object that a partner sent."""
    if request.content_type != "application/json":
        raise UnsupportedMediaType(request.content_type or "nothing")
    try:
        return json.loads(request.body)
    except ValueError:
        raise ParseError("The body is not JSON.") from None
