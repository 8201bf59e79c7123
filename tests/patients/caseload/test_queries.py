from datetime import date

import pytest
from django.db.models import Q

from casemgr.core.accounts.models import Membership, Program
from casemgr.core.accounts.rules import Can, Role
from patients.caseload.models import CareTeamMember
from patients.caseload.queries import (
    care_team_of,
    caseload_of,
    colleagues_in,
    in_care_seen_by,
    is_seen_by,
    never_admitted_seen_by,
    patients_seen_by,
    sites_open_to,
    with_care,
)
from patients.episodes.models import Episode
from patients.record.models import Patient
from tests.worlds import end_stays


def _registered(clinic, site, by):
    return Patient.objects.create(given_name="New", family_name="Comer", registered_site=site, recorded_at=clinic.now, recorded_by=by)


@pytest.fixture
def world(clinic):
    """Return people at both sites, in care, gone, on a caseload or not."""
    nobody = clinic.hire(Role.PEER, clinic.south)
    people = {
        "north": clinic.patient(team=(nobody,)),
        "south": clinic.patient(clinic.south, team=(nobody,)),
        "mine": clinic.patient(clinic.south, team=(clinic.case_manager,)),
        "once_mine": clinic.patient(team=(nobody,)),
        "gone": clinic.patient(team=(nobody,)),
        "moved": clinic.patient(team=(nobody,)),
        "new_here": _registered(clinic, clinic.north, clinic.front_desk),
        "new_mine": _registered(clinic, clinic.north, clinic.case_manager),
        "new_there": _registered(clinic, clinic.south, clinic.system),
    }
    former = clinic.on_care_team(people["once_mine"], clinic.case_manager)
    former.until = date(2026, 2, 1)
    former.save()
    end_stays(people["gone"].episodes, date(2026, 2, 1))
    stay = people["moved"].episodes.get()
    end_stays(people["moved"].episodes, date(2026, 2, 1), "4")
    Episode.objects.create(
        patient=people["moved"], program=clinic.program, site=clinic.south, admitted_on=date(2026, 2, 1), transferred_from=stay,
        recorded_at=clinic.now, recorded_by=clinic.system,
    )  # fmt: skip
    return people


def _seen(world, patients):
    names = {patient.pk: name for name, patient in world.items()}
    return {names[patient.pk] for patient in patients}


AT_NORTH = {"north", "once_mine", "gone", "moved", "new_here", "new_mine"}
EVERYBODY = AT_NORTH | {"south", "mine", "new_there"}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.CASE_MANAGER, {"mine", "new_mine"}),
        (Role.THERAPIST, set()),
        (Role.PEER, set()),
        (Role.NURSE, AT_NORTH),
        (Role.PRESCRIBER, AT_NORTH),
        (Role.FRONT_DESK, AT_NORTH),
        (Role.DIRECTOR, AT_NORTH),
        (Role.PRIVACY_OFFICER, AT_NORTH),
        (Role.ADMINISTRATOR, set()),
    ],
)
def test_each_role_sees_its_own_caseload_or_its_site(clinic, world, role, expected):
    assert _seen(world, patients_seen_by(clinic.staff[role])) == expected


def test_a_role_in_the_whole_program_sees_all_its_sites(clinic, world):
    assert _seen(world, patients_seen_by(clinic.hire(Role.DIRECTOR, None))) == EVERYBODY


def test_another_program_sees_nobody_of_this_one(clinic, world):
    other = Program.objects.create(name="Elsewhere")
    site = other.sites.create(name="Far")
    for role in Role:
        assert not patients_seen_by(clinic.hire(role, None, program=other)).exists()
        assert not patients_seen_by(clinic.hire(role, site, program=other)).exists()


def test_two_roles_see_what_either_sees(clinic, world):
    user = clinic.hire(Role.CASE_MANAGER, clinic.north)
    Membership.objects.create(user=user, program=clinic.program, site=clinic.south, role=Role.NURSE, starts_on=date(2024, 1, 1))
    clinic.on_care_team(world["north"], user)
    assert _seen(world, patients_seen_by(user)) == {"north", "south", "mine", "moved", "new_there"}


def test_a_right_that_only_one_role_holds_reaches_only_its_patients(clinic, world):
    user = clinic.hire(Role.DIRECTOR, None)
    Membership.objects.create(user=user, program=clinic.program, site=clinic.south, role=Role.NURSE, starts_on=date(2024, 1, 1))
    assert _seen(world, patients_seen_by(user)) == EVERYBODY
    assert _seen(world, patients_seen_by(user, can=Can.ADMINISTER_DOSE)) == {"south", "mine", "moved", "new_there"}
    assert not patients_seen_by(user, can=Can.WRITE_PLAN).exists()


def test_an_ended_membership_and_a_deactivated_user_see_nobody(clinic, world):
    user = clinic.hire(Role.NURSE, clinic.north)
    user.memberships.update(ends_on=date(2026, 1, 1))
    assert not patients_seen_by(user).exists()
    gone = clinic.hire(Role.NURSE, clinic.north)
    gone.is_active = False
    assert not patients_seen_by(gone).exists()


def test_care_that_begins_tomorrow_opens_nothing_yet(clinic):
    nobody = clinic.hire(Role.PEER, clinic.south)
    patient = clinic.patient(team=(nobody,))
    place = clinic.on_care_team(patient, clinic.case_manager)
    CareTeamMember.objects.filter(pk=place.pk).update(since=date(2999, 1, 1))
    assert not patients_seen_by(clinic.case_manager).exists()


@pytest.mark.parametrize("role", list(Role))
def test_asked_row_by_row_the_same_people_are_seen_beside_others_and_not_among_them(clinic, world, role):
    user, stays = clinic.staff[role], Episode.objects.filter(patient__in=world.values())
    seen = _seen(world, patients_seen_by(user))
    assert _seen(world, Patient.objects.filter(is_seen_by(user, patient="pk"))) == seen
    assert _seen(world, Patient.objects.filter(~is_seen_by(user, patient="pk"))) == EVERYBODY - seen
    here = Q(site=clinic.south) | is_seen_by(user)
    assert _seen(world, {stay.patient for stay in stays.filter(here)}) == {"south", "mine", "moved"} | (seen - {"new_here", "new_mine"})


def test_the_registrar_loses_sight_once_somebody_else_cares(clinic, world):
    newcomer = world["new_mine"]
    Episode.objects.create(
        patient=newcomer, program=clinic.program, site=clinic.south, admitted_on=date(2026, 3, 1), recorded_at=clinic.now,
        recorded_by=clinic.system,
    )  # fmt: skip
    assert newcomer not in patients_seen_by(clinic.case_manager)
    assert newcomer not in patients_seen_by(clinic.nurse)


def test_the_views_of_the_caseload_divide_it(clinic, world):
    nurse = clinic.nurse
    assert _seen(world, in_care_seen_by(nurse)) == {"north", "once_mine"}
    assert _seen(world, never_admitted_seen_by(nurse)) == {"new_here", "new_mine"}
    assert _seen(world, in_care_seen_by(clinic.case_manager)) == {"mine"}
    assert _seen(world, caseload_of(clinic.case_manager)) == {"mine"}


def test_the_care_team_names_who_is_in_charge_first(clinic):
    patient = clinic.patient()
    lead = CareTeamMember.objects.get(patient=patient, user=clinic.therapist)
    CareTeamMember.objects.filter(pk=lead.pk).update(is_lead=True)
    assert care_team_of(patient)[0].user == clinic.therapist
    row = with_care(Patient.objects.filter(pk=patient.pk)).get()
    assert [stay.site for stay in row.open_stays] == [clinic.north]
    assert [member.user for member in row.in_charge] == [clinic.therapist]


def test_sites_and_colleagues_follow_the_right(clinic):
    assert set(sites_open_to(clinic.nurse, can=Can.REGISTER_PATIENT)) == {clinic.north}
    everywhere = clinic.hire(Role.NURSE, None)
    assert set(sites_open_to(everywhere, can=Can.REGISTER_PATIENT)) == {clinic.north, clinic.south}
    assert not sites_open_to(clinic.nurse, can=Can.PRESCRIBE).exists()
    assert {membership.user for membership in colleagues_in(clinic.program)} == {
        clinic.case_manager,
        clinic.therapist,
        clinic.peer,
        clinic.nurse,
        clinic.prescriber,
        everywhere,
    }


@pytest.mark.parametrize("role", [Role.CASE_MANAGER, Role.NURSE])
def test_who_may_be_seen_is_one_statement(clinic, world, role, query_count):
    user = clinic.staff[role]
    assert user.current_memberships
    with query_count(1):
        list(patients_seen_by(user))
