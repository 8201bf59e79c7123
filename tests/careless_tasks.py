"""Fail as background work may: with people's names in local variables, in the words of an error, and in what the database says."""

import logging

from celery import shared_task
from django.db import DatabaseError, connection

from tests.worlds import FAMILY, GIVEN

log = logging.getLogger(__name__)


class Unsendable(Exception):
    """Quote a person, and cannot be handed from one process to another."""

    def __init__(self, given: str, family: str) -> None:
        super().__init__(f"{given} {family} cannot be found")
        self.look = lambda: given


def ask_the_database(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::date", [name])


@shared_task(name="careless.database")
def fail_in_the_database() -> None:
    ask_the_database(f"{GIVEN} {FAMILY}")


@shared_task(name="careless.python")
def fail_after_the_database() -> None:
    name = f"{GIVEN} {FAMILY}"
    try:
        ask_the_database(name)
    except DatabaseError as error:
        log.exception("asked in vain")
        raise LookupError(f"{name} was not found") from error


@shared_task(name="careless.unsendable")
def fail_with_what_cannot_be_sent() -> None:
    raise Unsendable(GIVEN, FAMILY)


TASKS = ("careless.database", "careless.python", "careless.unsendable")
