import re
from datetime import UTC

import pytest
import time_machine
from django.urls import reverse

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Role
from casemgr.desk.chart.acts import HEAD_ACTS
from casemgr.desk.chart.panels import PANELS
from casemgr.desk.chart.panels.panel import address_of
from casemgr.desk.chart.queries import patient_seen_by
from patients.guarding.actions import Identity, break_glass
from patients.guarding.queries import THROUGH_GLASS
from patients.guarding.rules import Ground
from tests.charts import fill_chart

EVERY_ACT = [*HEAD_ACTS, *(act for panel in PANELS for act in panel.acts)]


def offered(page, patient):
    """Return the addresses that the chart offers in its head and its panels, but for those of single rows."""
    main = page.content.decode()
    main = main[main.index('<main id="main"') : main.index("</main>")]
    hrefs = set(re.findall(r'href="(/[^"#]*)"', main))
    return {href for act in EVERY_ACT if (href := address_of(act, patient)) in hrefs}


@pytest.fixture
def stranger(clinic):
    """Return somebody of another caseload whose chart the case manager opens by emergency access, by the database's own clock."""
    patient = clinic.patient(team=(clinic.hire(Role.CASE_MANAGER, clinic.north),))
    fill_chart(clinic, patient, 1)
    right_now = time_machine.escape_hatch.datetime.datetime.now(UTC)
    break_glass(
        program=clinic.program,
        identity=Identity(name=patient.legal_name, birth_date=patient.birth_date),
        ground=Ground(kind="internal", reason="in_need_now", words="Stands at the desk in tears"),
        by=clinic.case_manager,
        at=right_now,
    )
    return patient


def test_through_broken_glass_the_chart_is_read_and_offers_no_act_that_would_be_refused(clinic, sign_in, stranger):
    me = User.objects.get(pk=clinic.case_manager.pk)
    _person, rights = patient_seen_by(me, stranger.public_id)
    assert rights <= THROUGH_GLASS
    browser = sign_in(me)
    page = browser.get(reverse("desk:chart", args=[stranger.public_id]))
    assert page.status_code == 200
    assert "Diagnosis 0" in page.content.decode()
    found = offered(page, stranger)
    assert reverse("treatment_plans:plan", args=[stranger.public_id]) in found
    assert not found & {address_of(act, stranger) for act in EVERY_ACT if act.right not in THROUGH_GLASS}
    assert {href: browser.get(href).status_code for href in found} == dict.fromkeys(found, 200)


@pytest.mark.parametrize("role", [Role.CASE_MANAGER, Role.PRESCRIBER, Role.PRIVACY_OFFICER])
def test_every_act_that_is_offered_opens(clinic, sign_in, role):
    patient = clinic.patient()
    browser = sign_in(clinic.staff[role])
    found = offered(browser.get(reverse("desk:chart", args=[patient.public_id])), patient)
    assert found
    assert {href for href in found if browser.get(href, follow=True).status_code != 200} == set()
