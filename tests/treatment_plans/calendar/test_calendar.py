from datetime import timedelta

import pytest
from django.urls import reverse

from casemgr.core.accounts.models import Closure
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from treatment_plans.rooms.actions import use_room

HOUR = timedelta(hours=1)
WEEK_QUERIES = 12


def week(browser, day, **asked):
    return browser.get(reverse("treatment_plans:calendar"), {"day": f"{day:%Y-%m-%d}", "span": "week", **asked}).content.decode()


def test_a_week_shows_seven_days_of_a_site_a_room_a_colleague_a_person_or_the_whole_program(clinic, book, room, monday, sign_in):
    rosa = clinic.patient(given="Rosa")
    book(rosa, monday, room=room)
    book(clinic.patient(given="Bert"), monday + 25 * HOUR, clinician=clinic.nurse)
    book(
        clinic.patient(clinic.south, given="Zora", team=(clinic.hire(Role.THERAPIST, None),)),
        monday + 26 * HOUR, site=clinic.south, by=clinic.hire(Role.FRONT_DESK, clinic.south),
    )  # fmt: skip
    book(clinic.patient(given="Otto"), monday + timedelta(days=7))
    use_room(room=room, starts_at=monday + 2 * HOUR, ends_at=monday + 3 * HOUR, by=clinic.front_desk, at=clinic.now)
    Closure.objects.create(site=clinic.north, day=(monday + timedelta(days=3)).date(), reason="Snow")
    everywhere = clinic.hire(Role.FRONT_DESK, None)
    browser = sign_in(everywhere)
    north = {"site": clinic.north.pk}
    people = ("Rosa", "Bert", "Zora", "Otto", "Snow", "Group")

    def shown(**asked):
        page = week(browser, monday + timedelta(days=2), **asked)
        assert page.count('class="week__day') == 7
        return [name for name in people if name in page.split('class="week"', 1)[1]]

    assert shown(**north) == ["Rosa", "Bert", "Snow", "Group"]
    assert shown(site="") == ["Rosa", "Bert", "Zora", "Snow", "Group"]
    assert shown(room=room.pk) == ["Rosa", "Snow", "Group"]
    assert shown(**north, clinician=clinic.nurse.public_id) == ["Bert", "Snow"]
    assert shown(patient=rosa.public_id) == ["Rosa", "Snow"]
    assert shown(**north, patient="nobody") == ["Rosa", "Bert", "Snow", "Group"]
    event = AuditEvent.objects.filter(verb="calendar", actor_id=everywhere.pk).first()
    assert event.people == sorted(event.people)


def test_a_room_is_shown_as_taken_without_a_word_of_whom_the_reader_may_not_see(clinic, book, room, monday, sign_in):
    book(clinic.patient(given="Bert", team=(clinic.hire(Role.THERAPIST, clinic.north),)), monday, room=room)
    page = week(sign_in(clinic.therapist), monday, room=room.pk)
    assert ("Bert" in page, page.count("week__line--use")) == (False, 1)
    day = (
        sign_in(clinic.therapist).get(reverse("treatment_plans:calendar"), {"day": f"{monday:%Y-%m-%d}", "room": room.pk}).content.decode()
    )
    assert ("Bert" in day, day.count("Room taken")) == (False, 1)


@pytest.mark.parametrize("number", [2, 12])
def test_a_week_needs_the_same_number_of_queries_for_two_and_twelve(clinic, book, room, monday, sign_in, query_count, number):
    for count in range(number):
        book(clinic.patient(), monday + count * HOUR, room=room)
    browser = sign_in(clinic.front_desk)
    week(browser, monday)
    with query_count(WEEK_QUERIES):
        week(browser, monday)
