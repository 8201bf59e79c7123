from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from casemgr.core.refusals import Refused
from patients.disclosures.bases.models import EmergencyDisclosure
from patients.disclosures.glass.actions import break_glass_and_tell
from patients.disclosures.models import Disclosure
from patients.guarding.actions import Identity, break_glass
from patients.guarding.models import GlassBreak


def test_what_medical_personnel_elsewhere_are_told_is_accounted_for_with_the_window(clinic, right_now, exactly, emergency, internal):
    patient, elsewhere = clinic.patient(), replace(emergency, personnel_at="outside")
    common = {"program": clinic.program, "identity": exactly(patient), "by": clinic.nurse, "at": right_now}
    for ground in (emergency, internal):
        assert not break_glass(ground=ground, **common).tells_outside
    assert not Disclosure.objects.exists(), "what this program reads itself is no disclosure"
    glass = break_glass_and_tell(ground=elsewhere, profession="doctor", told=["medications"], **common)
    told, facts = Disclosure.objects.get(), EmergencyDisclosure.objects.get()
    assert (told.patient_id, told.recipient_name, told.categories) == (patient.pk, "Dr. Ada Ruiz, St. Anne Hospital", ["medications"])
    assert (told.basis, told.outcome, told.basis_reference) == ("emergency", "disclosed", f"patients.emergencydisclosure:{facts.pk}")
    assert (facts.disclosed_at, facts.nature) == (glass.disclosed_at, elsewhere.nature)
    with pytest.raises(IntegrityError, match="only_in_an_emergency_somebody_is_told"), transaction.atomic():
        GlassBreak.objects.create(
            patient=patient, program=clinic.program, kind="internal", reason="safety", words="x", personnel_at="outside",
            closes_at=right_now + timedelta(minutes=5), recorded_at=right_now, recorded_by=clinic.nurse,
        )  # fmt: skip


def test_without_saying_what_they_are_told_nobody_is_looked_up_and_nothing_opens(clinic, right_now, exactly, emergency):
    elsewhere, nobody = replace(emergency, personnel_at="outside"), Identity(name="Nobody Atall", birth_date=right_now.date())
    common = {"program": clinic.program, "by": clinic.nurse, "at": right_now}
    later = replace(elsewhere, disclosed_at=right_now + timedelta(minutes=5))
    said = set()
    for identity in (exactly(clinic.patient()), nobody):
        with pytest.raises(Refused) as refused:
            break_glass(identity=identity, ground=elsewhere, **common)
        assert [reason.field for reason in refused.value.reasons] == ["told"]
        with pytest.raises(Refused) as refused:
            break_glass_and_tell(identity=identity, ground=later, profession="police", told=[], **common)
        assert [reason.field for reason in refused.value.reasons] == ["profession", "told", "disclosed_at"]
        said.add(str(refused.value))
        with pytest.raises(Refused) as refused:
            break_glass_and_tell(identity=identity, ground=elsewhere, profession="doctor", told=["counseling_notes"], **common)
        assert [(reason.field, reason.code) for reason in refused.value.reasons] == [("told", "counseling_notes")]
    assert len(said) == 1
    with pytest.raises(Refused, match="Nobody in care"):
        break_glass_and_tell(identity=nobody, ground=elsewhere, profession="doctor", told=["medications"], **common)
    assert (GlassBreak.objects.exists(), Disclosure.objects.exists(), EmergencyDisclosure.objects.exists()) == (False, False, False)


def test_the_page_asks_what_leaves_and_says_what_to_tell(clinic, right_now, sign_in, emergency):
    patient, browser, page = clinic.patient(), sign_in(clinic.nurse), reverse("patients:break_glass")
    moment = (right_now - timedelta(minutes=5)).astimezone(clinic.program.zone).strftime("%Y-%m-%dT%H:%M")
    typed = {**vars(emergency), "disclosed_at": moment, "name": patient.legal_name, "birth_date": patient.birth_date}
    refused = browser.post(page, {**typed, "personnel_at": "outside"})
    assert (refused.status_code, GlassBreak.objects.exists()) == (422, False)
    assert "Choose what they are told" in refused.content.decode()
    done = browser.post(page, {**typed, "personnel_at": "outside", "profession": "ambulance", "told": ["medications"]}, follow=True)
    assert "Tell them now: it is on the account" in done.content.decode()
    assert Disclosure.objects.get().categories == ["medications"]
    glass = reverse("patients:glass", args=[GlassBreak.objects.get().pk])
    assert "Elsewhere: they are told something" in sign_in(clinic.privacy_officer).get(glass).content.decode()
    assert browser.post(page, typed, follow=True).status_code == 200
    assert Disclosure.objects.count() == 1
