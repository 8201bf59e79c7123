"""Read what a merge of two records would move, what stands against it, and what became of merges."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import BigIntegerField, Count, F, Model, QuerySet, Value
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.grants import OURS
from casemgr.core.sensitivity import Sensitivity
from patients.caseload.queries import patients_seen_by
from patients.merging.models import Merge, PossibleDuplicate
from patients.merging.rules import MEETINGS, STAYS, Clash
from patients.record.models import Patient
from patients.record.rules import SIMILAR_NAME, Described, compare, score

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

ALIKE = """
    WITH fresh AS MATERIALIZED (
        SELECT p.* FROM patients_patient p WHERE p.merged_into_id IS NULL AND (%(since)s::timestamptz IS NULL OR p.recorded_at >= %(since)s
            OR EXISTS (SELECT 1 FROM patients_patientevent e WHERE e.pgh_obj_id = p.id AND e.pgh_created_at >= %(since)s)
            OR EXISTS (SELECT 1 FROM patients_contactpoint c WHERE c.patient_id = p.id AND c.recorded_at >= %(since)s))
    ),
    near AS (
        SELECT a.id AS one, b.id AS other FROM fresh a JOIN patients_patient b ON b.birth_date = a.birth_date
            WHERE word_similarity(a.search_text, b.search_text) >= %(similar)s
                OR word_similarity(b.search_text, a.search_text) >= %(similar)s
                OR a.search_words && (SELECT array_agg(w) FROM unnest(b.search_words) w WHERE w LIKE '~%%')
        UNION SELECT a.id, b.id FROM fresh a JOIN patients_patient b ON b.search_text = a.search_text
            WHERE b.birth_date IS NULL OR a.birth_date IS NULL OR abs(b.birth_date - a.birth_date) < 36600
        UNION SELECT a.id, b.id FROM fresh a JOIN patients_patient b ON b.birth_date = CASE WHEN extract(day FROM a.birth_date) <= 12 THEN
            make_date(extract(year FROM a.birth_date)::int, extract(day FROM a.birth_date)::int, extract(month FROM a.birth_date)::int) END
            WHERE word_similarity(a.search_text, b.search_text) >= %(similar)s
        UNION SELECT a.id, d.patient_id FROM fresh a JOIN patients_contactpoint c ON c.patient_id = a.id AND c.kind = 'phone'
            JOIN patients_contactpoint d ON lower(d.value) = lower(c.value) AND d.kind = 'phone'
        UNION SELECT a.id, j.patient_id FROM fresh a JOIN patients_identifier i ON i.patient_id = a.id
            JOIN patients_identifier j ON lower(j.value) = lower(i.value)
    ),
    pairs AS (SELECT DISTINCT least(one, other) AS first, greatest(one, other) AS second FROM near WHERE one <> other)
    SELECT a.id, b.id, a.given_name, a.family_name, a.chosen_name, a.birth_date, b.given_name, b.family_name, b.chosen_name, b.birth_date,
        least(word_similarity(a.search_text, b.search_text), word_similarity(b.search_text, a.search_text)),
        EXISTS (SELECT 1 FROM patients_identifier i JOIN patients_identifier j ON lower(j.value) = lower(i.value) AND j.patient_id = b.id
            WHERE i.patient_id = a.id),
        EXISTS (SELECT 1 FROM patients_contactpoint c JOIN patients_contactpoint d ON lower(d.value) = lower(c.value) AND d.kind = 'phone'
            AND d.patient_id = b.id WHERE c.patient_id = a.id AND c.kind = 'phone')
    FROM pairs JOIN patients_patient a ON a.id = pairs.first JOIN patients_patient b ON b.id = pairs.second
    WHERE a.merged_into_id IS NULL AND b.merged_into_id IS NULL
"""
"""Who is near enough to somebody to be compared: born on one day, of one name, under one number; all of them at once."""

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
    "orders_of_two_medications_on_two_records": _(
        "Each has an order that runs, for different medications. The prescriber looks at both and ends one of the two first."
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
    "active_allergy_is_listed_once": _(
        "Both list the same allergy, and say different things about it. Compare the two health pages, and mark one as an error first."
    ),
    "other_medication_is_listed_once": _(
        "Both list the same medication, and say different things about it. Compare the two health pages, and end one of the two first."
    ),
    "one_counseling_note_per_person_session_and_author": _(
        "Both are noted for the same session. These records cannot be merged while both notes stand."
    ),
    "one_open_concern_per_person_and_program": _("Both records have an open safety concern. Write on one of them what was found and done."),
    "one_safety_plan_in_force_per_program": _("Both records have a safety plan in force. Take one of the two out of force first."),
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
        parts += [_meeting(columns[m.table, m.column], m.name, m.condition, m.keys, m.operators) for m in MEETINGS]
        cursor.execute(sql.SQL(" UNION ALL ").join(parts), {"merged": merged.pk, "survivor": survivor.pk, "bookkeeping": BOOKKEEPING})
        return [
            Clash(constraint, table, merged_key, survivor_key, is_same, json.loads(said))
            for constraint, table, merged_key, survivor_key, is_same, said in cursor.fetchall()
        ]


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
    return str(model._meta.pk.column)


def merges_seen_by(user: User) -> QuerySet[Merge]:
    """Return the merges of the people whom this user may merge, in their own programs, the latest first."""
    programs = {membership.program_id for membership in user.reach(Can.MERGE_PATIENTS)}
    people = patients_seen_by(user, can=Can.MERGE_PATIENTS)
    rows = Merge.objects.filter(program__in=programs, survivor__in=people.values("pk"))
    return rows.select_related("survivor", "merged", "recorded_by", "undone_by")


def later_merges(merge: Merge) -> QuerySet[Merge]:
    """Return the merges that stand, came after this one, and took its survivor away: they are undone first."""
    return Merge.objects.filter(merged=merge.survivor_id, undone_at__isnull=True, pk__gt=merge.pk)


def duplicates_seen_by(user: User) -> QuerySet[PossibleDuplicate]:
    """Return the pairs of records to look at, of both of which this user may know; the likeliest first."""
    people = patients_seen_by(user, can=Can.MERGE_PATIENTS)
    rows = PossibleDuplicate.objects.filter(dismissed_at__isnull=True, first__in=people.values("pk"), second__in=people.values("pk"))
    return rows.select_related("first__registered_site", "second__registered_site")


class Pair(NamedTuple):
    """Hold two records that may be one person's, how likely and why."""

    first: int
    second: int
    score: int
    reasons: list[str]


def pairs_alike(since: datetime | None) -> list[Pair]:
    """Return the pairs that are worth a look, of whom at least one was registered or changed since a moment."""
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, {"since": since, "similar": SIMILAR_NAME})
        rows = cursor.fetchall()
    pairs = []
    for first, second, *facts, similarity, number, phone in rows:
        one, other = Described(*facts[:4]), Described(*facts[4:])
        if reasons := compare(one, other, similarity=similarity, shares_number=number, shares_phone=phone):
            pairs.append(Pair(first, second, score(reasons, similarity), [str(reason.value) for reason in reasons]))
    return pairs


def survivor_of(public_id: UUID, user: User, *, can: Can) -> Patient | None:
    """Return the record into which another one was merged, as far as this user may see it."""
    merged = Patient.objects.filter(public_id=public_id, merged_into__isnull=False).values("merged_into")
    return patients_seen_by(user, can=can).filter(pk__in=merged).first()


@dataclass
class Line:
    """Hold how many rows of one kind each of two records has."""

    label: str
    survivor: int = 0
    merged: int = 0


PROGRAM_PATHS = ("program", "discloser", "site__program", "order__program", "session__site__program", "plan__program")
"""Where a row names the program to which it belongs; what names none belongs to the person."""


def held_by(survivor_id: int, merged_id: int, user: User, *, since: datetime | None = None) -> list[Line]:
    """Return what two records hold, kind by kind, in one statement; since a moment, or at all.

    What is closed to most of the care team, and what other programs keep, is not counted: it moves unseen.
    """
    programs = {membership.program_id for membership in user.reach(Can.MERGE_PATIENTS)}
    columns = [column for column in moved_columns() if _is_shown(column) and (since is None or _moment_of(column.model))]
    parts = [_counted(place, column, (survivor_id, merged_id), programs, since) for place, column in enumerate(columns)]
    lines: dict[str, Line] = {}
    for place, key, count in parts[0].union(*parts[1:], all=True):
        label = str(columns[place].model._meta.verbose_name_plural)
        line = lines.setdefault(label, Line(label[:1].upper() + label[1:]))
        if key == survivor_id:
            line.survivor += count
        else:
            line.merged += count
    return sorted(lines.values(), key=lambda line: line.label)


def _is_shown(column: PatientColumn) -> bool:
    """Say whether rows of a table are counted for somebody who merges."""
    sensitivity = getattr(column.model, "sensitivity", None)
    return not column.is_history and sensitivity in (Sensitivity.PATIENT, Sensitivity.CLINICAL) and column.model is not Patient


def _moment_of(model: type[Model]) -> str:
    """Return the field that says when a row was written down, if there is one."""
    names = {field.name for field in model._meta.concrete_fields}
    return next((name for name in ("recorded_at", "given_at") if name in names), "")


def _counted(place: int, column: PatientColumn, keys: tuple[int, int], programs: set[int], since: datetime | None) -> QuerySet[Any, Any]:
    """Return the statement that counts the rows of one table for both records."""
    rows = column.model._base_manager.filter(**{f"{column.field.name}__in": keys})
    path = program_path(column.model)
    rows = rows.filter(**{f"{path}__in": programs}) if path else rows
    rows = rows.filter(**{f"{_moment_of(column.model)}__gt": since}) if since is not None else rows
    named: QuerySet[Any, Any] = (
        rows.order_by().annotate(counted_at=Value(place), counted_of=F(column.field.attname)).values("counted_at", "counted_of")
    )
    counted: QuerySet[Any, Any] = (
        named.values("counted_at", "counted_of").annotate(counted=Count("pk")).values_list("counted_at", "counted_of", "counted")
    )
    return counted


def program_path(model: type[Model]) -> str:
    """Return where a row of this table names its program, or nothing when it belongs to the person."""
    return next((path for path in PROGRAM_PATHS if _leads(model, path)), "")


def _leads(model: type[Model], path: str) -> bool:
    """Say whether a path of foreign keys exists on a table."""
    for name in path.split("__"):
        field = next((field for field in model._meta.concrete_fields if field.name == name and field.is_relation), None)
        if field is None:
            return False
        model = field.related_model  # type: ignore[assignment]
    return True
