import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from casemgr.core.accounts.models import Site
from casemgr.importing.mapping.nodes import Context
from casemgr.importing.parsing import ParsedBundle, Reader
from casemgr.importing.reading import documents, turns_of
from casemgr.importing.running import BundleReport, Importer

BUNDLES = Path(__file__).parent / "bundles"
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def context() -> Context:
    """Return what a mapper knows besides the resource."""
    return Context(NEW_YORK, date(2026, 3, 4))


@pytest.fixture
def reader() -> Reader:
    return Reader(NEW_YORK, date(2026, 3, 4))


@pytest.fixture
def bundle() -> Callable[[str], dict]:
    """Return a function that reads one of the bundles kept beside the tests."""
    return lambda name: json.loads((BUNDLES / f"{name}.json").read_text())


@pytest.fixture
def parsed(reader) -> Callable[[dict], ParsedBundle]:
    return lambda data: reader.bundle(json.dumps(data).encode(), "a bundle")


@pytest.fixture
def bring_in(clinic, now, tmp_path) -> Callable[..., list[BundleReport]]:
    """Return a function that imports bundles (objects) or paths at the north site, in order."""

    def _bring_in(*found: dict | Path, site: Site | None = None, at: datetime | None = None, source: str = "") -> list[BundleReport]:
        reports = []
        for number, thing in enumerate(found):
            path = thing
            if isinstance(thing, dict):
                path = tmp_path / f"bundle{number}.json"
                path.write_text(json.dumps(thing))
            importer = Importer(site or clinic.north, clinic.system, lambda: at or now, source)
            reports += importer.run(documents([path], turns_of([path])))
        return reports

    return _bring_in


@pytest.fixture
def without() -> Callable[..., dict]:
    """Return a function that copies a bundle with one field of one entry changed, or taken out."""

    def _without(data: dict, kind: str, **changes: object) -> dict:
        copy = deepcopy(data)
        resource = next(entry["resource"] for entry in copy["entry"] if entry["resource"]["resourceType"] == kind)
        for name, value in changes.items():
            if value is None:
                resource.pop(name, None)
            else:
                resource[name] = value
        return copy

    return _without
