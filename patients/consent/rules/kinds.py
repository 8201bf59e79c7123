"""Say what each kind of consent may be for, reach and name; the kinds exclude each other (42 CFR 2.31, 2.34-2.36, 2.52)."""

from typing import NamedTuple

TPO = "tpo"
TPO_PURPOSES = frozenset({"treatment", "payment", "operations"})
"""The purposes of a single consent for all future uses (42 CFR 2.31(a)(5)(ii))."""

SPECIFIC = "specific"
COUNSELING_NOTES = "counseling_notes"
PROCEEDINGS = "proceedings"
CJ_REFERRAL = "cj_referral"
REGISTRY = "registry"
PDMP = "pdmp"
RESEARCH = "research"

ORDINARY = frozenset(
    {
        "demographics", "contact", "medications", "diagnoses", "plan", "appointments", "screenings", "sessions", "housing", "employment",
        "health",
    }
)  # fmt: skip
"""What is part of the ordinary record."""

GUARDED = frozenset({"trauma", "legal", "partner_violence", "infections", "pregnancy"})
"""What is kept apart and opened only by its name; several states protect results of HIV tests, and what is known of a pregnancy, more than
other facts (program policy, until counsel has looked at the state's law)."""

END_OF_TREATMENT = "end of the treatment"
NO_END = "none"
END_OF_STUDY = "end of the research study"
"""Expiry in the words that the rule itself calls sufficient (42 CFR 2.31(a)(7))."""

END_OF_ENROLLMENT = "end of the enrollment"
"""How long a registry may be told (42 CFR 2.34(b)): as long as the person is enrolled."""

JUSTICE = "justice"
"""Those who could use the record against the person; they need a consent of their own kind (42 CFR 2.12(d)(1), 2.31(d), 2.35)."""

JUSTICE_KINDS = frozenset({PROCEEDINGS, CJ_REFERRAL})
"""The only kinds of consent on which courts, police and probation are told anything."""

CLASSES_IN = frozenset({TPO, SPECIFIC})
"""The kinds that may name a class of recipients instead of each by name (42 CFR 2.31(a)(4)(i))."""

ENDLESS = frozenset({TPO, RESEARCH})
"""The kinds whose expiry may be “none” (42 CFR 2.31(a)(7))."""

REGISTRY_RECIPIENTS = frozenset({"registry", "treatment_program"})
"""Who may be told about enrollment (42 CFR 2.34(a))."""

REGISTRY_MILES = 200
"""How far away another program may be (42 CFR 2.34(a)(3)(ii))."""


class Kind(NamedTuple):
    """Hold what a kind of consent may be for and what it may open, and the rules that say so."""

    purposes: frozenset[str]
    categories: frozenset[str]
    purposes_source: str
    categories_source: str


KINDS = {
    TPO: Kind(TPO_PURPOSES, ORDINARY, "42 CFR 2.31(a)(5)(ii)", "42 CFR 2.31(b)"),
    SPECIFIC: Kind(
        TPO_PURPOSES | {"housing", "employment", "other", "patient_request", "fundraising"},
        ORDINARY | GUARDED,
        "42 CFR 2.31(a)(5), (d)",
        "42 CFR 2.31(b)",
    ),
    COUNSELING_NOTES: Kind(
        TPO_PURPOSES | {"other", "patient_request"}, frozenset({"counseling_notes"}), "42 CFR 2.31(b)(2)", "42 CFR 2.31(b)(2)"
    ),
    PROCEEDINGS: Kind(frozenset({"proceedings"}), ORDINARY | GUARDED, "42 CFR 2.31(d)", "42 CFR 2.31(b)"),
    CJ_REFERRAL: Kind(frozenset({"justice_monitoring"}), ORDINARY, "42 CFR 2.35(a), (d)", "42 CFR 2.35(a)"),
    REGISTRY: Kind(frozenset({"registry_check"}), frozenset({"demographics", "medications"}), "42 CFR 2.34(c)", "42 CFR 2.34(a)(2)"),
    PDMP: Kind(frozenset({"pdmp_report"}), frozenset({"demographics", "contact", "medications"}), "42 CFR 2.36", "42 CFR 2.36"),
    RESEARCH: Kind(frozenset({"research"}), ORDINARY, "42 CFR 2.52", "42 CFR 2.52"),
}
"""Every kind of consent; what is not listed for a kind cannot stand in it."""

OF_THE_DEAD = frozenset({"estate", "family"})
"""By what authority somebody signs only for a person who has died (42 CFR 2.15(b)(2))."""

ADULT_IN_MOST_STATES = 18
"""Years at which somebody is an adult where state law names no other age (42 CFR 2.14(a))."""

ADULT_EVERYWHERE = 21
"""Years at which nobody is a minor in any state; until then state law decides, so between the two we warn and do not stop."""
