"""An order does not stop by itself when its person leaves; somebody is asked to decide."""

from datetime import date

import pytest
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from casemgr.core.outbox.draining import drain
from patients.episodes.actions import discharge_patient, transfer_patient
from referrals.casework.models import Task
from tests.charts import order_for
from tests.worlds import ALL_ANSWERED

TODAY = date(2026, 3, 4)


@pytest.fixture
def order(clinic):
    return order_for(clinic, clinic.patient(), starts_on=date(2026, 2, 1))


def test_after_a_discharge_the_prescriber_decides_and_the_list_says_so(clinic, order, now, sign_in):
    answers = {**ALL_ANSWERED, "medication_words": "Has stopped taking it."}
    discharge_patient(episode=order.patient.episodes.get(), on=TODAY, reason="1", **answers, by=clinic.case_manager, at=now)
    drain(at=now)
    task = Task.objects.get(key=f"order:discharged:{order.pk}")
    assert (task.owner, task.urgency, task.domain) == (clinic.prescriber, 1, "health")
    order.refresh_from_db()
    assert order.state == "active", "nothing is stopped by software"
    page = sign_in(clinic.nurse).get(reverse("treatment_plans:dosing"), {"show": "all"}).content.decode()
    assert "Discharged: the prescriber decides" in page


def test_after_a_move_the_prescriber_decides_about_the_order_at_the_old_site(clinic, order, now):
    stay = transfer_patient(
        episode=order.patient.episodes.get(), to_site=clinic.south, on=TODAY, by=clinic.hire(Role.CASE_MANAGER, None), at=now
    )
    drain(at=now)
    task = Task.objects.get()
    assert (task.key, task.title) == (f"order:moved:{stay.pk}:{order.pk}", "Decide about an order: the person moved to another site")


def test_without_an_order_nobody_is_asked(clinic, now):
    discharge_patient(episode=clinic.patient().episodes.get(), on=TODAY, reason="1", **ALL_ANSWERED, by=clinic.case_manager, at=now)
    drain(at=now)
    assert not Task.objects.exists()
