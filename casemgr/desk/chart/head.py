"""Say what stands in the head of a chart and what matters now."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.banner import Sign, Words
from casemgr.desk.chart.panels.medication import DOSE_DAYS
from casemgr.desk.chart.queries import Chart, current_order
from casemgr.desk.chart.rules import days_in_care
from patients.record.models import ContactKind, ContactPoint
from referrals.casework.models import Urgency
from treatment_plans.medication.models import DayPart, OrderState


@dataclass(frozen=True)
class Head:
    """Hold what the head of the chart shows."""

    age: int | None
    episode: Any
    days: int | None
    language: Words
    contact: Sign


def head_of(chart: Chart) -> Head:
    """Return the head of a chart."""
    episodes = chart.of("care", "episodes")
    episode = next((episode for episode in episodes if episode.is_open), None)
    return Head(
        age=chart.patient.age_on(chart.patient.deceased_on or chart.today),
        episode=episode or next(iter(episodes), None),
        days=days_in_care(episode.admitted_on, chart.today) if episode else None,
        language=_language(chart),
        contact=_safest(chart.of("contact", "contacts"), chart.patient.has_no_phone),
    )


def _language(chart: Chart) -> Words:
    """Return the language, and whether an interpreter is needed."""
    patient = chart.patient
    language = patient.language_name or str(patient.get_language_display())
    return _("%(language)s, interpreter") % {"language": language} if patient.interpreter_needed else language


def _safest(contacts: list[ContactPoint], has_no_phone: bool) -> Sign:
    """Return the way to reach somebody that is safe, or say that there is none."""
    usable = [contact for contact in contacts if not contact.is_unsafe]
    for contact in usable:
        if contact.ok_to_call:
            words = _("%(value)s, may be called") if not contact.ok_to_leave_message else _("%(value)s, may be called, message too")
            return Sign("good", words % {"value": contact.value})
    for contact in usable:
        if contact.ok_to_text:
            words = _("%(value)s, text only") if contact.kind == ContactKind.PHONE else _("%(value)s, in writing only")
            return Sign("good", words % {"value": contact.value})
    return Sign("warn", _("Has no phone: in person only") if has_no_phone else _("No safe way on record: in person only"))


@dataclass(frozen=True)
class Now:
    """Hold what matters at this moment: today's dose, what is next, what is urgent."""

    dose: Sign | None
    doses_given: int
    dose_days: int
    next_appointment: Any
    review_on: date | None
    urgent: list[Any]


def now_of(chart: Chart) -> Now:
    """Return what matters now, as far as the reader may know it."""
    may_see_medication = {Can.SEE_CHART, Can.SEE_MEDICATION} <= chart.rights
    order = current_order(chart)
    start = max(order.starts_on, chart.today.fromordinal(chart.today.toordinal() - DOSE_DAYS + 1)) if order else chart.today
    urgent = [task for task in chart.of("tasks", "tasks") if task.urgency == Urgency.URGENT or task.due_on < chart.today]
    plan = chart.found.get("plan", {}).get("plan")
    return Now(
        dose=_dose(chart, order) if may_see_medication else None,
        doses_given=len({dose.for_day for dose in chart.of("medication", "doses") if start <= dose.for_day <= chart.today}),
        dose_days=(chart.today - start).days + 1 if order else 0,
        next_appointment=next((coming for coming in chart.of("appointments", "coming") if coming.starts_at >= chart.now), None),
        review_on=plan.review_on if plan is not None else None,
        urgent=urgent,
    )


def _dose(chart: Chart, order: Any) -> Sign:
    """Say where today's dose stands."""
    today = [
        dose
        for dose in chart.of("medication", "doses")
        if dose.for_day == chart.today and (order is None or dose.substance == order.substance)
    ]
    if order is None and not today:
        return Sign("quiet", _("No order runs today"))
    given = sum(dose.mg for dose in today)
    whole = any(dose.day_part == DayPart.WHOLE for dose in today) or (order is not None and given >= order.daily_mg)
    if today:
        words = _("%(mg)s mg given") if whole else _("%(mg)s mg given, a part is to come")
        return Sign("good" if whole else "note", words % {"mg": f"{given.normalize():f}"}, _given_by(today[0]))
    if order.state == OrderState.ON_HOLD:
        return Sign("stop", _("On hold"), order.hold_reason)
    return Sign("note", _("Due: %(order)s") % {"order": str(order)}, _missed(chart, order))


def _given_by(dose: Any) -> str:
    """Say who gave a dose."""
    return _("by %(name)s") % {"name": dose.given_by}


def _missed(chart: Chart, order: Any) -> str:
    """Say for how many days there was no dose, when it is more than today."""
    doses = chart.of("medication", "doses")
    last = max((dose.for_day for dose in doses if dose.substance == order.substance), default=None)
    if last is None:
        return _("no dose in the last fortnight")
    days = (chart.today - last).days - 1
    return (
        ngettext("no dose for %(count)s day before today", "no dose for %(count)s days before today", days) % {"count": days}
        if days > 0
        else ""
    )
