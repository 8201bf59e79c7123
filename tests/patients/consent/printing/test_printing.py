from datetime import date

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from casemgr.core.audit.models import AuditEvent
from casemgr.core.paper.typesetting import typeset
from casemgr.core.refusals import Refused
from patients.consent.actions import revoke_consent
from patients.consent.models import Consent
from patients.consent.printing.queries import consent_on_paper
from patients.consent.printing.rules import WORDS
from tests.core.paper.reading import pages_of, root_of, words_of


@pytest.fixture(autouse=True)
def _at_that_moment(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def printed(clinic, sign_in):
    """Return a function that prints a consent as the case manager does."""

    def _printed(consent):
        return sign_in(clinic.case_manager).get(reverse("patients:print_consent", args=[consent.patient.public_id, consent.pk]))

    return _printed


def test_every_element_stands_on_the_paper_in_the_order_of_the_rule(clinic, consent, printed):
    patient = clinic.patient(given="Rosa", family="Lane")
    given = consent(patient)
    answer = printed(given)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'inline; filename="consent-2026-03-04.pdf"'
    text = words_of(answer.content)
    places = [
        text.index(WORDS["en"][name])
        for name in ("patient", "discloser", "information", "recipients", "purposes", "revocation", "expiry", "signature", "signed_on")
    ]
    assert places == sorted(places)
    for words in (
        "Rosa Lane", "River Street Program", "Mercy Hospital, 1 Hill Road", "My medications", "Tell us at any time", "It may be passed on",
        "Sept. 1, 2026", "March 1, 2026", f"Consent no. {given.pk}", f"Wording {given.wording_version}", given.purpose_words,
        given.category_words, str(given.get_signer_relationship_display()),
    ):  # fmt: skip
        assert words in text
    assert root_of(answer.content)["/Lang"] == "en-US"
    event = AuditEvent.objects.get(verb="print_consent")
    assert (event.patient_id, event.subject) == (patient.pk, f"patients.consent:{given.pk}")


def test_one_for_programs_established_later_says_so_where_it_names_who_may_receive_it(clinic, consent, now):
    ends = {"valid_until": None, "ends_with": "end of the enrollment"}
    given = consent(
        clinic.patient(), kind="registry", recipients=[], later_programs=True, purposes=["registry_check"], hipaa_statement="", **ends
    )
    for language, words in (("en", "Also treatment programs within 200 miles"), ("es", "a menos de 200 millas")):
        paper = consent_on_paper(given, has_ended=False, at=now, language=language)
        (whom,) = [told for heading, told in paper["parts"] if heading == WORDS[language]["recipients"]]
        assert words in " ".join(whom)


def test_who_signs_for_somebody_says_by_what_authority(clinic, consent, printed, sign_in):
    patient = clinic.patient(birth_date=date(1980, 1, 1))
    cousin = {"signed_by": "Joe Lane", "signer_relationship": "personal_representative"}
    with pytest.raises(Refused, match="a court order, a power of attorney, a statute"):
        consent(patient, **cousin)
    given = consent(patient, **cousin, signer_authority="proxy")
    page = sign_in(clinic.case_manager).get(reverse("patients:consent", args=[patient.public_id, given.pk])).content.decode()
    assert "Joe Lane (Personal representative: A health care power of attorney)" in page
    assert f"{WORDS['en']['authority']} A health care power of attorney" in " ".join(words_of(printed(given).content).split())
    dead = clinic.patient(deceased_on=date(2026, 2, 1))
    assert consent(dead, **cousin, signer_authority="estate").state == "active"
    assert consent(patient, signer_authority="court", categories=["demographics"]).signer_authority == "", "the person needs none"


def test_a_consent_in_spanish_is_in_spanish(clinic, consent, now):
    patient = clinic.patient(language="es")
    given = consent(patient, revocation_statement="Puede revocarlo en cualquier momento: avísenos")
    text = words_of(typeset("consent", consent_on_paper(given, has_ended=False, at=now, language="es"), language="es"))
    for words in (
        "Consentimiento para divulgar", "Quién puede recibirlo", "Puede revocarlo en cualquier momento: avísenos", "1 de septiembre de 2026",
        "Página 1 de",
    ):  # fmt: skip
        assert words in text
    with translation.override("es"):
        assert given.purpose_words in text
    for english in ("Who may", "What for", "Right to revoke", "Date signed"):
        assert english not in text
    assert WORDS["en"].keys() == WORDS["es"].keys()


def test_one_that_was_revoked_says_so_on_every_page(clinic, consent, printed, now):
    patient = clinic.patient()
    given = consent(patient, description="My medications, " + "and what belongs to them, " * 150)
    assert "REVOKED" not in words_of(printed(given).content)
    revoke_consent(consent=given, revoked_by="Rosa Lane", by=clinic.case_manager, at=now)
    answer = printed(given)
    assert "Revoked on March 4, 2026 by Rosa Lane. Nothing may be disclosed on it any more." in words_of(answer.content)
    pages = pages_of(answer.content)
    assert len(pages) > 1
    assert all("REVOKED ON MARCH 4, 2026" in page for page in pages)


def test_one_that_has_ended_says_so(clinic, consent, printed):
    given = consent(clinic.patient(), valid_until=date(2026, 9, 1))
    with time_machine.travel("2026-09-02T15:00:00Z", tick=False):
        text = words_of(printed(given).content)
    assert "ENDED" in text
    assert "This consent has ended." in text


def test_a_draft_has_lines_to_sign_on_and_no_signature(clinic, printed, now):
    patient = clinic.patient()
    draft = Consent.objects.create(
        patient=patient, discloser=clinic.program, kind="specific", description="x", recorded_at=now, recorded_by=clinic.system
    )
    text = words_of(printed(draft).content)
    assert "DRAFT: NOT SIGNED" in text
    for line in ("line_name", "line_signature", "line_capacity", "line_date"):
        assert WORDS["en"][line] in text
    assert WORDS["en"]["signed_how"] not in text.split("Signature", 1)[1].replace("Date signed", "")


def test_what_a_person_says_is_no_markup(clinic, consent, printed):
    words = "#set page(fill: red) $x$ *b* @a <b> `c` \\ [d]"
    assert words.replace(" ", "") in words_of(printed(consent(clinic.patient(), description=words)).content).replace(" ", "")


def test_nobody_prints_the_consent_of_a_stranger(clinic, consent, sign_in):
    given = consent(clinic.patient())
    address = reverse("patients:print_consent", args=[given.patient.public_id, given.pk])
    assert sign_in(clinic.hire("case_manager", clinic.south)).get(address).status_code == 404
    assert sign_in(clinic.front_desk).get(address).status_code == 403
