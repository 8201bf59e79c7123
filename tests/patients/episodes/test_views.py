from datetime import date

import pytest
from django.urls import reverse

from casemgr.core.audit.models import AuditEvent
from patients.episodes.models import Episode
from tests.worlds import ALL_ANSWERED, end_stays

CARE_QUERIES = 7
# session, user, memberships, patient, what the page shows, counts of the navigation, the audit row


@pytest.fixture
def ana(clinic):
    return clinic.patient(given="Ana", family="Flores")


@pytest.fixture
def worker(clinic, sign_in):
    return sign_in(clinic.case_manager)


def _page(name, patient, *more):
    return reverse(f"patients:{name}", args=[patient.public_id, *more])


def _text(answer):
    return answer.content.decode()


def test_the_history_shows_every_stay_and_what_can_be_done(clinic, sign_in, worker, ana):
    page = _text(worker.get(_page("care", ana)))
    stay = ana.episodes.get()
    assert "In care" in page
    assert _page("transfer", ana, stay.pk) in page
    assert _page("discharge", ana, stay.pk) in page
    assert _page("admit", ana) not in page
    nurse = _text(sign_in(clinic.nurse).get(_page("care", ana)))
    assert _page("discharge", ana, stay.pk) not in nurse
    assert AuditEvent.objects.filter(verb="episodes", patient_id=ana.pk).count() == 2


def test_a_person_is_transferred_and_the_history_shows_both_sites(clinic, worker, ana):
    stay = ana.episodes.get()
    answer = worker.post(_page("transfer", ana, stay.pk), {"to_site": clinic.south.pk, "on": "2026-03-01"})
    assert answer.url == _page("care", ana)
    page = _text(worker.get(_page("care", ana)))
    assert "came from another site" in page
    assert "Transferred" in page
    assert ana.episodes.get(discharged_on=None).site == clinic.south


def test_a_discharge_before_the_admission_is_refused_at_its_field(worker, ana):
    stay = ana.episodes.get()
    answer = worker.post(_page("discharge", ana, stay.pk), {"on": "2026-01-01", "reason": "1", "note": "Typed text", **ALL_ANSWERED})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"on": ["The day is before the admission on Jan. 5, 2026."]}
    assert "Typed text" in _text(answer)
    assert Episode.objects.get(pk=stay.pk).is_open


def test_a_person_is_discharged(worker, ana):
    stay = ana.episodes.get()
    answer = worker.post(_page("discharge", ana, stay.pk), {"on": "2026-03-01", "reason": "1", **ALL_ANSWERED})
    assert answer.url == reverse("patients:caseload")
    stay.refresh_from_db()
    assert (stay.discharged_on, stay.discharge_reason) == (date(2026, 3, 1), "1")


def test_a_form_left_open_while_somebody_else_discharged_says_so(worker, ana):
    stay = ana.episodes.get()
    end_stays(ana.episodes, date(2026, 2, 1), "2")
    answer = worker.post(_page("discharge", ana, stay.pk), {"on": "2026-03-01", "reason": "1"})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["This stay has ended already. Somebody was quicker; look at the record again."]


def test_a_stay_of_another_person_is_not_found(clinic, worker, ana):
    other = clinic.patient().episodes.get()
    assert worker.get(_page("discharge", ana, other.pk)).status_code == 404
    hidden = clinic.patient(team=(clinic.nurse,))
    assert worker.get(_page("discharge", hidden, hidden.episodes.get().pk)).status_code == 404
    assert worker.get(_page("care", hidden)).status_code == 404


def test_front_desk_does_not_open_the_discharge(clinic, sign_in, ana):
    answer = sign_in(clinic.front_desk).post(_page("discharge", ana, ana.episodes.get().pk), {"on": "2026-03-01", "reason": "1"})
    assert answer.status_code == 403
    assert ana.episodes.get().is_open


def test_the_history_costs_the_same_for_two_and_for_twelve_stays(clinic, worker, ana, now, query_count):
    worker.get(_page("care", ana))
    for count in (2, 12):
        while ana.episodes.count() < count:
            year = 2025 - ana.episodes.count()
            Episode.objects.create(
                patient=ana,
                program=clinic.program,
                site=clinic.south,
                admitted_on=date(year, 1, 1),
                discharged_on=date(year, 2, 1),
                discharge_reason="1",
                recorded_at=now,
                recorded_by=clinic.system,
            )
        with query_count(CARE_QUERIES):
            worker.get(_page("care", ana))
