"""Let tests do their work as the application does it: not as the owner of the tables."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg import sql

from casemgr.core.grants import grant


def make_application_role() -> str:
    """Make the application's role for this test database, and give it its rights; it is named like the database, because roles belong to no database."""
    name = f"{connection.settings_dict['NAME']}_app"
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
    grant(name)
    return name


def forget_application_role(name: str) -> None:
    """Take the role and its rights away again."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(name)))


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    """Do what is inside as this role, on the connection that is open."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@contextmanager
def connecting_as(role: str) -> Iterator[None]:
    """Let every connection that is opened inside, also of other threads, act as this role."""
    options = connection.settings_dict["OPTIONS"]
    connection.close()
    options["assume_role"] = role
    try:
        yield
    finally:
        options.pop("assume_role", None)
        connection.close()
