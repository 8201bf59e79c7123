"""Tell the schema how a partner signs in."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from casemgr.api.scopes import SCOPES


class PartnerScheme(OpenApiAuthenticationExtension):
    """Describe the client credentials flow."""

    target_class = "casemgr.api.authentication.PartnerAuthentication"
    name = "partner"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return where a token is had, and what it may hold."""
        scopes = {name: str(words) for name, words in SCOPES.items()}
        return {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": scopes}}}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """Return the scope that this endpoint needs."""
        return {self.name: [auto_schema.view.scope]}
