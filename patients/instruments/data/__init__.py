"""Load the instruments from their data files, once, and refuse to work with one that is wrong."""

import json
from functools import cache
from pathlib import Path

from patients.instruments.rules import Instrument, faults_of, instrument_from

FOLDER = Path(__file__).parent


class BrokenInstrument(Exception):
    """Say what is wrong with a data file."""


@cache
def instruments() -> dict[str, Instrument]:
    """Return every instrument by its id, in the order in which they are offered."""
    told = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.json"))]
    found = [instrument_from(entry) for entry in sorted(told, key=lambda entry: entry["place"])]
    if faults := [fault for instrument in found for fault in faults_of(instrument)]:
        raise BrokenInstrument("; ".join(faults))
    return {instrument.id: instrument for instrument in found}


def instrument(instrument_id: str) -> Instrument:
    """Return one instrument; a KeyError when there is none of this id."""
    return instruments()[instrument_id]


def known(instrument_id: str) -> Instrument | None:
    """Return one instrument, or nothing."""
    return instruments().get(instrument_id)
