"""Say in sentences what stands against a diagnosis, and what is worth a second look before it is kept."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from casemgr.core.refusals import Reason
from patients.diagnoses.models import (
    Axis,
    Certainty,
    CourseOfDiagnosis,
    Criterion,
    Diagnosis,
    Disorder,
    EpisodeKind,
    Pole,
    RelationToUse,
    RemissionExtent,
    Severity,
)
from patients.diagnoses.queries import active_diagnoses_for
from patients.diagnoses.rules import RevisionProblem, axis_of, icd_codes, revision_problems
from patients.diagnoses.rules.onset import OLDEST
from patients.diagnoses.rules.severity import MOST_CRITERIA
from patients.diagnoses.rules.warning import Warned, warnings_about
from patients.record.models import Patient

CHOICES = {
    "disorder": Disorder,
    "severity": Severity,
    "remission_extent": RemissionExtent,
    "episode": EpisodeKind,
    "pole": Pole,
    "relation_to_use": RelationToUse,
}
"""Which words each field may hold; nothing is allowed too."""


def reasons_against(diagnosis: Diagnosis, *, was: str, today: date) -> list[Reason]:
    """Return everything that cannot be, for a new diagnosis (`was` is empty) or a revised one."""
    return [*against_code(diagnosis), *against_course(diagnosis, was=was, today=today), *against_specifiers(diagnosis, today=today)]


def today_for(patient: Patient, at: datetime) -> date:
    """Return the day that it is where the person lives."""
    return at.astimezone(ZoneInfo(patient.time_zone)).date()


def against_code(diagnosis: Diagnosis) -> list[Reason]:
    """Return in sentences what is wrong with code, title and axis."""
    code, expected = diagnosis.code, axis_of(diagnosis.code)
    checks = (
        (not code and not diagnosis.other_code, "code", _("Choose a code.")),
        (
            bool(code) and code not in icd_codes(),
            "code",
            _("%(code)s is not in the list of ICD-10-CM codes. Look for its title.") % {"code": code},
        ),
        (bool(code and diagnosis.other_code), "other_code", _("Give one code: ICD-10-CM or another system, not both.")),
        (bool(diagnosis.other_code) and not diagnosis.other_system, "other_system", _("Say which code system the code is from.")),
        (bool(diagnosis.other_code) and not diagnosis.title, "title", _("Write the title.")),
        (diagnosis.axis not in Axis.values, "axis", _("Choose the axis.")),
        (
            diagnosis.axis in Axis.values and expected not in (None, diagnosis.axis),
            "axis",
            _("%(code)s belongs to another axis: %(axis)s.") % {"code": code, "axis": Axis(expected).label if expected else ""},
        ),
    )
    return [Reason(text, field=field) for holds, field, text in checks if holds]


def against_course(diagnosis: Diagnosis, *, was: str, today: date) -> list[Reason]:
    """Return in sentences what is wrong with certainty, course and days."""
    words = {
        RevisionProblem.REFUTED_ALREADY: ("certainty", _("This diagnosis was refuted. Record it anew if it is thought of again.")),
        RevisionProblem.REFUTED_WITHOUT_BASIS: ("basis", _("Say what the refutation rests on.")),
        RevisionProblem.ENDED_YET_ACTIVE: ("course", _("A diagnosis that has ended is in remission or resolved.")),
    }
    problems = revision_problems(
        was=was, certainty=diagnosis.certainty, course=diagnosis.course, has_end=diagnosis.ended_on is not None, basis=diagnosis.basis
    )
    reasons = [Reason(words[problem][1], field=words[problem][0], code=problem) for problem in problems]
    onset, end = diagnosis.onset_on, diagnosis.ended_on
    checks = (
        (diagnosis.certainty not in Certainty.values, "certainty", _("Choose how sure the diagnosis is.")),
        (diagnosis.course not in CourseOfDiagnosis.values, "course", _("Choose where the diagnosis stands.")),
        (bool(onset and onset > today), "onset_on", _("The day it began lies in the future.")),
        (bool(end and end > today), "ended_on", _("The day it ended lies in the future.")),
        (bool(onset and end and end < onset), "ended_on", _("The day it ended is before the day it began.")),
    )
    return reasons + [Reason(text, field=field) for holds, field, text in checks if holds]


def against_specifiers(diagnosis: Diagnosis, *, today: date) -> list[Reason]:
    """Return in sentences what cannot be among the words that say it more exactly."""
    row, in_remission = diagnosis, diagnosis.course == CourseOfDiagnosis.REMISSION
    since, treated, onset = row.remission_since, row.first_treated_on, row.onset_on
    age = row.onset_age
    checks = (
        *((getattr(row, name) not in ("", *kinds.values), name, _("Choose one of the entries.")) for name, kinds in CHOICES.items()),
        (bool(set(row.criteria) - set(Criterion.values)), "criteria", _("Choose one of the entries.")),
        ((row.criteria_count or 0) > MOST_CRITERIA, "criteria_count", _("There are eleven criteria.")),
        (
            row.criteria_count is not None and row.axis != Axis.SUBSTANCE_USE,
            "criteria",
            _("Criteria are counted for substance use disorders only."),
        ),
        (
            (row.on_maintenance or row.controlled_environment) and row.axis != Axis.SUBSTANCE_USE,
            "on_maintenance",
            _("These words belong to substance use disorders."),
        ),
        (since is not None and not in_remission, "remission_since", _("Say that the diagnosis is in remission, or leave this day out.")),
        (bool(since and since > today), "remission_since", _("This day lies in the future.")),
        (bool(onset and age is not None), "onset_age", _("Give the day or the age, not both.")),
        (age is not None and age > OLDEST, "onset_age", _("Write the age in years.")),
        (bool(treated and treated > today), "first_treated_on", _("This day lies in the future.")),
        (bool(treated and onset and treated < onset), "first_treated_on", _("The first treatment is before the day it began.")),
        (
            bool(row.relation_to_use) and row.axis not in (Axis.SUBSTANCE_USE, Axis.MENTAL_HEALTH),
            "relation_to_use",
            _("The relation to substance use is said of mental health and of substance use."),
        ),
    )
    return [Reason(text, field=field) for holds, field, text in checks if holds]


def against_repetition(diagnosis: Diagnosis) -> list[Reason]:
    """Return one reason when the same code is active already."""
    if not active_diagnoses_for(diagnosis.patient).filter(code=diagnosis.code).exists():
        return []
    return [Reason(_("%(code)s is active on the record already. Revise it there.") % {"code": diagnosis.code}, field="code", code="known")]


def warnings_of(diagnosis: Diagnosis, *, today: date, last_use_on: date | None = None) -> list[str]:
    """Return what is worth a second look, in sentences; none of it stops anything."""
    words = {
        Warned.CODE_DIFFERS: _("What was found suggests %(suggested)s; recorded is %(code)s.")
        % {"suggested": diagnosis.suggested_code, "code": diagnosis.code},
        Warned.REASON_MISSING: _("Say why another code fits better: who reads it later will ask."),
        Warned.TOO_FEW_CRITERIA: _("Fewer than two criteria count: DSM-5 does not speak of a disorder."),
        Warned.NO_REMISSION_YET: _("Less than three months without criteria: DSM-5 speaks of early remission from then on."),
        Warned.USE_OF_LATE: _("Use in the last 28 days: intoxication and withdrawal can look the same."),
        Warned.RELATION_NOT_SAID: _("How it hangs together with substance use is not said yet."),
        Warned.ONSET_NOT_SAID: _("When it began is not said: what came first stays open."),
    }
    found = warnings_about(
        diagnosis.specifiers,
        axis=diagnosis.axis,
        certainty=diagnosis.certainty,
        code=diagnosis.code,
        suggested=diagnosis.suggested_code,
        has_onset=diagnosis.onset_on is not None or diagnosis.onset_age is not None,
        last_use_on=last_use_on,
        today=today,
    )
    return [words[warned] for warned in found]
