"""Record what somebody does not tolerate, and that they were asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.health.allergies.models import Allergy, AllergyAnswer, AllergyCategory, AllergyCertainty, AllergyQuestion
from patients.health.allergies.queries import active_allergies_of
from patients.health.queries import new_fact
from patients.record.models import Patient
from patients.record.queries import locked

TAKEN_OVER = [
    "substance", "rxnorm", "kind", "category", "reaction", "severity", "criticality", "certainty", "course", "since", "remark",
    "in_error_why",
]  # fmt: skip
"""What another system tells of an allergy."""


@action(Can.RECORD_HEALTH)
def record_allergy(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> Allergy:
    """Record an allergy or intolerance with what happened and how sure it is."""
    allergy = new_fact(Allergy, patient=patient, program=program, by=by, at=at, **facts)
    allergy.save(force_insert=True)
    return allergy


@action(Can.RECORD_HEALTH)
def note_allergies_asked(*, patient: Patient, program: Program, by: User, at: datetime, **facts: Any) -> AllergyQuestion:
    """Write down that a person was asked about allergies and named none; what is on the list contradicts that."""
    question = new_fact(AllergyQuestion, patient=patient, program=program, by=by, at=at, **facts)
    listed = active_allergies_of(patient)
    if question.answer == AllergyAnswer.NO_MEDICATION:
        listed = listed.filter(category=AllergyCategory.MEDICATION)
    denies = question.answer in (AllergyAnswer.NONE_KNOWN, AllergyAnswer.NO_MEDICATION)
    if denies and (names := ", ".join(listed.values_list("substance", flat=True)[:5])):
        text = _("On the list: %(names)s. Resolve or refute that first.") % {"names": names}
        raise Refused(Reason(text, field="answer", code="listed"))
    question.save(force_insert=True)
    return question


@action(Can.RECORD_HEALTH)
def take_over_allergies_in_bulk(
    *, patient: Patient, new: Sequence[Allergy], changed: Sequence[Allergy], by: User, at: datetime
) -> list[Allergy]:
    """Take over allergies as another system tells them; what was refuted or marked as an error here stays so, whatever is told.

    What is told twice is kept once; the repetition stands as an error, so that no entry from elsewhere is lost.
    """
    row = locked(patient)
    if any(not allergy.substance or allergy.category not in AllergyCategory.values for allergy in (*new, *changed)):
        raise Refused(Reason(_("Each allergy needs what it is to, and its category."), code="incomplete"))
    for allergy in (*new, *changed):
        allergy.patient, allergy.recorded_at, allergy.recorded_by = row, at, by
    kept = {allergy.pk: allergy for allergy in Allergy.objects.select_for_update(no_key=True).filter(patient=row)}
    open_to_change = [one for one in changed if (was := kept.get(one.pk)) and was.stands and was.certainty != AllergyCertainty.REFUTED]
    told = {one.pk for one in open_to_change}
    listed = {was.substance.casefold() for was in kept.values() if was.holds and was.pk not in told}
    for allergy in (*open_to_change, *new):
        if allergy.holds and allergy.substance.casefold() in listed:
            allergy.in_error_why = _("Told twice.")
        elif allergy.holds:
            listed.add(allergy.substance.casefold())
    Allergy.objects.bulk_update(open_to_change, TAKEN_OVER, batch_size=500)
    return Allergy.objects.bulk_create(new, batch_size=2000)
