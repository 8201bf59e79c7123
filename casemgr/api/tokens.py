"""Give a token only to a client that may ask at this moment."""

from typing import Any

from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator

from casemgr.core.accounts.models import RestsOn
from casemgr.core.agreements.queries import has_agreement_to_rest_on


class PartnerTokens(OAuth2Validator):
    """Check, besides the secret, that what a client rests on still holds (45 CFR 164.504(e))."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Say whether this is the client that it says it is, and whether it may ask today."""
        if not super().authenticate_client(request, *args, **kwargs):
            return False
        client = request.client
        return client.rests_on != RestsOn.AGREEMENT or has_agreement_to_rest_on(client.organization_id, timezone.now())
