"""Decide who else may be in the room, and what may be talked about in front of them (42 CFR 2.31, 2.13(a))."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from patients.consent.rules import ConsentFacts, Recipient, consent_carrying

PURPOSES = ("treatment", "patient_request", "other")
"""Purposes on which somebody may take part in a session, the plainest first (42 CFR 2.31(a)(5))."""

NEVER_AT_THE_TABLE = frozenset({"counseling_notes"})
"""What no consent opens in a conversation: counseling notes need a consent of their own and are not talked about (42 CFR 2.31(b))."""

SOURCE = "42 CFR 2.31(a), (c)"
SCOPE_SOURCE = "42 CFR 2.13(a), 2.31(a)(3)"
SAFETY_SOURCE = "Program policy: nothing is said to somebody whom the person fears"
WISH_SOURCE = "Program policy: whoever wants to be asked each time is asked each time"


class Moment(NamedTuple):
    """Say when a consent stopped holding, for a session that took place before."""

    revoked_at: datetime | None = None
    replaced_at: datetime | None = None


class Verdict(NamedTuple):
    """Say on which consent somebody may take part, what it opens, and what is missing for more."""

    consent_id: int | None = None
    purpose: str = ""
    scope: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    """What was to be talked about and lies beyond the scope."""

    @property
    def allowed(self) -> bool:
        """Say whether they may take part, and all of it be talked about."""
        return self.consent_id is not None and not self.lacking and not self.beyond

    @property
    def may_come(self) -> bool:
        """Say whether they may take part at all."""
        return self.consent_id is not None and not self.lacking


def as_it_stood(consent: ConsentFacts, ended: Moment, at: datetime) -> ConsentFacts:
    """Return a consent as it stood at the moment of a session: what ended it later had not ended it then.

    What is known to be false is not made true by an earlier moment.
    """
    later = {
        "revoked": ended.revoked_at is not None and ended.revoked_at > at,
        "superseded": ended.replaced_at is not None and ended.replaced_at > at,
        "expired": True,
    }
    return consent._replace(state="active") if later.get(consent.state, False) else consent


def may_take_part(recipient: Recipient, topics: Collection[str], consents: Sequence[ConsentFacts]) -> Verdict:
    """Decide whether one of these consents lets somebody take part and hear of these topics; each is looked at anew."""
    nearest = Verdict(lacking=("no_consent",))
    for consent in sorted(consents, key=lambda one: -one.id):
        found = _verdict(recipient, topics, consent)
        if found.allowed:
            return found
        nearest = min((nearest, found), key=_how_far)
    return nearest


def _how_far(verdict: Verdict) -> tuple[bool, int, int]:
    """Say how far a verdict is from a yes."""
    return (not verdict.may_come, len(verdict.lacking) if verdict.consent_id else len(PURPOSES) + 9, len(verdict.beyond))


def _verdict(recipient: Recipient, topics: Collection[str], consent: ConsentFacts) -> Verdict:
    """Return what one consent says."""
    scope = frozenset(consent.paper.categories) - NEVER_AT_THE_TABLE
    lacking: tuple[str, ...] = ("category",)
    for purpose in PURPOSES:
        decision = consent_carrying(recipient, purpose, scope, [consent])
        if decision.allowed:
            return Verdict(consent.id, purpose, tuple(sorted(scope)), beyond=tuple(sorted(set(topics) - scope)))
        lacking = min(lacking, decision.lacking, key=len) if purpose != PURPOSES[0] else decision.lacking
    return Verdict(consent.id, lacking=lacking)


def must_be_asked(wishes: Iterable[str]) -> bool:
    """Say whether the person has to be asked on the day: they said “ask each time”, or “no” before."""
    return any(wish in {"ask", "no"} for wish in wishes)
