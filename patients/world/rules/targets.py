"""Suggest a target of treatment for what use is for. A suggestion for the talk about the plan, never an order."""

from collections.abc import Iterable

SOURCE = "Program policy: what use is for is treated beside the use itself; from memory"
MARK = "M"

TARGETS: dict[str, str] = {
    "pain": "pain_plan",
    "sleep": "sleep_therapy",
    "numbness": "bearing_feelings",
    "panic": "panic_therapy",
    "social_fear": "social_therapy",
    "flashbacks": "trauma_therapy",
    "low_mood": "activation",
    "withdrawal": "dose_review",
}
"""The target of treatment that each function of use suggests."""


def targets_of(tags: Iterable[str]) -> list[str]:
    """Return the targets that these tags suggest, each once."""
    return list(dict.fromkeys(TARGETS[tag] for tag in tags if tag in TARGETS))
