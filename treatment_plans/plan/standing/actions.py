"""Write down where somebody stands: ratings of a scale, and the stage of change of a disorder."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.finishing import Finished, finish
from casemgr.core.refusals import Reason, Refused
from patients.diagnoses.models import Axis, Diagnosis
from patients.episodes.models import Episode
from patients.record.models import Patient
from treatment_plans.plan.standing.models import ChangeStage, StageOfChange, StandingRating
from treatment_plans.plan.standing.queries import lies_on


@action(Can.WRITE_PLAN)
def rate_standing(
    *,
    patient: Patient,
    program: Program,
    scale: str,
    levels: Mapping[str, int | None],
    words: Mapping[str, str] | None = None,
    on: date,
    draft: Finished | None = None,
    by: User,
    at: datetime,
) -> list[StandingRating]:
    """Write down how the parts of a scale are on a day; what nobody rated and nobody said a word about is left out."""
    finish(draft, by=by, at=at)
    said = {part: text.strip() for part, text in (words or {}).items()}
    told = {part: levels.get(part) for part in {**levels, **said} if levels.get(part) is not None or said.get(part)}
    reasons = _against_day(patient, program, on, at)
    if not told:
        reasons.append(Reason(_("Rate at least one part, or say a word about it."), code="nothing_rated"))
    reasons += [Reason(_("Rate it on the scale."), field=f"level_{p}") for p, level in told.items() if not lies_on(scale, p, level)]
    if reasons:
        raise Refused(*reasons)
    common = {"patient": patient, "program": program, "scale": scale, "rated_on": on, "recorded_by": by, "recorded_at": at}
    rows = [StandingRating(part=part, level=level, words=said.get(part, ""), **common) for part, level in told.items()]
    return StandingRating.objects.bulk_create(rows)


@action(Can.WRITE_PLAN)
def note_stage_of_change(
    *,
    patient: Patient,
    program: Program,
    axis: str,
    stage: str,
    diagnosis: Diagnosis | None = None,
    words: str = "",
    on: date,
    draft: Finished | None = None,
    by: User,
    at: datetime,
) -> StageOfChange:
    """Write down how ready somebody is to change something about one disorder."""
    finish(draft, by=by, at=at)
    reasons = _against_day(patient, program, on, at)
    if diagnosis is not None and diagnosis.patient_id != patient.pk:
        reasons.append(Reason(_("This diagnosis is another person's. Choose one of this person's own."), field="diagnosis"))
    if axis not in Axis.values:
        reasons.append(Reason(_("Say which disorder it is about."), field="disorder"))
    if stage not in ChangeStage.values:
        reasons.append(Reason(_("Choose a stage from the list."), field="stage"))
    if reasons:
        raise Refused(*reasons)
    return StageOfChange.objects.create(
        patient=patient,
        program=program,
        axis=diagnosis.axis if diagnosis else axis,
        diagnosis=diagnosis,
        stage=stage,
        words=words.strip(),
        seen_on=on,
        recorded_by=by,
        recorded_at=at,
    )


def _against_day(patient: Patient, program: Program, on: date, at: datetime) -> list[Reason]:
    """Return a reason when the day is still to come, or somebody was never in care here."""
    reasons = []
    if not Episode.objects.filter(patient=patient, program=program).exists():
        reasons.append(Reason(_("This person was never in care in this program. Admit them first."), code="not_in_program"))
    if on > at.astimezone(program.zone).date():
        reasons.append(Reason(_("That day is still to come."), field="on"))
    return reasons
