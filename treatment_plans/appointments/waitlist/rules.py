"""Decide whom a free hour could suit; nobody is booked by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Wanted:
    """Say what somebody who waits can take: which kind, with whom, where, on which weekdays, between which hours, from which day on."""

    kind: str
    minutes: int
    site_id: int | None = None
    clinician_id: int | None = None
    weekdays: frozenset[int] = frozenset()
    earliest: time | None = None
    latest: time | None = None
    from_on: date | None = None


@dataclass(frozen=True)
class Hour:
    """Say what is free: where, with whom, from when until when by the site's own clock."""

    kind: str
    site_id: int
    clinician_id: int
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo


def suits(wanted: Wanted, hour: Hour, busy: Sequence[tuple[datetime, datetime]] = ()) -> bool:
    """Say whether somebody could take a free hour: all they asked for fits, and they are nowhere else then."""
    starts, ends = hour.starts_at.astimezone(hour.zone), hour.ends_at.astimezone(hour.zone)
    return (
        wanted.kind == hour.kind
        and wanted.site_id in (None, hour.site_id)
        and wanted.clinician_id in (None, hour.clinician_id)
        and hour.ends_at - hour.starts_at >= timedelta(minutes=wanted.minutes)
        and _can_come(wanted, starts, ends)
        and not any(begins < hour.ends_at and hour.starts_at < finishes for begins, finishes in busy)
    )


def _can_come(wanted: Wanted, starts: datetime, ends: datetime) -> bool:
    """Say whether the day and the hours are among those at which somebody can come."""
    return (
        (not wanted.weekdays or starts.weekday() in wanted.weekdays)
        and (wanted.earliest is None or starts.time() >= wanted.earliest)
        and (wanted.latest is None or (ends.date() == starts.date() and ends.time() <= wanted.latest))
        and (wanted.from_on is None or starts.date() >= wanted.from_on)
    )
