"""Say no, with every reason at once and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """Tell one reason: a sentence for the person who reads it, the field it belongs to, the rule it rests on.

    Where a form has the same fields once for each person, `part` names whose it is.
    """

    text: str
    field: str = ""
    code: str = ""
    source: str = ""
    part: str = ""

    def __str__(self) -> str:
        """Return the sentence."""
        return self.text


class No(Exception):
    """Be the base of what stops a verb."""

    def keep(self) -> None:
        """Write down what must outlast the verb that was undone: nothing, unless a feature says so."""


class Refused(No):
    """Stop a verb whose conditions do not hold. Nothing has changed."""

    def __init__(self, *reasons: Reason | str, field: str = "", code: str = "") -> None:
        """Take sentences or reasons; name all of them at once."""
        self.reasons: Sequence[Reason] = [
            reason if isinstance(reason, Reason) else Reason(str(reason), field=field, code=code) for reason in reasons
        ]
        super().__init__(" ".join(reason.text for reason in self.reasons))


class Denied(No):
    """Stop a person whose role does not hold the right. Nothing has changed."""

    def __init__(self, can: str) -> None:
        """Remember the right that was missing."""
        self.can = can
        super().__init__(f"This needs the right “{can}”, which your role does not have here. Ask your program's administrator.")
