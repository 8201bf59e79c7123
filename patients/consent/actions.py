"""Record what a person allows to be told, and take it back when they say so."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.directory.models import Organization
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Reason, Refused
from patients.consent.events import ConsentRevoked
from patients.consent.models import (
    Consent,
    ConsentKind,
    ConsentRecipient,
    ConsentState,
    Element,
    InformationCategory,
    PurposeOfUse,
    SignerRelationship,
)
from patients.consent.queries import recipient_facts
from patients.consent.rules import Paper, missing_elements
from patients.record.models import Patient

_FIELD_OF = {
    Element.PURPOSES_TPO: "purposes",
    Element.EXPIRY_NONE: "ends_with",
    Element.EXPIRY_PAST: "valid_until",
    Element.SIGNED_LATER: "signed_on",
    Element.JUSTICE: "recipients",
}


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
    valid_until: date | None = None,
    ends_with: str = "",
    redisclosure_statement: str = "",
    refusal_statement: str = "",
) -> Consent:
    """Record a signed consent; it holds at once, or every element that it lacks is named (42 CFR 2.31)."""
    named = list({organization.pk: organization for organization in recipients}.values())
    paper = Paper(
        kind=kind,
        purposes=sorted(set(purposes)),
        categories=sorted(set(categories)),
        description=description.strip(),
        revocation_statement=revocation_statement.strip(),
        redisclosure_statement=redisclosure_statement.strip(),
        refusal_statement=refusal_statement.strip(),
        signed_by=signed_by.strip(),
        signer_relationship=signer_relationship,
        signed_on=signed_on,
        valid_until=valid_until,
        ends_with=ends_with.strip(),
    )
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    _refuse_what_is_missing(patient, discloser, paper, named, at)
    consent = Consent.objects.create(patient=patient, discloser=discloser, recorded_at=at, recorded_by=by, **paper._asdict())
    ConsentRecipient.objects.bulk_create(
        ConsentRecipient(consent=consent, organization=organization, patient=patient) for organization in named
    )
    consent.state = ConsentState.ACTIVE
    consent.save(update_fields=["state"])
    return consent


@action(Can.RECORD_CONSENT)
def revoke_consent(*, consent: Consent, revoked_by: str, by: User, at: datetime) -> Consent:
    """Take a consent back: from this moment nothing more is told on it (42 CFR 2.31(a)(6))."""
    Patient.objects.select_for_update(no_key=True).get(pk=consent.patient_id)
    consent = Consent.objects.select_for_update(no_key=True).get(pk=consent.pk)
    reasons = []
    if consent.state != ConsentState.ACTIVE:
        reasons.append(Reason(_("This consent is not in force, so there is nothing to revoke."), code="not_active"))
    if not revoked_by.strip():
        reasons.append(Reason(_("Write the name of who revokes it."), field="revoked_by", source="42 CFR 2.31(a)(6)"))
    if reasons:
        raise Refused(*reasons)
    consent.state, consent.revoked_at, consent.revoked_by = ConsentState.REVOKED, at, revoked_by.strip()
    consent.save(update_fields=["state", "revoked_at", "revoked_by"])
    record_fact(ConsentRevoked(consent_id=consent.pk, patient_id=consent.patient_id), at=at)
    return consent


@action(Can.RECORD_CONSENT)
def end_consent(*, consent: Consent, by: User, at: datetime) -> Consent:
    """Say that the event has come with which a consent ends."""
    Patient.objects.select_for_update(no_key=True).get(pk=consent.patient_id)
    consent = Consent.objects.select_for_update(no_key=True).select_related("discloser").get(pk=consent.pk)
    today = at.astimezone(consent.discloser.zone).date()
    if consent.state != ConsentState.ACTIVE or (consent.valid_until is not None and consent.valid_until <= today):
        raise Refused(Reason(_("This consent is not in force any more."), code="not_active"))
    consent.valid_until = today
    consent.save(update_fields=["valid_until"])
    return consent


def _refuse_what_is_missing(patient: Patient, discloser: Program, paper: Paper, named: Sequence[Organization], at: datetime) -> None:
    """Refuse a consent that lacks an element, names what is unknown, or is there already."""
    today = at.astimezone(discloser.zone).date()
    reasons = [
        Reason(str(Element(element).label), field=_FIELD_OF.get(Element(element), element), code=element, source=source)
        for element, source in missing_elements(paper, [recipient_facts(organization) for organization in named], today)
    ]
    reasons += _unknown_words(paper)
    reasons += [
        Reason(_("%(name)s is no longer in use. Choose another recipient.") % {"name": organization.name}, field="recipients")
        for organization in named
        if not organization.is_active
    ]
    if not reasons and _is_recorded_already(patient, discloser, paper, named):
        reasons.append(
            Reason(_("This consent is recorded already, with the same recipients, purposes and information."), code="recorded_already")
        )
    if reasons:
        raise Refused(*reasons)


def _unknown_words(paper: Paper) -> list[Reason]:
    """Return a reason for each field that holds a word we do not know."""
    known = (
        ("kind", {paper.kind}, ConsentKind.values),
        ("purposes", set(paper.purposes), PurposeOfUse.values),
        ("categories", set(paper.categories), InformationCategory.values),
        ("signer_relationship", {paper.signer_relationship} - {""}, SignerRelationship.values),
    )
    return [
        Reason(_("Unknown: %(words)s. Choose from the list.") % {"words": ", ".join(sorted(map(str, given - set(values))))}, field=field)
        for field, given, values in known
        if given - set(values)
    ]


def _is_recorded_already(patient: Patient, discloser: Program, paper: Paper, named: Sequence[Organization]) -> bool:
    """Say whether the very same consent is in force: a second one would outlive the revocation of the first."""
    same = Consent.objects.filter(
        patient=patient,
        discloser=discloser,
        state=ConsentState.ACTIVE,
        kind=paper.kind,
        purposes=paper.purposes,
        categories=paper.categories,
        signed_on=paper.signed_on,
        valid_until=paper.valid_until,
    ).prefetch_related("named_recipients")
    wanted = {organization.pk for organization in named}
    return any({recipient.organization_id for recipient in consent.named_recipients.all()} == wanted for consent in same)
