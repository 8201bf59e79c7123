"""Read who was in care, where and when."""

from django.db.models import Q, QuerySet

from casemgr.core.accounts.models import Program
from patients.episodes.models import Episode
from patients.record.models import Patient


def episodes_for(patient: Patient) -> QuerySet[Episode]:
    """Return a person's stays in care, the newest first, with program and site."""
    return Episode.objects.filter(patient=patient).select_related("program", "site")


def open_episodes_for(patient: Patient) -> QuerySet[Episode]:
    """Return the stays in care that have not ended."""
    return episodes_for(patient).filter(discharged_on__isnull=True)


def open_episode_of(patient: Patient, program: Program) -> Episode | None:
    """Return the stay in care in this program that has not ended."""
    return open_episodes_for(patient).filter(program=program).first()


def programs_of(patient: Patient) -> QuerySet[Program]:
    """Return the programs that know a person: those that they are or were in, and the one that registered them."""
    stays = Episode.objects.filter(patient=patient).values("program")
    return Program.objects.filter(Q(pk__in=stays) | Q(pk=patient.registered_site.program_id)).order_by("name")


def locked_episode(episode: Episode) -> Episode:
    """Return an episode and its patient as they are now, both held until the transaction ends."""
    held = Episode.objects.select_for_update(of=("self", "patient"), no_key=True)
    return held.select_related("patient", "site", "program").get(pk=episode.pk)
