import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from patients.caseload.models import CareTeamMember
from patients.caseload.queries import care_team_of
from patients.record.models import Patient

CASELOAD = reverse("patients:caseload")

CASELOAD_QUERIES = 8
TEAM_QUERIES = 8
# session, user, memberships, patient, what the page shows, counts of the navigation, the audit row


@pytest.fixture
def worker(clinic, sign_in):
    return sign_in(clinic.case_manager)


@pytest.fixture
def newcomer(clinic, now):
    return Patient.objects.create(
        given_name="Ana", family_name="Flores", registered_site=clinic.north, recorded_at=now, recorded_by=clinic.case_manager
    )


def _page(name, patient, *more):
    return reverse(f"patients:{name}", args=[patient.public_id, *more])


def _text(answer):
    return answer.content.decode()


def test_the_caseload_shows_mine_and_nobody_elses(clinic, worker, newcomer):
    mine = clinic.patient(given="Mine", family="Own")
    clinic.patient(given="Other", family="Hidden", team=(clinic.hire(Role.PEER, clinic.north),))
    page = _text(worker.get(CASELOAD))
    assert "Mine Own" in page
    assert reverse("desk:chart", args=[mine.public_id]) in page
    assert "Hidden" not in page
    assert "Ana Flores" not in page
    assert "Ana Flores" in _text(worker.get(CASELOAD, {"show": "registered"}))
    assert AuditEvent.objects.filter(verb="caseload").count() == 2


def test_a_nurse_finds_the_whole_site(clinic, sign_in):
    clinic.patient(given="Some", family="One", team=(clinic.hire(Role.PEER, clinic.north),))
    clinic.patient(clinic.south, given="Far", family="Away")
    page = _text(sign_in(clinic.nurse).get(CASELOAD))
    assert "Some One" in page
    assert "Far Away" not in page


def test_an_empty_caseload_says_how_people_come_into_it(worker):
    page = _text(worker.get(CASELOAD))
    assert "Nobody here" in page
    assert "People appear here when you are on their care team" in page


def test_a_long_caseload_goes_on_without_a_count(clinic, sign_in):
    for number in range(55):
        clinic.patient(given="P", family=f"F{number:03}")
    browser = sign_in(clinic.nurse)
    first = _text(browser.get(CASELOAD))
    assert "P F049" in first
    assert "P F050" not in first
    row = Patient.objects.get(family_name="F049")
    second = _text(browser.get(CASELOAD, {"show": "in_care", "after": f"F049~{row.pk}"}))
    assert "P F050" in second
    assert "P F049" not in second


def test_the_caseload_costs_the_same_for_two_and_for_twelve(clinic, worker, query_count):
    worker.get(CASELOAD)
    for count in (2, 12):
        while Patient.objects.count() < count:
            clinic.patient()
        with query_count(CASELOAD_QUERIES):
            worker.get(CASELOAD)


def test_a_person_is_admitted_and_somebody_is_in_charge(clinic, worker, newcomer):
    me = clinic.case_manager.current_memberships[0]
    form = worker.get(_page("admit", newcomer)).context["form"]
    assert form.initial["in_charge"] == me.pk
    today = timezone.now().astimezone(clinic.north.zone).date().isoformat()
    answer = worker.post(
        _page("admit", newcomer), {"site": clinic.north.pk, "admitted_on": today, "referral_source": "1", "in_charge": me.pk}
    )
    assert answer.url == _page("admission_facts", newcomer, newcomer.episodes.get().pk)
    assert [(member.user, member.is_lead) for member in care_team_of(newcomer)] == [(clinic.case_manager, True)]


def test_who_admits_for_somebody_else_is_led_back_to_their_own_caseload(clinic, worker, newcomer):
    answer = worker.post(_page("admit", newcomer), {"site": clinic.north.pk, "admitted_on": "2026-03-01", "referral_source": "1"})
    assert newcomer.episodes.get().is_open
    assert answer.url == CASELOAD
    assert worker.get(_page("care", newcomer)).status_code == 404


def test_a_second_admission_says_where_the_person_is(clinic, worker):
    patient = clinic.patient()
    answer = worker.post(_page("admit", patient), {"site": clinic.north.pk, "admitted_on": "2026-03-01", "referral_source": "1"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "admitted_on": ["This person is in care at North since Jan. 5, 2026. Transfer them, or discharge them there first."]
    }


def test_the_care_team_is_shown_changed_and_remembered(clinic, worker):
    patient = clinic.patient()
    nurse = clinic.nurse.current_memberships[0]
    answer = worker.post(_page("assign", patient), {"member": nurse.pk, "since": "2026-03-01", "is_lead": "on"})
    assert answer.url == _page("team", patient)
    assert "In charge" in _text(worker.get(_page("team", patient)))
    place = CareTeamMember.objects.get(user=clinic.nurse)
    assert clinic.nurse.full_name in _text(worker.get(_page("end_member", patient, place.pk)))
    worker.post(_page("end_member", patient, place.pk))
    page = _text(worker.get(_page("team", patient)))
    assert "Before" in page
    assert clinic.nurse not in {member.user for member in care_team_of(patient)}


def test_who_leaves_a_care_team_is_led_to_the_caseload(clinic, worker):
    patient = clinic.patient()
    place = CareTeamMember.objects.get(patient=patient, user=clinic.case_manager)
    assert worker.post(_page("end_member", patient, place.pk)).url == CASELOAD


def test_a_colleague_named_twice_is_refused_at_the_form(clinic, worker):
    patient = clinic.patient()
    me = clinic.case_manager.current_memberships[0]
    answer = worker.post(_page("assign", patient), {"member": me.pk, "since": "2026-03-01"})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["This person is on the care team in this role already."]


@pytest.mark.parametrize("name", ["admit", "team", "assign"])
def test_another_caseloads_patient_is_not_found(clinic, worker, name):
    hidden = clinic.patient(team=(clinic.hire(Role.PEER, clinic.north),))
    assert worker.get(_page(name, hidden)).status_code == 404


def test_the_team_page_costs_the_same_for_two_and_for_twelve(clinic, worker, query_count):
    patient = clinic.patient(team=(clinic.case_manager, clinic.therapist))
    worker.get(_page("team", patient))
    for count in (2, 12):
        while CareTeamMember.objects.count() < count:
            clinic.on_care_team(patient, clinic.hire(Role.NURSE, clinic.north))
        with query_count(TEAM_QUERIES):
            worker.get(_page("team", patient))


def test_only_who_may_register_is_offered_it(clinic, sign_in, worker):
    register = reverse("patients:register")
    assert f'class="btn btn--primary" href="{register}"' in _text(worker.get(CASELOAD))
    assert f'class="btn btn--primary" href="{register}"' not in _text(sign_in(clinic.director).get(CASELOAD))
