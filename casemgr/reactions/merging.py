"""React to merged records: what somebody was just writing to the one that is gone comes after."""

from datetime import datetime

from casemgr.core.accounts.models import User
from patients.merging.actions import gather_late_rows
from patients.merging.events import RecordsMerged
from patients.merging.models import Merge


def gather_what_came_late(event: RecordsMerged, at: datetime) -> str:
    """Move what was written to a merged record while it was being merged."""
    merge = Merge.objects.select_related("survivor", "merged").get(pk=event.merge_id)
    if not merge.stands:
        return "silent: it was undone"
    return f"{gather_late_rows(merge=merge, by=User.objects.system(), at=at)} rows came late"
