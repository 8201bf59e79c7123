"""A consent that lacks an element is refused at every door, and the element is named."""

import json
from datetime import date

import pytest
from django.urls import reverse

from casemgr.core.refusals import Refused
from patients.consent.actions import confirm_consent, record_consent
from patients.consent.checking.queries import field_of
from patients.consent.models import Consent, ConsentRecipient
from tests.patients.consent.papers import BREAKS, COMMON, PAPERS, PERSON, organizations, paper


@pytest.fixture
def known(db):
    return organizations()


def sent_to_the_page(facts):
    """Return facts as a browser sends them."""
    sent = {}
    for name, value in facts.items():
        if value is None:
            sent[name] = ""
        elif isinstance(value, list):
            sent[name] = [getattr(one, "pk", one) for one in value]
        elif isinstance(value, bool):
            sent |= {name: "on"} if value else {}
        else:
            sent[name] = value.isoformat() if isinstance(value, date) else value
    ends = sent.pop("ends_with", "")
    offered = {"", "none", "end of the treatment", "end of the enrollment", "end of the research study"}
    return sent | ({"ends_with": ends} if ends in offered else {"ends_with": "other", "ends_with_words": ends})


@pytest.mark.parametrize("kind", PAPERS)
def test_every_kind_is_recorded_by_the_verb_and_by_the_page(clinic, known, now, sign_in, kind):
    made = record_consent(patient=clinic.patient(), discloser=clinic.program, by=clinic.case_manager, at=now, **paper(kind, known))
    assert made.state == "active"
    patient = clinic.patient()
    body = {**sent_to_the_page(paper(kind, known)), "discloser": clinic.program.pk}
    answer = sign_in(clinic.case_manager).post(reverse("patients:add_consent", args=[patient.public_id]), body)
    assert answer.status_code == 302, answer.context["form"].errors
    kept = Consent.objects.get(patient=patient)
    assert (kept.kind, kept.state, kept.wording_version) == (kind, "active", "2026-11")


@pytest.mark.parametrize("element", BREAKS)
def test_the_verb_names_the_element(clinic, known, now, element):
    kind, changes = BREAKS[element]
    patient = clinic.patient(**PERSON.get(element, {}))
    with pytest.raises(Refused) as refused:
        record_consent(patient=patient, discloser=clinic.program, by=clinic.case_manager, at=now, **paper(kind, known, **changes))
    said = [reason.code or reason.field for reason in refused.value.reasons]
    assert said == [element]
    assert element == "kind" or all(reason.source for reason in refused.value.reasons)
    assert Consent.objects.count() == 0


NOT_ON_THE_PAGE = {
    "kind": "the address names the kind; any other leads back to the choice of kinds, where nothing can be sent",
    "recipient_classes_kind": "the page of this kind has no such field; what is sent all the same is not read, and the consent names no group",
}
"""What the page cannot even be asked for. All else is named at its field, by the verb or because the field does not offer it."""

ASKED_ELSEWHERE = {"period_end": "ends_with", "attestation": "attestation"}
"""At which field the page names an element where it is not the verb's own: this kind ends on a day, and offers no event."""


@pytest.mark.parametrize("element", BREAKS)
def test_the_page_names_the_element_at_its_field_and_keeps_nothing(clinic, known, sign_in, element):
    kind, changes = BREAKS[element]
    patient = clinic.patient(**PERSON.get(element, {}))
    body = {**sent_to_the_page(paper(kind, known, **changes)), "discloser": clinic.program.pk}
    answer = sign_in(clinic.case_manager).post(reverse("patients:add_consent", args=[patient.public_id]), body)
    kept = list(Consent.objects.filter(patient=patient))
    if element in NOT_ON_THE_PAGE:
        assert [(consent.kind, consent.recipient_classes) for consent in kept] == ([] if element == "kind" else [(kind, [])])
        return
    assert answer.status_code == 422
    assert kept == []
    errors, field = answer.context["form"].errors, ASKED_ELSEWHERE.get(element, field_of(element))
    assert set(errors) == {field if field in answer.context["form"].fields else "__all__"}
    assert COMMON["description"] in answer.content.decode() or element == "description"


@pytest.mark.parametrize("element", [name for name in BREAKS if name != "attestation"])
def test_a_draft_is_not_confirmed_without_the_element(clinic, known, now, element):
    kind, changes = BREAKS[element]
    facts = paper(kind, known, **changes)
    named = dict.fromkeys(facts.pop("participants", []), "participant") | dict.fromkeys(facts.pop("recipients"), "recipient")
    patient = clinic.patient(**PERSON.get(element, {}))
    draft = Consent.objects.create(patient=patient, discloser=clinic.program, recorded_at=now, recorded_by=clinic.case_manager, **facts)
    for organization, part in named.items():
        ConsentRecipient.objects.create(consent=draft, organization=organization, part=part)
    with pytest.raises(Refused) as refused:
        confirm_consent(consent=draft, compared=True, original_seen_on=date(2026, 3, 3), by=clinic.case_manager, at=now)
    assert [reason.code or reason.field for reason in refused.value.reasons] == [element]


def body_of(facts, person, known):
    """Return facts as a partner sends them."""
    names = {organization.pk: name for name, organization in known.items()}
    body = {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}
    body["recipients"] = [{"identifier": names[organization.pk]} for organization in facts["recipients"]]
    body["recipients"] += [{"identifier": names[organization.pk], "part": "participant"} for organization in body.pop("participants", [])]
    body["patient"] = {"given_name": person.given_name, "family_name": person.family_name, "birth_date": "1990-01-01"}
    return json.loads(json.dumps(body))


NOT_BY_API = {
    "attestation": "what is signed elsewhere is signed on paper for us",
    "authority_while_alive": "is known only of people who are known here: staff see it when they confirm",
    "signed_before_birth": "is known only of people who are known here: staff see it when they confirm",
    "signer_of_adult": "is known only of people who are known here: staff see it when they confirm",
    "signer_dead": "is known only of people who are known here: staff see it when they confirm",
}


@pytest.mark.parametrize("element", [name for name in BREAKS if name not in NOT_BY_API])
@pytest.mark.parametrize("is_known", [True, False])
def test_the_api_names_the_element_whether_the_person_is_known_or_not(clinic, known, hospital, element, is_known):
    for name, organization in known.items():
        organization.identifier = name
        organization.save()
    kind, changes = BREAKS[element]
    patient = clinic.patient(birth_date=date(1990, 1, 1))
    body = body_of(paper(kind, known, **changes), patient, known)
    if not is_known:
        body["patient"]["family_name"] = "Nobody"
    answer = hospital.post(reverse("api:consents"), body)
    assert answer.status_code == 422, answer.content
    assert [error["element"] for error in answer.json()["errors"]] == [element]
    assert Consent.objects.count() == 0
