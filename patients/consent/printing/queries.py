"""Read a consent as the facts that are set on paper."""

from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.formats import date_format

from casemgr.core.paper.typesetting import language_on_paper, page_frame
from patients.consent.models import Consent, ConsentState, RecipientPart
from patients.consent.printing.rules import ENDS_IN_WORDS, WORDS
from patients.consent.rules import REGISTRY_MILES
from patients.relations.models import RecipientClass

Rows = list[list[Any]]


def consent_on_paper(consent: Consent, *, has_ended: bool, at: datetime, language: str = "") -> dict[str, Any]:
    """Return one consent as the template “consent” sets it: every element in the order of the rule, the statements as they were signed."""
    language = language_on_paper(language or consent.language)
    words = WORDS[language]
    zone = consent.discloser.zone
    with translation.override(language):
        stamp, standing = _standing(consent, has_ended, words)
        made = words["made"].format(day=_day(at.astimezone(zone).date()))
        edition = " · ".join([words["number"].format(number=consent.pk), words["edition"].format(version=consent.wording_version)])
        return {
            "paper": page_frame(title=words["title"], program=consent.discloser.name, made=made, stamp=stamp, edition=edition),
            "rule": words["rule"],
            "standing": standing,
            "parts": _parts(consent, words),
            "signature": [] if consent.state == ConsentState.DRAFT else _signature(consent, words),
            "lines": _lines(words) if consent.state == ConsentState.DRAFT else [],
            "signature_heading": words["signature"],
            "statements": _statements(consent, words),
            "statements_heading": words["statements"],
        }


def _standing(consent: Consent, has_ended: bool, words: dict[str, str]) -> tuple[str, str]:
    """Return the stamp and the sentence for a consent on which nothing may be told."""
    if consent.state == ConsentState.DRAFT:
        return words["draft"], ""
    if consent.state == ConsentState.REVOKED and consent.revoked_at:
        day = _day(consent.revoked_at.astimezone(consent.discloser.zone).date())
        return words["revoked"].format(day=day), words["revoked_by"].format(day=day, name=consent.revoked_by)
    if consent.state == ConsentState.SUPERSEDED:
        return words["superseded"], words["ended"]
    return (words["expired"], words["ended"]) if has_ended else ("", "")


def _parts(consent: Consent, words: dict[str, str]) -> Rows:
    """Return elements one to seven, each with its heading."""
    patient = consent.patient
    born = f", {words['born']} {_day(patient.birth_date)}" if patient.birth_date else ""
    purpose = [consent.purpose_words] + ([words["on_request"]] if consent.initiated_by_patient else [])
    return [
        [words["kind"], str(consent.get_kind_display())],
        [words["patient"], f"{patient.legal_name}{born}"],
        [words["discloser"], consent.discloser.name],
        [words["information"], [consent.category_words, f"{words['in_words']}: {consent.description}"]],
        [words["recipients"], _recipients(consent, words)],
        [words["purposes"], purpose],
        [words["revocation"], _revocation(consent, words)],
        [words["expiry"], _expiry(consent, words)],
    ]


def _recipients(consent: Consent, words: dict[str, str]) -> list[str]:
    """Return who may be told: by name and address, by name and relation, by class, through an intermediary, as programs still to come."""
    named = list(consent.named_recipients.select_related("organization"))
    told = [_address(one.organization) for one in named if one.part == RecipientPart.RECIPIENT]
    participants = [_address(one.organization) for one in named if one.part == RecipientPart.PARTICIPANT]
    told += [str(RecipientClass(code).label) if code in RecipientClass.values else code for code in consent.recipient_classes]
    told += [str(one) for one in consent.named_people.all()]
    if participants:
        told += [f"{words['through']}:", *participants]
    if consent.designation:
        told.append(words["treating_only"])
    if consent.later_programs:
        told.append(words["later_programs"].format(miles=REGISTRY_MILES))
    return told


def _address(organization: Any) -> str:
    """Name an organisation with its address."""
    return ", ".join(part for part in (organization.name, " ".join(organization.address.split())) if part)


def _revocation(consent: Consent, words: dict[str, str]) -> list[str]:
    """Say how it can be taken back, and from when."""
    said = [consent.revocation_statement]
    if consent.revocable_after:
        said.append(words["revocable_from"].format(day=_day(consent.revocable_after)))
    if consent.revocable_event:
        said.append(words["revocable_event"].format(event=consent.revocable_event))
    return said


def _expiry(consent: Consent, words: dict[str, str]) -> list[str]:
    """Say with what it ends."""
    said = [words["until"].format(day=_day(consent.valid_until))] if consent.valid_until else []
    event = consent.ends_with.strip()
    if event.lower() in ENDS_IN_WORDS:
        return [*said, words[event.lower()]]
    if event.lower() == "none":
        return [*said, words["no_end"]]
    return [*said, words["event"].format(event=event)] if event else said


def _signature(consent: Consent, words: dict[str, str]) -> Rows:
    """Return who signed, in what capacity, when and how."""
    rows: Rows = [
        [words["signed_by"], consent.signed_by],
        [words["signed_as"], str(consent.get_signer_relationship_display())],
        [words["signed_on"], _day(consent.signed_on) if consent.signed_on else ""],
        [words["signed_how"], str(consent.get_signature_display())],
    ]
    if consent.signer_authority:
        rows.insert(2, [words["authority"], str(consent.get_signer_authority_display())])
    if consent.witnessed_by:
        rows.append([words["witness"], consent.witnessed_by.full_name])
    if consent.attestation:
        rows.append([words["attestation"], consent.attestation])
    return rows


def _lines(words: dict[str, str]) -> list[str]:
    """Return what is to be written by hand on a paper that nobody has signed yet."""
    return [words[name] for name in ("line_name", "line_signature", "line_capacity", "line_date")]


def _statements(consent: Consent, words: dict[str, str]) -> Rows:
    """Return what the person was told, word for word as it was signed."""
    said = (
        ("hipaa", consent.hipaa_statement),
        ("redisclosure", consent.redisclosure_statement),
        ("refusal", consent.refusal_statement),
        ("fundraising", consent.fundraising_statement),
    )
    return [[words[name], text] for name, text in said if text]


def _day(day: date) -> str:
    """Return a day in the words of the language in hand."""
    return date_format(day, "DATE_FORMAT")
