"""Say what may not be forgotten by anybody who opens a chart, the gravest first.

A feature adds its line as a function from the chart to signs, and its name to `LINES`. What a panel has read already is taken from
there (`chart.of("medication", "orders")`); only what no panel reads is asked of the database, in one statement, whatever there is.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.queries import Chart, current_order
from casemgr.desk.chart.rules import STOP, risks_from_codes
from patients.diagnoses.models import CourseOfDiagnosis
from patients.health.allergies.models import Criticality, ReactionSeverity
from patients.health.allergies.queries import KnownAllergies
from patients.health.rules import months_before
from patients.world.models import MANNERS, TERMS
from treatment_plans.medication.models import OrderState

Words = str | Promise

OVERDOSE_MONTHS = 12
"""Months for which an overdose is named; the design of the worklist's priority index counts as long."""

RISK_WORDS: dict[str, Words] = {
    "suicidal_thoughts": _("Suicidal thoughts"),
    "suicide_attempt": _("Suicide attempt"),
    "self_harm": _("Self-harm"),
    "overdose": _("Overdose"),
    "sedatives": _("Sedative use"),
    "alcohol": _("Alcohol use"),
    "pregnancy": _("Pregnancy"),
    "unsafe_contact": _("Unsafe contact"),
    "shared_contact": _("Shared phone or mailbox"),
    "on_hold": _("Medication on hold"),
}


@dataclass(frozen=True)
class Sign:
    """Hold a word with the state it is drawn in (stop, warn, note, good, quiet), what it rests on, and where it leads."""

    kind: str
    word: Words
    basis: Words = ""
    url: str = ""


@dataclass(frozen=True)
class Line:
    """Hold what a feature has to say in the banner, and the right without which it is not even asked."""

    right: Can
    read: Callable[[Chart], Iterable[Sign]]


def _risk(code: str, basis: str = "") -> Sign:
    """Return the sign of a known risk."""
    return Sign("stop" if code in STOP else "warn", RISK_WORDS[code], basis)


def diagnosed(chart: Chart) -> Iterable[Sign]:
    """Name the risks that active diagnoses stand for."""
    active = [row for row in chart.of("diagnoses", "diagnoses") if row.course == CourseOfDiagnosis.ACTIVE]
    return [_risk(risk.code, risk.basis) for risk in risks_from_codes((row.code, row.title) for row in active)]


def held_medication(chart: Chart) -> Iterable[Sign]:
    """Say that the medication is on hold."""
    order = current_order(chart)
    return [_risk("on_hold", order.hold_reason)] if order is not None and order.state == OrderState.ON_HOLD else []


def contact_safety(chart: Chart) -> Iterable[Sign]:
    """Say that a number or address must not be used, or that others read it too."""
    contacts = chart.of("contact", "contacts")
    if any(contact.is_unsafe for contact in contacts):
        yield _risk("unsafe_contact")
    if any(contact.is_shared and not contact.is_unsafe for contact in contacts):
        yield _risk("shared_contact")


def open_safety_concerns(chart: Chart) -> Iterable[Sign]:
    """Say that somebody may be in danger and no disposition is written; it leads to the safety page."""
    for concern in chart.of("safety", "concerns"):
        basis = _("%(name)s sees to it") % {"name": concern.taken_by} if concern.taken_by else _("nobody sees to it yet")
        yield Sign("stop", _("Open safety concern"), basis, reverse("patients:safety", args=[chart.patient.public_id]))


def allergies(chart: Chart) -> Iterable[Sign]:
    """Name what the person does not tolerate, or say that nobody asked yet."""
    told: KnownAllergies | None = chart.found.get("health", {}).get("allergies")
    if told is None:
        return
    for allergy in told.known:
        grave = allergy.criticality == Criticality.HIGH or allergy.severity == ReactionSeverity.SEVERE
        yield Sign("stop" if grave else "warn", gettext("Allergy: %(substance)s") % {"substance": allergy.substance}, allergy.reaction)
    if not told.was_asked:
        yield Sign("note", _("Allergies: not asked yet"))


def recent_health(chart: Chart) -> Iterable[Sign]:
    """Name an overdose of the last year, and a pregnancy, unless a diagnosis says so already."""
    named = {sign.word for sign in diagnosed(chart)}
    found = chart.found.get("health", {})
    last = found.get("last_overdose")
    if last and months_before(chart.today, OVERDOSE_MONTHS) <= last[0] and RISK_WORDS["overdose"] not in named:
        yield _risk("overdose", date_format(last[0], "SHORT_DATE_FORMAT"))
    if found.get("pregnancy_due") and RISK_WORDS["pregnancy"] not in named:
        yield _risk("pregnancy")


def wished_manner(chart: Chart) -> Iterable[Sign]:
    """Say, before a session, how the person wants to be met and spoken of, and whom nothing may be said to."""
    if names := chart.of("world", "careful_with"):
        yield Sign("warn", gettext("Say nothing to: %(names)s") % {"names": ", ".join(names)}, _("A concern for safety"))
    wishes: Any = chart.of("world", "wishes")
    for about, words in wishes.said(*MANNERS, *TERMS) if wishes else ():
        yield Sign("note", f"{capfirst(about)}: {words}")


LINES: tuple[Line, ...] = (
    Line(Can.SEE_CHART, open_safety_concerns),
    Line(Can.SEE_CHART, diagnosed),
    Line(Can.SEE_CHART, allergies),
    Line(Can.SEE_CHART, recent_health),
    Line(Can.SEE_MEDICATION, held_medication),
    Line(Can.SEE_PATIENTS, contact_safety),
    Line(Can.SEE_CHART, wished_manner),
)
"""Who has something to say; among what is equally grave this order holds."""

GRAVITY = {"stop": 0, "warn": 1, "note": 2, "good": 3, "quiet": 4}


def banner_of(chart: Chart) -> list[Sign]:
    """Return everything that may not be forgotten and that the reader may know."""
    signs = [sign for line in LINES if line.right in chart.rights for sign in line.read(chart)]
    return sorted(signs, key=lambda sign: GRAVITY[sign.kind])
