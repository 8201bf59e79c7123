from datetime import timedelta

import pytest
from django.urls import reverse

from casemgr.core.audit.models import AuditEvent
from casemgr.core.refusals import Denied
from patients.world.actions import record_world_fact
from treatment_plans.drafts.actions import save_draft
from treatment_plans.drafts.queries import draft_key, unfinished_notes
from treatment_plans.drafts.rules import Words
from treatment_plans.family.models import CollateralNote, Participant
from treatment_plans.plan.catalog.actions import list_intervention
from treatment_plans.sessions.models import Session

FAMILY_QUERIES = 16
# session, user, memberships, patient, two for the program in hand, consents, restrictions, who is named, people, organizations, sessions,
# participants, safety preferences, the audit row, counts of the navigation


def at(name, *arguments):
    return reverse(f"treatment_plans:{name}", args=arguments)


@pytest.fixture
def browser(clinic, sign_in):
    return sign_in(clinic.therapist)


@pytest.fixture
def frame(clinic, right_now):
    """Return what a form says of when and where."""
    local = (right_now - timedelta(hours=3)).astimezone(clinic.north.zone)
    return {
        "day": local.date().isoformat(), "starts_at": local.strftime("%H:%M"), "minutes": 50, "site": clinic.north.pk,
        "modality": "in_person", "state": "present", "note": "We planned the weekend.",
    }  # fmt: skip


def test_a_session_is_written_with_whoever_may_come_and_refused_with_the_others(browser, clinic, patient, around, consent_to, frame):
    sister, friend = around(), around("Bo", "friend")
    feared = around("Dale", "former partner", "no", is_safety_concern=True)
    consent_to(sister)
    way = {"program": clinic.program, "name": "Kitchen table", "evidence": "experience", "source": "Three years here"}
    way = list_intervention(**way, by=clinic.director, at=clinic.now)
    page = at("write_family", patient.public_id)
    shown = browser.get(page).content.decode()
    assert all(
        words in shown
        for words in ("Renee", "May take part", "Treatment plan", "No consent is on file.", "Say nothing to them", "42 CFR part 2")
    )
    refused = browser.post(page, {**frame, "guests": [f"person:{sister.pk}", f"person:{friend.pk}"], "topics": ["plan"]})
    assert refused.status_code == 422
    assert "Bo takes no part without a consent that held at that moment" in refused.content.decode()
    assert "We planned the weekend." in refused.content.decode()
    assert Session.objects.count() == 0
    beyond = browser.post(page, {**frame, "guests": [f"person:{sister.pk}"], "topics": ["medications"]})
    assert "does not reach: Medications" in beyond.content.decode()
    browser.post(page, {**frame, "guests": [f"person:{sister.pk}", f"person:{feared.pk}"]})
    assert Session.objects.count() == 0
    done = browser.post(page, {**frame, "guests": [f"person:{sister.pk}"], "topics": ["plan"], "techniques": [way.code]})
    twice = browser.post(page, {**frame, "guests": [f"person:{sister.pk}"], "topics": ["plan"]})
    assert "with the same beginning is written down already" in twice.content.decode()
    session = Session.objects.get()
    assert session.techniques == [way.code]
    assert done.url == at("session", session.pk)
    seen = browser.get(done.url).content.decode()
    assert "Renee (sister)" in seen
    assert "Say who else was there" in seen
    row = Participant.objects.get()
    again = browser.post(at("others", row.attendance_id), {"guests": [f"person:{sister.pk}"]})
    assert "on the list already" in again.content.decode()
    assert browser.get(at("participant_error", row.pk)).status_code == 200
    assert browser.post(at("participant_error", row.pk), {"why": "She left before"}).url == done.url
    assert "Renee (sister)" not in browser.get(done.url).content.decode()
    assert browser.post(at("others", row.attendance_id), {"guests": [f"person:{sister.pk}"]}).url == done.url


@pytest.mark.parametrize("count", [2, 12])
def test_the_page_of_family_costs_the_same_for_few_and_many(
    browser, clinic, patient, around, consent_to, hold, query_count, right_now, count
):
    record_world_fact(of="wishes", stop_signal="Red", patient=patient, program=clinic.program, by=clinic.therapist, at=right_now)
    for number in range(count):
        one = around(f"Person {number}", "cousin")
        consent_to(one)
        if number < 2:
            hold(one, ago=timedelta(hours=number + 2))
    browser.get(at("family", patient.public_id))
    with query_count(FAMILY_QUERIES):
        shown = browser.get(at("family", patient.public_id)).content.decode()
    assert shown.count("May take part") >= count
    assert "Red" in shown


def test_the_page_says_who_is_not_told_because_the_person_asked(browser, clinic, patient, around, consent_to, agree):
    consent_to(around())
    agree()
    for page in ("family", "write_family"):
        shown = browser.get(at(page, patient.public_id)).content.decode()
        assert "Kept from them, as the person asked" in shown
        assert "The person asked that this not be told" in shown
        assert "May take part" not in shown


def test_what_others_told_is_read_by_those_who_assess_danger_each_note_on_record(clinic, patient, around, sign_in, right_now):
    secret = "Qqcollateral"
    sister = around()
    write = at("write_collateral", patient.public_id)
    browser = sign_in(clinic.therapist)
    told_at = (right_now - timedelta(hours=1)).astimezone(clinic.program.zone).strftime("%Y-%m-%dT%H:%M")
    said = {"close_one": sister.pk, "how": "phone", "heard_at": told_at, "body": f"About {secret}", "in_confidence": "on"}
    key = draft_key("collateral", "new", patient.public_id)
    save_draft(key=key, words=Words({"body": [secret]}), version=0, by=clinic.therapist, at=right_now)
    assert f'data-draft="{key}"' in browser.get(write).content.decode()
    with pytest.raises(Denied):
        save_draft(key=key, words=Words(), version=0, by=clinic.peer, at=right_now)
    assert browser.post(write, {**said, "told": ["plan"]}).status_code == 422
    assert (browser.post(write, {**said, "draft_version": 0}).status_code, CollateralNote.objects.exists()) == (422, False)
    assert browser.post(write, {**said, "draft_version": 1}).url == at("collateral", patient.public_id)
    assert not unfinished_notes(clinic.therapist).exists()
    note = CollateralNote.objects.get()
    added = browser.post(f"{write}?to={note.pk}", {"how": "phone", "heard_at": told_at, "body": "She called again."})
    assert added.url == at("collateral", patient.public_id)
    shown = browser.get(at("collateral", patient.public_id)).content.decode()
    assert all(words in shown for words in (secret, "Told in confidence", "They were told nothing.", "She called again.", "164.524"))
    assert AuditEvent.objects.filter(verb="collateral_note", patient_id=patient.pk).count() >= 2
    assert secret in sign_in(clinic.nurse).get(at("collateral", patient.public_id)).content.decode()
    assert sign_in(clinic.peer).get(at("collateral", patient.public_id)).status_code == 403
    peer = sign_in(clinic.peer)
    assert peer.get(at("family", patient.public_id)).status_code == 200
    assert peer.get(at("write_family", patient.public_id)).status_code == 200
    assert sign_in(clinic.nurse).get(at("write_family", patient.public_id)).status_code == 403
    for other in (browser.get(reverse("desk:chart", args=[patient.public_id])), browser.get(at("family", patient.public_id))):
        assert secret not in other.content.decode()
