"""Record diagnoses on both axes, and revise them without losing what was thought before."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User, UserKind
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.diagnoses.checking.queries import against_repetition, reasons_against, today_for
from patients.diagnoses.models import (
    Axis,
    Certainty,
    CourseOfDiagnosis,
    Diagnosis,
    DiagnosisEntry,
    EntryKind,
    EvidenceSource,
    RelationToUse,
    Route,
    Substance,
    UseReport,
    UseSource,
    Weight,
)
from patients.diagnoses.queries import last_use_on, locked_diagnosis, use_disorders_for
from patients.diagnoses.rules import Specifiers, disorder_of, icd_codes, suggest, tidy_code
from patients.diagnoses.rules.reviewing import TELLS_NOTHING, is_looked_at_again, look_again_on
from patients.record.models import Patient
from patients.record.queries import locked

NOTHING_SAID = Specifiers()
TOLD = (
    *("axis", "code", "other_system", "other_code", "title", "certainty", "course", "onset_on", "ended_on", "basis", "disorder"),
    *("remission_since", "looked_on", "look_again_on"),
)
"""Fields that another system tells; the rest is said here."""


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
    specifiers: Specifiers = NOTHING_SAID,
) -> Diagnosis:
    """Record what a person has, with its code; a diagnosis starts as provisional unless said otherwise."""
    row = locked(patient)
    code = tidy_code(code) if code else ""
    diagnosis = Diagnosis(
        patient=row,
        axis=axis,
        code=code,
        title=title.strip() or _official_title(code),
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
    _say_exactly(diagnosis, specifiers)
    today = today_for(row, at)
    reasons = reasons_against(diagnosis, was="", today=today)
    is_ours = course == CourseOfDiagnosis.ACTIVE and by.kind != UserKind.SYSTEM
    if reasons := reasons or (against_repetition(diagnosis) if code and is_ours else []):
        raise Refused(*reasons)
    _look_again(diagnosis, looked_on=today, last=_last_use(diagnosis))
    diagnosis.save(force_insert=True)
    _tell(diagnosis, EntryKind.RECORDED, words=diagnosis.basis, by=by, at=at)
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
    code: str | None = None,
    onset_on: date | None = None,
    specifiers: Specifiers | None = None,
) -> Diagnosis:
    """Confirm, refute, end or say a diagnosis more exactly; who changed what on which basis is kept step by step."""
    row = locked_diagnosis(diagnosis)
    was, was_course, was_code = row.certainty, row.course, row.code
    row.certainty = certainty or row.certainty
    row.course = course or row.course
    row.ended_on = ended_on or (row.ended_on if row.course != CourseOfDiagnosis.ACTIVE else None)
    row.basis = row.basis if basis is None else basis.strip()
    if code and tidy_code(code) != row.code:
        row.code = tidy_code(code)
        row.title = _official_title(row.code) or row.title
    if specifiers is not None:
        row.onset_on = onset_on
        _say_exactly(row, specifiers)
    if row.course != CourseOfDiagnosis.REMISSION:
        row.remission_since, row.remission_extent = None, ""
    row.suggested_code = _suggested(row) if row.suggested_code else ""
    today = today_for(row.patient, at)
    if reasons := reasons_against(row, was=was, today=today):
        raise Refused(*reasons)
    _look_again(row, looked_on=today, last=_last_use(row))
    row.save()
    _tell(row, EntryKind.REVISED, was=(was, was_course, was_code), words=row.basis, by=by, at=at)
    return row


@action(Can.RECORD_DIAGNOSIS)
def look_at_diagnosis_again(*, diagnosis: Diagnosis, words: str, by: User, at: datetime) -> Diagnosis:
    """Say that a provisional diagnosis was looked at again and stays provisional, and why; the next day to look follows."""
    row = locked_diagnosis(diagnosis)
    checks = (
        (
            not is_looked_at_again(axis=row.axis, certainty=row.certainty, course=row.course),
            "",
            _("Only what is provisional waits for it."),
        ),
        (not words.strip(), "words", _("Say what was found, and what keeps it open.")),
    )
    if reasons := [Reason(text, field=field) for holds, field, text in checks if holds]:
        raise Refused(*reasons)
    _look_again(row, looked_on=today_for(row.patient, at), last=_last_use(row))
    row.save(update_fields=["looked_on", "look_again_on"])
    _tell(row, EntryKind.LOOKED_AT_AGAIN, words=words.strip(), by=by, at=at)
    return row


@action(Can.RECORD_SCREENING)
def add_evidence(
    *, diagnosis: Diagnosis, source: str, weight: str, words: str, by: User, at: datetime, happened_on: date | None = None
) -> DiagnosisEntry:
    """Add one piece of evidence to a diagnosis, for or against it; whoever cares for the person may have seen it."""
    row = locked_diagnosis(diagnosis)
    checks = (
        (source not in EvidenceSource.values, "source", _("Choose one of the entries.")),
        (weight not in Weight.values, "weight", _("Choose one of the entries.")),
        (not words.strip(), "words", _("Say what was seen or heard.")),
        (happened_on is not None and happened_on > today_for(row.patient, at), "happened_on", _("This day lies in the future.")),
    )
    if reasons := [Reason(text, field=field) for holds, field, text in checks if holds]:
        raise Refused(*reasons)
    return _tell(row, EntryKind.EVIDENCE, words=words.strip(), by=by, at=at, source=source, weight=weight, happened_on=happened_on)


@action(Can.RECORD_SCREENING)
def record_use(
    *,
    patient: Patient,
    substance: str,
    used_on: date,
    by: User,
    at: datetime,
    source: str = UseSource.TOLD,
    route: str = "",
    amount: str = "",
    words: str = "",
) -> UseReport:
    """Record when a substance was last used; what was to be looked at again is looked at four weeks later, and nothing else follows."""
    row = locked(patient)
    today = today_for(row, at)
    checks = (
        (substance not in Substance.values, "substance", _("Choose the substance.")),
        (source not in UseSource.values, "source", _("Choose one of the entries.")),
        (route not in ("", *Route.values), "route", _("Choose one of the entries.")),
        (used_on > today, "used_on", _("This day lies in the future.")),
    )
    if reasons := [Reason(text, field=field) for holds, field, text in checks if holds]:
        raise Refused(*reasons)
    report = UseReport.objects.create(
        patient=row,
        substance=substance,
        used_on=used_on,
        source=source,
        route=route,
        amount=amount.strip(),
        words=words.strip(),
        recorded_at=at,
        recorded_by=by,
    )
    if substance not in TELLS_NOTHING:
        _put_off(row, by=by, at=at)
    return report


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
    today, last = today_for(row, at), last_use_on(row)
    for diagnosis in rows:
        diagnosis.disorder = disorder_of(diagnosis.code)
        _look_again(diagnosis, looked_on=today, last=last)
    held = Diagnosis.objects.select_for_update(no_key=True).filter(patient=row, pk__in=[d.pk for d in changed])
    before = {was.pk: was for was in held.exclude(certainty=Certainty.REFUTED)}
    told = [d for d in changed if d.pk in before]
    for diagnosis in told:
        _keep_what_is_ours(diagnosis, before[diagnosis.pk])
    Diagnosis.objects.bulk_update(told, TOLD, batch_size=500)
    for diagnosis in new:
        diagnosis.patient, diagnosis.recorded_at, diagnosis.recorded_by = row, at, by
    made = Diagnosis.objects.bulk_create(new, batch_size=2000)
    steps = [_entry(d, EntryKind.TAKEN_OVER, words=d.basis, by=by, at=at) for d in made]
    steps += [
        _entry(d, EntryKind.TAKEN_OVER, was=was, words=d.basis, by=by, at=at)
        for d in told
        if (was := _standing(before[d.pk])) != _standing(d)
    ]
    DiagnosisEntry.objects.bulk_create(steps, batch_size=2000)
    return made


def _official_title(code: str) -> str:
    """Return the title of a code in the classification."""
    known = icd_codes().get(code)
    return known.title if known else ""


def _standing(diagnosis: Diagnosis) -> tuple[str, str, str]:
    """Return certainty, course and code."""
    return diagnosis.certainty, diagnosis.course, diagnosis.code


def _keep_what_is_ours(told: Diagnosis, ours: Diagnosis) -> None:
    """Keep what was said here more exactly than elsewhere, where the two would contradict each other."""
    said_of_axis = ours.criteria_count is not None or ours.on_maintenance or ours.controlled_environment or ours.relation_to_use
    told.axis = ours.axis if said_of_axis else told.axis
    told.remission_since = ours.remission_since if told.course == CourseOfDiagnosis.REMISSION else None
    began = told.onset_on
    if ours.onset_age is not None or (began and ours.first_treated_on and began > ours.first_treated_on):
        told.onset_on = ours.onset_on
    if ours.look_again_on and told.look_again_on:
        told.looked_on, told.look_again_on = ours.looked_on, ours.look_again_on


def _say_exactly(diagnosis: Diagnosis, specifiers: Specifiers) -> None:
    """Put what is said more exactly into the row, with the code that follows from it beside the one that was chosen."""
    found = replace(specifiers, disorder=specifiers.disorder or disorder_of(diagnosis.code))
    for name, value in asdict(found).items():
        setattr(diagnosis, name, list(value) if isinstance(value, tuple) else value)
    diagnosis.criteria_count, diagnosis.severity = found.count, found.how_severe
    diagnosis.suggested_code = "" if specifiers == NOTHING_SAID else _suggested(diagnosis)


def _suggested(diagnosis: Diagnosis) -> str:
    """Return the code that follows from what the row says."""
    found, use = diagnosis.specifiers, None
    if found.relation_to_use == RelationToUse.SUBSTANCE_INDUCED:
        use = next((row.specifiers for row in use_disorders_for(diagnosis.patient)), None)
    return suggest(found, in_remission=diagnosis.course == CourseOfDiagnosis.REMISSION, use=use).code


def _look_again(diagnosis: Diagnosis, *, looked_on: date, last: date | None) -> None:
    """Say when a diagnosis is looked at again, or that it is not."""
    if not is_looked_at_again(axis=diagnosis.axis, certainty=diagnosis.certainty, course=diagnosis.course):
        diagnosis.look_again_on = None
        return
    diagnosis.looked_on = looked_on
    diagnosis.look_again_on = look_again_on(looked_on=looked_on, last_use_on=last)


def _last_use(diagnosis: Diagnosis) -> date | None:
    """Return the last use that matters to a diagnosis; nobody is asked where none does."""
    waits = is_looked_at_again(axis=diagnosis.axis, certainty=diagnosis.certainty, course=diagnosis.course)
    return last_use_on(diagnosis.patient) if waits else None


def _put_off(patient: Patient, *, by: User, at: datetime) -> None:
    """Move the day to look again of every provisional diagnosis to where the last use puts it."""
    waiting = Diagnosis.objects.select_for_update(no_key=True).filter(patient=patient, look_again_on__isnull=False)
    used, steps = last_use_on(patient), []
    for diagnosis in waiting:
        day = look_again_on(looked_on=diagnosis.looked_on or diagnosis.recorded_at.date(), last_use_on=used)
        if day != diagnosis.look_again_on:
            diagnosis.look_again_on = day
            diagnosis.save(update_fields=["look_again_on"])
            steps.append(_entry(diagnosis, EntryKind.PUT_OFF, by=by, at=at))
    DiagnosisEntry.objects.bulk_create(steps)


def _tell(
    diagnosis: Diagnosis,
    kind: str,
    *,
    by: User,
    at: datetime,
    was: tuple[str, str, str] = ("", "", ""),
    words: str = "",
    source: str = "",
    weight: str = "",
    happened_on: date | None = None,
) -> DiagnosisEntry:
    """Write one step of the story."""
    entry = _entry(diagnosis, kind, was=was, words=words, by=by, at=at)
    entry.source, entry.weight, entry.happened_on = source, weight, happened_on
    entry.save(force_insert=True)
    return entry


def _entry(
    diagnosis: Diagnosis, kind: str, *, by: User, at: datetime, was: tuple[str, str, str] = ("", "", ""), words: str = ""
) -> DiagnosisEntry:
    """Return one step of the story, not written yet."""
    was_certainty, was_course, was_code = was
    return DiagnosisEntry(
        diagnosis=diagnosis,
        kind=kind,
        was_certainty=was_certainty,
        certainty=diagnosis.certainty,
        was_course=was_course,
        course=diagnosis.course,
        was_code=was_code,
        code=diagnosis.code or diagnosis.other_code,
        words=words,
        look_again_on=diagnosis.look_again_on,
        recorded_at=at,
        recorded_by=by,
    )
