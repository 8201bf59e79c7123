"""Say what a fact is: past tense, ids only."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True, kw_only=True)
class Event:
    """Be the base of every fact; its name in the database is the name of its class."""

    kinds: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls) -> None:
        """Make the fact known by its name, which must be unique."""
        if cls.__name__ in Event.kinds:
            raise TypeError(f"There is already a fact called {cls.__name__}.")
        Event.kinds[cls.__name__] = cls

    @classmethod
    def kind(cls) -> str:
        """Return the name under which the fact is kept."""
        return cls.__name__

    def payload(self) -> dict[str, Any]:
        """Return the ids that the fact carries."""
        return asdict(self)

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """Return the fact that this payload was made from."""
        return cls(**payload)
