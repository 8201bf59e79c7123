from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casemgr.core.accounts.models import Program, Site
from casemgr.core.outbox.draining import drain
from casemgr.core.refusals import Refused
from patients.consent.models import Consent, HandedIn, SentPaper
from patients.consent.papers.actions import settle_handed_in
from patients.consent.queries import drafts_waiting_for
from patients.episodes.models import Episode
from patients.merging.actions import merge_patients
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


def sent(hospital, body):
    """Send a paper as the hospital's system does, and let the worker look whom it is about."""
    answer = hospital.post(reverse("api:consents"), body)
    drain(at=timezone.now())
    return answer


def test_a_partner_never_opens_a_record_to_itself(clinic, hospital, known, rosa, now, sign_in):
    body = body_of(paper("specific", known, valid_until=date(2030, 1, 1)), rosa, known)
    body["recipients"] = [{"identifier": "self"}]
    body["categories"] = ["demographics"]
    answer = sent(hospital, body)
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


def test_known_and_unknown_are_answered_in_the_same_bytes_after_the_same_work(clinic, hospital, known, rosa):
    body = body_of(paper("specific", known), rosa, known)
    hospital.post(reverse("api:consents"), {})
    work, answers = [], []
    for family_name in ("Lane", "Nobody"):
        body["patient"]["family_name"] = family_name
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answers.append(hospital.post(reverse("api:consents"), body))
        work.append([query["sql"].split('"s')[0].split(" VALUES")[0].split(" WHERE")[0] for query in asked])
    seen, unseen = answers
    assert (seen.status_code, seen.content) == (unseen.status_code, unseen.content) == (202, seen.content)
    assert work[0] == work[1], "until the answer, the same is asked and written for everybody"
    assert not any("patients_patient" in query for query in work[0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM patients_sentpaper")
        assert not any(b"Lane" in bytes(content) or b"Nobody" in bytes(content) for (content,) in cursor.fetchall())
    drain(at=timezone.now())
    assert Consent.objects.count() == 1
    assert list(SentPaper.objects.order_by("pk").values_list("match", "content")) == [("found", None), ("nobody", None)]


def test_a_paper_is_not_lost_when_two_records_are_one_person(clinic, hospital, known, rosa):
    again, spelled, twin = (
        clinic.patient(given=given, family=family, birth_date=rosa.birth_date)
        for given, family in (("Rosa", "Lane"), ("Rose", "Layne"), ("Rosa", "Lane"))
    )
    Episode.objects.filter(patient__in=[again, spelled, twin]).delete()
    facts = {"program": clinic.program, "reason": "one person", "by": clinic.privacy_officer}
    for merged in (again, spelled):
        merge_patients(survivor=rosa, merged=merged, at=timezone.now(), **facts)
    body = body_of(paper("specific", known), rosa, known)
    sent(hospital, body)
    assert (Consent.objects.count(), SentPaper.objects.get().match) == (0, "several"), "a third record bears that name: nobody guesses"
    merge_patients(survivor=rosa, merged=twin, at=timezone.now(), **facts)
    drain(at=timezone.now())
    body["patient"] |= {"given_name": "Rose", "family_name": "Layne"}
    sent(hospital, body)
    assert list(SentPaper.objects.values_list("match", flat=True)) == ["found", "found"]
    assert [draft.patient for draft in drafts_waiting_for(clinic.case_manager)] == [rosa, rosa]


def test_it_goes_to_the_programs_of_the_persons_care(clinic, hospital, known, rosa):
    Episode.objects.filter(patient=rosa).delete()
    hill, lake = Program.objects.create(name="Hill Program"), Program.objects.create(name="Lake Program")
    there = {program: Site.objects.create(program=program, name="There") for program in (hill, lake)}
    stays = {hill: {}, lake: {"discharged_on": date(2026, 2, 1), "discharge_reason": "1"}}
    for program, end in stays.items():
        facts = {"admitted_on": date(2026, 1, 1), "recorded_by": clinic.system, "recorded_at": clinic.now, **end}
        Episode.objects.create(patient=rosa, program=program, site=there[program], **facts)
    answer = sent(hospital, body_of(paper("specific", known), rosa, known))
    assert (answer.status_code, answer.json()["status"]) == (202, "received")
    assert list(Consent.objects.order_by("discloser").values_list("discloser", "state")) == [(hill.pk, "draft"), (lake.pk, "draft")]
    assert HandedIn.objects.count() == 2
    assert all(consent.recipients.exists() for consent in Consent.objects.all())


def test_whoever_was_never_in_care_goes_to_the_program_that_registered_them(clinic, hospital, known):
    hill = Program.objects.create(name="Hill Program")
    rosa = clinic.patient(Site.objects.create(program=hill, name="Hill"), given="Rosa", family="Lane", birth_date=date(1990, 1, 1))
    Episode.objects.filter(patient=rosa).delete()
    sent(hospital, body_of(paper("specific", known), rosa, known))
    assert Consent.objects.get().discloser == hill


def test_it_says_whom_it_is_about(hospital, known, rosa):
    body = body_of(paper("specific", known), rosa, known)
    del body["patient"]
    answer = hospital.post(reverse("api:consents"), body)
    assert (answer.status_code, answer.json()["errors"][0]["source"]) == (422, "42 CFR 2.31(a)(1)")


def test_without_the_scope_nothing_is_handed_in(partner, known, rosa):
    assert partner(scopes=("patient.read",)).post(reverse("api:consents"), {}).status_code == 403


def test_what_does_not_agree_is_declined_once(clinic, hospital, known, rosa, now):
    sent(hospital, body_of(paper("specific", known), rosa, known))
    draft = Consent.objects.get()
    with pytest.raises(Refused, match="why it does not hold"):
        settle_handed_in(consent=draft, holds=False, by=clinic.case_manager, at=now)
    settle_handed_in(consent=draft, holds=False, why="No such paper", by=clinic.case_manager, at=now)
    assert HandedIn.objects.get().outcome == "declined"
    with pytest.raises(Refused, match="settled already"):
        settle_handed_in(consent=draft, holds=True, compared=True, original_seen_on=date(2026, 3, 4), by=clinic.case_manager, at=now)
    draft.refresh_from_db()
    assert draft.state == "draft"
