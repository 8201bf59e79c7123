"""Record what a person allows to be told, and take it back when they say so."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.deadlines.recording import start_clock, stop_clock
from casemgr.core.directory.models import Organization
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Reason, Refused
from patients.consent.checking.queries import Named, reasons_against, same_consent, written
from patients.consent.events import ConsentRevoked
from patients.consent.models import Consent, ConsentPerson, ConsentRecipient, ConsentState, ScanOf, SignatureMethod, SignerRelationship
from patients.consent.queries import PERSON, consents_that_have_ended
from patients.consent.rules import CJ_REFERRAL
from patients.record.models import Patient
from patients.world.models import CloseOne

CONSENT_EXPIRY = "consent_expiry"
"""The clock that warns before a consent ends."""


class More(TypedDict, total=False):
    """Name what only some consents say."""

    participants: Iterable[Organization]
    people: Iterable[CloseOne]
    recipient_classes: Iterable[str]
    designation: str
    later_programs: bool
    initiated_by_patient: bool
    valid_until: date | None
    ends_with: str
    redisclosure_statement: str
    hipaa_statement: str | None
    refusal_statement: str
    fundraising_statement: str
    revocable_after: date | None
    revocable_event: str
    case_reference: str
    signer_authority: str
    signature: str
    attestation: str
    witnessed_by: User | None
    wording_version: str
    language: str


@action(Can.RECORD_CONSENT)
def record_consent(
    *,
    patient: Patient,
    discloser: Program,
    kind: str,
    recipients: Iterable[Organization],
    purposes: Iterable[str],
    categories: Iterable[str],
    description: str,
    revocation_statement: str,
    signed_by: str,
    signer_relationship: str,
    signed_on: date | None,
    by: User,
    at: datetime,
    supersedes: Consent | None = None,
    **more: Unpack[More],
) -> Consent:
    """Record a signed consent; it holds at once, or every element that it lacks is named (42 CFR 2.31).

    It may replace an older one in the same act.
    """
    facts: dict[str, Any] = {"kind": kind, "purposes": purposes, "categories": categories, "description": description}
    facts |= {"revocation_statement": revocation_statement, "signed_by": signed_by, "signed_on": signed_on}
    facts |= {"signer_relationship": signer_relationship, **more}
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    older = _locked(supersedes) if supersedes is not None else None
    reasons = [] if older is None else _reasons_not_to_replace(older, patient, discloser)
    draft, named = written(patient=patient, discloser=discloser, recipients=recipients, **facts)
    reasons += reasons_against(draft, named, at)
    if not reasons and same_consent(draft, named) - {older.pk if older else None}:
        reasons.append(_recorded_already())
    if reasons:
        raise Refused(*reasons)
    return _replacing(older, _activated(_keep_draft(draft, named, by, at), at), at)


@action(Can.RECORD_CONSENT)
def confirm_consent(*, consent: Consent, compared: bool, by: User, at: datetime, original_seen_on: date | None = None) -> Consent:
    """Make a draft hold, once somebody compared it with the scan on file, or with the original on a day that they name.

    Whoever confirms is on the record as the one who compared; what the draft lacks is named.
    """
    Patient.objects.select_for_update(no_key=True).get(pk=consent.patient_id)
    consent = _locked(consent)
    if consent.state != ConsentState.DRAFT:
        raise Refused(Reason(_("This consent is no draft any more."), code="not_draft"))
    named: list[Named] = [(row.organization, row.part) for row in consent.named_recipients.select_related("organization")]
    named += [(row.close_one, PERSON) for row in consent.named_people.select_related("close_one")]
    reasons = reasons_against(consent, named, at)
    reasons += _not_compared(consent, compared, original_seen_on, at)
    if not reasons and same_consent(consent, named):
        reasons.append(_recorded_already())
    if reasons:
        raise Refused(*reasons)
    consent.compared_by, consent.compared_at, consent.original_seen_on = by, at, original_seen_on
    return _activated(consent, at)


@action(Can.RECORD_CONSENT)
def revoke_consent(
    *,
    consent: Consent,
    revoked_by: str,
    by: User,
    at: datetime,
    revoked_as: str = SignerRelationship.PATIENT,
    revoked_how: str = SignatureMethod.PAPER,
    event_has_come: bool = False,
) -> Consent:
    """Take a consent back, in writing: from this moment nothing more is told on it (42 CFR 2.31(a)(6))."""
    Patient.objects.select_for_update(no_key=True).get(pk=consent.patient_id)
    consent = _locked(consent)
    reasons = []
    if consent.state != ConsentState.ACTIVE:
        reasons.append(Reason(_("This consent is not in force, so there is nothing to revoke."), code="not_active"))
    if not revoked_by.strip():
        reasons.append(Reason(_("Write the name of who revokes it."), field="revoked_by", source="42 CFR 2.31(a)(6)"))
    if revoked_as not in SignerRelationship.values:
        reasons.append(Reason(_("Say whether the person or somebody for them revokes it."), field="revoked_as", source="42 CFR 2.31(a)(6)"))
    if revoked_how not in SignatureMethod.values:
        reasons.append(Reason(_("It is revoked in writing: on paper or on screen."), field="revoked_how", source="42 CFR 2.31(a)(6)"))
    reasons += _not_yet_revocable(consent, event_has_come, at)
    if reasons:
        raise Refused(*reasons)
    consent.state, consent.revoked_at, consent.revoked_by = ConsentState.REVOKED, at, revoked_by.strip()
    consent.revoked_as, consent.revoked_how = revoked_as, revoked_how
    consent.revocable_event_came = event_has_come and bool(consent.revocable_event)
    consent.save(update_fields=["state", "revoked_at", "revoked_by", "revoked_as", "revoked_how", "revocable_event_came"])
    stop_clock(kind=CONSENT_EXPIRY, subject=consent, at=at, outcome="revoked")
    record_fact(ConsentRevoked(consent_id=consent.pk, patient_id=consent.patient_id), at=at)
    return consent


@action(Can.RECORD_CONSENT)
def end_consent(*, consent: Consent, by: User, at: datetime) -> Consent:
    """Say that the event has come with which a consent ends."""
    Patient.objects.select_for_update(no_key=True).get(pk=consent.patient_id)
    consent = _locked(consent)
    today = at.astimezone(consent.discloser.zone).date()
    if consent.state != ConsentState.ACTIVE or (consent.valid_until is not None and consent.valid_until <= today):
        raise Refused(Reason(_("This consent is not in force any more."), code="not_active"))
    if consent.kind == CJ_REFERRAL and not consent.ends_with:
        raise Refused(Reason(_("This consent ends on its day, not with an event."), code="not_by_event", source="42 CFR 2.35"))
    consent.valid_until = today
    consent.save(update_fields=["valid_until"])
    stop_clock(kind=CONSENT_EXPIRY, subject=consent, at=at, outcome="ended")
    return consent


@action(Can.RECORD_CONSENT)
def mark_consent_false(*, consent: Consent, why: str, by: User, at: datetime) -> Consent:
    """Say that a consent is known to be false: nothing is told on it any more (42 CFR 2.31(c)(4))."""
    Patient.objects.select_for_update(no_key=True).get(pk=consent.patient_id)
    consent = _locked(consent)
    reasons = []
    if consent.state == ConsentState.DRAFT or consent.known_false_at is not None:
        reasons.append(Reason(_("This is a draft, or its falsity is noted already."), code="not_active"))
    if not why.strip():
        reasons.append(Reason(_("Write what is false about it."), field="why", source="42 CFR 2.31(c)(4)"))
    if reasons:
        raise Refused(*reasons)
    consent.known_false_at, consent.known_false_why = at, why.strip()
    consent.save(update_fields=["known_false_at", "known_false_why"])
    return consent


@action(Can.RUN_SCHEDULE)
def expire_consents(*, by: User, at: datetime) -> int:
    """Write down which consents have ended; at the gate they ended by themselves the moment their day came."""
    ended = list(Consent.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=consents_that_have_ended(at)))
    for consent in ended:
        consent.state, consent.expired_at = ConsentState.EXPIRED, at
        consent.save(update_fields=["state", "expired_at"])
        stop_clock(kind=CONSENT_EXPIRY, subject=consent, at=at, outcome="ended")
    return len(ended)


def _not_compared(consent: Consent, compared: bool, seen_on: date | None, at: datetime) -> list[Reason]:
    """Return what is missing before somebody may say that a draft agrees with the signed paper."""
    if not compared:
        return [Reason(_("Compare it with the signed paper first, and say that you did."), field="compared", source="42 CFR 2.31(c)")]
    if seen_on is None and not consent.scans.filter(of=ScanOf.CONSENT).exists():
        text = _("Add a scan of the signed paper first, or say on which day you saw the original.")
        return [Reason(text, field="original_seen_on", code="no_original", source="42 CFR 2.31(c)")]
    today = at.astimezone(consent.discloser.zone).date()
    earliest = consent.signed_on if consent.signed_on is not None and consent.signed_on <= today else date.min
    if seen_on is not None and not earliest <= seen_on <= today:
        text = _("The original is seen between the day of the signature and today.")
        return [Reason(text, field="original_seen_on", code="seen_on_another_day")]
    return []


def _locked(consent: Consent) -> Consent:
    """Return a consent that nobody else changes until we are done."""
    return Consent.objects.select_for_update(no_key=True, of=("self",)).select_related("discloser").get(pk=consent.pk)


def _keep_draft(draft: Consent, named: Sequence[Named], by: User, at: datetime) -> Consent:
    """Keep a draft with whom it names."""
    draft.recorded_by, draft.recorded_at = by, at
    draft.save(force_insert=True)
    ConsentRecipient.objects.bulk_create(
        ConsentRecipient(consent=draft, organization=organization, patient=draft.patient, part=part)
        for organization, part in named
        if isinstance(organization, Organization)
    )
    people = [one for one, _part in named if isinstance(one, CloseOne)]
    if people:
        ConsentPerson.objects.bulk_create(
            ConsentPerson(consent=draft, close_one=one, name=one.name, relation=one.relation) for one in people
        )
    return draft


def _activated(consent: Consent, at: datetime) -> Consent:
    """Let a draft hold from now on."""
    consent.state = ConsentState.ACTIVE
    consent.save(update_fields=["state", "compared_by", "compared_at", "original_seen_on"])
    today = at.astimezone(consent.discloser.zone).date()
    if consent.valid_until is not None and consent.valid_until > today:
        start_clock(
            kind=CONSENT_EXPIRY,
            program=consent.discloser,
            subject=consent,
            started_on=today,
            due_on=consent.valid_until,
            at=at,
            patient_id=consent.patient_id,
        )
    return consent


def _replacing(older: Consent | None, consent: Consent, at: datetime) -> Consent:
    """Let a new consent take the place of an older one."""
    if older is not None:
        older.state, older.superseded_by = ConsentState.SUPERSEDED, consent
        older.save(update_fields=["state", "superseded_by"])
        stop_clock(kind=CONSENT_EXPIRY, subject=older, at=at, outcome="superseded")
    return consent


def _recorded_already() -> Reason:
    """Return the sentence for a consent that is there already."""
    text = _("This consent is recorded already, with the same recipients, purposes and information.")
    return Reason(text, code="recorded_already")


def _reasons_not_to_replace(older: Consent, patient: Patient, discloser: Program) -> list[Reason]:
    """Return why a new consent cannot take the place of this one."""
    if older.patient_id != patient.pk or older.discloser_id != discloser.pk:
        return [Reason(_("The older consent is about another person or another program."), field="supersedes")]
    if older.state != ConsentState.ACTIVE:
        return [Reason(_("The older consent is not in force, so there is nothing to replace."), field="supersedes", code="not_active")]
    if older.kind == CJ_REFERRAL:
        return [
            Reason(
                _("A referral by the justice system is revoked only as it states, and not replaced."),
                field="supersedes",
                source="42 CFR 2.35(c)",
            )
        ]
    return []


def _not_yet_revocable(consent: Consent, event_has_come: bool, at: datetime) -> list[Reason]:
    """Return why a consent for the justice system cannot be revoked yet: it states itself when it can (42 CFR 2.35(c))."""
    if consent.kind != CJ_REFERRAL or (event_has_come and consent.revocable_event):
        return []
    if consent.revocable_after is not None and consent.revocable_after <= at.astimezone(consent.discloser.zone).date():
        return []
    when = consent.revocable_after.isoformat() if consent.revocable_after else consent.revocable_event
    text = _("This consent states that it can be revoked only after: %(when)s.") % {"when": when}
    return [Reason(text, field="event_has_come", code="not_yet_revocable", source="42 CFR 2.35(c)")]
