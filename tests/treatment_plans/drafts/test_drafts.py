import json
from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent
from casemgr.core.encrypted import Unreadable, lent_keys
from casemgr.core.finishing import Finished
from casemgr.core.refusals import Denied, Refused
from casemgr.schedule import clean_old_drafts
from tests.treatment_plans.appointments.conftest import book
from treatment_plans.counseling.models import CounselingAddendum, CounselingNote
from treatment_plans.drafts.actions import drop_draft, save_draft
from treatment_plans.drafts.models import Draft
from treatment_plans.drafts.queries import draft_key, roster_key, unfinished_notes
from treatment_plans.drafts.rules import Words, person_in, person_of_field, store_name, what_of
from treatment_plans.sessions.actions import Part, record_session
from treatment_plans.sessions.models import Attendance, Session

__all__ = ["book"]

SECRET = "Qxbramblewood"
SOMEBODY = UUID("6f1c2f3e-1111-4222-8333-444455556666")


def words(text=SECRET, **more):
    return Words({"note": [text], **more}, {name: name.title() for name in ("note", *more)}, "/plans/sessions/")


def sent(text=SECRET, version=0, **more):
    typed = {"note": [text], **more}
    return {"version": version, "address": "/plans/sessions/", "fields_typed": typed, "labels": dict.fromkeys(typed, "Note")}


def post(browser, key, body, **headers):
    return browser.post(reverse("treatment_plans:draft", args=[key]), json.dumps(body), "application/json", headers=headers)


@pytest.fixture
def person(clinic):
    return clinic.patient(team=(clinic.therapist, clinic.peer))


@pytest.fixture
def key(person):
    return draft_key("session", "free", person.public_id)


@pytest.mark.parametrize(
    ("key", "what", "person"),
    [
        (f"session:{SOMEBODY}", "session", SOMEBODY),
        (f"note:17:{SOMEBODY}", "note", SOMEBODY),
        ("group:4:2026-11-22", "group", None),
        ("session", "", None),
        ("session:../../x", "", None),
        (f"session:{SOMEBODY}:1:2", "", SOMEBODY),
    ],
)
def test_a_key_says_what_is_written_and_of_whom(key, what, person):
    assert (what_of(key), person_in(key)) == (what, person)


def test_a_group_has_one_key_in_whatever_order_people_are_chosen():
    assert roster_key([SOMEBODY, "b"]) == roster_key(["b", SOMEBODY]) != roster_key(["b"])
    assert what_of(roster_key([SOMEBODY])) == "group"
    assert (person_of_field(f"{SOMEBODY}-note"), person_of_field("shared_text")) == (SOMEBODY, None)


def test_a_browser_is_lent_keys_of_its_own_for_each_owner_and_form():
    lent = [lent_keys(purpose=purpose) for purpose in ("draft 1 a:b", "draft 2 a:b", "draft 1 a:c")]
    assert len({key for keys in lent for key in keys.values()}) == sum(map(len, lent))
    assert lent[0] == lent_keys(purpose="draft 1 a:b")
    assert len({store_name("a:b", owner=1), store_name("a:b", owner=2), store_name("a:c", owner=1)}) == 3


def test_each_change_has_a_number_and_nobody_writes_over_what_they_have_not_seen(clinic, key, now):
    by = {"key": key, "by": clinic.therapist, "at": now}
    assert save_draft(words=words("one"), version=0, **by) == 1
    assert save_draft(words=words("one two"), version=1, **by) == 2
    assert save_draft(words=words("one two"), version=1, **by) == 2, "what was sent again because the answer got lost is no change"
    with pytest.raises(Refused, match="Another window"):
        save_draft(words=words("other"), version=1, **by)
    drop_draft(**by)
    with pytest.raises(Refused, match="Another window"):
        save_draft(words=words("late"), version=2, **by)
    assert list(unfinished_notes(clinic.therapist)) == []
    with pytest.raises(Refused, match="too long"):
        save_draft(words=words("x" * 400_001), version=3, **by)


def test_of_two_windows_that_kept_nothing_yet_only_one_saves_and_a_refused_note_leaves_its_draft(clinic, key, person, now):
    kept = {"draft": Finished(key, 0), "by": clinic.therapist, "at": now}
    when = {"starts_at": now - timedelta(hours=1), "ends_at": now}
    said = {"site": clinic.north, "clinician": clinic.therapist, "kind": "individual", "parts": [Part(person)], **when, **kept}
    with pytest.raises(Refused, match="Choose what kind"):
        record_session(**{**said, "kind": "nothing"})
    assert not Draft.objects.exists(), "what is refused is undone as a whole"
    record_session(**said)
    with pytest.raises(Refused, match="saved meanwhile in another window"):
        record_session(**said)
    record_session(**{**said, "draft": Finished(key)})
    assert Session.objects.count() == 2


def test_what_was_dropped_before_anything_was_kept_is_not_brought_back_by_what_comes_late(clinic, key, now):
    drop_draft(key=key, by=clinic.therapist, at=now)
    with pytest.raises(Refused, match="Another window"):
        save_draft(key=key, words=words(), version=0, by=clinic.therapist, at=now)


def test_a_draft_is_its_owner_s_alone_and_of_people_whom_they_see(clinic, key, person, now, sign_in):
    save_draft(key=key, words=words(), version=0, by=clinic.therapist, at=now)
    assert (unfinished_notes(clinic.therapist).get().patient, list(unfinished_notes(clinic.peer))) == (person, [])
    mine, other = sign_in(clinic.therapist), sign_in(clinic.peer)
    address = reverse("treatment_plans:draft", args=[key])
    assert mine.get(address).json()["fields"] == {"note": [SECRET]}
    theirs = other.get(address).json()
    assert (theirs["fields"], theirs["version"]) == (None, 0)
    assert theirs["keys"] != mine.get(address).json()["keys"]
    assert other.get(reverse("treatment_plans:read_draft", args=[key])).status_code == 404
    assert other.post(reverse("treatment_plans:drop_draft", args=[key])).status_code == 404
    elsewhere = draft_key("session", clinic.patient(team=(clinic.therapist,)).public_id)
    for hidden in (elsewhere, draft_key("session", SOMEBODY), "nonsense:1", "plan:4"):
        status = {
            sign_in(clinic.peer).get(reverse("treatment_plans:draft", args=[hidden])).status_code,
            post(other, hidden, sent()).status_code,
        }
        assert status == {404}
    with pytest.raises(Denied):
        save_draft(key=draft_key("counseling", 1, person.public_id), words=words(), version=0, by=clinic.peer, at=now)


def test_no_table_holds_a_word_readably_and_no_record_of_access_tells_one(clinic, key, now, sign_in):
    browser = sign_in(clinic.therapist)
    assert post(browser, key, sent()).status_code == 200
    browser.get(reverse("treatment_plans:draft", args=[key]))
    found, read = [], 0
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            rows = [row[0] for row in cursor.fetchall()]
            read += len(rows)
            found += [table for row in rows if SECRET in row or SECRET.encode().hex() in row]
    assert (found, read > 20) == ([], True)
    row = Draft.objects.get()
    moved = Draft(key=row.key, recorded_by=clinic.peer, sealed=row.sealed)
    with pytest.raises(Unreadable):
        _ = moved.words
    assert AuditEvent.objects.filter(verb="draft", patient_id=row.patient_id, outcome="seen").count() == 1
    assert not AuditEvent.objects.filter(verb="save_draft", patient_id__isnull=False).exists(), "typing fills nobody's record of access"


def test_two_windows_the_server_and_a_change_of_user(clinic, key, sign_in, query_count):
    browser = sign_in(clinic.therapist)
    with query_count(17):
        assert post(browser, key, sent("first")).json()["version"] == 1
    answer = post(browser, key, sent("second"))
    assert (answer.status_code, answer.json()["version"], answer.json()["fields"]) == (409, 1, {"note": ["first"]})
    other = post(browser, key, sent("third", 1), **{"X-Draft-Owner": str(clinic.peer.pk)})
    assert (other.status_code, other.json()) == (403, {"other": True})
    for wrong in ([], "", {"version": 1}, {**sent(), "fields_typed": {"note": "text"}}, {**sent(), "labels": [1]}):
        assert post(browser, key, wrong).status_code == 400
    assert post(browser, key, sent("x" * 400_001, 1)).status_code == 422
    gone = browser.post(reverse("treatment_plans:drop_draft", args=[key]), headers={"X-Draft-Owner": str(clinic.therapist.pk)})
    assert gone.status_code == 204
    assert browser.get(reverse("treatment_plans:draft", args=[key])).json()["gone"] is True
    assert post(browser, key, sent("first", 1)).json()["gone"] is True


def test_a_draft_leads_back_to_an_address_of_ours_only(clinic, key, sign_in):
    browser = sign_in(clinic.therapist)
    for version, address in enumerate(
        ["https://evil.test/plans/sessions/", "//evil.test/plans/sessions/", "/nowhere/", "javascript:alert(1)"]
    ):
        assert post(browser, key, {**sent(f"{version}", version), "address": address}).status_code == 200
        assert Draft.objects.get().words.address == ""
    browser.get(reverse("treatment_plans:drafts"))
    post(browser, key, {**sent("x", 4), "address": "/plans/sessions/?whose=all"})
    assert 'href="/plans/sessions/?whose=all"' in browser.get(reverse("treatment_plans:drafts")).content.decode()


def test_saving_the_note_wipes_the_draft_and_a_refused_form_leaves_it(clinic, key, person, sign_in):
    browser = sign_in(clinic.therapist)
    address = reverse("treatment_plans:write_session", args=[person.public_id])
    post(browser, key, sent())
    page = browser.get(address).content.decode()
    assert f'data-draft="{key}"' in page
    assert "data-draft-state" in page
    assert browser.post(address, {"note": SECRET}).status_code == 422
    assert unfinished_notes(clinic.therapist).exists()
    assert "You have unfinished notes" in browser.get(reverse("treatment_plans:sessions")).content.decode()
    local = timezone.localtime(timezone.now() - timedelta(hours=2), clinic.north.zone)
    form = {"kind": "individual", "state": "present", "modality": "in_person", "day": local.date(), "starts_at": local.strftime("%H:%M"), "minutes": 50, "site": clinic.north.pk, "note": "A note"}  # fmt: skip
    assert browser.post(address, form | {"draft_version": 1}).status_code == 302
    assert not unfinished_notes(clinic.therapist).exists()
    assert Draft.objects.get().sealed is None
    late = browser.post(address, form | {"draft_version": 1, "note": "From another window"})
    assert (late.status_code, Session.objects.count(), Draft.objects.get().version) == (422, 1, 2)
    assert late.context["form"].non_field_errors()[0].startswith("This was saved meanwhile in another window")
    assert "Look at your sessions</a>" in late.content.decode()
    note = Attendance.objects.get()
    key = draft_key("note", note.pk, person.public_id)
    post(browser, key, sent())
    assert f'data-draft="{key}"' in browser.get(reverse("treatment_plans:note", args=[note.pk])).content.decode()
    late = browser.post(reverse("treatment_plans:note", args=[note.pk]), {"note": "Other words", "draft_version": 0})
    assert (late.status_code, Attendance.objects.get().note) == (422, "A note")
    assert late.context["form"].non_field_errors() == ["Another window holds other words for this form."]
    assert browser.post(reverse("treatment_plans:note", args=[note.pk]), {"note": "Better words"}).status_code == 302
    assert not unfinished_notes(clinic.therapist).exists()


def test_what_was_typed_for_one_appointment_stands_in_the_form_of_no_other(clinic, person, book, sign_in):
    today = timezone.now() - timedelta(hours=2)
    gone, held = book(person, today - timedelta(days=3)), book(person, today)
    browser = sign_in(clinic.therapist)
    for name, what in (("write_session", "session"), ("write_family", "family")):
        address = reverse(f"treatment_plans:{name}", args=[person.public_id])
        keys = [draft_key(what, which, person.public_id) for which in (gone.pk, held.pk, "free")]
        pages = [browser.get(address + end).content.decode() for end in (f"?appointment={gone.pk}", f"?appointment={held.pk}", "")]
        assert [f'data-draft="{key}"' in page for key, page in zip(keys, pages, strict=True)] == [True] * 3
    address = reverse("treatment_plans:write_session", args=[person.public_id])
    local = timezone.localtime(today, clinic.north.zone)
    form = {"kind": "individual", "state": "present", "modality": "in_person", "day": local.date(), "starts_at": local.strftime("%H:%M"), "minutes": 50, "site": clinic.north.pk, "note": "A note"}  # fmt: skip
    refused = browser.post(f"{address}?appointment={gone.pk}", form)
    assert (refused.status_code, Session.objects.count()) == (422, 0)
    assert refused.context["form"].errors["starts_at"][0].startswith("You opened this from the appointment of ")
    assert browser.post(f"{address}?appointment={held.pk}", form).status_code == 302
    assert (
        f'data-draft="{draft_key("session", held.pk, person.public_id)}"'
        in browser.get(f"{address}?appointment={held.pk}").content.decode()
    )


def test_a_counseling_note_keeps_what_its_author_types_for_its_author(clinic, person, sign_in, now):
    stamp = {"recorded_at": now, "recorded_by": clinic.therapist}
    session = Session.objects.create(site=clinic.north, clinician=clinic.therapist, kind="individual", starts_at=now, ends_at=now, **stamp)
    Attendance.objects.create(session=session, patient=person, **stamp)
    key, browser = draft_key("counseling", session.pk, person.public_id), sign_in(clinic.therapist)
    address = reverse("treatment_plans:counseling_note", args=[session.pk, person.public_id])
    assert post(browser, key, sent()).status_code == 200
    assert f'data-draft="{key}"' in browser.get(address).content.decode()
    assert SECRET not in browser.get(reverse("treatment_plans:drafts")).content.decode()
    assert SECRET in browser.get(reverse("treatment_plans:read_draft", args=[key])).content.decode()
    assert (browser.post(address, {"body": "Typed elsewhere.", "draft_version": 0}).status_code, CounselingNote.objects.exists()) == (
        422,
        False,
    )
    assert browser.post(address, {"body": "What I think.", "draft_version": 1, "sign": "1"}).status_code == 302
    assert not unfinished_notes(clinic.therapist).exists()
    assert (browser.post(address, {"body": "More.", "draft_version": 1}).status_code, CounselingAddendum.objects.exists()) == (422, False)
    assert browser.post(address, {"body": "More.", "draft_version": 2}).status_code == 302


def test_the_parts_of_a_group_are_shown_for_people_whom_one_still_sees(clinic, person, sign_in, query_count):
    gone = clinic.patient(team=(clinic.peer,))
    key, browser = roster_key([person.public_id, gone.public_id]), sign_in(clinic.therapist)
    typed = {f"{person.public_id}-note": ["Here"], f"{gone.public_id}-note": [SECRET], "shared_text": ["Together"]}
    post(browser, key, {**sent(), "fields_typed": typed, "labels": dict.fromkeys(typed, "Note on this person")})
    assert set(browser.get(reverse("treatment_plans:draft", args=[key])).json()["fields"]) == {f"{person.public_id}-note", "shared_text"}
    shown = browser.get(reverse("treatment_plans:read_draft", args=[key])).content.decode()
    assert ("Here" in shown, "Together" in shown, SECRET in shown, person.display_name in shown) == (True, True, False, True)


def test_the_list_takes_as_many_questions_for_two_as_for_twelve(clinic, sign_in, now, query_count):
    browser = sign_in(clinic.therapist)
    browser.get(reverse("treatment_plans:drafts"))
    for number in (2, 12):
        for _one in range(number - Draft.objects.count()):
            someone = clinic.patient(team=(clinic.therapist,))
            save_draft(key=draft_key("session", someone.public_id), words=words(), version=0, by=clinic.therapist, at=now)
        with query_count(6):
            page = browser.get(reverse("treatment_plans:drafts")).content.decode()
        assert page.count("data-row>") == number
        assert SECRET not in page


def test_what_nobody_finished_in_thirty_days_is_deleted(clinic, key, person):
    old = timezone.now() - timedelta(days=31)
    save_draft(key=key, words=words(), version=0, by=clinic.therapist, at=old)
    save_draft(key=draft_key("note", 1, person.public_id), words=words(), version=0, by=clinic.therapist, at=old + timedelta(days=2))
    clean_old_drafts()
    assert [one.key.split(":")[0] for one in Draft.objects.all()] == ["note"]


@pytest.mark.django_db(transaction=True)
def test_of_eight_windows_at_once_one_is_kept_and_the_others_are_told(clinic, key, now):
    start, kept, told = Barrier(8), [], []

    def window(number):
        start.wait()
        try:
            kept.append(save_draft(key=key, words=words(f"{number}"), version=0, by=clinic.therapist, at=now))
        except Refused:
            told.append(number)
        finally:
            connections.close_all()

    threads = [Thread(target=window, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (kept, len(told)) == ([1], 7)


def test_a_session_that_ended_leads_back_to_the_page_and_not_to_a_piece_of_it(clinic, sign_in, settings):
    browser = sign_in(clinic.therapist)
    browser.get("/plans/drafts/")
    settings.SESSION_IDLE = timedelta(seconds=-1)
    for current, back in (
        ("http://testserver/plans/sessions/?a=1#b", "%2Fplans%2Fsessions%2F%3Fa%3D1"),
        ("http://evil.test/x", "%2Fwords%2F"),
    ):
        again = sign_in(clinic.therapist)
        session = again.session
        session["seen_at"] = timezone.now().isoformat()
        session.save()
        answer = again.post("/words/", headers={"HX-Request": "true", "HX-Current-URL": current})
        assert answer.headers["HX-Redirect"] == f"/account/login/?next={back}"
