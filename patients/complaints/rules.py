"""Decide what a complaint needs before it can be answered, and before it can be closed."""

SOURCE = "42 CFR 2.4, 45 CFR 164.530(d)"
MARK = "M"
"""42 CFR 2.4 was not checked word by word: the steps below are shown as program policy."""

NO_RETALIATION_SOURCE = "42 CFR 2.4, 45 CFR 164.530(g)"
SECRETARY_SOURCE = "42 CFR 2.4, 45 CFR 160.306"


def what_a_complaint_lacks(*, words: str, from_whom: str, name: str) -> list[str]:
    """Return the names of what must still be written down when a complaint is taken; who complains may stay unnamed."""
    lacking = {"words": not words.strip(), "name": from_whom in ("family", "other") and not name.strip()}
    return [field for field, lacks in lacking.items() if lacks]


def what_closing_lacks(*, findings: str, outcome: str, answer: str, told_of_secretary: bool, retaliation: str) -> list[str]:
    """Return the names of what is missing before a complaint can be closed."""
    lacking = {
        "findings": not findings.strip(),
        "outcome": not outcome,
        "answer": not answer.strip(),
        "told_of_secretary": not told_of_secretary,
        "retaliation": not retaliation,
    }
    return [field for field, lacks in lacking.items() if lacks]
