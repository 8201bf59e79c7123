from datetime import date

import pytest
from django.urls import reverse

from casemgr.core.audit.models import AuditEvent
from patients.inquiries.actions import close_inquiry, link_inquiry, note_inquiry_step, put_on_waitlist
from patients.inquiries.models import Inquiry, ScreeningVisit, WaitlistPlace
from patients.record.models import Patient

LIST_QUERIES = 5
# session, user, memberships, inquiries, the audit row
WAITLIST_QUERIES = 7
# as above, with the places in order and the steps of all of them
TODAY = date(2026, 3, 4)
NOTHING_ASKED = dict.fromkeys(
    ("overdose_now", "overdosed", "suicidal", "suicide_plan", "uses_alone", "has_naloxone", "pregnant", "injects"), "not_asked"
)


@pytest.fixture
def window(clinic, sign_in):
    return sign_in(clinic.front_desk)


def _at(name, *arguments):
    return reverse(f"patients:{name}", args=arguments)


def _text(answer):
    return answer.content.decode()


def test_a_call_is_taken_with_its_danger_and_stands_first(clinic, window, ask):
    ask(given_name="Calm")
    answer = window.post(
        _at("take_inquiry"),
        {
            "site": clinic.north.pk, "asker": "family", "came_by": "phone", "given_name": "Kyle", "asks_for": "medication", "pace": "4",
            "language": "en", "call_back": "555-0100", "say_nothing": "on", **NOTHING_ASKED, "overdosed": "yes", "done": ["naloxone_told"],
        },
    )  # fmt: skip
    made = Inquiry.objects.get(given_name="Kyle")
    assert answer.url == _at("inquiry", made.pk)
    page = _text(window.get(answer.url))
    assert "Danger was named" in page
    assert "An overdose in the last 30 days" in page
    assert "Do not say who calls" in page
    assert "must not be left" in page
    listed = _text(window.get(_at("inquiries")))
    assert listed.index("Kyle") < listed.index("Calm")
    assert "At once" in listed


def test_a_refused_call_keeps_what_was_typed(clinic, window):
    answer = window.post(_at("take_inquiry"), {"site": clinic.north.pk, "asker": "family", "came_by": "phone", "words": "Typed text",
                                               "asks_for": "other", "pace": "4", "language": "other", **NOTHING_ASKED})  # fmt: skip
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"language_name"}
    assert "Typed text" in _text(answer)
    assert not Inquiry.objects.exists()


def test_who_it_is_is_looked_for_first_and_said_or_made(clinic, window, ask):
    known = clinic.patient(given="Rosa", family="Quintana", birth_date=date(1991, 7, 1))
    inquiry = ask(given_name="Rosa", family_name="Quintana", birth_date=date(1991, 7, 1))
    page = _at("inquiry_person", inquiry.pk)
    shown = _text(window.get(page))
    assert "same birth date, same name" in shown
    assert AuditEvent.objects.filter(verb="perhaps_the_same_person", patient_id=known.pk).exists()
    new = {
        "given_name": "Rosa",
        "family_name": "Quintana",
        "birth_date": "1991-07-01",
        "sex": "unknown",
        "language": "en",
        "site": clinic.north.pk,
    }
    assert set(window.post(page, new).context["form"].errors) == {"not_same_as"}
    assert window.post(page, {"same": known.public_id}).url == _at("inquiry", inquiry.pk)
    inquiry.refresh_from_db()
    assert inquiry.patient == known
    other = ask(given_name="Rosa", family_name="Quintana", birth_date=date(1991, 7, 1))
    made = window.post(_at("inquiry_person", other.pk), {**new, "not_same_as": [known.public_id]})
    assert made.url == _at("inquiry", other.pk)
    assert Patient.objects.filter(family_name="Quintana").count() == 2


def test_each_deed_is_done_from_the_page_of_the_inquiry(clinic, window, ask, desk):
    inquiry = link_inquiry(inquiry=ask(), patient=clinic.patient(), **desk)
    deed = lambda word: _at("act_on_inquiry", inquiry.pk, word)  # noqa: E731
    for word, said in {
        "take_on": {},
        "triage": {**NOTHING_ASKED, "injects": "yes"},
        "step": {"kind": "reached", "happened_at": "2026-03-04T10:00", "words": "Comes on Friday."},
        "visit": {"outcome": "wait", "held_at": "2026-03-04T10:00"},
    }.items():
        assert window.post(deed(word), said).status_code == 302, word
    inquiry.refresh_from_db()
    assert (inquiry.in_hand, inquiry.state, ScreeningVisit.objects.count()) == (clinic.front_desk, "waiting", 1)
    assert WaitlistPlace.objects.get().priority == 3
    refused = window.post(deed("close"), {"because": "referred"})
    assert (refused.status_code, set(refused.context["forms"]["close"].errors)) == (422, {"went_to"})
    assert window.post(deed("close"), {"because": "referred", "went_to": "Hill Street"}).status_code == 302
    assert window.post(deed("dance"), {}).status_code == 404
    assert "Hill Street" in _text(window.get(_at("inquiry", inquiry.pk)))


def test_what_was_typed_while_a_colleague_closed_the_inquiry_is_not_lost(clinic, window, ask, desk):
    inquiry = ask(days=0)
    close_inquiry(inquiry=inquiry, because="declined", **desk)
    page = _at("inquiry", inquiry.pk)
    assert "What may be done" not in _text(window.get(page))
    typed = {"kind": "not_reached", "happened_at": "2026-03-04T14:50", "words": "The line was busy twice."}
    answer = window.post(_at("act_on_inquiry", inquiry.pk, "step"), typed)
    text = _text(answer)
    assert answer.status_code == 422
    assert "This inquiry is closed. Take a new one if the person asks again." in text
    assert "The line was busy twice." in text
    assert (inquiry.steps.count(), "I call back" in text) == (0, False)
    for deed in ("take_on", "step", "triage", "close", "wait"):
        answer = window.post(
            _at("act_on_inquiry", inquiry.pk, deed), {**NOTHING_ASKED, **typed, "because": "declined", "joined_on": "2026-03-04"}
        )
        assert (answer.status_code, "This inquiry is closed." in _text(answer)) == (422, True), deed
        assert "I call back" not in _text(answer), deed
    assert window.post(_at("act_on_inquiry", inquiry.pk, "triage"), {**NOTHING_ASKED, "suicidal": "yes"})["Location"] == page
    inquiry.refresh_from_db()
    assert inquiry.state == "open"


def test_what_was_said_is_corrected(window, ask):
    inquiry = ask(given_name="Kile", call_back="555-0100")
    page = _at("change_inquiry", inquiry.pk)
    assert "Kile" in _text(window.get(page))
    said = {"asker": "person", "came_by": "phone", "asks_for": "other", "pace": "3", "language": "en", "given_name": "Kyle"}
    assert window.post(page, said).status_code == 302
    inquiry.refresh_from_db()
    assert (inquiry.given_name, inquiry.pace) == ("Kyle", 3)


def test_the_waitlist_says_place_order_days_and_what_is_owed(clinic, window, ask, desk):
    first, second = ask(given_name="Second"), ask(given_name="First", answers={"pregnant": "yes"})
    put_on_waitlist(inquiry=first, joined_on=date(2026, 1, 4), **desk)
    put_on_waitlist(inquiry=second, joined_on=TODAY, **desk)
    page = _text(window.get(_at("waitlist")))
    assert page.index("First") < page.index("Second")
    assert "help while waiting by" in page
    assert "No naloxone yet" in page
    assert "45 CFR 96.126(b)" in page


def test_nobody_without_the_right_comes_in(clinic, sign_in, ask):
    inquiry, director = ask(), sign_in(clinic.director)
    for page in (_at("inquiries"), _at("take_inquiry"), _at("waitlist"), _at("inquiry", inquiry.pk)):
        assert director.get(page).status_code == 403


def test_lists_cost_the_same_for_two_and_for_twelve(clinic, window, ask, desk, now, query_count):
    window.get(_at("inquiries"))
    for count in (2, 12):
        while Inquiry.objects.count() < count:
            inquiry = ask(given_name="Somebody")
            note_inquiry_step(inquiry=inquiry, kind="reached", happened_at=now, **desk)
            put_on_waitlist(inquiry=inquiry, joined_on=TODAY, **desk)
        with query_count(LIST_QUERIES):
            window.get(_at("inquiries"), {"show": "waiting"})
        with query_count(WAITLIST_QUERIES):
            window.get(_at("waitlist"))
