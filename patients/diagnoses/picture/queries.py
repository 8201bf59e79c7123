"""Read everything that a person has as one picture: substance use and mental health side by side, what came first, how it changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.diagnoses.checking.queries import warnings_of
from patients.diagnoses.models import Axis, CourseOfDiagnosis, Diagnosis, DiagnosisEntry, UseReport, criteria_in_words
from patients.diagnoses.queries import diagnoses_for, entries_of, use_of
from patients.diagnoses.rules import Suggestion
from patients.diagnoses.rules.onset import Span, in_order, span_of, untreated
from patients.diagnoses.rules.reviewing import SOURCE, TELLS_NOTHING
from patients.diagnoses.rules.severity import MOST_CRITERIA, Stage, stage_of
from patients.diagnoses.rules.suggesting import Because
from patients.record.models import Patient

MOST_USE = 200
"""Reports of use that are looked through for the last of each substance."""


@dataclass(frozen=True)
class Card:
    """Hold one diagnosis as it is shown: what it is, what is said of it, what is worth a second look, what happened to it."""

    row: Diagnosis
    said: list[str]
    warnings: list[str]
    entries: list[DiagnosisEntry]
    is_due: bool


@dataclass(frozen=True)
class Picture:
    """Hold all that a person has."""

    axes: list[tuple[str, list[Card]]] = field(default_factory=list)
    others: list[tuple[str, list[Card]]] = field(default_factory=list)
    former: list[Card] = field(default_factory=list)
    order: list[list[str]] = field(default_factory=list)
    uses: list[UseReport] = field(default_factory=list)
    policy: str = SOURCE


def picture_of(patient: Patient, today: date) -> Picture:
    """Return the picture of a person, in three statements."""
    rows = list(diagnoses_for(patient).select_related("recorded_by"))
    entries: dict[int, list[DiagnosisEntry]] = {}
    for entry in entries_of(rows):
        entries.setdefault(entry.diagnosis_id, []).append(entry)
    uses = list(use_of(patient)[:MOST_USE])
    last = next((use.used_on for use in uses if use.substance not in TELLS_NOTHING), None)
    cards = [card_of(row, patient=patient, today=today, last_use_on=last, entries=entries.get(row.pk, [])) for row in rows]
    current = [card for card in cards if card.row.is_current]
    by_axis = [(axis, str(axis.label), [card for card in current if card.row.axis == axis]) for axis in Axis]
    return Picture(
        axes=[(label, found) for axis, label, found in by_axis if axis in (Axis.SUBSTANCE_USE, Axis.MENTAL_HEALTH)],
        others=[(label, found) for axis, label, found in by_axis if axis in (Axis.SOCIAL, Axis.PHYSICAL) and found],
        former=[card for card in cards if not card.row.is_current],
        order=order_of((card.row for card in current), patient),
        uses=list({use.substance: use for use in reversed(uses)}.values())[::-1],
    )


def card_of(row: Diagnosis, *, patient: Patient, today: date, last_use_on: date | None, entries: list[DiagnosisEntry]) -> Card:
    """Return one diagnosis as it is shown."""
    warned = warnings_of(row, today=today, last_use_on=last_use_on) if row.is_current else []
    said = [*_severity(row), *_mood(row), *_remission(row, today), *_particulars(row), *_relation(row), *_onset(row, patient)]
    return Card(row, said, warned, entries, row.look_again_on is not None and row.look_again_on <= today)


def reasons_in_words(suggestion: Suggestion, count: int | None, severity: str) -> list[str]:
    """Say why a code is suggested."""
    words = {
        Because.CRITERIA: _("%(count)s of eleven criteria: %(severity)s.") % {"count": count, "severity": severity},
        Because.BELOW: _("%(count)s of eleven criteria: a disorder begins with two.") % {"count": count},
        Because.PRESCRIBED: _("Tolerance and withdrawal are not counted: it is taken as prescribed."),
        Because.REMISSION: _("It is in remission."),
        Because.EPISODE: _("The kind of episode and its severity."),
        Because.POLE: _("The present or last episode and its severity."),
        Because.ONE_CODE: _("This disorder has one code."),
        Because.HAS_NO_CODE: _("For this there is no code of its own: choose one by its title."),
        Because.INDUCED: _("Brought about by a substance: the code of that substance says so."),
    }
    return [words[reason] for reason in suggestion.because]


def span_of_onset(row: Diagnosis, patient: Patient) -> Span | None:
    """Return when a diagnosis began, as far as anybody knows."""
    return span_of(on=row.onset_on, age=row.onset_age, born=patient.birth_date)


def order_of(rows: Iterable[Diagnosis], patient: Patient) -> list[list[str]]:
    """Return the disorders of both axes in the order in which they began; what cannot be told apart stands together."""
    known: list[tuple[object, Span]] = []
    for row in rows:
        span = span_of_onset(row, patient)
        if span is not None and row.axis in (Axis.SUBSTANCE_USE, Axis.MENTAL_HEALTH):
            known.append((_("%(title)s (%(year)s)") % {"title": name_of(row), "year": span.earliest.year}, span))
    return [[str(name) for name in group] for group in in_order(known)] if len(known) > 1 else []


def name_of(row: Diagnosis) -> str:
    """Return the disorder in words of today, or the title of its code."""
    return str(row.get_disorder_display() or row.title)


def _severity(row: Diagnosis) -> list[str]:
    """Say how severe a use disorder is, with its criteria."""
    if row.criteria_count is None:
        return []
    count = _("%(count)s of %(most)s criteria") % {"count": row.criteria_count, "most": MOST_CRITERIA}
    said = [f"{row.get_severity_display()}: {count}" if row.severity else count]
    if row.criteria:
        said.append(", ".join(criteria_in_words(row.criteria)))
    return said + ([_("Taken as prescribed")] if row.as_prescribed else [])


def _mood(row: Diagnosis) -> list[str]:
    """Say episode, pole, severity and signs of a mood disorder."""
    severity = row.get_severity_display() if row.criteria_count is None else ""
    said = (row.get_episode_display(), row.get_pole_display(), severity, _("With psychotic signs") if row.with_psychosis else "")
    return [", ".join(str(word) for word in said if word)] if any(said) else []


def _remission(row: Diagnosis, today: date) -> list[str]:
    """Say how far a remission has come, and what helps or hides it."""
    said = []
    if row.course == CourseOfDiagnosis.REMISSION:
        words = {
            Stage.NOT_YET: _("Remission began less than three months ago"),
            Stage.EARLY: _("In early remission"),
            Stage.SUSTAINED: _("In sustained remission"),
        }
        stage = stage_of(row.remission_since, today)
        is_use = row.axis == Axis.SUBSTANCE_USE
        told = words[stage] if stage and is_use else str(row.get_remission_extent_display() or _("In remission"))
        since = _("since %(day)s") % {"day": date_format(row.remission_since)} if row.remission_since else ""
        said.append(f"{told} {since}".strip())
    if row.on_maintenance:
        said.append(_("On maintenance therapy"))
    if row.controlled_environment:
        said.append(_("In a controlled environment"))
    return said


def _particulars(row: Diagnosis) -> list[str]:
    """Say what is particular to this disorder."""
    told: dict[str, Any] = row.particulars
    attacks = told.get("attacks_per_week", "")
    said = (
        ngettext("%(count)s attack a week", "%(count)s attacks a week", int(attacks)) % {"count": attacks} if attacks else "",
        _("Avoids: %(what)s") % {"what": told["avoids"]} if told.get("avoids") else "",
        _("Uses before meeting people") if told.get("uses_before") else "",
        _("With dissociation") if told.get("with_dissociation") else "",
    )
    return [words for words in said if words]


def _relation(row: Diagnosis) -> list[str]:
    """Say how it hangs together with use."""
    return [_("Relation to use: %(words)s") % {"words": row.get_relation_to_use_display()}] if row.relation_to_use else []


def _onset(row: Diagnosis, patient: Patient) -> list[str]:
    """Say when it began and how long it went untreated."""
    span = span_of_onset(row, patient)
    said = []
    if row.onset_age is not None:
        said.append(_("Began at the age of %(age)s") % {"age": row.onset_age})
    elif row.onset_on:
        said.append(_("Began on %(day)s") % {"day": date_format(row.onset_on)})
    gap = untreated(span, row.first_treated_on)
    if gap is not None:
        years = number_format(gap.years, use_l10n=True)
        said.append(
            (_("Untreated for %(years)s years") if span and span.is_exact else _("Untreated for about %(years)s years")) % {"years": years}
        )
    return said


def untreated_years_of(row: Diagnosis, patient: Patient) -> float | None:
    """Return for how many years a diagnosis went untreated, where both ends are known."""
    gap = untreated(span_of_onset(row, patient), row.first_treated_on)
    return gap.years if gap else None
