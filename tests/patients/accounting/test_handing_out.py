import csv
import hashlib
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from casemgr.core.audit.models import AuditEvent
from casemgr.core.directory.models import Organization
from patients.accounting.models import Handout
from patients.accounting.queries import COLUMNS, answer_to, entries_of, table_of
from patients.accounting.rules.wording import WORDS
from patients.disclosures.actions import Withheld
from patients.disclosures.models import Disclosure
from patients.transmissions.models import Transmission
from tests.core.paper.reading import pages_of, root_of, tags_of, words_of

pytestmark = pytest.mark.usefixtures("_at_that_moment")

HAND_OUT_QUERIES = 16
# session, user, memberships, patient, episodes, site, programs, rows, sendings that nobody confirmed, row in words, consents, and the verb:
# savepoint, author, row, audit (with its seal), savepoint released


@pytest.fixture
def told_at(clinic, consent, tell):
    """Return a function that writes an account of these moments, as the gate would have written them then."""

    def _told_at(patient, *moments, **facts):
        consent(patient)
        tell(patient)
        model = Disclosure.objects.get(patient_id=patient.pk)
        fields = {name: value for name, value in vars(model).items() if name not in ("_state", "id", "public_id")}
        rows = [Disclosure.objects.create(**{**fields, "at": at, **facts}) for at in moments]
        return model, rows

    return _told_at


@pytest.fixture
def answer(clinic, now):
    """Return a function that makes the answer to a person who asks today, with these facts changed."""

    def _answer(patient, *, regime="part2", language="en", at=None, asked=None):
        return answer_to(
            patient, program=clinic.program, user=clinic.privacy_officer, at=at or now, regime=regime, language=language, asked=asked
        )

    return _answer


def read_table(text):
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_it_reaches_back_exactly_three_years_where_the_program_is(clinic, told_at, answer):
    patient = clinic.patient()
    first = datetime(2023, 3, 4, 5, 0, tzinfo=UTC)  # midnight in New York
    model, rows = told_at(
        patient, first - timedelta(microseconds=1), first, datetime(2026, 3, 5, 4, 59, tzinfo=UTC), datetime(2026, 3, 5, 5, tzinfo=UTC)
    )
    assert set(answer(patient).rows) == {model.pk, rows[1].pk, rows[2].pk}


def test_a_leap_day_loses_nothing(clinic, told_at, answer):
    patient = clinic.patient()
    _model, rows = told_at(patient, datetime(2025, 2, 28, 5, tzinfo=UTC), datetime(2025, 2, 28, 4, 59, tzinfo=UTC))
    keys = answer(patient, at=datetime(2028, 2, 29, 20, tzinfo=UTC)).rows
    assert rows[0].pk in keys
    assert rows[1].pk not in keys


def test_six_years_only_for_what_was_not_for_treatment_payment_or_operations(clinic, told_at, answer):
    patient = clinic.patient()
    _model, treated = told_at(patient, datetime(2021, 1, 1, tzinfo=UTC))
    other = Disclosure.objects.get(pk=treated[0].pk)
    fields = {name: value for name, value in vars(other).items() if name not in ("_state", "id", "public_id")}
    housed = Disclosure.objects.create(**{**fields, "purpose": "housing"})
    older = Disclosure.objects.create(**{**fields, "purpose": "housing", "at": datetime(2020, 3, 4, 4, 59, tzinfo=UTC)})
    assert treated[0].pk not in answer(patient, regime="hipaa").rows
    assert housed.pk in answer(patient, regime="hipaa").rows
    assert older.pk not in answer(patient, regime="hipaa").rows
    assert housed.pk not in answer(patient).rows


def test_what_was_withheld_and_what_is_of_others_does_not_stand_in_it(clinic, consent, tell, answer):
    patient, other = clinic.patient(), clinic.patient()
    consent(patient)
    consent(other)
    told = tell(patient)
    tell(other)
    with pytest.raises(Withheld):
        tell(patient, categories=["plan"])
    assert answer(patient).rows == [told.disclosure_id]


def test_a_request_is_answered_for_the_time_before_it(clinic, told_at, answer, ask):
    patient = clinic.patient()
    asked = ask(patient, received_on=date(2026, 2, 1), since=date(2026, 1, 1))
    _model, rows = told_at(
        patient, datetime(2026, 1, 1, 5, tzinfo=UTC), datetime(2025, 12, 31, 5, tzinfo=UTC), datetime(2026, 2, 2, 5, tzinfo=UTC)
    )
    assert answer(patient, asked=asked).rows == [rows[0].pk]


def test_the_table_read_back_is_the_account_row_by_row(clinic, told_at, answer, hospital):
    patient = clinic.patient()
    evil = "=cmd|' /C calc'!A0"
    told_at(
        patient,
        datetime(2025, 7, 1, 16, 30, tzinfo=UTC),
        recipient_name=evil,
        description='Letter, "quoted"\nsecond line; ñ 你 😀',
        recipient_address="-1 Minus Road\n@home",
    )
    said = answer(patient)
    head, *lines = read_table("".join(table_of(said)))
    assert head == [WORDS["en"][name] for name in COLUMNS]
    entries = list(entries_of(said))
    assert len(lines) == len(entries) == 2
    for line, entry, key in zip(lines, entries, said.rows, strict=True):
        row = Disclosure.objects.get(pk=key)
        assert [text.removeprefix("'") for text in line] == list(entry)
        assert entry.reference == str(row.public_id)
        assert entry.what == row.description
    newest = read_table("".join(table_of(said)))[1]
    assert newest[0] == "2026-03-04 15:00"
    assert newest[6].startswith("Your consent no. ")
    assert newest[6].endswith(", signed on 2018-03-01")
    oldest = lines[1]
    assert oldest[1] == "'" + evil
    assert oldest[2] == "'-1 Minus Road @home"
    assert not any(text.startswith(("=", "+", "-", "@")) for line in lines for text in line)


def test_the_table_of_ten_thousand_rows_is_read_in_chunks(clinic, told_at, answer, query_count):
    patient = clinic.patient()
    model, _rows = told_at(patient)
    fields = {name: value for name, value in vars(model).items() if name not in ("_state", "id", "public_id")}
    Disclosure.objects.bulk_create(Disclosure(**{**fields, "at": model.at - timedelta(minutes=number)}) for number in range(1, 2000))
    said = answer(patient)
    with query_count(8):  # four chunks, each with its consents
        assert sum(1 for _line in table_of(said)) == 2001


def test_a_sending_that_did_not_arrive_stands_in_it_and_says_so(clinic, sign_in, consent, tell, answer, hospital, now):
    patient = clinic.patient()
    consent(patient)
    states = {"failed": "We tried to send this.", "doubtful": "It is not known", "withheld": "It is not known", "sent": "", "letter": ""}
    for state in states:
        told = tell(patient, description=state, via="letter" if state == "letter" else "webhook")
        if state != "letter":
            Transmission.objects.create(
                patient=patient, program=clinic.program, recipient=hospital, purpose="treatment", categories=["medications"],
                description=state, via="webhook", format="event", requested_by=clinic.case_manager, requested_at=now, due_at=now, state=state,
                reason="" if state == "sent" else "It was tried 8 times.", settled_at=now, disclosure_id=told.disclosure_id,
            )  # fmt: skip
    said = answer(patient)
    assert {entry.what: entry.arrival for entry in entries_of(said)}.keys() == states.keys()
    for entry in entries_of(said):
        assert entry.arrival.startswith(states[entry.what])
        assert bool(entry.arrival) == bool(states[entry.what])
    Transmission.objects.filter(state="doubtful").update(state="sent")
    assert "".join(table_of(said)).count("It is not known") == 2, "what is handed out stays as it was when it was made"
    assert "".join(table_of(answer(patient, language="es"))).count("No se sabe") == 1
    desk = sign_in(clinic.case_manager)
    facts = {"regime": "part2", "language": "en", "paper_form": "pdf"}
    paper = words_of(desk.post(reverse("patients:hand_out", args=[patient.public_id]), facts).content)
    assert "As far as we know it did not arrive." in paper
    shown = desk.get(reverse("patients:accounting", args=[patient.public_id])).content.decode()
    assert shown.count("Tried, and as far as is known it did not arrive") == 1
    assert shown.count("It is not known whether this arrived") == 1


@pytest.mark.parametrize(("language", "words"), [("en", "Accounting of disclosures"), ("es", "Registro de divulgaciones")])
def test_the_paper_tells_everything_in_the_language_of_the_person(clinic, sign_in, told_at, language, words):
    patient = clinic.patient(given="Rosa", family="Lane", language=language)
    told_at(patient)
    answer = sign_in(clinic.case_manager).post(
        reverse("patients:hand_out", args=[patient.public_id]), {"regime": "part2", "language": language, "paper_form": "pdf"}
    )
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == 'inline; filename="accounting-2026-03-04.pdf"'
    assert root_of(answer.content)["/Lang"] == f"{language}-US"
    assert {"/Table", "/TH"} <= tags_of(answer.content)
    text = words_of(answer.content)
    row = Disclosure.objects.get()
    for part in (
        words,
        "Rosa Lane",
        "River Street Program",
        "Mercy Hospital",
        "1 Hill Road",
        "2026-03-04 15:00",
        str(row.public_id)[:8],
        "555-0100",
    ):
        assert part in text
    with translation.override(language):
        for part in (row.purpose_words, row.category_words):
            assert part in text
    if language == "es":
        assert "Su consentimiento n.º" in text
        assert "Disclosures" not in text
    else:
        assert f"Your consent no. {row.consent_id}, signed on 2018-03-01" in text
    given = Handout.objects.get()
    assert (given.sha256, given.disclosures) == (hashlib.sha256(answer.content).hexdigest(), [row.pk])
    assert (given.paper_form, given.language, given.handed_by_name) == ("pdf", language, clinic.case_manager.full_name)


def test_an_account_of_nothing_says_so(clinic, sign_in):
    patient = clinic.patient()
    answer = sign_in(clinic.case_manager).post(
        reverse("patients:hand_out", args=[patient.public_id]), {"regime": "hipaa", "language": "en", "paper_form": "pdf"}
    )
    text = words_of(answer.content)
    assert "Nothing was told to anybody in this period." in text
    assert "since March 4, 2020" in text


def test_the_table_is_sent_and_kept(clinic, sign_in, told_at):
    patient = clinic.patient(given="Rosa", family="Lane")
    told_at(patient)
    answer = sign_in(clinic.case_manager).post(
        reverse("patients:hand_out", args=[patient.public_id]), {"regime": "part2", "language": "es", "paper_form": "csv"}
    )
    body = b"".join(answer.streaming_content)
    assert answer.streaming
    assert answer["Content-Disposition"] == 'attachment; filename="accounting-2026-03-04.csv"'
    assert answer["Cache-Control"] == "no-store, private"
    assert read_table(body.decode())[0] == [WORDS["es"][name] for name in COLUMNS]
    assert Handout.objects.get().sha256 == hashlib.sha256(body).hexdigest()
    assert "Rosa" not in body.decode(), "whose account it is stands in the record of what was handed out, not in the table"
    assert AuditEvent.objects.get(verb="hand_out_accounting").patient_id == patient.pk


def test_what_was_handed_out_can_be_shown_later_as_it_was(clinic, sign_in, told_at, tell, now):
    patient = clinic.patient()
    told_at(patient)
    desk = sign_in(clinic.case_manager)
    desk.post(reverse("patients:hand_out", args=[patient.public_id]), {"regime": "part2", "language": "en", "paper_form": "pdf"})
    tell(patient, description="Told afterwards")
    given = Handout.objects.get()
    shown = desk.get(reverse("patients:handout", args=[patient.public_id, given.pk])).content.decode()
    assert given.sha256 in shown
    assert "Mercy Hospital" in shown
    assert "Told afterwards" not in shown
    listed = desk.get(reverse("patients:hand_out", args=[patient.public_id])).content.decode()
    assert reverse("patients:handout", args=[patient.public_id, given.pk]) in listed


def test_the_same_account_makes_the_same_paper(clinic, sign_in, told_at):
    patient = clinic.patient()
    told_at(patient)
    desk, facts = sign_in(clinic.case_manager), {"regime": "part2", "language": "en", "paper_form": "pdf"}
    address = reverse("patients:hand_out", args=[patient.public_id])
    assert desk.post(address, facts).content == desk.post(address, facts).content


@pytest.mark.parametrize("rows", [2, 12])
def test_it_costs_the_same_however_long_it_is(clinic, sign_in, told_at, query_count, rows, now):
    patient = clinic.patient()
    told_at(patient, *(now - timedelta(days=number) for number in range(rows - 1)))
    desk, facts = sign_in(clinic.case_manager), {"regime": "part2", "language": "en", "paper_form": "pdf"}
    address = reverse("patients:hand_out", args=[patient.public_id])
    desk.get(address)
    with query_count(HAND_OUT_QUERIES):
        pdf = desk.post(address, facts)
    assert f"{rows} entries" in words_of(pdf.content)


def test_a_form_without_an_answer_hands_nothing_out(clinic, sign_in):
    patient = clinic.patient()
    answer = sign_in(clinic.case_manager).post(reverse("patients:hand_out", args=[patient.public_id]), {"paper_form": "odt"})
    assert answer.status_code == 422
    assert not Handout.objects.exists()


def test_a_stranger_and_a_peer_hand_nothing_out(clinic, sign_in, told_at):
    patient = clinic.patient()
    told_at(patient)
    facts = {"regime": "part2", "language": "en", "paper_form": "pdf"}
    address = reverse("patients:hand_out", args=[patient.public_id])
    assert sign_in(clinic.hire("case_manager", clinic.south)).post(address, facts).status_code == 404
    assert sign_in(clinic.peer).post(address, facts).status_code == 403
    assert not Handout.objects.exists()
    assert pages_of(sign_in(clinic.privacy_officer).post(address, facts).content)


def test_the_page_begins_with_the_same_day_as_paper_and_table(clinic, told_at, answer, sign_in):
    patient = clinic.patient()
    first = datetime(2023, 3, 4, 5, 0, tzinfo=UTC)  # midnight in New York
    model, rows = told_at(patient, first - timedelta(microseconds=1), first, datetime(2023, 3, 4, 12, tzinfo=UTC))
    page = sign_in(clinic.privacy_officer).get(reverse("patients:accounting", args=[patient.public_id]))
    shown = [row.record.pk for row in page.context["table"].rows]
    assert shown == list(answer(patient).rows) == [model.pk, rows[2].pk, rows[1].pk]


def test_the_list_of_an_intermediary_holds_what_it_was_told_and_nothing_else(clinic, consent, tell, ask, sign_in):
    patient = clinic.patient()
    exchange = Organization.objects.create(name="Valley Exchange", kind="exchange", is_intermediary=True, address="7 Hill Road")
    member = Organization.objects.create(name="Valley Clinic", kind="clinic", hipaa_role="covered_entity", address="8 Hill Road")
    consent(patient)
    consent(patient, recipients=[exchange], participants=[member])
    tell(patient)
    told = [tell(patient, recipient=exchange, description=f"Medications, part {number}") for number in (1, 2)]
    asked = ask(patient, kind="intermediary_list")
    officer = sign_in(clinic.privacy_officer)
    address = reverse("patients:hand_out_for_request", args=[patient.public_id, asked.pk])
    table = officer.post(address, {"language": "en", "paper_form": "csv"})
    lines = read_table((b"".join(table.streaming_content) if table.streaming else table.content).decode())[1:]
    place = {name: number for number, name in enumerate(COLUMNS)}
    assert [(line[place["to_whom"]], line[place["reference"]]) for line in lines] == [
        ("Valley Exchange", one.disclosure_public_id) for one in reversed(told)
    ]
    paper = words_of(officer.post(address, {"language": "en", "paper_form": "pdf"}).content)
    assert "Valley Exchange" in paper
    assert "Mercy Hospital" not in paper
    assert list(Handout.objects.values_list("kind", flat=True)) == ["intermediary_list"] * 2
