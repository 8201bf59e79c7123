"""Find on the record what used to leave no trace: a no, a lock-out, a changed password or second factor, a session that ended."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent

PASSWORD = "a long enough password"


@pytest.fixture
def manager(clinic):
    cache.clear()
    clinic.case_manager.set_password(PASSWORD)
    clinic.case_manager.save()
    return clinic.case_manager


def sign_in_by_page(client, password=PASSWORD):
    return client.post("/account/login/", {"login": "case_manager@north.test", "password": password})


def told(**asked):
    return list(AuditEvent.objects.filter(**asked).order_by("pk").values_list("verb", "outcome", "actor_id"))


def test_a_person_out_of_reach_who_was_asked_for_is_on_the_record(clinic, sign_in):
    there = clinic.patient(clinic.south)
    assert sign_in(clinic.nurse).get(reverse("desk:chart", args=[there.public_id])).status_code == 404
    event = AuditEvent.objects.get(outcome="denied")
    assert (event.verb, event.actor_id, event.patient_id) == ("page:chart", clinic.nurse.pk, there.pk)
    assert event.subject == f"patient:{there.public_id}"
    assert event.reason == "nothing here that this person may see"


def test_a_person_whom_nobody_knows_is_on_the_record_by_what_was_asked(clinic, sign_in):
    unknown = "00000000-0000-4000-8000-000000000000"
    sign_in(clinic.nurse).get(reverse("desk:chart", args=[unknown]))
    event = AuditEvent.objects.get(outcome="denied")
    assert (event.patient_id, event.subject) == (None, f"patient:{unknown}")


def test_a_no_in_the_record_room_is_on_the_record(clinic, sign_in):
    assert sign_in(clinic.front_desk).get(reverse("admin:casemgr_auditevent_changelist")).status_code == 403
    assert told(outcome="denied") == [("page:casemgr_auditevent_changelist", "denied", clinic.front_desk.pk)]


def test_a_page_that_told_its_no_itself_leaves_one_row(clinic, sign_in):
    assert sign_in(clinic.front_desk).get(reverse("measures:dashboard")).status_code == 403
    assert told(outcome="denied") == [("page:dashboard", "denied", clinic.front_desk.pk)]


def test_an_address_that_is_none_leaves_no_row(clinic, sign_in):
    assert sign_in(clinic.nurse).get("/nothing/here/").status_code == 404
    assert told(outcome="denied") == []


def test_a_lock_out_is_on_the_record(client, manager):
    for _attempt in range(6):
        sign_in_by_page(client, "wrong")
    assert told(verb="sign_in_locked_out") == [("sign_in_locked_out", "denied", manager.pk)]
    assert len(told(verb="sign_in", outcome="denied")) == 5


def test_a_changed_password_is_on_the_record(client, manager):
    sign_in_by_page(client)
    new = "quite another password"
    answer = client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert told(verb="password_changed") == [("password_changed", "done", manager.pk)]


def test_a_second_factor_taken_away_and_a_wrong_code_are_on_the_record(client, manager):
    sign_in_by_page(client)
    TOTP.activate(manager, "JBSWY3DPEHPK3PXP")
    client.post("/account/2fa/reauthenticate/", {"code": "000000"})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.post("/account/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=manager, type="totp").exists()
    assert ("totp_deactivated", "done", manager.pk) in told()
    TOTP.activate(manager, "JBSWY3DPEHPK3PXP")
    client.post("/account/logout/")
    sign_in_by_page(client)
    client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert told(verb="second_factor") == [("second_factor", "denied", manager.pk)] * 2


def test_signing_in_and_out_are_on_the_record(client, manager):
    sign_in_by_page(client)
    client.post("/account/logout/")
    assert told() == [("sign_in", "done", manager.pk), ("sign_out", "done", manager.pk)]


def test_a_session_that_ended_by_itself_is_on_the_record(client, manager):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        sign_in_by_page(client)
        client.get("/account/password/change/")
    with time_machine.travel(start + timedelta(minutes=30), tick=False):
        client.get("/account/password/change/")
    event = AuditEvent.objects.get(verb="session_ended")
    assert (event.actor_id, event.reason) == (manager.pk, "idle")


def test_what_it_rests_on_is_written_beside_it(clinic, sign_in):
    patient = clinic.patient()
    sign_in(clinic.case_manager).get(reverse("desk:chart", args=[patient.public_id]))
    sign_in(clinic.nurse).get(reverse("desk:chart", args=[patient.public_id]))
    manager, nurse = AuditEvent.objects.filter(verb="chart").order_by("pk")
    assert manager.rests_on == f"see_patients case_manager:{clinic.case_manager.memberships.get().pk} care_team"
    assert nurse.rests_on == f"see_patients nurse:{clinic.nurse.memberships.get().pk}"
