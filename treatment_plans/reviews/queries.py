"""Read signatures and reviews, what happened since the last review, and which axis nobody touched."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, DateTimeField, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat, Greatest

from casemgr.core.accounts.models import User, UserKind
from casemgr.core.accounts.rules import Can
from patients.diagnoses.models import Axis, Certainty, CourseOfDiagnosis, Diagnosis
from patients.instruments.data import instruments
from patients.screenings.models import Assessment, AssessmentState
from treatment_plans.medication.models import Dose
from treatment_plans.plan.models import Goal, GoalState, Intervention, Objective, Plan, PlanState, Problem
from treatment_plans.plan.policy.queries import intervals_everywhere
from treatment_plans.plan.policy.rules import Intervals
from treatment_plans.plan.queries import plans_seen_by
from treatment_plans.plan.versions.queries import says_what_was_signed
from treatment_plans.reviews import rules
from treatment_plans.reviews.models import PlanReview, PlanSignature
from treatment_plans.sessions.models import Attendance, AttendanceState
from treatment_plans.sessions.queries import stands

WAS_THERE = (AttendanceState.PRESENT, AttendanceState.LATE)


@dataclass(frozen=True)
class Standing:
    """Hold how the signatures under a plan stand."""

    signatures: list[PlanSignature]
    missing: tuple[str, ...]
    is_as_signed: bool | None

    @property
    def person_is_asked(self) -> bool:
        """Say whether the person's answer is still to come."""
        return rules.PERSON in self.missing

    @property
    def clinician_is_asked(self) -> bool:
        """Say whether the clinician's signature is still to come."""
        return rules.CLINICIAN in self.missing


def standing_of(plan: Plan) -> Standing:
    """Return the signatures under a plan, who is missing, and whether the words are still those that were signed."""
    signatures = list(PlanSignature.objects.filter(plan=plan).select_related("recorded_by"))
    missing = rules.still_to_sign([(one.party, one.outcome) for one in signatures])
    signed = [one.digest for one in signatures if one.outcome == rules.SIGNED]
    return Standing(signatures, missing, says_what_was_signed(plan, signed) if signed else None)


def signatures_seen_by(user: User) -> QuerySet[PlanSignature]:
    """Return the signatures under plans that this user may see."""
    return PlanSignature.objects.filter(plan__in=plans_seen_by(user)).select_related("plan__patient", "recorded_by")


def reviews_of(plan: Plan) -> QuerySet[PlanReview]:
    """Return the reviews of a plan and of its earlier versions, the newest first."""
    same = PlanReview.objects.filter(plan__patient=plan.patient_id, plan__program=plan.program_id)
    return same.select_related("plan", "recorded_by")


def last_review_day(plan: Plan) -> date:
    """Return since when nobody looked at a plan as a whole: its last review, or its start."""
    last = PlanReview.objects.filter(plan__patient=plan.patient_id, plan__program=plan.program_id).aggregate(last=Max("reviewed_on"))[
        "last"
    ]
    return max(plan.starts_on, last) if last else plan.starts_on


def figures_of(plan: Plan, since: date, at: datetime) -> dict[str, Any]:
    """Return what the record knows of the time since a day: sessions, doses, and the first and last score of each questionnaire."""
    start = datetime.combine(since, time.min, tzinfo=plan.program.zone)
    sessions = Attendance.objects.filter(
        stands(), patient=plan.patient_id, session__site__program=plan.program_id, session__starts_at__gte=start, session__starts_at__lte=at
    )
    states = list(sessions.values_list("state", flat=True))
    doses = Dose.objects.filter(patient=plan.patient_id, order__program=plan.program_id, given_at__gte=start, given_at__lte=at).count()
    scores: dict[str, dict[str, Any]] = {}
    taken = Assessment.objects.filter(
        patient=plan.patient_id, program=plan.program_id, state=AssessmentState.COMPLETE, total__isnull=False, completed_at__gte=start
    )
    for instrument, total in taken.order_by("completed_at").values_list("instrument", "total"):
        said = f"{float(total or 0):g}"
        scores.setdefault(instrument, {"instrument": instrument, "first": said})["last"] = said
    for one in scores.values():
        one["name"] = instruments()[one["instrument"]].short_name if one["instrument"] in instruments() else one["instrument"]
    return {
        "since": since.isoformat(),
        "sessions": sum(state in WAS_THERE for state in states),
        "missed": sum(state not in WAS_THERE for state in states),
        "doses": doses,
        "scores": list(scores.values()),
    }


def plans_in_force_of(user: User) -> QuerySet[Plan]:
    """Return the plans in force that this person writes and reviews."""
    return plans_seen_by(user, can=Can.WRITE_PLAN).filter(state=PlanState.ACTIVE)


def plans_to_review(user: User, today: date) -> QuerySet[Plan]:
    """Return the plans whose review is due, or will be within the program's days of warning, the longest overdue first."""
    due = _by_program(lambda days: Q(review_on__lte=today + timedelta(days=days.warn_days)))
    return plans_in_force_of(user).filter(due).order_by("review_on", "pk")


def plans_that_wait(user: User) -> QuerySet[Plan]:
    """Return drafts that a partner proposes and plans in force that lack a signature, each with the answers given so far."""
    answers = PlanSignature.objects.filter(plan=OuterRef("pk"))
    settled = answers.filter(outcome__in=[rules.SIGNED, rules.DECLINED])
    unsigned = ~Exists(settled.filter(party=rules.CLINICIAN)) | ~Exists(settled.exclude(party=rules.CLINICIAN))
    proposed = Q(state=PlanState.DRAFT, recorded_by__kind=UserKind.CLIENT)
    said = ArraySubquery(answers.values(said=Concat("party", Value(":"), "outcome", output_field=CharField())))
    rows = plans_seen_by(user, can=Can.WRITE_PLAN).filter(proposed | (Q(state=PlanState.ACTIVE) & unsigned))
    return rows.annotate(said=said).select_related("recorded_by__organization").order_by("-state", "starts_on", "pk")


def missing_after(said: Iterable[str]) -> tuple[str, ...]:
    """Return who still has to sign, from answers such as “person:later”."""
    return rules.still_to_sign([(party, outcome) for party, _colon, outcome in (one.partition(":") for one in said)])


def untouched_plans(user: User, axis: str, at: datetime, own: dict[int, Intervals] | None = None) -> QuerySet[Any]:
    """Return the plans in force whose axis nothing touched for too long, each with `touched_at`, the longest first.

    Before them stand, from the same day, those that do not cover the axis (`is_covered`) without a signature under it. What no session,
    dose or score touched counts from the start of the plan; an axis that a plan leaves out for a signed reason is not asked about.
    `own` are the intervals of the programs, when they are known already.
    """
    diagnosed = Diagnosis.objects.filter(patient=OuterRef("patient"), axis=axis, course=CourseOfDiagnosis.ACTIVE)
    covered = Problem.objects.filter(plan=OuterRef("pk"), axis=axis)
    rows = plans_in_force_of(user).filter(Exists(diagnosed.exclude(certainty=Certainty.REFUTED)))
    rows = rows.filter(Q(one_axis_reason="") | Exists(covered))
    touches = {"in_session": _last_session(axis), "in_score": _last_score(axis)}
    if axis == rules.SUBSTANCE_USE:
        touches["in_dose"] = _last_dose()
    rows = rows.annotate(**touches, began_at=Cast("starts_on", DateTimeField()))
    since = Greatest(*touches, "began_at")
    late = _by_program(lambda days: Q(since__lt=at - timedelta(days=days.untouched_days)), own)
    rows = rows.annotate(since=since, touched_at=Greatest(*touches), is_covered=_is_covered(axis))
    left_out = Q(is_covered=False, one_axis_signed_at__isnull=True)
    return rows.filter(late | left_out).order_by("is_covered", "since", "pk")


def axes_to_ask_about() -> tuple[Axis, ...]:
    """Return the two axes that one plan holds together."""
    return (Axis.SUBSTANCE_USE, Axis.MENTAL_HEALTH)


def _is_covered(axis: str) -> Exists:
    """Return whether a plan pursues a goal on this axis, with an objective and with something that is done."""
    pieces = {"goal": OuterRef("pk"), "stopped_on__isnull": True}
    goals = Goal.objects.filter(problem__plan=OuterRef("pk"), problem__axis=axis, problem__stopped_on__isnull=True, state=GoalState.ACTIVE)
    return Exists(goals.filter(Exists(Objective.objects.filter(**pieces)), Exists(Intervention.objects.filter(**pieces))))


def _last_session(axis: str) -> Subquery:
    """Return when somebody last came to a session that served a goal on this axis."""
    came = Attendance.objects.filter(stands(), state__in=WAS_THERE, goal_links__goal__problem__axis=axis)
    rows = came.filter(patient=OuterRef("patient"), session__site__program=OuterRef("program"))
    return Subquery(rows.order_by("-session__starts_at").values("session__starts_at")[:1])


def _last_score(axis: str) -> Subquery:
    """Return when somebody last answered a questionnaire that looks at this axis."""
    rows = Assessment.objects.filter(
        patient=OuterRef("patient"), program=OuterRef("program"), state=AssessmentState.COMPLETE, instrument__in=_instruments_on(axis)
    )
    return Subquery(rows.order_by("-completed_at").values("completed_at")[:1])


def _last_dose() -> Subquery:
    """Return when somebody was last given a dose."""
    rows = Dose.objects.filter(patient=OuterRef("patient"), order__program=OuterRef("program"))
    return Subquery(rows.order_by("-for_day").values("given_at")[:1])


@cache
def _instruments_on(axis: str) -> tuple[str, ...]:
    """Return the questionnaires that look at an axis."""
    return tuple(sorted(one.id for one in instruments().values() if one.domain in rules.DOMAINS[axis]))


def _by_program(condition: Callable[[Intervals], Q], own: dict[int, Intervals] | None = None) -> Q:
    """Return a condition that goes by each program's own intervals, and by ours where a program decided nothing."""
    own = intervals_everywhere() if own is None else own
    found = condition(Intervals()) & ~Q(program__in=list(own))
    for program, intervals in own.items():
        found |= condition(intervals) & Q(program=program)
    return found
