"""Read who asked for help and who waits, as far as somebody may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Coalesce, RowNumber, TruncMinute

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import hidden_from, is_seen_by
from patients.episodes.models import Episode
from patients.inquiries.models import (
    REACHED_THE_PERSON,
    Inquiry,
    InquiryCall,
    InquiryState,
    InquiryStep,
    Pace,
    StepKind,
    Triage,
    WaitlistPlace,
)
from patients.inquiries.rules import LONG_WAIT_DAYS, Danger, dangers, days_waiting, pace_of, waiting_priority
from patients.record.models import Patient
from patients.record.queries import Candidate, duplicate_candidates
from patients.safety.models import CalledAs

TO_CALL_BACK = Q(state__in=[InquiryState.OPEN, InquiryState.TO_ADMIT]) | Q(state=InquiryState.WAITING, pace=Pace.NOW, patient__isnull=True)
"""About whom somebody has to act: also who waits and is in danger, while nobody knows who they are and no concern could be raised."""

QUESTIONS = ("overdose_now", "overdosed", "suicidal", "suicide_plan", "uses_alone", "has_naloxone", "pregnant", "injects")
"""What is asked at once."""


def inquiries_seen_by(user: User) -> QuerySet[Inquiry]:
    """Return the inquiries at the sites where this user takes calls (42 CFR 2.12(c)(3)).

    Who is in no care yet is on nobody's caseload: all who take calls at the site see them. Once the person is in care, only those see
    the inquiry who see the person; a restricted chart keeps its inquiry too.
    """
    here = Q(pk__in=())
    for membership in user.reach(Can.TAKE_INQUIRY):
        here |= Q(site=membership.site_id) if membership.site_id else Q(program=membership.program_id)
    in_care = Episode.objects.filter(patient=OuterRef("patient"), discharged_on__isnull=True)
    seen = Q(patient__isnull=True) | ~Exists(in_care) | is_seen_by(user, can=Can.TAKE_INQUIRY)
    rows = Inquiry.objects.filter(here, seen).exclude(hidden_from(user, can=Can.TAKE_INQUIRY))
    return rows.select_related("site", "patient", "in_hand")


def to_call_back(user: User) -> QuerySet[Inquiry]:
    """Return the inquiries about which somebody has to act, the most pressing first."""
    return inquiries_seen_by(user).filter(TO_CALL_BACK).order_by("pace", "call_by", "id")


def was_told_again(inquiry: Inquiry, *, telling: int, since: datetime) -> bool:
    """Say whether danger was told again after this telling: by a later triage, or by a pace about which somebody was called since."""
    told = Triage.objects.filter(_names_danger(), inquiry=inquiry, pk__gt=telling)
    return told.exists() or InquiryCall.objects.filter(inquiry=inquiry, since__gt=since).exists()


def _minute_of(since: datetime) -> datetime:
    """Return the minute of a telling: what happened is written down to the minute."""
    return since.replace(second=0, microsecond=0)


def was_seen_to(inquiry: Inquiry, *, since: datetime) -> bool:
    """Say whether the person of an inquiry was reached since then; a try, or what had happened before, is not seeing to somebody.

    A moment is written down to the minute, so the minute of the telling counts.
    """
    begun = _minute_of(since)
    return InquiryStep.objects.filter(inquiry=inquiry, kind__in=REACHED_THE_PERSON, recorded_at__gte=since, happened_at__gte=begun).exists()


def danger_stands(inquiry: Inquiry) -> bool:
    """Say whether danger was told of somebody without a chart, and nobody reached them since."""
    if inquiry.patient_id is not None or inquiry.pace != Pace.NOW:
        return False
    told = Triage.objects.filter(_names_danger(), inquiry=inquiry).aggregate(last=Max("asked_at"))["last"]
    return not was_seen_to(inquiry, since=told or inquiry.received_at)


def _names_danger() -> Q:
    """Match triages in which any danger was named."""
    named = Q()
    for danger in Danger:
        named |= Q(**{danger.value: "yes"})
    return named


def last_try_of(inquiry: Inquiry, *, since: datetime) -> datetime | None:
    """Return when somebody last tried to reach the person of an inquiry since then."""
    begun = _minute_of(since)
    tries = InquiryStep.objects.filter(inquiry=inquiry, happened_at__gte=begun).exclude(kind__in=REACHED_THE_PERSON)
    last: datetime | None = tries.aggregate(last=Max("happened_at"))["last"]
    return last


def in_danger_calling(user: User) -> QuerySet[Inquiry]:
    """Return the inquiries of people without a chart about which this user was called, and nobody reached them since."""
    return inquiries_seen_by(user).filter(_calls(user), patient__isnull=True).exclude(state=InquiryState.CLOSED).order_by("call_by", "id")


def in_danger_waiting(user: User) -> QuerySet[Inquiry]:
    """Return those about which this user was called as a supervisor: of them only the site is told, for a director takes no calls."""
    programs = {membership.program_id for membership in user.current_memberships}
    rows = Inquiry.objects.filter(_calls(user, called_as=CalledAs.SUPERVISOR), patient__isnull=True, program__in=programs)
    return rows.exclude(state=InquiryState.CLOSED).select_related("site", "in_hand").order_by("call_by", "id")


def _calls(user: User, **facts: str) -> Exists:
    """Say whether this user was called about an inquiry, and the person was not reached since it was told."""
    steps = InquiryStep.objects.filter(inquiry=OuterRef("inquiry"), kind__in=REACHED_THE_PERSON)
    done = steps.filter(recorded_at__gte=OuterRef("told"), happened_at__gte=OuterRef("begun"))
    told = InquiryCall.objects.annotate(told=Coalesce("since", "recorded_at")).annotate(begun=TruncMinute("told"))
    return Exists(told.filter(~Exists(done), inquiry=OuterRef("pk"), user=user, **facts))


def help_owed(user: User) -> QuerySet[WaitlistPlace]:
    """Return the places on the waitlist for which help while waiting is owed until they are left, whose time is over first."""
    seen = inquiries_seen_by(user).exclude(state=InquiryState.CLOSED).select_related(None)
    places = WaitlistPlace.objects.filter(inquiry__in=seen, left_on__isnull=True, interim_by__isnull=False)
    return places.select_related("inquiry__patient").order_by("interim_by", "pk")


def inquiries_for(patient: Patient) -> QuerySet[Inquiry]:
    """Return what was asked by or for a person before they came, the latest first."""
    return Inquiry.objects.filter(patient=patient).select_related("site", "recorded_by").order_by("-received_at", "-id")


def locked_inquiry(inquiry: Inquiry) -> Inquiry:
    """Return an inquiry as it is now, held until the transaction ends."""
    return Inquiry.objects.select_for_update(of=("self",), no_key=True).select_related("site", "program", "patient").get(pk=inquiry.pk)


def answers_of(triage: Triage) -> dict[str, str]:
    """Return what was answered at once, by question."""
    return {name: getattr(triage, name) for name in QUESTIONS}


def pace_asked_for(row: Inquiry) -> int:
    """Return how soon somebody speaks with the person: never later than what any answer ever given asks for."""
    pace = row.pace
    for triage in row.triages.all():
        priority = waiting_priority(pregnant=triage.pregnant, injects=triage.injects)
        pace = pace_of(dangers(answers_of(triage)), priority, pace)
    return pace


def priority_told(row: Inquiry) -> int:
    """Return the priority that all answers give together: an earlier yes is not undone by a later unknown, whichever asking had it."""
    told = list(row.triages.values_list("pregnant", "injects"))
    pregnant, injects = ("yes" if any(answers[place] == "yes" for answers in told) else "no" for place in (0, 1))
    return waiting_priority(pregnant=pregnant, injects=injects)


def open_place_of(inquiry: Inquiry) -> WaitlistPlace | None:
    """Return the place on the waitlist that was not left, with its site."""
    return WaitlistPlace.objects.filter(inquiry=inquiry, left_on__isnull=True).select_related("site").first()


def waitlist_of(program: Program) -> QuerySet[WaitlistPlace]:
    """Return who waits for a place in a program, in order, each with their `position`; the window counts also those one may not see."""
    position = Window(RowNumber(), order_by=[F("priority").asc(), F("joined_on").asc(), F("pk").asc()])
    return WaitlistPlace.objects.filter(program=program, left_on__isnull=True).annotate(position=position)


@dataclass(frozen=True)
class Waits:
    """Hold what a place on the waitlist comes to today."""

    days: int
    is_long: bool
    interim_late: bool
    admit_late: bool
    has_naloxone: bool
    last: InquiryStep | None


def waiting_facts(place: WaitlistPlace, steps: Sequence[InquiryStep], now: datetime) -> Waits:
    """Return how long somebody waits, what is late, and what was done last; `steps` are those of the inquiry, the latest first."""
    today = now.astimezone(place.site.zone).date()
    days = days_waiting(place.joined_on, today)
    return Waits(
        days=days,
        is_long=days >= LONG_WAIT_DAYS,
        interim_late=place.interim_by is not None and place.interim_by < now,
        admit_late=place.admit_by is not None and place.admit_by < today,
        has_naloxone=any(step.kind == StepKind.NALOXONE for step in steps),
        last=next(iter(steps), None),
    )


def waitlist_seen_by(user: User, program: Program, now: datetime) -> list[WaitlistPlace]:
    """Return who waits in this program and may be seen, each with its position and what it comes to today (`facts`)."""
    seen = set(inquiries_seen_by(user).exclude(state=InquiryState.CLOSED).values_list("pk", flat=True))
    rows = waitlist_of(program).select_related("inquiry__patient", "site").prefetch_related("inquiry__steps")
    found = [place for place in rows.order_by("priority", "joined_on", "pk") if place.inquiry_id in seen]
    for place in found:
        place.facts = waiting_facts(place, list(place.inquiry.steps.all()), now)  # type: ignore[attr-defined]
    return found


def open_requests_of(patient_id: int, program_id: int) -> QuerySet[Inquiry]:
    """Return what a person asked for in a program that is not closed, the earliest first: from that day on they waited."""
    rows = Inquiry.objects.filter(patient=patient_id, program=program_id).exclude(state=InquiryState.CLOSED)
    return rows.select_related("site").order_by("received_at", "id")


def people_like(inquiry: Inquiry) -> list[Candidate]:
    """Return who in the program may be the person of an inquiry, with reasons; nobody when no name was given."""
    if not inquiry.name:
        return []
    return duplicate_candidates(
        program=inquiry.program, given_name=inquiry.given_name, family_name=inquiry.family_name, birth_date=inquiry.birth_date
    )
