from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from casemgr.core.audit.models import AuditEvent
from casemgr.core.deadlines.models import Clock
from casemgr.core.refusals import Refused
from patients.consent.actions import expire_consents, mark_consent_false, record_consent, revoke_consent
from patients.consent.models import Consent, ConsentScan
from patients.consent.papers.actions import LARGEST_SCAN, attach_scan, choose_fundraising
from patients.consent.queries import consents_of, recipient_facts
from patients.consent.rules import consent_carrying
from patients.consent.wording import CURRENT, STATEMENTS, fingerprint_of, wording_of
from patients.episodes.models import Episode
from patients.relations.actions import end_relationship, record_relationship
from tests.patients.consent.papers import PAPERS, organizations, paper
from tests.worlds import end_stays

PDF = b"%PDF-1.7 Rosa Lane signed this"
FINGERPRINTS = {
    "en": "3b81171cb73ce6e901a9f33c742fb2f62c4c2485645849f651c7840d6a11e2fc",
    "es": "13b1734566a07176d97a4e663f4ad26891674c9b8a8068d463511981a6433710",
}


@pytest.fixture
def known(db):
    return organizations()


@pytest.fixture
def signed(clinic, known, now):
    def _signed(patient, kind="specific", **changes):
        return record_consent(patient=patient, discloser=clinic.program, by=clinic.case_manager, at=now, **paper(kind, known, **changes))

    return _signed


def lacking(patient, organization, purpose, categories, at):
    return consent_carrying(recipient_facts(organization), purpose, frozenset(categories), consents_of(patient.pk, at=at)).lacking


def test_a_new_consent_takes_the_place_of_an_older_one_in_one_act(clinic, signed):
    patient = clinic.patient()
    older = signed(patient)
    newer = signed(patient, categories=["plan"], supersedes=older)
    older.refresh_from_db()
    assert (older.state, older.superseded_by, newer.state) == ("superseded", newer, "active")
    with pytest.raises(Refused, match="nothing to replace"):
        signed(patient, categories=["diagnoses"], supersedes=older)
    assert signed(patient, categories=["plan"], supersedes=newer).state == "active"


def test_what_has_ended_is_written_down_and_its_clock_stops(clinic, signed, now):
    made = signed(clinic.patient(), valid_until=date(2026, 3, 6))
    assert Clock.objects.running().get(kind="consent_expiry").due_on == date(2026, 3, 6)
    assert expire_consents(by=clinic.system, at=now + timedelta(days=1)) == 0
    assert expire_consents(by=clinic.system, at=now + timedelta(days=2)) == 1
    made.refresh_from_db()
    assert (made.state, Clock.objects.running().count()) == ("expired", 0)


def test_the_consent_of_a_treatment_that_ended_does_not_come_back_with_the_person(clinic, signed, known, now):
    patient, comes = clinic.patient(), {"recorded_by": clinic.system, "recorded_at": now}
    until_the_end = {"valid_until": None, "ends_with": "end of the treatment"}
    older = signed(patient, **until_the_end)
    (here,) = Episode.objects.filter(patient=patient)
    end_stays(Episode.objects.filter(pk=here.pk), date(2026, 3, 2), "4")
    there = Episode.objects.create(
        patient=patient, program=clinic.program, site=clinic.south, admitted_on=date(2026, 3, 2), transferred_from=here, **comes
    )
    assert lacking(patient, known["hospital"], "treatment", {"plan"}, now) == (), "a move to another site ends no treatment"
    end_stays(Episode.objects.filter(pk=there.pk), now.date())
    Episode.objects.create(patient=patient, program=clinic.program, site=clinic.north, admitted_on=now.date(), **comes)
    assert lacking(patient, known["hospital"], "treatment", {"plan"}, now) == ("expired",), "who comes back the same day signs anew"
    signed(patient, **until_the_end, signed_on=now.date(), categories=["plan"])
    assert lacking(patient, known["hospital"], "treatment", {"plan"}, now) == ()
    assert (expire_consents(by=clinic.system, at=now), Consent.objects.get(pk=older.pk).state) == (1, "expired")


def test_a_justice_consent_is_revoked_only_as_it_states(clinic, signed, now):
    made = signed(clinic.patient(), "cj_referral", revocable_event="final disposition")
    with pytest.raises(Refused, match="only after: 2026-06-01"):
        revoke_consent(consent=made, revoked_by="Rosa", by=clinic.case_manager, at=now)
    assert revoke_consent(consent=made, revoked_by="Rosa", event_has_come=True, by=clinic.case_manager, at=now).state == "revoked"


def test_what_is_known_false_opens_nothing(clinic, signed, known, now):
    patient = clinic.patient()
    made = signed(patient)
    assert lacking(patient, known["hospital"], "treatment", {"plan"}, now) == ()
    mark_consent_false(consent=made, why="Not her hand", by=clinic.case_manager, at=now)
    assert lacking(patient, known["hospital"], "treatment", {"plan"}, now) == ("known_false",)


def test_who_wants_no_fundraising_gets_none(clinic, signed, known, now):
    patient = clinic.patient()
    signed(patient, purposes=["fundraising"], fundraising_statement="Tell us and we stop")
    assert lacking(patient, known["hospital"], "fundraising", {"plan"}, now) == ()
    choose_fundraising(patient=patient, opted_out=True, by=clinic.case_manager, at=now)
    assert lacking(patient, known["hospital"], "fundraising", {"plan"}, now) == ("opted_out",)


def test_a_class_reaches_whoever_stands_in_that_relation_today(clinic, signed, known, now):
    patient = clinic.patient()
    signed(patient, "tpo", recipients=[], recipient_classes=["treating_providers"])
    assert lacking(patient, known["member"], "treatment", {"plan"}, now) == ("recipient",)
    relation = record_relationship(
        patient=patient, organization=known["member"], capacity="treating_providers", since=date(2026, 3, 1), by=clinic.case_manager, at=now
    )
    assert lacking(patient, known["member"], "treatment", {"plan"}, now) == ()
    assert lacking(patient, known["landlord"], "treatment", {"plan"}, now) == ("recipient",)
    end_relationship(relationship=relation, until=date(2026, 3, 4), by=clinic.case_manager, at=now)
    assert lacking(patient, known["member"], "treatment", {"plan"}, now) == ("recipient",)


def test_a_court_stands_in_no_relation(clinic, known, now):
    with pytest.raises(Refused, match="no such relation"):
        record_relationship(
            patient=clinic.patient(), organization=known["court"], capacity="treating_providers", since=date(2026, 3, 1),
            by=clinic.case_manager, at=now,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "text"), [(b"MZ\x90", "no PDF, JPEG or PNG"), (b"%PDF-" + b"x" * LARGEST_SCAN, "larger than 5 MB"), (b"<svg>", "no PDF")]
)
def test_only_papers_are_kept_as_scans(clinic, signed, now, content, text):
    with pytest.raises(Refused, match=text):
        attach_scan(consent=signed(clinic.patient()), of="consent", content=content, by=clinic.case_manager, at=now)


def test_a_scan_is_sealed_served_on_the_record_and_never_changed(clinic, signed, sign_in):
    patient = clinic.patient()
    made = signed(patient)
    desk = sign_in(clinic.case_manager)
    to = reverse("patients:add_consent_scan", args=[patient.public_id, made.pk])
    assert desk.post(to, {"of": "consent", "scan": SimpleUploadedFile("x.exe", PDF)}).status_code == 302
    scan = ConsentScan.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM patients_consentscan")
        assert b"Rosa" not in bytes(cursor.fetchone()[0])
    answer = desk.get(reverse("patients:consent_scan", args=[patient.public_id, made.pk, scan.pk]))
    assert (answer.content, answer["X-Content-Type-Options"], answer["Content-Type"]) == (PDF, "nosniff", "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment")
    assert AuditEvent.objects.filter(patient_id=patient.pk, subject=f"patients.consentscan:{scan.pk}").exists()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        ConsentScan.objects.update(sha256="0" * 64)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", PAPERS)
def test_every_kind_has_its_words_in_both_languages(kind, language):
    words = wording_of(kind, language=language)
    assert all(words.get(name, "").strip() for name in STATEMENTS if name != "description")
    assert words["title"]


def test_sufficient_phrases_are_those_of_the_rule():
    words = wording_of("tpo")
    assert words["recipients"] == "my treating providers, health plans, third-party payers, and people helping to operate this program"
    assert words["purpose"] == "for treatment, payment, and health care operations"
    assert wording_of("specific")["purpose"] == "at the request of the patient"
    assert wording_of("research")["ends_with"] == "end of the research study"


def test_words_once_used_are_not_changed_but_get_a_new_version():
    assert {language: fingerprint_of("2026-11", language) for language in FINGERPRINTS} == FINGERPRINTS
    assert CURRENT == "2026-11"


def test_signed_on_screen_with_attestation_and_witness(clinic, signed):
    with pytest.raises(Refused, match="agreed to"):
        signed(clinic.patient(), signature="screen")
    made = signed(clinic.patient(), signature="screen", attestation="I agree", witnessed_by=clinic.case_manager)
    assert Consent.objects.get(pk=made.pk).witnessed_by == clinic.case_manager
