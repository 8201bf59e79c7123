import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from patients.health.medications.models import OtherMedication
from treatment_plans.inventory.models import Lot
from treatment_plans.medication.actions import hold_order
from treatment_plans.medication.models import Dose, MedicationStatement, Order

TODAY = date(2026, 3, 4)


@pytest.fixture(autouse=True)
def _at_three_in_the_afternoon(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def nurse(clinic, sign_in):
    return sign_in(clinic.nurse)


@pytest.fixture
def prescriber(clinic, sign_in):
    return sign_in(clinic.prescriber)


def typed(**more):
    return {"for_day": "2026-03-04", "identity_checked_by": "document", "day_part": "whole", "initials": "NN", **more}


def without_token(page):
    return re.sub('"X-CSRFToken": "[^"]+"|value="[^"]*"', "", page.content.decode())


def window(order):
    return reverse("treatment_plans:dose", args=[order.pk])


def test_the_list_says_who_is_due_who_has_theirs_who_missed_and_who_waits_for_a_prescriber(ordered, give, nurse, clinic, now):
    yesterday = now - timedelta(days=1)
    due = ordered(clinic.patient(given="Ada", family="Abel"))
    given = ordered(clinic.patient(given="Ben", family="Berg"))
    give(given)
    held = ordered(clinic.patient(given="Cem", family="Cole"))
    hold_order(order=held, reason="ECG first", by=clinic.prescriber, at=now)
    missed = ordered(clinic.patient(given="Dee", family="Dorn"), starts_on=TODAY - timedelta(days=1), at=yesterday)
    page = nurse.get(reverse("treatment_plans:dosing")).content.decode()
    assert "Ada Abel" in page
    assert "Dee Dorn" in page
    assert "Ben Berg" not in page
    assert "Cem Cole" not in page
    assert "1 day missed" in page
    assert page.count("data-nothing") == 1, "a phone leaves out what there is nothing to know of"
    assert "Next: Ada Abel" in page
    assert window(due) in page
    assert window(missed) in page
    assert "Ben Berg" in nurse.get(reverse("treatment_plans:dosing"), {"show": "given"}).content.decode()
    assert "Cem Cole" in nurse.get(reverse("treatment_plans:dosing"), {"show": "hold"}).content.decode()
    found = nurse.post(f"{reverse('treatment_plans:dosing')}?show=all", {"q": "dor"}).content.decode()
    assert "Dee Dorn" in found
    assert "Ada Abel" not in found.replace("Next: Ada Abel", "")
    assert AuditEvent.objects.filter(verb="dosing_list", actor_id=clinic.nurse.pk).count() == 4


def test_the_list_costs_the_same_for_two_people_and_for_twelve(ordered, give, nurse, query_count):
    for _ in range(2):
        give(ordered())
    nurse.get(reverse("treatment_plans:dosing"))
    with query_count(10):
        nurse.get(reverse("treatment_plans:dosing"), {"show": "all"})
    for _ in range(10):
        give(ordered())
    with query_count(10):
        nurse.get(reverse("treatment_plans:dosing"), {"show": "all"})


def test_the_window_shows_who_stands_there_what_is_ordered_and_which_lot(ordered, nurse, clinic, lot):
    order = ordered(
        clinic.patient(given="Maria", family="Lopez", chosen_name="Mari", pronouns="she/her", birth_date=date(1985, 6, 7)), mg=45
    )
    page = nurse.get(window(order)).content.decode()
    for words in ("Mari Lopez", "Maria Lopez", "she/her", "June 7, 1985", "45 mg", "4.5 ml", "M-1", clinic.prescriber.full_name):
        assert words in page
    assert "<title>Give a dose" in page.replace("\n", "")
    assert AuditEvent.objects.get(verb="dosing_page").patient_id == order.patient_id


def test_a_dose_given_at_the_window_leads_back_to_the_list_with_the_next_person(ordered, nurse, clinic):
    first = ordered(clinic.patient(given="Ada", family="Abel"))
    ordered(clinic.patient(given="Ben", family="Berg"))
    answer = nurse.post(window(first), typed(), follow=True)
    assert answer.redirect_chain == [(f"/plans/dosing/?site={clinic.north.pk}&given={first.pk}", 302)]
    page = answer.content.decode()
    assert "40 mg Methadone given to Ada Abel." in page
    assert "Next: Ben Berg" in page
    dose = Dose.objects.get()
    assert (dose.patient, dose.given_by, dose.initials, dose.identity_checked_by) == (first.patient, clinic.nurse, "NN", "document")


def test_a_second_dose_is_refused_at_the_window_with_the_sentence_and_what_was_typed(ordered, give, nurse, clinic):
    order = ordered()
    give(order)
    answer = nurse.post(window(order), typed(initials="QX"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f"The dose for March 4 was given already: 40 mg at 3 p.m. by {clinic.nurse.full_name}." in page
    assert 'value="QX"' in page
    assert page.count("error-summary") == 1
    assert Dose.objects.count() == 1


def test_a_window_opened_on_another_record_gives_no_dose_after_a_merge_or_its_undoing(ordered, nurse, clinic):
    order = ordered()
    shown = nurse.get(window(order)).context["form"]["shown"].value()
    assert shown == order.patient_id
    Order.objects.filter(pk=order.pk).update(patient=clinic.patient(given="Maria", family="Lopez"))
    answer = nurse.post(window(order), typed(shown=shown))
    assert answer.status_code == 422
    assert "This order is on the record of Maria Lopez now" in answer.content.decode()
    assert not Dose.objects.exists()
    Order.objects.filter(pk=order.pk).update(patient=shown)
    assert nurse.post(window(order), typed(shown=shown)).status_code == 302


def test_an_order_on_hold_is_said_before_anybody_is_asked_anything(ordered, nurse, clinic, now):
    order = ordered()
    hold_order(order=order, reason="ECG first", by=clinic.prescriber, at=now)
    page = nurse.get(window(order)).content.decode()
    assert "The order is on hold: ECG first." in page
    assert "Give dose" not in page
    answer = nurse.post(window(order), typed())
    assert answer.status_code == 422
    assert not Dose.objects.exists()


def test_a_warning_is_read_and_kept_and_never_stops_the_dose(ordered, nurse, clinic, now):
    order = ordered()
    MedicationStatement.objects.create(
        patient=order.patient,
        kind="ordered",
        code="1",
        title="lorazepam",
        status="active",
        at=now,
        recorded_at=now,
        recorded_by=clinic.system,
    )
    assert "Takes a benzodiazepine (lorazepam)" in nurse.get(window(order)).content.decode()
    unread = nurse.post(window(order), typed())
    assert unread.status_code == 422
    assert "Tick each line once you have read it. The dose may be given all the same." in unread.content.decode()
    assert nurse.post(window(order), typed(acknowledged=["benzodiazepine"])).status_code == 302
    assert [(w["code"], w["acknowledged"]) for w in Dose.objects.get().warnings] == [("benzodiazepine", True)]


def test_a_benzodiazepine_on_the_persons_own_list_warns_at_the_window_too(clinic, nurse, ordered):
    order = ordered()
    told = {"patient": order.patient, "program": clinic.program, "recorded_at": clinic.now, "recorded_by": clinic.system}
    OtherMedication.objects.create(name="Clonazepam 0.5", **told)
    assert "Takes a benzodiazepine (Clonazepam 0.5)" in nurse.get(window(order)).content.decode()
    OtherMedication.objects.update(in_error_why="of somebody else")
    assert "Takes a benzodiazepine" not in nurse.get(window(order)).content.decode()


def test_the_closed_day_ahead_is_offered_to_take_home(ordered, give, nurse, close_site, clinic):
    close_site(clinic.north, TODAY + timedelta(days=1))
    order = ordered()
    give(order)
    page = nurse.get(window(order)).content.decode()
    assert "Thursday, March 5, to take home: closed" in page
    assert "Take-home for 1 day" in nurse.get(reverse("treatment_plans:dosing")).content.decode()
    assert nurse.post(window(order), typed(for_day="2026-03-05")).status_code == 302
    assert Dose.objects.get(for_day=TODAY + timedelta(days=1)).is_take_home
    assert "Take-home" not in nurse.get(reverse("treatment_plans:dosing"), {"show": "all"}).content.decode()


def test_an_empty_shelf_is_said_at_the_window(ordered, nurse):
    order = ordered()
    Lot.objects.update(remaining_mg=1)
    assert "No lot holds enough" in nurse.get(window(order)).content.decode()
    answer = nurse.post(window(order), typed())
    assert answer.status_code == 422
    assert "holds 40 mg (1 mg are left in all)" in answer.content.decode()
    assert not Dose.objects.exists()


@pytest.mark.parametrize("role", [Role.CASE_MANAGER, Role.THERAPIST, Role.PEER, Role.FRONT_DESK, Role.DIRECTOR, Role.PRIVACY_OFFICER])
def test_who_may_not_dispense_does_not_come_to_the_window(ordered, clinic, sign_in, role):
    order = ordered(clinic.patient(given="Maria", family="Lopez"))
    browser = sign_in(clinic.staff[role])
    for answer in (browser.get(window(order)), browser.post(window(order), typed()), browser.get(reverse("treatment_plans:dosing"))):
        assert answer.status_code == 403
        assert "Lopez" not in answer.content.decode()
    assert not Dose.objects.exists()


def test_an_order_of_another_site_is_as_unknown_as_one_that_never_was(ordered, clinic, sign_in):
    order = ordered(clinic.patient(given="Maria", family="Lopez"))
    south = sign_in(clinic.hire(Role.NURSE, clinic.south))
    there = south.get(window(order))
    never = south.get(reverse("treatment_plans:dose", args=[999_999]))
    assert (there.status_code, never.status_code) == (404, 404)
    assert without_token(there) == without_token(never)
    assert south.post(window(order), typed()).status_code == 404
    assert not Dose.objects.exists()


def test_a_prescriber_writes_changes_holds_releases_and_ends_an_order(ordered, prescriber, clinic, methadone, lot):
    patient = clinic.patient()
    new = reverse("treatment_plans:order_new", args=[patient.public_id])
    facts = {"site": clinic.north.pk, "product": methadone.pk, "daily_mg": "30", "starts_on": "2026-03-04"}
    assert prescriber.post(new, facts).status_code == 302
    first = Order.objects.get()
    assert (first.daily_mg, first.prescriber, first.patient) == (30, clinic.prescriber, patient)
    change = prescriber.get(f"{new}?from={first.pk}").content.decode()
    assert "Change the order" in change
    assert 'value="30"' in change
    assert prescriber.post(new, facts | {"daily_mg": "35"}).status_code == 302
    second = Order.objects.get(state="active")
    assert (second.daily_mg, second.replaces) == (35, first)

    def press(name, **typed):
        return prescriber.post(reverse(f"treatment_plans:{name}", args=[second.pk]), {"csrfmiddlewaretoken": "-", **typed})

    assert press("order_hold").status_code == 422
    assert press("order_hold", reason="ECG first").status_code == 302
    page = prescriber.get(reverse("treatment_plans:order", args=[second.pk])).content.decode()
    assert "ECG first" in page
    assert "Release" in page
    assert press("order_release").status_code == 422
    assert press("order_release", seen="on").status_code == 302
    assert press("order_end", on="2026-03-03").status_code == 422
    assert press("order_end", on="2026-03-04").status_code == 302
    second.refresh_from_db()
    assert (second.state, second.ends_on) == ("ended", TODAY)


def test_a_refused_order_says_why_at_its_field_and_keeps_what_was_typed(prescriber, clinic, methadone):
    patient = clinic.patient()
    answer = prescriber.post(
        reverse("treatment_plans:order_new", args=[patient.public_id]),
        {"site": clinic.north.pk, "product": methadone.pk, "daily_mg": "51", "starts_on": "2026-03-04"},
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "More than 50 mg of methadone on the first day needs the prescriber&#x27;s written reason" in page
    assert 'value="51"' in page
    assert not Order.objects.exists()


def test_a_nurse_reads_orders_and_cannot_write_them(ordered, nurse, clinic):
    order = ordered()
    assert "Methadone 40 mg" in nurse.get(reverse("treatment_plans:order", args=[order.pk])).content.decode()
    for name in ("order_hold", "order_release", "order_end"):
        assert (
            nurse.post(reverse(f"treatment_plans:{name}", args=[order.pk]), {"reason": "x", "on": "2026-03-04", "seen": "on"}).status_code
            == 403
        )
    order.refresh_from_db()
    assert order.state == "active"


def test_the_medication_of_a_person_costs_the_same_for_two_doses_and_for_twelve(ordered, give, clinic, nurse, now, query_count):
    order = ordered(starts_on=TODAY - timedelta(days=12), at=now - timedelta(days=12))
    for n in range(12, 10, -1):
        give(order, at=now - timedelta(days=n))
    url = reverse("treatment_plans:orders", args=[order.patient.public_id])
    nurse.get(url)
    with query_count(9):
        page = nurse.get(url)
    for n in range(10, 0, -1):
        give(order, at=now - timedelta(days=n))
    with query_count(9):
        page = nurse.get(url)
    assert page.content.decode().count("Methadone 40") == 13
    assert AuditEvent.objects.filter(verb="medication", patient_id=order.patient_id).count() == 3


def test_a_case_manager_sees_the_medication_of_the_own_caseload_only(ordered, clinic, sign_in):
    mine = ordered(clinic.patient())
    other = ordered(clinic.patient(team=(Role.THERAPIST,)))
    browser = sign_in(clinic.case_manager)
    assert browser.get(reverse("treatment_plans:orders", args=[mine.patient.public_id])).status_code == 200
    assert browser.get(reverse("treatment_plans:orders", args=[other.patient.public_id])).status_code == 404
    assert browser.get(reverse("treatment_plans:order", args=[other.pk])).status_code == 404


def test_parts_of_a_day_are_given_at_the_window(ordered, nurse, clinic):
    order = ordered(mg=Decimal(50))
    assert nurse.post(window(order), typed(day_part="morning")).status_code == 422
    assert nurse.post(window(order), typed(day_part="morning", mg="20")).status_code == 302
    page = nurse.get(window(order)).content.decode()
    assert '<option value="evening" selected' in page
    assert "Give dose" in page
    assert nurse.post(window(order), typed(day_part="evening", mg="30")).status_code == 302
    assert sorted(Dose.objects.values_list("day_part", "mg")) == [("evening", 30), ("morning", 20)]
