import pytest

from treatment_plans.counseling.rules import belongs_outside


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("We moved methadone to 60 mg", "prescription"),
        ("She came at 10:15", "times"),
        ("After 50 minutes", "times"),
        ("We go on with CBT", "modality"),
        ("Twice a week now", "modality"),
        ("Her urine was clean", "results"),
        ("PHQ-9 score 14", "results"),
        ("F11.20 stands", "summary"),
        ("The prognosis is good", "summary"),
    ],
)
def test_what_the_definition_excludes_is_found(text, what):
    assert [str(found.what) for found in belongs_outside(text)] == [what]


def test_thoughts_about_the_conversation_are_left_alone():
    assert belongs_outside("He looked away when his father came up; I felt shut out. Ask myself why.") == []
