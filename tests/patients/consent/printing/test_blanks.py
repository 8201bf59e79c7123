import pytest
from django.urls import reverse

from patients.consent.models import ConsentKind
from patients.consent.printing.rules import WORDS
from patients.consent.wording import CURRENT, wording_of
from tests.core.paper.reading import words_of


def squeezed(text):
    return "".join(text.split())


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", ConsentKind.values)
def test_there_is_a_blank_form_of_every_kind_in_both_languages(clinic, sign_in, kind, language):
    answer = sign_in(clinic.case_manager).get(reverse("patients:blank_consent"), {"kind": kind, "language": language})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert f'filename="consent-form-{kind}-{language}-' in answer["Content-Disposition"]
    text, words = squeezed(words_of(answer.content)), wording_of(kind, language=language)
    for name in ("title", "revocation_statement", "redisclosure_statement", "refusal_statement"):
        assert squeezed(words[name]) in text, name
    for line in ("line_name", "line_signature", "line_capacity", "line_date", "recipients", "purposes", "expiry"):
        assert squeezed(WORDS[language][line]) in text, line
    assert CURRENT in text
    later = f"[ ] {WORDS[language]['later_programs'].format(miles=200)}"
    assert (squeezed(later) in text) == (kind == "registry"), "only enrollment is told to programs that are established later"


def test_there_is_no_form_of_a_kind_that_is_none_and_none_for_the_front_desk(clinic, sign_in):
    assert sign_in(clinic.case_manager).get(reverse("patients:blank_consent"), {"kind": "blanket"}).status_code == 404
    assert sign_in(clinic.front_desk).get(reverse("patients:blank_consent"), {"kind": "tpo"}).status_code == 403
