"""Say who acts on which fact. The outbox finds this table through `ROOT_REACTIONS`, as Django finds its URLs."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from casemgr.core.messaging.models import Message
from casemgr.core.outbox.draining import Reaction
from casemgr.core.outbox.events import Event

REACTIONS: dict[type[Event], Sequence[Reaction]] = {}


def reasons_not_to_send(messages: Sequence[Message], at: datetime) -> Mapping[int, str]:
    """Look at the world once more, at the moment of sending; return the reason for each message that must stay."""
    return {}
