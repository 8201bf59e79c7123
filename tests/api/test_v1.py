import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import redis
from django.test import Client
from django.utils import timezone

from casemgr.api import throttles
from casemgr.core.accounts.models import Program, Site
from casemgr.core.audit.models import AuditEvent
from patients.consent.actions import revoke_consent
from patients.consent.models import Consent, ConsentRecipient
from patients.disclosures.models import Disclosure
from patients.record.models import Identifier
from referrals.casework.models import Task
from referrals.referral.models import Referral
from referrals.referral.rules import what_is_told
from treatment_plans.appointments.models import Appointment
from treatment_plans.inventory.models import Product
from treatment_plans.medication.models import Order
from treatment_plans.plan.models import Goal, Intervention, Objective, Plan, Problem

LIST_QUERIES = 5
# token, savepoint, people and accounts in one statement, audit row, savepoint released

DETAIL_QUERIES = 8
# token, person, savepoint, consents held, restrictions held, account, audit row, savepoint released

PART_QUERIES = 9
# the same, and the part of the record


@pytest.fixture
def rosa(clinic, hospital):
    """Return a person who lets the hospital know everything."""
    patient = clinic.patient(given="Rosa", family="Lane", birth_date=date(1990, 5, 17), chosen_name="Ro", pronouns="she/her")
    hospital.consent(patient)
    return patient


def stamp(clinic):
    return {"recorded_at": clinic.now, "recorded_by": clinic.case_manager}


def order_for(patient, program, site, clinic, **facts):
    product, _ = Product.objects.get_or_create(
        rxnorm="991147",
        defaults={"name": "Methadone 10 mg/ml", "substance": "methadone", "form": "oral solution", "mg_per_ml": Decimal(10)},
    )
    values = {
        "substance": "methadone",
        "daily_mg": Decimal("82.500"),
        "starts_on": date(2026, 3, 1),
        "missed_counted_from": date(2026, 3, 1),
        "prescriber": clinic.prescriber,
        **facts,
    }
    return Order.objects.create(patient=patient, program=program, site=site, product=product, **values, **stamp(clinic))


def test_who_a_person_is(hospital, rosa):
    assert hospital.get(f"/api/v1/patients/{rosa.public_id}").json()["data"] == {
        "id": str(rosa.public_id),
        "given_name": "Rosa",
        "family_name": "Lane",
        "chosen_name": "Ro",
        "pronouns": "she/her",
        "sex": "unknown",
        "birth_date": "1990-05-17",
        "language": "en",
        "interpreter_needed": False,
    }


def test_medications_of_the_program_that_the_consent_names_and_of_no_other(clinic, hospital, rosa):
    other = Program.objects.create(name="Hill Program")
    there = Site.objects.create(program=other, name="Hill")
    order_for(rosa, clinic.program, clinic.north, clinic)
    order_for(rosa, other, there, clinic, substance="buprenorphine", daily_mg=Decimal(16))
    assert hospital.get(f"/api/v1/patients/{rosa.public_id}/medications").json()["data"] == [
        {
            "kind": "order",
            "name": "methadone",
            "product": "Methadone 10 mg/ml",
            "form": "oral solution",
            "rxnorm": "991147",
            "daily_mg": 82.5,
            "starts_on": "2026-03-01",
            "ends_on": None,
            "state": "active",
            "last_given_on": None,
            "last_given_mg": None,
        }
    ]


def test_the_active_plan_with_goals_in_the_persons_words(clinic, hospital, rosa):
    assert hospital.get(f"/api/v1/patients/{rosa.public_id}/plan").json()["data"] is None
    more = stamp(clinic)
    plan = Plan.objects.create(
        patient=rosa,
        program=clinic.program,
        state="active",
        starts_on=date(2026, 3, 1),
        review_on=date(2026, 6, 1),
        strengths="Stubborn",
        **more,
    )
    Plan.objects.create(patient=rosa, program=clinic.program, starts_on=date(2026, 4, 1), review_on=date(2026, 6, 1), **more)
    problem = Problem.objects.create(plan=plan, axis="substance_use", title="Opioid use", **more)
    goal = Goal.objects.create(problem=problem, words="Keep my flat", **more)
    Objective.objects.create(goal=goal, words="Pay on the first", measure="Receipts", **more)
    Intervention.objects.create(goal=goal, kind="case_management", description="Weekly talk", frequency="weekly", **more)
    assert hospital.get(f"/api/v1/patients/{rosa.public_id}/plan").json()["data"] == {
        "starts_on": "2026-03-01",
        "review_on": "2026-06-01",
        "strengths": "Stubborn",
        "problems": [
            {
                "axis": "substance_use",
                "title": "Opioid use",
                "goals": [
                    {
                        "words": "Keep my flat",
                        "state": "active",
                        "target_on": None,
                        "objectives": [{"words": "Pay on the first", "measure": "Receipts", "target_on": None, "met_on": None}],
                        "interventions": [{"kind": "case_management", "description": "Weekly talk", "frequency": "weekly"}],
                    }
                ],
            }
        ],
    }


def test_appointments_without_the_notes_on_them(clinic, hospital, rosa):
    Appointment.objects.create(
        patient=rosa,
        site=clinic.north,
        clinician=clinic.therapist,
        kind="individual",
        starts_at=datetime(2026, 3, 9, 15, tzinfo=UTC),
        ends_at=datetime(2026, 3, 9, 16, tzinfo=UTC),
        note="seemed low",
        **stamp(clinic),
    )
    answer = hospital.get(f"/api/v1/patients/{rosa.public_id}/appointments")
    assert answer.json()["data"] == [
        {
            "starts_at": "2026-03-09T15:00:00+00:00",
            "ends_at": "2026-03-09T16:00:00+00:00",
            "kind": "individual",
            "state": "booked",
            "site": "North",
            "address": "",
            "clinician": clinic.therapist.full_name,
        }
    ]
    assert b"seemed low" not in answer.content


def test_housing_tasks_and_no_others(clinic, hospital, rosa):
    common = {"patient": rosa, "program": clinic.program, "due_on": date(2026, 3, 20), **stamp(clinic)}
    Task.objects.create(domain="housing", title="Apply for a voucher", detail="has a warrant", **common)
    Task.objects.create(domain="health", title="Hepatitis test", **common)
    answer = hospital.get(f"/api/v1/patients/{rosa.public_id}/housing")
    assert answer.json()["data"] == [
        {"task": "Apply for a voucher", "state": "open", "urgency": 3, "due_on": "2026-03-20", "closed_at": None}
    ]
    assert b"warrant" not in answer.content


@pytest.mark.parametrize("people", [2, 12])
def test_a_list_costs_the_same_for_few_and_many(clinic, hospital, query_count, people):
    for _ in range(people):
        hospital.consent(clinic.patient())
    with query_count(LIST_QUERIES):
        answer = hospital.get("/api/v1/patients").json()
    assert len(answer["data"]) == len(answer["disclosure_ids"]) == len(answer["consent_scope"]) == people
    assert Disclosure.objects.count() == people


def test_one_person_and_each_part_cost_a_known_number_of_statements(clinic, hospital, rosa, query_count):
    for number in range(12):
        Task.objects.create(
            patient=rosa, program=clinic.program, domain="housing", title=f"{number}", due_on=date(2026, 3, 20), **stamp(clinic)
        )
    with query_count(DETAIL_QUERIES):
        hospital.get(f"/api/v1/patients/{rosa.public_id}")
    for part in ("medications", "plan", "appointments", "housing"):
        with query_count(PART_QUERIES):
            hospital.get(f"/api/v1/patients/{rosa.public_id}/{part}")


def test_pages_of_twenty_that_follow_each_other(clinic, hospital):
    patients = [clinic.patient() for _ in range(23)]
    for patient in patients:
        hospital.consent(patient)
    first = hospital.get("/api/v1/patients").json()
    assert first["next"] == f"/api/v1/patients?after={patients[19].public_id}"
    second = hospital.get(first["next"]).json()
    assert second["next"] is None
    assert [person["id"] for person in first["data"] + second["data"]] == [str(patient.public_id) for patient in patients]


def test_a_page_does_not_begin_after_somebody_unknown_or_never_told(clinic, hospital):
    stranger = clinic.patient()
    wrong = [hospital.get(f"/api/v1/patients?after={after}") for after in (uuid.uuid4(), stranger.public_id, "x")]
    assert {(answer.status_code, answer.content) for answer in wrong} == {(422, wrong[0].content)}
    assert wrong[0].json()["errors"] == [{"field": "after", "detail": "This is not the id of a person from an earlier page."}]


def test_a_page_begins_after_nobody_whose_consent_told_nothing(clinic, hospital):
    drafted, revoked, told = clinic.patient(), clinic.patient(), clinic.patient()
    paper = Consent.objects.create(patient=drafted, discloser=clinic.program, kind="specific", state="draft", **stamp(clinic))
    ConsentRecipient.objects.create(consent=paper, organization=hospital.organization, patient=drafted)
    taken_back = {"revoked_by": "The person", "by": clinic.case_manager, "at": clinic.now + timedelta(hours=1)}
    revoke_consent(consent=hospital.consent(revoked), **taken_back)
    consent = hospital.consent(told)
    assert hospital.get(f"/api/v1/patients?after={told.public_id}").status_code == 200
    assert hospital.get(f"/api/v1/patients/{told.public_id}").status_code == 200
    revoke_consent(consent=consent, **taken_back)
    assert hospital.get(f"/api/v1/patients?after={told.public_id}").status_code == 200
    unknown = hospital.get(f"/api/v1/patients?after={uuid.uuid4()}")
    for patient in (drafted, revoked):
        answer = hospital.get(f"/api/v1/patients?after={patient.public_id}")
        assert (answer.status_code, answer.content) == (422, unknown.content)


def test_search_finds_by_name_birth_date_and_number_among_those_reached_only(clinic, hospital, rosa):
    stranger = clinic.patient(given="Rosa", family="Lane", birth_date=date(1990, 5, 17))
    Identifier.objects.create(patient=rosa, kind="mrn", value="A-1771", **stamp(clinic))
    for text in ("Rosa Lane", "Rosa Lnae", "1990-05-17", "A-1771"):
        found = hospital.post("/api/v1/patients/search", {"search": text})
        assert [person["id"] for person in found.json()["data"]] == [str(rosa.public_id)], text
    assert not Disclosure.objects.filter(patient_id=stranger.pk).exists()
    nobody = hospital.post("/api/v1/patients/search", {"search": "Zyxwv"})
    assert nobody.json()["data"] == []
    assert AuditEvent.objects.filter(verb="disclose_many", outcome="done").count() == 5


def test_a_name_in_an_address_is_not_searched_for(clinic, hospital, rosa):
    answer = hospital.get("/api/v1/patients?search=Rosa")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "search")
    assert "Rosa" not in answer.content.decode()


@pytest.mark.parametrize("text", ["Ro\x00sa", "\x00"])
def test_a_search_for_what_no_name_can_hold_is_told_so_and_breaks_nothing(clinic, hospital, rosa, text):
    answer = hospital.post("/api/v1/patients/search", {"search": text})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "search")


@pytest.mark.parametrize("body", [{}, {"search": ""}, {"search": "x" * 121}, {"search": ["a"]}, [], "x"])
def test_a_search_that_says_nothing_is_told_what_is_missing(clinic, hospital, rosa, body):
    assert hospital.post("/api/v1/patients/search", body).status_code == 422


def test_a_scope_that_the_token_lacks_is_said_and_noted(clinic, hospital, partner):
    narrow = partner(name="St. Anne", scopes=["patient.read"])
    patient = clinic.patient()
    narrow.consent(patient)
    assert narrow.get(f"/api/v1/patients/{patient.public_id}").status_code == 200
    answer = narrow.get(f"/api/v1/patients/{patient.public_id}/medications")
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:casemgr:problem:insufficient-scope"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="casemgr", error="insufficient_scope", scope="medications.read"'
    assert AuditEvent.objects.get(outcome="denied").verb == "api:medications.read"
    assert Disclosure.objects.count() == 1


def test_taking_a_scope_or_a_partner_away_holds_at_once(clinic, hospital, rosa):
    path = f"/api/v1/patients/{rosa.public_id}"
    type(hospital.client).objects.update(scopes=["plan.read"])
    assert hospital.get(path).status_code == 403
    type(hospital.client).objects.update(scopes=["patient.read"])
    assert hospital.get(path).status_code == 200
    hospital.client.user.is_active = False
    hospital.client.user.save()
    assert hospital.get(path).status_code == 401


def test_who_asks_too_often_waits(settings, hospital, rosa):
    settings.PARTNER_REQUESTS_PER_MINUTE = 1
    path = f"/api/v1/patients/{rosa.public_id}"
    answers = [hospital.get(path) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert answers[-1].json()["title"] == "Too many requests"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_without_redis_partners_are_still_answered(monkeypatch, hospital, rosa):
    monkeypatch.setattr(throttles, "_redis", redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.1))
    assert hospital.get(f"/api/v1/patients/{rosa.public_id}").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "head", "options"])
def test_other_methods_are_refused_and_tell_nothing(hospital, rosa, method):
    answer = getattr(Client(), method)(f"/api/v1/patients/{rosa.public_id}", headers={"Authorization": f"Bearer {hospital.token}"})
    assert answer.status_code == 405
    assert Disclosure.objects.count() == 0


def test_what_goes_wrong_inside_is_a_problem_that_quotes_nobody(monkeypatch, hospital, rosa):
    def fail(*_args):
        raise RuntimeError("Rosa Lane")

    monkeypatch.setattr("casemgr.api.v1.patients.plan", fail)
    answer = hospital.get(f"/api/v1/patients/{rosa.public_id}/plan")
    assert answer.status_code == 500
    assert answer.json() == {
        "type": "urn:casemgr:problem:internal",
        "title": "Internal error",
        "status": 500,
        "detail": "Something went wrong on our side. Nothing was told. Try again later.",
    }


class TestReferrals:
    """A partner sees what was sent to it and answers."""

    @pytest.fixture
    def sent(self, clinic, hospital, rosa):
        def _sent(**facts):
            values = {
                "patient": rosa,
                "program": clinic.program,
                "organization": hospital.organization,
                "purpose": "treatment",
                "service": "Hepatitis C treatment",
                "message": "Prefers mornings",
                "state": "sent",
                "sent_at": clinic.now,
                "disclosure_id": 1,
                **facts,
            }
            return Referral.objects.create(**values, **stamp(clinic))

        return _sent

    def answer(self, hospital, referral, key="key-1", **body):
        return hospital.post(f"/api/v1/referrals/{referral.pk}/answer", {"state": "accepted", **body}, **{"Idempotency-Key": key})

    def test_a_partner_lists_its_own(self, clinic, hospital, partner, rosa, sent):
        other = partner(name="St. Anne")
        mine = sent()
        sent(organization=other.organization)
        sent(purpose="housing")
        sent(state="draft", sent_at=None, disclosure_id=None)
        sent(patient=clinic.patient())
        listed = hospital.get("/api/v1/referrals").json()
        assert [(row["id"], row["patient"]["id"]) for row in listed["data"]] == [(mine.pk, str(rosa.public_id))]
        assert "program" not in listed["data"][0]
        assert "key" not in listed["data"][0]
        assert listed["next"] is None

    def test_its_words_leave_only_while_a_consent_opens_all_that_it_tells(self, clinic, hospital, rosa, sent, query_count):
        whole = list(what_is_told("treatment"))
        referral, wide = sent(), hospital.consent(rosa, categories=whole)
        with query_count(6):
            (told,) = hospital.get("/api/v1/referrals").json()["data"]
        assert (told["service"], told["message"]) == ("Hepatitis C treatment", "Prefers mornings")
        told_more = Disclosure.objects.get()
        assert (told_more.categories, told_more.description) == (sorted(whole), "Referrals sent to the recipient")
        hospital.consent(rosa, categories=["demographics"], supersedes=wide)
        sent(patient=clinic.patient())
        with query_count(10):
            (told,) = hospital.get("/api/v1/referrals").json()["data"]
        assert (told["id"], told["state"], told["patient"]["id"]) == (referral.pk, "sent", str(rosa.public_id))
        answered = self.answer(hospital, referral, answer="Monday at nine").json()["data"]
        assert (answered["state"], answered["answer"]) == ("accepted", "Monday at nine")
        assert not {"service", "message"} & (set(told) | set(answered))
        told_less = Disclosure.objects.exclude(pk=told_more.pk).order_by("pk").values_list("categories", "description")
        assert list(told_less) == [
            (["demographics"], "Referrals sent to the recipient, without what is asked for"),
            (["demographics"], "Receipt of the answer to a referral"),
        ]

    def test_the_account_says_no_more_than_the_list_told(self, clinic, hospital, sent):
        hill = Program.objects.create(name="Hill Program")
        sent(program=hill)
        assert hospital.get("/api/v1/referrals").json()["data"] == []
        assert not Disclosure.objects.filter(outcome="disclosed").exists()

    def test_each_referral_goes_by_the_consent_of_its_own_program(self, clinic, hospital, rosa, sent):
        hill = Program.objects.create(name="Hill Program")
        older = sent()
        older_consent = Consent.objects.get()
        newest = Consent.objects.get()
        newest.pk, newest._state.adding, newest.discloser, newest.state = None, True, hill, "draft"
        newest.save()
        ConsentRecipient.objects.create(consent=newest, organization=hospital.organization, patient=rosa)
        Consent.objects.filter(pk=newest.pk).update(state="active")
        listed = hospital.get("/api/v1/referrals").json()
        assert [row["id"] for row in listed["data"]] == [older.pk]
        assert list(Disclosure.objects.values_list("program_id", "consent_id")) == [(clinic.program.pk, older_consent.pk)]
        both = sent(program=hill)
        listed = hospital.get("/api/v1/referrals").json()
        assert [row["id"] for row in listed["data"]] == [both.pk, older.pk]
        assert len(set(listed["disclosure_ids"])) == 2

    def test_an_answer_is_taken_once(self, hospital, sent):
        referral = sent()
        first = self.answer(hospital, referral, answer="Monday at nine")
        again = self.answer(hospital, referral, answer="Monday at nine")
        assert (first.status_code, again.status_code) == (200, 200)
        assert first.json()["data"] == again.json()["data"]
        referral.refresh_from_db()
        assert (referral.state, referral.answer) == ("accepted", "Monday at nine")
        assert AuditEvent.objects.filter(verb="answer_referral", outcome="done").count() == 1
        assert AuditEvent.objects.get(verb="answer_referral").actor_name == "Mercy Hospital record system"

    def test_the_same_key_for_another_answer_is_refused(self, hospital, sent):
        referral = sent()
        self.answer(hospital, referral)
        refused = self.answer(hospital, referral, state="declined", answer="No room")
        assert refused.status_code == 409
        assert refused.json()["errors"][0]["code"] == "key_reused"
        referral.refresh_from_db()
        assert referral.state == "accepted"

    def test_a_second_answer_under_another_key_goes_by_the_rules_of_referrals(self, hospital, sent):
        referral = sent(state="completed", answered_at=timezone.now())
        before = Disclosure.objects.count()
        refused = self.answer(hospital, referral)
        assert refused.status_code == 409
        assert Disclosure.objects.count() == before, "a refused answer is no receipt that left"
        referral.refresh_from_db()
        assert referral.state == "completed"

    def test_what_is_missing_is_named(self, hospital, sent):
        referral = sent()
        wrong = hospital.post(f"/api/v1/referrals/{referral.pk}/answer", {"state": "perhaps"}, **{"Idempotency-Key": "k"})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "state")
        keyless = hospital.post(f"/api/v1/referrals/{referral.pk}/answer", {"state": "accepted"})
        assert (keyless.status_code, keyless.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
        assert self.answer(hospital, referral, state="declined").json()["errors"][0]["field"] == "answer"

    def test_another_partners_referral_is_nobodys(self, hospital, partner, sent):
        other = partner(name="St. Anne")
        referral = sent(organization=other.organization)
        foreign = self.answer(hospital, referral)
        unknown = hospital.post("/api/v1/referrals/999999/answer", {"state": "accepted"}, **{"Idempotency-Key": "k"})
        assert (foreign.status_code, foreign.content) == (404, unknown.content)
        referral.refresh_from_db()
        assert referral.state == "sent"

    def test_once_the_consent_is_gone_nothing_is_answered(self, clinic, hospital, sent):
        referral = sent()
        revoke_consent(consent=Consent.objects.get(), revoked_by="Rosa", by=clinic.case_manager, at=clinic.now + timedelta(hours=1))
        assert self.answer(hospital, referral).status_code == 404
        assert hospital.get("/api/v1/referrals").json()["data"] == []
        referral.refresh_from_db()
        assert referral.state == "sent"
