import re

from casemgr.api import urls
from casemgr.api.gate import GatedView
from tests.architecture.source import ROOT
from tests.doors import routes

NOT_GATED = {
    "token": "gives a token against a secret; it reads no record",
    "schema": "describes the API; it reads no record",
    "docs": "shows the description; it reads no record",
    "nothing": "answers 404",
}
"""Routes of the API that tell nothing of anybody, each with the reason."""

TAGS = re.compile(r"\{([%{#]).*?[%}#]\}")
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "an inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a file of another server": re.compile(r"(src|href|action)\s*=\s*[\"']?(https?:)?//", re.IGNORECASE),
}
"""What the content security policy would stop in the browser, and what would tell another server who reads here."""


def api_routes():
    return list(routes(urls.urlpatterns))


def test_every_route_of_the_api_leads_through_the_gate():
    open_routes = {
        route.name: route.pattern for route in api_routes() if not issubclass(getattr(route.callback, "view_class", object), GatedView)
    }
    assert open_routes.keys() == NOT_GATED.keys(), open_routes


def test_templates_bring_nothing_inline_and_nothing_from_elsewhere():
    wrong = [
        f"{file.relative_to(ROOT)}: {what}"
        for file in sorted((ROOT / "templates").rglob("*.html"))
        for what, pattern in INLINE.items()
        if pattern.search(TAGS.sub("", file.read_text(encoding="utf-8")))
    ]
    assert wrong == []
