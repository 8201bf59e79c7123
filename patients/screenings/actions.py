"""Record what was measured, answered and tested."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.record.models import Patient
from patients.screenings.models import Observation, ObservationKind, QuestionnaireAnswers
from patients.screenings.rules import ANSWER_STATUSES, LOINC, STATUSES, ObservationProblem, observation_problems, score_of


@action(Can.RECORD_SCREENING)
def record_observation(
    *,
    patient: Patient,
    kind: str,
    code: str,
    title: str,
    observed_at: datetime,
    by: User,
    at: datetime,
    code_system: str = LOINC,
    value_number: Decimal | None = None,
    value_unit: str = "",
    value_code: str = "",
    value_text: str = "",
    components: Sequence[Any] = (),
    status: str = "final",
) -> Observation:
    """Record one measured fact: a score, a laboratory result, a vital sign."""
    observation = Observation(
        patient=patient,
        kind=kind,
        code_system=code_system,
        code=code.strip(),
        title=title.strip(),
        observed_at=observed_at,
        value_number=value_number,
        value_unit=value_unit,
        value_code=value_code,
        value_text=value_text,
        components=list(components),
        status=status,
        recorded_at=at,
        recorded_by=by,
    )
    if reasons := _against_observation(observation, at):
        raise Refused(*reasons)
    observation.save(force_insert=True)
    return observation


@action(Can.RECORD_SCREENING)
def record_answers(
    *,
    patient: Patient,
    questionnaire: str,
    title: str,
    answered_at: datetime,
    answers: Sequence[Any],
    by: User,
    at: datetime,
    total: Decimal | None = None,
    status: str = "completed",
) -> QuestionnaireAnswers:
    """Record the answers to a questionnaire as they were given."""
    checks = (
        (not questionnaire, "questionnaire", _("Say which questionnaire was answered.")),
        (answered_at > at, "answered_at", _("The moment lies in the future.")),
        (status not in ANSWER_STATUSES, "status", _("Choose one of the entries.")),
    )
    if reasons := [Reason(text, field=field) for holds, field, text in checks if holds]:
        raise Refused(*reasons)
    return QuestionnaireAnswers.objects.create(
        patient=patient,
        questionnaire=questionnaire,
        title=title,
        answered_at=answered_at,
        answers=list(answers),
        total=total,
        status=status,
        recorded_at=at,
        recorded_by=by,
    )


@action(Can.RECORD_SCREENING)
def take_over_observations_in_bulk(
    *, patient: Patient, new: Sequence[Observation], changed: Sequence[Observation], by: User, at: datetime
) -> list[Observation]:
    """Take over what was measured elsewhere, as it is told."""
    if any(row.kind not in ObservationKind.values or row.status not in STATUSES or not row.code for row in (*new, *changed)):
        raise Refused(_("Each measured fact needs its kind, its code and its status."))
    held = set(
        Observation.objects.select_for_update().filter(patient=patient, pk__in=[row.pk for row in changed]).values_list("pk", flat=True)
    )
    fields = ["kind", "code_system", "code", "title", "observed_at", "components", "status"]
    fields += ["value_number", "value_unit", "value_code", "value_text"]
    Observation.objects.bulk_update([row for row in changed if row.pk in held], fields, batch_size=500)
    for row in new:
        row.patient, row.recorded_at, row.recorded_by = patient, at, by
    return Observation.objects.bulk_create(new, batch_size=2000)


@action(Can.RECORD_SCREENING)
def take_over_answers_in_bulk(
    *, patient: Patient, new: Sequence[QuestionnaireAnswers], changed: Sequence[QuestionnaireAnswers], by: User, at: datetime
) -> list[QuestionnaireAnswers]:
    """Take over questionnaires answered elsewhere, as they are told."""
    if any(not row.questionnaire or row.status not in ANSWER_STATUSES for row in (*new, *changed)):
        raise Refused(_("Each set of answers needs its questionnaire and its status."))
    mine = QuestionnaireAnswers.objects.select_for_update().filter(patient=patient, pk__in=[row.pk for row in changed])
    held = set(mine.values_list("pk", flat=True))
    fields = ["questionnaire", "title", "answered_at", "answers", "total", "status"]
    QuestionnaireAnswers.objects.bulk_update([row for row in changed if row.pk in held], fields, batch_size=500)
    for row in new:
        row.patient, row.recorded_at, row.recorded_by = patient, at, by
    return QuestionnaireAnswers.objects.bulk_create(new, batch_size=2000)


def _against_observation(observation: Observation, at: datetime) -> list[Reason]:
    """Return in sentences what is missing or impossible in a measured fact."""
    score = score_of(observation.code_system, observation.code)
    span = {"lowest": score.lowest if score else "", "highest": score.highest if score else ""}
    words = {
        ObservationProblem.NO_VALUE: _("Enter the result."),
        ObservationProblem.OUT_OF_RANGE: _("This total goes from %(lowest)s to %(highest)s.") % span,
    }
    problems = observation_problems(
        code_system=observation.code_system,
        code=observation.code,
        status=observation.status,
        number=observation.value_number,
        has_other_value=bool(observation.value_code or observation.value_text or observation.components),
    )
    checks = (
        (not (observation.code and observation.title), "code", _("Choose what was measured.")),
        (observation.kind not in ObservationKind.values, "kind", _("Choose one of the entries.")),
        (observation.status not in STATUSES, "status", _("Choose one of the entries.")),
        (observation.observed_at > at, "observed_at", _("The moment lies in the future.")),
    )
    reasons = [Reason(text, field=field) for holds, field, text in checks if holds]
    return reasons + [Reason(words[problem], field="value_number", code=problem) for problem in problems]
