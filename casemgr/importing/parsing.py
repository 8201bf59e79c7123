"""Read one bundle: what each entry is, whose it is, what it says, and what is wrong with it. No database."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from casemgr.importing.keys import Key, identifier_keys, key_of_reference, keys_of_url
from casemgr.importing.mapping.by_type import MAPPERS, NAMED_EVERYWHERE, table_of
from casemgr.importing.mapping.care_plans import CarePlanFacts
from casemgr.importing.mapping.nodes import Context, Node, NotMapped, Wrong, reference_of
from casemgr.importing.mapping.unmapped import reason_for

MAPPING_VERSION = "1"
"""Raise it when the mapping changes: every entry then counts as changed once, and is taken over anew."""

TYPES = frozenset({"transaction", "batch", "collection", "searchset"})
WITHOUT_CONTENT = frozenset({"DELETE", "GET", "HEAD", "PATCH"})
NO_ID = Key("urn:casemgr:content", "")
"""Stands for the id of an entry that has none; what it says about whom will be its id."""

MUST_NAME_PATIENT = frozenset({"Condition", "MedicationRequest", "MedicationAdministration", "CarePlan"})


@dataclass
class Entry:
    """Hold one entry of a bundle and what became of it."""

    label: str
    kind: str
    full_url: str = ""
    resource_id: str = ""
    keys: tuple[Key, ...] = ()
    digest: str = ""
    only_if_absent: bool = False
    """Whether it asks to be made only where it is not known (ifNoneExist): then it changes nothing that is."""
    patient: str = ""
    """The reference to the patient it belongs to."""
    patient_place: int | None = None
    """Where among the entries that patient stands; nothing when outside this bundle."""
    facts: Any = None
    reason: str = ""
    """Why it has no place on our record; empty when it has one."""
    notes: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """Return the table that holds it."""
        return table_of(self.kind, self.facts)

    def leave_out(self, reason: str) -> None:
        """Find no place for it on our record."""
        self.facts, self.reason = None, reason


@dataclass
class ParsedBundle:
    """Hold all entries of a bundle, read and checked; with problems it cannot be imported."""

    name: str
    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    """Where among the entries stands what a reference means."""
    outside: Counter[str] = field(default_factory=Counter)
    """References that lead out of this bundle, and how often."""
    source: str = ""

    def at(self, reference: str, kind: str) -> int | None:
        """Return the place of what a reference means, when it stands in this bundle, is of that kind and has a place on our record."""
        place = self.places.get(reference)
        if place is None or self.entries[place].kind != kind or self.entries[place].facts is None:
            return None
        return place

    def mapped(self, *kinds: str) -> Iterator[tuple[int, Entry]]:
        """Return the entries of these kinds that have a place on our record."""
        return ((number, entry) for number, entry in enumerate(self.entries) if entry.kind in kinds and entry.facts is not None)


@dataclass(frozen=True)
class Reader:
    """Know when, for which clock and from which source bundles are read."""

    zone: ZoneInfo
    today: date
    source: str = ""

    def bundle(self, raw: bytes, name: str) -> ParsedBundle:
        """Read a bundle from JSON."""
        try:
            data = load(raw)
            return self._read(data, name)
        except Wrong as wrong:
            return ParsedBundle(name, problems=[str(wrong)])

    def lines(self, raws: Iterable[tuple[int, bytes]], name: str) -> ParsedBundle:
        """Read resources from lines of JSON, as one bundle; references may lead to other lines than these."""
        entries, labels = [], []
        for number, raw in raws:
            try:
                entries.append({"resource": load(raw)})
            except Wrong as wrong:
                return ParsedBundle(name, problems=[f"Line {number}: {wrong}"])
            labels.append(f"line {number}")
        return self._read({"resourceType": "Bundle", "type": "collection", "entry": entries}, name, labels=labels)

    def _read(self, data: Any, name: str, labels: list[str] | None = None) -> ParsedBundle:
        node = Node(data, "Bundle") if isinstance(data, dict) else None
        if node is None or node.string("resourceType") != "Bundle":
            raise Wrong("It is no FHIR bundle (resourceType must be Bundle).")
        if node.string("type", required=True) not in TYPES:
            raise node.wrong("type", f"“{node.string('type')[:40]}” is none of {', '.join(sorted(TYPES))}")
        bundle = ParsedBundle(name, source=self.source)
        children = list(node.children("entry"))
        context = Context(self.zone, self.today, resources=_index(children))
        for number, child in enumerate(children):
            label = labels[number] if labels else f"entry[{number}]"
            _read_entry(child, label, bundle, context, is_complete=labels is None)
        _find_patients(bundle)
        _refuse_twins(bundle)
        _keep_newest_plan(bundle)
        return bundle


def load(raw: bytes) -> Any:
    """Read JSON, with numbers as they are written."""
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Wrong("It is no JSON: not text in UTF-8.")
    except json.JSONDecodeError as error:
        raise Wrong(f"It is no JSON: line {error.lineno}, column {error.colno}: {error.msg}.")
    except RecursionError:
        raise Wrong("It is no bundle: nested too deeply.")


def _no_number(text: str) -> NoReturn:
    raise Wrong(f"It is no JSON: {text} is no number.")


def _index(children: Iterable[Node]) -> dict[str, dict[str, Any]]:
    """Return the resources by every reference that means them."""
    index: dict[str, dict[str, Any]] = {}
    for child in children:
        resource = child.data.get("resource")
        if not isinstance(resource, dict):
            continue
        kind = str(resource.get("resourceType"))
        names = [child.data.get("fullUrl"), f"{kind}/{resource['id']}" if resource.get("id") else None]
        if kind in NAMED_EVERYWHERE and isinstance(resource.get("identifier"), list):
            names += [f"{kind}?identifier={key.system}|{key.value}" for key in identifier_keys(resource)]
        index.update({name: resource for name in names if isinstance(name, str)})
    return index


def _read_entry(child: Node, label: str, bundle: ParsedBundle, context: Context, *, is_complete: bool) -> None:
    """Read one entry into the bundle; what is wrong with it becomes a problem of the bundle."""
    entry = Entry(label=label, kind="?")
    context.notes = []
    try:
        _fill(entry, child, bundle, context, is_complete=is_complete)
    except NotMapped as reason:
        entry.leave_out(str(reason))
    except Wrong as wrong:
        bundle.problems.append(f"{label.capitalize()} ({entry.kind} {entry.resource_id or entry.full_url}): {wrong}".replace(" )", ")"))
    entry.notes = tuple(context.notes)
    bundle.entries.append(entry)


def _fill(entry: Entry, child: Node, bundle: ParsedBundle, context: Context, *, is_complete: bool) -> None:
    entry.full_url = child.string("fullUrl", longest=400)
    request = child.child("request")
    if request and request.string("method") in WITHOUT_CONTENT:
        raise NotMapped(f"it asks to {request.string('method')}: the import only takes over what is told in full")
    entry.only_if_absent = bool(request and request.has("ifNoneExist"))
    resource = child.child("resource")
    if resource is None:
        raise Wrong("It has no resource.")
    entry.kind = resource.string("resourceType", required=True)
    entry.resource_id = resource.string("id", longest=200)
    node = Node(resource.data, entry.kind)
    mapper = MAPPERS.get(entry.kind)
    if mapper is None:
        raise NotMapped(reason_for(entry.kind))
    keys = entry.keys = _keys(entry, node, bundle.source)
    entry.patient = _patient_of(node, context)
    entry.facts = mapper(node, context)
    entry.digest = digest_of(entry.kind, entry.facts)
    entry.keys = keys or (NO_ID,)
    if not keys and entry.resource_id:
        raise Wrong(
            "It has a plain id only, which another source may use as well: give its entries a fullUrl, "
            "or say with --source where the file comes from."
        )
    _check_references(node, bundle, context, is_complete=is_complete)
    _remember(entry, node, bundle)


def _patient_of(node: Node, context: Context) -> str:
    """Return the reference to the patient that a resource belongs to."""
    if node.path in NAMED_EVERYWHERE:
        return ""
    if node.path == "Appointment":
        actors = (reference_of(child.child("actor")) for child in node.children("participant"))
        reference = next((actor for actor in actors if context.kind_of(actor) == "Patient"), "")
    else:
        reference = reference_of(node.child("patient" if node.path == "Consent" else "subject"))
    if not reference and node.path in MUST_NAME_PATIENT:
        raise node.wrong("subject", "is missing")
    if not reference:
        raise NotMapped("it names no patient")
    if context.kind_of(reference) not in {"Patient", ""}:
        raise NotMapped("it is about something else than a patient")
    return reference


def _keys(entry: Entry, node: Node, source: str) -> tuple[Key, ...]:
    """Return the ids under which the source knows the entry, the most lasting one first."""
    by_url = keys_of_url(entry.full_url, entry.kind, entry.resource_id, source)
    by_identifier = identifier_keys(node.data)
    return (*by_identifier, *by_url) if entry.kind in NAMED_EVERYWHERE else by_url[:1] or by_identifier[:1]


def digest_of(kind: str, facts: Any) -> str:
    """Return a digest of all that our record keeps of an entry.

    What it does not keep (a counter, the time of the last change, a narrative) may differ from export to export and says nothing new.
    """
    return _digest([MAPPING_VERSION, kind, asdict(facts)])


def _digest(parts: list[Any]) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _check_references(node: Node, bundle: ParsedBundle, context: Context, *, is_complete: bool) -> None:
    """Refuse references that must lead somewhere in this bundle and do not; remember those that lead out of it."""
    contained = {child.string("id") for child in node.children("contained")}
    for path, reference in _references(node.data, node.path):
        if reference in context.resources or reference.removeprefix("#") in contained or reference == "#":
            continue
        if reference.startswith("#") or (is_complete and reference.startswith("urn:")):
            raise Wrong(f"{path} refers to {reference[:80]}, which is not there.")
        bundle.outside[reference] += 1


def _references(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        reference = value.get("reference")
        if isinstance(reference, str):
            yield path, reference
        for name, child in value.items():
            if isinstance(child, dict | list):
                yield from _references(child, f"{path}.{name}")
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from _references(child, f"{path}[{number}]")


def _remember(entry: Entry, node: Node, bundle: ParsedBundle) -> None:
    """Make an entry known under every reference that means it."""
    names = [entry.full_url, f"{entry.kind}/{entry.resource_id}" if entry.resource_id else ""]
    if entry.kind in NAMED_EVERYWHERE:
        names += [f"{entry.kind}?identifier={key.system}|{key.value}" for key in identifier_keys(node.data)]
    bundle.places.update({name: len(bundle.entries) for name in names if name})


def _find_patients(bundle: ParsedBundle) -> None:
    """Find the patient of each entry in the bundle, where they stand in it."""
    for entry in bundle.entries:
        place = bundle.places.get(entry.patient) if entry.facts is not None and entry.patient else None
        if place is None:
            continue
        if bundle.entries[place].kind != "Patient":
            bundle.problems.append(f"{entry.label.capitalize()} ({entry.kind}): its patient {entry.patient[:80]} is no Patient.")
        entry.patient_place = place
    for entry in bundle.entries:
        if entry.facts is not None and entry.keys == (NO_ID,):
            entry.keys = (Key(NO_ID.system, _digest([entry.digest, _whose(bundle, entry)])),)


def _whose(bundle: ParsedBundle, entry: Entry) -> list[str]:
    """Return the patient of an entry under the most lasting name there is."""
    keys = bundle.entries[entry.patient_place].keys if entry.patient_place is not None else ()
    return [*keys[0]] if keys else [entry.patient]


def _refuse_twins(bundle: ParsedBundle) -> None:
    """Refuse two entries under one id: the second would overwrite the first. One without an id that says the same again is left out."""
    seen: dict[tuple[Key, str], Entry] = {}
    for entry in bundle.entries:
        if entry.facts is None:
            continue
        twin = next((first for key in entry.keys if (first := seen.setdefault((key, entry.table), entry)) is not entry), None)
        if twin is not None and entry.keys[0].system == NO_ID.system:
            entry.leave_out(f"it says the same as {twin.label}, and neither has an id")
        elif twin is not None:
            bundle.problems.append(f"{entry.label.capitalize()} ({entry.kind}): it has the same id as {twin.label}.")


def _keep_newest_plan(bundle: ParsedBundle) -> None:
    """Keep of each patient's active plans the newest one: there can be only one active plan in a program."""
    newest: dict[int | str, Entry] = {}
    for _number, entry in bundle.mapped("CarePlan"):
        best = newest.get(_person(entry))
        if best is None or _newness(entry) > _newness(best):
            newest[_person(entry)] = entry
    for _number, entry in bundle.mapped("CarePlan"):
        if newest[_person(entry)] is not entry:
            entry.leave_out("the person has a newer active plan in this bundle, and only that one is taken over, as a draft")


def _person(entry: Entry) -> int | str:
    return entry.patient if entry.patient_place is None else entry.patient_place


def _newness(entry: Entry) -> tuple[date, str]:
    facts: CarePlanFacts = entry.facts
    return facts.starts_on, entry.digest


def patient_key(bundle: ParsedBundle, entry: Entry) -> Key | None:
    """Return the outside id of a patient who is not in this bundle."""
    return key_of_reference(entry.patient, entry.full_url, bundle.source)
