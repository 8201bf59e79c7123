"""Build the world that tests happen in: a clinic with two sites, its staff, and people in care."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.db.models import QuerySet

from casemgr.core.accounts.models import Membership, Program, Site, User, UserKind
from casemgr.core.accounts.rules import CASELOAD_ROLES, Role
from patients.caseload.models import CareTeamMember
from patients.episodes.models import Episode, LeavingPlan
from patients.record.models import Patient

_numbers = count(1)

GIVEN, FAMILY = "Zqvxw", "Kxqzjw"
"""What people in tests are called, with a number behind it: nothing else is spelled like this, so that a name that gets out is noticed."""


ALL_ANSWERED = {
    "medication": "not_taken", "naloxone": "in_hand", "naloxone_words": "Has one from the pharmacy.", "appointment": "declined", "appointment_words": "Sees a doctor at home.",
    "contact": "declined", "contact_words": "Moves away.",
}  # fmt: skip
"""Answers with which a discharge is finished and asks nothing of anybody afterwards."""


def end_stays(stays: QuerySet[Episode], on: Any, reason: str = "1") -> None:
    """End stays in the table itself, as another system would have told them."""
    for stay in stays.all():
        LeavingPlan.objects.create(episode=stay, basis="elsewhere", recorded_at=stay.recorded_at, recorded_by_id=stay.recorded_by_id)
    stays.update(discharged_on=on, discharge_reason=reason)


TEN_YEARS = 3650
"""Days over which birth dates are spread: people in tests stay adults however many tests run before."""


@dataclass
class Clinic:
    """Hold a program with the sites North and South, one person of each role at North, and the system itself."""

    now: datetime
    program: Program
    north: Site
    south: Site
    system: User
    staff: dict[Role, User] = field(default_factory=dict)

    @classmethod
    def open(cls, now: datetime) -> "Clinic":
        """Make the clinic."""
        program = Program.objects.create(name="River Street Program", callback_phone="555-0100")
        north = Site.objects.create(program=program, name="North", time_zone="America/New_York")
        south = Site.objects.create(program=program, name="South", time_zone="America/New_York")
        system, _ = User.objects.get_or_create(
            kind=UserKind.SYSTEM, defaults={"email": "system@casemgr.invalid", "full_name": "The system"}
        )
        clinic = cls(now, program, north, south, system)
        staff = User.objects.bulk_create([_somebody(role, email=f"{role}@north.test") for role in Role])
        Membership.objects.bulk_create([_membership(user, program, north, role) for user, role in zip(staff, Role, strict=True)])
        clinic.staff = dict(zip(Role, staff, strict=True))
        return clinic

    def hire(self, role: Role, site: Site | None, *, email: str = "", program: Program | None = None) -> User:
        """Make a user who holds this role at this site (or, with none, in the whole program)."""
        user = _somebody(role, email=email)
        user.save(force_insert=True)
        _membership(user, program or self.program, site, role).save(force_insert=True)
        return user

    def patient(
        self, site: Site | None = None, *, team: tuple[Role | User, ...] = (), given: str = "", family: str = "", **facts: object
    ) -> Patient:
        """Make a person in care at a site (North), with these members of staff on their care team.

        With `team=()` everybody of the roles that see their own caseload only is on it; name `team=(None,)`-like users to choose.
        """
        number = next(_numbers)
        site = site or self.north
        patient = Patient.objects.create(
            given_name=given or f"{GIVEN}{number}",
            family_name=family or f"{FAMILY}{number}",
            registered_site=site,
            recorded_at=self.now,
            recorded_by=self.system,
            **{"birth_date": date(1985, 1, 1) + timedelta(days=number % TEN_YEARS), **facts},
        )
        Episode.objects.create(
            patient=patient, program=site.program, site=site, admitted_on=date(2026, 1, 5), recorded_at=self.now, recorded_by=self.system
        )
        members = [self.staff[member] if isinstance(member, Role) else member for member in team or tuple(CASELOAD_ROLES)]
        CareTeamMember.objects.bulk_create([self._member(patient, user) for user in members])
        return patient

    def on_care_team(self, patient: Patient, user: User) -> CareTeamMember:
        """Put a user on a patient's care team in the first role they hold."""
        member = self._member(patient, user)
        member.save(force_insert=True)
        return member

    def _member(self, patient: Patient, user: User) -> CareTeamMember:
        return CareTeamMember(
            patient=patient,
            program=self.program,
            user=user,
            role=sorted(user.role_codes)[0],
            since=date(2026, 1, 5),
            recorded_at=self.now,
            recorded_by=self.system,
        )

    def __getattr__(self, name: str) -> User:
        """Return the person of a role by its name: `clinic.nurse`, `clinic.case_manager`."""
        try:
            return self.staff[Role(name)]
        except ValueError:
            raise AttributeError(name) from None


def _somebody(role: Role, *, email: str = "") -> User:
    number = next(_numbers)
    return User(email=email or f"person{number}@clinic.test", full_name=f"{role.replace('_', ' ').title()} {number}")


def _membership(user: User, program: Program, site: Site | None, role: Role) -> Membership:
    return Membership(user=user, program=program, site=site, role=role, starts_on=date(2024, 1, 1))
