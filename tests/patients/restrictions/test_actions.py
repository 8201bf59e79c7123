import threading
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from casemgr.core.accounts.models import User
from casemgr.core.audit.models import AuditEvent
from casemgr.core.deadlines.models import Clock
from casemgr.core.refusals import Denied, Refused
from patients.disclosures.actions import Withheld, disclose, disclose_many
from patients.disclosures.models import Disclosure
from patients.disclosures.queries import what_would_be_told
from patients.disclosures.without_consent.actions import disclose_in_emergency
from patients.restrictions.actions import decide_restriction, end_restriction
from patients.restrictions.models import Restriction
from tests.patients.restrictions.conftest import PAID

TPO = {
    "kind": "tpo",
    "purposes": ["treatment", "payment", "operations"],
    "categories": ["demographics", "diagnoses", "plan"],
    "refusal_statement": "x",
    "valid_until": None,
    "ends_with": "none",
}


@pytest.fixture
def tell(clinic, now, plan):
    """Return a function that tells the health plan a person's diagnoses for payment, with these facts changed."""

    def _tell(patient, **changes):
        values = {
            "recipient": plan, "purpose": "payment", "categories": ["diagnoses"], "description": "Claim", "via": "export",
            "by": clinic.case_manager, "at": now, **changes,
        }  # fmt: skip
        return disclose(patient=patient, **values)

    return _tell


@pytest.fixture
def rosa(clinic, consent, plan, hospital):
    patient = clinic.patient(given="Rosa", family="Lane")
    consent(patient, recipients=[plan, hospital], **TPO)
    return patient


def listed(clinic, recipient, purpose="payment", categories=("demographics",)):
    return [
        one.patient_id
        for one in disclose_many(
            recipient=recipient,
            purpose=purpose,
            categories=categories,
            description="List",
            via="api",
            by=clinic.case_manager,
            at=clinic.now,
        )
    ]


def test_paid_in_full_binds_at_once_blocks_the_payer_and_not_the_emergency(clinic, rosa, ask, tell, plan, hospital, now):
    assert tell(rosa).patient_id == rosa.pk
    assert listed(clinic, plan) == [rosa.pk]
    asked = ask(rosa, **PAID)
    assert (asked.state, asked.is_owed) == ("asked", True)
    with pytest.raises(Withheld, match="paid in full") as withheld:
        tell(rosa)
    assert withheld.value.lacking == ("restricted_paid_in_full",)
    assert withheld.value.reasons[0].source == "42 CFR 2.26(a)(6), 45 CFR 164.522(a)(1)(vi)"
    assert Disclosure.objects.latest("id").reason == "restricted_paid_in_full"
    assert listed(clinic, plan) == []
    assert tell(rosa, recipient=hospital, purpose="treatment").patient_id == rosa.pk
    told = disclose_in_emergency(
        patient=rosa, program=clinic.program, recipient_name="Dr. Osei", recipient_facility="St. Anne", profession="doctor",
        nature="Not breathing", categories=["diagnoses"], by=clinic.nurse, at=now,
    )  # fmt: skip
    assert Disclosure.objects.get(basis="emergency").basis_reference == f"patients.emergencydisclosure:{told.pk}"


def test_what_is_owed_can_only_be_agreed_to(clinic, rosa, ask, now):
    asked = ask(rosa, **PAID)
    with pytest.raises(Refused, match="must agree") as refused:
        decide_restriction(restriction=asked, agree=False, decision="No", by=clinic.privacy_officer, at=now)
    assert refused.value.reasons[0].source == "42 CFR 2.26(a)(6)"
    with pytest.raises(IntegrityError, match="restriction_that_is_owed_is_never_declined"), transaction.atomic():
        Restriction.objects.filter(pk=asked.pk).update(state="declined", decided_at=now, decided_by=clinic.privacy_officer, decision="No")
    assert decide_restriction(restriction=asked, agree=True, by=clinic.privacy_officer, at=now).state == "agreed"


@pytest.mark.parametrize(
    ("wide", "rest"),
    [
        ({"purposes": ["payment", "operations", "treatment"]}, ("health_plans", ["treatment"])),
        ({"purposes": ["payment", "operations"], "to_whom": "anybody"}, ("anybody", ["operations", "payment"])),
    ],
)
def test_whoever_asks_for_more_than_is_owed_loses_none_of_it(clinic, rosa, ask, tell, plan, hospital, now, wide, rest):
    asked = ask(rosa, **{**PAID, **wide})
    assert (asked.to_whom, asked.purposes, asked.is_owed) == ("health_plans", ["operations", "payment"], True)
    with pytest.raises(Withheld) as withheld:
        tell(rosa)
    assert withheld.value.lacking == ("restricted_paid_in_full",)
    assert listed(clinic, plan) == []
    more = Restriction.objects.exclude(pk=asked.pk).get()
    assert (more.to_whom, more.purposes, more.is_owed, more.state, more.services) == (*rest, False, "asked", asked.services)
    clocks = Clock.objects.running().filter(kind="restriction_request").values_list("subject", flat=True)
    assert set(clocks) == {f"patients.restriction:{asked.pk}", f"patients.restriction:{more.pk}"}
    decide_restriction(restriction=more, agree=False, decision="No", by=clinic.privacy_officer, at=now)
    with pytest.raises(Withheld):
        tell(rosa)
    assert tell(rosa, purpose="treatment").patient_id == rosa.pk
    with pytest.raises(Refused, match="must agree"):
        decide_restriction(restriction=asked, agree=False, decision="No", by=clinic.privacy_officer, at=now)


def test_what_is_not_owed_binds_when_it_is_agreed_to(clinic, rosa, ask, tell, plan, now):
    asked = ask(rosa, categories=["diagnoses"])
    assert tell(rosa).basis == "consent"
    clock = Clock.objects.get(kind="restriction_request")
    assert clock.subject == f"patients.restriction:{asked.pk}"
    decide_restriction(restriction=asked, agree=True, by=clinic.privacy_officer, at=now)
    assert not Clock.objects.running().filter(kind="restriction_request").exists()
    with pytest.raises(Withheld, match="asked that this not be told"):
        tell(rosa)
    assert listed(clinic, plan, categories=["demographics"]) == [rosa.pk], "what it is not about is told"
    assert listed(clinic, plan, categories=["demographics", "diagnoses"]) == []
    parts = {part.category: part for part in what_would_be_told(patient_id=rosa.pk, recipient=plan, purpose="payment", at=now)}
    assert (parts["plan"].allowed, parts["diagnoses"].allowed) == (True, False)
    assert parts["diagnoses"].reasons[0].code == "restricted"
    assert parts["medications"].reasons[0].code == "category"


def test_a_declined_request_binds_nobody_and_says_why(clinic, rosa, ask, tell, now):
    asked = ask(rosa, to_whom="anybody", purposes=["treatment", "payment"])
    with pytest.raises(Refused, match="Say why"):
        decide_restriction(restriction=asked, agree=False, by=clinic.privacy_officer, at=now)
    decide_restriction(restriction=asked, agree=False, decision="Care would suffer", by=clinic.privacy_officer, at=now)
    assert tell(rosa).patient_id == rosa.pk
    with pytest.raises(Refused, match="decided already"):
        decide_restriction(restriction=asked, agree=True, by=clinic.privacy_officer, at=now)


def test_an_emergency_goes_over_a_restriction_and_asks_to_keep_it(clinic, rosa, ask, tell, now, hospital):
    decide_restriction(
        restriction=ask(rosa, to_whom="anybody", purposes=["treatment"]), agree=True, by=clinic.privacy_officer, at=now
    )  # fmt: skip
    with pytest.raises(Withheld):
        tell(rosa, recipient=hospital, purpose="treatment")
    row = disclose_in_emergency(
        patient=rosa, program=clinic.program, recipient_name="Dr. Osei", recipient_facility="Mercy", profession="doctor",
        nature="Overdose", categories=["diagnoses"], organization=hospital, by=clinic.nurse, at=now,
    )  # fmt: skip
    released = disclose(
        patient=rosa, recipient=hospital, purpose="treatment", categories=["diagnoses"], description="x", via="call", basis="emergency",
        basis_facts=row, by=clinic.nurse, at=now,
    )  # fmt: skip
    assert "do not further use or disclose" in released.keep_to_yourself


def test_it_ends_when_the_person_says_so(clinic, rosa, ask, tell, now):
    asked = decide_restriction(restriction=ask(rosa, **PAID), agree=True, by=clinic.privacy_officer, at=now)
    with pytest.raises(Refused, match="only when the person asks") as refused:
        end_restriction(restriction=asked, end_basis="program_notice", end_note="We wrote", by=clinic.privacy_officer, at=now)
    assert refused.value.reasons[0].source == "42 CFR 2.26(b)"
    with pytest.raises(Refused, match="who said so"):
        end_restriction(restriction=asked, end_basis="patient_in_writing", end_note=" ", by=clinic.privacy_officer, at=now)
    end_restriction(restriction=asked, end_basis="patient_orally", end_note="Rosa, on the telephone", by=clinic.privacy_officer, at=now)
    assert tell(rosa).patient_id == rosa.pk


def test_after_the_programs_notice_what_was_there_stays_restricted(clinic, rosa, ask, tell, plan, now):
    asked = decide_restriction(restriction=ask(rosa), agree=True, by=clinic.privacy_officer, at=now)
    ended = end_restriction(restriction=asked, end_basis="program_notice", end_note="Letter of today", by=clinic.privacy_officer, at=now)
    assert ended.records_until == date(2026, 3, 4)
    with pytest.raises(Withheld):
        tell(rosa)
    assert listed(clinic, plan) == []
    assert tell(rosa, records_since=date(2026, 3, 4)).patient_id == rosa.pk


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"asked_by": " "}, "asked_by"),
        ({"asked_on": date(2026, 3, 5)}, "asked_on"),
        ({"to_whom": "nobody"}, "to_whom"),
        ({"to_whom": "named"}, "organization"),
        ({"purposes": []}, "purposes"),
        ({"purposes": ["housing"]}, "purposes"),
        ({"categories": ["shoe size"]}, "categories"),
        ({"paid_in_full": True}, "services"),
    ],
)
def test_a_request_that_says_nothing_is_refused_at_its_field(clinic, rosa, ask, changes, field):
    with pytest.raises(Refused) as refused:
        ask(rosa, **changes)
    assert [(reason.field, reason.source) for reason in refused.value.reasons] == [(field, "42 CFR 2.26(a)(1)")]
    assert not Restriction.objects.exists()


def test_what_was_asked_is_never_rewritten_and_never_goes_back(clinic, rosa, ask, now):
    asked = decide_restriction(restriction=ask(rosa), agree=True, by=clinic.privacy_officer, at=now)
    for change in ({"purposes": ["treatment"]}, {"categories": ["plan"]}, {"is_owed": True}, {"state": "asked"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Restriction.objects.filter(pk=asked.pk).update(**change)
    with pytest.raises(DatabaseError, match="(?i)cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM patients_restriction")


def test_who_may_ask_and_who_decides(clinic, rosa, ask, now):
    with pytest.raises(Denied):
        ask(rosa, by=clinic.front_desk)
    asked = ask(rosa, by=clinic.therapist)
    with pytest.raises(Denied):
        decide_restriction(restriction=asked, agree=True, by=clinic.case_manager, at=now)
    assert AuditEvent.objects.filter(verb="decide_restriction", outcome="denied").count() == 1


def test_the_restriction_of_one_program_holds_back_its_own_record_only(clinic, consent, ask, plan, now, tell):
    other = clinic.hire("privacy_officer", None)
    patient = clinic.patient()
    consent(patient, recipients=[plan], **TPO)
    decide_restriction(restriction=ask(patient), agree=True, by=other, at=now)
    row = Restriction.objects.get()
    assert row.program_id == clinic.program.pk
    with pytest.raises(Withheld):
        tell(patient)


def test_a_list_never_loses_its_page_to_the_restricted(clinic, consent, ask, plan, now):
    people = [clinic.patient() for _ in range(6)]
    for patient in people:
        consent(patient, recipients=[plan], **TPO)
    for patient in people[:3]:
        ask(patient, **PAID)
    told = disclose_many(
        recipient=plan, purpose="payment", categories=["plan"], description="x", via="api", by=clinic.case_manager, at=now, limit=2
    )
    assert [one.patient_id for one in told] == [patient.pk for patient in people[3:5]]
    assert listed(clinic, plan, purpose="treatment") == [patient.pk for patient in people]


@pytest.mark.django_db(transaction=True)
def test_a_decision_under_way_is_waited_for(clinic, rosa, ask, tell, plan, now):
    asked = ask(rosa)
    ready, answered, outcome = threading.Event(), threading.Event(), []

    def question():
        ready.wait(10)
        try:
            by = User.objects.get(pk=clinic.case_manager.pk)
            outcome.append(
                disclose_many(recipient=plan, purpose="payment", categories=["diagnoses"], description="x", via="api", by=by, at=now)
            )
            outcome.append(tell(rosa, by=by))
        except Withheld as withheld:
            outcome.append(withheld.lacking)
        finally:
            answered.set()
            connection.close()

    asking = threading.Thread(target=question)
    asking.start()
    with transaction.atomic():
        decide_restriction(restriction=asked, agree=True, by=clinic.privacy_officer, at=now)
        ready.set()
        assert not answered.wait(1.0)
    asking.join(10)
    assert outcome == [[], ("restricted",)]
