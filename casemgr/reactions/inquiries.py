"""React to danger told in an inquiry of somebody without a chart: somebody by name is called, and the next when nobody sees to it."""

from collections.abc import Iterator
from datetime import datetime

from casemgr.core.accounts.models import Membership, User
from casemgr.core.accounts.rules import Can, Role
from casemgr.reactions.safety import CALLED_IN_ORDER
from patients.inquiries.calling.actions import call_about_inquiry
from patients.inquiries.events import InquiryToldOfDanger
from patients.inquiries.models import Inquiry, InquiryCall
from patients.inquiries.queries import inquiries_seen_by, last_try_of, was_seen_to, was_told_again
from patients.safety.models import CalledAs
from patients.safety.rules import CALL_AGAIN_EVERY, Level, disposition_due_at

ORDER = (*CALLED_IN_ORDER, Role.FRONT_DESK)
"""Who is called, at the site or for the whole program: clinicians as for any other concern, and last who answers the phone."""


def name_somebody(event: InquiryToldOfDanger, at: datetime) -> str:
    """Call somebody by name; after the first pause the next and the directors, and so on until somebody reached the person.

    Who tried and had no answer is left to try again for a pause; then the next is called.
    A task needs a chart, so there is none: who is called finds it on top of Today. Whoever has the inquiry in hand is called first, and has
    as long for it as for a grave concern.
    """
    inquiry = Inquiry.objects.select_related("program", "in_hand").get(pk=event.inquiry_id)
    since = datetime.fromisoformat(event.since)
    if not inquiry.is_open or inquiry.patient_id is not None:
        return "silent: it was closed, or it is known who it is"
    if was_told_again(inquiry, telling=event.telling, since=since) or was_seen_to(inquiry, since=since):
        return "silent: it was told again, or somebody saw to it"
    tried_at = last_try_of(inquiry, since=since) if event.turn else None
    was_tried = tried_at is not None and at < tried_at + CALL_AGAIN_EVERY
    is_late = at >= disposition_due_at(level=Level.HIGH, since=since)
    is_due = not was_tried and (is_late or event.turn == 0 or not _is_in_hand(inquiry))
    people = _people(inquiry, since, event.turn) if is_due else []
    call_about_inquiry(
        inquiry=inquiry,
        people=people,
        telling=event.telling,
        turn=event.turn,
        since=since,
        tried_at=tried_at if was_tried else None,
        by=User.objects.system(),
        at=at,
    )
    return f"{len(people)} called, turn {event.turn}"


def _is_in_hand(inquiry: Inquiry) -> bool:
    """Say whether somebody has the inquiry in hand who can still be called: whoever left has no hour for it."""
    return inquiry.in_hand is not None and inquiry.in_hand in _whom_to_call(inquiry)


def _people(inquiry: Inquiry, since: datetime, turn: int) -> list[tuple[User, str]]:
    """Return who is called at this turn."""
    last = dict(InquiryCall.objects.filter(inquiry=inquiry, since=since).order_by("pk").values_list("user", "pk"))
    following = min(_whom_to_call(inquiry), key=lambda user: last.get(user.pk, 0), default=None)
    named: list[tuple[User, str]] = [(following, CalledAs.SITE)] if following else []
    return [*named, *_supervisors(inquiry)] if turn or not named else named


def _whom_to_call(inquiry: Inquiry) -> Iterator[User]:
    """Return who may be called, in order, each once: who has it in hand, then those who take calls there."""
    here = Membership.objects.current().filter(program=inquiry.program_id, role__in=ORDER).select_related("user")
    there = [m for m in here if m.site_id in (inquiry.site_id, None)]
    ranked = sorted(there, key=lambda one: (ORDER.index(Role(one.role)), one.starts_on, one.pk))
    people = [*([inquiry.in_hand] if inquiry.in_hand else []), *(membership.user for membership in ranked)]
    for user in dict.fromkeys(people):
        if user.may(Can.TAKE_INQUIRY, program_id=inquiry.program_id) and inquiries_seen_by(user).filter(pk=inquiry.pk).exists():
            yield user


def _supervisors(inquiry: Inquiry) -> list[tuple[User, str]]:
    """Return the directors of the program."""
    directors = Membership.objects.current().filter(program=inquiry.program_id, role=Role.DIRECTOR).select_related("user")
    people = dict.fromkeys(membership.user for membership in directors.order_by("starts_on", "pk"))
    return [(user, CalledAs.SUPERVISOR) for user in people if user.is_active]
