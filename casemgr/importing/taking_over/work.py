"""Hold what the steps of taking a bundle over share."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from casemgr.core.accounts.models import Site, User
from casemgr.importing.parsing import Entry, ParsedBundle
from casemgr.importing.queries import Comparison, State
from patients.record.actions import remember_outside_ids_in_bulk
from patients.record.models import ExternalId, Patient


@dataclass
class Work:
    """Know the bundle, what it is to our record, whose rows are whose, and who acts when."""

    bundle: ParsedBundle
    comparison: Comparison
    site: Site
    by: User
    at: datetime
    people: dict[int, Patient] = field(default_factory=dict)
    """Patients of the bundle by the key of their row."""
    notes: list[str] = field(default_factory=list)

    @property
    def today(self) -> date:
        """Return the day at the site."""
        return self.at.astimezone(self.site.zone).date()

    def entries(self, kind: str, state: State) -> list[tuple[int, Entry]]:
        """Return the entries of a kind in a state."""
        return self.comparison.of(self.bundle, kind, state)

    def say(self, place: int, text: str) -> None:
        """Note something about an entry that a person may want to know."""
        entry = self.bundle.entries[place]
        self.notes.append(f"{entry.label.capitalize()} ({entry.kind}) {text}")

    def patient_of(self, place: int) -> Patient:
        """Return the patient of an entry."""
        entry = self.bundle.entries[place]
        key = self.comparison.rows[entry.patient_place] if entry.patient_place is not None else self.comparison.patients[place]
        if key not in self.people:
            self.people[key] = Patient.objects.get(pk=key)
        return self.people[key]

    def by_patient(self, *kinds: str) -> Iterator[tuple[Patient, list[tuple[int, Entry]], list[tuple[int, Entry]]]]:
        """Return for each patient the new and the changed entries of these kinds."""
        new: dict[int, list[tuple[int, Entry]]] = defaultdict(list)
        changed: dict[int, list[tuple[int, Entry]]] = defaultdict(list)
        for kind in kinds:
            for groups, state in ((new, State.NEW), (changed, State.CHANGED)):
                for place, entry in self.entries(kind, state):
                    groups[self.patient_of(place).pk].append((place, entry))
        for key in sorted(new.keys() | changed.keys()):
            yield self.people[key], new[key], changed[key]

    def remember(self) -> None:
        """Write down under which ids the source knows our rows, and what it said."""
        ids: dict[int | None, list[ExternalId]] = defaultdict(list)
        for place, entry in enumerate(self.bundle.entries):
            if self.comparison.states[place] not in {State.NEW, State.CHANGED}:
                continue
            row = self.comparison.rows[place]
            owner = row if entry.kind == "Patient" else self.patient_of(place).pk if entry.patient else None
            ids[owner] += [
                ExternalId(patient_id=owner, system=key.system, value=key.value, target=entry.table, target_id=row, digest=entry.digest)
                for key in entry.keys
            ]
        for owner, rows in ids.items():
            remember_outside_ids_in_bulk(patient=self.people[owner] if owner else None, ids=rows, by=self.by, at=self.at)
