import uuid

import pytest
from django.utils import timezone

from casemgr.core.refusals import Refused
from patients.diagnoses.models import Diagnosis
from patients.disclosures.models import Disclosure
from treatment_plans.plan.actions import activate_plan
from treatment_plans.plan.models import Plan


@pytest.fixture
def rosa(clinic, hospital):
    """Return a person with both disorders who lets the hospital know plan and diagnoses."""
    patient = clinic.patient()
    for axis in ("substance_use", "mental_health"):
        Diagnosis.objects.create(patient=patient, axis=axis, code="F11.20", title=axis, recorded_at=clinic.now, recorded_by=clinic.system)
    hospital.consent(patient, ["demographics", "plan", "diagnoses"])
    return patient


def problem(axis):
    goal = {"words": "I want to sleep", "objectives": [{"words": "Six hours"}], "interventions": [{"kind": "cbt", "frequency": "weekly"}]}
    return {"axis": axis, "title": f"On {axis}", "goals": [goal]}


def proposal(*axes):
    return {"starts_on": "2026-03-01", "review_on": "2026-05-30", "problems": [problem(axis) for axis in axes]}


def test_a_proposed_plan_meets_the_same_check_and_the_missing_half_is_named(clinic, hospital, rosa):
    place = f"/api/v1/patients/{rosa.public_id}/plan/proposals"
    made = hospital.post(place, proposal("substance_use"))
    data = made.json()["data"]
    assert (made.status_code, data["state"], data["activation"]) == (201, "draft", "not_asked")
    assert [(one["axis"], one["parts"]) for one in data["missing"]] == [("mental_health", ["problem"])]
    plan = Plan.objects.get()
    assert (plan.state, plan.recorded_by) == ("draft", hospital.client.user)
    assert hospital.post(place, proposal("substance_use")).json()["errors"][0]["code"] == "proposal_waits"
    refused = hospital.post(f"{place}/{plan.pk}/activation", {})
    body = refused.json()
    assert (refused.status_code, refused["Content-Type"], body["type"]) == (
        422, "application/problem+json", "urn:casemgr:problem:plan-incomplete",
    )  # fmt: skip
    assert body["errors"][0]["code"] == "missing_mental_health"
    assert "Mental health: there is an active diagnosis, and the plan still needs a problem for it." in body["detail"]
    assert body["part2_notice"]
    assert Disclosure.objects.filter(outcome="disclosed", patient_id=rosa.pk).count() == 3
    with pytest.raises(Refused, match="Only the clinic"):
        activate_plan(plan=plan, one_axis_reason="x", signed_name="x", by=hospital.client.user, at=timezone.now())
    plan.refresh_from_db()
    assert (plan.state, plan.activation_asked_at) == ("draft", None)


def test_a_whole_plan_waits_for_the_clinic(clinic, hospital, rosa):
    place = f"/api/v1/patients/{rosa.public_id}/plan/proposals"
    number = hospital.post(place, proposal("substance_use", "mental_health")).json()["data"]["id"]
    asked = hospital.post(f"{place}/{number}/activation", {})
    assert (asked.status_code, asked.json()["data"]["activation"]) == (202, "asked")
    plan = Plan.objects.get(pk=number)
    assert plan.state == "draft"
    assert activate_plan(plan=plan, by=clinic.therapist, at=timezone.now()).state == "active"
    assert hospital.post(f"{place}/{number}/activation", {}).status_code == 404


def test_nobody_looks_like_somebody_of_whom_nothing_may_be_told(clinic, hospital, rosa, partner):
    other = partner(name="Other Hospital")
    for caller, who in ((hospital, uuid.uuid4()), (other, rosa.public_id)):
        answered = caller.post(f"/api/v1/patients/{who}/plan/proposals", proposal("social"))
        assert answered.status_code == 404
    number = hospital.post(f"/api/v1/patients/{rosa.public_id}/plan/proposals", proposal("social")).json()["data"]["id"]
    other.consent(rosa, ["plan", "diagnoses"])
    assert other.post(f"/api/v1/patients/{rosa.public_id}/plan/proposals/{number}/activation", {}).status_code == 404
    wrong = hospital.post(f"/api/v1/patients/{rosa.public_id}/plan/proposals", {"starts_on": "soon", "problems": [{"axis": "x"}]})
    assert {error["field"] for error in wrong.json()["errors"]} == {"starts_on", "review_on", "problems"}
    reader = partner(name="Third", scopes=("plan.read",))
    assert reader.post(f"/api/v1/patients/{rosa.public_id}/plan/proposals", {}).status_code == 403
