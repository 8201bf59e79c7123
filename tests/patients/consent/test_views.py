from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent
from patients.consent.models import Consent

CONSENTS_QUERIES = 10
# session, user, memberships, patient, audit row, how they stand, consents, recipients, people named, counts of the navigation

FILLED = {
    "kind": "specific",
    "purposes": ["housing"],
    "categories": ["demographics", "housing"],
    "description": "What concerns my search for a flat",
    "ends_with": "",
    "valid_until": "2030-01-01",
    "revocation_statement": "Tell us at any time",
    "redisclosure_statement": "",
    "refusal_statement": "",
    "signed_by": "Rosa Lane",
    "signer_relationship": "patient",
    "signed_on": "2026-03-01",
}


@pytest.fixture
def patient(clinic):
    return clinic.patient(given="Rosa", family="Lane")


@pytest.fixture
def desk(clinic, sign_in):
    return sign_in(clinic.case_manager)


@pytest.fixture
def lately():
    """Return facts of a consent that holds today, whatever day the tests run."""
    return {"signed_on": date(2026, 1, 1), "valid_until": timezone.now().date() + timedelta(days=90)}


def page(name, patient, *more):
    return reverse(f"patients:{name}", args=[patient.public_id, *more])


def text(answer):
    return answer.content.decode()


def test_a_consent_is_recorded_and_holds_at_once(clinic, desk, patient, landlord):
    asked = desk.get(page("add_consent", patient) + "?kind=specific")
    assert asked.context["form"]["signed_by"].value() == "Rosa Lane"
    assert "I may take this consent back at any time" in text(asked)
    answer = desk.post(page("add_consent", patient), {**FILLED, "discloser": clinic.program.pk, "recipients": [landlord.pk]})
    assert answer.url == page("consents", patient)
    made = Consent.objects.get()
    assert (made.state, made.purposes, made.valid_until, made.recorded_by) == ("active", ["housing"], date(2030, 1, 1), clinic.case_manager)
    assert [standing.consent for standing in desk.get(page("consents", patient)).context["current"]] == [made]


def test_every_missing_element_is_named_at_its_field_and_what_was_typed_stays(clinic, desk, patient):
    sent = {
        "discloser": clinic.program.pk,
        "kind": "tpo",
        "description": "",
        "purposes": [],
        "signed_by": "Rosa Lane",
        "signed_on": "",
    }
    answer = desk.post(page("add_consent", patient), sent)
    assert answer.status_code == 422
    assert {name: len(errors) for name, errors in answer.context["form"].errors.items()} == {
        "recipients": 1,
        "purposes": 1,
        "categories": 1,
        "description": 1,
        "revocation_statement": 1,
        "valid_until": 1,
        "signer_relationship": 1,
        "signed_on": 1,
        "redisclosure_statement": 1,
        "refusal_statement": 1,
    }
    assert "Name at least one recipient." in text(answer)
    assert 'value="Rosa Lane"' in text(answer)
    assert Consent.objects.count() == 0


def test_an_end_can_be_the_end_of_the_treatment_or_an_event_in_words(clinic, desk, patient, landlord):
    common = {**FILLED, "discloser": clinic.program.pk, "recipients": [landlord.pk], "valid_until": ""}
    desk.post(page("add_consent", patient), {**common, "ends_with": "end of the treatment"})
    desk.post(
        page("add_consent", patient), {**common, "ends_with": "other", "ends_with_words": "when I have a flat", "categories": ["housing"]}
    )
    assert list(Consent.objects.order_by("id").values_list("ends_with", flat=True)) == ["end of the treatment", "when I have a flat"]
    event = Consent.objects.get(ends_with="when I have a flat")
    assert "when I have a flat" in text(desk.get(page("end_consent", patient, event.pk)))
    assert desk.post(page("end_consent", patient, event.pk)).url == page("consents", patient)
    event.refresh_from_db()
    assert event.valid_until is not None


def test_revoking_asks_once_more_warns_of_what_stays_open_and_holds_at_once(clinic, desk, patient, consent, hospital, lately):
    given, other = consent(patient, **lately), consent(patient, categories=["plan"], **lately)
    asked = desk.get(page("revoke_consent", patient, given.pk))
    assert "cannot be undone" in text(asked)
    assert asked.context["others"] == [other]
    given.refresh_from_db()
    assert given.state == "active"
    assert desk.post(page("revoke_consent", patient, given.pk), {"revoked_by": ""}).status_code == 422
    assert desk.post(page("revoke_consent", patient, given.pk), {"revoked_by": "Rosa Lane"}).url == page("consents", patient)
    given.refresh_from_db()
    assert (given.state, given.revoked_by) == ("revoked", "Rosa Lane")
    shown = desk.get(page("consents", patient))
    assert [standing.consent for standing in shown.context["former"]] == [given]
    refused = desk.post(page("revoke_consent", patient, given.pk), {"revoked_by": "Rosa Lane"})
    assert refused.status_code == 422
    assert "nothing to revoke" in text(refused)


def test_how_a_consent_stands_is_said(clinic, desk, patient, consent, hospital, landlord, lately):
    consent(patient, **lately)
    consent(patient, signed_on=date(2025, 1, 1), valid_until=date(2025, 6, 1))
    consent(patient, recipients=[landlord], redisclosure_statement="", **lately)
    landlord.hipaa_role = "covered_entity"
    landlord.save()
    shown = desk.get(page("consents", patient))
    assert [(standing.word, standing.tone) for standing in shown.context["current"]] == [("In force", "good")]
    assert [(standing.word, standing.tone) for standing in shown.context["former"]] == [
        ("Lacks an element: nothing is told on it", "warn"),
        ("Ended", "quiet"),
    ]


def test_the_paper_can_be_read_and_printed(clinic, desk, patient, consent, hospital):
    given = consent(patient)
    shown = text(desk.get(page("consent", patient, given.pk)))
    for words in (
        "Rosa Lane",
        "Mercy Hospital, 1 Hill Road",
        "My medications",
        "Tell us at any time",
        "It may be passed on",
        "Print (PDF)",
    ):
        assert words in shown
    assert AuditEvent.objects.filter(verb="consent", patient_id=patient.pk, actor_id=clinic.case_manager.pk).count() == 1


def test_another_programs_consent_is_not_shown(clinic, desk, patient, consent):
    other = type(clinic.program).objects.create(name="Hill Program")
    given = consent(patient, discloser=other, by=clinic.hire("case_manager", None, program=other))
    assert desk.get(page("consents", patient)).context["current"] == []
    assert desk.get(page("consent", patient, given.pk)).status_code == 404
    assert desk.post(page("revoke_consent", patient, given.pk), {"revoked_by": "x"}).status_code == 404


def test_who_may_only_read_is_offered_no_more(clinic, sign_in, patient, consent, lately):
    consent(patient, **lately)
    nurse = sign_in(clinic.nurse)
    assert page("add_consent", patient) in text(nurse.get(page("consents", patient)))
    assert sign_in(clinic.peer).get(page("consents", patient)).status_code == 403
    assert sign_in(clinic.director).get(page("add_consent", patient)).status_code == 403


@pytest.mark.parametrize("count", [2, 12])
def test_the_list_costs_the_same_for_few_and_many(clinic, desk, patient, consent, query_count, count):
    for number in range(count):
        consent(patient, description=f"{number}", valid_until=date(2030, 1, number + 1))
    desk.get(page("consents", patient))
    with query_count(CONSENTS_QUERIES):
        desk.get(page("consents", patient))
