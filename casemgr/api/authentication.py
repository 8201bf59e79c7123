"""Know which partner's system asks: one query from the token to everything about it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from casemgr.api.problems import CHALLENGE
from casemgr.core.accounts.models import RestsOn, User, UserKind
from casemgr.core.agreements.queries import has_agreement_to_rest_on
from casemgr.core.directory.models import Organization

_BY_CHECKSUM = """
    SELECT client.id, client.purpose, client.scopes, token.scope, identity.id, identity.email, identity.full_name,
        partner.id, partner.public_id, partner.name, partner.kind, partner.hipaa_role, partner.is_part2_program,
        partner.is_intermediary, partner.miles_away, partner.established_on, partner.address, client.rests_on
    FROM oauth2_provider_accesstoken token
    JOIN casemgr_apiclient client ON client.id = token.application_id
    JOIN casemgr_user identity ON identity.id = client.user_id AND identity.is_active AND identity.kind = 'client'
    JOIN casemgr_organization partner ON partner.id = client.organization_id AND partner.is_active
    WHERE token.token_checksum = %s AND token.expires > %s
"""
"""SQL from a token to client, identity and organisation: whoever of them was shut out is shut out with the next request."""

_OF_IDENTITY = ("id", "email", "full_name", "kind", "organization_id", "is_active")
_OF_PARTNER = (
    "id", "public_id", "name", "kind", "hipaa_role", "is_part2_program", "is_intermediary", "miles_away", "established_on", "address",
)  # fmt: skip
"""Columns in the order of the models, as `from_db` takes them."""


@dataclass(frozen=True, slots=True)
class Partner:
    """Hold what a token stands for."""

    client_id: int
    user: User
    organization: Organization
    purpose: str
    scopes: frozenset[str]
    rests_on: str = RestsOn.CONSENT


class PartnerAuthentication(BaseAuthentication):
    """Take a bearer token, for the framework's own views and for the schema."""

    def authenticate(self, request: Request) -> tuple[User, Partner]:
        """Return who asks, or refuse."""
        partner = partner_behind(request)
        return partner.user, partner

    def authenticate_header(self, request: Request) -> str:
        """Return what a client without a good token is told to bring."""
        return CHALLENGE


def partner_behind(request: Request | HttpRequest) -> Partner:
    """Return who asks; only the checksum of a token is kept here, so a copy of the database opens nothing."""
    word, _space, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    partner = partner_of(token.strip(), timezone.now()) if word.lower() == "bearer" and token else None
    if partner is None:
        raise AuthenticationFailed
    return partner


def partner_of(token: str, at: datetime) -> Partner | None:
    """Return the partner behind a token that is good at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_CHECKSUM, [hashlib.sha256(token.encode()).hexdigest(), at])
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None or (row[-1] == RestsOn.AGREEMENT and not has_agreement_to_rest_on(row[7], at)):
        return None
    organization = Organization.from_db("default", _OF_PARTNER, row[7:-1])
    user = User.from_db("default", _OF_IDENTITY, (*row[4:7], UserKind.CLIENT, organization.pk, True))
    user.organization = organization
    return Partner(row[0], user, organization, row[1], frozenset(row[2]).intersection(row[3].split()), row[-1])
