"""Decide what a first call means: danger, how soon somebody calls back, in which order people wait, and until when help is owed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

INTERIM_WITHIN = timedelta(hours=48)
"""Time after the request within which interim services are made available (45 CFR 96.126(b)(2) for people who inject; read in the text of
September 2024. For pregnant people 45 CFR 96.131(d)(2): from memory, kept as program policy)."""

ADMIT_WITHIN_DAYS = 14
"""Days after the request within which somebody who injects is admitted (45 CFR 96.126(b)(1))."""

ADMIT_WITH_INTERIM_DAYS = 120
"""Days after the request at the latest, when no program had room and interim services were made available within those 48 hours
(45 CFR 96.126(b)(2)): for people who inject. For pregnant people nothing moves the day (program policy, after 45 CFR 96.131)."""

INTERIM_SERVICES = frozenset({"counseling", "treatment", "prenatal", "medication"})
"""Kinds of help that are interim services (45 CFR 96.121; interim medication: 42 CFR 8.12(j)). After a call or a leaflet they are owed."""

INTERIM_SOURCE = "45 CFR 96.126(b)"
PREFERENCE_SOURCE = "program policy, after 45 CFR 96.131(a)"
"""The order of admission as programs under the block grant publish it: pregnant and injecting, pregnant, injecting, everybody else."""

PREGNANT_INJECTING, PREGNANT, INJECTING, OTHERS = 1, 2, 3, 4
NOW, TODAY, SOON, ROUTINE = 1, 2, 3, 4

CALL_WITHIN = {NOW: timedelta(0), TODAY: timedelta(hours=4), SOON: timedelta(hours=24), ROUTINE: timedelta(hours=72)}
"""How soon somebody speaks with the person. Program policy; the figures are ours."""

LONG_WAIT_DAYS = 14
"""Days on the waitlist from which a wait is shown as long, whoever waits. Program policy; the figure is that of 45 CFR 96.126(b)(1)."""


class Danger(StrEnum):
    """Name what in a triage means danger to life; the value is the question."""

    OVERDOSE_NOW = "overdose_now"
    OVERDOSED = "overdosed"
    SUICIDAL = "suicidal"
    SUICIDE_PLAN = "suicide_plan"


def dangers(answers: Mapping[str, str]) -> list[Danger]:
    """Return the questions about overdose and suicide that were answered with yes."""
    return [danger for danger in Danger if answers.get(danger.value) == "yes"]


NOT_ASSESSED, HIGH = 1, 4
"""Levels of a concern as patients.safety.rules.Level has them."""


def concern_level(found: Sequence[Danger]) -> int:
    """Return how grave a concern is before anybody has assessed it: high when life is in danger now or a plan was named."""
    return HIGH if {Danger.OVERDOSE_NOW, Danger.SUICIDE_PLAN} & set(found) else NOT_ASSESSED


def waiting_priority(*, pregnant: str, injects: str) -> int:
    """Return the order in which somebody is admitted."""
    if pregnant == "yes":
        return PREGNANT_INJECTING if injects == "yes" else PREGNANT
    return INJECTING if injects == "yes" else OTHERS


def pace_of(found: list[Danger], priority: int, said: int) -> int:
    """Return how soon somebody speaks with the person: never later than what the answers ask for."""
    asked_for = NOW if found else TODAY if priority != OTHERS else ROUTINE
    return min(asked_for, said)


def call_back_by(received_at: datetime, pace: int) -> datetime:
    """Return until when the person is called back."""
    return received_at + CALL_WITHIN[pace]


@dataclass(frozen=True)
class Owed:
    """Hold until when interim services and a place are owed to somebody who waits; nothing where no rule names a day."""

    interim_by: datetime | None = None
    admit_by: date | None = None


def owed(priority: int, requested_at: datetime, requested_on: date, *, helped_at: datetime | None) -> Owed:
    """Return until when interim services and a place are owed: 48 hours, and 14 days, or 120 once they were given in time.

    `helped_at` is when interim services were given first. Given late they are owed no more, and the place as early as before.
    """
    if priority == OTHERS:
        return Owed()
    until = requested_at + INTERIM_WITHIN
    may_wait = priority == INJECTING and helped_at is not None and helped_at <= until
    days = ADMIT_WITH_INTERIM_DAYS if may_wait else ADMIT_WITHIN_DAYS
    return Owed(until if helped_at is None else None, requested_on + timedelta(days=days))


def days_waiting(joined_on: date, today: date) -> int:
    """Return how many days somebody has waited."""
    return max((today - joined_on).days, 0)


SOURCES = {"person": "1", "family": "1", "provider": "3", "court": "7", "other": "6"}
"""Who sent the person, in the codes of an admission (TEDS-A PSOURCE), by who asked."""


def referral_source_of(asker: str) -> str:
    """Return the code for who sent the person."""
    return SOURCES.get(asker, "97")


_PHONE = re.compile(r"[\d+()./ -]+")
FEWEST_DIGITS, MOST_DIGITS = 7, 15
"""Digits of a phone number: a local one without area code at least, as many as ITU-T E.164 allows at most."""


def is_phone(text: str) -> bool:
    """Say whether what was given as a way to call back is a phone number and nothing else."""
    digits = sum(sign.isdigit() for sign in text)
    return _PHONE.fullmatch(text) is not None and FEWEST_DIGITS <= digits <= MOST_DIGITS
