from datetime import UTC, datetime

from patients.disclosures.rules import (
    NOTICE_VERSION,
    STATEMENT_LONG,
    STATEMENT_SHORT,
    accounting_begins,
    csv_trailer,
    header_value,
    notice_in_form,
    page_foot,
)
from tests.architecture.source import ROOT


def test_the_notices_are_those_of_2024_word_for_word():
    assert STATEMENT_SHORT == "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
    assert STATEMENT_LONG.startswith(
        "This record which has been disclosed to you is protected by Federal confidentiality rules (42 CFR part 2)."
    )
    assert "(i) Further use or disclosure is expressly permitted" in STATEMENT_LONG
    assert "(iii) You have received the record from a covered entity" in STATEMENT_LONG
    assert STATEMENT_LONG.endswith("use or redisclose the record (see 42 CFR 2.31).")
    assert len(STATEMENT_LONG.split()) == 221
    assert "restrict any use of the information to" not in STATEMENT_LONG, "the notice before 2024 is retired"


def test_an_accounting_reaches_back_three_years():
    assert accounting_begins(datetime(2026, 3, 4, 15, tzinfo=UTC)) == datetime(2023, 3, 4, tzinfo=UTC)
    assert accounting_begins(datetime(2028, 2, 29, 23, 59, tzinfo=UTC)) == datetime(2025, 2, 28, tzinfo=UTC)


def test_both_forms_of_the_notice_are_numbered_as_in_the_rule():
    assert (notice_in_form(1), notice_in_form(2)) == (STATEMENT_LONG, STATEMENT_SHORT)
    assert NOTICE_VERSION == "89 FR 12472"


def test_every_way_out_has_its_form_of_the_notice():
    assert header_value() == STATEMENT_SHORT
    assert header_value().isascii()
    assert "\n" not in header_value()
    assert page_foot(scope="Consent 1", reference="abc") == [STATEMENT_SHORT, "Consent 1", "Disclosure abc"]
    assert page_foot(scope="Consent 1", reference="abc", form=1)[0] == STATEMENT_LONG
    assert csv_trailer(scopes=["Consent 1", "Consent 2"], references=["a", "b"]) == [
        [],
        ["part2_notice", STATEMENT_LONG],
        ["consent_scope", "Consent 1", "disclosure", "a"],
        ["consent_scope", "Consent 2", "disclosure", "b"],
    ]


def test_the_notice_before_2024_stands_nowhere():
    retired = " ".join(["investigate", "or", "prosecute", "any"]), " ".join(["restrict", "any", "use", "of", "the", "information"])
    folders = ("casemgr", "patients", "treatment_plans", "referrals", "templates", "docs", "locale")
    files = [
        file for folder in folders for file in (ROOT / folder).rglob("*") if file.suffix in {".py", ".html", ".txt", ".md", ".po", ".typ"}
    ]
    assert len(files) > 300
    said = [str(file) for file in files if any(words in " ".join(file.read_text(encoding="utf-8").split()) for words in retired)]
    assert said == []
