"""Attest that a policy covers an area, say that it does not apply, or that it is still missing."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.deadlines.models import ClockKind
from casemgr.core.deadlines.recording import start_clock, stop_clocks, subject_of
from casemgr.core.policies.models import PolicyStatement, StatementKind
from casemgr.core.policies.rules import SOURCE, edition, what_attestation_lacks, what_other_word_lacks
from casemgr.core.refusals import Reason, Refused


@action(Can.OVERSEE_PRIVACY)
def attest_policy(
    *,
    program: Program,
    area: str,
    title: str,
    kept_at: str,
    in_force_since: date | None,
    review_on: date | None,
    has_read: bool,
    by: User,
    at: datetime,
) -> PolicyStatement:
    """Attest that a policy in force covers an area; it is signed with the name, and its clock asks for the next review."""
    facts = {"title": title.strip(), "kept_at": kept_at.strip(), "in_force_since": in_force_since, "review_on": review_on}
    lacking = what_attestation_lacks(
        area=area,
        title=title,
        kept_at=kept_at,
        in_force_since=in_force_since,
        review_on=review_on,
        has_read=has_read,
        today=_day(program, at),
    )
    return _state(program, area, StatementKind.ATTESTED, facts, lacking, by=by, at=at)


@action(Can.OVERSEE_PRIVACY)
def say_policy_does_not_apply(
    *, program: Program, area: str, words: str, review_on: date | None, by: User, at: datetime
) -> PolicyStatement:
    """Say in words why an area does not apply here; its clock asks whether that is still so."""
    return _say(program, area, StatementKind.NOT_APPLICABLE, words, review_on, by=by, at=at)


@action(Can.OVERSEE_PRIVACY)
def say_policy_is_missing(*, program: Program, area: str, words: str, review_on: date | None, by: User, at: datetime) -> PolicyStatement:
    """Say in words that the policy of an area is still missing and what is being done; its clock asks for it."""
    return _say(program, area, StatementKind.MISSING, words, review_on, by=by, at=at)


def _say(
    program: Program, area: str, kind: StatementKind, words: str, review_on: date | None, *, by: User, at: datetime
) -> PolicyStatement:
    """State why no policy covers an area."""
    lacking = what_other_word_lacks(area=area, kind=kind, words=words, review_on=review_on, today=_day(program, at))
    return _state(program, area, kind, {"words": words.strip(), "review_on": review_on}, lacking, by=by, at=at)


def _state(
    program: Program, area: str, kind: StatementKind, facts: dict[str, Any], lacking: list[str], *, by: User, at: datetime
) -> PolicyStatement:
    """Write a statement down in place of the one before; of two at once the second waits for the first, so that one clock runs."""
    if lacking:
        raise Refused(*map(_said_of, lacking))
    program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    today = _day(program, at)
    earlier = [subject_of(row) for row in PolicyStatement.objects.filter(program=program, area=area).only("pk")]
    row = PolicyStatement.objects.create(
        program=program,
        area=area,
        edition=edition(),
        kind=kind,
        stated_on=today,
        signed_as=", ".join(part for part in (by.full_name, by.title) if part) or str(by),
        recorded_at=at,
        recorded_by=by,
        **facts,
    )
    stop_clocks(kinds=[ClockKind.POLICY_REVIEW], subjects=earlier, at=at, outcome=f"followed by {row.pk}")
    start_clock(kind=ClockKind.POLICY_REVIEW, program=program, subject=row, started_on=today, due_on=row.review_on, at=at)
    return row


def _day(program: Program, at: datetime) -> date:
    """Return the day where the program is."""
    return at.astimezone(program.zone).date()


def _said_of(missing: str) -> Reason:
    """Return the sentence for what a statement lacks."""
    words = {
        "area": _("The checklist has no such area."),
        "needed": _("Whoever keeps records needs this policy. Say that it is missing."),
        "title": _("Name the policy."),
        "kept_at": _("Say where it is kept, and which version it is."),
        "in_force_since": _("Give the day since which it is in force."),
        "in_force_later": _("A policy of a day that has not come yet is not in force. Until then, say that it is missing."),
        "review_on": _("Give a day after today on which it is looked at again."),
        "has_read": _("State that you have read it."),
        "words": _("Write why."),
    }
    return Reason(words[missing], field={"in_force_later": "in_force_since"}.get(missing, missing), code=missing, source=SOURCE)
