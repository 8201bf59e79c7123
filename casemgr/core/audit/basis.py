"""Remember on which fact the work in hand rests: a role, a care team, an open window of emergency access, the schedule."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from casemgr.core.accounts.models import User, UserKind
from casemgr.core.accounts.rules import RIGHTS, Can, Role

_right: ContextVar[Can | None] = ContextVar("right", default=None)
_fact: ContextVar[str] = ContextVar("fact", default="")


@contextmanager
def under(*rights: Can, by: User | None = None) -> Iterator[None]:
    """Do the work inside by virtue of the first of these rights that is held."""
    held = next((right for right in rights if by is None or by.may(right)), rights[0] if rights else None)
    tokens = _right.set(held), _fact.set(_fact.get())
    try:
        yield
    finally:
        _right.reset(tokens[0])
        _fact.reset(tokens[1])


def rest_on(fact: str) -> None:
    """Say for the rest of this page or verb what it rests on beside the role: `break_glass:7`, `consent:12`, `care_team:3`."""
    _fact.set(fact)


def basis_of(by: User | None, *, right: Can | None = None, patient_id: int | None = None) -> str:
    """Return in one short line on what somebody's act rests, from what is known without asking the database.

    A role that sees only its own caseload rests on the care team, unless something else was said. What was opened by breaking the glass
    rests on that (`opened_charts`, kept with the user for the length of a request).
    """
    right, fact = right or _right.get(), _fact.get()
    if by is not None and patient_id is not None:
        fact = by.__dict__.get("opened_charts", {}).get(patient_id, fact)
    if by is None or by.kind != UserKind.PERSON:
        return " ".join(filter(None, [by.kind if by else "", str(right or ""), fact]))
    kept = getattr(by, "_wrapped", by).__dict__.get("current_memberships", ())  # the user of a request is a lazy one
    holding = [m for m in kept if right is None or right in RIGHTS[Role(m.role)]][:1]
    words = [str(right or ""), *(f"{m.role}:{m.pk}" for m in holding)]
    if fact:
        words.append(fact)
    elif patient_id is not None and holding and holding[0].is_caseload_bound:
        words.append("care_team")
    return " ".join(filter(None, words))
