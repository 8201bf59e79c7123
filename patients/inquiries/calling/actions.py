"""Write down who is called about somebody in danger whom nobody knows yet; the only writer of calls about inquiries."""

from collections.abc import Sequence
from datetime import datetime

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.outbox.recording import record_fact
from patients.inquiries.events import InquiryToldOfDanger
from patients.inquiries.models import Inquiry, InquiryCall
from patients.inquiries.queries import locked_inquiry
from patients.safety.rules import CALL_AGAIN_EVERY, look_again_at


@action(Can.RUN_SCHEDULE)
def call_about_inquiry(
    *,
    inquiry: Inquiry,
    people: Sequence[tuple[User, str]],
    telling: int,
    turn: int,
    since: datetime,
    by: User,
    at: datetime,
    tried_at: datetime | None = None,
) -> list[InquiryCall]:
    """Write down who is called about somebody in danger whom nobody knows yet, and have the world looked at again afterwards.

    A try to reach the person moves the next call: it comes a pause after the try.
    """
    row = locked_inquiry(inquiry)
    if not row.is_open or row.patient_id is not None:
        return []
    calls = [
        InquiryCall(inquiry=row, user=user, called_as=role, telling=telling, turn=turn, since=since, recorded_at=at, recorded_by=by)
        for user, role in people
    ]
    InquiryCall.objects.bulk_create(calls, ignore_conflicts=True)
    again = InquiryToldOfDanger(inquiry_id=row.pk, telling=telling, turn=turn + 1, since=since.isoformat())
    due_at = tried_at + CALL_AGAIN_EVERY if tried_at and not people else look_again_at(since=since, turn=turn + 1, at=at)
    record_fact(again, at=at, due_at=due_at, key=f"inquiry:danger:{row.pk}:{telling}:{turn + 1}:{again.since}")
    return calls
