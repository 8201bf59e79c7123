import pytest
from django.urls import reverse

from casemgr.core.accounts.models import Membership, Program, Site
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.desk.entries.kinds import KINDS
from patients.episodes.models import Episode
from tests.charts import DAY, HOUR, fill_chart
from treatment_plans.sessions.coping.models import CopingCard
from treatment_plans.sessions.models import Attendance, Session

QUERIES = 10
"""The session, who reads and what waits for them (7), the person with what the reader may do, the rows, and that they were read."""


def entries(browser, patient, kind, **query):
    return browser.get(reverse("desk:entries", args=[patient.public_id, kind]), query)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [2, 12])
def test_a_list_costs_the_same_for_few_and_many_and_shows_them_all(clinic, sign_in, django_assert_num_queries, kind, n):
    patient = clinic.patient()
    fill_chart(clinic, patient, n)
    browser = sign_in(clinic.case_manager)
    with django_assert_num_queries(QUERIES):
        page = entries(browser, patient, kind)
    held = KINDS[kind].rows(patient, frozenset([clinic.program.pk])).count()
    assert held >= (1 if kind == "plans" else n)
    assert len(page.context["lines"]) == held
    seen = AuditEvent.objects.filter(patient_id=patient.pk, outcome="seen").get()
    assert (seen.verb, seen.actor_id) == (KINDS[kind].seen, clinic.case_manager.pk)


def test_a_long_list_is_walked_page_by_page_without_a_gap(clinic, sign_in):
    patient = clinic.patient()
    for i in range(103):
        starts = clinic.now - i * DAY
        stamp = {"recorded_at": clinic.now, "recorded_by": clinic.system}
        session = Session.objects.create(
            site=clinic.north, kind="individual", title=f"No {i}", starts_at=starts, ends_at=starts + HOUR, **stamp
        )
        Attendance.objects.create(session=session, patient=patient, **stamp)
    browser, after, read = sign_in(clinic.case_manager), "", []
    while True:
        page = entries(browser, patient, "sessions", **({"after": after} if after else {}))
        read += [line.title for line in page.context["lines"]]
        after = page.context["next_key"]
        if not after:
            break
    assert read == [f"No {i}" for i in range(103)]


def test_the_front_desk_finds_appointments_and_of_all_else_not_even_that_it_exists(clinic, sign_in):
    patient = clinic.patient()
    fill_chart(clinic, patient, 2)
    browser = sign_in(clinic.front_desk)
    assert entries(browser, patient, "appointments").status_code == 200
    assert {kind: entries(browser, patient, kind).status_code for kind in KINDS if kind != "appointments"} == dict.fromkeys(
        set(KINDS) - {"appointments"}, 404
    )
    assert b"Doses" not in entries(browser, patient, "appointments").content
    assert b"Doses" in entries(sign_in(clinic.nurse), patient, "appointments").content


def test_what_other_programs_wrote_stays_closed(clinic, sign_in):
    patient = clinic.patient()
    fill_chart(clinic, patient, 2)
    other = Program.objects.create(name="Other", callback_phone="555-0101")
    site = Site.objects.create(program=other, name="Far", time_zone="America/New_York")
    stamp = {"recorded_at": clinic.now, "recorded_by": clinic.system}
    session = Session.objects.create(
        site=site, kind="individual", title="Elsewhere", starts_at=clinic.now, ends_at=clinic.now + HOUR, **stamp
    )
    Attendance.objects.create(session=session, patient=patient, **stamp)
    assert b"Elsewhere" not in entries(sign_in(clinic.case_manager), patient, "sessions").content
    part = Membership.objects.create(user=clinic.case_manager, program=other, role=Role.FRONT_DESK, starts_on="2024-01-01")
    Episode.objects.create(patient=patient, program=other, site=site, admitted_on="2026-01-05", **stamp)
    CopingCard.objects.create(patient=patient, program=other, trigger="Elsewhere", helps="A walk", **stamp)
    pages = [(name, reverse(name, args=[patient.public_id])) for name in ("desk:chart", "desk:history", "treatment_plans:coping_cards")]
    for name, address in pages:
        assert b"Elsewhere" not in sign_in(clinic.case_manager).get(address).content, name
    assert b"Elsewhere" not in entries(sign_in(clinic.case_manager), patient, "sessions").content
    Membership.objects.filter(pk=part.pk).update(role=Role.CASE_MANAGER)
    for name, address in pages:
        assert b"Elsewhere" in sign_in(clinic.case_manager).get(address).content, name
    assert b"Elsewhere" in entries(sign_in(clinic.case_manager), patient, "sessions").content


def test_an_empty_list_says_what_would_be_there_and_an_unknown_kind_is_nothing(clinic, sign_in):
    patient, browser = clinic.patient(), sign_in(clinic.case_manager)
    assert b"Nothing of this kind is on record" in entries(browser, patient, "sessions").content
    assert entries(browser, patient, "secrets").status_code == 404
