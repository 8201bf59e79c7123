import inspect
import uuid
from datetime import date

import pytest
from django.test import Client
from django.urls import get_resolver

from casemgr.api import actions, gate
from casemgr.api.gate import GatedView, OnePatient
from casemgr.core.audit.models import AuditEvent
from casemgr.core.refusals import Refused
from patients.consent.actions import revoke_consent
from patients.disclosures.actions import Withheld
from patients.disclosures.models import Disclosure
from patients.disclosures.rules import STATEMENT_LONG, STATEMENT_SHORT
from referrals.referral.models import Referral
from tests.api.conftest import EVERYTHING
from tests.api.test_plan_proposals import proposal

OPEN = {"schema": "the description of the API; it names no patient", "docs": "the same, for people"}
"""Routes of the API that are no gated views, each with the reason."""

TAKES_IN = {"consents": "it takes a paper in and says the same of everybody; tests/api/test_consents.py holds it to that"}
"""Gated views that tell nothing of anybody, each with the reason."""

PARTS = ("", "/medications", "/plan", "/appointments", "/housing")


def api_routes():
    """Return every view under /api/v1/ by its name."""
    v1 = next(entry for entry in get_resolver("casemgr.api.urls").url_patterns if str(entry.pattern) == "api/v1/")
    return {route.name: route for route in v1.url_patterns}


@pytest.fixture
def referral(clinic, hospital, now):
    """Return a referral that was sent to the hospital, about a person who consents to everything."""
    patient = clinic.patient(given="Rosa", family="Lane", birth_date=date(1990, 5, 17))
    hospital.consent(patient, [*EVERYTHING, "diagnoses"])
    return Referral.objects.create(
        patient=patient,
        program=clinic.program,
        organization=hospital.organization,
        purpose="treatment",
        service="Hepatitis C treatment",
        state="sent",
        sent_at=now,
        disclosure_id=1,
        recorded_at=now,
        recorded_by=clinic.case_manager,
    )


BODIES = {"patient-search": {"search": "Rosa Lane"}, "plan-proposals": proposal("social")}
DONE = {"plan-proposals": 201, "plan-activation": 202}
"""What a route answers that has done what it was asked, where it is not 200."""


def ask_everywhere(caller, referral):
    """Ask every route of the API once and return the answers by route name."""
    answers = {}
    for name, route in api_routes().items():
        if name in OPEN or name in TAKES_IN:
            continue
        path = "/api/v1/" + str(route.pattern).replace("<uuid:patient>", str(referral.patient.public_id)).replace(
            "<int:number>", str(_proposed(answers) if name == "plan-activation" else referral.pk)
        )
        if "post" in route.callback.view_class.http_method_names:
            answers[name] = caller.post(path, BODIES.get(name, {"state": "accepted"}), **{"Idempotency-Key": uuid.uuid4().hex})
        else:
            answers[name] = caller.get(path)
    return answers


def _proposed(answers):
    """Return the number of the plan that was proposed just before, or of none."""
    made = answers["plan-proposals"]
    return made.json()["data"]["id"] if made.status_code == 201 else 0


def test_every_route_is_behind_the_gate_or_listed_as_open():
    ungated = {name for name, route in api_routes().items() if not issubclass(getattr(route.callback, "view_class", type(None)), GatedView)}
    assert ungated == set(OPEN)
    for name, route in api_routes().items():
        view = getattr(route.callback, "view_class", None)
        if view and issubclass(view, GatedView):
            assert view.scope, view
            assert bool(view.categories) == (name not in TAKES_IN), view
            assert view.dispatch is GatedView.dispatch, "nobody lets anybody in by another door"
            assert not issubclass(view, OnePatient) or inspect.unwrap(view.get) is inspect.unwrap(OnePatient.get)


def test_with_the_gate_shut_no_route_tells_anything(hospital, referral, monkeypatch):
    opened = ask_everywhere(hospital, referral)
    assert {name: answer.status_code for name, answer in opened.items()} == {name: DONE.get(name, 200) for name in opened}
    asked = []

    class Shut(Withheld):
        def __init__(self):
            Refused.__init__(self, "shut")

        def keep(self):
            pass

    def shut(**request):
        asked.append(request["categories"])
        raise Shut

    for module in (gate, actions):
        for verb in ("disclose", "disclose_many"):
            if hasattr(module, verb):
                monkeypatch.setattr(module, verb, shut)
    referral.pk = None
    referral.save()
    shut_answers = ask_everywhere(hospital, referral)
    assert len(asked) == len(shut_answers)
    for name, answer in shut_answers.items():
        assert answer.status_code in (404, 409), name
        assert b"Rosa" not in answer.content
    referral.refresh_from_db()
    assert referral.state == "sent"


def test_a_view_that_forgets_the_gate_would_be_noticed(monkeypatch):
    class Careless:
        """Be a view that reads without asking."""

    routes = api_routes()
    monkeypatch.setattr(routes["patient"].callback, "view_class", Careless)
    with pytest.raises(AssertionError):
        test_every_route_is_behind_the_gate_or_listed_as_open()


def test_every_answer_carries_notice_scope_and_account(hospital, referral):
    for name, answer in ask_everywhere(hospital, referral).items():
        body = answer.json()
        assert answer.headers["X-Part2-Notice"] == STATEMENT_SHORT, name
        assert answer.headers["Cache-Control"] == "no-store", name
        assert body["meta"]["security"][0]["code"] == "R", name
        assert body["part2_notice"] == STATEMENT_LONG, name
        told = body["disclosure_ids"] if "disclosure_ids" in body else [body["disclosure_id"]]
        scopes = body["consent_scope"] if "disclosure_ids" in body else [body["consent_scope"]]
        assert len(told) == len(scopes) == 1, name
        account = Disclosure.objects.get(public_id=told[0])
        assert (account.patient_id, account.outcome, account.via) == (referral.patient_id, "disclosed", "api"), name
        assert f"Consent {account.consent_id}, signed" in scopes[0], name


@pytest.mark.parametrize("part", PARTS)
def test_unknown_and_forbidden_people_are_answered_with_the_same_bytes(clinic, hospital, part, partner):
    never, revoked, elsewhere, narrow = (clinic.patient() for _ in range(4))
    given = hospital.consent(revoked)
    revoke_consent(consent=given, revoked_by="x", by=clinic.case_manager, at=clinic.now)
    partner(name="St. Anne").consent(elsewhere)
    hospital.consent(narrow, categories=["screenings"])
    unknown = hospital.get(f"/api/v1/patients/{uuid.uuid4()}{part}")
    assert unknown.status_code == 404
    assert unknown.content == (
        b'{"type":"urn:casemgr:problem:not-found","title":"Not found","status":404,"detail":"There is nothing here that you may see."}'
    )
    for patient in (never, revoked, elsewhere, narrow):
        forbidden = hospital.get(f"/api/v1/patients/{patient.public_id}{part}")
        assert (forbidden.status_code, forbidden.content, dict(forbidden.headers)) == (404, unknown.content, dict(unknown.headers))
    assert AuditEvent.objects.filter(verb="disclose", outcome="refused", door="api").count() == 5
    assert dict(Disclosure.objects.values_list("patient_id", "reason")) == {
        never.pk: "no_consent",
        revoked.pk: "revoked",
        elsewhere.pk: "recipient",
        narrow.pk: "category",
    }


@pytest.mark.parametrize("part", PARTS)
def test_unknown_and_forbidden_cost_the_same_work(clinic, hospital, part, query_count):
    stranger = clinic.patient()
    for public_id in (uuid.uuid4(), stranger.public_id):
        with query_count(9):  # token, person, savepoint, consents, restrictions, rolled back, released, audit row, account
            hospital.get(f"/api/v1/patients/{public_id}{part}")


def test_a_list_leaves_out_whoever_is_not_reached_without_a_word(clinic, hospital):
    reached, stranger = clinic.patient(), clinic.patient()
    hospital.consent(reached)
    answer = hospital.get("/api/v1/patients").json()
    assert [person["id"] for person in answer["data"]] == [str(reached.public_id)]
    assert answer["next"] is None
    assert hospital.get("/api/v1/patients", **{"X-Any": "1"}).json()["data"] == answer["data"]
    assert not Disclosure.objects.filter(patient_id=stranger.pk).exists()


def test_the_purpose_of_the_client_decides_not_what_it_says(clinic, partner):
    payer = partner(purpose="payment", name="Plan", kind="health_plan")
    patient = clinic.patient()
    payer.consent(patient, purposes=["treatment"])
    assert payer.get(f"/api/v1/patients/{patient.public_id}?purpose=treatment").status_code == 404
    payer.consent(patient, purposes=["payment"])
    assert payer.get(f"/api/v1/patients/{patient.public_id}").status_code == 200


def test_a_housing_partner_is_told_of_housing_and_nothing_of_the_treatment(clinic, partner):
    grove = partner(purpose="housing", name="Grove Homes", kind="housing")
    patient = clinic.patient()
    grove.consent(patient, categories=["demographics", "housing"], purposes=["housing"])
    answers = {part: grove.get(f"/api/v1/patients/{patient.public_id}{part}").status_code for part in PARTS}
    assert answers == {"": 200, "/housing": 200, "/medications": 404, "/plan": 404, "/appointments": 404}


def test_without_a_token_nothing_is_said(clinic, hospital):
    patient = clinic.patient()
    hospital.consent(patient)
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic abc"}, {"Authorization": f"Token {hospital.token}"}):
        answer = Client().get(f"/api/v1/patients/{patient.public_id}", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="casemgr", error="invalid_token"'
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert Disclosure.objects.count() == 0
