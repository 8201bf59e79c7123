"""Say of every table how much harm a leak of it would do."""

from enum import StrEnum


class Sensitivity(StrEnum):
    """Grade a table; every model declares one, and a test fails if it does not."""

    PUBLIC = "public"
    """Anybody may know it: opening hours."""
    OPERATIONAL = "operational"
    """Of the program, of no patient: stock, staff, partner organisations."""
    PATIENT = "patient"
    """Names a patient, and with that alone says that somebody is in treatment (42 CFR 2.11)."""
    CLINICAL = "clinical"
    """Says what a patient has, takes or told."""
    RESTRICTED = "restricted"
    """Open to fewer than the care team."""
    RECORD_OF_ACCESS = "record_of_access"
    """Says who did or saw what."""
