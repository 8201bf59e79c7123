from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casemgr.core.accounts.models import Membership, User
from casemgr.core.audit.models import AuditEvent
from casemgr.sharing.parts import sessions as told
from treatment_plans.drafts.actions import save_draft
from treatment_plans.drafts.queries import draft_key, unfinished_notes
from treatment_plans.drafts.rules import Words
from treatment_plans.sessions.actions import Part, record_session
from treatment_plans.sessions.models import Attendance
from treatment_plans.signing.actions import cosign_note, mark_note_in_error
from treatment_plans.signing.models import CosignRequest, NoteAddendum, NoteInError, SigningPolicy, Supervision

QUEUE, UNSIGNED, SESSION, OVERVIEW = 9, 10, 15, 9


def at(name, *args):
    return reverse(f"treatment_plans:{name}", args=args)


def statements(browser, page):
    """Return how many statements a page takes."""
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(page).status_code == 200
    return len(asked)


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_a_note_is_read_returned_added_to_and_cosigned_on_pages(clinic, hold, supervised, sign_in):
    hold(clinic.patient(given="Anastasia", team=(clinic.peer,)), ended=timedelta(hours=30))
    asked = CosignRequest.objects.get()
    note, therapist, peer = asked.attendance, sign_in(clinic.therapist), sign_in(clinic.peer)
    assert "Anastasia" in text_of(therapist.get(at("cosign")))
    today = text_of(therapist.get(reverse("desk:today")))
    assert clinic.peer.full_name in today
    assert at("cosign_one", asked.pk) in today
    page = text_of(therapist.get(at("cosign_one", asked.pk)))
    for words in (
        "Walked to the bank together.",
        "Late entry",
        "Written 30 hours after the session ended.",
        "Notes of peers are co-signed",
    ):
        assert words in page
    assert AuditEvent.objects.filter(verb="note", actor_id=clinic.therapist.pk, patient_id=note.patient_id).exists()
    assert therapist.post(at("cosign_one", asked.pk), {"words": "", "return": "1"}).status_code == 422
    assert therapist.post(at("cosign_one", asked.pk), {"words": "Which bank?", "return": "1"}).url == at("cosign")
    assert "Which bank?" in text_of(therapist.get(at("cosign_one", asked.pk)))

    for page in (at("unsigned"), at("session", note.session_id), reverse("desk:today")):
        assert "Which bank?" in text_of(peer.get(page))
    assert "Which bank?" not in text_of(sign_in(clinic.case_manager).get(at("unsigned")))
    key = draft_key("addendum", note.pk, note.patient.public_id)
    save_draft(key=key, words=Words({"text": ["The one"]}), version=0, by=clinic.peer, at=clinic.now)
    assert f'data-draft="{key}"' in text_of(peer.get(at("add_addendum", note.pk)))
    assert peer.post(at("add_addendum", note.pk), {"text": " "}).status_code == 422
    other = peer.post(at("add_addendum", note.pk), {"text": "Typed elsewhere.", "draft_version": 0})
    assert (other.status_code, "Another window holds other words" in text_of(other)) == (422, True)
    assert peer.post(at("add_addendum", note.pk), {"text": "The one on Main Street.", "draft_version": 1}).url == at(
        "session", note.session_id
    )
    assert not unfinished_notes(clinic.peer).exists()
    shown = text_of(peer.get(at("session", note.session_id)))
    assert f"Added by {clinic.peer.full_name}, <time" in shown
    assert "The one on Main Street." in shown

    hold(clinic.patient(team=(clinic.peer,)))
    following = CosignRequest.objects.exclude(pk=asked.pk).get()
    assert therapist.post(at("cosign_one", asked.pk), {"words": "", "cosign": "1"}).url == at("cosign_one", following.pk)
    assert f"Co-signed by {clinic.therapist.full_name}" in text_of(peer.get(at("session", note.session_id)))
    assert "Anastasia" in text_of(therapist.get(at("cosign"), {"show": "answered"}))
    assert sign_in(clinic.prescriber).get(at("cosign_one", asked.pk)).status_code == 404


def test_a_note_in_error_says_so_and_is_told_to_nobody_outside(clinic, hold, sign_in):
    patient = clinic.patient()
    note = hold(patient).attendances.get()
    NoteAddendum.objects.create(attendance=note, text="More.", recorded_at=clinic.now, recorded_by=clinic.peer)
    (row,) = told(patient.pk, clinic.program.pk)
    assert row["addenda"] == f"2026-03-04 15:00 {clinic.peer.full_name}: More."
    peer = sign_in(clinic.peer)
    assert peer.post(at("mark_note_in_error", note.pk), {"kind": "twice", "words": ""}).status_code == 422
    assert peer.post(at("mark_note_in_error", note.pk), {"kind": "twice", "words": "Wrote it twice."}).status_code == 302
    page = text_of(peer.get(at("session", note.session_id)))
    assert "It was written twice: <span data-verbatim>Wrote it twice.</span>" in page
    assert "Walked to the bank together." in page
    assert at("mark_note_in_error", note.pk) not in page
    assert told(patient.pk, clinic.program.pk) == []
    assert "Entered in error" in text_of(peer.get(reverse("desk:chart", args=[patient.public_id])))


def test_directors_name_supervisors_set_rules_and_see_whose_notes_wait(clinic, hold, sign_in):
    director = sign_in(clinic.director)
    hold(clinic.patient(given="Anastasia"))
    today = text_of(director.get(reverse("desk:today")))
    assert f"<strong>{clinic.peer.full_name}</strong>" in today
    assert at("add_supervision") in today
    overview = text_of(director.get(at("signing_overview")))
    assert "Nobody who can co-sign is named" in overview
    assert "Anastasia" not in overview
    day = clinic.now.date().isoformat()
    who = {"clinician": clinic.peer.pk, "supervisor": clinic.nurse.pk, "starts_on": day}
    assert "cannot co-sign here" in text_of(director.post(at("add_supervision"), who))
    assert director.post(at("add_supervision"), who | {"supervisor": clinic.therapist.pk}).url == at("supervision")
    assert clinic.therapist.full_name in text_of(director.get(at("supervision")))
    assert "A supervisor is named" in text_of(director.get(at("signing_overview")))
    assert at("add_supervision") not in text_of(director.get(reverse("desk:today")))
    held = Membership.objects.filter(user=clinic.therapist)
    for gone, there in (({"role": "nurse"}, {"role": "therapist"}), ({"ends_on": clinic.now.date()}, {"ends_on": None})):
        held.update(**gone)
        assert "Nobody who can co-sign is named" in text_of(director.get(at("signing_overview")))
        assert at("add_supervision") in text_of(director.get(reverse("desk:today")))
        held.update(**there)
    User.objects.filter(pk=clinic.therapist.pk).update(is_active=False)
    assert "Nobody who can co-sign is named" in text_of(director.get(at("signing_overview")))
    User.objects.filter(pk=clinic.therapist.pk).update(is_active=True)
    rules = {"late_after_hours": 12, "sign_within_hours": 0, "sample_percent": 10}
    assert director.post(at("signing_rules"), rules).status_code == 422
    assert director.post(at("signing_rules"), rules | {"sign_within_hours": 24}).status_code == 302
    assert SigningPolicy.objects.get().terms.is_peers_cosigned is False
    supervision = Supervision.objects.get()
    assert director.get(at("end_supervision", supervision.pk)).status_code == 200
    assert director.post(at("end_supervision", supervision.pk), {"on": day}).status_code == 302
    assert Supervision.objects.get().ends_on is not None
    for name in ("supervision", "signing_overview"):
        assert sign_in(clinic.therapist).get(at(name)).status_code == 403


def test_unsigned_notes_stand_in_bands_the_oldest_first(clinic, sign_in):
    for days in (0, 2, 5, 30):
        ends_at = clinic.now - timedelta(days=days, hours=1)
        record_session(
            site=clinic.north,
            clinician=clinic.peer,
            kind="peer",
            starts_at=ends_at - timedelta(hours=1),
            ends_at=ends_at,
            parts=[Part(clinic.patient(), note="x")],
            by=clinic.peer,
            at=clinic.now,
        )
    Attendance.objects.update(recorded_at=clinic.now)
    bands = sign_in(clinic.peer).get(at("unsigned")).context["bands"]
    assert [band for band, _notes in bands] == sorted({band for band, _notes in bands}, reverse=True)
    assert sum(len(notes) for _band, notes in bands) == 4


@pytest.mark.parametrize("number", [2, 12])
def test_pages_take_the_same_statements_for_two_and_for_twelve(clinic, hold, supervised, sign_in, number):
    session = hold(*[clinic.patient() for _ in range(number)])
    for asked in CosignRequest.objects.order_by("pk")[: number // 2]:
        cosign_note(request=asked, by=clinic.therapist, at=clinic.now)
        mark_note_in_error(attendance=asked.attendance, kind="twice", words="x", by=clinic.peer, at=clinic.now)
    assert NoteInError.objects.count() == number // 2
    therapist, peer, director = sign_in(clinic.therapist), sign_in(clinic.peer), sign_in(clinic.director)
    pages = ((therapist, at("cosign")), (peer, at("unsigned")), (therapist, at("session", session.pk)), (director, at("signing_overview")))
    assert [statements(browser, page) for browser, page in pages] == [QUEUE, UNSIGNED, SESSION, OVERVIEW]
