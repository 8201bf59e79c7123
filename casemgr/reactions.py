"""Say who acts on which fact. The outbox finds this table through `ROOT_REACTIONS`, as Django finds its URLs."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from casemgr.core.accounts.models import User
from casemgr.core.messaging.models import Message
from casemgr.core.outbox.draining import Reaction, each
from casemgr.core.outbox.events import Event
from patients.caseload.actions import end_care_team
from patients.episodes.events import PatientAdmitted, PatientDischarged
from patients.episodes.models import Episode


def _end_care_team(event: PatientDischarged, at: datetime) -> str:
    """End the care team of a person who was discharged."""
    episode = Episode.objects.select_related("patient").get(pk=event.episode_id)
    return f"{end_care_team(episode=episode, by=User.objects.system(), at=at)} left the care team"


REACTIONS: dict[type[Event], Sequence[Reaction]] = {
    PatientAdmitted: [],
    PatientDischarged: [each(_end_care_team)],
}


def reasons_not_to_send(messages: Sequence[Message], at: datetime) -> Mapping[int, str]:
    """Look at the world once more, at the moment of sending; return the reason for each message that must stay."""
    return {}
