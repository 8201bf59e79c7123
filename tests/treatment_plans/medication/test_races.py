"""Eight windows at the same second: one dose, seven clear sentences, stock drawn once; and what happens without the guard."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
import requests
from django.conf import settings
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client

from casemgr.core.audit.models import AuditEvent
from casemgr.core.refusals import Refused
from treatment_plans.inventory.actions import draw_stock
from treatment_plans.inventory.models import Lot, StockEntry
from treatment_plans.medication import actions
from treatment_plans.medication.models import Dose, Order
from treatment_plans.medication.queries import facts_for_a_dose
from treatment_plans.medication.rules import what_stands_in_the_way

WINDOWS = 8
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(act):
    """Do something at all windows at the same moment; return what each got, an exception counting as an answer."""
    start = Barrier(WINDOWS)

    def window(number):
        try:
            start.wait(timeout=30)
            return act(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WINDOWS) as pool:
        return list(pool.map(window, range(WINDOWS)))


def unguarded(order, clinic, now):
    """Give a dose as somebody would who looks first and writes then, without holding anything: check-then-insert."""
    with transaction.atomic():
        given = Dose.objects.filter(patient=order.patient_id, substance=order.substance, for_day=date(2026, 3, 4)).exists()
        if given:
            raise Refused("given already")
        both_have_looked.wait(timeout=30)
        entry = draw_stock(product=order.product, site=order.site, mg=order.daily_mg, by=clinic.nurse, at=now)
        return Dose.objects.create(
            order=order,
            patient_id=order.patient_id,
            site=order.site,
            substance=order.substance,
            for_day=date(2026, 3, 4),
            mg=order.daily_mg,
            lot_id=entry.lot_id,
            stock_entry=entry,
            given_at=now,
            given_by=clinic.nurse,
            initials="NN",
        )


both_have_looked = Barrier(WINDOWS)


@pytest.fixture
def without_the_constraints():
    """Take the two constraints away for one test."""
    names = ("dose_given_once_per_patient_drug_day_part", "day_is_given_whole_or_in_parts")
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = ANY(%s)", [list(names)])
        known = cursor.fetchall()
        assert len(known) == 2
        for name, _definition in known:
            cursor.execute(f"ALTER TABLE treatment_plans_dose DROP CONSTRAINT {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM treatment_plans_dose")
        cursor.execute("SET session_replication_role = DEFAULT")
        for name, definition in known:
            cursor.execute(f"ALTER TABLE treatment_plans_dose ADD CONSTRAINT {name} {definition}")


def fully_loaded(order):
    return Order.objects.select_related("product", "site").get(pk=order.pk)


def doses_and_draws():
    return Dose.objects.count(), StockEntry.objects.filter(move="dispensed").count()


@pytest.mark.slow
def test_eight_windows_over_http_give_one_dose_and_seven_clear_refusals(live_server, ordered, clinic, lot):
    order = ordered(starts_on=date.today(), at=datetime.now(UTC))
    before = Lot.objects.get().remaining_mg
    today = datetime.now(UTC).astimezone(clinic.north.zone).date()
    Order.objects.update(starts_on=today, missed_counted_from=today)
    url = f"{live_server.url}/plans/dosing/{order.pk}/"
    browsers = []
    for _ in range(WINDOWS):
        client = Client()
        client.force_login(clinic.nurse, backend="allauth.account.auth_backends.AuthenticationBackend")
        browser = requests.Session()
        browser.cookies.set(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
        page = browser.get(url, timeout=30)
        browser.token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        browsers.append(browser)

    def post(number):
        browser = browsers[number]
        typed = {
            "csrfmiddlewaretoken": browser.token,
            "for_day": today.isoformat(),
            "identity_checked_by": "known",
            "day_part": "whole",
            "initials": "NN",
        }
        return browser.post(url, typed, headers={"Referer": url}, allow_redirects=False, timeout=60)

    answers = at_once(post)
    assert sorted(answer.status_code for answer in answers) == [302] + [422] * 7
    sentence = re.compile(r"The dose for \w+ \d+ was given already: 40 mg at [^<]+ by " + clinic.nurse.full_name)
    assert all(sentence.search(answer.text) for answer in answers if answer.status_code == 422)
    assert doses_and_draws() == (1, 1)
    assert Lot.objects.get().remaining_mg == before - 40
    outcomes = list(AuditEvent.objects.filter(verb="administer_dose").values_list("outcome", flat=True))
    assert sorted(outcomes) == ["done"] + ["refused"] * 7


def test_eight_threads_at_the_verb_give_one_dose(ordered, give, clinic):
    order = fully_loaded(ordered())
    answers = at_once(lambda _n: give(order))
    assert sum(isinstance(answer, Dose) for answer in answers) == 1
    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refusals) == 7
    assert {str(refusal) for refusal in refusals} == {
        f"The dose for March 4 was given already: 40 mg at 3 p.m. by {clinic.nurse.full_name}."
    }
    assert doses_and_draws() == (1, 1)


def test_without_lock_and_look_the_constraint_still_lets_one_through_with_the_same_sentence(ordered, give, monkeypatch):
    order = fully_loaded(ordered())
    everybody_has_looked = Barrier(WINDOWS)

    def look_without_holding(order_id, at, *, lock):
        facts = facts_for_a_dose(order_id, at)
        everybody_has_looked.wait(timeout=30)
        return facts

    monkeypatch.setattr(actions, "held_for_a_dose", lambda pk, by: None)
    monkeypatch.setattr(actions, "facts_for_a_dose", look_without_holding)
    answers = at_once(lambda _n: give(order))
    assert sum(isinstance(answer, Dose) for answer in answers) == 1
    assert {str(answer) for answer in answers if isinstance(answer, Refused)} == {"The dose for March 4 was given already."}
    assert doses_and_draws() == (1, 1)


def test_negative_control_without_lock_and_constraint_every_window_gives_a_dose(ordered, clinic, now, without_the_constraints):
    order = fully_loaded(ordered())
    answers = at_once(lambda _n: unguarded(order, clinic, now))
    assert [type(answer) for answer in answers] == [Dose] * WINDOWS
    assert doses_and_draws() == (WINDOWS, WINDOWS)


def test_negative_control_without_the_guard_the_constraint_is_what_stops_it(ordered, clinic, now):
    order = fully_loaded(ordered())
    answers = at_once(lambda _n: unguarded(order, clinic, now))
    assert sum(isinstance(answer, Dose) for answer in answers) == 1
    assert sum(isinstance(answer, IntegrityError) for answer in answers) == 7
    assert doses_and_draws() == (1, 1)


def test_negative_control_with_the_guard_taken_out_of_the_verb_the_race_is_lost(ordered, give, monkeypatch, without_the_constraints):
    """Show that the test of the race would fail: the verb itself, without lock and look, gives eight doses."""
    order = fully_loaded(ordered())
    monkeypatch.setattr(actions, "held_for_a_dose", lambda pk, by: None)
    monkeypatch.setattr(actions, "facts_for_a_dose", lambda pk, at, *, lock: facts_for_a_dose(pk, at))
    monkeypatch.setattr(actions, "what_stands_in_the_way", lambda s: [b for b in what_stands_in_the_way(s) if b.code != "already_given"])
    answers = at_once(lambda _n: give(order))
    assert [type(answer) for answer in answers] == [Dose] * WINDOWS
    assert doses_and_draws() == (WINDOWS, WINDOWS)


def test_the_last_dose_in_a_lot_goes_to_one_of_eight_people_and_the_lot_never_falls_below_nothing(ordered, give, clinic):
    orders = [fully_loaded(ordered()) for _ in range(WINDOWS)]
    Lot.objects.update(remaining_mg=100)
    answers = at_once(lambda n: give(orders[n]))
    assert sum(isinstance(answer, Dose) for answer in answers) == 2
    assert all("No usable lot" in str(answer) for answer in answers if not isinstance(answer, Dose))
    assert doses_and_draws() == (2, 2)
    assert Lot.objects.get().remaining_mg == 20
