"""Read the history that the database itself keeps of every row: who, when, what changed."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import DateField, DateTimeField, Field, ForeignKey, Model
from django.utils.translation import gettext_lazy as _

PAGE = 50
UNSAID = frozenset(
    {"id", "search_text", "recorded_at", "recorded_by", "public_id", "key", "password", "version", "missed_counted_from", "patient"}
)
"""Fields that say nothing about the matter: keys, and whose row it is, by whom and when, which the page itself tells."""

LABELS = {"insert": _("recorded"), "update": _("changed"), "delete": _("removed")}


@dataclass(frozen=True)
class Source:
    """Name a tracked table and the condition that picks its events, written for the alias `e`."""

    model: type[Model]
    where: str


@dataclass(frozen=True)
class ChangedField:
    """Hold one field with its value before and after."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """Hold one event of one row: what kind of row, who, through which verb, when, and what is different since."""

    model: type[Model]
    row_id: int
    label: str
    at: datetime
    who: str
    verb: str
    fields: tuple[ChangedField, ...]
    key: str

    @property
    def what(self) -> str:
        """Return what kind of row it is, in words."""
        return str(self.model._meta.verbose_name)

    @property
    def done(self) -> str:
        """Return what happened to it, in words."""
        return str(LABELS.get(self.label, self.label))


def history_of(row: Model, *, before: str = "", size: int = PAGE) -> tuple[list[Change], str]:
    """Return the history of one row, the newest first, and the key of the next page."""
    return changes([Source(type(row), "e.pgh_obj_id = %(row)s")], {"row": row.pk}, before=before, size=size)


def is_tracked(model: type[Model]) -> bool:
    """Say whether the database keeps a history of this table."""
    return bool(getattr(model, "pgh_event_models", None))


def changes(sources: Sequence[Source], values: dict[str, Any], *, before: str = "", size: int = PAGE) -> tuple[list[Change], str]:
    """Return the events of these tables, the newest first, in one statement and one more for each kind of row they name."""
    moment, name, event_id = _read_key(before)
    arguments = {**values, "moment": moment, "name": name, "event": event_id, "size": size + 1}
    parts = [f"({_select(source)})" for source in sources]
    statement = f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS u ORDER BY at DESC, model DESC, event_id DESC LIMIT %(size)s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        rows = cursor.fetchall()
    models = {source.model._meta.label: source.model for source in sources}
    raw = [(models[row[0]], row) for row in rows[:size]]
    names = _names((model, document) for model, row in raw for document in (row[6], row[7]))
    found = [_change(model, row, names) for model, row in raw]
    return found, found[-1].key if len(rows) > size else ""


def _select(source: Source) -> str:
    """Return the statement that reads the newest events of one table with the event before each."""
    table = source.model.pgh_event_model._meta.db_table  # type: ignore[attr-defined]
    label = source.model._meta.label
    return f"""
        SELECT '{label}' AS model, e.pgh_id AS event_id, e.pgh_obj_id AS row_id, e.pgh_created_at AS at, e.pgh_label, e.pgh_context,
            to_jsonb(e) AS now,
            (
                SELECT to_jsonb(p) FROM {table} p
                WHERE p.pgh_obj_id = e.pgh_obj_id AND p.pgh_id < e.pgh_id ORDER BY p.pgh_id DESC LIMIT 1
            ) AS past
        FROM {table} e
        WHERE ({source.where}) AND (
            %(moment)s::timestamptz IS NULL OR (e.pgh_created_at, '{label}', e.pgh_id) < (%(moment)s::timestamptz, %(name)s, %(event)s)
        )
        ORDER BY e.pgh_created_at DESC, e.pgh_id DESC LIMIT %(size)s
    """  # noqa: S608


Names = dict[type[Model], dict[Any, str]]


def _names(documents: Iterable[tuple[type[Model], Any]]) -> Names:
    """Return what the rows are called to which these documents point, one statement for each kind of row."""
    wanted: dict[type[Model], set[Any]] = defaultdict(set)
    for model, document in documents:
        for column in _fields_of(model):
            value = _read(document).get(column.attname)
            if isinstance(column, ForeignKey) and value is not None:
                wanted[column.related_model].add(value)
    return {model: {row.pk: str(row) for row in model._default_manager.filter(pk__in=keys)} for model, keys in wanted.items()}


def _fields_of(model: type[Model]) -> "list[Field[Any, Any]]":
    """Return the fields of which a change is worth telling."""
    return [column for column in model._meta.concrete_fields if column.name not in UNSAID]


def _change(model: type[Model], row: tuple[Any, ...], names: Names) -> Change:
    """Return one event in words."""
    _label, event_id, row_id, at, label, context, now, past = row
    after, before, said = _read(now), _read(past), _read(context)
    fields = tuple(
        ChangedField(
            str(column.verbose_name), _say(column, before.get(column.attname), names), _say(column, after.get(column.attname), names)
        )
        for column in _fields_of(model)
        if before.get(column.attname) != after.get(column.attname)
        and (before or after.get(column.attname) not in (None, "", [], {}, False))
    )
    key = f"{at.isoformat()}~{model._meta.label}~{event_id}"
    return Change(model, row_id, label, at, said.get("name", ""), said.get("verb", ""), fields, key)


def _say(column: "Field[Any, Any]", value: Any, names: Names) -> Any:
    """Return a value as a person reads it."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(column, ForeignKey):
        return names.get(column.related_model, {}).get(value, f"#{value}")
    if isinstance(column, DateTimeField):
        return datetime.fromisoformat(value)
    if isinstance(column, DateField):
        return date.fromisoformat(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | dict):
        return _in_words(value)
    return dict(column.flatchoices).get(value, value) if column.choices else value


def _in_words(value: Any) -> str:
    """Return a list, or named parts, as one reads it aloud; never as the machine keeps it."""
    if isinstance(value, dict):
        return ", ".join(
            f"{name} ({_in_words(part)})" if isinstance(part, dict) else f"{name}: {_in_words(part)}" for name, part in value.items()
        )
    if isinstance(value, list):
        return ", ".join(_in_words(part) for part in value)
    return str(value)


def _read(document: Any) -> dict[str, Any]:
    """Return a JSON document as a dictionary, however the driver hands it over."""
    if isinstance(document, str):
        document = json.loads(document)
    return document if isinstance(document, dict) else {}


def _read_key(text: str) -> tuple[datetime | None, str, int]:
    """Return what a key says, or nothing when it is none."""
    parts = text.split("~")
    try:
        moment, name, event_id = parts
        return datetime.fromisoformat(moment), name, int(event_id)
    except ValueError:
        return None, "", 0
