"""Ask one question of an instrument."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.instruments.rules import Item, Wording
from patients.screenings.assessing.forms import AnswerChoices, AnswerNumber, answer_field


@dataclass(frozen=True)
class Choice:
    """Hold one answer as the page shows it."""

    value: str
    words: str
    is_chosen: bool


class QuestionForm(forms.Form):
    """Ask one question; nothing is chosen beforehand, and it may be left open."""

    def __init__(self, *args: Any, item: Item, wording: Wording, **options: Any) -> None:
        """Take the question with its words."""
        super().__init__(*args, **options)
        field = answer_field(item, wording)
        field.required = True
        field.error_messages["required"] = _("Choose an answer, or leave this question open.")
        self.fields["answer"] = field

    @property
    def answer_label(self) -> str:
        """Return the words of the question."""
        return str(self.fields["answer"].label)

    @property
    def shown(self) -> Any:
        """Return the number that was typed or is kept."""
        value = self["answer"].value()
        return "" if value is None else value

    @property
    def choices(self) -> list[Choice]:
        """Return the answers that the question has, and which are chosen."""
        value = self["answer"].value()
        chosen = {str(one) for one in (value if isinstance(value, list) else [value])}
        told: Any = self.fields["answer"]
        return [Choice(key, words, key in chosen) for key, words in told.choices]

    @property
    def answer(self) -> Any:
        """Return the answer as the instrument counts it."""
        return self.cleaned_data["answer"]

    @property
    def is_number(self) -> bool:
        """Say whether the answer is a number that is typed."""
        return isinstance(self.fields["answer"], AnswerNumber)

    @property
    def is_multiple(self) -> bool:
        """Say whether several answers may be chosen."""
        return isinstance(self.fields["answer"], AnswerChoices)
