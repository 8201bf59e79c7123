"""Score pain, and say when it changed enough to speak of it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

ANSWERS = 3
HIGHEST = 10
MEANINGFUL_SHARE = Decimal("0.30")
"""Share of the score by which it must change to mean something. Program policy (from memory)."""


def peg_of(answers: Sequence[int | None]) -> Decimal | None:
    """Return the mean of the three answers of the PEG, or nothing when one is missing or out of range; a missing one is never 0."""
    given = [answer for answer in answers if answer is not None and 0 <= answer <= HIGHEST]
    if len(answers) != ANSWERS or len(given) != ANSWERS:
        return None
    return (Decimal(sum(given)) / ANSWERS).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def changed_enough(before: Decimal, now: Decimal) -> bool:
    """Say whether a score changed so much that it means something."""
    return before > 0 and abs(now - before) / before >= MEANINGFUL_SHARE
