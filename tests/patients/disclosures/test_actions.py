import threading
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from casemgr.core.accounts.models import Program, User
from casemgr.core.audit.models import AuditEvent
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Denied
from patients.consent.actions import revoke_consent
from patients.disclosures.actions import Withheld, disclose, disclose_many
from patients.disclosures.models import Disclosure
from patients.disclosures.queries import what_would_be_told
from patients.disclosures.rules import STATEMENT_LONG
from patients.episodes.models import Episode
from patients.record.models import Patient
from tests.worlds import end_stays

DISCLOSE_QUERIES = 6
# savepoint, consents held, restrictions held, account, audit row, savepoint released


@pytest.fixture
def tell(clinic, now, hospital):
    """Return a function that discloses a person's medications to the hospital, with these facts changed."""

    def _tell(patient, **changes):
        values = {
            "recipient": hospital,
            "purpose": "treatment",
            "categories": ["medications"],
            "description": "Medications",
            "via": "letter",
            "by": clinic.case_manager,
            "at": now,
            **changes,
        }
        return disclose(patient=patient, **values)

    return _tell


def tell_many(clinic, hospital, **changes):
    values = {
        "recipient": hospital,
        "purpose": "treatment",
        "categories": ["demographics"],
        "description": "List",
        "via": "api",
        "by": clinic.case_manager,
        "at": clinic.now,
        **changes,
    }
    return disclose_many(**values)


def test_what_a_consent_carries_leaves_with_notice_scope_and_account(clinic, consent, hospital, tell, now):
    patient = clinic.patient(given="Rosa", family="Lane")
    given = consent(patient)
    released = tell(patient)
    account = Disclosure.objects.get()
    assert (released.patient_id, released.program_id, released.consent_id) == (patient.pk, clinic.program.pk, given.pk)
    assert (released.disclosure_id, released.disclosure_public_id) == (account.pk, str(account.public_id))
    assert released.part2_notice == STATEMENT_LONG
    assert released.consent_scope == (
        f"Consent {given.pk}, signed 2026-03-01, until 2026-09-01, revocable at any time."
        " Purpose: treatment. Information: demographics, medications. In words: My medications"
    )
    assert {name: getattr(account, name) for name in vars(account) if name not in {"_state", "id", "public_id"}} == {
        "at": now,
        "patient_id": patient.pk,
        "recipient_id": hospital.pk,
        "recipient_name": "Mercy Hospital",
        "recipient_address": "1 Hill Road",
        "purpose": "treatment",
        "categories": ["medications"],
        "description": "Medications",
        "fields_released": [],
        "basis": "consent",
        "basis_reference": f"patients.consent:{given.pk}",
        "for_proceeding": False,
        "notice_version": "89 FR 12472",
        "notice_form": 1,
        "consent_id": given.pk,
        "program_id": clinic.program.pk,
        "redisclosure": "as_consented",
        "via": "letter",
        "outcome": "disclosed",
        "reason": "",
        "by_user_id": clinic.case_manager.pk,
        "by_name": clinic.case_manager.full_name,
    }
    assert AuditEvent.objects.get(verb="disclose").patient_id == patient.pk


def test_what_none_carries_stays_and_the_attempt_is_accounted_for(clinic, consent, tell):
    patient = clinic.patient()
    given = consent(patient)
    with pytest.raises(Withheld) as withheld:
        tell(patient, purpose="payment", categories=["plan"])
    assert str(withheld.value) == "The consent does not allow this purpose. The consent does not reach this information."
    account = Disclosure.objects.get()
    assert (account.outcome, account.reason, account.consent_id, account.redisclosure) == ("withheld", "purpose,category", given.pk, "")
    assert account.reason_words == "The consent does not allow this purpose. The consent does not reach this information."
    assert AuditEvent.objects.get(verb="disclose").outcome == "refused"


def test_a_person_without_any_consent_is_withheld(clinic, tell):
    with pytest.raises(Withheld, match="No consent is on file"):
        tell(clinic.patient())
    assert (Disclosure.objects.get().reason, Disclosure.objects.get().consent_id) == ("no_consent", None)


def test_revoked_a_moment_ago_is_revoked(clinic, consent, tell, now):
    patient = clinic.patient()
    given = consent(patient)
    tell(patient)
    revoke_consent(consent=given, revoked_by="Rosa", by=clinic.case_manager, at=now)
    with pytest.raises(Withheld, match="was revoked"):
        tell(patient)
    assert list(Disclosure.objects.order_by("id").values_list("outcome", flat=True)) == ["disclosed", "withheld"]


def test_the_consent_of_another_program_lets_nobody_of_this_one_tell(clinic, consent, tell):
    other = Program.objects.create(name="Hill Program")
    patient = clinic.patient()
    given = consent(patient)
    with pytest.raises(Denied):
        tell(patient, program=other)
    stranger = clinic.hire("case_manager", None, program=other)
    for question in ({}, {"program": other}):
        with pytest.raises(Withheld, match="No consent is on file"):
            tell(patient, by=stranger, **question)
    assert tell(patient, program=clinic.program).consent_id == given.pk


def test_nobody_is_asked_about_and_nothing_is_accounted_for(clinic, tell):
    class Nobody:
        patient_id = None

    with pytest.raises(Withheld):
        tell(Nobody())
    assert Disclosure.objects.count() == 0
    assert AuditEvent.objects.get(verb="disclose").outcome == "refused"


def test_a_peer_may_not_tell_anybody_anything(clinic, consent, tell):
    patient = clinic.patient()
    consent(patient)
    with pytest.raises(Denied):
        tell(patient, by=clinic.peer)
    assert Disclosure.objects.count() == 0


def test_the_account_is_never_rewritten(clinic, consent, tell):
    patient = clinic.patient()
    consent(patient)
    tell(patient)
    for statement in ("UPDATE patients_disclosure SET via = 'x'", "DELETE FROM patients_disclosure", "TRUNCATE patients_disclosure"):
        with pytest.raises(DatabaseError, match="(?i)cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_what_the_gate_writes_keeps_no_history_that_would_miss_its_author():
    """The gate does not tell the database who writes (`leaves_history=False`); a tracked table would need it."""
    assert [hasattr(model, "pgh_event_model") for model in (Disclosure, AuditEvent, Patient)] == [False, False, True]


def test_one_person_costs_the_same_however_many_consents_there_are(clinic, consent, tell, query_count):
    patient = clinic.patient()
    consent(patient)
    with query_count(DISCLOSE_QUERIES):
        tell(patient)
    for number in range(10):
        consent(patient, description=f"Again {number}", valid_until=date(2027, 1, number + 1))
    with query_count(DISCLOSE_QUERIES):
        tell(patient)


@pytest.mark.parametrize("people", [2, 12])
def test_many_cost_the_same_as_few(clinic, consent, hospital, query_count, people):
    for _ in range(people):
        consent(clinic.patient())
    with query_count(4):  # savepoint, people and accounts in one, audit row, savepoint released
        released = tell_many(clinic, hospital)
    assert len(released) == people
    assert Disclosure.objects.count() == people
    assert {one.disclosure_id: one.patient_id for one in released} == dict(Disclosure.objects.values_list("id", "patient_id"))


def test_a_list_holds_only_whom_a_consent_reaches_page_by_page(clinic, consent, hospital, landlord, now):
    reached = [clinic.patient() for _ in range(3)]
    revoked, other, unasked, mute = (clinic.patient() for _ in range(4))
    for patient in reached:
        consent(patient)
    revoke_consent(consent=consent(revoked), revoked_by="x", by=clinic.case_manager, at=now)
    consent(other, recipients=[landlord])
    consent(mute, categories=["medications"])
    first = tell_many(clinic, hospital, limit=2)
    rest = tell_many(clinic, hospital, limit=2, after=first[-1].patient_id)
    assert [one.patient_id for one in first + rest] == [patient.pk for patient in reached]
    assert [one.person["family_name"] for one in first] == [patient.family_name for patient in reached[:2]]
    assert tell_many(clinic, hospital, among=[unasked.pk, reached[1].pk])[0].patient_id == reached[1].pk
    assert tell_many(clinic, hospital, categories=["medications"], among=[mute.pk])[0].person is None


def test_a_person_with_two_consents_is_listed_once_on_the_newer(clinic, consent, hospital):
    patient = clinic.patient()
    consent(patient)
    newer = consent(patient, categories=["demographics", "plan"])
    assert [(one.patient_id, one.consent_id) for one in tell_many(clinic, hospital)] == [(patient.pk, newer.pk)]


def test_the_end_of_treatment_ends_the_consent_that_says_so(clinic, consent, hospital, tell, now):
    patient = clinic.patient()
    consent(patient, valid_until=None, ends_with="end of the treatment")
    assert tell(patient).patient_id == patient.pk
    end_stays(Episode.objects, date(2026, 3, 10))
    assert len(tell_many(clinic, hospital)) == 1
    later = now + timedelta(days=6)  # the tenth, where the program is
    assert tell_many(clinic, hospital, at=later) == []
    with pytest.raises(Withheld, match="has ended"):
        tell(patient, at=later)


def test_of_the_dead_nothing_is_told_on_a_consent_from_before(clinic, consent, hospital, landlord, tell, now):
    dead, alive = clinic.patient(), clinic.patient()
    consent(dead)
    consent(alive)
    Patient.objects.filter(pk=dead.pk).update(deceased_on=date(2026, 3, 2))
    dead.refresh_from_db()
    with pytest.raises(Withheld, match="The person has died") as withheld:
        tell(dead)
    assert (withheld.value.lacking, withheld.value.reasons[0].source) == (("died",), "42 CFR 2.15(b)")
    assert [one.patient_id for one in tell_many(clinic, hospital)] == [alive.pk]
    told = {part.category: part for part in what_would_be_told(patient_id=dead.pk, recipient=hospital, purpose="treatment", at=now)}
    assert [reason.code for reason in told["medications"].reasons] == ["died"]
    with pytest.raises(Withheld) as withheld:
        tell(dead, recipient=landlord)
    assert withheld.value.lacking == ("died",)
    family = {"signer_relationship": "personal_representative", "signer_authority": "family"}
    after = consent(dead, signed_by="Sam Lane", signed_on=date(2026, 3, 3), **family)
    assert tell(dead).consent_id == after.pk
    assert [one.consent_id for one in tell_many(clinic, hospital, among=[dead.pk])] == [after.pk]


@pytest.mark.django_db(transaction=True)
def test_a_revocation_under_way_is_waited_for(clinic, consent, hospital, now):
    """Hold a revocation open in one transaction: the gate answers only after it, and then says no."""
    patient = clinic.patient()
    given = consent(patient)
    ready, answered, outcome = threading.Event(), threading.Event(), []

    def ask():
        ready.wait(10)
        try:
            outcome.append(tell_many(clinic, hospital))
            outcome.append(disclose(
                patient=patient, recipient=hospital, purpose="treatment", categories=["medications"], description="x", via="api",
                by=User.objects.get(pk=clinic.case_manager.pk), at=now,
            ))  # fmt: skip
        except Withheld as withheld:
            outcome.append(withheld.lacking)
        finally:
            answered.set()
            connection.close()

    asking = threading.Thread(target=ask)
    asking.start()
    with transaction.atomic():
        revoke_consent(consent=given, revoked_by="Rosa", by=clinic.case_manager, at=now)
        ready.set()
        assert not answered.wait(1.0)
    asking.join(10)
    assert outcome == [[], ("revoked",)]
    assert Disclosure.objects.filter(outcome="disclosed").count() == 0


def test_courts_and_police_reach_nobody(clinic, consent, hospital):
    consent(clinic.patient())
    Organization.objects.filter(pk=hospital.pk).update(kind="justice")
    hospital.refresh_from_db()
    assert tell_many(clinic, hospital) == []
