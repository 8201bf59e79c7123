"""Merge two records of one person, and undo it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, write_event
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Reason, Refused
from patients.caseload.queries import patients_seen_by
from patients.merging.comparing.queries import reasons_against
from patients.merging.events import RecordsMerged
from patients.merging.models import Merge, PossibleDuplicate
from patients.merging.queries import clashes_between, later_merges, moved_columns, pairs_alike, sentence_of
from patients.merging.rules import Clash, staying, to_settle
from patients.record.models import Patient

LATE = timedelta(minutes=10)
"""How long after a merge somebody may still be writing to the record that is gone; ours to set, longer than any request lasts."""


@action(Can.MERGE_PATIENTS)
def merge_patients(*, survivor: Patient, merged: Patient, program: Program, reason: str, by: User, at: datetime) -> Merge:
    """Find two records to be one person's: everything of the one moves to the other, and is listed so that it can move back.

    Both rows are held, the older first, so that two merges of the same records come one after the other, and whoever is writing to one
    of them comes before or after as a whole.
    """
    stays, goes = _both(survivor, merged)
    if reasons := _objections(stays, goes, reason, by):
        raise Refused(*reasons)
    clashes = clashes_between(goes, stays)
    if hard := to_settle(clashes):
        raise Refused(*reasons_against(hard, by))
    merge = Merge.objects.create(program=program, survivor=stays, merged=goes, reason=reason.strip(), recorded_at=at, recorded_by=by)
    _move(merge, clashes)
    Patient.objects.filter(pk=goes.pk).update(merged_into=stays)
    _gather_names_and_keys(stays)
    record_fact(RecordsMerged(merge_id=merge.pk, patient_id=stays.pk), at=at)
    record_fact(RecordsMerged(merge_id=merge.pk, patient_id=stays.pk), at=at, due_at=at + LATE)
    _put_on_the_other_record(merge, "merged_into_another_record", by, at)
    return merge


@action(Can.MERGE_PATIENTS)
def undo_merge(*, merge: Merge, reason: str, by: User, at: datetime) -> Merge:
    """Find that two merged records are two people's after all: exactly what was moved moves back; what came since stays."""
    stays, goes = _both(merge.survivor, merge.merged)
    row = Merge.objects.select_for_update(no_key=True).get(pk=merge.pk)
    if reasons := _objections_to_undoing(row, reason, by):
        raise Refused(*reasons)
    row.undone_at, row.undone_by, row.undone_reason = at, by, reason.strip()
    row.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    _by_the_narrow_door("SELECT patients_move_rows_back(%s)", [row.pk])
    Patient.objects.filter(pk=goes.pk).update(merged_into=None)
    _gather_names_and_keys(stays)
    _put_on_the_other_record(row, "became_a_record_again", by, at)
    return row


@action(Can.RUN_SCHEDULE)
def gather_late_rows(*, merge: Merge, by: User, at: datetime) -> int:
    """Move what was still being written to the merged record while it was merged; what then clashes stays where it is."""
    stays, goes = _both(merge.survivor, merge.merged)
    row = Merge.objects.get(pk=merge.pk)
    return _move(row, clashes_between(goes, stays), but_clashing=True) if row.stands else 0


@action(Can.RUN_SCHEDULE)
def look_for_duplicates(*, by: User, at: datetime, since: datetime | None = None) -> int:
    """Compare who was registered or changed since a moment, or everybody, with everybody; list the pairs that are worth a look."""
    found = [
        PossibleDuplicate(first_id=pair.first, second_id=pair.second, score=pair.score, reasons=pair.reasons, found_at=at)
        for pair in pairs_alike(since)
    ]
    known = {(row.first_id, row.second_id): row for row in PossibleDuplicate.objects.filter(first__in=[row.first_id for row in found])}
    new = [row for row in found if (row.first_id, row.second_id) not in known]
    changed = []
    for row in found:
        old = known.get((row.first_id, row.second_id))
        if old is not None and (old.score, old.reasons) != (row.score, row.reasons):
            old.score, old.reasons = row.score, row.reasons
            changed.append(old)
    PossibleDuplicate.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)
    PossibleDuplicate.objects.bulk_update(changed, ["score", "reasons"], batch_size=1000)
    return len(new)


@action(Can.MERGE_PATIENTS)
def dismiss_duplicate(*, pair: PossibleDuplicate, by: User, at: datetime) -> PossibleDuplicate:
    """Say that two records are two people's; the pair is not shown again."""
    row = PossibleDuplicate.objects.select_for_update(no_key=True).get(pk=pair.pk)
    if row.dismissed_at is not None:
        raise Refused(Reason(_("Somebody said so already."), code="dismissed"))
    row.dismissed_at, row.dismissed_by = at, by
    row.save(update_fields=["dismissed_at", "dismissed_by"])
    return row


def _both(survivor: Patient, merged: Patient) -> tuple[Patient, Patient]:
    """Return both records as they are now, held until the end against everybody who writes to them, the older one first."""
    rows = Patient.objects.select_for_update().order_by("pk").in_bulk([survivor.pk, merged.pk])
    return rows[survivor.pk], rows[merged.pk]


def _objections(survivor: Patient, merged: Patient, reason: str, by: User) -> list[Reason]:
    """Return why two records cannot be merged, whatever they hold."""
    if survivor.pk == merged.pk:
        return [Reason(_("This is one record already. Choose another one."), code="same")]
    if survivor.merged_into_id or merged.merged_into_id:
        return [Reason(_("One of these records was merged into another meanwhile. Open the charts again."), code="merged")]
    seen = patients_seen_by(by, can=Can.MERGE_PATIENTS).filter(pk__in=[survivor.pk, merged.pk]).count()
    if seen != len({survivor.pk, merged.pk}):
        return [Reason(_("Only who may see both charts may merge them."), code="unseen", source="42 CFR 2.12(c)(3)")]
    if not reason.strip():
        return [Reason(_("Say how it is known that this is one person."), field="reason")]
    return []


def _objections_to_undoing(merge: Merge, reason: str, by: User) -> list[Reason]:
    """Return why a merge cannot be undone."""
    if not merge.stands:
        return [Reason(_("This merge was undone already."), code="undone")]
    if later_merges(merge).exists():
        return [Reason(_("The record was merged once more since. Undo that merge first."), code="later")]
    if not patients_seen_by(by, can=Can.MERGE_PATIENTS).filter(pk=merge.survivor_id).exists():
        return [Reason(_("Only who may see the chart may undo the merge."), code="unseen", source="42 CFR 2.12(c)(3)")]
    if not reason.strip():
        return [Reason(_("Say how it is known that these are two people."), field="reason")]
    return []


def _move(merge: Merge, clashes: Sequence[Clash], *, but_clashing: bool = False) -> int:
    """Move every row that says whose it is, table by table, but those that stay; return how many."""
    keep = staying(clashes)
    if but_clashing:
        for clash in clashes:
            keep.setdefault(clash.table, []).append(clash.merged_key)
    return sum(
        _by_the_narrow_door(
            "SELECT patients_move_rows(%s, %s, %s, %s::text[])", [merge.pk, column.table, column.column, keep.get(column.table, [])]
        )
        for column in moved_columns()
    )


def _by_the_narrow_door(statement: str, values: Sequence[Any]) -> int:
    """Let the database's own function move rows; what a constraint forbids that nobody foresaw is refused, not broken."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.fetchone()[0])
    except DatabaseError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        if not name:
            raise
        raise Refused(Reason(sentence_of(name), code=name)) from None


def _gather_names_and_keys(survivor: Patient) -> None:
    """Let the record be found under the names of those merged into it, and remember their keys."""
    keys = list(Patient.objects.filter(merged_into=survivor).order_by("pk").values_list("pk", flat=True))
    Patient.objects.filter(pk=survivor.pk).update(earlier_keys=keys, given_name=F("given_name"))


def _put_on_the_other_record(merge: Merge, verb: str, by: User, at: datetime) -> None:
    """Put what happened on the record of the merged one too."""
    event = audit_event(by=by, at=at, verb=verb, outcome=Outcome.DONE, patient_id=merge.merged_id, subject=f"patients.merge:{merge.pk}")
    write_event(event)
