"""Record diagnoses on both axes, and revise them without losing what was thought before."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User, UserKind
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.diagnoses.models import Axis, Certainty, CourseOfDiagnosis, Diagnosis
from patients.diagnoses.queries import active_diagnoses_for, locked_diagnosis
from patients.diagnoses.rules import RevisionProblem, axis_of, icd_codes, revision_problems, tidy_code
from patients.record.models import Patient
from patients.record.queries import locked


@action(Can.RECORD_DIAGNOSIS)
def record_diagnosis(
    *,
    patient: Patient,
    axis: str,
    by: User,
    at: datetime,
    code: str = "",
    title: str = "",
    certainty: str = "provisional",
    course: str = "active",
    onset_on: date | None = None,
    ended_on: date | None = None,
    basis: str = "",
    other_system: str = "",
    other_code: str = "",
) -> Diagnosis:
    """Record what a person has, with its code; a diagnosis starts as provisional unless said otherwise."""
    row = locked(patient)
    code = tidy_code(code) if code else ""
    known = icd_codes().get(code)
    diagnosis = Diagnosis(
        patient=row,
        axis=axis,
        code=code,
        title=(title or (known.title if known else "")).strip(),
        certainty=certainty,
        course=course,
        onset_on=onset_on,
        ended_on=ended_on,
        basis=basis.strip(),
        other_system=other_system,
        other_code=other_code,
        recorded_at=at,
        recorded_by=by,
    )
    reasons = [*_against_code(diagnosis), *_against_course(diagnosis, was="", at=at)]
    if not reasons and code and course == CourseOfDiagnosis.ACTIVE and by.kind != UserKind.SYSTEM:
        reasons += _against_repetition(diagnosis)
    if reasons:
        raise Refused(*reasons)
    diagnosis.save(force_insert=True)
    return diagnosis


@action(Can.RECORD_DIAGNOSIS)
def revise_diagnosis(
    *,
    diagnosis: Diagnosis,
    by: User,
    at: datetime,
    certainty: str | None = None,
    course: str | None = None,
    ended_on: date | None = None,
    basis: str | None = None,
) -> Diagnosis:
    """Confirm, refute or end a diagnosis; the database keeps every earlier version of it."""
    row = locked_diagnosis(diagnosis)
    was = row.certainty
    row.certainty = certainty or row.certainty
    row.course = course or row.course
    row.ended_on = ended_on or (row.ended_on if row.course != CourseOfDiagnosis.ACTIVE else None)
    row.basis = row.basis if basis is None else basis.strip()
    if reasons := _against_course(row, was=was, at=at):
        raise Refused(*reasons)
    row.save(update_fields=["certainty", "course", "ended_on", "basis"])
    return row


@action(Can.RECORD_DIAGNOSIS)
def take_over_diagnoses_in_bulk(
    *, patient: Patient, new: Sequence[Diagnosis], changed: Sequence[Diagnosis], by: User, at: datetime
) -> list[Diagnosis]:
    """Take over diagnoses as another system tells them, with the code it gave and ours beside it.

    What was refuted here stays as it was refuted, whatever is told elsewhere.
    """
    row = locked(patient)
    rows = (*new, *changed)
    if any(d.axis not in Axis.values or d.certainty not in Certainty.values or d.course not in CourseOfDiagnosis.values for d in rows):
        raise Refused(_("Each diagnosis needs its axis, how sure it is and where it stands."))
    if unknown := sorted({d.code for d in rows if d.code and d.code not in icd_codes()}):
        raise Refused(_("%(code)s is not in the list of ICD-10-CM codes. Look for its title.") % {"code": ", ".join(unknown)}, field="code")
    held = Diagnosis.objects.select_for_update(no_key=True).filter(patient=row, pk__in=[d.pk for d in changed])
    open_to_change = set(held.exclude(certainty=Certainty.REFUTED).values_list("pk", flat=True))
    fields = ["axis", "code", "other_system", "other_code", "title", "certainty", "course", "onset_on", "ended_on", "basis"]
    Diagnosis.objects.bulk_update([d for d in changed if d.pk in open_to_change], fields, batch_size=500)
    for diagnosis in new:
        diagnosis.patient, diagnosis.recorded_at, diagnosis.recorded_by = row, at, by
    return Diagnosis.objects.bulk_create(new, batch_size=2000)


def _against_code(diagnosis: Diagnosis) -> list[Reason]:
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


def _against_course(diagnosis: Diagnosis, *, was: str, at: datetime) -> list[Reason]:
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
    today = at.astimezone(ZoneInfo(diagnosis.patient.time_zone)).date()
    onset, end = diagnosis.onset_on, diagnosis.ended_on
    checks = (
        (diagnosis.certainty not in Certainty.values, "certainty", _("Choose how sure the diagnosis is.")),
        (diagnosis.course not in CourseOfDiagnosis.values, "course", _("Choose where the diagnosis stands.")),
        (bool(onset and onset > today), "onset_on", _("The day it began lies in the future.")),
        (bool(end and end > today), "ended_on", _("The day it ended lies in the future.")),
        (bool(onset and end and end < onset), "ended_on", _("The day it ended is before the day it began.")),
    )
    return reasons + [Reason(text, field=field) for holds, field, text in checks if holds]


def _against_repetition(diagnosis: Diagnosis) -> list[Reason]:
    """Return one reason when the same code is active already."""
    if not active_diagnoses_for(diagnosis.patient).filter(code=diagnosis.code).exists():
        return []
    return [Reason(_("%(code)s is active on the record already. Revise it there.") % {"code": diagnosis.code}, field="code", code="known")]
