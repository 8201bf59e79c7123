"""Read what an assessment says, in words: scores with their bands, what changed, what comes next, what is due."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import F, Max, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import Lag
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from patients.caseload.queries import caseload_of, patients_seen_by
from patients.compartments.queries import RIGHT_OF
from patients.episodes.models import Episode
from patients.instruments.data import instruments, known
from patients.instruments.rules import (
    Change,
    Instrument,
    change_since,
    due_on,
    instruments_asked_at_once,
    instruments_asked_for,
    is_reached,
    missing_items,
    said_in,
)
from patients.record.models import Patient
from patients.screenings.assessing.rules import barriers_in, is_one_sitting
from patients.screenings.models import Assessment, AssessmentState, Observation
from patients.screenings.queries import IN_ERROR, INSTRUMENT_OF_CODE, assessments_for, nine_in_total, open_to
from patients.screenings.rules import NINE, PHQ9
from patients.world.models import Barrier, BarrierKind
from patients.world.queries import facts_of

Words = str | Promise

SCORE_WORDS: Mapping[str, Words] = {
    "total": _("Total"),
    "use": _("Use"),
    "risk": _("Risk"),
    "protective": _("Protection"),
    "B_intrusion": _("Intrusion (B)"),
    "C_avoidance": _("Avoidance (C)"),
    "D_cognition_mood": _("Thinking and mood (D)"),
    "E_arousal": _("Arousal (E)"),
    "needs": _("Needs"),
    "safety_total": _("Safety"),
    "z_codes": _("Codes that fit"),
    "count": _("Symptoms"),
    "result": _("Result"),
    "physical": _("Physical health"),
    "psychological": _("Psychological health"),
    "social": _("Social relationships"),
    "environment": _("Environment"),
    "gph_raw": _("Physical health, raw"),
    "gph_t": _("Physical health, T-score"),
    "gmh_raw": _("Mental health, raw"),
    "gmh_t": _("Mental health, T-score"),
    "tobacco": _("Tobacco"),
    "alcohol": _("Alcohol"),
    "cannabis": _("Cannabis"),
    "stimulants_illicit": _("Cocaine, methamphetamine"),
    "heroin": _("Heroin"),
    "rx_opioids": _("Opioid medicines"),
    "sedatives": _("Sedatives"),
    "rx_stimulants": _("Stimulant medicines"),
    "other": _("Other substances"),
}
"""What each score is called on a page."""

VALUE_WORDS: Mapping[str, Words] = {
    "none": _("none found"),
    "low": _("low"),
    "moderate": _("moderate"),
    "high": _("high"),
    "positive": _("positive"),
    "negative": _("negative"),
    "housing": _("housing"),
    "food": _("food"),
    "transportation": _("transportation"),
    "utilities": _("utilities"),
    "safety": _("safety"),
    "financial": _("money"),
    "employment": _("work"),
    "family_community_support": _("family and community"),
    "education_language": _("education and language"),
    "physical_activity": _("physical activity"),
    "substance_use": _("substance use"),
    "mental_health": _("mental health"),
    "disability": _("disability"),
    "major_depressive_syndrome": _("Fits a major depressive syndrome"),
    "other_depressive_syndrome": _("Fits another depressive syndrome"),
    "provisional_ptsd": _("Fits the symptom pattern of PTSD (DSM-5)"),
}
"""What a score says where it is a word, and what a finding is called."""

CHANGE_WORDS: Mapping[str, Words] = {"better": _("better"), "worse": _("worse"), "same": _("as before")}


@dataclass(frozen=True)
class Line:
    """Hold one score as a page shows it."""

    name: Words
    value: str
    band: str = ""
    change: Change | None = None

    @property
    def direction(self) -> Words:
        """Return in a word which way it went."""
        return CHANGE_WORDS[self.change.direction] if self.change else ""


@dataclass(frozen=True)
class Shown:
    """Hold what a completed assessment says, in words."""

    row: Assessment
    told: Instrument | None
    lines: list[Line] = field(default_factory=list)
    findings: list[Words] = field(default_factory=list)
    alerts: list[Mapping[str, str]] = field(default_factory=list)
    next_ones: list[Instrument] = field(default_factory=list)

    @property
    def main(self) -> Line | None:
        """Return the line that stands for the whole."""
        return self.lines[0] if self.lines else None


@dataclass(frozen=True)
class Need:
    """Hold a need that a questionnaire found, the barrier that it would be, and whether that stands on the person's list."""

    code: str
    words: Words
    barrier: Words
    is_listed: bool


@dataclass(frozen=True)
class Due:
    """Hold an instrument that is due for a person, since when, and when it was last gone through."""

    told: Instrument
    since: date
    last_on: date | None


def assessments_seen_by(user: User, patient: Patient) -> QuerySet[Assessment]:
    """Return the completed assessments of a person that this user may see, each with the scores of the time before."""
    window: dict[str, Any] = {"partition_by": [F("instrument")], "order_by": [F("completed_at").asc(), F("id").asc()]}
    rows = open_to(user, assessments_for(patient)).select_related("recorded_by")
    return rows.annotate(total_before=Window(Lag("total"), **window), parts_before=Window(Lag("subscores"), **window))


def latest_assessments(patient: Patient) -> QuerySet[Assessment]:
    """Return the latest of each instrument, the newest first; nothing of what a compartment keeps apart."""
    kept_apart = [told.id for told in instruments().values() if told.compartment]
    latest = assessments_for(patient).exclude(instrument__in=kept_apart).order_by("instrument", "-completed_at", "-id")
    return Assessment.objects.filter(pk__in=latest.distinct("instrument").values("pk")).order_by("-completed_at", "-id")


def scores_before(row: Assessment) -> tuple[Any, Any]:
    """Return total and parts of the time before an assessment."""
    earlier = assessments_for(row.patient).filter(instrument=row.instrument, completed_at__lt=row.completed_at)
    return earlier.values_list("total", "subscores").first() or (None, None)


def offered_to(user: User, *, program_id: int) -> list[Instrument]:
    """Return the instruments that this user may ask in a program."""
    return [
        told
        for told in instruments().values()
        if told.is_scored and (not told.compartment or user.may(RIGHT_OF[told.compartment], program_id=program_id))
    ]


def shown(row: Assessment) -> Shown:
    """Return what a completed assessment says; the row carries the scores of the time before."""
    told = known(row.instrument)
    if told is None:
        return Shown(row, None)
    language = get_language() or "en"
    named = _in_order({"total": row.total, **row.subscores})
    before = {"total": getattr(row, "total_before", None), **(getattr(row, "parts_before", None) or {})}
    changes = {change.score: change for change in change_since(told, _numbers(before), _numbers(named))}
    bands = {"total": row.band, **row.findings.get("bands", {})}
    lines = [
        Line(SCORE_WORDS.get(name, name), _value(value), _band(told, name, bands.get(name, ""), language), changes.get(name))
        for name, value in named.items()
        if value not in (None, [], "")
    ]
    raised = set(row.findings.get("alerts", ()))
    return Shown(
        row,
        told,
        lines,
        [VALUE_WORDS.get(code, code) for code, holds in row.findings.get("derived", {}).items() if holds],
        [
            {"action": said_in(alert, "action", language), "severity": alert["severity"], "source": alert["source"]}
            for alert in told.alerts
            if alert["id"] in raised
        ],
        [following for key in instruments_asked_for(told, row.answers, named) if (following := known(key))],
    )


def needs_found(row: Assessment) -> list[Need]:
    """Return the needs that a completed questionnaire found and that can be barriers, each with whether it is one already."""
    found = barriers_in(row.subscores.get("needs"))
    if not found:
        return []
    kinds = {barrier for _need, barrier in found}
    open_ones = facts_of(Barrier, row.patient).filter(kind__in=kinds, resolved_on__isnull=True)
    known = set(open_ones.values_list("kind", flat=True))
    return [Need(need, VALUE_WORDS[need], BarrierKind(barrier).label, barrier in known) for need, barrier in found]


def answers_in_words(row: Assessment) -> list[tuple[str, str, bool]]:
    """Return each question that was asked with its answer in words, and whether the person gave it alone."""
    told = known(row.instrument)
    if told is None:
        return []
    wording = told.in_language(row.language)
    alone = set(row.answered_alone)
    found = []
    for item in told.items:
        if item.id not in row.answers and not is_reached(item, row.answers):
            continue
        given = row.answers.get(item.id)
        several = given if isinstance(given, list) else [given]
        words = "" if given is None else ", ".join(wording.label(item, one) for one in several)
        found.append((wording.question(item), words, item.id in alone))
    return found


def open_items(row: Assessment) -> tuple[str, ...]:
    """Return the questions that the score of a draft still waits for."""
    told = known(row.instrument)
    return missing_items(told, row.answers) if told else ()


def is_from_before(row: Assessment, at: datetime) -> bool:
    """Say whether a draft was begun in another sitting, so that what is answered now would be added to what was answered then."""
    return row.is_draft and bool(row.answers) and not is_one_sitting(started_at=row.started_at, at=at)


def asked_at_once(row: Assessment, before: Mapping[str, Any]) -> str:
    """Return the instrument that must come next because of an answer that was just given; nothing when none was."""
    told = known(row.instrument)
    fresh = {item: value for item, value in row.answers.items() if before.get(item) != value}
    return next(iter(instruments_asked_at_once(told, fresh)), "") if told else ""


def asked_by_total(row: Assessment, at: datetime) -> str:
    """Return the instrument that must come next because of the question about safety behind a total; nothing when none must."""
    told = known(row.instrument)
    nine = nine_in_total(row, at)
    return next(iter(instruments_asked_at_once(told, {NINE: nine})), "") if told and nine else ""


def lacks_nine(row: Assessment) -> bool:
    """Say whether this is a total of the PHQ-9 of which question 9 is not known."""
    return row.instrument == PHQ9 and NINE not in row.answers


def due_for(patient: Patient, *, admitted_on: date, today: date) -> list[Due]:
    """Return what is due for a person in care, the longest first, in two statements."""
    return due_among(_last_days(Patient.objects.filter(pk=patient.pk))[patient.pk], admitted_on=admitted_on, today=today)


def due_in_caseload(user: User, *, today: date) -> list[tuple[Patient, list[Due]]]:
    """Return with whom of the people this user cares for something is due, the longest first; three statements, however many they are."""
    stays = Episode.objects.filter(patient=OuterRef("pk"), discharged_on__isnull=True).order_by("admitted_on").values("admitted_on")
    people = caseload_of(user).filter(pk__in=patients_seen_by(user), deceased_on__isnull=True).order_by()
    last = _last_days(people)
    in_care = people.annotate(admitted_on=Subquery(stays[:1])).filter(admitted_on__isnull=False)
    found = [(person, due_among(last[person.pk], admitted_on=person.admitted_on, today=today)) for person in in_care]
    return sorted(((person, due) for person, due in found if due), key=lambda pair: (pair[1][0].since, pair[0].pk))


def _last_days(people: QuerySet[Patient]) -> dict[int, dict[str, date]]:
    """Return when each instrument was last gone through with each of these people, here or as a recorded total."""
    last: dict[int, dict[str, date]] = defaultdict(dict)
    totals = Observation.objects.filter(patient__in=people.values("pk"), code__in=INSTRUMENT_OF_CODE).exclude(status=IN_ERROR).order_by()
    for key, code, moment in totals.values_list("patient", "code").annotate(last=Max("observed_at")):
        last[key][INSTRUMENT_OF_CODE[code]] = moment.date()
    rows = Assessment.objects.filter(patient__in=people.values("pk"), state=AssessmentState.COMPLETE).order_by()
    for key, name, moment in rows.values_list("patient", "instrument").annotate(last=Max("completed_at")):
        last[key][name] = max(moment.date(), last[key].get(name, date.min))
    return last


def due_among(last: Mapping[str, date], *, admitted_on: date, today: date) -> list[Due]:
    """Return what is due, given the day on which each instrument was last gone through."""
    found = [
        Due(told, day, last.get(told.id))
        for told in instruments().values()
        if not told.compartment and (day := due_on(told, last_on=last.get(told.id), admitted_on=admitted_on)) and day <= today
    ]
    return sorted(found, key=lambda due: (due.since, due.told.short_name))


def short_names(found: Iterable[Due]) -> str:
    """Return the names of what is due in one line."""
    return ", ".join(due.told.short_name for due in found)


def _in_order(scores: Mapping[str, Any]) -> dict[str, Any]:
    """Return scores in the order in which people read them; the database keeps none."""
    order = list(SCORE_WORDS)
    return dict(sorted(scores.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order)))


def _numbers(scores: Mapping[str, Any]) -> dict[str, float]:
    """Return the scores that are numbers."""
    return {name: float(value) for name, value in scores.items() if value is not None and not isinstance(value, bool | str | list)}


def _value(value: Any) -> str:
    """Return a score in words."""
    if isinstance(value, list):
        return ", ".join(str(VALUE_WORDS.get(one, one)) for one in value)
    if isinstance(value, str):
        return str(VALUE_WORDS.get(value, value))
    number = float(value)
    return str(int(number)) if number == int(number) else f"{number:.1f}"


def _band(told: Instrument, name: str, code: str, language: str) -> str:
    """Return a band in words."""
    entries = told.bands.get(name, told.bands.get("per_substance", ()))
    return next((said_in(entry, "label", language) for entry in entries if entry["code"] == code), "")
