"""Read who was in care, where and when."""

from collections.abc import Callable, Collection
from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string

from casemgr.core.accounts.models import Program
from patients.episodes.models import AdmissionFacts, DischargeReason, Episode, LeavingPlan
from patients.episodes.rules import Standing
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


def last_discharge_of(patient: Patient, programs: Collection[int]) -> Episode | None:
    """Return the last stay in these programs that ended, with the plan for leaving: what somebody reads who admits the person again."""
    ended = (
        episodes_for(patient)
        .filter(program__in=programs, discharged_on__isnull=False)
        .exclude(discharge_reason=DischargeReason.TRANSFERRED)
    )
    return ended.select_related("leaving_plan", "program", "site").order_by("-discharged_on", "-id").first()


def facts_of_stay(episode: Episode) -> AdmissionFacts | None:
    """Return what was asked at an admission, if anything was."""
    return AdmissionFacts.objects.filter(episode=episode).first()


def plan_of_stay(episode_id: int) -> LeavingPlan | None:
    """Return what was answered before this stay ended."""
    return LeavingPlan.objects.filter(episode=episode_id).select_related("caller", "episode__patient", "episode__program").first()


def incomplete_admissions(stays: QuerySet[Episode]) -> QuerySet[Episode]:
    """Return those of these open stays at whose admission something was not asked yet, the latest first."""
    complete = AdmissionFacts.objects.filter(episode=OuterRef("pk"), missing=[])
    return stays.filter(~Exists(complete), discharged_on__isnull=True).order_by("-admitted_on", "-pk")


def locked_episode(episode: Episode) -> Episode:
    """Return an episode and its patient as they are now, both held until the transaction ends."""
    held = Episode.objects.select_for_update(of=("self", "patient"), no_key=True)
    return held.select_related("patient", "site", "program").get(pk=episode.pk)


def standing_of(episode: Episode, *, on: date, at: datetime) -> Standing:
    """Return what the record says of a person on the day they leave; what stands above this floor is asked for through `ROOT_STANDING`."""
    ask: Callable[..., Standing] = import_string(settings.ROOT_STANDING)
    return ask(episode, on=on, at=at)
