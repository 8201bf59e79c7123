import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import get_resolver, reverse

from casemgr.core.accounts.models import Membership, User
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.directory.models import Organization
from casemgr.desk.today import sections
from patients.consent.models import Consent, ConsentRecipient
from patients.disclosures.models import Disclosure
from patients.record.models import Patient
from referrals.casework.models import Task
from referrals.referral.models import Referral
from tests.charts import dose_of, fill_chart, order_for
from treatment_plans.appointments.models import Appointment
from treatment_plans.sessions.models import Attendance, Session

TODAY = date(2026, 3, 4)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

QUERIES = {
    Role.CASE_MANAGER: 35,
    Role.THERAPIST: 33,
    Role.PEER: 15,
    Role.NURSE: 20,
    Role.PRESCRIBER: 26,
    Role.FRONT_DESK: 11,
    Role.DIRECTOR: 20,
    Role.PRIVACY_OFFICER: 12,
    Role.ADMINISTRATOR: 12,
}
"""Statements of each role's page. Three of them are the session's: its first request writes down when it began."""


def today(browser):
    return browser.get(reverse("desk:today"))


def rows(page, code):
    """Return the lines of one section as (who, why)."""
    found = next(section for section in page.context["today"].sections if section.code == code)
    return [(str(row.patient) if row.patient else None, str(row.what), str(row.state)) for row in found.rows]


def task(clinic, patient, due_on, **facts):
    said = {"program": clinic.program, "domain": "legal", "title": "Call", "recorded_at": clinic.now, "recorded_by": clinic.system}
    return Task.objects.create(patient=patient, due_on=due_on, **{**said, **facts})


def appointment(clinic, patient, starts_at, **facts):
    said = {
        "site": clinic.north,
        "clinician": clinic.therapist,
        "kind": "individual",
        "recorded_at": clinic.now,
        "recorded_by": clinic.system,
    }
    return Appointment.objects.create(patient=patient, starts_at=starts_at, ends_at=starts_at + HOUR, **{**said, **facts})


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client, db):
    answer = client.get("/")
    assert answer["Location"] == "/account/login/?next=/"


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("n", [0, 2, 12])
def test_the_page_takes_the_same_statements_however_much_waits(clinic, sign_in, query_count, role, n):
    for _ in range(n and 2):
        fill_chart(clinic, clinic.patient(), n)
    browser = sign_in(clinic.staff[role])
    with query_count(QUERIES[role]):
        today(browser)


def test_a_case_manager_finds_what_is_due_first_and_nothing_of_others(clinic, sign_in):
    ana, ben = clinic.patient(given="Ana", family="Flores"), clinic.patient(given="Ben", family="Marsh")
    theirs = clinic.patient(given="Cleo", team=(clinic.hire(Role.CASE_MANAGER, clinic.north),))
    task(clinic, ana, TODAY - 3 * DAY, owner=clinic.case_manager, title="Old")
    task(clinic, ben, TODAY, urgency=1, title="Now")
    task(clinic, ana, TODAY + DAY, owner=clinic.case_manager, title="Tomorrow")
    task(clinic, ben, TODAY, owner=clinic.therapist, title="Of the therapist")
    task(clinic, ana, TODAY, owner=clinic.case_manager, title="Done", state="done", closed_at=clinic.now)
    task(clinic, theirs, TODAY, title="Of another caseload")
    page = today(sign_in(clinic.case_manager))
    assert rows(page, "tasks") == [("Ben Marsh", "Now", "Urgent"), ("Ana Flores", "Old", "Overdue")]


def test_somebody_nobody_saw_for_a_fortnight_is_shown_and_whoever_got_a_dose_is_not(clinic, sign_in):
    lost, seen, dosed = (clinic.patient(given=name, family="X") for name in ("Lost", "Seen", "Dosed"))
    appointment(clinic, lost, clinic.now - 20 * DAY, state="kept")
    appointment(clinic, lost, clinic.now - 2 * DAY, state="no_show")
    appointment(clinic, seen, clinic.now - 2 * DAY, state="kept")
    dose_of(order_for(clinic, dosed, starts_on=date(2026, 2, 1)), clinic, TODAY)
    page = today(sign_in(clinic.case_manager))
    assert rows(page, "out-of-touch") == [("Lost X", "No session, appointment or dose", "No contact")]


def test_somebody_never_seen_since_admission_is_shown(clinic, sign_in):
    clinic.patient(given="New", family="Face")
    page = today(sign_in(clinic.case_manager))
    assert rows(page, "out-of-touch") == [("New Face", "Not seen since admission", "No contact")]


def test_referrals_wait_until_the_partner_answers(clinic, sign_in):
    patient = clinic.patient(given="Ana", family="Flores")
    partner = Organization.objects.create(name="Harbor House", kind="housing")
    said = {"patient": patient, "program": clinic.program, "organization": partner, "purpose": "housing", "disclosure_id": 1}
    written = {"recorded_at": clinic.now, "recorded_by": clinic.case_manager}
    Referral.objects.create(service="A bed", state="sent", sent_at=clinic.now - 8 * DAY, **said, **written)
    Referral.objects.create(service="Answered", state="accepted", sent_at=clinic.now - 9 * DAY, answered_at=clinic.now, **said, **written)
    page = today(sign_in(clinic.case_manager))
    assert rows(page, "referrals") == [("Ana Flores", "A bed", "Over a week")]


def test_a_nurse_reads_how_many_doses_are_given_to_come_and_on_hold(clinic, sign_in):
    start = date(2026, 2, 1)
    dose_of(order_for(clinic, clinic.patient(), starts_on=start), clinic, TODAY)
    order_for(clinic, clinic.patient(), starts_on=start)
    held = clinic.patient(given="Rae", family="Collins")
    order_for(clinic, held, starts_on=start, state="on_hold", hold_reason="Missed three days")
    order_for(clinic, clinic.patient(), starts_on=start, ends_on=TODAY)
    elsewhere = clinic.patient(clinic.south)
    order_for(clinic, elsewhere, starts_on=start).__class__.objects.filter(patient=elsewhere).update(site=clinic.south)
    page = today(sign_in(clinic.nurse))
    assert [(figure.number, figure.of) for figure in page.context["today"].figures] == [(1, 3), (1, None), (1, None)]
    assert rows(page, "holds") == [("Rae Collins", "Methadone 60 mg", "On hold")]


def test_a_director_reads_that_an_order_is_on_hold_but_not_of_what(clinic, sign_in):
    held = clinic.patient(given="Rae", family="Collins")
    order_for(clinic, held, starts_on=date(2026, 2, 1), state="on_hold", hold_reason="Missed three days")
    page = today(sign_in(clinic.director))
    assert rows(page, "holds") == [("Rae Collins", "Medication order", "On hold")]
    assert "Methadone" not in page.content.decode()


def test_a_prescriber_sees_orders_that_end_within_a_week_unless_another_follows(clinic, sign_in):
    soon, later, followed = (clinic.patient(given=name, family="X") for name in ("Soon", "Later", "Followed"))
    order_for(clinic, soon, starts_on=date(2026, 2, 1), ends_on=TODAY + 7 * DAY)
    order_for(clinic, later, starts_on=date(2026, 2, 1), ends_on=TODAY + 8 * DAY)
    order_for(clinic, followed, starts_on=date(2026, 2, 1), ends_on=TODAY + 2 * DAY)
    order_for(clinic, followed, starts_on=TODAY + 2 * DAY)
    page = today(sign_in(clinic.prescriber))
    assert rows(page, "ending-orders") == [("Soon X", "Methadone 60 mg", "Ends soon")]


def test_a_therapist_sees_today_in_order_groups_as_one_and_what_to_sign(clinic, sign_in):
    ana, ben = clinic.patient(given="Ana", family="Flores"), clinic.patient(given="Ben", family="Marsh")
    appointment(clinic, ben, clinic.now + HOUR)
    appointment(clinic, ana, clinic.now - 3 * HOUR)
    appointment(clinic, ana, clinic.now + DAY)
    for person in (ana, ben):
        appointment(clinic, person, clinic.now + 2 * HOUR + timedelta(minutes=30), kind="group")
    written = {"recorded_at": clinic.now, "recorded_by": clinic.therapist}
    session = Session.objects.create(
        site=clinic.north,
        clinician=clinic.therapist,
        kind="individual",
        starts_at=clinic.now - 3 * DAY,
        ends_at=clinic.now - 3 * DAY,
        **written,
    )
    Attendance.objects.create(session=session, patient=ana, note="x", **written)
    appointment(clinic, ben, clinic.now - 2 * HOUR, state="kept")
    for person in (ana, ben):
        appointment(clinic, person, clinic.now - 3 * DAY, state="kept")
    page = today(sign_in(clinic.therapist))
    assert rows(page, "appointments") == [("Ana Flores", "Individual session", "Came?"), ("Ben Marsh", "Individual session", "")]
    assert rows(page, "groups") == [(None, "Group at North", "")]
    assert rows(page, "unsigned") == [
        ("Ben Marsh", "Individual session", "Not written"),
        ("Ben Marsh", "Individual session", "Not written"),
        ("Ana Flores", "Individual session", "Over a day"),
    ]
    group = next(s for s in page.context["today"].sections if s.code == "groups").rows[0]
    assert group.why == "2 people expected"
    assert {str(ana.public_id), str(ben.public_id)} <= set(group.url.replace("&", "=").split("="))


def test_the_front_desk_sees_who_is_expected_here_and_who_waits_to_be_admitted(clinic, sign_in):
    here, there = clinic.patient(given="Here", family="X"), clinic.patient(clinic.south, given="There", family="X")
    appointment(clinic, here, clinic.now - HOUR)
    appointment(clinic, there, clinic.now + HOUR, site=clinic.south)
    appointment(clinic, here, clinic.now + 2 * HOUR, state="kept")
    Patient.objects.create(
        given_name="Wai", family_name="Ting", registered_site=clinic.north, recorded_at=clinic.now, recorded_by=clinic.system
    )
    page = today(sign_in(clinic.front_desk))
    assert rows(page, "settle") == [("Here X", "Individual session", "Came?")]
    assert rows(page, "to-admit") == [("Wai Ting", "Registered, not admitted", "")]


def test_a_director_reads_figures_that_are_the_length_of_their_lists(clinic, sign_in):
    patient = clinic.patient()
    clinic.patient(clinic.south)
    for days in (1, 2, 3):
        task(clinic, patient, TODAY - days * DAY)
    task(clinic, patient, TODAY + DAY)
    page = today(sign_in(clinic.director))
    figures = {str(figure.words): (figure.number, figure.of, figure.url) for figure in page.context["today"].figures}
    assert figures["people in care"][:2] == (1, None)
    assert figures["tasks overdue"][:2] == (3, 4)
    browser = sign_in(clinic.director)
    assert len(browser.get(figures["people in care"][2]).context["table"].rows) == 1
    assert len(browser.get(figures["tasks overdue"][2]).context["table"].rows) == 3


def test_a_privacy_officer_sees_refusals_disclosures_and_consents_that_end(clinic, sign_in):
    patient = clinic.patient(given="Ana", family="Flores")
    AuditEvent.objects.create(
        at=clinic.now, actor_id=clinic.peer.pk, actor_name="Peer", verb="disclose", outcome="denied", patient_id=patient.pk
    )
    AuditEvent.objects.create(at=clinic.now - 8 * DAY, actor_id=clinic.peer.pk, actor_name="Peer", verb="long_ago", outcome="denied")
    Disclosure.objects.create(
        at=clinic.now, patient_id=patient.pk, recipient_id=1, recipient_name="Mercy Hospital", purpose="treatment", categories=[],
        description="Medications", via="api", outcome="withheld", reason="no consent",
    )  # fmt: skip
    said = {
        "patient": patient, "discloser": clinic.program, "kind": "specific", "state": "active", "purposes": ["housing"],
        "categories": ["housing"], "description": "Housing facts", "revocation_statement": "x", "signed_by": "Ana",
        "signer_relationship": "patient", "signed_on": TODAY, "recorded_at": clinic.now, "recorded_by": clinic.system,
    }  # fmt: skip
    for days in (30, 31):
        consent = Consent.objects.create(valid_until=TODAY + days * DAY, **{**said, "state": "draft"})
        ConsentRecipient.objects.create(consent=consent, organization=Organization.objects.create(name=f"Mercy {days}", kind="hospital"))
        Consent.objects.filter(pk=consent.pk).update(state="active")
    page = today(sign_in(clinic.privacy_officer))
    assert rows(page, "refusals") == [(None, "disclose", "Not permitted")]
    assert rows(page, "disclosures") == [("Ana Flores", "Mercy Hospital", "Withheld")]
    assert rows(page, "ending-consents") == [("Ana Flores", "Mercy 30", "Ends soon")]


def test_an_administrator_sees_accounts_and_no_patient(clinic, sign_in):
    fill_chart(clinic, clinic.patient(given="Secret", family="Person"), 2)
    User.objects.create(email="new@clinic.test", full_name="New Colleague")
    Membership.objects.filter(user=clinic.peer).update(ends_on=date.today() + 10 * DAY)
    page = today(sign_in(clinic.administrator))
    assert rows(page, "without-role") == [(None, "New Colleague", "")]
    assert "Secret" not in page.content.decode()


def test_whoever_holds_two_roles_sees_each_section_once(clinic, sign_in):
    Membership.objects.create(user=clinic.nurse, program=clinic.program, site=clinic.north, role=Role.PRESCRIBER, starts_on="2024-01-01")
    page = today(sign_in(clinic.nurse))
    codes = [section.code for section in page.context["today"].sections]
    assert codes == [
        "safety", "holds", "ending-orders", "tasks", "toxicology", "naloxone", "reconciliation", "unfinished", "look-again",
        "untouched-axes", "appointments", "unsigned", "cosign",
    ]  # fmt: skip


def test_whom_the_page_named_is_put_on_the_record(clinic, sign_in):
    patient = clinic.patient()
    task(clinic, patient, TODAY)
    today(sign_in(clinic.case_manager))
    assert AuditEvent.objects.get(verb="today").people == [patient.pk]


def test_empty_sections_say_how_something_comes_there(clinic, sign_in):
    text = today(sign_in(clinic.therapist)).content.decode()
    assert "No appointments today" in text
    assert "What is booked with you appears here on its day." in text


def test_every_next_step_leads_somewhere():
    """A way to a page that does not exist would silently be left out."""
    names = {
        name for file in Path(sections.__file__).parent.glob("*.py") for name in re.findall(r'way\("([a-z_]+:[a-z_]+)"', file.read_text())
    }
    assert len(names) > 10
    for name in names:
        namespace, page = name.split(":")
        known = get_resolver().namespace_dict[namespace][1].reverse_dict
        assert page in known, name
