"""The account of one person equals, row by row, what the receivers hold after every way out was really gone."""

import csv
import html
import io
import re
from datetime import date, datetime
from typing import NamedTuple

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from casemgr.sharing.ways import WAYS
from patients.accounting.queries import COLUMNS
from patients.consent.models import InformationCategory, PurposeOfUse, in_words
from patients.disclosures.models import Basis
from patients.disclosures.without_consent.actions import disclose_in_emergency, record_court_order, tell_on_order
from tests.core.paper.reading import words_of
from tests.sharing.matrix import RECEIVERS, Asked, World, active

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
REFERENCE = re.compile(rf'disclosure(?:s|_ids?)?"?:?\[?"?({UUID})', re.IGNORECASE)
"""Where a receiver finds the number of the account: in envelope, foot, last line or mail, once what breaks lines is gone."""

CONSENT = re.compile(r"Consent(\d+),signed(\d{4}-\d{2}-\d{2})")
WRITTEN_AT = re.compile(r"\d{4}-\d\d-\d\d\d\d:\d\d")
"""How a row of the paper begins, once its spaces are gone."""

ORDER = {
    "kind": "criminal",
    "court": "Superior Court",
    "case_number": "26-CR-0417",
    "ordered_on": date(2026, 3, 1),
    "findings": ["extremely_serious", "substantial_value", "no_other_way", "need_outweighs_harm", "own_counsel"],
    "notice_given": True,
    "categories": ["diagnoses"],
    "subpoena": "Subpoena of March 1",
}


class Row(NamedTuple):
    """Hold one delivery, as a receiver knows it or as the account says it."""

    day: str
    to_whom: str
    information: str
    purpose: str
    basis: str
    reference: str = ""


@pytest.fixture
def now():
    """The API looks at the real clock, so everything here does."""
    return timezone.now()


def by_every_way(world: World, asked: Asked) -> list[Row]:
    """Send the same record by each way that there is; return what the receivers hold, the first first."""
    held = []
    for via in WAYS:
        world.now = timezone.now()
        got = received(world, asked, via)
        assert got, f"nothing arrived by {via}"
        held += got
    return held


def received(world: World, asked: Asked, via: str) -> list[Row]:
    """Return what arrived by one way, told from what arrived alone."""
    rows = []
    for got in RECEIVERS[via](world, asked):
        plain = "".join(got.text.split())
        (reference,) = set(REFERENCE.findall(plain))
        number, signed = CONSENT.findall(plain)[0]
        basis = f"Your consent no. {number}, signed on {signed}"
        rows.append(row_of(world, asked.recipient.name, got.parts, asked.purpose, basis, reference))
    return rows


def row_of(world: World, to_whom: str, parts, purpose: str, basis: str, reference: str = "") -> Row:
    today = timezone.localdate(timezone.now(), world.clinic.program.zone).isoformat()
    return Row(today, to_whom, in_words(InformationCategory, sorted(parts)), str(PurposeOfUse(purpose).label), str(basis), reference)


def by_hand(world: World) -> list[Row]:
    """Tell a medic in an emergency and hand a court what it ordered; return what both wrote down themselves."""
    about = {"patient": world.patient, "program": world.clinic.program}
    told = {"recipient_name": "Dr. Osei", "recipient_facility": "St. Anne", "profession": "doctor"}
    facts = {**told, "nature": "Overdose", "categories": ["medications"]}
    disclose_in_emergency(**about, **facts, by=world.clinic.nurse, at=timezone.now())
    order = record_court_order(**about, **ORDER, by=world.clinic.privacy_officer, at=timezone.now())
    told = tell_on_order(court_order=order, categories=["diagnoses"], description="", by=world.clinic.privacy_officer, at=timezone.now())
    return [
        row_of(world, "Dr. Osei, St. Anne", ["medications"], "treatment", Basis.EMERGENCY.label),
        row_of(world, "Superior Court", ["diagnoses"], "proceedings", Basis.COURT_ORDER.label, told.disclosure_public_id),
    ]


def on_the_page(browser, world: World) -> list[Row]:
    """Read the account as it stands on the screen, the first first."""
    page = browser.get(reverse("patients:accounting", args=[world.patient.public_id])).content.decode()
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    return [_drawn(re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL), world) for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)][::-1]


def _drawn(cells: list[str], world: World) -> Row:
    at = datetime.fromisoformat(re.findall(r'datetime="([^"]+)"', cells[0])[0])
    lines = [[_text(part) for part in cell.split("<br>")] for cell in cells]
    what, information = lines[2]
    return Row(at.astimezone(world.clinic.program.zone).date().isoformat(), lines[1][0], information or what, lines[3][0], lines[4][0])


def _text(fragment: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", fragment)).strip()


def handed_out(browser, world: World, paper_form: str) -> bytes:
    address = reverse("patients:hand_out", args=[world.patient.public_id])
    answer = browser.post(address, {"regime": "part2", "language": "en", "paper_form": paper_form})
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def in_the_table(browser, world: World) -> list[dict[str, str]]:
    """Read the account as a spreadsheet opens it, the newest first, by its columns."""
    lines = list(csv.reader(io.StringIO(handed_out(browser, world, "csv").decode("utf-8-sig"), newline="")))[1:]
    return [dict(zip(COLUMNS, line, strict=True)) for line in lines]


def rows_of(table: list[dict[str, str]]) -> list[Row]:
    """Return the rows of a table, the first first."""
    return [
        Row(line["when"][:10], line["to_whom"], line["information"], line["purpose"], _ground(line["basis"]), line["reference"])
        for line in reversed(table)
    ]


def _ground(words: str) -> str:
    """Return what it rests on without the key of the row that holds its facts."""
    return next((str(basis.label) for basis in (Basis.EMERGENCY, Basis.COURT_ORDER) if words.startswith(str(basis.label))), words)


def short(rows: list[Row]) -> list[Row]:
    """Return rows as the page says them: the number of the consent alone, no number of the account."""
    return [row._replace(basis=re.sub(r"Your consent no\. (\d+),.*", r"Consent \1", row.basis), reference="") for row in rows]


def numbered(rows: list[Row], account: list[Row]) -> list[Row]:
    """Return rows with the number that whoever was told by word of mouth was not given."""
    return [row if row.reference else row._replace(reference=told.reference) for row, told in zip(rows, account, strict=True)]


def faults_on_paper(pdf: bytes, table: list[dict[str, str]]) -> list[str]:
    """Return what the paper says otherwise than the table: every row whole, in its order, with nothing between them but a turn of the page."""
    text, wrong, turns = "".join(words_of(pdf).split()), [], set()
    for number, line in enumerate(table):
        before, found, rest = text.partition(_printed(line))
        if not found:
            wrong.append(line["reference"])
            continue
        turns |= {re.sub(r"\d+", "", before)} if number and before else set()
        text = rest
    if len(turns) > 1 or any("Page" not in turn for turn in turns) or re.search(WRITTEN_AT, text):
        wrong.append("more than the table has")
    return wrong


def _printed(line: dict[str, str]) -> str:
    """Return a row as it is read from paper, without its spaces."""
    what = [line["what"]] + ([line["information"]] if line["information"] != line["what"] else [])
    of_basis = [line["basis"], line["way"], line["passing_on"], line["reference"][:8]]
    return "".join("".join([line["when"], line["to_whom"], line["address"], *what, line["purpose"], *of_basis]).split())


@pytest.fixture
def told(clinic, now, filled, listening, settings):
    """Return the world after everything was sent, and what the receivers hold."""
    world = World(clinic, filled, "specific", now, listening, settings.MESSAGE_FOLDER)
    asked = active(world)
    return world, asked, by_every_way(world, asked) + by_hand(world)


def test_page_table_and_paper_say_row_by_row_what_the_receivers_hold(told, sign_in):
    world, _asked, held = told
    browser = sign_in(world.clinic.privacy_officer)
    assert on_the_page(browser, world) == short(held)
    table = in_the_table(browser, world)
    assert rows_of(table) == numbered(held, rows_of(table))
    assert len({line["reference"] for line in table}) == len(held)
    assert faults_on_paper(handed_out(browser, world, "pdf"), table) == []


@pytest.mark.parametrize("via", ["print", "export"])
def test_what_left_without_an_account_is_noticed(told, sign_in, via):
    world, asked, held = told
    browser = sign_in(world.clinic.privacy_officer)
    with transaction.atomic():
        unaccounted = received(world, asked, via)
        transaction.set_rollback(True)
    held = held + unaccounted
    assert on_the_page(browser, world) != short(held)
    table = in_the_table(browser, world)
    assert len(table) == len(held) - len(unaccounted)
    missing = [{**table[0], "reference": row.reference} for row in unaccounted]
    assert faults_on_paper(handed_out(browser, world, "pdf"), [*table, *missing]) == [row.reference for row in unaccounted]
