"""Two people end the same thing at once: one does it, the other is told so in a sentence."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.urls import reverse

from casemgr.core.accounts.models import User
from patients.caseload import views as caseload_views
from patients.caseload.models import CareTeamMember
from patients.record import views as record_views
from patients.record.models import ContactPoint
from tests.worlds import Clinic


@pytest.fixture
def clinic(transactional_db, now):
    return Clinic.open(now)


def end_at_once(monkeypatch, views, verb, address, user):
    """Let two browsers come to the verb with the row in hand before either of them ends it; return what each was told."""
    together, act = Barrier(2, timeout=20), getattr(views, verb)

    def both_have_looked(**facts):
        together.wait()
        return act(**facts)

    monkeypatch.setattr(views, verb, both_have_looked)

    def post():
        try:
            browser = Client()
            browser.force_login(User.objects.get(pk=user.pk), backend="allauth.account.auth_backends.AuthenticationBackend")
            answer = browser.post(address)
            return answer.status_code, [(said.level_tag, str(said)) for said in get_messages(answer.wsgi_request)]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return sorted(one.result() for one in [pool.submit(post) for _number in range(2)])


def test_of_two_who_end_a_place_on_the_care_team_one_is_told_that_it_has_ended(clinic, monkeypatch):
    patient = clinic.patient()
    place = CareTeamMember.objects.get(patient=patient, user=clinic.peer)
    address = reverse("patients:end_member", args=[patient.public_id, place.pk])
    said = end_at_once(monkeypatch, caseload_views, "end_care_team_member", address, clinic.director)
    assert said == [
        (302, [("error", "This person is off the care team already.")]),
        (302, [("success", "The care team was changed.")]),
    ]
    place.refresh_from_db()
    assert place.until is not None


def test_of_two_who_end_a_contact_one_is_told_that_it_has_ended(clinic, monkeypatch):
    patient = clinic.patient()
    contact = ContactPoint.objects.create(
        patient=patient, kind="phone", value="+12125550100", recorded_at=clinic.now, recorded_by=clinic.system
    )
    address = reverse("patients:end_contact", args=[patient.public_id, contact.pk])
    said = end_at_once(monkeypatch, record_views, "end_contact_point", address, clinic.front_desk)
    assert said == [
        (302, [("error", "This contact is no longer in use. Add it again if the person uses it again.")]),
        (302, [("success", "The contact is no longer used.")]),
    ]
    contact.refresh_from_db()
    assert contact.ended_at is not None
