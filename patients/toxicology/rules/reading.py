"""Decide how results read given what is prescribed: as expected, or as a reason to talk. Nothing else ever follows from one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from patients.toxicology.rules.analytes import CONFIRM, METABOLITE_OF, OF_MEDICATION

POSITIVE, NEGATIVE, INVALID = "positive", "negative", "invalid"

DAYS_AFTER_LAST_DOSE: dict[str, int] = {"methadone": 3, "buprenorphine": 3, "naltrexone": 2}
"""Days after the last dose given for which its traces are expected. Shorter than laboratories find them: program policy, nobody is asked
about a dose that the program knows was missed."""

DAYS_STILL_EXPLAINED = 14
"""Days after the last dose given for which its traces, though expected no longer, are the medication and no use. Program policy; the figure
is ours: methadone and buprenorphine leave slowly, and whoever missed doses or was in hospital is not asked about their own medication."""

SOURCE = "Program policy (MED-09), after the consensus of the American Society of Addiction Medicine on drug testing; from memory"
MARK = "M"
REVIEW_DAYS = 3
"""Days within which an unexpected result is talked about (worklist rule MED-09)."""


class Reading(StrEnum):
    """Name how one result reads."""

    AS_EXPECTED = "as_expected"
    UNEXPECTED_POSITIVE = "unexpected_positive"
    UNEXPECTED_NEGATIVE = "unexpected_negative"
    WITHOUT_METABOLITE = "without_metabolite"
    NOT_CONFIRMED = "not_confirmed"
    NOT_READ = "not_read"


UNEXPECTED = frozenset({Reading.UNEXPECTED_POSITIVE, Reading.UNEXPECTED_NEGATIVE, Reading.WITHOUT_METABOLITE})
"""Readings that ask for a conversation."""


@dataclass(frozen=True)
class Prescribed:
    """Hold what a specimen is expected to show, what may show for a reason that is known, and the medicines by name."""

    expected: frozenset[str] = frozenset()
    explained: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """Hold one result: what was looked for, how, and what came out."""

    analyte: str
    method: str
    result: str


def expected_of(last_doses: Mapping[str, date | None], collected_on: date) -> frozenset[str]:
    """Return what is expected of medication given here, by substance and day of its last dose before the specimen."""
    given = (
        substance
        for substance, last in last_doses.items()
        if last is not None and collected_on - last <= timedelta(days=DAYS_AFTER_LAST_DOSE.get(substance, 0))
    )
    return frozenset[str]().union(*(OF_MEDICATION.get(substance, frozenset()) for substance in given))


def explained_of(last_doses: Mapping[str, date | None], ordered: Iterable[str], collected_on: date) -> frozenset[str]:
    """Return what may show of medication given or ordered here: of every order in force, and of every dose not long ago."""
    lately = (
        substance
        for substance, last in last_doses.items()
        if last is not None and collected_on - last <= timedelta(days=DAYS_STILL_EXPLAINED)
    )
    return frozenset[str]().union(*(OF_MEDICATION.get(substance, frozenset()) for substance in (*ordered, *lately)))


def read(findings: Iterable[Finding], prescribed: Prescribed) -> dict[tuple[str, str], Reading]:
    """Return how each result reads, by analyte and method; a confirmed result speaks louder than the screen before it."""
    rows = list(findings)
    valid = {(row.analyte, row.method): row.result for row in rows if row.result != INVALID}
    settled: dict[str, str] = {}
    for (analyte, _method), result in sorted(valid.items(), key=lambda item: item[0][1] == CONFIRM):
        settled[analyte] = result
    return {(row.analyte, row.method): _reading(row, settled, valid, prescribed) for row in rows}


def _reading(row: Finding, settled: Mapping[str, str], valid: Mapping[tuple[str, str], str], prescribed: Prescribed) -> Reading:
    """Return how one result reads among the others of its specimen."""
    if row.result == INVALID:
        return Reading.NOT_READ
    confirmed = valid.get((row.analyte, CONFIRM))
    if row.method != CONFIRM and confirmed is not None and confirmed != row.result:
        return Reading.NOT_CONFIRMED
    if row.result == POSITIVE:
        return _positive(row.analyte, settled, prescribed)
    return _negative(row.analyte, settled, prescribed)


def _positive(analyte: str, settled: Mapping[str, str], prescribed: Prescribed) -> Reading:
    """Return how a positive reads: explained by what is prescribed, or not; a parent alone did not pass through the body."""
    if analyte not in prescribed.expected | prescribed.explained:
        return Reading.UNEXPECTED_POSITIVE
    metabolite = next((made for made, parent in METABOLITE_OF.items() if parent == analyte), "")
    if settled.get(metabolite) == NEGATIVE:
        return Reading.WITHOUT_METABOLITE
    return Reading.AS_EXPECTED


def _negative(analyte: str, settled: Mapping[str, str], prescribed: Prescribed) -> Reading:
    """Return how a negative reads: unexpected where the medication should show.

    A metabolite alone is as expected: the parent is broken down first. Of a metabolite missing beside its parent, the parent tells.
    """
    if analyte not in prescribed.expected:
        return Reading.AS_EXPECTED
    metabolite = next((made for made, parent in METABOLITE_OF.items() if parent == analyte), "")
    if settled.get(metabolite) == POSITIVE or settled.get(METABOLITE_OF.get(analyte, "")) == POSITIVE:
        return Reading.AS_EXPECTED
    return Reading.UNEXPECTED_NEGATIVE


def to_confirm(findings: Iterable[Finding], readings: Mapping[tuple[str, str], Reading]) -> list[str]:
    """Return the analytes whose unexpected result rests on a screen alone: a second method should look before anybody concludes."""
    rows = list(findings)
    looked_twice = {row.analyte for row in rows if row.method == CONFIRM}
    found = [row.analyte for row in rows if readings[row.analyte, row.method] in UNEXPECTED and row.analyte not in looked_twice]
    return list(dict.fromkeys(found))


def review_due_on(resulted_on: date) -> date:
    """Return the day by which an unexpected result is talked about."""
    return resulted_on + timedelta(days=REVIEW_DAYS)
