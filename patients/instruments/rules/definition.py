"""Say what an instrument is made of: questions, answers they may have, bands, cut-offs, alerts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ENGLISH = "en"


@dataclass(frozen=True)
class Option:
    """Hold one answer that a question may have."""

    value: int
    label: str
    is_need: bool = False
    loinc: str = ""


@dataclass(frozen=True)
class OptionSet:
    """Hold the answers that a question may have: a list of them, or any whole number between two ends."""

    options: tuple[Option, ...] = ()
    lowest: int = 0
    highest: int = 0

    @property
    def is_number(self) -> bool:
        """Say whether the answer is a number that is typed."""
        return not self.options

    def allows(self, value: object) -> bool:
        """Say whether a question may have this answer; the values need not follow each other (COWS has 0, 1, 2, 4)."""
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return self.lowest <= value <= self.highest if self.is_number else any(option.value == value for option in self.options)

    def option(self, value: object) -> Option | None:
        """Return the answer with this value."""
        return next((option for option in self.options if option.value == value), None)


@dataclass(frozen=True)
class Item:
    """Hold one question; its text where the license lets it be printed, a short label of ours where not."""

    id: str
    options: OptionSet
    text: str = ""
    short_label: str = ""
    is_scored: bool = True
    is_gate: bool = False
    is_multiple: bool = False
    is_supplemental: bool = False
    show_if: Mapping[str, Any] = field(default_factory=dict)
    group: str = ""
    """The domain, subscale or substance that the question belongs to."""
    loinc: str = ""

    @property
    def words(self) -> str:
        """Return what stands for the question on a page."""
        return self.text or self.short_label

    @property
    def is_needed(self) -> bool:
        """Say whether the score waits for this question, once it is reached."""
        return (self.is_scored or self.is_gate) and not self.is_supplemental


@dataclass(frozen=True)
class Instrument:
    """Hold one instrument as its data file tells it."""

    id: str
    short_name: str
    name: str
    version: str
    domain: str
    informant: str
    lookback: str
    minutes: int
    license: Mapping[str, Any]
    instructions: str
    items: tuple[Item, ...]
    scoring: Mapping[str, Any]
    bands: Mapping[str, tuple[Mapping[str, Any], ...]]
    cutoffs: tuple[Mapping[str, Any], ...]
    derived: tuple[Mapping[str, Any], ...]
    alerts: tuple[Mapping[str, Any], ...]
    change: Mapping[str, Any]
    rescreen: Mapping[str, Any]
    use: Mapping[str, Any]
    loinc: Mapping[str, Any]
    translations: Mapping[str, Any]

    @property
    def has_text(self) -> bool:
        """Say whether the license lets the questions be printed."""
        return bool(self.license["ship_item_text"])

    @property
    def is_scored(self) -> bool:
        """Say whether answers can be scored here; those of some instruments are only kept."""
        return bool(self.license["ship_scoring"]) and self.scoring["method"] != "none"

    @property
    def may_be_on_tablet(self) -> bool:
        """Say whether a person may answer alone: never what only a clinician can tell, nor what needs somebody at hand."""
        return self.has_text and bool(self.use.get("tablet"))

    @property
    def compartment(self) -> str:
        """Return the compartment that keeps the answers apart, if one does."""
        return str(self.use.get("compartment", ""))

    @property
    def score_name(self) -> str:
        """Return what the instrument calls its score."""
        return str(self.scoring.get("score_name", "total"))

    @property
    def range(self) -> tuple[int, int] | None:
        """Return the least and the greatest total, where there is one."""
        ends = self.scoring.get("range")
        return (int(ends[0]), int(ends[1])) if ends else None

    def item(self, item_id: str) -> Item | None:
        """Return a question by its id."""
        return next((item for item in self.items if item.id == item_id), None)

    def languages(self) -> tuple[str, ...]:
        """Return the languages in which an official text is at hand."""
        return (ENGLISH, *sorted(self.translations)) if self.has_text else (ENGLISH,)

    def in_language(self, language: str) -> "Wording":
        """Return the words of the instrument in a language; English where no official text of it is at hand."""
        return Wording(self, self.translations.get(language, {}))


@dataclass(frozen=True)
class Wording:
    """Hold the words of an instrument in one language."""

    instrument: Instrument
    translated: Mapping[str, Any]

    @property
    def instructions(self) -> str:
        """Return how to answer."""
        return str(self.translated.get("instructions") or self.instrument.instructions)

    def question(self, item: Item) -> str:
        """Return the words of a question."""
        return str(self.translated.get("items", {}).get(item.id) or item.words)

    def labels(self, item: Item) -> tuple[tuple[int, str], ...]:
        """Return the answers of a question with their words."""
        said = self.translated.get("options", {}).get(item.id) or self.translated.get("options", {}).get("default", {})
        return tuple((option.value, str(said.get(str(option.value)) or option.label)) for option in item.options.options)

    def label(self, item: Item, value: object) -> str:
        """Return the words of one answer."""
        return next((words for number, words in self.labels(item) if number == value), str(value))


def said_in(entry: Mapping[str, Any], what: str, language: str) -> str:
    """Return words of ours that a data file holds, in a language if it has them."""
    return str(entry.get(f"{what}_{language}") or entry.get(what, ""))


def instrument_from(told: Mapping[str, Any]) -> Instrument:
    """Return the instrument that a data file tells of."""
    sets = {name: _option_set(entries) for name, entries in told["option_sets"].items()}
    return Instrument(
        **{name: told[name] for name in ("id", "short_name", "name", "version", "domain", "informant", "lookback", "minutes")},
        license=told["license"],
        instructions=told.get("instructions", ""),
        items=tuple(_item(entry, sets) for entry in told["items"]),
        scoring=told["scoring"],
        bands={name: tuple(bands) for name, bands in told.get("bands", {}).items()},
        cutoffs=tuple(told.get("cutoffs", ())),
        derived=tuple(told.get("derived", ())),
        alerts=tuple(told.get("alerts", ())),
        change=told.get("change") or {},
        rescreen=told.get("rescreen") or {},
        use=told.get("use") or {},
        loinc=told.get("loinc") or {},
        translations=told.get("translations") or {},
    )


def _option_set(entries: Any) -> OptionSet:
    """Return a set of answers from its list, or from its two ends."""
    if isinstance(entries, dict):
        return OptionSet(lowest=entries["min"], highest=entries["max"])
    return OptionSet(tuple(Option(entry["value"], entry["label"], bool(entry.get("need")), entry.get("loinc") or "") for entry in entries))


def _item(told: Mapping[str, Any], sets: Mapping[str, OptionSet]) -> Item:
    """Return one question."""
    return Item(
        id=told["id"],
        options=sets[told["options"]],
        text=told.get("text", ""),
        short_label=told.get("short_label", ""),
        is_scored=told.get("scored", True),
        is_gate=told.get("gate", False),
        is_multiple=told.get("multiple", False),
        is_supplemental=told.get("supplemental", False),
        show_if=told.get("show_if") or {},
        group=told.get("domain") or told.get("subscale") or told.get("substance") or "",
        loinc=told.get("loinc") or "",
    )
