"""Look for the words of a counseling note everywhere: they stand on one page of one person, and nowhere else."""

import json
import logging

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from casemgr.admin import record_room
from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Role
from casemgr.core.logs import LineFormatter
from casemgr.core.refusals import No
from casemgr.sharing.actions import hand_over_record
from patients.consent.models import InformationCategory
from patients.disclosures.models import Disclosure
from tests.api.conftest import partner  # noqa: F401 - a fixture
from tests.doors import CHOSEN, routes
from tests.doors import COUNSELED as SECRET
from tests.knocking import SEARCHES
from treatment_plans.counseling import views

OWN_PAGE = "treatment_plans:counseling_note"


@pytest.mark.parametrize("role", list(Role))
def test_no_search_of_any_role_finds_it(clinic, held, note, sign_in, role, settings):
    """Ask every search, and every list of the record room; tests/test_doors.py walks all pages and knows who may read it."""
    settings.DEBUG = False
    browser, asked, found = sign_in(User.objects.get(pk=clinic.staff[role].pk)), 0, []
    for route in (route for route in routes() if route.name in SEARCHES):
        name, address = route.name, reverse(route.name, kwargs={name: CHOSEN[name] for name in route.arguments})
        for answer in (browser.get(address, {"q": SECRET}), browser.post(address, {"q": SECRET})):
            asked += answer.status_code == 200
            if f"about {SECRET}" in answer.content.decode():
                found.append(name)
    for model in record_room._registry:
        if not record_room._registry[model].search_fields:
            continue
        answer = browser.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"), {"q": SECRET})
        asked += answer.status_code == 200
        if f"about {SECRET}" in answer.content.decode():
            found.append(model.__name__)
    assert found == []
    assert asked > 0
    mine = browser.get(reverse(OWN_PAGE, args=[held.session_id, held.patient.public_id]))
    assert (f"about {SECRET}" in mine.content.decode()) == (role is Role.THERAPIST)


def test_no_table_of_the_record_room_is_one_of_counseling():
    assert [model.__name__ for model in record_room._registry if "ounseling" in model.__name__] == []


def test_no_row_of_any_table_holds_it_readably(held, note, sign_in, clinic):
    """Read every table as a backup would, the histories that the database keeps among them."""
    sign_in(clinic.therapist).get(reverse(OWN_PAGE, args=[held.session_id, held.patient.public_id]))
    found, read = [], 0
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            rows = [row[0] for row in cursor.fetchall()]
            read += len(rows)
            found += [table for row in rows if SECRET in row or SECRET.encode().hex() in row]
    assert found == []
    assert read > 50
    assert "An ordinary note" in json.dumps(list(type(held).objects.values("note")))


def test_no_history_page_and_no_serializer_knows_the_tables():
    tracked = [model for model in apps.get_models() if "Counseling" in model.__name__ and hasattr(model, "pgh_tracked_model")]
    assert {model.__name__ for model in tracked} == {"CounselingNoteEvent", "CounselingOpeningEvent"}


@pytest.mark.parametrize("debug", [True, False])
def test_an_error_on_the_author_s_own_page_tells_nothing(clinic, held, note, sign_in, settings, monkeypatch, caplog, debug):
    """Break the page at the moment at which the words are in hand, and read what the error page and the log say."""
    settings.DEBUG = debug

    def broken(_note):
        body = note.body
        raise RuntimeError(f"Something with {body}")

    monkeypatch.setattr(views, "found_outside", broken)
    browser = Client(raise_request_exception=False)
    browser.force_login(clinic.therapist, backend="allauth.account.auth_backends.AuthenticationBackend")
    with caplog.at_level(logging.DEBUG):
        answer = browser.get(reverse(OWN_PAGE, args=[held.session_id, held.patient.public_id]))
        posted = browser.post(reverse(OWN_PAGE, args=[held.session_id, held.patient.public_id]), {"body": ""})
    assert answer.status_code == 500
    assert ("RuntimeError" in answer.content.decode()) == debug
    assert SECRET not in answer.content.decode()
    assert SECRET not in posted.content.decode()
    lines = [LineFormatter().format(record) for record in caplog.records]
    assert not [line for line in lines if SECRET in line]


def test_writing_and_reading_it_at_debug_leaves_no_word_in_the_log(clinic, held, sign_in, caplog):
    browser = sign_in(clinic.therapist)
    page = reverse(OWN_PAGE, args=[held.session_id, held.patient.public_id])
    with caplog.at_level(logging.DEBUG):
        browser.post(page, {"body": f"About {SECRET}", "sign": "1"})
        assert SECRET in browser.get(page).content.decode()
    assert not [record for record in caplog.records if SECRET in LineFormatter().format(record)]


def test_a_partner_with_a_consent_for_everything_else_never_hears_it(clinic, held, note, partner):  # noqa: F811 - the fixture
    """Ask every address of the API that takes a token, with all scopes and a consent for all it may carry."""
    hospital = partner()
    hospital.consent(held.patient, [name for name in InformationCategory.values if name != "counseling_notes"])
    told = 0
    for route in routes():
        if not route.pattern.startswith("api/") or set(route.arguments) - {"patient", "patient_id", "public_id", "id"}:
            continue
        try:
            address = reverse(route.name, kwargs=dict.fromkeys(route.arguments, held.patient.public_id))
        except NoReverseMatch:
            continue
        answer = hospital.get(address)
        told += answer.status_code == 200
        assert SECRET not in answer.content.decode(), address
    assert told > 2


def test_a_partner_with_a_consent_for_counseling_notes_gets_them_by_a_way_out_and_by_no_other_consent(clinic, held, note, partner):  # noqa: F811 - the fixture
    """Hand over a file for the one partner that may have it; a consent for everything else hands over nothing."""
    hospital = partner()
    asked = {"patient": held.patient, "program": clinic.program, "recipient": hospital.organization, "purpose": "treatment"}
    asked |= {"categories": ["counseling_notes"], "via": "export", "written_as": "json", "by": clinic.therapist, "at": timezone.now()}
    hospital.consent(held.patient, [name for name in InformationCategory.values if name != "counseling_notes"])
    with pytest.raises(No):
        hand_over_record(**asked)
    hospital.consent(held.patient, ["counseling_notes"], kind="counseling_notes")
    written = hand_over_record(**asked)
    assert SECRET in written.body.decode()
    assert Disclosure.objects.filter(outcome="disclosed").get().categories == ["counseling_notes"]
