"""Keep stays in care, what was asked when they began, and what was answered before they ended."""

from patients.episodes.models.admission import AdmissionFacts, SubstanceTold
from patients.episodes.models.discharge import (
    AppointmentAnswer,
    ContactAnswer,
    LeavingBasis,
    LeavingPlan,
    MedicationAnswer,
    NaloxoneAnswer,
)
from patients.episodes.models.stays import Episode
from patients.episodes.models.vocabulary import (
    DischargeReason,
    Employment,
    Frequency,
    Living,
    ReferralSource,
    Route,
    ServiceType,
    Substance,
    YesNo,
    YesNoOrNotApplicable,
)

__all__ = [
    "AdmissionFacts",
    "AppointmentAnswer",
    "ContactAnswer",
    "DischargeReason",
    "Employment",
    "Episode",
    "Frequency",
    "LeavingBasis",
    "LeavingPlan",
    "Living",
    "MedicationAnswer",
    "NaloxoneAnswer",
    "ReferralSource",
    "Route",
    "ServiceType",
    "Substance",
    "SubstanceTold",
    "YesNo",
    "YesNoOrNotApplicable",
]
