"""Know what is looked for in a specimen, its codes, what it is a trace of, and which medicines explain it."""

import csv
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

CODES_FILE = Path(__file__).parents[1] / "data" / "analytes.csv"
LOINC = "http://loinc.org"
OWN_SYSTEM = "urn:casemgr:analyte"
"""Code system of what LOINC has no code for in our list, and of specimens other than urine."""

SCREEN, CONFIRM, ANY = "screen", "confirm", "any"
URINE = "urine"

METABOLITE_OF: dict[str, str] = {"eddp": "methadone", "norbuprenorphine": "buprenorphine", "norfentanyl": "fentanyl"}
"""What the body makes of what was taken."""

TRACE_OF: dict[str, str] = {
    "methadone": "opioid",
    "eddp": "opioid",
    "buprenorphine": "opioid",
    "norbuprenorphine": "opioid",
    "fentanyl": "opioid",
    "norfentanyl": "opioid",
    "heroin": "opioid",
    "opiates": "opioid",
    "oxycodone": "opioid",
    "xylazine": "other_substance",
    "benzodiazepines": "sedative",
    "alcohol": "alcohol",
    "cocaine": "cocaine",
    "amphetamines": "stimulant",
    "cannabinoids": "cannabis",
    "pcp": "hallucinogen",
}
"""The group of substances that a finding is a trace of."""

OF_MEDICATION: dict[str, frozenset[str]] = {
    "methadone": frozenset({"methadone", "eddp"}),
    "buprenorphine": frozenset({"buprenorphine", "norbuprenorphine"}),
    "naltrexone": frozenset({"naltrexone"}),
}
"""What is expected in somebody who is given a medication for opioid use disorder."""

OTHER_MEDICINES: tuple[tuple[str, frozenset[str]], ...] = (
    (
        "alprazolam|chlordiazepoxide|clobazam|clonazepam|clorazepate|diazepam|estazolam|flurazepam|lorazepam|midazolam|oxazepam|temazepam"
        "|triazolam|benzodiazepine|xanax|librium|klonopin|tranxene|valium|ativan|versed|restoril|halcion|onfi",
        frozenset({"benzodiazepines"}),
    ),
    ("amphetamine|lisdexamfetamine|adderall|vyvanse|evekeo", frozenset({"amphetamines"})),
    ("oxycodone|oxycontin|percocet|roxicodone", frozenset({"oxycodone", "opiates"})),
    ("oxymorphone|opana", frozenset({"oxycodone", "opiates"})),
    ("morphine|codeine|hydrocodone|hydromorphone|vicodin|norco|dilaudid|ms contin", frozenset({"opiates"})),
    ("fentanyl|duragesic", frozenset({"fentanyl", "norfentanyl"})),
    ("dronabinol|marinol|cannabidiol|nabiximols", frozenset({"cannabinoids"})),
    ("methadone|methadose|dolophine", OF_MEDICATION["methadone"]),
    ("buprenorphine|suboxone|subutex|zubsolv|sublocade|brixadi", OF_MEDICATION["buprenorphine"]),
    ("naltrexone|vivitrol|revia", OF_MEDICATION["naltrexone"]),
)
"""Names of medicines (RxNorm ingredients, and brand names that people say), and what each may leave behind. A program's laboratory may know
more."""


def explained_by(titles: Iterable[str]) -> frozenset[str]:
    """Return what the medicines with these names may leave behind."""
    said = " ".join(titles).lower()
    return frozenset[str]().union(*(found for names, found in OTHER_MEDICINES if re.search(rf"\b(?:{names})", said)))


@cache
def _codes() -> tuple[tuple[str, str, str], ...]:
    """Return every code with its analyte and method."""
    with CODES_FILE.open(encoding="utf-8", newline="") as file:
        return tuple((row["analyte"], row["loinc"], row["method"]) for row in csv.DictReader(file))


def code_of(analyte: str, method: str, specimen: str = URINE) -> str:
    """Return the LOINC code of a test of urine, the nearest that there is, or nothing."""
    if specimen != URINE:
        return ""
    mine = {of: code for name, code, of in reversed(_codes()) if name == analyte}
    return mine.get(method) or mine.get(ANY, "")


def analyte_of(code: str) -> tuple[str, str] | None:
    """Return which analyte a LOINC code looks for, and by which method."""
    return next(((name, method) for name, known, method in _codes() if known == code), None)
