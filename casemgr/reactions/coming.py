"""Do what follows when somebody asks for help, is admitted, or comes from another program."""

from datetime import datetime

from casemgr.core.accounts.models import User
from patients.caseload.actions import take_care_team_along
from patients.episodes.actions import note_days_waited
from patients.episodes.events import PatientAdmitted, PatientTransferred
from patients.episodes.models import Episode
from patients.episodes.rules import days_waited
from patients.inquiries.actions import close_inquiries_of_admitted
from patients.inquiries.queries import open_requests_of
from patients.notices.actions import owe_notice, owe_notice_no_longer


def owe_notice_to_admitted(event: PatientAdmitted, at: datetime) -> str:
    """Start the clock for the notice of privacy rights of a person who was admitted."""
    episode = Episode.objects.select_related("program").get(pk=event.episode_id)
    return "owed" if owe_notice(episode=episode, by=User.objects.system(), at=at) else "silent: given already, or gone"


def close_inquiries(event: PatientAdmitted, at: datetime) -> str:
    """Close what a person who was admitted had asked for, and note since when they waited."""
    stay = Episode.objects.select_related("site").get(pk=event.episode_id)
    asked = list(open_requests_of(stay.patient_id, stay.program_id))
    if not asked:
        return "silent: nothing was asked before"
    by = User.objects.system()
    asked_on = asked[0].received_at.astimezone(stay.site.zone).date()
    note_days_waited(episode=stay, days=days_waited(asked_on, stay.admitted_on), by=by, at=at)
    return f"{close_inquiries_of_admitted(inquiries=asked, by=by, at=at)} inquiries closed"


def take_team_along(event: PatientTransferred, at: datetime) -> str:
    """Take along to another program who works there too, end the rest of the care team, and look to the notice of privacy rights there."""
    stay = Episode.objects.select_related("program", "transferred_from__program", "patient").get(pk=event.episode_id)
    former = stay.transferred_from
    if former is None or former.program_id == stay.program_id:
        return "silent: the same program"
    by = User.objects.system()
    went_along = take_care_team_along(episode=stay, by=by, at=at)
    owe_notice_no_longer(episode=former, by=by, at=at)
    owe_notice(episode=stay, by=by, at=at)
    return f"{went_along} of the care team went along"
