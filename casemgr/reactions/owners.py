"""Say who is asked to see to something: somebody who may, and who may see the person."""

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can, Role
from patients.caseload.queries import care_team_of, patients_seen_by
from patients.record.models import Patient


def in_charge(patient: Patient, program_id: int) -> User | None:
    """Return who leads the care team in this program, or the case manager, or nobody who could take on a task."""
    team = care_team_of(patient).filter(program=program_id)
    wanted = sorted((m for m in team if m.is_lead or m.role == Role.CASE_MANAGER), key=lambda member: not member.is_lead)
    return next((member.user for member in wanted if may_take_on(member.user, patient, program_id)), None)


def may_take_on(user: User, patient: Patient, program_id: int) -> bool:
    """Say whether somebody could take on a task for this person."""
    sees = patients_seen_by(user, can=Can.SEE_CASEWORK).filter(pk=patient.pk)
    return user.may(Can.WRITE_TASK, program_id=program_id) and sees.exists()
