"""Give a clock its one extension, and let clocks warn whose day comes near."""

from datetime import datetime

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.deadlines.models import Clock
from casemgr.core.deadlines.queries import clocks_to_make_loud
from casemgr.core.deadlines.recording import extend_clock, make_loud


@action(Can.OVERSEE_PRIVACY)
def extend_deadline(*, clock: Clock, reason: str, by: User, at: datetime) -> Clock:
    """Give a clock the one extension that its rule knows; whoever waits is told why and until when."""
    return extend_clock(clock=clock, reason=reason, at=at)


@action(Can.RUN_SCHEDULE)
def look_at_clocks(*, program: Program, by: User, at: datetime) -> int:
    """Let every clock of a program warn that should by now, whatever became of its reminder; harmless when run twice."""
    return make_loud(clocks_to_make_loud(program, at), at=at)
