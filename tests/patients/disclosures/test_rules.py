from datetime import UTC, datetime

from patients.disclosures.rules import STATEMENT_LONG, STATEMENT_SHORT, accounting_begins


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
    assert accounting_begins(datetime(2026, 3, 4, 15, tzinfo=UTC)) == datetime(2023, 3, 4, 15, tzinfo=UTC)
    assert accounting_begins(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2025, 2, 28, tzinfo=UTC)
