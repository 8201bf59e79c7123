"""Read what stands against a merge and what stays, and tell of it no more than the reader may see."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Model
from django.utils.translation import gettext

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.refusals import Reason
from casemgr.core.sensitivity import Sensitivity
from patients.guarding.models import ChartRestriction, Conflict
from patients.incidents.models import IncidentPerson
from patients.merging.models import Merge
from patients.merging.queries import Line, clashes_between, moved_columns, program_path, sentence_of
from patients.merging.rules import Clash, to_settle
from patients.record.models import Patient

TOLD = (Sensitivity.PATIENT, Sensitivity.CLINICAL)
"""What somebody who merges may be told of; what is open to fewer is not named to them."""

TOLD_WITH: Mapping[type[Model], Can] = {
    Conflict: Can.RESTRICT_CHART,
    ChartRestriction: Can.RESTRICT_CHART,
    IncidentPerson: Can.OVERSEE_PRIVACY,
}
"""Tables that are open to fewer, and the right of those who may be told of them all the same."""


class Meets(NamedTuple):
    """Hold what must be settled before a merge, which kinds of rows stay and why, and whether more stays than the reader may see."""

    to_settle: list[Reason]
    stays: list[tuple[str, str]]
    is_more: bool


def what_meets(merged: Patient, survivor: Patient, user: User) -> Meets:
    """Return what two records may not hold side by side, as far as this user may see it."""
    clashes = clashes_between(merged, survivor)
    names = {column.table: str(column.model._meta.verbose_name) for column in moved_columns()}
    harmless = [clash for clash in clashes if clash.is_harmless]
    seen = _seen(harmless, user)
    stays = {(names[clash.table], why_it_stays(clash)) for clash in seen}
    return Meets(reasons_against(to_settle(clashes), user), sorted(stays), len(seen) < len(harmless))


def moved_by(merge: Merge, user: User) -> list[Line]:
    """Return how many rows of each kind a merge moved, without those of which this user may not be told, and without history."""
    models = {column.table: column.model for column in moved_columns() if not column.is_history and column.model is not Patient}
    lines: dict[str, Line] = {}
    for table, keys in merge.moved.filter(is_back=False).values_list("table_name", "row_keys"):
        told = len(set(keys) - _closed(models[table], set(keys), user)) if table in models else 0
        if told:
            label = str(models[table]._meta.verbose_name_plural)
            lines.setdefault(label, Line(label[:1].upper() + label[1:])).merged += told
    return sorted(lines.values(), key=lambda line: line.label)


def reasons_against(clashes: Sequence[Clash], user: User) -> list[Reason]:
    """Return what stands against a merge in sentences, without telling of what the user may not see but that it is there."""
    seen = _seen(clashes, user)
    reasons = [Reason(sentence_of(clash.constraint), code=clash.constraint) for clash in seen]
    if len(seen) < len(clashes):
        reasons.append(Reason(gettext("Something that you may not see stands against it. Ask your privacy officer."), code="unseen"))
    return reasons


def why_it_stays(clash: Clash) -> str:
    """Return why the merged record keeps a row, in words."""
    if clash.has_ended:
        return gettext("It has ended, over days on which the other record has one too; it stays as it was.")
    return gettext("The other record says so already.")


def _seen(clashes: Iterable[Clash], user: User) -> list[Clash]:
    """Return those of which both rows are of programs where this user merges, or of no program, and of tables open to the care team."""
    models = {column.table: column.model for column in moved_columns()}
    keys: dict[str, set[str]] = defaultdict(set)
    clashes = list(clashes)
    for clash in clashes:
        keys[clash.table] |= {clash.merged_key, clash.survivor_key}
    closed = {table: _closed(models[table], found, user) for table, found in keys.items()}
    return [clash for clash in clashes if not closed[clash.table] & {clash.merged_key, clash.survivor_key}]


def _closed(model: type[Model], keys: set[str], user: User) -> set[str]:
    """Return the keys of those rows that are not to be told of: of other programs, or of a table that is open to fewer."""
    right = Can.MERGE_PATIENTS if getattr(model, "sensitivity", None) in TOLD else TOLD_WITH.get(model)
    programs = {membership.program_id for membership in user.reach(right)} if right else set()
    if not programs:
        return keys
    if not (path := program_path(model)):
        return set()
    seen = model._base_manager.filter(**{"pk__in": keys, f"{path}__in": programs}).values_list("pk", flat=True)
    return keys - {str(key) for key in seen}
