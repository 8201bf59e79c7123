"""React to papers that partners send: look whom they are about, and let somebody compare them with the original."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.reactions.owners import in_charge
from patients.consent.events import ConsentHandedIn, PaperSent
from patients.consent.models import HandedIn, SentPaper, Settlement
from patients.consent.papers.actions import match_paper
from patients.consent.papers.queries import papers_of_several_people
from patients.merging.events import RecordsMerged
from referrals.casework.actions import add_task
from referrals.casework.models import TaskDomain, Urgency

DAYS_TO_COMPARE = timedelta(days=3)
"""How long a paper that a partner handed in may wait; ours to set."""


def look_whom_it_is_about(event: PaperSent, at: datetime) -> str:
    """Find the person of a paper that a partner sent."""
    paper = SentPaper.objects.defer("content").get(pk=event.paper_id)
    return f"waits in {len(match_paper(paper=paper, by=User.objects.system(), at=at))} programs"


def look_again_whom_papers_are_about(_event: RecordsMerged, at: datetime) -> str:
    """Find the person of papers that could be about several: two of them may be one now."""
    system = User.objects.system()
    return f"{sum(bool(match_paper(paper=paper, by=system, at=at)) for paper in papers_of_several_people())} papers found their person"


def let_somebody_compare(event: ConsentHandedIn, at: datetime) -> str:
    """Let whoever is in charge compare a paper that a partner handed in with the original."""
    paper = HandedIn.objects.select_related("consent__patient", "consent__discloser", "organization").get(consent=event.consent_id)
    if paper.outcome != Settlement.WAITING:
        return "silent: it was settled since"
    consent = paper.consent
    task = add_task(
        patient=consent.patient,
        program=consent.discloser,
        domain=TaskDomain.FOLLOW_UP,
        title=_("%(name)s handed in a consent: compare it with the signed paper") % {"name": paper.organization.name[:120]},
        detail=_("Nothing is told on it until then. Ask for the original or a scan of it; confirm it or decline it on its page."),
        due_on=at.astimezone(consent.discloser.zone).date() + DAYS_TO_COMPARE,
        owner=in_charge(consent.patient, consent.discloser_id),
        urgency=Urgency.SOON,
        key=f"consent:handed_in:{consent.pk}",
        by=User.objects.system(),
        at=at,
    )
    return f"task {task.pk}"
