from datetime import date

import pytest
from django.urls import reverse

from casemgr.core.accounts.models import Program, Site
from casemgr.core.refusals import Refused
from patients.consent.models import Consent, HandedIn
from patients.consent.papers.actions import settle_handed_in
from patients.episodes.models import Episode
from tests.api.test_consents_at_every_door import body_of
from tests.patients.consent.papers import organizations, paper


@pytest.fixture
def known(db):
    made = organizations()
    for name, organization in made.items():
        organization.identifier = name
        organization.save()
    return made


@pytest.fixture
def rosa(clinic):
    return clinic.patient(given="Rosa", family="Lane", birth_date=date(1990, 1, 1))


def test_a_partner_never_opens_a_record_to_itself(clinic, hospital, known, rosa, now, sign_in):
    body = body_of(paper("specific", known, valid_until=date(2030, 1, 1)), rosa, known)
    body["recipients"] = [{"identifier": "self"}]
    body["categories"] = ["demographics"]
    answer = hospital.post(reverse("api:consents"), body)
    assert (answer.status_code, answer.json()["status"]) == (202, "received")
    draft = Consent.objects.get()
    assert (draft.state, draft.patient, draft.handed_in.organization) == ("draft", rosa, hospital.organization)
    assert hospital.get(f"/api/v1/patients/{rosa.public_id}").status_code == 404
    desk = sign_in(clinic.case_manager)
    assert "Rosa" in desk.get(reverse("patients:consents_waiting")).content.decode()
    to = reverse("patients:confirm_consent", args=[rosa.public_id, draft.pk])
    assert desk.post(to, {}).status_code == 422
    answer = desk.post(to, {"compared": "on"})
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"original_seen_on"})
    assert desk.post(to, {"compared": "on", "original_seen_on": "2026-03-04"}).status_code == 302
    assert hospital.get(f"/api/v1/patients/{rosa.public_id}").status_code == 200
    assert "Rosa" not in desk.get(reverse("patients:consents_waiting")).content.decode().split("<main")[1]


def test_known_and_unknown_are_answered_in_the_same_bytes(clinic, hospital, known, rosa):
    body = body_of(paper("specific", known), rosa, known)
    seen = hospital.post(reverse("api:consents"), body)
    body["patient"]["family_name"] = "Nobody"
    unseen = hospital.post(reverse("api:consents"), body)
    assert (seen.status_code, seen.content) == (unseen.status_code, unseen.content)
    assert Consent.objects.count() == 1


def test_it_goes_to_the_programs_of_the_persons_care(clinic, hospital, known, rosa):
    Episode.objects.filter(patient=rosa).delete()
    hill, lake = Program.objects.create(name="Hill Program"), Program.objects.create(name="Lake Program")
    there = {program: Site.objects.create(program=program, name="There") for program in (hill, lake)}
    stays = {hill: {}, lake: {"discharged_on": date(2026, 2, 1), "discharge_reason": "1"}}
    for program, end in stays.items():
        facts = {"admitted_on": date(2026, 1, 1), "recorded_by": clinic.system, "recorded_at": clinic.now, **end}
        Episode.objects.create(patient=rosa, program=program, site=there[program], **facts)
    answer = hospital.post(reverse("api:consents"), body_of(paper("specific", known), rosa, known))
    assert (answer.status_code, answer.json()["status"]) == (202, "received")
    assert list(Consent.objects.order_by("discloser").values_list("discloser", "state")) == [(hill.pk, "draft"), (lake.pk, "draft")]
    assert HandedIn.objects.count() == 2
    assert all(consent.recipients.exists() for consent in Consent.objects.all())


def test_whoever_was_never_in_care_goes_to_the_program_that_registered_them(clinic, hospital, known):
    hill = Program.objects.create(name="Hill Program")
    rosa = clinic.patient(Site.objects.create(program=hill, name="Hill"), given="Rosa", family="Lane", birth_date=date(1990, 1, 1))
    Episode.objects.filter(patient=rosa).delete()
    hospital.post(reverse("api:consents"), body_of(paper("specific", known), rosa, known))
    assert Consent.objects.get().discloser == hill


def test_it_says_whom_it_is_about(hospital, known, rosa):
    body = body_of(paper("specific", known), rosa, known)
    del body["patient"]
    answer = hospital.post(reverse("api:consents"), body)
    assert (answer.status_code, answer.json()["errors"][0]["source"]) == (422, "42 CFR 2.31(a)(1)")


def test_without_the_scope_nothing_is_handed_in(partner, known, rosa):
    assert partner(scopes=("patient.read",)).post(reverse("api:consents"), {}).status_code == 403


def test_what_does_not_agree_is_declined_once(clinic, hospital, known, rosa, now):
    hospital.post(reverse("api:consents"), body_of(paper("specific", known), rosa, known))
    draft = Consent.objects.get()
    with pytest.raises(Refused, match="why it does not hold"):
        settle_handed_in(consent=draft, holds=False, by=clinic.case_manager, at=now)
    settle_handed_in(consent=draft, holds=False, why="No such paper", by=clinic.case_manager, at=now)
    assert HandedIn.objects.get().outcome == "declined"
    with pytest.raises(Refused, match="settled already"):
        settle_handed_in(consent=draft, holds=True, compared=True, original_seen_on=date(2026, 3, 4), by=clinic.case_manager, at=now)
    draft.refresh_from_db()
    assert draft.state == "draft"
