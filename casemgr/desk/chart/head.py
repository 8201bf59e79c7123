"""Say what stands in the head of a chart and what matters now."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.queries import DOSE_DAYS, Chart, current_order
from casemgr.desk.chart.rules import Risk, days_in_care, risks_from_codes
from patients.diagnoses.models import CourseOfDiagnosis
from patients.record.models import ContactKind, ContactPoint
from referrals.casework.models import Urgency
from treatment_plans.medication.models import DayPart, OrderState

Words = str | Promise

RISK_WORDS: dict[str, Words] = {
    "suicidal_thoughts": gettext_lazy("Suicidal thoughts"),
    "suicide_attempt": gettext_lazy("Suicide attempt"),
    "self_harm": gettext_lazy("Self-harm"),
    "overdose": gettext_lazy("Overdose"),
    "sedatives": gettext_lazy("Sedative use"),
    "alcohol": gettext_lazy("Alcohol use"),
    "pregnancy": gettext_lazy("Pregnancy"),
    "unsafe_contact": gettext_lazy("Unsafe contact"),
    "shared_contact": gettext_lazy("Shared phone or mailbox"),
    "on_hold": gettext_lazy("Medication on hold"),
}


@dataclass(frozen=True)
class Sign:
    """Hold a word with the state it is drawn in, and what it rests on."""

    kind: str
    word: Words
    basis: Words = ""


@dataclass(frozen=True)
class Head:
    """Hold what the head of the chart shows."""

    age: int | None
    episode: Any
    days: int | None
    language: Words
    contact: Sign
    risks: list[Sign]


def head_of(chart: Chart) -> Head:
    """Return the head of a chart."""
    episode = next((episode for episode in chart.episodes if episode.is_open), None)
    return Head(
        age=chart.patient.age_on(chart.patient.deceased_on or chart.today),
        episode=episode or next(iter(chart.episodes), None),
        days=days_in_care(episode.admitted_on, chart.today) if episode else None,
        language=_language(chart),
        contact=_safest(chart.contacts, chart.patient.has_no_phone),
        risks=[Sign(risk.kind, RISK_WORDS[risk.code], risk.basis) for risk in _risks(chart)],
    )


def _language(chart: Chart) -> Words:
    """Return the language, and whether an interpreter is needed."""
    patient = chart.patient
    language = patient.language_name or str(patient.get_language_display())
    return _("%(language)s, interpreter") % {"language": language} if patient.interpreter_needed else language


def _risks(chart: Chart) -> list[Risk]:
    """Return every risk on record that the reader may know of, the gravest first."""
    active = [diagnosis for diagnosis in chart.diagnoses if diagnosis.course == CourseOfDiagnosis.ACTIVE]
    found = risks_from_codes((diagnosis.code, diagnosis.title) for diagnosis in active)
    order = current_order(chart.orders, chart.today)
    if order is not None and order.state == OrderState.ON_HOLD:
        found.append(Risk("on_hold", order.hold_reason))
    if any(contact.is_unsafe for contact in chart.contacts):
        found.append(Risk("unsafe_contact"))
    if any(contact.is_shared and not contact.is_unsafe for contact in chart.contacts):
        found.append(Risk("shared_contact"))
    return sorted(found, key=lambda risk: risk.kind != "stop")


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
    """Hold what matters at this moment: today's dose, the next appointment, what is urgent."""

    dose: Sign | None
    doses_given: int
    dose_days: int
    next_appointment: Any
    urgent: list[Any]


def now_of(chart: Chart) -> Now:
    """Return what matters now, as far as the reader may know it."""
    may_see_medication = {Can.SEE_CHART, Can.SEE_MEDICATION} <= chart.rights
    order = current_order(chart.orders, chart.today)
    start = max(order.starts_on, chart.today.fromordinal(chart.today.toordinal() - DOSE_DAYS + 1)) if order else chart.today
    urgent = [task for task in chart.tasks if task.urgency == Urgency.URGENT or task.due_on < chart.today]
    return Now(
        dose=_dose(chart, order) if may_see_medication else None,
        doses_given=len({dose.for_day for dose in chart.doses if start <= dose.for_day <= chart.today}),
        dose_days=(chart.today - start).days + 1 if order else 0,
        next_appointment=next(iter(chart.coming), None),
        urgent=urgent,
    )


def _dose(chart: Chart, order: Any) -> Sign:
    """Say where today's dose stands."""
    today = [dose for dose in chart.doses if dose.for_day == chart.today and (order is None or dose.substance == order.substance)]
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
    last = max((dose.for_day for dose in chart.doses if dose.substance == order.substance), default=None)
    if last is None:
        return _("no dose in the last fortnight")
    days = (chart.today - last).days - 1
    return (
        ngettext("no dose for %(count)s day before today", "no dose for %(count)s days before today", days) % {"count": days}
        if days > 0
        else ""
    )
