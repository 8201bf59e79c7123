"""Read what was told about a person, as it is told to them; and what they asked for and were handed."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.utils import translation
from django.utils.formats import date_format

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.directory.models import Organization
from casemgr.core.paper.typesetting import language_on_paper, page_frame
from patients.accounting.models import Handout, RecordsRequest, RequestKind
from patients.accounting.rules.arrival import ARRIVED, arrival_of
from patients.accounting.rules.periods import TPO_PURPOSES, Period, period_of
from patients.accounting.rules.wording import ARRIVALS, WAYS, WORDS, without_formula
from patients.caseload.queries import patients_seen_by
from patients.consent.models import Consent
from patients.disclosures.models import Disclosure, DisclosureOutcome
from patients.disclosures.queries import accounting_of, disclosures_seen_by
from patients.record.models import Patient
from patients.transmissions.models import Transmission

CHUNK = 500
"""Rows read at a time, so that a long account needs no more memory than a short one."""

COLUMNS = ("when", "to_whom", "address", "what", "information", "purpose", "basis", "way", "arrival", "passing_on", "reference")
"""Columns of the table, in their order."""

ON_PAPER = ("when", "to_whom", "what", "purpose", "basis")
WIDTHS = (9, 14, 17, 9, 13)
"""Columns of the list on paper, and how wide each is."""

BOM = "\ufeff"
"""Mark with which a spreadsheet knows that a table is UTF-8."""


class Entry(NamedTuple):
    """Hold one row of the account in words, in the language of whoever reads it."""

    when: str
    to_whom: str
    address: str
    what: str
    information: str
    purpose: str
    basis: str
    way: str
    arrival: str
    passing_on: str
    reference: str


class Answer(NamedTuple):
    """Hold what an answer is about: whose account, of which days, in which language, and the rows that stand in it."""

    patient: Patient
    program: Program
    kind: str
    regime: str
    period: Period
    language: str
    rows: Sequence[int]
    """Keys of the rows, the newest first; what is handed out is made of these and no others."""
    asked_on: date
    made_on: date
    arrivals: Mapping[int, str]
    """Rows of sendings that nobody confirmed, each with how far it got: as it stood when the answer was made."""

    @property
    def patient_id(self) -> int:
        """Return the patient's key."""
        return self.patient.pk

    @property
    def program_id(self) -> int:
        """Return the key under which rights are looked up."""
        return self.program.pk


def answer_to(
    patient: Patient, *, program: Program, user: User, at: datetime, regime: str, language: str, asked: RecordsRequest | None = None
) -> Answer:
    """Return the answer to a request, or to a person who asks at the desk today: the rows as they stand at this moment."""
    today = today_at(program, at)
    asked_on = asked.received_on if asked else today
    kind = asked.kind if asked else RequestKind.ACCOUNTING
    since, until = (asked.period_from, asked.period_to) if asked else (None, None)
    period = period_of(asked_on, regime=regime, since=since, until=until)
    rows = told_about(patient, user=user, period=period, program=program, kind=kind)
    keys = list(rows.values_list("pk", flat=True))
    return Answer(patient, program, kind, regime, period, language_on_paper(language), keys, asked_on, today, arrivals_of(patient))


def told_about(
    patient: Patient, *, user: User, period: Period, program: Program, kind: str = RequestKind.ACCOUNTING
) -> QuerySet[Disclosure]:
    """Return what a program told about a person in a period, the newest first, as far as this user may see it."""
    begins, ends, begins_other = period.moments(program.zone)
    within = Q(at__gte=begins) | (Q(at__gte=begins_other) & ~Q(purpose__in=TPO_PURPOSES))
    told = disclosures_seen_by(user, of=patient).filter(within, program_id=program.pk, at__lt=ends, outcome=DisclosureOutcome.DISCLOSED)
    if kind == RequestKind.INTERMEDIARY_LIST:
        told = told.filter(recipient_id__in=_intermediaries())
    return told.order_by("-at", "-id")


def arrivals_of(patient: Patient) -> dict[int, str]:
    """Return the accounts of sendings that nobody confirmed, each with how far it got.

    The account of a sending is written before it leaves (docs/decisions/0016); its own row says what became of it.
    """
    unconfirmed = Transmission.objects.filter(patient__in=patient.keys, disclosure_id__isnull=False).exclude(state="sent")
    return {key or 0: arrival_of(state) for key, state in unconfirmed.values_list("disclosure_id", "state")}


class Account(NamedTuple):
    """Hold what a page shows of one person's account: the newest rows, and how many there are."""

    told: list[Disclosure]
    withheld: list[Disclosure]
    told_count: int
    withheld_count: int

    @property
    def is_cut(self) -> bool:
        """Say whether there are more than are shown."""
        return len(self.told) < self.told_count or len(self.withheld) < self.withheld_count


def account_shown(patient: Patient, user: User, at: datetime, *, most: int) -> Account:
    """Return the newest of what was told and of what was withheld, counted whole, and of each sending how far it got."""
    rows = accounting_of(patient, user, at)
    counts = dict(rows.order_by().values_list("outcome").annotate(Count("pk")))
    told, withheld = (list(rows.filter(outcome=outcome)[:most]) if counts.get(outcome) else [] for outcome in DisclosureOutcome.values)
    arrivals = arrivals_of(patient) if told else {}
    for row in told:
        row.arrival = arrivals.get(row.pk, ARRIVED)
    return Account(told, withheld, *(counts.get(outcome, 0) for outcome in DisclosureOutcome.values))


def _intermediaries() -> QuerySet[Any]:
    """Return the keys of the organizations that pass on what they are told to others (42 CFR 2.11)."""
    return Organization.objects.filter(is_intermediary=True).values("pk")


def entries_of(answer: Answer) -> Iterator[Entry]:
    """Return the rows of an answer in words, chunk by chunk."""
    zone = answer.program.zone
    for start in range(0, len(answer.rows), CHUNK):
        keys = answer.rows[start : start + CHUNK]
        rows = Disclosure.objects.in_bulk(keys)
        signed = dict(Consent.objects.filter(pk__in={row.consent_id for row in rows.values()}).values_list("pk", "signed_on"))
        with translation.override(answer.language):
            found = [_entry(rows[key], zone, signed, answer) for key in keys if key in rows]
        yield from found


def _entry(row: Disclosure, zone: ZoneInfo, signed: dict[int, date | None], answer: Answer) -> Entry:
    """Return one row in words."""
    local, language = row.at.astimezone(zone), answer.language
    way = WAYS[language].get(row.via, row.via)
    return Entry(
        when=local.strftime("%Y-%m-%d %H:%M"),
        to_whom=row.recipient_name,
        address=" ".join(row.recipient_address.split()),
        what=row.description,
        information=row.category_words,
        purpose=row.purpose_words,
        basis=_basis(row, signed, WORDS[language]),
        way=way,
        arrival=ARRIVALS[language].get(answer.arrivals.get(row.pk, ARRIVED), ""),
        passing_on=row.get_redisclosure_display(),
        reference=str(row.public_id),
    )


def _basis(row: Disclosure, signed: dict[int, date | None], words: dict[str, str]) -> str:
    """Say on what it rests: which consent, or which other basis."""
    if row.consent_id is None:
        return " ".join(part for part in (str(row.get_basis_display()), row.basis_reference) if part)
    day = signed.get(row.consent_id)
    if day is None:
        return words["consent_unsigned"].format(number=row.consent_id)
    return words["consent"].format(number=row.consent_id, day=day.isoformat())


def table_of(answer: Answer) -> Iterator[str]:
    """Return an answer as a table for spreadsheets, line by line: UTF-8 with its mark, and nothing that would be computed.

    No notice stands at its end: it is the person's own account, no disclosure to a recipient (42 CFR 2.32 binds recipients, 2.23(a)).
    """
    words = WORDS[answer.language]
    yield BOM + _line([words[name] for name in COLUMNS])
    for entry in entries_of(answer):
        yield _line([without_formula(text) for text in entry])


def _line(texts: Sequence[str]) -> str:
    """Return one line of a table."""
    line = io.StringIO()
    csv.writer(line).writerow(texts)
    return line.getvalue()


def fingerprint_of(parts: Iterable[bytes]) -> str:
    """Return the SHA-256 of a file that comes in parts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def paper_of(answer: Answer) -> dict[str, Any]:
    """Return an answer as the facts that the template “accounting” sets on paper."""
    words, language, period = WORDS[answer.language], answer.language, answer.period
    phone = answer.program.callback_phone
    contact = words["contact_phone" if phone else "contact"].format(program=answer.program.name, phone=phone)
    span = [words["from_to"].format(first=day_on_paper(period.first_day, language), last=day_on_paper(period.last_day, language))]
    if period.first_day_of_other < period.first_day:
        span.append(words["six_years"].format(first=day_on_paper(period.first_day_of_other, language)))
    patient = answer.patient
    born = f", {words['born']} {day_on_paper(patient.birth_date, language)}" if patient.birth_date else ""
    count = len(answer.rows)
    title = words["intermediary_list" if answer.kind == RequestKind.INTERMEDIARY_LIST else "accounting"]
    made = words["made"].format(day=day_on_paper(answer.made_on, language))
    return {
        "paper": page_frame(title=title, program=answer.program.name, made=made, edition=""),
        "why": words["why_intermediary" if answer.kind == RequestKind.INTERMEDIARY_LIST else "why_part2"],
        "facts": [
            [words["about"], f"{patient.legal_name}{born}"],
            [words["by"], answer.program.name],
            [words["period"], span],
            [words["asked_on"], day_on_paper(answer.asked_on, language)],
        ],
        "count": words["count_one"] if count == 1 else words["count"].format(count=count),
        "head": [words[name] for name in ON_PAPER],
        "widths": WIDTHS,
        "rows": [_on_paper(entry) for entry in entries_of(answer)],
        "nothing": words["nothing"],
        "questions": words["questions"],
        "contact": contact,
        "keep": words["keep"],
    }


def _on_paper(entry: Entry) -> list[str]:
    """Return one row as it stands on paper: what belongs together in one cell."""
    what = [entry.what] + ([entry.information] if entry.information != entry.what else [])
    return [
        entry.when,
        _lines(entry.to_whom, entry.address, entry.arrival),
        _lines(*what),
        entry.purpose,
        _lines(entry.basis, entry.way, entry.passing_on, entry.reference[:8]),
    ]


def _lines(*texts: str) -> str:
    """Return texts one below the other."""
    return "\n".join(text for text in texts if text)


def day_on_paper(day: date, language: str) -> str:
    """Return a day in the words of a language."""
    with translation.override(language):
        return date_format(day, "DATE_FORMAT")


def requests_seen_by(user: User, *, can: Can = Can.TAKE_COMPLAINT) -> QuerySet[RecordsRequest]:
    """Return the requests that this user may see: of their patients, to their programs."""
    programs = {membership.program_id for membership in user.reach(can)}
    return RecordsRequest.objects.filter(patient__in=patients_seen_by(user, can=can), program__in=programs)


def handouts_seen_by(user: User) -> QuerySet[Handout]:
    """Return what was handed to the people whose account this user may see."""
    programs = {membership.program_id for membership in user.reach(Can.SEE_DISCLOSURES)}
    return Handout.objects.filter(patient__in=patients_seen_by(user, can=Can.SEE_DISCLOSURES), program__in=programs)


def rows_handed_out(handout: Handout, user: User) -> QuerySet[Disclosure]:
    """Return the rows of the account that stood in an answer, the newest first."""
    return disclosures_seen_by(user, of=handout.patient).filter(pk__in=handout.disclosures).order_by("-at", "-id")


def programs_with(patient: Patient, user: User, *, can: Can) -> QuerySet[Program]:
    """Return the programs in which this user holds a right and this person is or was."""
    reached = {membership.program_id for membership in user.reach(can)}
    known = set(patient.episodes.values_list("program_id", flat=True)) | {patient.registered_site.program_id}
    return Program.objects.filter(pk__in=reached & known).order_by("name")


def days_of_earlier_requests(patient: Patient, program: Program) -> list[date]:
    """Return the days on which this person asked this program for an accounting and did not take it back."""
    asked = RecordsRequest.objects.filter(patient=patient, program=program, kind=RequestKind.ACCOUNTING).exclude(state="withdrawn")
    return list(asked.values_list("received_on", flat=True))


def language_for(patient: Patient) -> str:
    """Return the language in which a person reads: their own where we have it."""
    return language_on_paper(patient.language)


def today_at(program: Program, at: datetime) -> date:
    """Return the day that it is where a program works."""
    return at.astimezone(program.zone).date()
