"""Take in what comes along with consents: scans, papers that partners hand in, the wish to receive no fundraising."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.directory.models import Organization
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Denied, Reason, Refused
from patients.consent.actions import _keep_draft, confirm_consent
from patients.consent.checking.queries import Named, reasons_against, written
from patients.consent.events import ConsentHandedIn, PaperSent
from patients.consent.models import (
    Consent,
    ConsentScan,
    ConsentState,
    FundraisingChoice,
    HandedIn,
    Match,
    MediaType,
    ScanOf,
    SentPaper,
    Settlement,
)
from patients.consent.papers.queries import Meant, people_meant, programs_of_care, sealed_words, words_in
from patients.record.models import Patient

LARGEST_SCAN = 5 * 1024 * 1024
"""Bytes of a scan; ours to set. Twenty pages in black and white have about two million."""

_MAGIC = ((b"%PDF-", MediaType.PDF), (b"\xff\xd8\xff", MediaType.JPEG), (b"\x89PNG\r\n\x1a\n", MediaType.PNG))


def _media_type_of(content: bytes) -> str:
    """Return what kind of file this is by its first bytes, whatever its name says; nothing for every other kind."""
    return next((str(kind) for magic, kind in _MAGIC if content.startswith(magic)), "")


@action(Can.RECORD_CONSENT)
def attach_scan(*, consent: Consent, of: str, content: bytes, by: User, at: datetime) -> ConsentScan:
    """Keep the scan of a consent or of its revocation, sealed and never changed."""
    kind = _media_type_of(content)
    reasons = []
    if not kind:
        reasons.append(Reason(_("This is no PDF, JPEG or PNG file. Scan the paper anew."), field="scan", code="media_type"))
    if len(content) > LARGEST_SCAN:
        reasons.append(Reason(_("The file is larger than 5 MB. Scan it in black and white."), field="scan", code="too_large"))
    if of not in ScanOf.values or (of == ScanOf.REVOCATION and consent.state != ConsentState.REVOKED):
        reasons.append(Reason(_("Say whether it is the consent or its revocation; only a revoked one has that."), field="of"))
    if reasons:
        raise Refused(*reasons)
    scan: ConsentScan = ConsentScan.objects.create(
        consent=consent,
        of=of,
        media_type=kind,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=base64.b64encode(content).decode(),
        recorded_by=by,
        recorded_at=at,
    )
    return scan


@action(Can.HAND_IN_CONSENT)
def hand_in_consent(
    *,
    person: Meant,
    discloser: Program,
    recipients: Iterable[Organization],
    by: User,
    at: datetime,
    participants: Iterable[Organization] = (),
    **facts: Any,
) -> SentPaper:
    """Take a consent that was signed at a partner's place; a partner never opens a record to itself.

    What it lacks is named whether the person is known here or not. Whom it is about is looked for later, by a worker: until the answer
    the same is done for everybody, so that neither its words nor its time say who is known.
    """
    if by.organization is None:
        raise Denied(Can.HAND_IN_CONSENT)
    recipients, participants = list(recipients), list(participants)
    draft, named = written(patient=None, discloser=discloser, recipients=recipients, participants=participants, **facts)
    if reasons := reasons_against(draft, named, at):
        raise Refused(*reasons)
    content = sealed_words(person, recipients, participants, facts)
    paper: SentPaper = SentPaper.objects.create(
        organization=by.organization, program=discloser, content=content, recorded_by=by, recorded_at=at
    )
    record_fact(PaperSent(paper_id=paper.pk), at=at)
    return paper


@action(Can.RUN_SCHEDULE)
def match_paper(*, paper: SentPaper, by: User, at: datetime) -> list[HandedIn]:
    """Look whom a paper is about that a partner sent: it waits in each program of their care to be compared, on the record that stays.

    Of nobody known here nothing is kept. Where several bear this name and birth date it stays sealed until their records are merged.
    """
    paper = SentPaper.objects.select_for_update(no_key=True, of=("self",)).select_related("organization", "recorded_by").get(pk=paper.pk)
    if paper.content is None:
        return []
    words = words_in(paper)
    people = people_meant(words.person)
    handed_in = lay_before_staff(patient=people[0], paper=paper, by=by, at=at) if len(people) == 1 else []
    paper.match = (Match.NOBODY, Match.FOUND, Match.SEVERAL)[len(people)]
    paper.matched_at, paper.content = at, paper.content if paper.match == Match.SEVERAL else None
    paper.save(update_fields=["match", "matched_at", "content"])
    return handed_in


@action(Can.RUN_SCHEDULE)
def lay_before_staff(*, patient: Patient, paper: SentPaper, by: User, at: datetime) -> list[HandedIn]:
    """Write the drafts of a paper whose person was found, one for each program of their care."""
    words = words_in(paper)
    handed_in = []
    for program in programs_of_care(patient):
        draft, named = written(
            patient=patient, discloser=program, recipients=words.recipients, participants=words.participants, **words.facts
        )
        handed_in.append(_wait_for_the_paper(patient, draft, named, paper, at))
    return handed_in


def _wait_for_the_paper(patient: Patient, draft: Consent, named: Sequence[Named], paper: SentPaper, at: datetime) -> HandedIn:
    """Keep a draft, as recorded by the partner who sent it, until staff of its program have compared it with the signed paper."""
    kept = _keep_draft(draft, named, paper.recorded_by, paper.recorded_at)
    handed_in: HandedIn = HandedIn.objects.create(consent=kept, organization=paper.organization, at=paper.recorded_at)
    record_fact(ConsentHandedIn(consent_id=kept.pk, patient_id=patient.pk), at=at)
    return handed_in


@dataclass
class Told:
    """Hold what another system tells of a consent: its facts, and its recipients by identifier and name."""

    program: Program
    facts: dict[str, Any]
    recipients: Sequence[tuple[str, str]]
    pk: int | None = None


@action(Can.IMPORT_RECORDS)
def take_over_consents_in_bulk(*, patient: Patient, new: Sequence[Told], changed: Sequence[Told], by: User, at: datetime) -> list[Consent]:
    """Take over consents that were signed elsewhere, as drafts: only staff who saw the signed paper make one hold.

    What was told before and is told differently now stays as it is; a new paper is a new consent.
    """
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    drafts = []
    for told in new:
        draft, named = written(patient=patient, discloser=told.program, recipients=_known(told.recipients), **told.facts)
        drafts.append(_keep_draft(draft, named, by, at))
    return drafts


def _known(recipients: Sequence[tuple[str, str]]) -> list[Organization]:
    """Return the organizations that are known here under these identifiers or names."""
    found = []
    for identifier, name in recipients:
        rows = Organization.objects.filter(is_active=True).order_by("id")
        match = rows.filter(identifier=identifier).first() if identifier else None
        match = match or (rows.filter(name__iexact=name).first() if name else None)
        found += [match] if match else []
    return found


@action(Can.RECORD_CONSENT)
def settle_handed_in(
    *,
    consent: Consent,
    holds: bool,
    by: User,
    at: datetime,
    compared: bool = False,
    original_seen_on: date | None = None,
    why: str = "",
) -> HandedIn:
    """Let a consent that a partner handed in hold, after comparing it with the signed paper, or decline it."""
    handed_in = HandedIn.objects.select_for_update(no_key=True, of=("self",)).filter(consent=consent).first()
    if handed_in is None or handed_in.outcome != Settlement.WAITING:
        raise Refused(Reason(_("This consent was settled already."), code="settled"))
    if not holds and not why.strip():
        raise Refused(Reason(_("Write why it does not hold."), field="why"))
    if holds:
        confirm_consent(consent=consent, compared=compared, original_seen_on=original_seen_on, by=by, at=at)
    handed_in.outcome = Settlement.CONFIRMED if holds else Settlement.DECLINED
    handed_in.settled_at, handed_in.why = at, why.strip()[:200]
    handed_in.save(update_fields=["outcome", "settled_at", "why"])
    return handed_in


@action(Can.RECORD_CONSENT)
def choose_fundraising(*, patient: Patient, opted_out: bool, by: User, at: datetime) -> FundraisingChoice:
    """Write down whether a person wants to receive no fundraising (42 CFR 2.31(a)(5)(iii))."""
    choice, _made = FundraisingChoice.objects.update_or_create(
        patient=patient, defaults={"opted_out": opted_out, "recorded_by": by, "recorded_at": at}
    )
    return choice
