"""Put messages into the queue, many in one statement, each key once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection


@dataclass(frozen=True)
class Draft:
    """Hold one message that was decided: what to say to whom and from when on."""

    key: str
    patient_id: int
    subject: str
    channel: str
    to: str
    template: str
    language: str
    due_at: datetime
    blanks: Mapping[str, str] = field(default_factory=dict)


def queue_messages(drafts: Sequence[Draft], *, at: datetime) -> set[str]:
    """Queue these messages; return the keys that are new. A key that is known already is left as it is."""
    if not drafts:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO casemgr_message (
                key, patient_id, subject, channel, "to", template, language, blanks, due_at, queued_at, state, reason, attempts
            )
            SELECT draft.*, %s, 'queued', '', 0
            FROM unnest(
                %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::timestamptz[]
            ) AS draft
            ON CONFLICT (key) DO NOTHING RETURNING key
            """,
            [
                at,
                [draft.key for draft in drafts],
                [draft.patient_id for draft in drafts],
                [draft.subject for draft in drafts],
                [draft.channel for draft in drafts],
                [draft.to for draft in drafts],
                [draft.template for draft in drafts],
                [draft.language for draft in drafts],
                [json.dumps(dict(draft.blanks)) for draft in drafts],
                [draft.due_at for draft in drafts],
            ],
        )
        return {key for (key,) in cursor.fetchall()}
