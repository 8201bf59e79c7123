"""Put on the record who did or saw what."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.basis import basis_of
from casemgr.core.audit.door import count_answer, current_door, note_on_record
from casemgr.core.audit.models import AuditEvent, Outcome
from casemgr.core.audit.writing import FIELDS, new_code

REASON_LENGTH = 2000
_COLUMNS = [field.attname for field in AuditEvent._meta.concrete_fields if not field.primary_key]
_INSERT = "INSERT INTO casemgr_auditevent (<columns>) VALUES (<values>)"
_INSERT = _INSERT.replace("<columns>", ", ".join(_COLUMNS)).replace("<values>", ", ".join(["%s"] * len(_COLUMNS)))


def audit_event(
    *,
    by: User | None,
    at: datetime,
    verb: str,
    outcome: Outcome,
    patient_id: int | None = None,
    subject: str = "",
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
    people: Iterable[int | None] = (),
    rests_on: str = "",
) -> AuditEvent:
    """Return an unsaved event with the door of the current work filled in."""
    door = current_door()
    return AuditEvent(
        at=at,
        actor_id=by.pk if by else None,
        actor_name=(by.full_name if by else "")[:120],
        verb=verb,
        outcome=outcome,
        patient_id=patient_id,
        subject=subject[:120],
        reason=reason[:REASON_LENGTH],
        detail=json.dumps(detail, sort_keys=True, separators=(",", ":"), default=str) if detail else "",
        door=door.name,
        address=door.address[:64],
        request_id=door.request_id[:64],
        rests_on=(rests_on or basis_of(by, patient_id=patient_id))[:160],
        people=sorted({key for key in people if key is not None}),
    )


def note_read(
    *,
    by: User,
    at: datetime,
    what: str,
    patient_id: int | None = None,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
    people: Iterable[int | None] = (),
    rests_on: str = "",
) -> None:
    """Put on the record that somebody saw something: a chart, a list of these people, a search (45 CFR 164.312(b))."""
    event = audit_event(
        by=by,
        at=at,
        verb=what,
        outcome=Outcome.SEEN,
        patient_id=patient_id,
        subject=subject,
        detail=detail,
        people=people,
        rests_on=rests_on,
    )
    write_event(event)


def write_event(event: AuditEvent) -> None:
    """Put one event on the record.

    Every request pays for this statement, so it is not composed anew each time.
    """
    event.code = new_code([getattr(event, name) for name in FIELDS])
    count_answer(event.outcome)
    note_on_record(names_somebody=event.patient_id is not None or bool(event.people))
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [getattr(event, name) for name in _COLUMNS])


def note_many(events: Iterable[AuditEvent]) -> None:
    """Put many events on the record in one statement."""
    written = AuditEvent.objects.bulk_create(events)
    note_on_record(names_somebody=any(event.patient_id is not None or event.people for event in written))
    for outcome in {event.outcome for event in written}:
        count_answer(outcome)


def name_the_author(by: User, verb: str) -> None:
    """Tell the database's own history who is writing, for this transaction only.

    Said once per transaction; the library's context manager would say it again before every statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_metadata', %s, true), set_config('pghistory.context_id', gen_random_uuid()::text, true)",
            [json.dumps({"user": by.pk, "name": by.full_name, "verb": verb, "door": current_door().name})],
        )


def put_on_record(
    verb: str, outcome: Outcome, arguments: Mapping[str, Any], *, right: Can, result: object = None, reason: str = ""
) -> None:
    """Write the audit row of one verb from its arguments and its result."""
    subject = result if isinstance(result, Model) else _first_model(arguments)
    patient_id = _patient_of(arguments, result)
    event = audit_event(
        by=arguments["by"],
        at=arguments["at"],
        verb=verb,
        outcome=outcome,
        patient_id=patient_id,
        rests_on=basis_of(arguments["by"], right=right, patient_id=patient_id),
        subject=f"{subject._meta.label_lower}:{subject.pk}" if subject is not None else "",
        reason=reason,
    )
    write_event(event)


def _first_model(arguments: Mapping[str, Any]) -> Model | None:
    """Return the first row among the arguments that is not the actor."""
    return next((value for name, value in arguments.items() if name != "by" and isinstance(value, Model)), None)


def _patient_of(arguments: Mapping[str, Any], result: object) -> int | None:
    """Return the key of the patient concerned, from whatever carries a `patient_id`."""
    for value in (*arguments.values(), result):
        found: int | None = getattr(value, "patient_id", None)
        if found is not None:
            return found
    return None
