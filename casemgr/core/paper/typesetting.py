"""Turn a template and facts into a PDF: the facts are data, never markup."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

PRESS = Path(__file__).with_name("press.py")
SECONDS = 60
"""How long a document may take by the wall clock before it is given up."""

LARGEST = 32 * 1024**2
"""Bytes of data that one document may hold; more than that is several documents."""

WORDS = {
    "en": {"page": "Page {page} of {pages}", "notice": "Notice"},
    "es": {"page": "Página {page} de {pages}", "notice": "Aviso"},
}
"""What the frame itself says. Words on paper stand in tables of both languages, because what was handed out must not change later."""

OTHERWISE = "en"


class CannotPrint(Exception):
    """Say that a document cannot be made. It never holds what should have stood in it."""


def language_on_paper(language: str) -> str:
    """Return the language to print in: the person's own where we have it."""
    return language if language in WORDS else OTHERWISE


def page_frame(
    *,
    title: str,
    program: str,
    made: str = "",
    foot: Sequence[str] = (),
    stamp: str = "",
    edition: str = "",
    made_at: datetime | None = None,
) -> dict[str, Any]:
    """Return what stands around every page, for a template's `paper`.

    `foot` stands at the foot of every page and once more at the end, where a screen reader finds it; `stamp` stands at the head of every
    page in large letters; `edition` says which version of the wording this is; `made` says who printed it and when.
    """
    day = [made_at.year, made_at.month, made_at.day] if made_at else None
    return {"title": title, "program": program, "made": made, "foot": [*foot], "stamp": stamp, "edition": edition, "day": day}


def typeset(template: str, data: Mapping[str, Any], *, language: str = "en") -> bytes:
    """Return the PDF of a template of templates/paper with this data, tagged and in this language.

    Typesetting happens in a process of its own, which the kernel keeps from writing files and from taking too much; nothing of the
    data touches a disk, a command line or a log.
    """
    language = language_on_paper(language)
    file = settings.BASE_DIR / "templates" / "paper" / f"{template}.typ"
    if not template.isidentifier() or not file.is_file():
        raise CannotPrint(f"There is no template “{template}” on paper.")
    request = {"template": str(file), "language": language, "data": {**data, "words": WORDS[language]}}
    sent = json.dumps(request, cls=DjangoJSONEncoder).encode()
    if len(sent) > LARGEST:
        raise CannotPrint("This document is too long to print in one piece.")
    try:
        done = subprocess.run([sys.executable, "-I", str(PRESS)], input=sent, capture_output=True, timeout=SECONDS, env={}, check=False)
    except subprocess.TimeoutExpired:
        raise CannotPrint("This document took too long to print.") from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise CannotPrint(f"This document cannot be printed (the press ended with {done.returncode}).")
    return done.stdout
