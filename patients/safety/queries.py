"""Read who may be in danger, who was called, and what was done."""

from django.db.models import Exists, Max, OuterRef, Prefetch, QuerySet

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import hidden_from, is_seen_by, patients_seen_by
from patients.episodes.models import Episode
from patients.record.models import Patient
from patients.record.queries import locked
from patients.safety.models import CalledAs, ConcernState, RiskLevel, SafetyCall, SafetyConcern, SafetyFollowUp, SafetySignal
from patients.safety.rules import CSSRS


def open_concerns_for(patient: Patient) -> QuerySet[SafetyConcern]:
    """Return the concerns about a person for which no disposition is written, the gravest first."""
    return SafetyConcern.objects.filter(patient=patient, state=ConcernState.OPEN).select_related("taken_by")


def concerns_for(patient: Patient) -> QuerySet[SafetyConcern]:
    """Return every concern about a person, the newest first, with what was said and who was called."""
    signals = SafetySignal.objects.select_related("recorded_by").order_by("pk")
    calls = SafetyCall.objects.select_related("user").order_by("pk")
    rows = SafetyConcern.objects.filter(patient=patient).select_related("program", "taken_by", "closed_by")
    return rows.prefetch_related(Prefetch("signals", signals), Prefetch("calls", calls), "follow_ups").order_by("-opened_at", "-pk")


def concerns_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[SafetyConcern]:
    """Return the concerns about people whose chart this user may see, in the programs where that right is held."""
    programs = {membership.program_id for membership in user.reach(can)}
    return SafetyConcern.objects.filter(program__in=programs, patient__in=patients_seen_by(user, can=can))


def open_concerns_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[SafetyConcern]:
    """Return those that are open, the gravest and then the oldest first."""
    rows = concerns_seen_by(user, can=can).filter(state=ConcernState.OPEN)
    return rows.select_related("patient", "taken_by").order_by("-level", "opened_at", "pk")


def calls_upon(user: User, *, as_whom: str) -> QuerySet[SafetyConcern]:
    """Return the open concerns about which this user was called as such, and whose person they may still know of, the oldest first."""
    called = SafetyCall.objects.filter(concern=OuterRef("pk"), user=user, called_as=as_whom)
    rows = SafetyConcern.objects.filter(Exists(called), state=ConcernState.OPEN, patient__in=patients_seen_by(user))
    return rows.select_related("patient", "taken_by").order_by("opened_at", "pk")


def unnamed_concerns(user: User) -> QuerySet[SafetyConcern]:
    """Return the open concerns for which nobody could be named, in the programs where this user assesses safety.

    Somebody must be told of them although nobody may see the person: they are listed without a name. What somebody is tied to, or a
    restricted chart that does not name them, is not among them.
    """
    reach = user.reach(Can.ASSESS_SAFETY)
    called = SafetyCall.objects.filter(concern=OuterRef("pk")).exclude(called_as=CalledAs.SUPERVISOR)
    rows = SafetyConcern.objects.filter(program__in={m.program_id for m in reach}, state=ConcernState.OPEN, taken_by__isnull=True)
    unseen = rows.filter(~Exists(called), ~is_seen_by(user, can=Can.SEE_CHART)).exclude(hidden_from(user, can=Can.ASSESS_SAFETY))
    return unseen.select_related("patient__registered_site").order_by("opened_at")


def program_of(patient: Patient, user: User, can: Can, in_hand: Program) -> Program:
    """Return the program on whose behalf somebody acts for a person: the one in hand, or another where both meet."""
    programs = {membership.program_id: membership.program for membership in user.reach(can)}
    known = list(
        Episode.objects.filter(patient=patient, program__in=programs).order_by("discharged_on", "-admitted_on").values_list("program")
    )
    keys = [key for (key,) in known]
    if in_hand.pk in programs and (in_hand.pk in keys or not keys):
        return in_hand
    return programs[next(iter([*keys, *programs]))]


def locked_concern(concern: SafetyConcern) -> SafetyConcern:
    """Return a concern as it is now, held until the transaction ends; its patient is held first, as whoever notes an answer does."""
    patient = locked(concern.patient)
    row = SafetyConcern.objects.select_for_update(of=("self",), no_key=True).select_related("program").get(pk=concern.pk)
    row.patient = patient
    return row


def level_answered(concern: SafetyConcern) -> int:
    """Return the gravest that was answered to the C-SSRS while a concern was open, also what was taken back later."""
    said = SafetySignal.objects.filter(concern=concern, instrument=CSSRS)
    return said.aggregate(gravest=Max("level"))["gravest"] or RiskLevel.NONE


def follow_ups_for(patient: Patient) -> QuerySet[SafetyFollowUp]:
    """Return whom to call or see after concerns about a person, the next due first."""
    return SafetyFollowUp.objects.filter(patient=patient).select_related("done_by").order_by("due_on", "pk")


def highest_answer(patient: Patient, *, instrument: str, ref: str, item: str) -> int | None:
    """Return the highest answer to this question of this very questionnaire that was ever noted, also when its concern is closed."""
    rows = SafetySignal.objects.filter(ref=ref, item=item, instrument=instrument, concern__patient=patient)
    highest: int | None = rows.aggregate(highest=Max("answer"))["highest"]
    return highest
