"""Compare a bundle with what is on the record: what is new, what is told anew, what is known."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models.functions import Lower

from casemgr.core.accounts.models import Membership, Site, User, UserKind
from casemgr.core.directory.models import Practitioner
from casemgr.importing.keys import Key, key_of_reference, target_of_reference
from casemgr.importing.mapping.by_type import TABLES
from casemgr.importing.mapping.people import PatientFacts
from casemgr.importing.mapping.visits import MeetingFacts, VisitFacts
from casemgr.importing.parsing import Entry, ParsedBundle
from patients.record.models import ExternalId, Identifier, Patient
from treatment_plans.plan.models import Plan, PlanState

AT_ONCE = 5000
"""Ids asked for in one statement."""


class State(StrEnum):
    """Say what an entry is to our record."""

    NEW = "new"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    UNMAPPED = "unmapped"


@dataclass
class Comparison:
    """Hold for each entry what it is to our record, and which row holds it."""

    states: list[State]
    rows: dict[int, int] = field(default_factory=dict)
    """Place of an entry to the key of our row."""
    joined: set[int] = field(default_factory=set)
    """Places of patients who were on our record before their source was, found by an identifier."""
    patients: dict[int, int] = field(default_factory=dict)
    """Place of an entry to the key of its patient, where that patient is known already."""
    owners: dict[int, int] = field(default_factory=dict)
    """Place of an entry to the key of the patient to whom it belonged so far."""
    kept: list[int] = field(default_factory=list)
    """Keys of appointments that have become visits."""
    clinicians: dict[int, int] = field(default_factory=dict)
    """Place of a meeting to the key of our member of staff."""
    reasons: dict[int, str] = field(default_factory=dict)
    """Why an entry has no place on our record, where that follows from what is here."""
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def has_work(self) -> bool:
        """Say whether anything is to be written."""
        return any(state in {State.NEW, State.CHANGED} for state in self.states)

    def of(self, bundle: ParsedBundle, kind: str, *states: State) -> list[tuple[int, Entry]]:
        """Return the entries of a kind that are in one of these states."""
        return [(place, entry) for place, entry in bundle.mapped(kind) if self.states[place] in states]

    def leave_out(self, place: int, reason: str) -> None:
        """Find no place for an entry on our record."""
        self.states[place], self.reasons[place] = State.UNMAPPED, reason


def compare(bundle: ParsedBundle, site: Site) -> Comparison:
    """Return what each entry of a bundle is to our record. Reads only."""
    known = _known_ids(key for entry in bundle.entries for key in entry.keys)
    comparison = Comparison([State.UNMAPPED] * len(bundle.entries))
    for place, entry in enumerate(bundle.entries):
        if entry.facts is not None:
            _compare_entry(comparison, place, entry, known)
        elif any((key, table) in known for key in entry.keys for table in TABLES.values()):
            comparison.leave_out(place, f"{entry.reason}; it was taken over earlier and still stands on our record: a person decides")
    _join_patients(bundle, comparison)
    _find_patients(bundle, comparison)
    _refuse_other_owners(bundle, comparison)
    _find_clinicians(bundle, comparison, site)
    _leave_plans_in_use(bundle, comparison)
    _note_strangers(bundle, comparison)
    return comparison


def _known_ids(keys: Iterable[Key]) -> dict[tuple[Key, str], ExternalId]:
    """Return what is known under these outside ids, by id and table."""
    wanted = set(keys)
    values = sorted({key.value for key in wanted})
    known: dict[tuple[Key, str], ExternalId] = {}
    for start in range(0, len(values), AT_ONCE):
        for row in ExternalId.objects.filter(value__in=values[start : start + AT_ONCE]).select_related("patient"):
            if row.target == TABLES["Patient"] and row.patient is not None:
                row.target_id = row.patient.pk  # of a record that was merged into another one, the other
            known[Key(row.system, row.value), row.target] = row
    return known


def _compare_entry(comparison: Comparison, place: int, entry: Entry, known: dict[tuple[Key, str], ExternalId]) -> None:
    found = [known[key, entry.table] for key in entry.keys if (key, entry.table) in known]
    if len({row.target_id for row in found}) > 1:
        comparison.problems.append(f"{entry.label.capitalize()} ({entry.kind}): its ids belong to two different rows of our record.")
        return
    if isinstance(entry.facts, VisitFacts):
        comparison.kept += [known[key, TABLES["Appointment"]].target_id for key in entry.keys if (key, TABLES["Appointment"]) in known]
    if not found:
        comparison.states[place] = State.NEW
        return
    comparison.rows[place] = found[0].target_id
    if found[0].patient_id is not None:
        comparison.owners[place] = found[0].patient_id
    if found[0].digest == entry.digest or entry.only_if_absent:
        comparison.states[place] = State.UNCHANGED
    else:
        comparison.states[place] = State.CHANGED
    if found[0].digest != entry.digest and entry.only_if_absent:
        comparison.notes.append(
            f"{entry.label.capitalize()} ({entry.kind}) is known here under the same identifier and is told differently: as it asks to be "
            "made only where it is not known, what is here was kept."
        )


def _join_patients(bundle: ParsedBundle, comparison: Comparison) -> None:
    """Find new patients who are on our record under the same number and birth date: they are joined, not made twice."""
    new = comparison.of(bundle, "Patient", State.NEW)
    numbers = sorted({identifier.value for _place, entry in new for identifier in entry.facts.identifiers})
    owners: dict[tuple[str, str, str], Patient] = {}
    if numbers:
        for row in Identifier.objects.filter(value__in=numbers).select_related("patient"):
            owners[row.kind, row.system, row.value] = row.patient
    for place, entry in new:
        facts: PatientFacts = entry.facts
        same = {owners[key] for i in facts.identifiers if (key := (i.kind, i.system, i.value)) in owners}
        if not same:
            continue
        person = same.pop()
        if same or person.birth_date is None or person.birth_date != facts.birth_date:
            comparison.problems.append(
                f"{entry.label.capitalize()} (Patient): one of its identifiers is on the record of somebody with another birth date "
                f"(record {person.public_id}). Find out whether they are the same person, and correct one of the two."
            )
            continue
        comparison.states[place], comparison.rows[place] = State.CHANGED, person.pk
        comparison.joined.add(place)
        comparison.notes.append(
            f"{entry.label.capitalize()} (Patient) is on our record already ({person.public_id}): same identifier, same birth date."
        )


def _find_patients(bundle: ParsedBundle, comparison: Comparison) -> None:
    """Find the patients who do not stand in the bundle; without them nothing of theirs can be taken over."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, entry in enumerate(bundle.entries):
        if entry.facts is not None and entry.patient and entry.patient_place is None:
            places[entry.patient].append(place)
    keys = {ref: key_of_reference(ref, bundle.entries[first[0]].full_url, bundle.source) for ref, first in places.items()}
    known = _known_ids(key for key in keys.values() if key)
    numbers = _people_by_number(key.value for ref, key in keys.items() if key and "?" in ref)
    for reference, mine in places.items():
        key = keys[reference]
        row = known.get((key, TABLES["Patient"])) if key else None
        found = row.target_id if row else numbers.get((key.system, key.value)) if key else None
        if found is None:
            entry = bundle.entries[mine[0]]
            comparison.problems.append(
                f"{entry.label.capitalize()} ({entry.kind}): its patient {reference[:80]} is neither in this bundle nor on our record."
            )
        else:
            comparison.patients |= dict.fromkeys(mine, found)


def _refuse_other_owners(bundle: ParsedBundle, comparison: Comparison) -> None:
    """Refuse what belonged to somebody else so far: one of the two bundles is mixed up."""
    for place, owner in comparison.owners.items():
        entry = bundle.entries[place]
        now = comparison.rows.get(entry.patient_place) if entry.patient_place is not None else comparison.patients.get(place, owner)
        if entry.kind != "Patient" and now != owner:
            comparison.problems.append(f"{entry.label.capitalize()} ({entry.kind}): it belonged to another patient when it was taken over.")


def _people_by_number(values: Iterable[str]) -> dict[tuple[str, str], int]:
    wanted = sorted(set(values))
    rows = Identifier.objects.filter(value__in=wanted).values_list("system", "value", "patient_id") if wanted else ()
    return {(system, value): patient for system, value, patient in rows}


def _find_clinicians(bundle: ParsedBundle, comparison: Comparison, site: Site) -> None:
    """Find for each meeting the member of staff it is with, by e-mail; a meeting with somebody else is not ours."""
    meetings = [(place, entry) for place, entry in bundle.mapped("Appointment", "Encounter") if isinstance(entry.facts, MeetingFacts)]
    if not meetings:
        return
    addresses = {place: _address(bundle, entry) for place, entry in meetings}
    staff = _staff_by_address(site, addresses.values())
    for place, _entry in meetings:
        user = staff.get(addresses[place].lower())
        if user is None:
            comparison.leave_out(
                place, "the professional it is with does not work here (nobody of this program's staff has their e-mail address)"
            )
        else:
            comparison.clinicians[place] = user


def _address(bundle: ParsedBundle, entry: Entry) -> str:
    """Return the e-mail address of the professional that a meeting is with."""
    reference: str = entry.facts.practitioner
    place = bundle.at(reference, "Practitioner")
    if place is not None:
        return str(bundle.entries[place].facts.email)
    key = key_of_reference(reference, entry.full_url, bundle.source)
    row = _known_ids([key]).get((key, TABLES["Practitioner"])) if key else None
    person = Practitioner.objects.filter(pk=row.target_id).first() if row else None
    return person.email if person else ""


def _staff_by_address(site: Site, addresses: Iterable[str]) -> dict[str, int]:
    wanted = {address.lower() for address in addresses if address}
    if not wanted:
        return {}
    here = Membership.objects.current().filter(program=site.program_id).values("user")
    people = User.objects.alias(low=Lower("email")).filter(low__in=wanted, kind=UserKind.PERSON, is_active=True, pk__in=here)
    return {user.email.lower(): user.pk for user in people}


def _leave_plans_in_use(bundle: ParsedBundle, comparison: Comparison) -> None:
    """Leave alone the plans that the clinic has taken over: they are its own by now."""
    changed = comparison.of(bundle, "CarePlan", State.CHANGED)
    rows = [comparison.rows[place] for place, _entry in changed]
    drafts = set(Plan.objects.filter(pk__in=rows, state=PlanState.DRAFT).values_list("pk", flat=True)) if rows else set()
    for place, _entry in changed:
        if comparison.rows[place] not in drafts:
            comparison.leave_out(place, "it was taken over by the clinic; what changed elsewhere since is not put into a plan in use")


def _note_strangers(bundle: ParsedBundle, comparison: Comparison) -> None:
    """Say which professionals and organizations are referred to and not known: of them only the name given in place is kept."""
    asked = {
        reference: key
        for reference in bundle.outside
        if target_of_reference(reference) in {"Practitioner", "Organization"} and (key := key_of_reference(reference, "", bundle.source))
    }
    known = _known_ids(asked.values())
    for reference, key in asked.items():
        if (key, TABLES[target_of_reference(reference)]) not in known:
            times = bundle.outside[reference]
            comparison.notes.append(f"{reference} is not known here ({times} times referred to): only the name told in place is kept.")
