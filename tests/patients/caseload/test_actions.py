from datetime import date, timedelta

import pytest

from casemgr.core.accounts.models import Membership, Program, User
from casemgr.core.accounts.rules import Role
from casemgr.core.outbox.draining import drain
from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Denied, Refused
from patients.caseload.actions import assign_care_team_member, end_care_team, end_care_team_member, take_into_care
from patients.caseload.models import CareTeamMember
from patients.caseload.queries import care_team_of, patients_seen_by
from patients.episodes.actions import admit_patient, discharge_patient
from patients.record.models import Patient
from tests.worlds import ALL_ANSWERED

SINCE = date(2026, 2, 2)


@pytest.fixture
def by(clinic, now):
    return {"by": clinic.case_manager, "at": now}


@pytest.fixture
def newcomer(clinic, now):
    return Patient.objects.create(
        given_name="Ana", family_name="Flores", registered_site=clinic.north, recorded_at=now, recorded_by=clinic.case_manager
    )


@pytest.fixture
def place(clinic, newcomer, by):
    def put(user, role, **more):
        return assign_care_team_member(patient=newcomer, program=clinic.program, user=user, role=role, since=SINCE, **{**by, **more})

    return put


def _fields(refused):
    return {reason.field for reason in refused.value.reasons}


def test_the_care_team_opens_the_chart_and_closes_it(clinic, newcomer, place, by):
    admit_patient(patient=newcomer, site=clinic.north, admitted_on=SINCE, **by)
    assert newcomer not in patients_seen_by(clinic.therapist)
    member = place(clinic.therapist, Role.THERAPIST)
    assert newcomer in patients_seen_by(clinic.therapist)
    end_care_team_member(member=member, until=date(2026, 3, 4), **by)
    assert newcomer not in patients_seen_by(clinic.therapist)


def test_who_is_put_in_charge_takes_over(clinic, newcomer, place):
    place(clinic.case_manager, Role.CASE_MANAGER, is_lead=True)
    place(clinic.therapist, Role.THERAPIST)
    place(clinic.therapist, Role.THERAPIST, is_lead=True)
    assert [(member.user, member.is_lead) for member in care_team_of(newcomer)] == [
        (clinic.therapist, True),
        (clinic.case_manager, False),
    ]


def test_nobody_is_named_twice_in_one_role(clinic, place):
    place(clinic.therapist, Role.THERAPIST)
    with pytest.raises(Refused) as refused:
        place(clinic.therapist, Role.THERAPIST)
    assert _fields(refused) == {"user"}
    assert CareTeamMember.objects.count() == 1


@pytest.mark.parametrize("role", [Role.NURSE, "cook"])
def test_nobody_joins_in_a_role_they_do_not_hold(clinic, place, role):
    with pytest.raises(Refused) as refused:
        place(clinic.therapist, role)
    assert _fields(refused) == {"role"}
    assert not CareTeamMember.objects.exists()


def test_front_desk_does_not_assign(clinic, place, now):
    with pytest.raises(Denied):
        place(clinic.therapist, Role.THERAPIST, by=clinic.front_desk)
    assert not CareTeamMember.objects.exists()


def test_care_does_not_end_before_it_began_nor_twice(clinic, place, by):
    member = place(clinic.therapist, Role.THERAPIST)
    with pytest.raises(Refused) as refused:
        end_care_team_member(member=member, until=SINCE - timedelta(days=1), **by)
    assert _fields(refused) == {"until"}
    end_care_team_member(member=member, until=SINCE, **by)
    with pytest.raises(Refused):
        end_care_team_member(member=member, until=SINCE, **by)


def test_an_admission_puts_somebody_in_charge_at_once(clinic, newcomer, by):
    me = clinic.case_manager.current_memberships[0]
    take_into_care(patient=newcomer, site=clinic.north, admitted_on=SINCE, referral_source="1", in_charge=me, **by)
    assert [(member.user, member.is_lead, member.since) for member in care_team_of(newcomer)] == [(clinic.case_manager, True, SINCE)]
    assert newcomer in patients_seen_by(clinic.case_manager)


def test_a_refused_place_on_the_team_undoes_the_admission(clinic, newcomer, by):
    stranger = clinic.hire(Role.THERAPIST, clinic.north).current_memberships[0]
    stranger.role = Role.PEER
    with pytest.raises(Refused):
        take_into_care(patient=newcomer, site=clinic.north, admitted_on=SINCE, referral_source="1", in_charge=stranger, **by)
    assert not newcomer.episodes.exists()
    assert not Fact.objects.exists()


def test_a_discharge_ends_the_care_team(clinic, newcomer, place, by, now):
    stay = admit_patient(patient=newcomer, site=clinic.north, admitted_on=SINCE, **by)
    place(clinic.case_manager, Role.CASE_MANAGER, is_lead=True)
    place(clinic.therapist, Role.THERAPIST)
    discharge_patient(episode=stay, on=date(2026, 3, 4), reason="1", **ALL_ANSWERED, **by)
    drain(at=now)
    assert Fact.objects.get(kind="PatientDischarged").outcome == "2 left the care team"
    assert {member.until for member in CareTeamMember.objects.all()} == {date(2026, 3, 4)}
    assert newcomer not in patients_seen_by(clinic.therapist)


def test_a_late_reaction_leaves_the_team_of_the_next_stay_alone(clinic, newcomer, place, by, now):
    first = admit_patient(patient=newcomer, site=clinic.north, admitted_on=SINCE, **by)
    place(clinic.therapist, Role.THERAPIST)
    discharge_patient(episode=first, on=date(2026, 3, 4), reason="2", **ALL_ANSWERED, **by)
    later = now + timedelta(hours=1)
    admit_patient(patient=newcomer, site=clinic.north, admitted_on=date(2026, 3, 4), by=clinic.case_manager, at=later)
    place(clinic.case_manager, Role.CASE_MANAGER, at=later)
    first.refresh_from_db()
    assert end_care_team(episode=first, by=clinic.system, at=later + timedelta(hours=1)) == 1
    assert [member.user for member in care_team_of(newcomer)] == [clinic.case_manager]


def test_a_place_on_the_team_is_cheap(clinic, place, query_count):
    assert clinic.case_manager.current_memberships
    assert clinic.therapist.current_memberships
    with query_count(8):
        place(clinic.therapist, Role.THERAPIST)


def test_nobody_joins_the_care_team_of_somebody_who_is_not_in_their_program(clinic, by):
    patient = clinic.patient()
    other = Program.objects.create(name="Elsewhere")
    stranger = clinic.hire(Role.CASE_MANAGER, None, program=other)
    Membership.objects.create(user=by["by"], program=other, role=Role.CASE_MANAGER, starts_on="2024-01-01")
    me = User.objects.get(pk=by["by"].pk)
    with pytest.raises(Refused) as refused:
        assign_care_team_member(
            patient=patient, program=other, user=stranger, role="case_manager", since=date(2026, 3, 4), **{**by, "by": me}
        )
    assert [reason.code for reason in refused.value.reasons] == ["not_in_program"]
    assert not patients_seen_by(stranger).exists()
