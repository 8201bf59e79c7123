"""A service organization's system reads on its agreement, one person at a time, until the agreement ends."""

from datetime import date

import pytest
import time_machine

from casemgr.api.actions import register_client
from casemgr.api.scopes import SCOPES
from casemgr.core.accounts.models import Program, Site
from casemgr.core.administration.agreements.actions import end_agreement, record_agreement
from casemgr.core.directory.models import Organization
from patients.disclosures.models import Disclosure
from tests.api.conftest import SECRET, Caller, token_for


@pytest.fixture(autouse=True)
def _at_that_moment(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def agreement(clinic, now):
    laboratory = Organization.objects.create(name="Harbor Laboratory", kind="laboratory")
    return record_agreement(
        program=clinic.program, organization=laboratory, kind="qsoa", services="Urine drug testing", signed_on=date(2026, 3, 1),
        expires_on=date(2026, 12, 1), bound_by_part2=True, resists_proceedings=True, by=clinic.privacy_officer, at=now,
    )  # fmt: skip


@pytest.fixture
def client_of(clinic, agreement, now):
    """Return a function that gives the laboratory a system that rests on its agreement."""

    def _client_of(purpose="operations"):
        client = register_client(
            organization=agreement.organization, name="Harbor exchange", client_id=f"harbor-{purpose}", client_secret=SECRET,
            scopes=list(SCOPES), purpose=purpose, rests_on="agreement", by=clinic.administrator, at=now,
        )  # fmt: skip
        return Caller(agreement.organization, client, token_for(client, SCOPES), clinic)

    return _client_of


def test_one_person_is_read_on_the_agreement_and_accounted_for(clinic, agreement, client_of):
    patient = clinic.patient(given="Rosa", family="Lane")
    answer = client_of().get(f"/api/v1/patients/{patient.public_id}/medications")
    assert answer.status_code == 200
    assert "service organization under its agreement" in answer.json()["consent_scope"]
    row = Disclosure.objects.get()
    assert (row.outcome, row.basis, row.basis_reference, row.consent_id, row.program_id, str(row.public_id)) == (
        "disclosed", "qsoa", f"casemgr.agreement:{agreement.pk}", None, clinic.program.pk, answer.json()["disclosure_id"],
    )  # fmt: skip


def test_nobody_stands_on_a_list_without_a_consent(clinic, client_of):
    told, untold = clinic.patient(given="Told"), clinic.patient(given="Untold")
    laboratory = client_of()
    assert laboratory.get("/api/v1/patients").json()["data"] == []
    assert laboratory.post("/api/v1/patients/search", {"search": untold.family_name}).json()["data"] == []
    assert not Disclosure.objects.exists()
    laboratory.consent(told, categories=["demographics"], purposes=["operations"])
    assert [one["id"] for one in laboratory.get("/api/v1/patients").json()["data"]] == [str(told.public_id)]
    assert Disclosure.objects.get().basis == "consent"


def test_whom_only_another_program_knows_is_as_unknown_as_nobody(clinic, client_of):
    elsewhere = Program.objects.create(name="Hill Street Program")
    patient = clinic.patient(Site.objects.create(program=elsewhere, name="Hill", time_zone="America/New_York"))
    laboratory = client_of()
    known = laboratory.get(f"/api/v1/patients/{patient.public_id}/medications")
    nobody = laboratory.get("/api/v1/patients/00000000-0000-0000-0000-000000000007/medications")
    assert (known.status_code, known.content, known.headers) == (404, nobody.content, nobody.headers)
    assert Disclosure.objects.get().outcome == "withheld"


@pytest.mark.parametrize("how", ["ended", "token"])
def test_the_day_the_agreement_ends_nothing_is_told(clinic, agreement, client_of, now, how):
    patient, laboratory = clinic.patient(), client_of()
    address = f"/api/v1/patients/{patient.public_id}/medications"
    assert laboratory.get(address).status_code == 200
    if how == "ended":
        end_agreement(agreement=agreement, ended_on=date(2026, 3, 4), reason="They changed hands.", by=clinic.director, at=now)
        assert laboratory.get(address).status_code == 401
    else:
        with time_machine.travel(now.replace(month=12, day=2), tick=False):
            fresh = Caller(laboratory.organization, laboratory.client, token_for(laboratory.client, SCOPES), clinic)
            assert fresh.get(address).status_code == 401
    assert Disclosure.objects.count() == 1


def test_a_purpose_that_no_service_has_tells_nothing(clinic, client_of):
    patient = clinic.patient()
    assert client_of("housing").get(f"/api/v1/patients/{patient.public_id}/medications").status_code == 404
    row = Disclosure.objects.get()
    assert (row.outcome, row.reason) == ("withheld", "agreement_purpose")
