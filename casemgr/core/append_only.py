"""Keep rows as they were written: history for what may change, refusal for what may not."""

from collections.abc import Callable
from typing import TypeVar

import pghistory
import pgtrigger
from django.db import models

M = TypeVar("M", bound=type[models.Model])


def tracked(model: M) -> M:
    """Keep every version of every row of this table, written by the database itself.

    A trigger sees `.update()`, bulk writes and plain SQL too; code in `save()` would not.
    """
    track: Callable[[M], M] = pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
    return track(model)


def append_only(*, but_updates: bool = False) -> list[pgtrigger.Trigger]:
    """Return the triggers that refuse to change or delete rows of a table, by any door."""
    triggers: list[pgtrigger.Trigger] = [
        pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        pgtrigger.Trigger(
            name="never_truncated",
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            level=pgtrigger.Statement,
            func="RAISE EXCEPTION 'Cannot truncate %: its rows are kept.', TG_TABLE_NAME;",
        ),
    ]
    if not but_updates:
        triggers.append(pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update))
    return triggers


def stays_but(*columns: str, name: str) -> pgtrigger.Trigger:
    """Return the trigger that lets nothing of a row be changed but these columns of its table."""
    kept = ", ".join(f"'{column}'" for column in columns)
    changed = f"((to_jsonb(NEW) - ARRAY[{kept}]) IS DISTINCT FROM (to_jsonb(OLD) - ARRAY[{kept}]))"
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update, condition=pgtrigger.Condition(changed))
