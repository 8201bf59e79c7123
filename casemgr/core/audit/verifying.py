"""Verify the whole record of access, and put the result on the record."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Any

from casemgr.core.accounts.models import User
from casemgr.core.audit.aligning import Alignment, AnchorFile, read_anchors
from casemgr.core.audit.anchors import Anchor, Contradicted, place, write_anchor
from casemgr.core.audit.models import AuditEvent, Outcome
from casemgr.core.audit.recording import audit_event, write_event
from casemgr.core.audit.walking import Fault, Findings, Walk, find_unsealed_and_copied, links

VERB = "verify_audit"
TOLD = 20
"""Faults that the record of a verification names; the command names all."""
EVERY = 50_000


@dataclass
class Verification:
    """Hold what a verification found: how many rows, what was wrong, what is worth knowing, and the last anchor."""

    rows: int = 0
    seconds: float = 0.0
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    anchor: Anchor | None = None

    @property
    def holds(self) -> bool:
        """Say whether nothing was found."""
        return not self.faults


@dataclass(frozen=True)
class LastVerification:
    """Tell of the last verification as it stands on the record."""

    at: datetime
    holds: bool
    rows: int
    count: int
    faults: list[dict[str, Any]]
    notes: list[str]


def verify(*, at: datetime, progress: Callable[[int], None] | None = None) -> Verification:
    """Walk the chain beside its anchors; when it holds, anchor what is new."""
    began = perf_counter()
    findings = Findings()
    known = read_anchors(findings)
    result = Verification(anchor=known.last)
    _compare_with_the_record(known, findings, result.notes)
    walk, alignment = Walk(findings), Alignment(findings, known)
    for link in links():
        walk.take(link)
        alignment.take(link)
        if progress and walk.count % EVERY == 0:
            progress(walk.count)
    alignment.finish()
    find_unsealed_and_copied(findings)
    if not findings.places:
        try:
            result.anchor = write_anchor(at=at)
        except OSError as error:
            findings.add(0, None, f"the anchor file cannot be written: {error.strerror}")
    result.rows, result.faults = walk.count, findings.faults()
    result.seconds = perf_counter() - began
    return result


def _compare_with_the_record(known: AnchorFile, findings: Findings, notes: list[str]) -> None:
    """Find an anchor file that is missing or was set back: the record itself remembers the line it had reached.

    A database restored elsewhere has not brought the file along; that is worth knowing, and no fault.
    """
    if known.anew:
        notes.append(f"The anchors were begun anew on {known.anew.at:%Y-%m-%d %H:%M} UTC: {known.anew.anew}")
    said = _detail(AuditEvent.objects.filter(verb=VERB).order_by("-id").first())
    line, number = said.get("line", ""), said.get("number", 0)
    if not line or line in known.hashes:
        return
    lost = f"line {number} of the anchor file, which the record knew, is not there: the file is missing, was cut or replaced"
    if said.get("place") == place():
        findings.add(said.get("position", 0), None, lost)
    else:
        notes.append(f"This database was restored from a copy, and {lost}. Bring the file along to have the end checked.")


def put_verification_on_record(result: Verification, *, by: User, at: datetime) -> None:
    """Put on the record how a verification ended."""
    anchor = result.anchor
    detail = {
        "rows": result.rows,
        "count": len(result.faults),
        "faults": [{"position": fault.position, "event": fault.event_id, "text": fault.text} for fault in result.faults[:TOLD]],
        "notes": result.notes,
        "seconds": round(result.seconds, 1),
    }
    if anchor:
        detail |= {"line": anchor.hash, "number": anchor.number, "position": anchor.position, "place": place()}
    outcome = Outcome.DONE if result.holds else Outcome.REFUSED
    reason = "" if result.holds else f"The record does not hold in {len(result.faults)} place(s)."
    write_event(audit_event(by=by, at=at, verb=VERB, outcome=outcome, reason=reason, detail=detail, rests_on="schedule"))


def last_verification() -> LastVerification | None:
    """Return how the record was found the last time."""
    event = AuditEvent.objects.filter(verb=VERB).order_by("-id").first()
    if event is None:
        return None
    said = _detail(event)
    holds = event.outcome == Outcome.DONE
    return LastVerification(event.at, holds, said.get("rows", 0), said.get("count", 0), said.get("faults", []), said.get("notes", []))


def anchor_or_alarm(*, by: User, at: datetime) -> None:
    """Anchor what is new; when the database lost what was anchored, verify at once instead of at night."""
    try:
        write_anchor(at=at)
    except (Contradicted, OSError):
        last = last_verification()
        if last is None or last.holds:
            put_verification_on_record(verify(at=at), by=by, at=at)


def _detail(event: AuditEvent | None) -> dict[str, Any]:
    """Return what the record says of a verification."""
    try:
        said = json.loads(event.detail) if event else {}
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
