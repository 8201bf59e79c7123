"""Say what could be said more kindly: under a field while one writes, or after saving where no script runs."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from casemgr.core.language.rules import Finding, find_terms

LONGEST = 20_000
"""Characters of a text that are looked at."""

MOST = 5
"""Suggestions that are shown at once."""

WITHOUT_SCRIPT = "person_first"
"""The name under which a form says, where no script runs, which of its fields are looked at."""


def hints_for(texts: Iterable[str]) -> list[Finding]:
    """Return what could be said more kindly, each word once."""
    found = {finding.found.lower(): finding for text in texts for finding in find_terms(text[:LONGEST])}
    return list(found.values())[:MOST]


def hint_after_saving(request: HttpRequest) -> None:
    """Say after saving what could have been said more kindly, where no script could say it before."""
    names = request.POST.getlist(WITHOUT_SCRIPT)
    for hint in hints_for(request.POST.get(name, "") for name in names):
        messages.info(request, _("“%(found)s”: kinder would be: %(prefer)s") % {"found": hint.found, "prefer": hint.prefer})
