"""Say that a pregnancy is known."""

from dataclasses import dataclass

from casemgr.core.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class PregnancyNoted(Event):
    """Somebody wrote down that a person is pregnant."""

    pregnancy_id: int
    patient_id: int
