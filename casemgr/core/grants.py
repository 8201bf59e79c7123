"""Say what the application's own database role may do with each table, and bring the database to agree.

The application does not connect as the owner of its tables: whoever gets hold of its connection can neither rewrite what is kept nor
switch off the triggers that keep it. What it may do follows from the models, so that a new table needs no second list.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from psycopg import sql

OURS = frozenset({"casemgr", "patients", "treatment_plans", "referrals"})

READ = frozenset({"SELECT"})
ADD = READ | {"INSERT"}
CHANGE = ADD | {"UPDATE"}
REMOVE = CHANGE | {"DELETE"}

OTHERS = {
    "django_migrations": READ,
    "django_content_type": READ,
    "auth_permission": READ,
    "auth_group": READ,
    "auth_group_permissions": READ,
    "django_admin_log": READ,
    "pghistory_context": READ,
}
"""Tables of the framework that the application only reads; it needs every right to the rest of them: sessions, tokens, second factors."""

OF_OURS = sql.SQL("""
    c.relnamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
""")
"""What belongs to an extension is the extension's business."""
HELD = (
    sql.SQL("""
    SELECT c.relname, a.grantee = 0, a.privilege_type
    FROM pg_class c, LATERAL aclexplode(c.relacl) a
    WHERE {ours} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND a.grantee IN (%(role)s, 0)
    UNION
    SELECT c.relname, a.grantee = 0, 'COLUMNS'
    FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid, LATERAL aclexplode(t.attacl) a
    WHERE {ours} AND a.grantee IN (%(role)s, 0)
""")
    .format(ours=OF_OURS)
    .as_string()
)
EFFECTIVE = (
    sql.SQL("""
    SELECT c.relname, p.word
    FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p(word)
    WHERE {ours} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND has_table_privilege(%(role)s::oid, c.oid, p.word)
""")
    .format(ours=OF_OURS)
    .as_string()
)
TABLES = (
    sql.SQL("SELECT c.relname FROM pg_class c WHERE {ours} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')").format(ours=OF_OURS).as_string()
)
POWERS = """
    SELECT r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolbypassrls, r.rolreplication,
        pg_has_role(r.oid, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'MEMBER')
            OR pg_has_role(r.oid, current_user, 'MEMBER'),
        has_schema_privilege(r.oid, current_schema(), 'CREATE'),
        has_database_privilege(r.oid, current_database(), 'CREATE, TEMPORARY')
    FROM pg_roles r WHERE r.oid = %(role)s
"""
POWERS_IN_WORDS = (
    "it is a superuser",
    "it may make roles",
    "it may make databases",
    "it passes by row security",
    "it may replicate",
    "it owns the database, or acts for its owner",
    "it may make tables",
    "it may make temporary tables",
)
LASTING = 6
"""How many of these no grant changes."""


class UnfitRole(Exception):
    """Say why a role cannot be the application's own."""


@dataclass(frozen=True)
class Difference:
    """Hold one right that the role should have and lacks, or has and should not."""

    table: str
    right: str
    is_missing: bool

    def __str__(self) -> str:
        """Return it in words."""
        return f"{'lacks' if self.is_missing else 'has'} {self.right} on {self.table}"


def rights_on(model: type[Model]) -> frozenset[str]:
    """Return what the application may do with a table: never more than its verbs need.

    Rows of ours stay, unless their model says `may_be_deleted`; what is `append_only()`, and all history, is never changed either; what
    only functions of the database write (with their owner's rights), the application only reads.
    """
    table = model._meta.db_table
    if table in OTHERS:
        return OTHERS[table]
    if hasattr(model, "pgh_tracked_model"):
        return ADD
    if model._meta.app_label not in OURS:
        return REMOVE
    if getattr(model, "written_by_the_database", False):
        return READ
    kept = {trigger.name for trigger in getattr(model._meta, "triggers", ())}
    if "never_changed" in kept:
        return ADD
    return REMOVE if getattr(model, "may_be_deleted", False) else CHANGE


def wanted_rights() -> dict[str, frozenset[str]]:
    """Return for each table what the application may do with it."""
    tables = {model._meta.db_table: rights_on(model) for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    return OTHERS | tables


def differences(role: str) -> list[Difference]:
    """Return where the rights that a role really has, by whatever way, are not those that it should have."""
    wanted = wanted_rights()
    effective = {(table, right) for table, right in _ask(EFFECTIVE, role=_oid(role))}
    should = {(table, right) for (table,) in _ask(TABLES) for right in wanted.get(table, ())}
    return [Difference(table, right, (table, right) in should) for table, right in sorted(effective ^ should)]


def unknown_tables() -> list[str]:
    """Return the tables of the database of which no model says what the application may do with them."""
    return sorted({table for (table,) in _ask(TABLES)} - set(wanted_rights()))


def too_much(role: str) -> list[str]:
    """Return in words what a role may do beyond its tables, and should not."""
    (powers,) = _ask(POWERS, role=_oid(role))
    return [words for has, words in zip(powers, POWERS_IN_WORDS, strict=True) if has]


def unfit(role: str) -> list[str]:
    """Return in words why a role can never be the application's own, whatever is granted or revoked."""
    return [words for words in too_much(role) if words in POWERS_IN_WORDS[:LASTING]]


def grant(role: str) -> list[str]:
    """Give a role exactly the rights that it should have, and return the statements that this took: none when all was well."""
    done: list[str] = []
    if powers := unfit(role):
        raise UnfitRole(f"The role “{role}” is too powerful to be the application's own: {'; '.join(powers)}.")
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _statements(role):
            cursor.execute(statement)
            done.append(statement.as_string(None))
    return done


@contextmanager
def as_owner() -> Iterator[None]:
    """Do the work inside on a connection of the owner of the tables, when the environment names one."""
    owner: dict[str, Any] = settings.DATABASE_OWNER
    if not owner:
        yield
        return
    before = {name: connection.settings_dict[name] for name in owner}
    connection.close()
    connection.settings_dict.update(owner)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def _statements(role: str) -> Iterator[sql.Composed]:
    """Yield what has to be said to the database so that the rights are right."""
    names = {"role": sql.Identifier(role), "schema": sql.Identifier(_one("SELECT current_schema()"))}
    names["database"] = sql.Identifier(_one("SELECT current_database()"))
    key = {"role": _oid(role)}
    if _one("SELECT has_schema_privilege(%(role)s::oid, current_schema(), 'CREATE')", **key):
        yield sql.SQL("REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role}").format(**names)
    if not _one("SELECT has_schema_privilege(%(role)s::oid, current_schema(), 'USAGE')", **key):
        yield sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**names)
    if _one("SELECT has_database_privilege(%(role)s::oid, current_database(), 'CREATE, TEMPORARY')", **key):
        yield sql.SQL("REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}").format(**names)
    yield from _on_tables(role, names)


def _on_tables(role: str, names: dict[str, Any]) -> Iterator[sql.Composed]:
    """Yield what takes away every right that should not be there, and then what gives those that are missing."""
    held: dict[str, set[str]] = {}
    surplus: set[str] = set()
    wanted = wanted_rights()
    for table, is_public, right in _ask(HELD, role=_oid(role)):
        held.setdefault(table, set()).add(right)
        if is_public or right not in wanted.get(table, ()):
            surplus.add(table)
    for table in sorted(surplus):
        yield sql.SQL("REVOKE ALL ON {table} FROM PUBLIC, {role}").format(table=sql.Identifier(table), **names)
    for (table,) in sorted(_ask(TABLES)):
        missing = wanted.get(table, frozenset()) - (set() if table in surplus else held.get(table, set()))
        if missing:
            rights = sql.SQL(", ").join(sql.SQL(right) for right in sorted(missing))
            yield sql.SQL("GRANT {rights} ON {table} TO {role}").format(rights=rights, table=sql.Identifier(table), **names)


def _oid(role: str) -> int:
    """Return the database's own number of a role."""
    found = _ask("SELECT oid::bigint FROM pg_roles WHERE rolname = %(name)s", name=role)
    if not found:
        raise UnfitRole(f"There is no role “{role}”. Make it first, as a superuser: CREATE ROLE {role} LOGIN PASSWORD '…'")
    return int(found[0][0])


def _one(statement: str, **values: Any) -> Any:
    """Return the one value that a statement gives."""
    return _ask(statement, **values)[0][0]


def _ask(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Return the rows that a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())
