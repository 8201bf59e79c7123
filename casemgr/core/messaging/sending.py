"""Send what is queued: look at the world once more, hand it to the gateway, write down what became of it.

A message is leased before it is offered. Killed in between, it is offered again under the same key: a gateway that knows keys delivers it
once. For one that does not, the offer itself is written down first; found again like that, the message is doubtful and a person decides,
because nobody can know.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from casemgr.core.messaging.gateways import Gateway, Letter, NotTaken, configured_gateway
from casemgr.core.messaging.models import Channel, Message, MessageState
from casemgr.core.messaging.templates import render

log = logging.getLogger(__name__)

BATCH = 50
TRIES = 6
FIRST_PAUSE = timedelta(seconds=10)
LEFT_BEHIND = "Work stopped while this was being sent. Ask the person before it is sent again."
UNCLEAR = "It is not known whether this arrived (%s). Ask the person before it is sent again."
NO_WAY = "No gateway for this kind of message is set up. Ask the administrator."
REASON_LENGTH = 200

Verdicts = Mapping[int, str | datetime]
Guard = Callable[[Sequence[Message], datetime], Verdicts]
"""Look at the world for these messages; return the reason for each that must not go, or the moment for each that must wait."""


def send_queued(*, at: datetime, gateway: Gateway | None = None, limit: int = BATCH) -> int:
    """Send what is due; return how many messages were looked at. Called again, with a later moment, until nothing is left."""
    batch = _claim(at, min(limit, BATCH))
    if not batch:
        return 0
    gateway = gateway or configured_gateway()
    verdicts = _ask_guard(batch, at)
    for message in batch:
        verdict = verdicts.get(message.pk)
        if message.offered_at is not None:
            _mark(message, MessageState.DOUBTFUL, LEFT_BEHIND)
        elif isinstance(verdict, datetime):
            _put_off(message, verdict, message.reason)
        elif verdict:
            _mark(message, MessageState.WITHHELD, verdict)
        elif message.channel not in gateway.channels:
            _mark(message, MessageState.FAILED, NO_WAY)
        elif gateway.knows_keys or _write_down_offer(message, at):
            _offer(message, gateway, at)
    return len(batch)


def _claim(at: datetime, most: int) -> list[Message]:
    """Lease a batch of due messages; what another worker holds is passed over."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE casemgr_message SET leased_until = %s, attempts = attempts + 1
            WHERE id = ANY(ARRAY(
                SELECT id FROM casemgr_message
                WHERE state = 'queued' AND due_at <= %s AND (leased_until IS NULL OR leased_until <= %s)
                ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            )) RETURNING id
            """,
            [at + settings.MESSAGE_LEASE, at, at, most],
        )
        keys = [key for (key,) in cursor.fetchall()]
    return list(Message.objects.filter(pk__in=keys).order_by("due_at", "pk")) if keys else []


def _ask_guard(batch: Sequence[Message], at: datetime) -> Verdicts:
    """Look at the world for a batch; when that fails, every message waits."""
    guard: Guard = import_string(settings.ROOT_MESSAGE_GUARD)
    try:
        return guard(batch, at)
    except Exception:
        log.exception("guard failed", extra={"messages": len(batch)})
        return {message.pk: at + FIRST_PAUSE * 2 ** min(message.attempts, TRIES) for message in batch}


def _write_down_offer(message: Message, at: datetime) -> bool:
    """Say that a message is about to be offered; false when somebody else got there first."""
    untouched = Message.objects.filter(pk=message.pk, state=MessageState.QUEUED, offered_at__isnull=True)
    return bool(untouched.update(offered_at=at, leased_until=at + settings.MESSAGE_LEASE))


def _offer(message: Message, gateway: Gateway, at: datetime) -> None:
    """Hand one message to the gateway; what was certainly not taken is tried again later and less often each time."""
    words = render(message.template, message.language, message.blanks, as_text=message.channel == Channel.SMS)
    try:
        gateway.send(Letter(message.key, message.channel, message.to, words.subject, words.text))
    except Exception as error:
        name = str(error) if isinstance(error, NotTaken) else type(error).__name__
        log.warning("gateway failed", extra={"message_id": message.pk, "error": name})
        if not (gateway.knows_keys or isinstance(error, NotTaken)):
            _mark(message, MessageState.DOUBTFUL, UNCLEAR % name)
        elif message.attempts >= TRIES:
            _mark(message, MessageState.FAILED, f"The gateway failed {message.attempts} times: {name}.")
        else:
            _put_off(message, at + FIRST_PAUSE * 2**message.attempts, f"The gateway failed: {name}.")
        return
    Message.objects.filter(pk=message.pk, state__in=[MessageState.QUEUED, MessageState.DOUBTFUL]).update(
        state=MessageState.SENT, sent_at=at, leased_until=None, reason=""
    )


def _put_off(message: Message, until: datetime, reason: str) -> None:
    """Give a message back to the queue, to be looked at again later."""
    Message.objects.filter(pk=message.pk, state=MessageState.QUEUED).update(
        due_at=until, leased_until=None, offered_at=None, reason=reason[:REASON_LENGTH]
    )


def _mark(message: Message, state: MessageState, reason: str) -> None:
    """Write down what became of a message that was not sent."""
    Message.objects.filter(pk=message.pk, state=MessageState.QUEUED).update(state=state, reason=reason[:REASON_LENGTH], leased_until=None)
