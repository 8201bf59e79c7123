"""React to signatures."""

from datetime import datetime

from casemgr.core.accounts.models import User
from treatment_plans.sessions.events import NotesSigned
from treatment_plans.sessions.models import Session
from treatment_plans.signing.actions import ask_cosignatures


def ask_for_cosignatures(event: NotesSigned, at: datetime) -> str:
    """Ask for a second signature where one is needed: the storey below knows no supervisors."""
    session = Session.objects.select_related("site__program", "clinician").get(pk=event.session_id)
    asked = ask_cosignatures(session=session, by=User.objects.system(), at=at)
    return f"{len(asked)} co-signatures asked for" if asked else "silent: none is needed"
