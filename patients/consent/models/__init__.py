"""Keep consents, what came along with them, and the words of what they may lack."""

from patients.consent.models.consents import Consent, ConsentRecipient
from patients.consent.models.guards import GUARD_OF
from patients.consent.models.papers import ConsentScan, FundraisingChoice, HandedIn, Match, MediaType, ScanOf, SentPaper, Settlement
from patients.consent.models.people import ConsentPerson
from patients.consent.models.vocabulary import (
    ConsentKind,
    ConsentState,
    Designation,
    Element,
    InformationCategory,
    PurposeOfUse,
    RecipientPart,
    Shortfall,
    SignatureMethod,
    SignerAuthority,
    SignerRelationship,
    in_words,
)

__all__ = [
    "GUARD_OF",
    "Consent",
    "ConsentKind",
    "ConsentPerson",
    "ConsentRecipient",
    "ConsentScan",
    "ConsentState",
    "Designation",
    "Element",
    "FundraisingChoice",
    "HandedIn",
    "InformationCategory",
    "Match",
    "MediaType",
    "PurposeOfUse",
    "RecipientPart",
    "ScanOf",
    "SentPaper",
    "Settlement",
    "Shortfall",
    "SignatureMethod",
    "SignerAuthority",
    "SignerRelationship",
    "in_words",
]
