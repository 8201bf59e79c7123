"""Say what happened to an appointment."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class AppointmentReminderDue(Event):
    """The hour came at which a person may be reminded of an appointment, as it stood in this version."""

    appointment_id: int
    patient_id: int
    version: int
    lead: str


@dataclass(frozen=True, kw_only=True)
class AppointmentMissed(Event):
    """A person did not come to an appointment."""

    appointment_id: int
    patient_id: int
