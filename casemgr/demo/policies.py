"""Attest the written policies of the demo clinic: most are there, one is to be reviewed, one is missing, one is not needed."""

from datetime import date, datetime, timedelta
from typing import Any

from casemgr.core.accounts.rules import Role
from casemgr.core.administration.policies.actions import attest_policy, say_policy_does_not_apply, say_policy_is_missing
from casemgr.demo.life import Life

MANUAL = "Privacy manual"
BINDER = "Binder in the director's office and shared folder Policies, version 4"
COVERED = {
    "unauthorized_uses": (f"{MANUAL}, chapter 1: Who may know what", 300),
    "foreseeable_threats": ("Plan for emergencies and lost service", 240),
    "paper_moving": (f"{MANUAL}, chapter 3: Paper on the way", 21),
    "paper_destroying": (f"{MANUAL}, chapter 4: Shredding and machines", 200),
    "paper_keeping": (f"{MANUAL}, chapter 2: Keys and cabinets", 200),
    "electronic_handling": ("Rules for computers and phones", 320),
    "electronic_using": ("Rules for computers and phones", 320),
}
"""Which policy covers an area, and in how many days from today it is looked at again."""

DUE = "paper_using"
"""The area whose review has come."""


def write_policies_down(life: Life) -> None:
    """Attest on the first day the policy whose review comes three days before today."""
    first = life.moment(min(person.admitted_on for person in life.people), 9)
    today = life.today
    review_on = max(today - timedelta(days=3), first.date() + timedelta(days=1))
    _attest(life, DUE, f"{MANUAL}, chapter 2: Keys and cabinets", at=first, since=first.date() - timedelta(days=700), review_on=review_on)


def attest_policies(life: Life) -> None:
    """Go through the checklist on the last day."""
    today = life.today
    for area, (title, days) in COVERED.items():
        _attest(life, area, title, at=life.until, since=today - timedelta(days=400), review_on=today + timedelta(days=days))
    by: dict[str, Any] = {"program": life.clinic.program, "by": life.clinic.of_role(Role.PRIVACY_OFFICER, 0)[0], "at": life.until}
    say_policy_is_missing(
        area="electronic_destroying",
        words="Old laptops wait in the locked store room. The director writes the rule; until then nothing leaves the room.",
        review_on=today + timedelta(days=14),
        **by,
    )
    say_policy_does_not_apply(
        area="paper_deidentifying",
        words="No paper with names taken out is made here; figures for outside come from the measures.",
        review_on=today + timedelta(days=365),
        **by,
    )


def _attest(life: Life, area: str, title: str, *, at: datetime, since: date, review_on: date) -> None:
    """Let the privacy officer attest one policy."""
    attest_policy(
        program=life.clinic.program,
        area=area,
        title=title,
        kept_at=BINDER,
        in_force_since=since,
        review_on=review_on,
        has_read=True,
        by=life.clinic.of_role(Role.PRIVACY_OFFICER, 0)[0],
        at=at,
    )
