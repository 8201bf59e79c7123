"""Change the world through verbs: role checked, all or nothing, on the record."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import name_the_author, put_on_record
from casemgr.core.refusals import Denied, No

P = ParamSpec("P")
R = TypeVar("R")
REGISTRY: dict[str, tuple[Can, Callable[..., Any]]] = {}
_acting: ContextVar[bool] = ContextVar("acting", default=False)
_named: ContextVar[bool] = ContextVar("named", default=False)


def action(can: Can, *, leaves_history: bool = True) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a verb that needs the right `can`; it takes keywords only, among them `by` and `at`.

    The audit row stands in the verb's own transaction, so neither exists without the other. A refusal first undoes the verb and is
    then put on the record by the outermost one. A verb that writes only what is added once and never changed leaves nothing in the
    database's history, and need not tell it who writes.
    """

    def declare(verb: Callable[P, R]) -> Callable[P, R]:
        @wraps(verb)
        def act(*args: P.args, **kwargs: P.kwargs) -> R:
            by: Any = kwargs["by"]
            outermost = not _acting.get()
            names = leaves_history and not _named.get()
            token, named = _acting.set(True), _named.set(_named.get() or names)
            try:
                if not by.may(can, program_id=_program_of(kwargs)):
                    raise Denied(can)
                with transaction.atomic(savepoint=outermost):
                    if names:
                        name_the_author(by, verb.__name__)
                    result = verb(*args, **kwargs)
                    put_on_record(verb.__name__, Outcome.DONE, kwargs, right=can, result=result)
                    return result
            except No as no:
                if outermost:
                    put_on_record(verb.__name__, Outcome.of(no), kwargs, right=can, reason=str(no))
                    no.keep()
                raise
            finally:
                _acting.reset(token)
                _named.reset(named)

        REGISTRY[f"{verb.__module__}.{verb.__name__}"] = (can, act)
        return act

    return declare


def _program_of(arguments: dict[str, Any]) -> int | None:
    """Return the program that the verb's subject belongs to, so that a right held elsewhere does not count here."""
    return next((found for value in arguments.values() if (found := getattr(value, "program_id", None))), None)
