"""Start, extend and stop clocks inside the verb that makes it so, as a fact is recorded: no clock without its cause."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program
from casemgr.core.deadlines.events import ClockWarningDue
from casemgr.core.deadlines.models import Clock
from casemgr.core.deadlines.rules import RULES_VERSION, due_day, extended_day, warnings
from casemgr.core.outbox.events import Event
from casemgr.core.outbox.recording import record_facts
from casemgr.core.refusals import Reason, Refused


def subject_of(row: Model) -> str:
    """Return how a clock names the row that it runs for: "app.model:pk"."""
    return f"{row._meta.label_lower}:{row.pk}"


def start_clock(
    *,
    kind: str,
    program: Program,
    subject: str | Model,
    started_on: date,
    at: datetime,
    patient_id: int | None = None,
    due_on: date | None = None,
    closed_days: Collection[date] = (),
) -> Clock:
    """Start a clock, or return the one that runs already; `due_on` is for what ends on a day of its own (a consent, an agreement)."""
    name = subject if isinstance(subject, str) else subject_of(subject)
    start_clocks(
        kind=kind, program=program, subjects=[(name, patient_id)], started_on=started_on, at=at, due_on=due_on, closed_days=closed_days
    )
    return Clock.objects.running().get(kind=kind, subject=name)


def start_clocks(
    *,
    kind: str,
    program: Program,
    subjects: Iterable[tuple[str, int | None]],
    started_on: date,
    at: datetime,
    due_on: date | None = None,
    closed_days: Collection[date] = (),
) -> None:
    """Start one clock for each subject (and its patient), in a fixed number of statements; those that run already are left as they are."""
    last = due_on or due_day(kind, started_on, closed_days=closed_days)
    facts: dict[str, Any] = {"kind": kind, "program": program, "started_on": started_on, "due_on": last, "ends_on": last}
    facts |= {"rules_version": RULES_VERSION, "started_at": at}
    names = dict(subjects)
    rows = [Clock(subject=name, patient_id=patient_id, **facts) for name, patient_id in names.items()]
    Clock.objects.bulk_create(rows, ignore_conflicts=True)
    started = Clock.objects.running().filter(kind=kind, subject__in=names, started_at=at)
    _warn_later(list(started), program, at=at)


def extend_clock(*, clock: Clock, reason: str, at: datetime) -> Clock:
    """Give a clock its one extension; why must be said, and before its day has passed (45 CFR 164.528(c)(1)(ii), 164.524(b)(2)(iii))."""
    clock = Clock.objects.select_for_update(of=("self",)).select_related("program").get(pk=clock.pk)
    reasons = _why_not_extend(clock, reason, at.astimezone(clock.program.zone).date())
    if reasons:
        raise Refused(*reasons)
    clock.extended_to = extended_day(clock.kind, clock.due_on)
    clock.ends_on = clock.extended_to or clock.due_on
    clock.extension_reason, clock.loud_since = reason.strip(), None
    clock.save(update_fields=["extended_to", "ends_on", "extension_reason", "loud_since"])
    _warn_later([clock], clock.program, at=at)
    return clock


def stop_clock(*, kind: str, subject: str | Model, at: datetime, outcome: str = "") -> Clock | None:
    """Stop the clock of this kind that runs for a subject; return it, or nothing when none ran. Of two who stop it, one does."""
    name = subject if isinstance(subject, str) else subject_of(subject)
    clock = Clock.objects.running().filter(kind=kind, subject=name).select_for_update().first()
    if clock is not None:
        clock.closed_at, clock.outcome = at, outcome[:200]
        clock.save(update_fields=["closed_at", "outcome"])
    return clock


def stop_clocks(*, kinds: Iterable[str], subjects: Iterable[str], at: datetime, outcome: str = "") -> int:
    """Stop all clocks of these kinds that run for these subjects; return how many did."""
    open_ones = Clock.objects.running().filter(kind__in=list(kinds), subject__in=list(subjects))
    return open_ones.update(closed_at=at, outcome=outcome[:200])


def stop_clocks_of_patient(*, kinds: Iterable[str], patient_id: int, program: Program, at: datetime, outcome: str = "") -> int:
    """Stop all clocks of these kinds that run for one patient in one program; return how many did."""
    open_ones = Clock.objects.running().filter(kind__in=list(kinds), patient_id=patient_id, program=program)
    return open_ones.update(closed_at=at, outcome=outcome[:200])


def make_loud(clocks: Iterable[int], *, at: datetime) -> int:
    """Mark clocks as warning from now on; one that was stopped or warns already is left alone."""
    return Clock.objects.running().filter(pk__in=list(clocks), loud_since__isnull=True).update(loud_since=at)


def _warn_later(clocks: list[Clock], program: Program, *, at: datetime) -> None:
    """Record the facts that will look at these clocks again."""
    due: list[tuple[Event, datetime, str | None]] = []
    for clock in clocks:
        for days, moment in warnings(clock.kind, clock.ends_on, program.zone, after=at):
            event = ClockWarningDue(clock_id=clock.pk, ends_on=clock.ends_on.isoformat(), days_left=days)
            due.append((event, max(moment, at), f"clock:{clock.pk}:{clock.ends_on}:{days}"))
    if due:
        record_facts(due, at=at)


def _why_not_extend(clock: Clock, reason: str, today: date) -> list[Reason]:
    """Return everything that speaks against an extension."""
    source = clock.rule.source
    reasons = []
    if not clock.is_open:
        reasons.append(Reason(_("This is done already; there is nothing to extend."), code="closed"))
    if clock.extended_to is not None:
        reasons.append(Reason(_("This was extended once already; it cannot be again."), code="extended", source=source))
    if extended_day(clock.kind, clock.due_on) is None:
        reasons.append(Reason(_("This deadline knows no extension."), code="no_extension", source=source))
    if today > clock.due_on:
        reasons.append(Reason(_("The day has passed; it can only be extended before."), code="overdue", source=source))
    if not reason.strip():
        reasons.append(Reason(_("Write why more time is needed; the person is told."), field="reason", source=source))
    return reasons
