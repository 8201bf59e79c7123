"""Say what must go along with everything that is told (42 CFR 2.32), and how far an accounting reaches back (42 CFR 2.25)."""

from collections.abc import Iterable
from datetime import datetime

STATEMENT_LONG = (
    "This record which has been disclosed to you is protected by Federal confidentiality rules (42 CFR part 2). These rules prohibit you"
    " from using or disclosing this record, or testimony that describes the information contained in this record, in any civil, criminal,"
    " administrative, or legislative proceedings by any Federal, State, or local authority, against the patient, unless authorized by the"
    " consent of the patient, except as provided at 42 CFR 2.12(c)(5) or as authorized by a court in accordance with 42 CFR 2.64 or 2.65."
    " In addition, the Federal rules prohibit you from making any other use or disclosure of this record unless at least one of the"
    " following applies: (i) Further use or disclosure is expressly permitted by the written consent of the individual whose information"
    " is being disclosed in this record or as otherwise permitted by 42 CFR part 2. (ii) You are a covered entity or business associate"
    " and have received the record for treatment, payment, or health care operations, or (iii) You have received the record from a covered"
    " entity or business associate as permitted by 45 CFR part 164, subparts A and E. A general authorization for the release of medical"
    " or other information is NOT sufficient to meet the required elements of written consent to further use or redisclose the record"
    " (see 42 CFR 2.31)."
)
"""Statement 1, word for word (42 CFR 2.32(a)(1), 89 FR 12472)."""

STATEMENT_SHORT = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
"""Statement 2, word for word (42 CFR 2.32(a)(2))."""

NOTICE_VERSION = "89 FR 12472"
"""The publication in which both statements stand as they are shipped here; kept with every account (42 CFR 2.32)."""

LONG, SHORT = 1, 2
"""The two forms of the notice, numbered as in 42 CFR 2.32(a)."""

ACCOUNTING_YEARS = 3
"""Years before a request that an accounting covers (42 CFR 2.25(a))."""


def accounting_begins(at: datetime) -> datetime:
    """Return the beginning of the day at which an accounting asked for at this moment begins, where this moment is told."""
    day = 28 if (at.month, at.day) == (2, 29) else at.day
    return at.replace(year=at.year - ACCOUNTING_YEARS, day=day, hour=0, minute=0, second=0, microsecond=0)


def notice_in_form(form: int) -> str:
    """Return the notice in one of its two forms, word for word."""
    return {LONG: STATEMENT_LONG, SHORT: STATEMENT_SHORT}[form]


def header_value() -> str:
    """Return what stands in the header of an answer, beside the whole notice in its body."""
    return STATEMENT_SHORT


def page_foot(*, scope: str, reference: str, form: int = SHORT) -> list[str]:
    """Return the lines for the foot of every printed page: the notice, what it was told on, and the number of its account."""
    return [notice_in_form(form), scope, f"Disclosure {reference}"]


def csv_trailer(*, scopes: Iterable[str], references: Iterable[str]) -> list[list[str]]:
    """Return the last rows of a table that leaves: an empty one, the notice, then each scope with the number of its account."""
    told = [["consent_scope", scope, "disclosure", reference] for scope, reference in zip(scopes, references, strict=True)]
    return [[], ["part2_notice", STATEMENT_LONG], *told]
