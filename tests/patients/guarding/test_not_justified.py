import pytest
from django.urls import reverse

from casemgr.core.deadlines.models import Clock
from casemgr.core.outbox.draining import drain
from casemgr.core.outbox.models import Fact
from patients.guarding.actions import break_glass, review_glass
from patients.incidents.models import Incident


@pytest.fixture
def glass(clinic, right_now, exactly, internal):
    patient = clinic.patient(team=(clinic.peer,))
    return break_glass(program=clinic.program, identity=exactly(patient), ground=internal, by=clinic.therapist, at=right_now)


def test_an_opening_without_a_good_reason_is_an_incident_with_its_clock(clinic, glass, sign_in, right_now):
    browser = sign_in(clinic.privacy_officer)
    page = reverse("patients:glass", args=[glass.pk])
    browser.post(page, {"verdict": "not_justified", "words": "Went to school together"})
    assert not Incident.objects.exists()
    glass.refresh_from_db()
    drain(at=glass.reviewed_at)
    drain(at=glass.reviewed_at)
    incident = Incident.objects.get()
    day = glass.recorded_at.astimezone(clinic.program.zone).date()
    assert (incident.kind, incident.program, incident.happened_on, incident.state) == ("seen", clinic.program, day, "reported")
    assert clinic.therapist.full_name in incident.words
    assert "Went to school together" in incident.words
    assert glass.patient.family_name not in incident.words
    assert Clock.objects.get(kind="incident_assessment").subject == f"patients.incident:{incident.pk}"
    assert Fact.objects.get(kind__endswith="GlassNotJustified").outcome == f"incident {incident.pk}"
    assert browser.get(reverse("patients:incident", args=[incident.pk])).status_code == 200


def test_a_good_reason_is_no_incident(clinic, glass, right_now):
    review_glass(glass=glass, verdict="justified", words="She was needed", by=clinic.privacy_officer, at=right_now)
    drain(at=right_now)
    assert not Incident.objects.exists()
    assert not Fact.objects.filter(kind__endswith="GlassNotJustified").exists()
