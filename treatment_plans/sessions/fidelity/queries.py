"""Read how closely sessions followed the ways of working."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Avg, Count, F, Max, QuerySet
from django.utils.translation import get_language

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from treatment_plans.sessions.fidelity import rules
from treatment_plans.sessions.fidelity.models import FidelityRating
from treatment_plans.sessions.models import Session

SOURCE = rules.SOURCE


def ratings_of(session: Session) -> QuerySet[FidelityRating]:
    """Return the ratings of a session, the latest first."""
    return FidelityRating.objects.filter(session=session).select_related("recorded_by").order_by("-recorded_at", "-pk")


def checklists_for(session: Session) -> list[str]:
    """Return the checklists that fit a session: those of its ways of working and of its kind."""
    return [code for code in rules.checklists() if code in (*session.techniques, session.kind)]


def items_of(checklist: str) -> dict[str, str]:
    """Return the items of a checklist in the reader's language."""
    return rules.items_of(checklist, get_language() or "en")


def all_checklists() -> Iterable[str]:
    """Return the code of every checklist."""
    return rules.checklists()


def overview(user: User) -> QuerySet[Any]:
    """Return the means by person and checklist: of the programs whose figures this user sees, else of one's own sessions."""
    figures = {membership.program_id for membership in user.reach(Can.SEE_MEASURES)}
    rows = (
        FidelityRating.objects.filter(session__site__program__in=figures)
        if figures
        else FidelityRating.objects.filter(session__clinician=user)
    )
    grouped = rows.values("checklist", "is_own", who=F("session__clinician__full_name"))
    return grouped.annotate(ratings=Count("pk"), average=Avg("mean"), latest=Max("recorded_at")).order_by("who", "checklist", "is_own")
