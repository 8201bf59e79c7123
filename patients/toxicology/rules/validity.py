"""Decide whether a specimen can be relied on, from its temperature and its creatinine."""

from decimal import Decimal
from enum import StrEnum

COLDEST_F, WARMEST_F = Decimal(90), Decimal(100)
"""Degrees Fahrenheit between which fresh urine is, within four minutes (49 CFR 40.65(b)(1))."""

NOT_URINE_BELOW = Decimal(2)
"""Creatinine, mg/dL, below which a specimen is hardly urine (49 CFR 40.88(b), which asks for specific gravity too)."""

DILUTE_BELOW = Decimal(20)
"""Creatinine, mg/dL, below which urine is dilute (49 CFR 40.87(a), 40.88(a))."""

SOURCE = "49 CFR 40.65, 40.87, 40.88: written for tests of workers in transport, taken over as program policy"
MARK = "S"


class Doubt(StrEnum):
    """Name what makes a specimen hard to rely on."""

    TEMPERATURE = "temperature"
    NOT_LIKE_URINE = "not_like_urine"
    DILUTE = "dilute"


def doubts_about(*, specimen: str, temperature_f: Decimal | None, creatinine: Decimal | None) -> list[Doubt]:
    """Return what makes a specimen hard to rely on; of another specimen than urine nothing is known here."""
    if specimen != "urine":
        return []
    doubts = []
    if temperature_f is not None and not COLDEST_F <= temperature_f <= WARMEST_F:
        doubts.append(Doubt.TEMPERATURE)
    if creatinine is not None and creatinine < DILUTE_BELOW:
        doubts.append(Doubt.NOT_LIKE_URINE if creatinine < NOT_URINE_BELOW else Doubt.DILUTE)
    return doubts


def to_look_into(doubts: list[Doubt]) -> bool:
    """Say whether somebody should look at how the specimen was taken; drinking much water alone is no reason."""
    return any(doubt is not Doubt.DILUTE for doubt in doubts)
