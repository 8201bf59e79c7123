"""Read what stands against a piece of a plan as somebody wants to write it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.refusals import Reason, Refused
from patients.diagnoses.models import Axis
from treatment_plans.plan import rules
from treatment_plans.plan.catalog.queries import intervention_type
from treatment_plans.plan.measuring.queries import faults_of_measure
from treatment_plans.plan.measuring.rules import Yardstick
from treatment_plans.plan.models import InterventionKind, Per, Plan, PlanState, Problem
from treatment_plans.plan.queries import INTEGRATED_CARE, axes_diagnosed, gaps_in, parts_in_words

FOREIGN = {
    "diagnosis": gettext_lazy("This diagnosis is another person's. Choose one of this person's own."),
    "barrier": gettext_lazy("This barrier is another person's. Choose one of this person's own."),
    "stressor": gettext_lazy("This stressor is another person's. Choose one of this person's own."),
    "own_goal": gettext_lazy("This goal is another person's. Choose one of this person's own."),
}


def against_problem(plan: Plan, axis: str, title: str, **rests_on: Any) -> list[Reason]:
    """Return what is missing or wrong in a problem, and in what it rests on."""
    reasons = _blank(title, "title", _("Say what the problem is."))
    if axis not in Axis.values:
        reasons.append(Reason(_("Say to which axis the problem belongs."), field="axis"))
    return reasons + _foreign(plan, rests_on)


def against_goal(plan: Plan, words: str, target_on: date | None, own_goal: Any = None) -> list[Reason]:
    """Return what is missing or wrong in a goal."""
    reasons = _blank(words, "words", _("Write the goal down in the person's own words."))
    return reasons + before_start(target_on, plan, "target_on") + _foreign(plan, {"own_goal": own_goal})


def against_objective(plan: Plan, words: str, yardstick: Yardstick) -> list[Reason]:
    """Return what is missing or wrong in an objective, and in how it is measured."""
    texts = {
        "measured_as": _("Choose by what it is measured."),
        "target_value": _("Say which value is to be reached."),
        "direction": _("Say whether the value should be at least or at most the target."),
        "instrument": _("Choose a questionnaire from the list."),
        "target_on": _("Say by which day."),
        "start_value": _("The value at the start lies beyond the target already. Look at the direction."),
    }
    reasons = _blank(words, "words", _("Say what will be different, so that one can tell when it is reached."))
    reasons += [Reason(texts[field], field=field, code="not_measurable") for field in faults_of_measure(yardstick)]
    return reasons + before_start(yardstick.target_on, plan, "target_on")


def against_intervention(plan: Plan, kind: str, times: int | None, per: str, cleared_on: date | None, today: date) -> list[Reason]:
    """Return what is missing or wrong in what is done, and how often."""
    reasons = []
    if kind not in InterventionKind.values and not ((listed := intervention_type(plan.program, kind)) and listed.is_offered):
        reasons.append(Reason(_("Choose what is done from the list."), field="kind"))
    if (times is None) != (not per) or (times is not None and times < 1) or per not in ("", *Per.values):
        reasons.append(Reason(_("Say how many times, and within which time."), field="times"))
    if cleared_on is not None and cleared_on > today:
        reasons.append(Reason(_("That day is still to come."), field="cleared_on"))
    return reasons


def name_in_list(plan: Plan, kind: str) -> str:
    """Return the name under which the program itself lists an intervention; nothing where it uses the product's."""
    listed = intervention_type(plan.program, kind)
    return listed.name if listed and (listed.is_changed or kind not in InterventionKind.values) else ""


def against_stopped(problem: Problem) -> list[Reason]:
    """Return a reason when a problem is no longer pursued."""
    if problem.stopped_on is None:
        return []
    return [Reason(_("This problem was stopped. Write it down anew if it is back."), code="problem_stopped")]


@contextmanager
def keeps_both_halves(plan: Plan) -> Iterator[None]:
    """Refuse what would leave a plan in force without a disorder that it covered: that is signed for at activation, never by the way."""
    if plan.state != PlanState.ACTIVE:
        yield
        return
    diagnosed = axes_diagnosed(plan.patient_id)
    before = gaps_in(plan, diagnosed)
    yield
    signed = plan.one_axis_signed_at is not None
    lost = rules.lost(diagnosed, before, gaps_in(plan, diagnosed), is_signed_for_one=signed)
    refuse_for([_loss_in_words(plan, gap) for gap in lost])


def refuse_for(reasons: list[Reason]) -> None:
    """Refuse when anything stands against it, all of it at once."""
    if reasons:
        raise Refused(*reasons)


def before_start(day: date | None, plan: Plan, field: str) -> list[Reason]:
    """Return a reason when a day lies before the plan starts."""
    if day is None or day >= plan.starts_on:
        return []
    return [Reason(_("That day lies before the plan starts (%(day)s).") % {"day": plan.starts_on.isoformat()}, field=field)]


def _loss_in_words(plan: Plan, gap: rules.Gap) -> Reason:
    """Say which half a plan in force would lose, and what to do instead."""
    text = _("%(axis)s: there is an active diagnosis, and the plan in force would be left without %(missing)s for it.")
    if plan.signed_at is None:
        text += " " + _("First add what takes its place; or start a new version, and sign there why it covers one disorder only.")
    else:
        text += " " + _("Start a new version: add there what takes its place, or sign why it covers one disorder only.")
    words = {"axis": Axis(gap.axis).label, "missing": _(" and ").join(parts_in_words(gap))}
    return Reason(text % words, code=f"would_lose_{gap.axis}", source=INTEGRATED_CARE)


def _blank(words: str, field: str, text: str) -> list[Reason]:
    """Return a reason when nothing was written."""
    return [] if words.strip() else [Reason(text, field=field)]


def _foreign(plan: Plan, rows: Mapping[str, Any]) -> list[Reason]:
    """Return a reason for each row that is another person's."""
    return [
        Reason(str(FOREIGN[field]), field=field) for field, row in rows.items() if row is not None and row.patient_id != plan.patient_id
    ]
