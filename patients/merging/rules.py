"""Decide which columns a merge moves, and what two records together may not hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STAYS: Mapping[str, str] = {
    "casemgr.AuditEvent.patient_id": "who looked is on record under the key that was looked at; reads follow the earlier keys",
    "patients.Disclosure.patient_id": "what was told is on account as it was told; reads follow the earlier keys",
    "patients.PatientEvent.pgh_obj": "it is the history of the merged record's own row, which stays",
    "patients.Merge.survivor": "it says which record stayed in that merge",
    "patients.Merge.merged": "it says which record was merged in that merge",
    "patients.MergeEvent.survivor": "it is the history of a merge",
    "patients.MergeEvent.merged": "it is the history of a merge",
    "patients.PossibleDuplicate.first": "it compares two records, not two people",
    "patients.PossibleDuplicate.second": "it compares two records, not two people",
    "patients.PossibleDuplicateEvent.first": "it is the history of a comparison",
    "patients.PossibleDuplicateEvent.second": "it is the history of a comparison",
}
"""The columns with a patient that a merge leaves alone, each with the reason."""

MAY_STAY: Mapping[str, str] = {
    "care_team_member_named_once": "the same colleague cares for the person in the same role already",
    "relationship_is_recorded_once": "the same organization is on record as treating the person already",
    "person_listed_once_per_incident": "the person is on the list of that incident already",
    "chart_is_restricted_once_per_program": "the chart is restricted in that program already",
    "conflict_is_named_once_per_pair": "the tie to that colleague is on record already",
}
"""Constraints of which a second row adds nothing: the merged record keeps its own, each with the reason."""

SAME_MAY_STAY = frozenset(
    {
        "contact_point_named_once_per_patient",
        "patients_fundraisingchoice_patient_id_key",
        "active_allergy_is_listed_once",
        "other_medication_is_listed_once",
    }
)
"""Constraints of which a second row that says the very same adds nothing; one that says something else must be settled first."""

ENDED_MAY_STAY: Mapping[str, tuple[str, str | None]] = {
    "one_episode_at_a_time_per_program": ("discharge_reason", None),
    "one_order_per_substance_at_a_time": ("state", "ended"),
}
"""Constraints over days: what has ended over the same days stays with the merged record, because nobody can end it earlier. Each with the
column that says so, and its value if one alone does."""


@dataclass(frozen=True)
class Meeting:
    """Describe rows of two records that may not stand side by side though no constraint of the database says so of one record."""

    name: str
    table: str
    column: str
    condition: str
    keys: tuple[str, ...]
    operators: tuple[str, ...]


MEETINGS: tuple[Meeting, ...] = (
    Meeting(
        "orders_of_two_medications_on_two_records",
        "treatment_plans_order",
        "patient_id",
        "state <> 'ended'",
        ("patient_id", "substance"),
        ("=", "<>"),
    ),
)
"""One prescriber may let two medications overlap on purpose; two who did not know of each other did not."""


@dataclass(frozen=True)
class Clash:
    """Hold rows of the two records that may not stand side by side, and the constraint that says so."""

    constraint: str
    table: str
    merged_key: str
    survivor_key: str
    is_same: bool
    said: Mapping[str, object]
    """What the row of the merged record says."""

    @property
    def is_harmless(self) -> bool:
        """Say whether the merged record can keep its own row: the other one says the same, a second one adds nothing, or it has ended."""
        repeats = self.is_same and self.constraint in SAME_MAY_STAY
        return repeats or self.constraint in MAY_STAY or self.has_ended

    @property
    def has_ended(self) -> bool:
        """Say whether the row is of the past."""
        column, value = ENDED_MAY_STAY.get(self.constraint, ("", None))
        found = self.said.get(column)
        return bool(found) if value is None else found == value


def staying(clashes: Sequence[Clash]) -> dict[str, list[str]]:
    """Return for each table the rows that stay with the merged record, because the other one has their like."""
    found: dict[str, list[str]] = {}
    for clash in clashes:
        if clash.is_harmless:
            found.setdefault(clash.table, []).append(clash.merged_key)
    return found


def to_settle(clashes: Sequence[Clash]) -> list[Clash]:
    """Return what somebody must settle before the records can be merged; one row stands for all that meet under one constraint."""
    first: dict[str, Clash] = {}
    stays = staying(clashes)
    for clash in clashes:
        if clash.merged_key not in stays.get(clash.table, ()):
            first.setdefault(clash.constraint, clash)
    return [first[name] for name in sorted(first)]
