"""Map AllergyIntolerance: what somebody does not tolerate, with what happened and how sure it is."""

from dataclasses import dataclass
from datetime import date

from casemgr.importing.mapping.codes import (
    ALLERGY_CATEGORY,
    ALLERGY_CLINICAL,
    ALLERGY_CRITICALITY,
    ALLERGY_TYPE,
    ALLERGY_VERIFICATION,
    REACTION_SEVERITY,
    RXNORM,
)
from casemgr.importing.mapping.nodes import Context, Node, NotMapped, clip, concept_of, concepts_of, required_code

NONE_KNOWN = frozenset({"716186003", "409137002", "428607008", "429625007"})
"""SNOMED codes that say that no allergy (to medication, to the environment, to food) is known."""

WORST_FIRST = ("severe", "moderate", "mild")


@dataclass(frozen=True)
class AllergyFacts:
    """Hold what an AllergyIntolerance tells that our record keeps."""

    substance: str
    rxnorm: str
    kind: str
    category: str
    reaction: str
    severity: str
    criticality: str
    certainty: str
    course: str
    since: date | None
    remark: str


def map_allergy(node: Node, context: Context) -> AllergyFacts:
    """Return the facts of an AllergyIntolerance."""
    concept = concept_of(node.child("code"))
    if not concept.title:
        raise NotMapped("it does not say to what; an allergy on our record needs that")
    if any(coding.code in NONE_KNOWN for coding in concept.codings):
        raise NotMapped("it says that no allergy is known; ask the person, and write the answer down with its day")
    certainty = required_code(node, "verificationStatus", ALLERGY_VERIFICATION) or "unconfirmed"
    if certainty == "entered-in-error":
        raise NotMapped("it was entered in error at its source")
    categories = [word for word in node.strings("category") if word in ALLERGY_CATEGORY]
    if len(categories) > 1:
        context.note(f"It belongs to several categories; the first is kept: {categories[0]}.")
    reactions = list(node.children("reaction"))
    severities = {reaction.code("severity", REACTION_SEVERITY) for reaction in reactions}
    signs = dict.fromkeys(concept.title for reaction in reactions for concept in concepts_of(reaction, "manifestation"))
    return AllergyFacts(
        substance=clip(concept.title, 120),
        rxnorm=clip(concept.in_system(RXNORM), 20),
        kind=node.code("type", ALLERGY_TYPE) or "allergy",
        category=categories[0] if categories else "environment",
        reaction=clip("; ".join(sign for sign in signs if sign), 200),
        severity=next((word for word in WORST_FIRST if word in severities), ""),
        criticality=node.code("criticality", ALLERGY_CRITICALITY) or "unable-to-assess",
        certainty="unconfirmed" if certainty == "presumed" else certainty,
        course=required_code(node, "clinicalStatus", ALLERGY_CLINICAL) or "active",
        since=node.day("onsetDateTime", zone=context.zone) or node.day("recordedDate", zone=context.zone),
        remark="\n".join(["Taken over from elsewhere.", *(text for note in node.children("note") if (text := note.string("text")))]),
    )
