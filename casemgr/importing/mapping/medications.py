"""Map MedicationRequest and MedicationAdministration: told to be ordered or given elsewhere, never our own orders and doses."""

from dataclasses import dataclass
from datetime import datetime

from casemgr.importing.mapping.codes import MEDICATION_REQUEST_INTENT
from casemgr.importing.mapping.nodes import (
    Concept,
    Context,
    Node,
    NotMapped,
    check_status,
    clip,
    concept_of,
    display_of,
    kept_coding,
    reference_of,
)

NO_ORDER = frozenset({"proposal", "plan", "option"})


@dataclass(frozen=True)
class StatementFacts:
    """Hold what is told about one medication."""

    kind: str
    code_system: str
    code: str
    title: str
    status: str
    at: datetime
    dosage: str
    prescriber_name: str


def map_medication_request(node: Node, context: Context) -> StatementFacts:
    """Return the facts of a MedicationRequest."""
    status = check_status(node)
    intent = node.code("intent", MEDICATION_REQUEST_INTENT, required=True)
    if intent in NO_ORDER:
        raise NotMapped(f"its intent is “{intent}”: nothing was ordered yet")
    if node.boolean("doNotPerform"):
        raise NotMapped("it says that this medication must NOT be given; enter that by hand where it is seen")
    at = node.moment("authoredOn", context.zone)
    dosages = (_dosage(child) for child in node.children("dosageInstruction"))
    return _statement(
        node,
        context,
        kind="ordered",
        status=status,
        at=at,
        dosage="; ".join(text for text in dosages if text),
        prescriber=display_of(node.child("requester"), context),
    )


def map_medication_administration(node: Node, context: Context) -> StatementFacts:
    """Return the facts of a MedicationAdministration."""
    status = check_status(node)
    if not (node.has("effectiveDateTime") or node.has("effectivePeriod")):
        raise node.wrong("effectiveDateTime", "(or effectivePeriod) is missing")
    period = node.child("effectivePeriod")
    at = period.moment("start", context.zone) if period else node.moment("effectiveDateTime", context.zone)
    dosage = node.child("dosage")
    amount = _quantity(dosage.child("dose")) if dosage else ""
    performer = next((display_of(child.child("actor"), context) for child in node.children("performer")), "")
    words = " ".join(part for part in (dosage.string("text") if dosage else "", amount) if part)
    return _statement(node, context, kind="given", status=status, at=at, dosage=words, prescriber=performer)


def _statement(
    node: Node, context: Context, *, kind: str, status: str, at: datetime | None, dosage: str, prescriber: str
) -> StatementFacts:
    concept = _medication(node, context)
    if at is None:
        raise NotMapped("it does not say on which day")
    if not concept.code:
        raise NotMapped("its medication has no code")
    coding = kept_coding(concept.codings[0])
    return StatementFacts(
        kind=kind,
        code_system=coding.system,
        code=coding.code,
        title=clip(concept.title, 300),
        status=status,
        at=at,
        dosage=clip(dosage, 300),
        prescriber_name=clip(prescriber, 120),
    )


def _medication(node: Node, context: Context) -> Concept:
    """Return the medication, told in place, in a Medication of this bundle or in one inside the resource."""
    if node.has("medicationCodeableConcept"):
        return concept_of(node.child("medicationCodeableConcept"))
    reference = reference_of(node.child("medicationReference"))
    if not reference:
        raise node.wrong("medicationCodeableConcept", "(or medicationReference) is missing")
    if reference.startswith("#"):
        found = next((child for child in node.children("contained") if child.string("id") == reference[1:]), None)
    else:
        found = context.look_up(reference)
    if found is None:
        raise NotMapped("its medication is neither told in place nor in this bundle")
    return concept_of(found.child("code"))


def _dosage(node: Node) -> str:
    """Return one dosage instruction in words."""
    parts: list[str] = [node.string("text")]
    quantities = [_quantity(child.child("doseQuantity")) for child in node.children("doseAndRate")]
    timing = node.child("timing")
    repeat = timing.child("repeat") if timing else None
    parts += [*quantities, _repeat(repeat) if repeat else ""]
    if node.data.get("asNeededBoolean") is True and "as needed" not in parts[0].lower():
        parts.append("as needed")
    parts += [concept_of(child).title for child in node.children("additionalInstruction")]
    return ", ".join(part for part in parts if part)


def _repeat(node: Node) -> str:
    """Return how often, in words."""
    frequency, period, unit = _plain(node, "frequency"), _plain(node, "period"), node.string("periodUnit")
    if not (frequency and period and unit):
        return ""
    units = {"s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}
    name = units.get(unit, unit)
    every = f"every {name}" if period == "1" else f"every {period} {name}s"
    return f"{frequency} × {every}"


def _quantity(node: Node | None) -> str:
    if node is None:
        return ""
    return " ".join(part for part in (_plain(node, "value"), node.string("unit")) if part)


def _plain(node: Node, name: str) -> str:
    value = node.number(name)
    return f"{value.normalize():f}" if value is not None else ""
