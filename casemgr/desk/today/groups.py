"""Find meetings of the groups that I lead which are over and not written down."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from casemgr.desk.today.scope import Scope
from casemgr.desk.today.sections import MOST_ROWS, Row, way
from treatment_plans.groups.queries import meetings_to_write


def rows_to_write(scope: Scope) -> Iterator[Row]:
    """Yield one line for each such meeting, the oldest first."""
    for meeting in meetings_to_write(scope.user, scope.now)[: MOST_ROWS + 1]:
        yield Row(
            meeting.series.title,
            None,
            _("not written down yet"),
            since=meeting.starts_at,
            step=_("Write it down"),
            url=way("treatment_plans:write_meeting", meeting.pk),
        )
