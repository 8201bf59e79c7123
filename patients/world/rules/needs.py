"""Read a completed AHC-HRSN: which barrier a need stands for."""

from collections.abc import Mapping, Sequence

SOURCE = "AHC-HRSN Screening Tool (Centers for Medicare & Medicaid Services); which need is which barrier is program policy"

BARRIER_OF_NEED: dict[str, str] = {
    "transportation": "transport",
    "financial": "cost",
    "utilities": "cost",
    "food": "cost",
    "education_language": "language",
}
"""Domains of needs in which something keeps people from coming; the others are needs, not barriers."""


def barriers_of(needs: Mapping[str, object]) -> Sequence[str]:
    """Return the barriers that these needs stand for, each once."""
    return list(dict.fromkeys(BARRIER_OF_NEED[domain] for domain, needed in needs.items() if needed and domain in BARRIER_OF_NEED))
