"""Hold what leaves together with what must go along: notice, scope of the consent, number on the account (42 CFR 2.32, 2.25)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from casemgr.core.accounts.models import Program
from casemgr.core.directory.models import Organization
from casemgr.sharing.parts import read_parts
from patients.disclosures.actions import Released
from patients.record.models import Patient

CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
SECURITY_LABELS = (
    {"system": CONFIDENTIALITY, "code": "R", "display": "restricted"},
    {"system": ACT_CODE, "code": "42CFRPart2", "display": "42 CFR Part 2"},
    {"system": ACT_CODE, "code": "NOREDISCLOSEWOCON", "display": "no redisclosure without consent directive"},
)
"""How other systems are told what they hold (HL7 DS4P): restricted, under Part 2, not to be passed on without consent."""

META = {"security": SECURITY_LABELS}


@dataclass(frozen=True)
class Packet:
    """Hold parts of one program's record of one person, let through by the gate and read afterwards."""

    released: Released
    person: UUID
    recipient: str
    program: str
    at: datetime
    zone: Any
    parts: dict[str, Any] = field(repr=False)

    @property
    def day(self) -> date:
        """Return the day on which it leaves, where the program is."""
        return self.at.astimezone(self.zone).date()

    @property
    def must_go_along(self) -> dict[str, str]:
        """Return what must go along with the data, by the names under which it travels."""
        told = {
            "part2_notice": self.released.part2_notice,
            "consent_scope": self.released.consent_scope,
            "disclosure_id": self.released.disclosure_public_id,
        }
        return told | ({"request": self.released.keep_to_yourself} if self.released.keep_to_yourself else {})


def packet_of(
    released: Released, *, patient: Patient, recipient: Organization, program: Program, at: datetime, whole: bool = True
) -> Packet:
    """Read what the gate has let through, and no other part; a packet that is not whole only says that there is something to ask for."""
    return Packet(
        released=released,
        person=patient.public_id,
        recipient=recipient.name,
        program=program.name,
        at=at,
        zone=program.zone,
        parts=read_parts(released.categories, released.patient_id, released.program_id) if whole else {},
    )
