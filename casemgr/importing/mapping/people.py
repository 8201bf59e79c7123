"""Map Patient: names, birth date, language, identifiers, ways to reach the person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from casemgr.importing.mapping.codes import ADDRESS_USE, ADMINISTRATIVE_GENDER, CONTACT_SYSTEM, CONTACT_USE, NAME_USE
from casemgr.importing.mapping.nodes import Context, Node, clip, concept_of

NAME_LENGTH = 80
IDENTIFIER_KINDS = {"MR": "mrn", "SS": "ssn", "DL": "driver_license", "PPN": "passport", "MA": "medicaid"}
"""HL7 table 0203 (identifier type), as far as our record tells kinds apart."""

KINDS_BY_SYSTEM = {"http://hl7.org/fhir/sid/us-ssn": "ssn", "http://hl7.org/fhir/sid/us-medicaid": "medicaid"}
PRONOUNS = "http://hl7.org/fhir/StructureDefinition/individual-pronouns"
INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
LANGUAGES = {"en": "en", "es": "es"}


@dataclass(frozen=True)
class IdentifierFacts:
    """Hold one number under which the person is known."""

    kind: str
    system: str
    value: str


@dataclass(frozen=True)
class ContactFacts:
    """Hold one way to reach the person."""

    kind: str
    value: str
    label: str = ""


@dataclass(frozen=True)
class PatientFacts:
    """Hold what a Patient tells that our record keeps."""

    given_name: str
    family_name: str
    chosen_name: str
    pronouns: str
    sex: str
    birth_date: date | None
    deceased_on: date | None
    is_deceased: bool
    language: str
    language_name: str
    interpreter_needed: bool
    identifiers: tuple[IdentifierFacts, ...]
    contact_points: tuple[ContactFacts, ...]


def map_patient(node: Node, context: Context) -> PatientFacts:
    """Return the facts of a Patient."""
    names = list(node.children("name"))
    legal = _preferred(names)
    given, family = _parts(legal) if legal else ("", "")
    if not (given or family):
        raise node.wrong("name", "is missing: our record needs a given or a family name")
    born = node.day("birthDate")
    if node.string("birthDate") and born is None:
        context.note("The birth date is told as a year or a month only: left unknown.")
    if born and born > context.today:
        raise node.wrong("birthDate", "is in the future")
    died = node.day("deceasedDateTime", zone=context.zone)
    if died and born and died < born:
        raise node.wrong("deceasedDateTime", "is before the birth date")
    language, language_name = _language(node)
    return PatientFacts(
        given_name=given,
        family_name=family,
        chosen_name=_chosen(names, given),
        pronouns=_extension_text(node, PRONOUNS),
        sex=node.code("gender", ADMINISTRATIVE_GENDER) or "unknown",
        birth_date=born,
        deceased_on=died,
        is_deceased=node.has("deceasedDateTime") or node.boolean("deceasedBoolean"),
        language=language,
        language_name=language_name,
        interpreter_needed=any(child.boolean("valueBoolean") for child in _extensions(node, INTERPRETER)),
        identifiers=tuple(_identifiers(node)),
        contact_points=tuple(_contact_points(node, context)),
    )


def _preferred(names: list[Node]) -> Node | None:
    """Return the legal name, or the one that comes nearest to it."""
    order = ("official", "usual", "", "temp", "anonymous", "nickname", "maiden", "old")
    return min(names, key=lambda name: order.index(name.code("use", NAME_USE)), default=None)


def _parts(name: Node) -> tuple[str, str]:
    given, family = " ".join(name.strings("given")), name.string("family", longest=NAME_LENGTH)
    if len(given) > NAME_LENGTH:
        raise name.wrong("given", f"is longer than {NAME_LENGTH} characters")
    return given, family


def _chosen(names: list[Node], given: str) -> str:
    """Return the name the person is called by, where it differs from the legal one."""
    for use in ("nickname", "usual"):
        for name in names:
            called, _family = _parts(name)
            if name.string("use") == use and called and called != given:
                return called
    return ""


def _extensions(node: Node, url: str) -> Iterator[Node]:
    return (child for child in node.children("extension") if child.string("url") == url)


def _extension_text(node: Node, url: str) -> str:
    return next((clip(concept_of(child.child("valueCodeableConcept")).title, 40) for child in _extensions(node, url)), "")


def _language(node: Node) -> tuple[str, str]:
    """Return the language as our record codes it, and its name where the code is too coarse."""
    spoken = sorted(node.children("communication"), key=lambda child: not child.boolean("preferred"))
    if not spoken:
        return "en", ""
    concept = concept_of(spoken[0].child("language", required=True))
    code = LANGUAGES.get(concept.code.split("-")[0].lower(), "other")
    return code, clip(concept.title, 60) if code == "other" else ""


def _identifiers(node: Node) -> Iterator[IdentifierFacts]:
    seen = set()
    for child in node.children("identifier"):
        system, value = child.string("system", longest=200), child.string("value", longest=120)
        code = concept_of(child.child("type")).code
        facts = IdentifierFacts(IDENTIFIER_KINDS.get(code) or KINDS_BY_SYSTEM.get(system, "other"), system, value)
        if value and facts not in seen:
            seen.add(facts)
            yield facts


def _contact_points(node: Node, context: Context) -> Iterator[ContactFacts]:
    seen = set()
    for facts in (*_telecoms(node, context), *_addresses(node)):
        if facts not in seen:
            seen.add(facts)
            yield facts


def _telecoms(node: Node, context: Context) -> Iterator[ContactFacts]:
    kinds = {"phone": "phone", "sms": "phone", "email": "email"}
    for child in node.children("telecom"):
        system = child.code("system", CONTACT_SYSTEM)
        use, value = child.code("use", CONTACT_USE), child.string("value", longest=300)
        if not value or use == "old":
            continue
        if system not in kinds:
            context.note(f"{child.path} is a {system or 'contact of no kind'}: our record keeps phones, e-mail and postal addresses.")
            continue
        yield ContactFacts(kinds[system], value, use)


def _addresses(node: Node) -> Iterator[ContactFacts]:
    for child in node.children("address"):
        use = child.code("use", ADDRESS_USE)
        text = child.string("text") or postal_address(child)
        if text and use != "old":
            yield ContactFacts("post", clip(text, 300), use)


def postal_address(node: Node) -> str:
    """Return an Address as one line of text."""
    place = " ".join(part for part in (node.string("state"), node.string("postalCode")) if part)
    return ", ".join(part for part in (*node.strings("line"), node.string("city"), place, node.string("country")) if part)
