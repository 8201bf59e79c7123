"""Read what a merge of two records would move, what stands against it, and what became of merges."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import BigIntegerField, Model, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.grants import OURS
from patients.caseload.queries import patients_seen_by
from patients.merging.models import Merge
from patients.merging.rules import STAYS, Clash
from patients.record.models import Patient

UNIQUE_TOGETHER = """
    SELECT t.relname, i.indexrelid::regclass::text, pg_get_expr(i.indpred, i.indrelid),
        ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true) FROM generate_series(1, i.indnkeyatts) n ORDER BY n),
        ARRAY(SELECT coalesce((SELECT oprname FROM pg_operator WHERE oid = c.conexclop[n]), '=')
            FROM generate_series(1, i.indnkeyatts) n ORDER BY n)
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
    LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('x', 'u')
    WHERE (i.indisunique OR i.indisexclusion) AND t.relname = ANY (%s) AND NOT i.indisprimary
    ORDER BY 1, 2
"""
"""What may stand once only, as the database itself knows it: so the rules of features to come are known too."""

BOOKKEEPING = ["recorded_at", "recorded_by_id", "reminders_agreed_at"]
"""Columns that say nothing of the matter itself: two rows that differ in these alone say the same."""

SENTENCES = {
    "one_episode_at_a_time_per_program": _(
        "Both are in care in one program at the same time. Discharge one of the two first; what has ended stays as it was."
    ),
    "one_order_per_substance_at_a_time": _(
        "Both have an order for the same medication at the same time. "
        "The prescriber ends one of the two first, so that nobody is dosed twice."
    ),
    "dose_given_once_per_patient_drug_day_part": _(
        "Both were given the same medication on the same day. Doses stay as they were given, so these records cannot be merged. "
        "Tell the prescriber, and report it as an incident."
    ),
    "day_is_given_whole_or_in_parts": _(
        "Both were given the same medication on the same day. Doses stay as they were given, so these records cannot be merged. "
        "Tell the prescriber, and report it as an incident."
    ),
    "one_active_plan_per_patient": _("Both have a treatment plan in force. End one of the two first."),
    "one_lead_per_patient_and_program": _("Both have somebody in charge in one program. Let one of the two hand over first."),
    "patient_is_in_one_place_at_a_time": _("Both have appointments at the same time. Cancel one of the two first."),
    "contact_point_named_once_per_patient": _(
        "Both have the same phone, e-mail or address with different things allowed on it. "
        "Ask the person, and take one of the two out of use first."
    ),
    "one_note_per_person_and_session": _("Both are noted for the same session. These records cannot be merged while both notes stand."),
    "patient_is_one_staff_member_at_most": _("Each is tied to a staff member as the same person. End one of the two ties first."),
    "patients_fundraisingchoice_patient_id_key": _(
        "The two records say different things about messages that ask for money. Ask the person, and write the same down on both first."
    ),
    "one_counseling_note_per_person_session_and_author": _(
        "Both are noted for the same session. These records cannot be merged while both notes stand."
    ),
}
"""What somebody does first, for each constraint that two records together may break; one that is not listed is named as it is."""


def sentence_of(constraint: str) -> str:
    """Return what stands against a merge as a sentence."""
    if constraint in SENTENCES:
        return str(SENTENCES[constraint])
    return gettext("Together the two records would break a rule: %(rule)s. Settle this first.") % {"rule": constraint.replace("_", " ")}


@dataclass(frozen=True)
class PatientColumn:
    """Know one column that says whose a row is."""

    model: type[Model]
    field: Any

    @property
    def name(self) -> str:
        """Return the name under which it is listed when it stays."""
        return f"{self.model._meta.app_label}.{self.model.__name__}.{self.field.name}"

    @property
    def table(self) -> str:
        """Return its table."""
        return self.model._meta.db_table

    @property
    def column(self) -> str:
        """Return its name in the database."""
        return str(self.field.column)

    @property
    def is_history(self) -> bool:
        """Say whether it is in the history of another table."""
        return hasattr(self.model, "pgh_tracked_model")


def patient_columns() -> list[PatientColumn]:
    """Return every column of every table of ours that says whose a row is, as the models name them."""
    return list(_patient_columns())


def _patient_columns() -> Iterator[PatientColumn]:
    """Yield the columns; a key without a foreign key is known by its name."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in OURS or not model._meta.managed:
            continue
        for field in model._meta.concrete_fields:
            by_key = field.is_relation and field.related_model is Patient
            by_name = isinstance(field, BigIntegerField) and field.name.endswith("patient_id")
            if by_key or by_name:
                yield PatientColumn(model, field)


def moved_columns() -> list[PatientColumn]:
    """Return the columns that a merge moves: all, but those named with a reason."""
    return [column for column in patient_columns() if column.name not in STAYS]


def clashes_between(merged: Patient, survivor: Patient) -> list[Clash]:
    """Return the rows of the two records that may not stand side by side, asked of the database's own constraints in one statement."""
    columns = {(column.table, column.column): column for column in moved_columns() if column.table != Patient._meta.db_table}
    parts = []
    with connection.cursor() as cursor:
        cursor.execute(UNIQUE_TOGETHER, [sorted({table for table, _column in columns})])
        for table, index, condition, keys, operators in cursor.fetchall():
            parts += [_meeting(columns[table, key], index, condition, keys, operators) for key in keys if (table, key) in columns]
        if not parts:
            return []
        cursor.execute(sql.SQL(" UNION ALL ").join(parts), {"merged": merged.pk, "survivor": survivor.pk, "bookkeeping": BOOKKEEPING})
        return [Clash(*row, said=json.loads(said)) for *row, said in cursor.fetchall()]


def _meeting(column: PatientColumn, index: str, condition: str | None, keys: Sequence[str], operators: Sequence[str]) -> sql.Composed:
    """Return the statement that finds rows of two records which meet under one constraint."""
    others = [(place, operator) for place, (key, operator) in enumerate(zip(keys, operators, strict=True)) if key != column.column]
    expressions = sql.SQL("").join(sql.SQL(f", ({keys[place]}) AS e{place}") for place, _operator in others)
    names = {
        "index": sql.Literal(index.strip('"')),
        "table": sql.Identifier(column.table),
        "name": sql.Literal(column.table),
        "column": sql.Identifier(column.column),
        "columns": sql.Literal([column.column, _key_of(column.model)]),
        "key": sql.Identifier(_key_of(column.model)),
        "expressions": expressions,
        "condition": sql.SQL(f"AND ({condition})" if condition else ""),
        "meets": sql.SQL(" AND ").join([sql.SQL("true"), *(sql.SQL(f"m.e{place} {operator} s.e{place}") for place, operator in others)]),
    }
    rows = "SELECT {key}::text AS key, to_jsonb({table}) - {columns} - %(bookkeeping)s::text[] AS said{expressions} FROM {table}"
    return sql.SQL(
        f"SELECT {{index}}, {{name}}, m.key, s.key, m.said = s.said, m.said FROM ({rows} WHERE {{column}} = %(merged)s {{condition}}) m "  # noqa: S608
        f"JOIN ({rows} WHERE {{column}} = %(survivor)s {{condition}}) s ON {{meets}}"
    ).format(**names)


def _key_of(model: type[Model]) -> str:
    """Return the name of a table's key in the database."""
    return str(model._meta.pk.column)  # type: ignore[union-attr]


def merges_seen_by(user: User) -> QuerySet[Merge]:
    """Return the merges of the people whom this user may merge, in their own programs, the latest first."""
    programs = {membership.program_id for membership in user.reach(Can.MERGE_PATIENTS)}
    people = patients_seen_by(user, can=Can.MERGE_PATIENTS)
    rows = Merge.objects.filter(program__in=programs, survivor__in=people.values("pk"))
    return rows.select_related("survivor", "merged", "recorded_by", "undone_by").order_by("-id")


def later_merges(merge: Merge) -> QuerySet[Merge]:
    """Return the merges that stand, came after this one, and concern what it left: they are undone first."""
    touches = Q(merged=merge.survivor_id)
    return Merge.objects.filter(touches, undone_at__isnull=True, pk__gt=merge.pk)
