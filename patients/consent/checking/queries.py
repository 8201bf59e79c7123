"""Look at a consent before it holds: what it lacks, which words nobody knows, whether it is there already."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.models import Program
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Reason
from patients.consent.models import (
    Consent,
    ConsentKind,
    ConsentState,
    Designation,
    Element,
    InformationCategory,
    PurposeOfUse,
    RecipientPart,
    SignatureMethod,
    SignerAuthority,
    SignerRelationship,
)
from patients.consent.queries import PERSON, person_facts, recipient_facts
from patients.consent.rules import (
    SPECIFIC,
    Paper,
    Recipient,
    doubts_about_the_signer,
    missing_elements,
    what_a_representative_lacks,
    what_the_signer_cannot_be,
)
from patients.record.models import LANGUAGE_CHOICES, Patient
from patients.relations.models import RecipientClass
from patients.world.models import CloseOne

Named = tuple[Organization | CloseOne, str]
"""An organisation or somebody around the person, and as what the consent names them."""

FIELD_OF = {
    Element.EXPIRY_NONE: "ends_with",
    Element.EXPIRY_ENROLLMENT: "ends_with",
    Element.EXPIRY_PAST: "valid_until",
    Element.PERIOD_END: "valid_until",
    Element.REVOCABLE_NEVER: "revocable_after",
    Element.SIGNED_LATER: "signed_on",
    Element.SIGNED_BEFORE_BIRTH: "signed_on",
    Element.SIGNER_OF_ADULT: "signer_relationship",
    Element.SIGNER_DEAD: "signer_relationship",
    Element.AUTHORITY_WHILE_ALIVE: "signer_authority",
    Element.ATTESTATION: "attestation",
    Element.RECIPIENT_CLASSES_KIND: "recipient_classes",
    Element.INTERMEDIARY: "recipients",
    **dict.fromkeys((Element.JUSTICE, Element.MONITORS, Element.REGISTRIES, Element.ADDRESSES, Element.MONITORING_PROGRAM), "recipients"),
}
"""At which field an element is named where it has another name than the field."""

_LISTS = frozenset({"purposes", "categories", "recipient_classes"})
_NO_TEXT = frozenset({"case_reference"})


def field_of(element: str) -> str:
    """Return the field at which a missing element is named."""
    for listed in ("purposes", "categories"):
        if element.startswith(f"{listed}_"):
            return listed
    return FIELD_OF.get(Element(element), element)


def written(
    *,
    patient: Patient | None,
    discloser: Program,
    recipients: Iterable[Organization],
    participants: Iterable[Organization] = (),
    people: Iterable[CloseOne] = (),
    hipaa_statement: str | None = None,
    redisclosure_statement: str = "",
    **facts: Any,
) -> tuple[Consent, list[Named]]:
    """Return the draft of what a paper says, tidied and not kept yet, and whom it names; nobody is named twice.

    Where nobody told the HIPAA statement apart, the redisclosure statement says both. Only a personal representative has an authority.
    """
    tidy = {name: _tidied(name, value) for name, value in facts.items()}
    tidy["redisclosure_statement"] = redisclosure_statement.strip()
    tidy["hipaa_statement"] = tidy["redisclosure_statement"] if hipaa_statement is None else hipaa_statement.strip()
    if tidy.get("signer_relationship") != SignerRelationship.PERSONAL_REPRESENTATIVE:
        tidy.pop("signer_authority", None)
    tidy["case_reference"] = facts.get("case_reference") or None
    parts = {organization.pk: (organization, RecipientPart.PARTICIPANT.value) for organization in participants}
    parts |= {organization.pk: (organization, RecipientPart.RECIPIENT.value) for organization in recipients}
    around = {one.pk: (one, PERSON) for one in people}
    named: list[Named] = [*(parts[key] for key in sorted(parts)), *(around[key] for key in sorted(around))]
    return Consent(patient=patient, discloser=discloser, **tidy), named


def _tidied(name: str, value: Any) -> Any:
    """Return a value as it is kept: lists in order and without doubles, texts without blanks around them."""
    if name in _LISTS:
        return sorted(set(value))
    return value.strip() if isinstance(value, str) and name not in _NO_TEXT else value


def paper_of(consent: Consent, named: Sequence[Named]) -> Paper:
    """Return what a consent says, as the rules see it."""
    told = {name: getattr(consent, name) for name in Paper._fields if name != "names_participants"}
    facts: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value for name, value in told.items()}
    return Paper(**facts, names_participants=any(part == RecipientPart.PARTICIPANT for _organization, part in named))


def reasons_against(consent: Consent, named: Sequence[Named], at: datetime) -> list[Reason]:
    """Return why this consent cannot hold: every element that it lacks, every contradiction, every word that nobody knows."""
    today = at.astimezone(consent.discloser.zone).date()
    facts = [_facts_of(recipient, part) for recipient, part in named]
    missing = missing_elements(paper_of(consent, named), facts, today)
    missing += what_a_representative_lacks(consent.signer_relationship, consent.signer_authority)
    if consent.patient_id is not None:
        patient = consent.patient
        missing += what_the_signer_cannot_be(
            consent.signer_relationship,
            signed_on=consent.signed_on,
            born_on=patient.birth_date,
            died_on=patient.deceased_on,
            authority=consent.signer_authority,
        )
    unknown = _unknown_words(consent)
    instead = {reason.field for reason in unknown}
    reasons = [
        Reason(str(Element(element).label), field=field_of(element), code=element, source=source)
        for element, source in missing
        if field_of(element) not in instead
    ]
    return reasons + _what_a_screen_lacks(consent) + unknown + _not_worked_with(named) + _who_is_not_told(consent, named)


def _facts_of(recipient: Organization | CloseOne, part: str) -> Recipient:
    """Return what the rules ask about whom a consent names."""
    if isinstance(recipient, CloseOne):
        return person_facts(recipient.pk)
    return recipient_facts(recipient)._replace(part=part)


def _who_is_not_told(consent: Consent, named: Sequence[Named]) -> list[Reason]:
    """Return why people around somebody cannot be named here: the kind, whose they are, what the person fears of them."""
    people = [one for one, _part in named if isinstance(one, CloseOne)]
    reasons = []
    if people and consent.kind != SPECIFIC:
        text = _("People around the person are named in a specific consent.")
        reasons.append(Reason(text, field="people", code="people_kind", source="42 CFR 2.31(a)(4)(i)"))
    for one in people:
        name = {"name": one.name}
        if one.patient_id != consent.patient_id or not one.stands:
            reasons.append(Reason(_("%(name)s is not among the people around this person.") % name, field="people", code="not_around"))
        elif one.is_safety_concern:
            text = _("%(name)s is a concern for safety. Nothing is said to them until the person revises that.") % name
            reasons.append(Reason(text, field="people", code="safety_concern"))
    return reasons


def _what_a_screen_lacks(consent: Consent) -> list[Reason]:
    """Return what a signature on screen lacks."""
    if consent.signature != SignatureMethod.SCREEN or (consent.attestation and consent.witnessed_by_id):
        return []
    return [Reason(str(Element.ATTESTATION.label), field="attestation", code=Element.ATTESTATION, source="42 CFR 2.31(a)(8)")]


def _not_worked_with(named: Sequence[Named]) -> list[Reason]:
    return [
        Reason(_("%(name)s is no longer in use. Choose another recipient.") % {"name": organization.name}, field="recipients")
        for organization, _part in named
        if isinstance(organization, Organization) and not organization.is_active
    ]


def _unknown_words(consent: Consent) -> list[Reason]:
    """Return a reason for each field that holds a word we do not know."""
    known: tuple[tuple[str, set[str], Sequence[str]], ...] = (
        ("kind", {consent.kind}, ConsentKind.values),
        ("purposes", set(consent.purposes), PurposeOfUse.values),
        ("categories", set(consent.categories), InformationCategory.values),
        ("recipient_classes", set(consent.recipient_classes), RecipientClass.values),
        ("designation", {consent.designation} - {""}, Designation.values),
        ("signature", {consent.signature}, SignatureMethod.values),
        ("language", {consent.language}, [code for code, _name in LANGUAGE_CHOICES]),
        ("signer_authority", {consent.signer_authority} - {""}, SignerAuthority.values),
        ("signer_relationship", {consent.signer_relationship} - {""}, SignerRelationship.values),
    )
    return [
        Reason(_("Unknown: %(words)s. Choose from the list.") % {"words": ", ".join(sorted(map(str, given - set(values))))}, field=field)
        for field, given, values in known
        if given - set(values)
    ]


def same_consent(consent: Consent, named: Sequence[Named]) -> set[int]:
    """Return the keys of the very same consents in force: a second one would outlive the revocation of the first."""
    same = Consent.objects.filter(
        patient=consent.patient,
        discloser=consent.discloser,
        state=ConsentState.ACTIVE,
        known_false_at__isnull=True,
        kind=consent.kind,
        purposes=consent.purposes,
        categories=consent.categories,
        recipient_classes=consent.recipient_classes,
        signed_on=consent.signed_on,
        valid_until=consent.valid_until,
    ).prefetch_related("named_recipients", "named_people")
    wanted = {(recipient.pk, part) for recipient, part in named}
    return {found.pk for found in same if _named_in(found) == wanted}


def _named_in(consent: Consent) -> set[tuple[int, str]]:
    """Return whom a consent names, each by key and part."""
    people = {(row.close_one_id, PERSON) for row in consent.named_people.all()}
    return people | {(row.organization_id, row.part) for row in consent.named_recipients.all()}


_DOUBTS = {
    "minor_alone": gettext_lazy(
        "A minor signed alone. Whether that is enough, and whether a parent must sign too, state law decides (42 CFR 2.14)."
    ),
    "may_be_adult": gettext_lazy(
        "A parent or guardian signed for somebody who is grown up in most states. Check the age of majority (42 CFR 2.14)."
    ),
}


def doubts_about(consent: Consent) -> list[str]:
    """Return what somebody should look at although nothing stops the consent: state law decides."""
    if consent.signed_on is None:
        return []
    found = doubts_about_the_signer(consent.signer_relationship, signed_on=consent.signed_on, born_on=consent.patient.birth_date)
    return [str(_DOUBTS[name]) for name in found]
