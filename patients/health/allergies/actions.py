"""Record what somebody does not tolerate, and that they were asked."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.health.allergies.models import Allergy, AllergyAnswer, AllergyCategory, AllergyQuestion
from patients.health.allergies.queries import active_allergies_of
from patients.health.queries import new_fact
from patients.record.models import Patient


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
