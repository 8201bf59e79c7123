"""Look at a session through a checklist."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Refused
from treatment_plans.sessions.fidelity import rules
from treatment_plans.sessions.fidelity.models import FidelityRating
from treatment_plans.sessions.models import Session


@action(Can.WRITE_SESSION)
def rate_fidelity(
    *, session: Session, checklist: str, scores: Mapping[str, int], remark: str = "", by: User, at: datetime
) -> FidelityRating:
    """Write down how closely a session followed a way of working: by whoever held it, or by a colleague who watched.

    It serves learning and supervision. An item that was not scored counts for nothing.
    """
    items = rules.items_of(checklist)
    if not items:
        raise Refused(_("There is no checklist for this way of working."), field="checklist")
    if not scores or set(scores) - set(items) or not all(map(rules.is_score, scores.values())):
        raise Refused(_("Score at least one item, each from 0 to 5."), code="scores")
    return FidelityRating.objects.create(
        session=session,
        checklist=checklist,
        scores=dict(scores),
        mean=rules.mean_of(scores),
        is_own=session.clinician_id == by.pk,
        remark=remark.strip(),
        recorded_by=by,
        recorded_at=at,
    )
