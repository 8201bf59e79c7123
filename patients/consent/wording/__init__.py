"""Give the words that a paper says, by kind and language, each with its version and fingerprint."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

CURRENT = "2026-11"
"""The version whose words stand under new consents; older ones stay in the folder for as long as papers carry them."""

STATEMENTS = (
    "description",
    "revocation_statement",
    "redisclosure_statement",
    "hipaa_statement",
    "refusal_statement",
    "fundraising_statement",
    "attestation",
)


@cache
def _words(version: str, language: str) -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads((Path(__file__).parent / "data" / f"{version}.{language}.json").read_text("utf-8"))
    return found


def language_for(language: str) -> str:
    """Return the language in which there is a paper for somebody who speaks this one."""
    return language if language in {"en", "es"} else "en"


def wording_of(kind: str, *, language: str = "en", version: str = CURRENT) -> dict[str, str]:
    """Return the statements of a paper of this kind."""
    words = _words(version, language_for(language))
    return {**words["every"], **words.get(kind, {})}


def fingerprint_of(version: str, language: str) -> str:
    """Return the SHA-256 of a version in a language, which a test holds on to: words once used are not changed, they get a new version."""
    return hashlib.sha256((Path(__file__).parent / "data" / f"{version}.{language}.json").read_bytes()).hexdigest()
