from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from casemgr.core.accounts.models import Program, Site
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent, Outcome
from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Denied, Refused
from patients.diagnoses.models import Diagnosis
from patients.episodes.actions import transfer_patient
from patients.episodes.models import Episode
from patients.screenings.models import Observation
from tests.worlds import end_stays
from treatment_plans.appointments.models import Appointment
from treatment_plans.inventory.models import Lot, StockEntry
from treatment_plans.medication.actions import (
    administer_dose,
    end_order,
    hold_order,
    note_missed_doses,
    record_statement,
    release_order,
    write_order,
)
from treatment_plans.medication.models import Dose, DosingDay, MedicationStatement, Order
from treatment_plans.medication.queries import dosing_days_to_close

TODAY = date(2026, 3, 4)
TOMORROW = TODAY + timedelta(days=1)


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def test_a_dose_is_written_down_with_all_that_the_dispensing_log_asks_for(ordered, give, clinic, lot, now):
    order = ordered(mg=Decimal(45))
    dose = give(order, initials=" RN ", identity_checked_by="document")
    row = Dose.objects.get()
    assert row == dose
    assert (row.patient_id, row.substance, row.for_day, row.day_part, row.mg) == (order.patient_id, "methadone", TODAY, "whole", 45)
    assert (row.given_by, row.initials, row.given_at, row.identity_checked_by) == (clinic.nurse, "RN", now, "document")
    assert (row.lot, row.site, row.is_take_home, row.warnings) == (lot, clinic.north, False, [])
    assert (row.stock_entry.move, row.stock_entry.change_mg, row.stock_entry.by) == ("dispensed", -45, clinic.nurse)
    assert row.stock_entry.remaining_mg == Lot.objects.get().remaining_mg == lot.remaining_mg - 45
    audit = AuditEvent.objects.get(verb="administer_dose")
    assert (audit.outcome, audit.patient_id, audit.subject) == ("done", order.patient_id, f"treatment_plans.dose:{row.pk}")


def test_a_dose_costs_seven_statements_and_a_savepoint(ordered, give, query_count):
    give(ordered())
    order = ordered()
    with query_count(9):
        give(order)


def test_the_second_dose_of_a_day_is_refused_with_who_and_when_and_nothing_changes(ordered, give, clinic, now):
    order = ordered()
    give(order)
    left = Lot.objects.get().remaining_mg
    with pytest.raises(Refused) as refused:
        give(order, at=now + timedelta(minutes=5))
    assert str(refused.value) == f"The dose for March 4 was given already: 40 mg at 3 p.m. by {clinic.nurse.full_name}."
    assert Dose.objects.count() == 1
    assert StockEntry.objects.filter(move="dispensed").count() == 1
    assert Lot.objects.get().remaining_mg == left
    audit = AuditEvent.objects.get(verb="administer_dose", outcome=Outcome.REFUSED)
    assert (audit.patient_id, audit.reason) == (order.patient_id, str(refused.value))


@pytest.mark.parametrize("role", [Role.CASE_MANAGER, Role.THERAPIST, Role.PEER, Role.FRONT_DESK, Role.DIRECTOR, Role.ADMINISTRATOR])
def test_who_may_not_dispense_changes_nothing(ordered, give, clinic, role):
    order = ordered()
    with pytest.raises(Denied):
        give(order, by=clinic.staff[role])
    assert not Dose.objects.exists()
    assert not StockEntry.objects.filter(move="dispensed").exists()
    assert AuditEvent.objects.get(verb="administer_dose").outcome == "denied"


def test_the_system_itself_can_never_dose_or_prescribe(ordered, give, clinic, methadone, now):
    order = ordered()
    with pytest.raises(Denied):
        give(order, by=clinic.system)
    with pytest.raises(Denied):
        hold_order(order=order, reason="x", by=clinic.system, at=now)
    assert not Dose.objects.exists()
    assert Order.objects.get().state == "active"


def test_a_nurse_of_another_site_does_not_dose_here(ordered, give, clinic):
    order = ordered()
    with pytest.raises(Refused) as refused:
        give(order, by=clinic.hire(Role.NURSE, clinic.south))
    assert codes(refused) == ["not_a_dispenser"]
    assert refused.value.reasons[0].source == "21 CFR 1301.74(i)-(k)"
    assert not Dose.objects.exists()


def test_all_that_is_in_the_way_is_named_at_once_with_the_empty_shelf(ordered, give, clinic, now):
    order = ordered()
    hold_order(order=order, reason="ECG first", by=clinic.prescriber, at=now)
    Lot.objects.update(remaining_mg=Decimal(39))
    with pytest.raises(Refused) as refused:
        give(order, initials="", mg=Decimal(50))
    assert codes(refused) == ["no_initials", "on_hold", "more_than_ordered", "out_of_stock"]
    assert "The order is on hold: ECG first. A prescriber must decide before the next dose." in str(refused.value)
    assert not Dose.objects.exists()


def test_an_empty_shelf_is_said_with_what_is_left(ordered, give):
    order = ordered()
    Lot.objects.update(remaining_mg=Decimal(39))
    with pytest.raises(Refused) as refused:
        give(order)
    assert codes(refused) == ["out_of_stock"]
    assert "holds 40 mg (39 mg are left in all)" in str(refused.value)
    assert not Dose.objects.exists()
    assert Lot.objects.get().remaining_mg == 39


def test_the_day_is_the_day_of_the_site_and_not_of_greenwich(ordered, clinic, now):
    order = ordered()
    late = now.replace(hour=23) + timedelta(hours=5)  # 04:00 UTC on the 5th is 23:00 on the 4th in New York
    with pytest.raises(Refused) as refused:
        administer_dose(order=order, for_day=TOMORROW, initials="NN", by=clinic.nurse, at=late)
    assert codes(refused) == ["future_day"]
    dose = administer_dose(order=order, for_day=TODAY, initials="NN", by=clinic.nurse, at=late)
    assert dose.for_day == TODAY


def test_a_split_dose_has_two_parts_that_sum_up_to_the_order(ordered, give):
    order = ordered(mg=Decimal(80), first_day_reason="Guest from another clinic, 80 mg verified.")
    give(order, day_part="morning", mg=Decimal(50))
    with pytest.raises(Refused) as refused:
        give(order, day_part="evening", mg=Decimal(31))
    assert "31 mg with 50 mg given before is more than the 80 mg ordered for the day." in str(refused.value)
    with pytest.raises(Refused) as refused:
        give(order)
    assert codes(refused) == ["already_given"]
    give(order, day_part="evening", mg=Decimal(30))
    assert [(dose.day_part, dose.mg) for dose in Dose.objects.order_by("id")] == [("morning", 50), ("evening", 30)]


def test_the_dose_of_a_closed_day_is_taken_home_and_covers_it(ordered, give, close_site, clinic, now):
    close_site(clinic.north, TOMORROW)
    order = ordered()
    give(order)
    dose = give(order, for_day=TOMORROW)
    assert (dose.is_take_home, dose.for_day) == (True, TOMORROW)
    with pytest.raises(Refused) as refused:
        give(order, for_day=TOMORROW + timedelta(days=1))
    assert codes(refused) == ["future_day"]
    with pytest.raises(Refused) as refused:
        give(order, for_day=TOMORROW)
    assert codes(refused) == ["take_home_in_hand"]


def test_a_take_home_dose_in_hand_stops_the_window_when_the_site_opens_after_all(ordered, give, close_site, clinic, now):
    closure = close_site(clinic.north, TOMORROW)
    order = ordered()
    give(order, for_day=TOMORROW)
    closure.delete()
    with pytest.raises(Refused) as refused:
        give(order, at=now + timedelta(days=1))
    assert codes(refused) == ["take_home_in_hand"]
    assert "A take-home dose for March 5 is in hand (40 mg, handed out at 3 p.m. by" in str(refused.value)


def test_a_closed_site_gives_no_dose(ordered, give, close_site, clinic):
    order = ordered()
    close_site(clinic.north, TODAY)
    with pytest.raises(Refused) as refused:
        give(order)
    assert str(refused.value) == "This site gives no doses on March 4: it is closed."
    assert not Dose.objects.exists()


def test_nobody_is_dosed_after_discharge(ordered, give, clinic):
    order = ordered()
    end_stays(Episode.objects, TODAY)
    with pytest.raises(Refused) as refused:
        give(order)
    assert codes(refused) == ["not_in_care"]


def test_what_is_known_is_shown_and_kept_with_the_dose_and_never_stops_it(ordered, give, clinic, now):
    order = ordered()
    patient, told = order.patient, {"recorded_at": now, "recorded_by": clinic.system}
    MedicationStatement.objects.create(
        patient=patient, kind="ordered", code="308047", title="ALPRAZolam 0.25 MG", status="active", at=now, **told
    )
    Diagnosis.objects.create(patient=patient, axis="substance_use", code="F13.20", title="Sedative dependence", **told)
    Observation.objects.create(
        patient=patient, kind="laboratory", code="11235-9", title="fentaNYL in urine", observed_at=now, value_code="10828004", **told
    )
    Appointment.objects.create(
        patient=patient,
        site=clinic.north,
        clinician=clinic.therapist,
        kind="individual",
        starts_at=now - timedelta(days=2),
        ends_at=now - timedelta(days=2, hours=-1),
        state="no_show",
        **told,
    )
    dose = give(order, acknowledged=["benzodiazepine"])
    assert [(w["code"], w["acknowledged"]) for w in Dose.objects.get(pk=dose.pk).warnings] == [
        ("benzodiazepine", True),
        ("sedative_diagnosis", False),
        ("urine_result", False),
        ("missed_counselling", False),
    ]
    assert dose.warnings[0]["source"] == "FDA Drug Safety Communication, 2017-09-20"
    assert "ALPRAZolam 0.25 MG" in dose.warnings[0]["text"]


def test_what_is_long_past_or_refuted_or_negative_warns_of_nothing(ordered, give, clinic, now):
    order = ordered()
    patient, told = order.patient, {"recorded_at": now, "recorded_by": clinic.system}
    MedicationStatement.objects.create(patient=patient, kind="ordered", code="1", title="diazepam", status="stopped", at=now, **told)
    Diagnosis.objects.create(patient=patient, axis="substance_use", code="F13.20", title="x", certainty="refuted", basis="x", **told)
    for value, days in (("260385009", 1), ("10828004", 31)):
        Observation.objects.create(
            patient=patient, kind="laboratory", code="1", title="x", observed_at=now - timedelta(days=days), value_code=value, **told
        )
    assert give(order).warnings == []


def test_a_dose_can_neither_be_changed_nor_deleted_by_any_door(ordered, give):
    dose = give(ordered())
    for attempt in (lambda: Dose.objects.update(mg=1), lambda: dose.delete(), lambda: StockEntry.objects.update(note="x")):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert Dose.objects.get().mg == 40


def test_the_database_itself_refuses_a_second_dose_and_a_part_beside_the_whole(ordered, give):
    dose = give(ordered())
    for part in ("whole", "morning", "evening"):
        entry = StockEntry.objects.create(lot=dose.lot, move="dispensed", change_mg=-1, remaining_mg=1, at=dose.given_at, by=dose.given_by)
        twin = {f.attname: getattr(dose, f.attname) for f in Dose._meta.fields if f.name not in ("id", "stock_entry", "stock_entry_id")}
        twin |= {"stock_entry_id": entry.pk, "day_part": part}
        with pytest.raises(IntegrityError), transaction.atomic():
            Dose.objects.create(**twin)
    assert Dose.objects.count() == 1


# Orders


def test_a_new_order_ends_the_running_one_on_the_day_it_starts(ordered, clinic, now):
    patient = clinic.patient()
    first = ordered(patient, mg=30)
    second = ordered(patient, mg=45, starts_on=TOMORROW)
    first.refresh_from_db()
    assert (first.state, first.ends_on, second.replaces) == ("active", TOMORROW, first)
    third = ordered(patient, mg=50, starts_on=TODAY, ends_on=TOMORROW)
    first.refresh_from_db()
    assert (first.state, first.ends_on, third.replaces, third.ends_on) == ("ended", TODAY, first, TOMORROW)


def test_an_order_does_not_run_into_a_later_one(ordered, clinic):
    patient = clinic.patient()
    later = ordered(patient, starts_on=TODAY + timedelta(days=5))
    with pytest.raises(Refused) as refused:
        ordered(patient, starts_on=TODAY)
    assert codes(refused) == ["later_order"]
    assert list(Order.objects.all()) == [later]


def test_another_program_s_order_is_not_ended_from_here(ordered, clinic, now):
    patient = clinic.patient()
    order = ordered(patient)
    program = Program.objects.create(name="Hill Street Program")
    site = Site.objects.create(program=program, name="Hill")
    Episode.objects.create(patient=patient, program=program, site=site, admitted_on=TODAY, recorded_at=now, recorded_by=clinic.system)
    prescriber = clinic.hire(Role.PRESCRIBER, site, program=program)
    with pytest.raises(Refused) as refused:
        write_order(
            patient=patient, program=program, site=site, product=order.product, daily_mg=Decimal(30), starts_on=TODAY, by=prescriber, at=now
        )
    assert codes(refused) == ["runs_elsewhere"]
    assert "River" not in str(refused.value)
    order.refresh_from_db()
    assert (order.state, order.ends_on) == ("active", None)


def test_fifty_one_milligrams_on_the_first_day_need_a_reason_and_thirty_two_of_buprenorphine_none(ordered, buprenorphine, clinic):
    with pytest.raises(Refused) as refused:
        ordered(mg=51)
    assert codes(refused) == ["first_day_unexplained"]
    assert refused.value.reasons[0].source == "42 CFR 8.12(h)(3)(ii)"
    assert not Order.objects.exists()
    assert ordered(mg=51, first_day_reason="Verified transfer at 90 mg.").daily_mg == 51
    assert ordered(mg=32, product=buprenorphine).daily_mg == 32


def test_a_later_increase_needs_no_reason(ordered, give, clinic, now):
    patient = clinic.patient()
    give(ordered(patient, mg=50))
    tomorrow = now + timedelta(days=1)
    order = ordered(patient, mg=90, starts_on=TOMORROW, at=tomorrow)
    assert give(order, at=tomorrow).mg == 90


def test_steps_up_may_be_written_in_advance_and_the_window_still_looks_at_the_first_day(ordered, give, clinic, now):
    patient = clinic.patient()
    ordered(patient, mg=30)
    step = ordered(patient, mg=60, starts_on=TOMORROW)
    with pytest.raises(Refused) as refused:
        give(step, at=now + timedelta(days=1))
    assert codes(refused) == ["first_day_unexplained"]


def test_the_first_day_comes_again_after_readmission(ordered, give, clinic, now):
    patient = clinic.patient()
    give(ordered(patient, mg=50))
    end_stays(Episode.objects, TOMORROW, "2")
    back = now + timedelta(days=60)
    Episode.objects.create(
        patient=patient,
        program=clinic.program,
        site=clinic.north,
        admitted_on=back.date(),
        recorded_at=back,
        recorded_by=clinic.system,
    )
    with pytest.raises(Refused) as refused:
        ordered(patient, mg=90, starts_on=back.date(), at=back)
    assert codes(refused) == ["first_day_unexplained"]


def test_an_order_can_be_held_released_and_ended_and_never_comes_back(ordered, clinic, now):
    order = ordered()
    with pytest.raises(Refused):
        hold_order(order=order, reason=" ", by=clinic.prescriber, at=now)
    held = hold_order(order=order, reason="ECG first", by=clinic.prescriber, at=now)
    assert (held.state, held.hold_reason) == ("on_hold", "ECG first")
    released = release_order(order=order, by=clinic.prescriber, at=now + timedelta(days=3))
    assert (released.state, released.hold_reason, released.missed_counted_from) == ("active", "", TODAY + timedelta(days=3))
    with pytest.raises(Refused) as refused:
        end_order(order=order, on=TODAY - timedelta(days=1), by=clinic.prescriber, at=now)
    assert codes(refused) == ["past_day"]
    ended = end_order(order=order, on=TODAY, by=clinic.prescriber, at=now)
    assert (ended.state, ended.ends_on) == ("ended", TODAY)
    for again in (release_order, lambda **k: hold_order(reason="x", **k), lambda **k: end_order(on=TODAY, **k)):
        with pytest.raises(Refused):
            again(order=order, by=clinic.prescriber, at=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        Order.objects.update(state="active")


def test_an_order_that_has_not_begun_can_be_ended_and_leaves_room(ordered, clinic, now):
    patient = clinic.patient()
    later = ordered(patient, starts_on=TODAY + timedelta(days=5))
    end_order(order=later, on=TODAY, by=clinic.prescriber, at=now)
    later.refresh_from_db()
    assert (later.state, later.starts_on, later.ends_on) == ("ended", later.starts_on, later.starts_on)
    assert ordered(patient, starts_on=TODAY).state == "active"


@pytest.mark.parametrize("role", [Role.NURSE, Role.CASE_MANAGER, Role.DIRECTOR])
def test_only_prescribers_decide_about_orders(ordered, clinic, role, now):
    order = ordered()
    by = clinic.staff[role]
    for verb in (
        lambda: hold_order(order=order, reason="x", by=by, at=now),
        lambda: release_order(order=order, by=by, at=now),
        lambda: end_order(order=order, on=TODAY, by=by, at=now),
    ):
        with pytest.raises(Denied):
            verb()
    order.refresh_from_db()
    assert (order.state, order.ends_on) == ("active", None)


# Missed doses


def close_days(clinic, now, *days):
    """Close the dosing day of the site on these days after today, in the evening of each."""
    return [
        note_missed_doses(site=clinic.north, day=TODAY + timedelta(days=n), by=clinic.system, at=now + timedelta(days=n, hours=5))
        for n in days
    ]


def test_a_missed_day_is_noted_once_and_told_to_whoever_reacts(ordered, give, clinic, now):
    given, missed = ordered(), ordered()
    give(given)
    assert close_days(clinic, now, 0) == [1]
    fact = Fact.objects.get(kind="DoseMissed")
    assert fact.payload == {"order_id": missed.pk, "patient_id": missed.patient_id, "day": "2026-03-04", "in_a_row": 1}
    day = DosingDay.objects.get()
    assert (day.site, day.day, day.due, day.missed) == (clinic.north, TODAY, 2, 1)
    assert close_days(clinic, now, 0) == [0]
    assert Fact.objects.filter(kind="DoseMissed").count() == 1
    assert DosingDay.objects.count() == 1


def test_three_missed_days_in_a_row_put_the_order_on_hold_until_a_prescriber_decides(ordered, give, clinic, now):
    order = ordered()
    assert close_days(clinic, now, 0, 1) == [1, 1]
    order.refresh_from_db()
    assert order.state == "active"
    assert close_days(clinic, now, 2) == [1]
    order.refresh_from_db()
    assert (order.state, order.hold_reason) == ("on_hold", "3 scheduled days missed in a row (program policy)")
    assert [fact.payload["in_a_row"] for fact in Fact.objects.filter(kind="DoseMissed").order_by("id")] == [1, 2, 3]
    assert close_days(clinic, now, 3) == [0]
    fourth = now + timedelta(days=4)
    with pytest.raises(Refused) as refused:
        give(order, at=fourth)
    assert codes(refused) == ["on_hold"]
    release_order(order=order, by=clinic.prescriber, at=fourth)
    assert give(order, at=fourth).for_day == TODAY + timedelta(days=4)


def test_the_window_knows_of_three_missed_days_even_when_no_night_was_noted(ordered, give, clinic, now):
    order = ordered()
    third = now + timedelta(days=3)
    with pytest.raises(Refused) as refused:
        give(order, at=third)
    assert codes(refused) == ["missed_too_many"]
    assert "3 scheduled days in a row were missed, since March 4." in str(refused.value)
    release_order(order=order, by=clinic.prescriber, at=third)
    assert give(order, at=third)


def test_a_new_order_of_the_prescriber_releases_too(ordered, give, clinic, now):
    order = ordered()
    close_days(clinic, now, 0, 1, 2)
    third = now + timedelta(days=3)
    lower = ordered(order.patient, mg=20, starts_on=third.date(), at=third)
    assert give(lower, at=third).mg == 20
    order.refresh_from_db()
    assert order.state == "ended"


def test_steps_written_in_advance_do_not_hide_a_row_of_missed_days(ordered, clinic, now):
    patient = clinic.patient()
    ordered(patient, mg=40)
    ordered(patient, mg=35, starts_on=TODAY + timedelta(days=2))
    assert close_days(clinic, now, 0, 1, 2) == [1, 1, 1]
    assert Order.objects.get(daily_mg=35).state == "on_hold"


def test_a_closed_day_is_nobodys_missed_day(ordered, give, close_site, clinic, now):
    close_site(clinic.north, TOMORROW)
    order = ordered()
    give(order)
    assert close_days(clinic, now, 0, 1) == [0, 0]
    assert not Fact.objects.filter(kind="DoseMissed").exists()
    assert close_days(clinic, now, 2) == [1]
    assert Fact.objects.get(kind="DoseMissed").payload["in_a_row"] == 1


def test_closing_a_day_takes_the_same_statements_for_two_people_as_for_twelve(ordered, clinic, now, query_count):
    for _ in range(2):
        ordered()
    with query_count(13):
        close_days(clinic, now, 0)
    for _ in range(10):
        ordered()
    with query_count(13):
        close_days(clinic, now, 1)


def test_an_order_that_ran_out_is_ended_with_its_last_day(ordered, give, clinic, now):
    order = ordered(ends_on=TOMORROW)
    give(order)
    close_days(clinic, now, 0)
    order.refresh_from_db()
    assert order.state == "ended"


def test_a_day_that_is_not_there_yet_is_not_closed(ordered, clinic, now):
    with pytest.raises(Refused):
        note_missed_doses(site=clinic.north, day=TOMORROW, by=clinic.system, at=now)
    assert not DosingDay.objects.exists()


def test_nobody_closes_a_day_by_hand(ordered, clinic, now):
    with pytest.raises(Denied):
        note_missed_doses(site=clinic.north, day=TODAY, by=clinic.nurse, at=now)
    assert not DosingDay.objects.exists()


def test_a_day_is_due_to_be_closed_after_the_last_dosing_hour_in_the_time_of_the_site(ordered, clinic, now, open_on_weekdays):
    ordered()
    before, after = now.replace(hour=16, minute=59), now.replace(hour=17, minute=1)  # noon in New York is 17:00 UTC
    yesterday = TODAY - timedelta(days=1)
    assert dosing_days_to_close(before) == [(clinic.north, yesterday)]
    assert dosing_days_to_close(after) == [(clinic.north, yesterday), (clinic.north, TODAY)]
    for day in (yesterday, TODAY):
        note_missed_doses(site=clinic.north, day=day, by=clinic.system, at=after)
    assert dosing_days_to_close(after) == []


def test_a_medication_told_by_others_is_written_down_without_touching_stock(clinic, now):
    statement = record_statement(
        patient=clinic.patient(), kind="ordered", code="308047", title="alprazolam", status="active", at_moment=now, by=clinic.nurse, at=now
    )
    assert (statement.title, statement.code_system) == ("alprazolam", "http://www.nlm.nih.gov/research/umls/rxnorm")
    assert not StockEntry.objects.exists()
    with pytest.raises(Refused):
        record_statement(
            patient=statement.patient, kind="ordered", code="1", title=" ", status="active", at_moment=now, by=clinic.nurse, at=now
        )
    assert MedicationStatement.objects.count() == 1


def transferred(clinic, patient, now):
    stay = Episode.objects.get(patient=patient)
    return transfer_patient(episode=stay, to_site=clinic.south, on=TODAY, by=clinic.case_manager, at=now)


def test_the_day_of_a_transfer_within_the_program_is_no_first_day(clinic, ordered, give, now):
    order = ordered(mg=Decimal(45), starts_on=TODAY - timedelta(days=1), at=now - timedelta(days=1))
    give(order, at=now - timedelta(days=1))
    Order.objects.filter(pk=order.pk).update(daily_mg=Decimal(80))
    transferred(clinic, order.patient, now)
    assert give(order).mg == 80


def test_an_order_at_the_new_site_asks_for_no_first_day_reason(clinic, ordered, give, now):
    order = ordered(mg=Decimal(45), starts_on=TODAY - timedelta(days=1), at=now - timedelta(days=1))
    give(order, at=now - timedelta(days=1))
    transferred(clinic, order.patient, now)
    assert ordered(order.patient, mg=Decimal(80), site=clinic.south).daily_mg == 80


def test_whoever_was_discharged_misses_no_dose(clinic, ordered, now):
    order = ordered()
    end_stays(order.patient.episodes, TODAY, "01")
    assert note_missed_doses(site=clinic.north, day=TODAY, by=clinic.system, at=now) == 0
    assert not Fact.objects.filter(kind="DoseMissed").exists()
