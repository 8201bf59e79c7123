"""Each ground without a consent, through the verbs: all its facts, or nothing leaves."""

import threading
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from casemgr.core.accounts.models import Membership, Program, Site, User
from casemgr.core.accounts.rules import Role
from casemgr.core.agreements.models import Agreement
from casemgr.core.deadlines.models import Clock
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Denied, Refused
from patients.disclosures.actions import Withheld, disclose
from patients.disclosures.bases.models import AuthorityReport, CourtOrder, EmergencyDisclosure
from patients.disclosures.models import Disclosure
from patients.disclosures.without_consent.actions import (
    disclose_in_emergency,
    end_authority,
    record_audit,
    record_court_order,
    record_research_approval,
    report_to_authority,
    review_emergency,
    tell_on_order,
)

ORDER = {
    "kind": "criminal",
    "court": "Superior Court",
    "case_number": "26-CR-0417",
    "ordered_on": date(2026, 3, 1),
    "findings": ["extremely_serious", "substantial_value", "no_other_way", "need_outweighs_harm", "own_counsel"],
    "notice_given": True,
    "categories": ["diagnoses"],
    "subpoena": "Subpoena of March 1",
}


COPY = """
    INSERT INTO patients_emergencydisclosure (patient_id, program_id, kind, recipient_name, recipient_facility, profession,
        disclosed_by_id, disclosed_at, nature, no_consent_because, categories, product, fda_asserts, review, recorded_at, recorded_by_id)
    SELECT patient_id, program_id, kind, recipient_name, recipient_facility, %(profession)s, disclosed_by_id, disclosed_at,
        %(nature)s, no_consent_because, categories, product, fda_asserts, '', recorded_at, recorded_by_id FROM patients_emergencydisclosure
"""


@pytest.fixture
def rosa(clinic):
    return clinic.patient(given="Rosa", family="Lane")


@pytest.fixture
def tell(clinic, now, rosa):
    """Return a function that tells a medic what an emergency needs, with these facts changed."""

    def _tell(**changes):
        values = {
            "program": clinic.program, "recipient_name": "Dr. Osei", "recipient_facility": "St. Anne", "profession": "doctor",
            "nature": "Not breathing", "categories": ["medications"], "by": clinic.nurse, "at": now, **changes,
        }  # fmt: skip
        return disclose_in_emergency(patient=rosa, **values)

    return _tell


def test_nothing_is_told_in_the_name_of_a_program_that_does_not_know_the_person(clinic, rosa, tell, now):
    """Its privacy officer sees no such person, so nobody would ever look over it."""
    other = Program.objects.create(name="Hill Program")
    site = Site.objects.create(program=other, name="Hill")
    for user, role in ((clinic.nurse, Role.NURSE), (clinic.privacy_officer, Role.PRIVACY_OFFICER)):
        Membership.objects.create(user=user, program=other, site=site, role=role, starts_on=date(2024, 1, 1))
    nurse, officer = (User.objects.get(pk=user.pk) for user in (clinic.nurse, clinic.privacy_officer))
    report = {"kind": "crime", "authority": "Police", "incident": "Broke a window", "fields": ["name"]}
    for act in (
        lambda: tell(program=other, by=nurse),
        lambda: record_court_order(patient=rosa, program=other, by=officer, at=now, **ORDER),
        lambda: report_to_authority(patient=rosa, program=other, by=officer, at=now, **report),
    ):
        with pytest.raises(Refused, match="not in this program"):
            act()
    assert not Disclosure.objects.exists()
    assert not EmergencyDisclosure.objects.exists()


def test_an_emergency_begins_with_a_program_that_knows_the_person(clinic, rosa, sign_in):
    first = Program.objects.create(name="A Program")
    Membership.objects.create(user=clinic.nurse, program=first, role=Role.NURSE, starts_on=date(2024, 1, 1))
    page = sign_in(clinic.nurse).get(reverse("patients:tell_in_emergency", args=[rosa.public_id])).content.decode()
    assert f'<option value="{clinic.program.pk}" selected>' in page


def test_an_emergency_is_told_with_its_four_facts_and_somebody_reviews_it(clinic, rosa, tell, now):
    row = tell()
    account = Disclosure.objects.get()
    assert (account.basis, account.basis_reference) == ("emergency", f"patients.emergencydisclosure:{row.pk}")
    assert (account.consent_id, account.recipient_id, account.recipient_name) == (None, None, "Dr. Osei, St. Anne")
    assert (account.program_id, account.redisclosure, account.via) == (clinic.program.pk, "under_part2", "call")
    assert account.categories == ["medications"]
    assert Clock.objects.running().get().subject == account.basis_reference
    with pytest.raises(Refused, match="Write what the review found"):
        review_emergency(emergency=row, review=" ", by=clinic.privacy_officer, at=now)
    reviewed = review_emergency(emergency=row, review="It was one", by=clinic.privacy_officer, at=now)
    assert reviewed.reviewed_by == clinic.privacy_officer
    assert not Clock.objects.running().exists()
    with pytest.raises(Refused, match="reviewed already"):
        review_emergency(emergency=row, review="Again", by=clinic.privacy_officer, at=now)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"recipient_name": ""}, "recipient_name"),
        ({"recipient_facility": " "}, "recipient_facility"),
        ({"profession": ""}, "profession"),
        ({"profession": "officer"}, "profession"),
        ({"nature": ""}, "nature"),
        ({"no_consent_because": ""}, "no_consent_because"),
        ({"categories": []}, "categories"),
        ({"late": True}, "disclosed_at"),
    ],
)
def test_without_one_of_the_facts_nothing_is_told_and_nothing_written(tell, now, changes, field):
    if changes.pop("late", False):
        changes = {"disclosed_at": now + timedelta(hours=1)}
    with pytest.raises(Refused) as refused:
        tell(**changes)
    assert [reason.field for reason in refused.value.reasons] == [field]
    assert not EmergencyDisclosure.objects.exists()
    assert not Disclosure.objects.exists()


def test_the_facts_of_an_emergency_are_locked(tell):
    row = tell()
    for change in ({"nature": "x"}, {"recipient_name": "x"}, {"disclosed_at": "2026-01-01T00:00Z"}, {"categories": ["plan"]}):
        with pytest.raises(IntegrityError, match="facts_of_emergency_are_locked"), transaction.atomic():
            EmergencyDisclosure.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError, match="(?i)cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM patients_emergencydisclosure")
    with pytest.raises(IntegrityError, match="emergency_holds_all_four_facts"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COPY, {"profession": "doctor", "nature": ""})
    for profession in ("", "officer", "fda"):
        with pytest.raises(IntegrityError, match="medical_personnel_or_the_fda"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(COPY, {"profession": profession, "nature": "Overdose"})


def test_the_fda_is_told_of_a_product_and_of_who_took_it_and_nobody_in_its_name(tell, clinic):
    sheriff = {"profession": "fda", "recipient_facility": "County Sheriff's Office", "nature": "asked about him"}
    with pytest.raises(Refused) as refused:
        tell(**sheriff, recipient_name="Officer Smith", categories=["diagnoses", "medications", "sessions"])
    assert [reason.field for reason in refused.value.reasons] == ["recipient_facility", "product", "fda_asserts", "categories"]
    assert {reason.source for reason in refused.value.reasons} == {"42 CFR 2.51(b)"}
    row = tell(profession="fda", recipient_facility="", product="Naloxone, lot 7: weak", fda_asserts=True, categories=["contact"])
    assert (row.kind, row.recipient_facility, row.no_consent_because) == ("fda", "Food and Drug Administration", "")
    account = Disclosure.objects.get()
    assert (account.recipient_name, account.purpose) == ("Dr. Osei, Food and Drug Administration", "other")
    row.pk, row.categories = None, ["sessions"]
    with pytest.raises(IntegrityError, match="medical_personnel_or_the_fda"), transaction.atomic():
        row.save(force_insert=True)


def test_an_emergency_opens_no_counseling_notes_and_tells_no_police(tell, clinic, now):
    with pytest.raises(Withheld, match="Counseling notes"):
        tell(categories=["counseling_notes"])
    police = Organization.objects.create(name="City police", kind="justice")
    with pytest.raises(Withheld, match="A subpoena alone opens nothing"):
        tell(organization=police)
    assert not EmergencyDisclosure.objects.exists()
    assert set(Disclosure.objects.values_list("outcome", flat=True)) == {"withheld"}
    with pytest.raises(Denied):
        tell(by=clinic.front_desk)


def test_a_court_order_with_every_element_opens_its_scope(clinic, rosa, now):
    order = record_court_order(patient=rosa, program=clinic.program, by=clinic.privacy_officer, at=now, **ORDER)
    released = tell_on_order(court_order=order, categories=["diagnoses"], description="", by=clinic.privacy_officer, at=now)
    account = Disclosure.objects.get()
    assert (account.basis, account.for_proceeding, account.redisclosure) == ("court_order", True, "as_ordered")
    assert (released.basis, released.consent_id, released.program_id) == ("court_order", None, clinic.program.pk)
    assert "42 CFR 2.61-2.67" in released.consent_scope
    with pytest.raises(Withheld, match="does not reach this information"):
        tell_on_order(court_order=order, categories=["plan"], description="", by=clinic.privacy_officer, at=now)
    with pytest.raises(Withheld, match="does not reach counseling notes"):
        tell_on_order(court_order=order, categories=["counseling_notes"], description="", by=clinic.privacy_officer, at=now)
    end_authority(authority=order, because="Quashed", by=clinic.privacy_officer, at=now)
    with pytest.raises(Withheld, match="no longer holds"):
        tell_on_order(court_order=order, categories=["diagnoses"], description="", by=clinic.privacy_officer, at=now)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"findings": []}, "order_findings"),
        ({"subpoena": ""}, "order_subpoena"),
        ({"case_number": ""}, "order_case"),
        ({"notice_given": False}, "order_notice"),
    ],
)
def test_an_order_that_lacks_something_is_kept_and_opens_nothing(clinic, rosa, now, changes, code):
    order = record_court_order(patient=rosa, program=clinic.program, by=clinic.privacy_officer, at=now, **{**ORDER, **changes})
    with pytest.raises(Withheld) as withheld:
        tell_on_order(court_order=order, categories=["diagnoses"], description="", by=clinic.privacy_officer, at=now)
    assert withheld.value.lacking == (code,)
    assert (Disclosure.objects.get().outcome, Disclosure.objects.get().reason) == ("withheld", code)


def test_a_subpoena_without_an_order_opens_nothing(clinic, rosa, consent, now):
    consent(rosa)
    paper = record_court_order(
        patient=rosa, program=clinic.program, subpoena="Subpoena 7", categories=["plan"], by=clinic.privacy_officer, at=now
    )
    with pytest.raises(Withheld) as withheld:
        tell_on_order(court_order=paper, categories=["plan"], description="", by=clinic.privacy_officer, at=now)
    assert {"order_kind", "order_court", "order_case", "order_date", "order_notice"} <= set(withheld.value.lacking)
    court = Organization.objects.create(name="Court", kind="justice")
    for asked in ({"recipient": court}, {"for_proceeding": True}, {"purpose": "proceedings"}, {"basis": "court_order"}):
        with pytest.raises(Withheld):
            disclose(
                **{"patient": rosa, "recipient": court, "purpose": "treatment", "categories": ["medications"], "description": "x",
                   "via": "print", "by": clinic.privacy_officer, "at": now, **asked}
            )  # fmt: skip
    assert not Disclosure.objects.filter(outcome="disclosed").exists()


def test_the_number_of_a_case_lies_encrypted(clinic, rosa, now):
    order = record_court_order(patient=rosa, program=clinic.program, by=clinic.privacy_officer, at=now, **ORDER)
    assert CourtOrder.objects.get(pk=order.pk).case_number == "26-CR-0417"
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_number FROM patients_courtorder UNION ALL SELECT case_number FROM patients_courtorderevent")
        assert all(b"26-CR" not in bytes(row[0]) for row in cursor.fetchall())


def test_audit_and_research_open_what_was_agreed_to_whom_it_was_agreed(clinic, rosa, hospital, landlord, now):
    common = {"program": clinic.program, "organization": hospital, "categories": ["diagnoses"], "by": clinic.privacy_officer, "at": now}
    days = {"begins_on": date(2026, 3, 1), "ends_on": date(2026, 3, 31)}
    with pytest.raises(Refused) as refused:
        record_audit(auditor="", authority="", copies_leave=True, **days, **common)
    assert [reason.field for reason in refused.value.reasons] == ["auditor", "authority", "agreed_on", "destroy_by"]
    audit = record_audit(auditor="Ms. Ito", authority="payer", **days, **common)
    research = record_research_approval(
        title="Staying in care",
        researcher="Dr. Hall",
        approval_kind="common_rule",
        approval_reference="IRB 9",
        approved_on=date(2026, 1, 1),
        **common,
    )
    for basis, row, regime in (("audit", audit, "for_the_audit"), ("research", research, "for_the_research")):
        asked = {
            "patient": rosa, "purpose": "operations", "categories": ["diagnoses"], "description": "x", "via": "export", "basis": basis,
            "basis_facts": row, "by": clinic.privacy_officer, "at": now,
        }  # fmt: skip
        disclose(recipient=hospital, **asked)
        assert Disclosure.objects.latest("id").redisclosure == regime
        with pytest.raises(Withheld, match="names another recipient"):
            disclose(recipient=landlord, **asked)
        end_authority(authority=row, because="Done", by=clinic.privacy_officer, at=now)
        with pytest.raises(Withheld):
            disclose(recipient=hospital, **asked)


def test_a_service_is_told_while_its_agreement_holds(clinic, rosa, landlord, now):
    asked = {
        "patient": rosa, "recipient": landlord, "purpose": "operations", "categories": ["contact"], "description": "x", "via": "export",
        "basis": "qsoa", "by": clinic.case_manager, "at": now,
    }  # fmt: skip
    with pytest.raises(Withheld, match="No service agreement"):
        disclose(**asked)
    agreement = Agreement.objects.create(
        program=clinic.program, organization=landlord, kind="qsoa", services="Letters", signed_on=date(2026, 1, 1),
        expires_on=date(2026, 12, 31), bound_by_part2=True, resists_proceedings=True, recorded_at=now, recorded_by=clinic.system,
    )  # fmt: skip
    disclose(**asked)
    assert Disclosure.objects.latest("id").basis_reference == f"casemgr.agreement:{agreement.pk}"
    with pytest.raises(Withheld, match="No service agreement"):
        disclose(**{**asked, "at": now + timedelta(days=400)})


def test_a_report_names_the_few_facts_that_the_law_lets_through(clinic, rosa, now):
    report = report_to_authority(
        patient=rosa, program=clinic.program, kind="crime", authority="City police", incident="A window was broken",
        fields=["name", "last_whereabouts"], by=clinic.case_manager, at=now,
    )  # fmt: skip
    account = Disclosure.objects.get()
    assert (account.basis, account.categories, account.redisclosure) == ("crime", [], "report_only")
    assert account.fields_released == ["incident", "last_whereabouts", "name"]
    assert account.category_words == "What happened, Name, Where the person was last seen"
    with pytest.raises(Refused, match="more than such a report"):
        report_to_authority(
            patient=rosa, program=clinic.program, kind="child_abuse", authority="Child protection", incident="x", fields=["patient_status"],
            by=clinic.case_manager, at=now,
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="report_names_only_what_the_law_lets_through"), transaction.atomic():
        AuthorityReport.objects.create(
            patient=rosa, program=clinic.program, kind="crime", authority="x", incident="x", fields=["child"], recorded_at=now,
            recorded_by=clinic.system,
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT incident FROM patients_authorityreport WHERE id = %s", [report.pk])
        assert b"window" not in bytes(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_an_order_being_ended_is_waited_for(clinic, rosa, now):
    order = record_court_order(patient=rosa, program=clinic.program, by=clinic.privacy_officer, at=now, **ORDER)
    ready, answered, outcome = threading.Event(), threading.Event(), []

    def ask():
        ready.wait(10)
        try:
            by = User.objects.get(pk=clinic.privacy_officer.pk)
            outcome.append(tell_on_order(court_order=order, categories=["diagnoses"], description="", by=by, at=now))
        except Withheld as withheld:
            outcome.append(withheld.lacking)
        finally:
            answered.set()
            connection.close()

    asking = threading.Thread(target=ask)
    asking.start()
    with transaction.atomic():
        end_authority(authority=order, because="Quashed", by=clinic.privacy_officer, at=now)
        ready.set()
        assert not answered.wait(1.0)
    asking.join(10)
    assert outcome == [("order_over",)]
