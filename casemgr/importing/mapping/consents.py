"""Map Consent: what somebody signed elsewhere becomes a draft, or is left out with every element named that it lacks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from casemgr.importing.mapping.nodes import Context, Node, NotMapped, display_of, reference_of
from patients.consent.rules import Missing, Paper, Recipient, missing_elements, what_a_representative_lacks

OURS = "urn:casemgr:consent:"
"""Prefix of the extensions in which a Consent says what FHIR R4 has no field for: the kind, the statements, the words."""

PURPOSES = {"TREAT": "treatment", "HPAYMT": "payment", "HOPERAT": "operations", "PATRQT": "patient_request", "HRESCH": "research"}
"""Purposes by their code in HL7 v3 ActReason; others are given in our own words."""

NOT_IN_FORCE = frozenset({"rejected", "inactive", "entered-in-error"})
TEXTS = (
    "description", "revocation_statement", "redisclosure_statement", "hipaa_statement", "refusal_statement", "fundraising_statement",
    "ends_with", "revocable_event", "signer_relationship", "signer_authority",
)  # fmt: skip


@dataclass(frozen=True)
class ConsentDraft:
    """Hold what a Consent tells: facts as the verb takes them, and recipients by identifier or name."""

    facts: dict[str, Any]
    recipients: tuple[tuple[str, str], ...] = field(default=())


def map_consent(node: Node, context: Context) -> ConsentDraft:
    """Return the draft that a Consent makes; one that lacks an element of 42 CFR 2.31 is left out, and each such element is named."""
    if node.string("status", required=True) in NOT_IN_FORCE:
        raise NotMapped("it is not in force at its source")
    told = dict(_extensions(node))
    provision = node.child("provision") or Node({}, f"{node.path}.provision")
    period = provision.child("period")
    until = period.day("end", zone=context.zone) if period else None
    facts: dict[str, Any] = {
        "kind": told.get("kind", "specific"),
        "purposes": [PURPOSES.get(coding.string("code"), coding.string("code")) for coding in provision.children("purpose")],
        "categories": [coding.string("code") for coding in provision.children("class")],
        "signed_on": node.day("dateTime", zone=context.zone),
        "signed_by": _signer(node, context),
        "valid_until": until + timedelta(days=1) if until else None,
        "revocable_after": _day(told.get("revocable_after")),
        "initiated_by_patient": told.get("initiated_by_patient") == "true",
        "later_programs": told.get("later_programs") == "true",
        **{name: told.get(name, "").strip() for name in TEXTS},
    }
    if facts["kind"] == "specific" and not facts["signer_relationship"]:
        facts["signer_relationship"] = _relationship(node)
    recipients = tuple(_recipients(provision, context))
    if missing := _missing(facts, recipients, context.today):
        raise NotMapped("as a consent it lacks: " + ", ".join(f"{element} ({source})" for element, source in missing))
    return ConsentDraft(facts, recipients)


def _missing(facts: dict[str, Any], recipients: tuple[tuple[str, str], ...], today: date) -> list[Missing]:
    """Return what is missing on the paper itself; what the recipients are, is looked at when staff confirm it."""
    named = [Recipient(-number, "any") for number, _recipient in enumerate(recipients)]
    paper = Paper(**{name: facts[name] for name in Paper._fields if name in facts})
    of_recipients = {"monitors", "registries", "monitoring_program"}
    missing = [one for one in missing_elements(paper, named, today) if one.element not in of_recipients]
    return missing + what_a_representative_lacks(facts["signer_relationship"], facts["signer_authority"])


def _extensions(node: Node) -> Iterator[tuple[str, str]]:
    for extension in node.children("extension"):
        url = extension.string("url")
        if url.startswith(OURS):
            value = extension.data.get("valueBoolean")
            text = ("true" if value else "false") if isinstance(value, bool) else extension.string("valueString")
            yield url.removeprefix(OURS), text or extension.string("valueDate")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _signer(node: Node, context: Context) -> str:
    """Return the name of who signed, as the Consent gives it."""
    return next((name for performer in node.children("performer") if (name := display_of(performer, context))), "")[:120]


def _relationship(node: Node) -> str:
    """Return whether the person signed, where the reference says so."""
    kinds = {reference_of(performer).partition("/")[0] for performer in node.children("performer")}
    return "patient" if kinds == {"Patient"} else ""


def _recipients(provision: Node, context: Context) -> Iterator[tuple[str, str]]:
    """Return identifier and name of each recipient of information (role IRCP)."""
    for actor in provision.children("actor"):
        roles = {coding.get("code") for coding in (actor.data.get("role") or {}).get("coding", []) if isinstance(coding, dict)}
        reference = actor.child("reference")
        if reference is None or (roles and "IRCP" not in roles):
            continue
        identifier = reference.child("identifier")
        value, name = identifier.string("value") if identifier else "", display_of(reference, context)
        if value or name:
            yield value, name
