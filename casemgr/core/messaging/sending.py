"""Send what is queued: look at the world once more, hand it to the gateway, write down what became of it.

A message is leased before it is offered. Killed in between, it is offered again under the same key: a gateway that knows keys delivers it
once. For one that does not, the message becomes doubtful and a person decides, because nobody can know.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from casemgr.core.messaging.gateways import Gateway, Letter, configured_gateway
from casemgr.core.messaging.models import Message, MessageState
from casemgr.core.messaging.templates import render

log = logging.getLogger(__name__)

BATCH = 50
LEASE = timedelta(seconds=30)
TRIES = 6
FIRST_PAUSE = timedelta(seconds=10)

Guard = Callable[[Sequence[Message], datetime], Mapping[int, str]]
"""Look at the world for these messages; return the reason for each that must not go."""


def send_queued(*, at: datetime, gateway: Gateway | None = None, limit: int = 40 * BATCH) -> int:
    """Send everything that is due; return how many messages were looked at."""
    gateway = gateway or configured_gateway()
    looked_at = 0
    while looked_at < limit and (batch := _claim(at)):
        guard: Guard = import_string(settings.ROOT_MESSAGE_GUARD)
        reasons = guard(batch, at)
        for message in batch:
            _send(message, gateway, reasons.get(message.pk, ""), at)
        looked_at += len(batch)
    return looked_at


def _claim(at: datetime) -> list[Message]:
    """Lease a batch of due messages; what another worker holds is passed over."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE casemgr_message SET leased_until = %s, attempts = attempts + 1
            WHERE id IN (
                SELECT id FROM casemgr_message
                WHERE state = 'queued' AND due_at <= %s AND (leased_until IS NULL OR leased_until <= %s)
                ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            ) RETURNING id
            """,
            [at + LEASE, at, at, BATCH],
        )
        keys = [key for (key,) in cursor.fetchall()]
    return list(Message.objects.filter(pk__in=keys).order_by("due_at", "pk"))


def _send(message: Message, gateway: Gateway, reason: str, at: datetime) -> None:
    """Send or hold back one message and write down which."""
    if message.attempts > 1 and not gateway.knows_keys and not reason and not message.reason:
        _mark(message, MessageState.DOUBTFUL, "A worker stopped while sending. Ask the person before sending again.")
    elif reason:
        _mark(message, MessageState.WITHHELD, reason)
    else:
        _offer(message, gateway, at)


def _offer(message: Message, gateway: Gateway, at: datetime) -> None:
    """Hand one message to the gateway; a failure is tried again later and less often each time."""
    words = render(message.template, message.language, message.blanks)
    try:
        gateway.send(Letter(message.key, message.channel, message.to, words.subject, words.text))
    except Exception as error:
        log.warning("gateway failed", extra={"message_id": message.pk, "error": type(error).__name__})
        if message.attempts >= TRIES:
            _mark(message, MessageState.FAILED, f"The gateway failed {message.attempts} times: {type(error).__name__}.")
        else:
            pause = at + FIRST_PAUSE * 2**message.attempts
            Message.objects.filter(pk=message.pk).update(leased_until=pause, reason=f"Failed: {type(error).__name__}.")
        return
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENT, sent_at=at, leased_until=None, reason="")


def _mark(message: Message, state: MessageState, reason: str) -> None:
    """Write down what became of a message that was not sent."""
    Message.objects.filter(pk=message.pk).update(state=state, reason=reason[:200], leased_until=None)
