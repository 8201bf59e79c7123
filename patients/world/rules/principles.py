"""Decide whether the six principles of a trauma-informed approach were talked about with somebody."""

from collections.abc import Mapping

SOURCE = "SAMHSA, Concept of Trauma and Guidance for a Trauma-Informed Approach (SMA14-4884, 2014)"

PRINCIPLES = ("safety", "trust", "peers", "collaboration", "choice", "culture")
"""The six principles, in the order of the source; the sentences beside them are ours."""

TALKED_OF = frozenset({"done", "begun", "declined"})
"""Answers that say that it was talked about; to decline is an answer."""

DUE_DAYS = 14
"""Days after admission by which somebody has gone through the list. Program policy (M): the source names no time."""


def open_principles(answers: Mapping[str, str]) -> list[str]:
    """Return the principles that nobody has talked about yet."""
    return [name for name in PRINCIPLES if answers.get(name, "") not in TALKED_OF]
