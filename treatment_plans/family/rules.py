"""Decide who else may be in the room, and what may be talked about in front of them (42 CFR 2.31, 2.13(a))."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from patients.consent.rules import ConsentFacts, Recipient
from patients.disclosures.rules import Question, may_disclose
from patients.restrictions.rules import RestrictionFacts

PURPOSES = ("treatment", "patient_request", "other")
"""Purposes on which somebody may take part in a session, the plainest first (42 CFR 2.31(a)(5))."""

NEVER_AT_THE_TABLE = frozenset({"counseling_notes"})
"""What no consent opens in a conversation: counseling notes need a consent of their own and are not talked about (42 CFR 2.31(b))."""

RESTRICTED = "restricted"
"""The engine's word for what the person asked to be kept and the program agreed to."""

SOURCE = "42 CFR 2.31(a), (c)"
SCOPE_SOURCE = "42 CFR 2.13(a), 2.31(a)(3)"
RESTRICTED_SOURCE = "42 CFR 2.26(a)(3)"
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
    held_back: tuple[str, ...] = ()
    """What the consent opens and a restriction holds back."""
    question: Question | None = None
    """What the engine said yes to: about the whole scope, for this purpose, on this consent."""

    @property
    def allowed(self) -> bool:
        """Say whether they may take part, and all of it be talked about."""
        return self.consent_id is not None and not self.lacking and not self.beyond

    @property
    def is_restricted(self) -> bool:
        """Say whether nothing but the person's own wish stands against it."""
        return self.lacking == (RESTRICTED,)

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


def may_take_part(
    recipient: Recipient,
    topics: Collection[str],
    consents: Sequence[ConsentFacts],
    restrictions: Sequence[RestrictionFacts] = (),
    died_on: date | None = None,
) -> Verdict:
    """Decide whether somebody may take part and hear of these topics: the engine of the gate is asked of each consent and purpose.

    On the day of a death itself the person may still have been there.
    """
    nearest = Verdict(lacking=("no_consent",))
    for consent in sorted(consents, key=lambda one: -one.id):
        scope = frozenset(consent.paper.categories) - NEVER_AT_THE_TABLE
        before = died_on if died_on is not None and died_on < consent.today else None
        asked = Question(recipient, "", scope, consent.today, consents=[consent], restrictions=restrictions, died_on=before)
        for purpose in PURPOSES:
            found = _verdict(asked._replace(purpose=purpose), consent.id, topics)
            if found.allowed:
                return found
            nearest = min((nearest, found), key=_how_far)
    return nearest


def _how_far(verdict: Verdict) -> tuple[bool, bool, int, int]:
    """Say how far a verdict is from a yes; nearest to it is a consent that carries all and that the person's own wish holds back."""
    return (
        not verdict.may_come,
        not verdict.is_restricted,
        len(verdict.lacking) if verdict.consent_id else len(PURPOSES) + 9,
        len(verdict.beyond),
    )


def _verdict(question: Question, consent_id: int, topics: Collection[str]) -> Verdict:
    """Return what one consent opens for one purpose: all of it, or what no restriction holds back."""
    found = may_disclose(question)
    scope = question.categories if found.allowed else _not_held_back(question)
    if not scope:
        return Verdict(consent_id, lacking=tuple(why.code for why in found.reasons))
    return Verdict(
        consent_id,
        question.purpose,
        tuple(sorted(scope)),
        beyond=tuple(sorted(set(topics) - scope)),
        held_back=tuple(sorted(question.categories - scope)),
        question=question._replace(categories=scope),
    )


def _not_held_back(question: Question) -> frozenset[str]:
    """Return the parts that may be told although a restriction holds back others (42 CFR 2.26(a))."""
    if not question.restrictions:
        return frozenset()
    return frozenset(part for part in question.categories if may_disclose(question._replace(categories=frozenset({part}))).allowed)


def must_be_asked(wishes: Iterable[str]) -> bool:
    """Say whether the person has to be asked on the day: they said “ask each time”, or “no” before."""
    return any(wish in {"ask", "no"} for wish in wishes)
