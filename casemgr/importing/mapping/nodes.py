"""Read JSON objects field by field, and say of a wrong one where it is and what is wrong."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from casemgr.importing.keys import target_of_reference
from casemgr.importing.mapping import codes

SHOWN = 40
"""Characters of a wrong value that a report may show."""

CODE_LENGTH = 40
SYSTEM_LENGTH = 120

_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_ABSENT = object()


class Wrong(Exception):
    """Stop the bundle: a field of an entry cannot be what it says."""


class NotMapped(Exception):
    """Leave an entry out of the record, for this reason."""


@dataclass
class Context:
    """Know where and when the bundle is read, what else stands in it, and what must be said about an entry."""

    zone: ZoneInfo
    today: date
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Say something about the entry at hand that a person may want to know."""
        self.notes.append(text)

    def look_up(self, reference: str) -> "Node | None":
        """Return the resource of this bundle that a reference means."""
        found = self.resources.get(reference)
        return Node(found, str(found.get("resourceType", "resource"))) if found is not None else None

    def kind_of(self, reference: str) -> str:
        """Return the kind of resource that a reference means, or nothing when nobody can tell."""
        found = self.look_up(reference)
        return found.path if found else target_of_reference(reference)


@dataclass(frozen=True)
class Node:
    """Hold one JSON object and its path from the top of the resource."""

    data: dict[str, Any]
    path: str

    def has(self, name: str) -> bool:
        """Say whether the field is there."""
        return name in self.data

    def wrong(self, name: str, text: str) -> Wrong:
        """Return the complaint about one field."""
        return Wrong(f"{self.path}.{name} {text}.")

    def _take(self, name: str, kind: type | tuple[type, ...], called: str, *, required: bool = False) -> Any:
        value = self.data.get(name, _ABSENT)
        if value is _ABSENT:
            if required:
                raise self.wrong(name, "is missing")
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.wrong(name, f"must be {called}")
        return value

    def child(self, name: str, *, required: bool = False) -> "Node | None":
        """Return the object under this name."""
        value = self._take(name, dict, "an object", required=required)
        return Node(value, f"{self.path}.{name}") if value is not None else None

    def children(self, name: str) -> Iterator["Node"]:
        """Return the objects of the list under this name."""
        for number, value in enumerate(self._take(name, list, "a list") or ()):
            if not isinstance(value, dict):
                raise self.wrong(f"{name}[{number}]", "must be an object")
            yield Node(value, f"{self.path}.{name}[{number}]")

    def string(self, name: str, *, longest: int = 0, required: bool = False) -> str:
        """Return the text under this name, or nothing."""
        value: str | None = self._take(name, str, "text", required=required)
        text = (value or "").strip()
        if "\x00" in text:
            raise self.wrong(name, "holds a character that no text may hold")
        if required and not text:
            raise self.wrong(name, "is empty")
        if longest and len(text) > longest:
            raise self.wrong(name, f"is longer than {longest} characters")
        return text

    def strings(self, name: str) -> list[str]:
        """Return the texts of the list under this name."""
        values = self._take(name, list, "a list") or []
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(name, "must be a list of texts")
        return [value.strip() for value in values if value.strip()]

    def code(self, name: str, allowed: Collection[str], *, required: bool = False) -> str:
        """Return a code that the standard's value set knows."""
        value = self.string(name, required=required)
        if value and value not in allowed:
            raise self.wrong(name, f"“{value[:SHOWN]}” is none of {', '.join(sorted(allowed))}")
        return value

    def boolean(self, name: str) -> bool:
        """Return yes or no; nothing said is no."""
        return bool(self._take(name, bool, "true or false"))

    def number(self, name: str) -> Decimal | None:
        """Return the number under this name."""
        value = self._take(name, (int, Decimal), "a number")
        return Decimal(value) if value is not None else None

    def day(self, name: str, *, zone: ZoneInfo | None = None) -> date | None:
        """Return the day that a date or a moment names; nothing when only a year or a month is told."""
        text = self.string(name)
        if not text:
            return None
        if "T" in text:
            return self._moment_of(name, text).astimezone(zone or UTC).date()
        return self._day_of(name, text)

    def moment(self, name: str, zone: ZoneInfo) -> datetime | None:
        """Return the moment under this name; a day alone begins at midnight there. Nothing when only a year or a month is told."""
        text = self.string(name)
        if not text:
            return None
        if "T" in text:
            return self._moment_of(name, text)
        day = self._day_of(name, text)
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) if day else None

    def _day_of(self, name: str, text: str) -> date | None:
        if not _DATE.fullmatch(text) or text.startswith("0000"):
            raise self.wrong(name, f"“{text[:SHOWN]}” is no date (YYYY, YYYY-MM or YYYY-MM-DD)")
        if len(text) < len("YYYY-MM-DD"):
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.wrong(name, f"“{text}” is no day of the calendar")

    def _moment_of(self, name: str, text: str) -> datetime:
        if not _MOMENT.fullmatch(text):
            raise self.wrong(name, f"“{text[:SHOWN]}” is no moment (YYYY-MM-DDThh:mm:ss and a time zone)")
        try:
            moment = datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.wrong(name, f"“{text[:SHOWN]}” is no moment of the calendar")
        if not 2 <= moment.year <= 9998:
            raise self.wrong(name, f"“{text[:SHOWN]}” is no moment of the calendar")
        return moment


@dataclass(frozen=True)
class Coding:
    """Name one concept in one code system."""

    system: str
    code: str
    display: str


@dataclass(frozen=True)
class Concept:
    """Hold a concept in words and in the codes given for it."""

    text: str
    codings: tuple[Coding, ...]

    @property
    def title(self) -> str:
        """Return the words for it."""
        return self.text or next((coding.display for coding in self.codings if coding.display), "") or self.code

    @property
    def code(self) -> str:
        """Return the first code."""
        return self.codings[0].code if self.codings else ""

    def in_system(self, system: str) -> str:
        """Return the code in a system, or nothing."""
        return next((coding.code for coding in self.codings if coding.system == system), "")


NO_CONCEPT = Concept("", ())


def concept_of(node: Node | None) -> Concept:
    """Read a CodeableConcept."""
    if node is None:
        return NO_CONCEPT
    codings = tuple(
        Coding(coding.string("system"), coding.string("code"), coding.string("display"))
        for coding in node.children("coding")
        if coding.has("code")
    )
    return Concept(node.string("text"), codings)


def concepts_of(node: Node, name: str) -> list[Concept]:
    """Read a list of CodeableConcepts."""
    return [concept_of(child) for child in node.children(name)]


def required_code(node: Node, name: str, allowed: Collection[str]) -> str:
    """Return the code of a CodeableConcept that must be one of a value set, or nothing when the field is not there."""
    concept = concept_of(node.child(name))
    if concept.code and concept.code not in allowed:
        raise node.wrong(name, f"“{concept.code[:SHOWN]}” is none of {', '.join(sorted(allowed))}")
    return concept.code


def reference_of(node: Node | None) -> str:
    """Return the literal reference of a Reference, or the conditional one made of its identifier."""
    if node is None:
        return ""
    literal = node.string("reference", longest=400)
    identifier = node.child("identifier")
    if literal or identifier is None:
        return literal
    kind = node.string("type") or "Resource"
    return f"{kind}?identifier={identifier.string('system')}|{identifier.string('value')}"


def display_of(node: Node | None, context: Context) -> str:
    """Return the name that a Reference gives, or the one that stands in this bundle."""
    if node is None:
        return ""
    shown = node.string("display")
    found = context.look_up(reference_of(node))
    if shown or found is None:
        return shown
    return name_of(found)


def name_of(node: Node) -> str:
    """Return the name of an organization (one text) or of a professional (a list of parts)."""
    if isinstance(node.data.get("name"), str):
        return node.string("name")
    for name in node.children("name"):
        parts = [*name.strings("prefix"), *name.strings("given"), name.string("family")]
        return name.string("text") or " ".join(part for part in parts if part)
    return ""


def check_status(node: Node) -> str:
    """Return the status of a resource, which must be one that the standard knows for its kind; leave out what was entered in error."""
    status = node.code("status", codes.STATUS[node.path], required=True)
    if status == "entered-in-error":
        raise NotMapped("it was entered in error at its source")
    return status


def period_of(node: Node | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return start and end of a Period; the end must not be before the start."""
    if node is None:
        return None, None
    start, end = node.moment("start", zone), node.moment("end", zone)
    if start and end and end < start:
        raise node.wrong("end", "is before its start")
    return start, end


def whole_minutes(start: datetime, end: datetime) -> int:
    """Return how many minutes lie between two moments."""
    return int((end - start) / timedelta(minutes=1))


def clip(text: str, longest: int) -> str:
    """Return the text, ended with an ellipsis where it is longer than a column holds."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def kept_coding(coding: Coding) -> Coding:
    """Return the coding when our columns hold it."""
    if len(coding.code) > CODE_LENGTH or len(coding.system) > SYSTEM_LENGTH:
        raise NotMapped(f"its code is longer than {CODE_LENGTH} characters, or the name of its code system than {SYSTEM_LENGTH}")
    return coding
