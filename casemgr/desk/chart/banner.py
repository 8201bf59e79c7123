"""Say what may not be forgotten by anybody who opens a chart, the gravest first.

A feature adds its line as a function from the chart to signs, and its name to `LINES`. What a panel has read already is taken from
there (`chart.of("medication", "orders")`); only what no panel reads is asked of the database, in one statement, whatever there is.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.queries import Chart, current_order
from casemgr.desk.chart.rules import STOP, risks_from_codes
from patients.diagnoses.models import CourseOfDiagnosis
from treatment_plans.medication.models import OrderState

Words = str | Promise

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


LINES: tuple[Line, ...] = (
    Line(Can.SEE_CHART, open_safety_concerns),
    Line(Can.SEE_CHART, diagnosed),
    Line(Can.SEE_MEDICATION, held_medication),
    Line(Can.SEE_PATIENTS, contact_safety),
)
"""Who has something to say; among what is equally grave this order holds."""

GRAVITY = {"stop": 0, "warn": 1, "note": 2, "good": 3, "quiet": 4}


def banner_of(chart: Chart) -> list[Sign]:
    """Return everything that may not be forgotten and that the reader may know."""
    signs = [sign for line in LINES if line.right in chart.rights for sign in line.read(chart)]
    return sorted(signs, key=lambda sign: GRAVITY[sign.kind])
