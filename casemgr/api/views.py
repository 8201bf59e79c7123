"""Hand out tokens, and show what the API is."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from oauth2_provider.views.mixins import OAuthLibMixin
from rest_framework.exceptions import Throttled

from casemgr.api.problems import handle
from casemgr.api.throttles import count_request
from casemgr.core.administration.origin import address_of
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, note_many


@csrf_exempt
@require_POST
@sensitive_post_parameters("client_secret")
def token(request: HttpRequest) -> HttpResponse:
    """Give a client that proves its secret a token for ten minutes (RFC 6749 4.4); it is the only way into the API."""
    try:
        count_request(f"token:{address_of(request)}", settings.PARTNER_TOKENS_PER_MINUTE)
    except Throttled as throttled:
        return handle(throttled, {})
    _url, headers, body, status = OAuthLibMixin().create_token_response(request)
    outcome = Outcome.DONE if status == 200 else Outcome.REFUSED
    note_many([audit_event(by=None, at=timezone.now(), verb="token", outcome=outcome, subject=request.POST.get("client_id", ""))])
    return HttpResponse(body, status=status, headers=headers)


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    """Return the schema, made once for each process."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


class SchemaOnce(SchemaGenerator):
    """Hand out the schema that was made before."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        """Return the schema of everything that partners may call."""
        return _schema()


class Schema(SpectacularAPIView):
    """Serve the OpenAPI description; it names no patient."""

    generator_class = SchemaOnce
    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer]


class Docs(SpectacularSwaggerSplitView):
    """Show the OpenAPI description to people, in pieces that the content security policy allows."""

    template_name = "api/docs.html"
