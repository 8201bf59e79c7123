from datetime import date

import pytest
from django.urls import reverse

from casemgr.api.actions import register_client
from casemgr.api.gate import OnePatient
from casemgr.core.accounts.rules import Role
from casemgr.core.administration.agreements.actions import end_agreement, record_agreement
from casemgr.core.audit.models import AuditEvent
from casemgr.core.directory.models import Organization
from casemgr.sharing.queries import TOLD_TO_SYSTEMS
from patients.consent.actions import revoke_consent
from patients.disclosures.models import Disclosure
from patients.transmissions.models import Transmission
from tests.doors import routes
from tests.sharing.canaries import words_in
from tests.sharing.receivers import text_of
from tests.sharing.test_sending import restrict


@pytest.fixture
def desk(clinic, sign_in):
    return sign_in(clinic.case_manager)


def address(name, patient, hospital, purpose="treatment"):
    return reverse(f"sharing:{name}", args=[patient.public_id]) + f"?organization={hospital.pk}&purpose={purpose}"


def test_the_page_offers_what_the_consent_reaches_ticked_and_says_why_the_rest_stays(desk, filled, hospital, consent):
    consent(filled)
    page = desk.get(address("share", filled, hospital)).content.decode()
    assert page.count('name="categories"') == page.count("checked") - 1 == 3
    assert "The consent does not reach this information." in page
    assert words_in(page.replace(filled.display_name, "")) == set()


def test_without_a_consent_there_is_nothing_to_let_go(desk, filled, hospital):
    page = desk.get(address("share", filled, hospital)).content.decode()
    assert 'name="categories"' not in page
    assert "Nothing may be told to them for this purpose" in page


@pytest.mark.parametrize(
    ("way", "kind"), [("print:pdf", "application/pdf"), ("export:json", "application/json"), ("export:csv", "text/csv; charset=utf-8")]
)
def test_what_is_handed_over_holds_the_parts_that_were_chosen(desk, filled, hospital, consent, way, kind):
    consent(filled)
    answer = desk.post(address("share", filled, hospital), {"categories": ["medications"], "way": way})
    assert (answer.status_code, answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (200, kind, "no-store")
    assert words_in(text_of(answer.content, kind)) == {"medications"}
    assert "Reyes" not in answer.headers["Content-Disposition"]
    told = Disclosure.objects.get()
    assert (told.outcome, told.categories, told.via) == ("disclosed", ["medications"], way.split(":")[0])


def test_a_part_that_may_not_be_told_is_refused_at_its_field(desk, filled, hospital, consent):
    consent(filled)
    answer = desk.post(address("share", filled, hospital), {"categories": ["plan"], "way": "print:pdf"})
    assert answer.status_code == 422
    assert "This part may not be told to them for this purpose." in answer.content.decode()
    assert not Disclosure.objects.exists()


def test_nothing_is_mailed_where_no_secure_address_is_agreed_on(desk, filled, consent, clinic):
    clinic_elsewhere = Organization.objects.create(name="Eastside", kind="clinic", hipaa_role="covered_entity")
    consent(filled, recipients=[clinic_elsewhere])
    answer = desk.post(address("share", filled, clinic_elsewhere), {"categories": ["medications"], "way": "email:pdf"})
    assert answer.status_code == 422
    assert "No secure address is agreed on with this organization" in answer.content.decode()
    assert not Transmission.objects.exists()


def test_a_mail_waits_and_can_be_taken_back(desk, filled, hospital, consent):
    consent(filled)
    answer = desk.post(address("share", filled, hospital), {"categories": ["medications"], "way": "email:pdf"}, follow=True)
    waiting = Transmission.objects.get()
    assert "Waiting to be sent" in answer.content.decode()
    assert not Disclosure.objects.exists()
    page = desk.post(reverse("patients:transmission_cancel", args=[waiting.pk]), {"reason": "wrong clinic"}, follow=True).content.decode()
    assert "wrong clinic" in page
    waiting.refresh_from_db()
    assert waiting.state == "withheld"


def test_see_as_partner_shows_what_would_leave_and_why_the_rest_would_not(desk, filled, hospital, consent):
    given = consent(filled)
    page = desk.get(address("as_partner", filled, hospital)).content.decode()
    assert words_in(page) == {"demographics", "medications", "appointments"}
    assert "The consent does not reach this information." in page
    assert "42 CFR 2.13(a)" in page
    assert not Disclosure.objects.exists()
    assert AuditEvent.objects.filter(verb="seen_as_partner", patient_id=filled.pk).exists()
    revoke_consent(consent=given, revoked_by=filled.legal_name, by=given.recorded_by, at=given.recorded_at)
    assert words_in(desk.get(address("as_partner", filled, hospital)).content.decode()) == {"demographics"}, "the name in the page's head"


@pytest.fixture
def agreement(clinic, now, hospital):
    """Return an agreement on which a system of the hospital may read two parts of the record."""
    signed = record_agreement(
        program=clinic.program, organization=hospital, kind="baa", services="Urine drug testing", signed_on=date(2026, 3, 1),
        expires_on=date(2036, 12, 1), bound_by_part2=True, resists_proceedings=True, by=clinic.privacy_officer, at=now,
    )  # fmt: skip
    register_client(
        organization=hospital, name="Mercy exchange", client_id="mercy", client_secret="a-secret-of-the-hospital",
        scopes=["patient.read", "plan.read", "medications.read"], purpose="treatment", rests_on="agreement", by=clinic.administrator, at=now,
    )  # fmt: skip
    return signed


def test_see_as_partner_shows_what_an_agreement_opens_to_a_system_and_on_what_each_part_rests(
    clinic, desk, filled, hospital, consent, agreement, query_count
):
    given = consent(filled)
    desk.get(address("as_partner", filled, hospital))
    with query_count(20):
        page = desk.get(address("as_partner", filled, hospital)).content.decode()
    assert words_in(page) == {"demographics", "medications", "appointments", "plan"}
    assert page.count(f"On consent no. {given.pk}<") == page.count("on an agreement: Business associate agreement (BAA), Urine drug") == 3
    assert words_in(desk.get(address("as_partner", filled, hospital, "payment")).content.decode()) == {"demographics"}
    share = desk.get(address("share", filled, hospital)).content.decode()
    assert share.count('name="categories"') == 3, "what staff hand over rests on consent"
    restrict(clinic, filled, clinic.now)
    assert words_in(desk.get(address("as_partner", filled, hospital)).content.decode()) == {"demographics"}, "the name in the page's head"


def test_see_as_partner_shows_nothing_on_an_agreement_that_ended(clinic, desk, filled, hospital, agreement, now):
    assert words_in(desk.get(address("as_partner", filled, hospital)).content.decode()) == {"demographics", "medications", "plan"}
    end_agreement(agreement=agreement, ended_on=now.date(), reason="They changed hands.", by=clinic.privacy_officer, at=now)
    assert words_in(desk.get(address("as_partner", filled, hospital)).content.decode()) == {"demographics"}, "the name in the page's head"


def test_each_scope_opens_to_a_system_what_its_address_tells_of_one_person():
    views = [getattr(route.callback, "view_class", object) for route in routes()]
    one_person = {view.scope: sorted(view.categories) for view in views if issubclass(view, OnePatient)}
    assert one_person == {scope: [part] for scope, part in TOLD_TO_SYSTEMS.items()}


def test_counseling_notes_are_seen_as_nobody(desk, filled, hospital, consent):
    consent(filled, kind="counseling_notes", categories=["counseling_notes"])
    page = desk.get(address("as_partner", filled, hospital)).content.decode()
    assert words_in(page) == {"demographics"}
    assert "It would leave, but it is not shown to you here." in page


def test_counseling_notes_are_handed_over_by_nobody_but_who_wrote_them(clinic, filled, hospital, consent, sign_in):
    consent(filled, kind="counseling_notes", categories=["counseling_notes"])
    colleague = clinic.hire(Role.THERAPIST, clinic.north)
    clinic.on_care_team(filled, colleague)
    typed = {"categories": ["counseling_notes"], "way": "export:json"}
    refused = sign_in(colleague).post(address("share", filled, hospital), typed)
    assert refused.status_code == 422
    assert "You may not see this part yourself" in refused.content.decode()
    assert words_in(refused.content.decode()) <= {"demographics"}
    assert not Disclosure.objects.exists()
    handed = sign_in(clinic.therapist).post(address("share", filled, hospital), typed)
    assert words_in(text_of(handed.content, "application/json")) == {"counseling_notes"}


def test_the_lists_ask_as_often_for_two_as_for_twelve(desk, filled, hospital, clinic, now, query_count):
    for number in range(12):
        if number in (2, 11):
            desk.get(reverse("patients:transmissions"))
            with query_count(6):
                desk.get(reverse("patients:transmissions"))
        Transmission.objects.create(
            patient=clinic.patient(), program=clinic.program, recipient=hospital, purpose="treatment", categories=["plan"], description="Plan",
            via="email", format="pdf", requested_by=clinic.case_manager, requested_at=now, due_at=now,
        )  # fmt: skip
