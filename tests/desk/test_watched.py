import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.action import REGISTRY
from casemgr.core.audit.models import AuditEvent
from casemgr.desk.audit.words import FEATURES


def looked(browser, patient, **query):
    return browser.get(reverse("desk:who_looked", args=[patient.public_id]), query)


def event(patient, who, **facts):
    said = {"at": timezone.now() - timedelta(hours=1), "actor_id": 7, "actor_name": who, "verb": "chart", "outcome": "seen"}
    return AuditEvent.objects.create(patient_id=patient.pk, **{**said, **facts})


def test_it_says_who_looked_which_day_at_what_and_why(clinic, sign_in):
    patient = clinic.patient(language="en")
    event(patient, "Nora Nguyen", rests_on="see_medication nurse:4", verb="medication")
    event(patient, "Nora Nguyen", rests_on="see_medication nurse:4", verb="medication")
    event(patient, "Cleo Case", rests_on="see_chart case_manager:9 care_team")
    event(patient, "Ted Therapist", rests_on="see_chart therapist:3 break_glass:5", at=timezone.now() - timedelta(days=3))
    page = looked(sign_in(clinic.case_manager), patient)
    days = page.context["days"]
    assert [len(day.looks) for day in days] == [2, 1]
    said = {look.who: (str(look.role), look.parts, look.reasons) for day in days for look in day.looks}
    assert said == {
        "Nora Nguyen": ("Nurse", ["your medication"], ["Nurse at your site, for your medication"]),
        "Cleo Case": ("Case manager", ["your chart"], ["On your care team"]),
        "Ted Therapist": ("Therapist", ["your chart"], ["Emergency access, which the privacy officer reviews"]),
    }
    assert "Nora Nguyen" in page.content.decode()


def test_a_list_that_showed_the_person_is_told_too(clinic, sign_in):
    patient, other = clinic.patient(language="en"), clinic.patient()
    listed = {"patient_id": None, "actor_id": 7, "outcome": "seen", "at": timezone.now() - timedelta(hours=1)}
    AuditEvent.objects.create(**listed, actor_name="Lea Lists", verb="search", people=[other.pk, patient.pk])
    AuditEvent.objects.create(**listed, actor_name="Otto Other", verb="search", people=[other.pk])
    AuditEvent.objects.create(**listed, actor_name="Audrey Audit", verb="audit:list", people=[patient.pk])
    page = looked(sign_in(clinic.privacy_officer), patient)
    assert [(look.who, look.parts) for look in page.context["days"][0].looks] == [("Lea Lists", ["a list on which you stood"])]


def test_whoever_was_not_let_in_is_told_too(clinic, sign_in):
    patient = clinic.patient(clinic.south, language="en")
    assert sign_in(clinic.nurse).get(reverse("desk:chart", args=[patient.public_id])).status_code == 404
    officer = clinic.hire("privacy_officer", clinic.south)
    page = looked(sign_in(officer), patient)
    (look,) = page.context["days"][0].looks
    assert (look.who, look.parts, look.tried) == (clinic.nurse.full_name, [], 1)
    assert "Tried, and was not let in" in page.content.decode()


def test_it_speaks_the_language_of_the_person(clinic, sign_in):
    patient = clinic.patient(language="es")
    page = looked(sign_in(clinic.privacy_officer), patient)
    assert page.context["language"] == "es"
    assert '<div lang="es">' in page.content.decode()
    assert looked(sign_in(clinic.privacy_officer), patient, language="en").context["language"] == "en"


def test_looking_is_on_the_record_itself(clinic, sign_in):
    patient = clinic.patient()
    looked(sign_in(clinic.privacy_officer), patient)
    seen = AuditEvent.objects.get(verb="who_looked")
    assert (seen.patient_id, seen.actor_id) == (patient.pk, clinic.privacy_officer.pk)
    assert seen.rests_on.startswith("see_disclosures privacy_officer:")


def test_it_reaches_back_as_far_as_asked(clinic, sign_in):
    patient = clinic.patient()
    event(patient, "Long ago", at=timezone.now() - timedelta(days=200))
    browser = sign_in(clinic.privacy_officer)
    assert looked(browser, patient).context["days"] == []
    assert looked(browser, patient, days="365").context["days"][0].looks[0].who == "Long ago"
    assert looked(browser, patient, days="many").status_code == 200


@pytest.mark.parametrize("role", ["front_desk", "director", "administrator"])
def test_nobody_else_sees_who_looked(clinic, sign_in, role):
    assert looked(sign_in(clinic.staff[role]), clinic.patient()).status_code == 403


@pytest.mark.parametrize("n", [2, 12])
def test_the_page_takes_the_same_statements_however_long_it_is(clinic, sign_in, query_count, n):
    patient = clinic.patient()
    for number in range(n):
        event(patient, f"Who {number}", at=timezone.now() - timedelta(hours=number))
    browser = sign_in(clinic.privacy_officer)
    looked(browser, patient)
    with query_count(7):
        assert sum(len(day.looks) for day in looked(browser, patient).context["days"]) == n


def test_what_was_written_is_said_by_its_part_of_the_record(clinic, sign_in):
    """Every verb that can be put on a person's record belongs to a part that has a name."""
    patient = clinic.patient(language="en")
    event(patient, "Nora Nguyen", verb="administer_dose", outcome="done")
    event(patient, "Nora Nguyen", verb="book_appointment", outcome="done")
    event(patient, "Nora Nguyen", verb="something_unheard_of", outcome="done")
    page = looked(sign_in(clinic.case_manager), patient)
    (look,) = page.context["days"][0].looks
    assert sorted(look.parts) == ["another part of your record", "your appointments", "your medication"]
    shown = re.sub(r"<[^>]*>", "", page.content.decode().split('tabindex="-1">', 1)[1])
    assert str(page.context["days"][0].on.year) in shown
    assert '">' not in shown


def test_every_feature_that_writes_about_people_has_a_name_in_words():
    clinical = {name.split(".")[1] for name in REGISTRY if name.split(".")[0] in {"patients", "treatment_plans"}}
    assert clinical - FEATURES.keys() == set()
