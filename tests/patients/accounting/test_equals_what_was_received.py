"""The account of one person equals, row by row, what a receiver got by every way that passes the gate."""

import csv
import io

import pytest

from patients.accounting.queries import answer_to, entries_of, paper_of, table_of
from patients.disclosures.actions import Withheld, disclose, disclose_many
from patients.disclosures.models import Disclosure

WAYS = ("api", "print", "export", "email", "referral", "webhook", "letter")


class Receiver:
    """Keep what arrives, as a partner would: the envelope's own words, and nothing that was read from our tables."""

    def __init__(self):
        self.letters = []

    def take(self, released, *, name, what, at):
        self.letters.append((str(released.disclosure_public_id), name, what, released.purpose, frozenset(released.categories), at))


@pytest.fixture
def receiver(clinic, consent, hospital, landlord, now):
    """Return a receiver who got something by every way, and a person about whom some was withheld too."""
    got, patient = Receiver(), clinic.patient(given="Rosa", family="Lane")
    consent(patient)
    consent(other := clinic.patient())
    for way in WAYS:
        for organization, purpose in ((hospital, "treatment"), (landlord, "housing")):
            common = {"recipient": organization, "purpose": purpose, "via": way, "by": clinic.case_manager, "at": now}
            what = f"Sent by {way}"
            released = disclose(patient=patient, categories=["medications"], description=what, **common)
            got.take(released, name=organization.name, what=what, at=now)
            disclose(patient=other, categories=["medications"], description=what, **common)
            with pytest.raises(Withheld):
                disclose(patient=patient, categories=["diagnoses"], description="Never sent", **common)
    listed = disclose_many(
        recipient=hospital,
        purpose="treatment",
        categories=["demographics"],
        description="A list",
        via="api",
        by=clinic.case_manager,
        at=now,
    )
    for released in listed:
        if released.patient_id == patient.pk:
            got.take(released, name=hospital.name, what="A list", at=now)
    return got, patient


def test_the_account_is_what_the_receiver_got_row_by_row(clinic, receiver, now):
    got, patient = receiver
    answer = answer_to(patient, program=clinic.program, user=clinic.privacy_officer, at=now, regime="part2", language="en")
    rows = Disclosure.objects.in_bulk(answer.rows)
    account = [
        (str(row.public_id), row.recipient_name, row.description, row.purpose, frozenset(row.categories), row.at)
        for row in (rows[key] for key in reversed(answer.rows))
    ]
    assert account == got.letters
    assert len(account) == 2 * len(WAYS) + 1


def test_table_and_paper_hold_the_same_rows(clinic, receiver, now):
    got, patient = receiver
    answer = answer_to(patient, program=clinic.program, user=clinic.privacy_officer, at=now, regime="part2", language="en")
    references = [letter[0] for letter in reversed(got.letters)]
    lines = list(csv.DictReader(io.StringIO("".join(table_of(answer)).removeprefix("\ufeff"), newline="")))
    assert [line["Reference"] for line in lines] == [entry.reference for entry in entries_of(answer)] == references
    assert [row[-1].splitlines()[-1] for row in paper_of(answer)["rows"]] == [reference[:8] for reference in references]
    assert not any("Never sent" in line["What"] for line in lines)
