"""Write restricted notes."""

from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Denied, Reason, Refused
from patients.compartments.models import RestrictedNote
from patients.compartments.queries import RIGHT_OF
from patients.record.models import Patient


@action(Can.SEE_CHART)
def write_restricted_note(
    *, patient: Patient, program: Program, compartment: str, body: str, by: User, at: datetime, adds_to: RestrictedNote | None = None
) -> RestrictedNote:
    """Write a note into a compartment whose right one holds; it stands as it was written, more is said in an addendum."""
    right = RIGHT_OF.get(compartment)
    if right is None:
        raise Refused(Reason(_("Choose the compartment."), field="compartment"))
    if not by.may(right, program_id=program.pk):
        raise Denied(right)
    reasons = [] if body.strip() else [Reason(_("Write the note."), field="body")]
    if adds_to is not None and (adds_to.patient_id, adds_to.program_id, adds_to.compartment) != (patient.pk, program.pk, compartment):
        reasons.append(Reason(_("An addendum belongs to a note on the same person."), field="adds_to"))
    if reasons:
        raise Refused(*reasons)
    return RestrictedNote.objects.create(
        patient=patient, program=program, compartment=compartment, body=body.strip(), adds_to=adds_to, recorded_at=at, recorded_by=by
    )
