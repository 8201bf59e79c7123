import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent
from patients.diagnoses.actions import record_diagnosis
from patients.diagnoses.models import Diagnosis

DIAGNOSIS_QUERIES = 9
# session, user, memberships, patient, diagnoses, their story, reports of use, counts of the navigation, the audit row


@pytest.fixture
def patient(clinic):
    return clinic.patient()


@pytest.fixture
def therapist(clinic, sign_in):
    return sign_in(clinic.therapist)


def _page(name, patient, *more):
    return reverse(f"patients:{name}", args=[patient.public_id, *more])


def _text(answer):
    return answer.content.decode()


def test_a_code_is_found_while_typing_and_without_script(therapist, patient):
    whole = _text(therapist.get(_page("codes", patient), {"find": "opioid remission"}))
    piece = _text(therapist.get(_page("codes", patient), {"find": "opioid remission"}, headers={"HX-Request": "true"}))
    assert "<html" in whole
    assert "<html" not in piece
    for page in (whole, piece):
        assert "Opioid dependence, in remission" in page
        assert f"{_page('add_diagnosis', patient)}?code=F11.21" in page
    assert "No code found" in _text(therapist.get(_page("codes", patient), {"find": "xyzzy"}))


def test_both_axes_are_shown_side_by_side(clinic, therapist, sign_in, patient):
    for code in ("F11.20", "F32.1", "Z59.00"):
        answer = therapist.post(f"{_page('add_diagnosis', patient)}?code={code}", {"certainty": "provisional", "course": "active"})
        assert answer.url == _page("diagnoses", patient)
    assert [(row.code, row.axis) for row in Diagnosis.objects.order_by("id")] == [
        ("F11.20", "substance_use"),
        ("F32.1", "mental_health"),
        ("Z59.00", "social"),
    ]
    page = therapist.get(_page("diagnoses", patient))
    picture = page.context["picture"]
    assert [(label, len(cards)) for label, cards in (*picture.axes, *picture.others)] == [
        ("Substance use", 1),
        ("Mental health", 1),
        ("Social", 1),
    ]
    reader = _text(sign_in(clinic.case_manager).get(_page("diagnoses", patient)))
    assert "Opioid dependence, uncomplicated" in reader
    assert _page("codes", patient) not in reader
    assert AuditEvent.objects.filter(verb="diagnoses", actor_id=clinic.case_manager.pk, patient_id=patient.pk).count() == 1


def test_the_axis_is_asked_only_where_the_code_leaves_it_open(therapist, patient):
    assert "axis" not in therapist.get(f"{_page('add_diagnosis', patient)}?code=F11.20").context["form"].fields
    overdose = f"{_page('add_diagnosis', patient)}?code=T40.1X1A"
    assert therapist.post(overdose, {"certainty": "confirmed", "course": "active"}).status_code == 422
    therapist.post(overdose, {"certainty": "confirmed", "course": "active", "axis": "physical"})
    assert Diagnosis.objects.get().axis == "physical"


def test_a_code_that_is_none_leads_back_to_the_search(therapist, patient):
    assert therapist.get(f"{_page('add_diagnosis', patient)}?code=X99").url == _page("codes", patient)


def test_a_revision_shows_what_was_thought_before(clinic, now, therapist, patient):
    found = record_diagnosis(patient=patient, axis="mental_health", code="F32.1", by=clinic.therapist, at=now)
    page = _page("revise_diagnosis", patient, found.pk)
    refused = therapist.post(page, {"certainty": "refuted", "course": "active"})
    assert refused.status_code == 422
    assert refused.context["form"].errors == {"basis": ["Say what the refutation rests on."]}
    therapist.post(page, {"certainty": "refuted", "course": "active", "basis": "Only while using."})
    assert "Provisional" in _text(therapist.get(page))
    listed = therapist.get(_page("diagnoses", patient))
    picture = listed.context["picture"]
    assert [cards for _label, cards in picture.axes] == [[], []]
    assert [card.row for card in picture.former] == [found]


def test_diagnoses_stay_closed_to_the_front_desk_and_to_other_caseloads(clinic, sign_in, therapist, patient):
    assert sign_in(clinic.front_desk).get(_page("diagnoses", patient)).status_code == 403
    hidden = clinic.patient(team=(clinic.peer,))
    foreign = record_diagnosis(patient=patient, axis="mental_health", code="F32.1", by=clinic.therapist, at=clinic.now)
    for name in ("diagnoses", "codes", "add_diagnosis"):
        assert therapist.get(_page(name, hidden)).status_code == 404
    other = clinic.patient()
    assert therapist.get(_page("revise_diagnosis", other, foreign.pk)).status_code == 404


def test_the_list_costs_the_same_for_two_and_for_twelve(clinic, now, therapist, patient, query_count):
    codes = ["F11.20", "F10.20", "F12.20", "F13.20", "F14.20", "F15.20", "F32.1", "F33.1", "F41.1", "F43.10", "Z59.00", "Z56.0"]
    therapist.get(_page("diagnoses", patient))
    for count in (2, 12):
        for code in codes[Diagnosis.objects.count() : count]:
            axis = {"F1": "substance_use", "Z5": "social"}.get(code[:2], "mental_health")
            record_diagnosis(patient=patient, axis=axis, code=code, by=clinic.therapist, at=now)
        with query_count(DIAGNOSIS_QUERIES):
            therapist.get(_page("diagnoses", patient))


def test_criteria_give_the_severity_and_the_code_and_the_clinician_may_take_another(therapist, patient):
    page = f"{_page('add_diagnosis', patient)}?disorder=opioid"
    met = ["more_than_meant", "craving", "takes_much_time", "harms_health", "tolerance", "withdrawal"]
    said = {"certainty": "confirmed", "course": "active", "criteria": met, "basis": "Interview."}
    assert therapist.post(page, said).url == _page("diagnoses", patient)
    found = Diagnosis.objects.get()
    assert (found.code, found.severity, found.criteria_count, found.suggested_code) == ("F11.20", "severe", 6, "F11.20")
    shown = _text(therapist.get(_page("diagnoses", patient)))
    for words in ("Severe: 6 of 11 criteria", "Opioid use disorder", "Interview."):
        assert words in shown
    revise = _page("revise_diagnosis", patient, found.pk)
    therapist.post(revise, said | {"criteria": met[:2], "code": "F11.20", "code_reason": "Long history."})
    found.refresh_from_db()
    assert (found.code, found.suggested_code, found.severity, found.code_reason) == ("F11.20", "F11.10", "mild", "Long history.")
    assert "F11.20 instead of F11.10:" in _text(therapist.get(_page("diagnoses", patient)))


def test_the_code_that_follows_is_said_while_one_fills_in(therapist, patient):
    page = f"{_page('suggest_code', patient)}?disorder=opioid"
    said = _text(therapist.post(page, {"criteria": ["craving", "tolerance"], "as_prescribed": "on"}))
    assert "Nothing follows yet." in said
    assert "1 of eleven criteria" in said
    said = _text(therapist.post(page, {"criteria_count": "5"}))
    assert "F11.20" in said
    assert "5 of eleven criteria: Moderate." in said
    assert therapist.get(page).status_code == 405


def test_what_came_first_is_said_and_how_long_it_went_untreated(clinic, now, therapist, patient):
    for disorder, said in (
        ("panic", {"onset_age": "15", "first_treated_on": "2026-01-05"}),
        ("opioid", {"onset_on": "2015-06-01", "criteria_count": "7"}),
    ):
        therapist.post(f"{_page('add_diagnosis', patient)}?disorder={disorder}", {"certainty": "confirmed", "course": "active", **said})
    picture = therapist.get(_page("diagnoses", patient)).context["picture"]
    assert [group[0].split(" (")[0] for group in picture.order] == ["Panic disorder", "Opioid use disorder"]
    said = [words for _label, cards in picture.axes for card in cards for words in card.said]
    assert "Began at the age of 15" in said
    assert any(words.startswith("Untreated for about") for words in said)


def test_evidence_and_a_second_look_are_taken_and_told(clinic, now, therapist, sign_in, patient):
    found = record_diagnosis(patient=patient, axis="mental_health", code="F32.1", by=clinic.therapist, at=now)
    nurse = sign_in(clinic.nurse)
    answer = nurse.post(_page("add_evidence", patient, found.pk), {"source": "observation", "weight": "against", "words": "Laughs a lot."})
    assert answer.url == _page("diagnoses", patient)
    assert nurse.get(_page("look_again", patient, found.pk)).status_code == 403
    again = therapist.post(_page("look_again", patient, found.pk), {"words": ""})
    assert again.status_code == 422
    assert "Confirm or refute it" in _text(again)
    therapist.post(_page("look_again", patient, found.pk), {"words": "Still in withdrawal."})
    shown = _text(therapist.get(_page("diagnoses", patient)))
    for words in ("Laughs a lot.", "Speaks against it", "Still in withdrawal."):
        assert words in shown


def test_use_is_written_down_without_any_other_consequence(clinic, sign_in, patient):
    nurse = sign_in(clinic.nurse)
    day = timezone.localdate(timezone=clinic.north.zone).isoformat()
    answer = nurse.post(_page("use", patient), {"substance": "opioid", "used_on": day, "source": "told", "amount": "once"})
    assert answer.url == _page("use", patient)
    assert "Opioids" in _text(nurse.get(_page("use", patient)))
    assert "Opioids" in _text(nurse.get(_page("diagnoses", patient)))
    assert nurse.post(_page("use", patient), {"substance": "", "used_on": day, "source": "told"}).status_code == 422
