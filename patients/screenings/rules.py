"""Decide what makes a measured fact complete, and name the measures entered by hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

ANSWER_CALLS_WITHIN = timedelta(days=30)
"""How old an answer from elsewhere may be to still call somebody: the month that the C-SSRS asks about, and as long as an absence told late
still asks for a call. Older ones are said to whoever takes them over. Program policy (M)."""

LOINC = "http://loinc.org"
OWN_SYSTEM = "urn:casemgr:instrument"
"""Code system of instruments that LOINC has no code for."""

STATUSES = frozenset({"registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"})
"""FHIR R4 observation-status."""

WITHOUT_VALUE = frozenset({"registered", "cancelled", "entered-in-error", "unknown"})
"""Statuses under which a measured fact may have no value."""

ANSWER_STATUSES = frozenset({"in-progress", "completed", "amended", "entered-in-error", "stopped"})
"""FHIR R4 questionnaire-answers-status."""


@dataclass(frozen=True)
class Score:
    """Name the total of an instrument: its code, and the range it can have."""

    code: str
    title: str
    lowest: int
    highest: int
    code_system: str = LOINC


SCORES: tuple[Score, ...] = (
    Score("44261-6", "PHQ-9 total score", 0, 27),
    Score("55758-7", "PHQ-2 total score", 0, 6),
    Score("70274-6", "GAD-7 total score", 0, 21),
    Score("101698-9", "PCL-5 total score", 0, 80),
    Score("102017-1", "PC-PTSD-5 total score", 0, 5),
    Score("75626-2", "AUDIT-C total score", 0, 12),
    Score("cows", "COWS total score", 0, 48, OWN_SYSTEM),
)
"""Totals that can be entered without the answers. Codes: LOINC 2.82 (loinc.org); ranges: the instruments' own scoring."""


PHQ9, PHQ9_TOTAL, NINE, NINE_CODE, MOST_WITHOUT_NINE = "phq9", "44261-6", "9", "44260-8", 24
"""The PHQ-9, the LOINC code of its total, its question about safety with its code, and the most that its first eight questions come to
(8 times 3)."""

NINE_NOT_KNOWN = "not_known"
NINE_ANSWERS = ("0", "1", "2", "3", NINE_NOT_KNOWN)
"""What may be said of question 9 beside a total that was added up on paper: nobody passes it over, and nobody makes it up."""


def nine_behind(total: Decimal | None) -> int:
    """Return the least that question 9 of the PHQ-9 must have been answered with for this total; nought when it may have been no."""
    return max(int(total) - MOST_WITHOUT_NINE, 0) if total is not None else 0


class NineProblem(StrEnum):
    """Name what is wrong with what was said of question 9 beside a total of the PHQ-9."""

    MISSING = "missing"
    IMPOSSIBLE = "impossible"


def nine_problem(*, total: Decimal | int, nine: str) -> NineProblem | None:
    """Return what is wrong with question 9 beside this total: nothing was said of it, or both cannot be true."""
    if nine not in NINE_ANSWERS:
        return NineProblem.MISSING
    possible = nine == NINE_NOT_KNOWN or 0 <= total - int(nine) <= MOST_WITHOUT_NINE
    return None if possible else NineProblem.IMPOSSIBLE


def nine_known(nine: str) -> int | None:
    """Return what question 9 was answered with, where that is known."""
    return int(nine) if nine in NINE_ANSWERS and nine != NINE_NOT_KNOWN else None


@dataclass(frozen=True)
class Test:
    """Name a laboratory test that answers positive or negative."""

    code: str
    title: str


PRESENCE_TESTS: tuple[Test, ...] = (
    Test("19550-3", "Methadone [Presence] in Urine by Screen method"),
    Test("93495-0", "EDDP (methadone metabolite) [Presence] in Urine by Screen method"),
    Test("93494-3", "Buprenorphine [Presence] in Urine by Screen method"),
    Test("82371-6", "Norbuprenorphine [Presence] in Urine by Screen method"),
    Test("59673-4", "fentaNYL [Presence] in Urine by Screen method"),
    Test("40839-3", "fentaNYL [Presence] in Urine by Confirmatory method"),
    Test("19321-9", "6-Monoacetylmorphine [Presence] in Urine by Screen method"),
    Test("14314-9", "Benzoylecgonine [Presence] in Urine by Screen method"),
    Test("19261-7", "Amphetamines [Presence] in Urine by Screen method"),
    Test("18282-4", "Cannabinoids [Presence] in Urine by Screen method"),
    Test("101809-2", "Xylazine [Presence] in Urine by Confirmatory method"),
)
"""Urine tests offered on the form. Codes: LOINC 2.82."""

POSITIVE, NEGATIVE = "LA6576-8", "LA6577-6"
"""LOINC answers “Positive” and “Negative”."""


def calls_somebody(answered_at: datetime, at: datetime) -> bool:
    """Say whether an answer from elsewhere is recent enough to act on."""
    return at - answered_at <= ANSWER_CALLS_WITHIN


def score_of(code_system: str, code: str) -> Score | None:
    """Return the instrument total that a code stands for."""
    return next((score for score in SCORES if (score.code_system, score.code) == (code_system, code)), None)


class ObservationProblem(StrEnum):
    """Name what is missing or impossible in a measured fact."""

    NO_VALUE = "no_value"
    OUT_OF_RANGE = "out_of_range"


def observation_problems(
    *, code_system: str, code: str, status: str, number: Decimal | None, has_other_value: bool
) -> list[ObservationProblem]:
    """Return what is missing or impossible. A missing total is never taken as zero."""
    if number is None and not has_other_value:
        return [] if status in WITHOUT_VALUE else [ObservationProblem.NO_VALUE]
    score = score_of(code_system, code)
    if score and number is not None and not score.lowest <= number <= score.highest:
        return [ObservationProblem.OUT_OF_RANGE]
    return []
