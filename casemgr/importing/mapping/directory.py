"""Map Organization and Practitioner: who else works with the person."""

from dataclasses import dataclass

from casemgr.importing.mapping.codes import CONTACT_SYSTEM, NPI
from casemgr.importing.mapping.nodes import Context, Node, clip, concepts_of, name_of
from casemgr.importing.mapping.people import postal_address

KINDS = {"ins": "health_plan", "pay": "health_plan", "cg": "social_service"}
"""FHIR organization-type, as far as it decides the kind of our directory."""

KINDS_BY_WORD = (
    ("hospital", "hospital"),
    ("medical center", "hospital"),
    ("pharmacy", "pharmacy"),
    ("laboratory", "laboratory"),
    ("housing", "housing"),
    ("shelter", "housing"),
)


@dataclass(frozen=True)
class OrganizationFacts:
    """Hold what an Organization tells that our directory keeps."""

    name: str
    kind: str
    identifier: str
    address: str
    phone: str
    email: str
    is_active: bool


@dataclass(frozen=True)
class PractitionerFacts:
    """Hold what a Practitioner tells that our directory keeps."""

    name: str
    identifier: str
    phone: str
    email: str
    is_active: bool


def map_organization(node: Node, context: Context) -> OrganizationFacts:
    """Return the facts of an Organization."""
    name = node.string("name", longest=200, required=True)
    return OrganizationFacts(
        name=name,
        kind=_kind(node, name),
        identifier=_npi(node),
        address=next((postal_address(child) for child in node.children("address")), ""),
        phone=_telecom(node, "phone", 40),
        email=_telecom(node, "email", 254),
        is_active=node.boolean("active") or not node.has("active"),
    )


def map_practitioner(node: Node, context: Context) -> PractitionerFacts:
    """Return the facts of a Practitioner."""
    name = name_of(node)
    if not name:
        raise node.wrong("name", "is missing")
    return PractitionerFacts(
        name=clip(name, 120),
        identifier=_npi(node),
        phone=_telecom(node, "phone", 40),
        email=_telecom(node, "email", 254),
        is_active=node.boolean("active") or not node.has("active"),
    )


def _kind(node: Node, name: str) -> str:
    codes = [concept.code for concept in concepts_of(node, "type")]
    named = next((kind for word, kind in KINDS_BY_WORD if word in name.lower()), "")
    return next((KINDS[code] for code in codes if code in KINDS), "") or named or ("clinic" if "prov" in codes else "other")


def _npi(node: Node) -> str:
    """Return the National Provider Identifier; ids of other systems are kept as outside ids, with their system."""
    return next((child.string("value", longest=80) for child in node.children("identifier") if child.string("system") == NPI), "")


def _telecom(node: Node, system: str, longest: int) -> str:
    for child in node.children("telecom"):
        if child.code("system", CONTACT_SYSTEM) == system:
            value = child.string("value")
            return value if len(value) <= longest else ""
    return ""
