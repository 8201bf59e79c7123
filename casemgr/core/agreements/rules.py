"""Decide what an agreement must say, and whether it holds on a day."""

from collections.abc import Sequence
from datetime import date

NEEDS_NO_PART2_WORDS = frozenset({"baa"})
"""Kinds under which an organization is a qualified service organization without the words of 42 CFR 2.11(2): business associates."""

NEEDS_TO_RESIST = frozenset({"qsoa"})
"""Kinds in which the organization promises to resist, in proceedings, efforts to obtain the records: 42 CFR 2.11, QSO (2)(ii)."""

SOURCE = "42 CFR 2.11, 2.12(c)(4)"

SCAN_LIMIT = 5 * 1024 * 1024
"""Bytes of a scanned document at most; the figure is ours: twenty pages in gray."""

_MAGIC = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
"""What the first bytes of a document say of its kind; its name and what the browser says of it count for nothing."""

SUFFIXES = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


def kind_of_scan(first_bytes: bytes) -> str | None:
    """Return what kind of document this is, or nothing when it is none that is kept."""
    return next((kind for kind, magic in _MAGIC.items() if first_bytes.startswith(magic)), None)


def what_is_missing(
    *,
    kind: str,
    services: str,
    signed_on: date | None,
    expires_on: date | None,
    bound_by_part2: bool,
    resists_proceedings: bool,
    today: date,
) -> Sequence[str]:
    """Return the names of what an agreement still lacks before anything can rest on it."""
    lacking = {
        "services": not services.strip(),
        "signed_on": signed_on is None,
        "signed_later": signed_on is not None and signed_on > today,
        "expires_on": expires_on is None,
        "expires_before": expires_on is not None and signed_on is not None and expires_on <= signed_on,
        "bound_by_part2": kind not in NEEDS_NO_PART2_WORDS and not bound_by_part2,
        "resists_proceedings": kind in NEEDS_TO_RESIST and not resists_proceedings,
    }
    return [name for name, lacks in lacking.items() if lacks]


def is_live(*, signed_on: date, expires_on: date, ended_on: date | None, on: date) -> bool:
    """Say whether an agreement holds on a day; on the day on which it ends it holds no longer."""
    return signed_on <= on < min(expires_on, ended_on or date.max)
