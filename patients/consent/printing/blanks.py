"""Build the blank form of each kind of consent, in the words of its wording, to be filled in by hand."""

from collections.abc import Iterable
from typing import Any

from django.db.models import TextChoices
from django.utils import translation

from casemgr.core.accounts.models import Program
from casemgr.core.paper.typesetting import language_on_paper, page_frame
from patients.consent.models import ConsentKind, InformationCategory, PurposeOfUse
from patients.consent.printing.rules import ENDS_IN_WORDS, WORDS
from patients.consent.rules import KINDS, REGISTRY_MILES
from patients.consent.wording import CURRENT, wording_of

LINE = "_" * 72
"""Where something is written by hand."""
BOX = "[   ]"


def blank_on_paper(kind: str, *, program: Program, language: str) -> dict[str, Any]:
    """Return the blank form of one kind as the template “consent” sets it; nothing on it is about anybody."""
    language = language_on_paper(language)
    words, said = WORDS[language], wording_of(kind, language=language)
    with translation.override(language):
        edition = words["edition"].format(version=CURRENT)
        return {
            "paper": page_frame(title=said["title"], program=program.name, made=edition, stamp="", edition=edition),
            "rule": words["rule"],
            "standing": "",
            "parts": _parts(kind, program, words, said),
            "signature": [],
            "lines": [words[name] for name in ("line_name", "line_signature", "line_capacity", "line_date")],
            "signature_heading": words["signature"],
            "statements": _statements(kind, words, said),
            "statements_heading": words["statements"],
        }


def _parts(kind: str, program: Program, words: dict[str, str], said: dict[str, str]) -> list[list[Any]]:
    """Return elements one to seven with boxes to tick and lines to write on."""
    purposes, categories = KINDS[kind].purposes, KINDS[kind].categories
    whom = [said["recipients"], LINE] if "recipients" in said else [LINE, LINE]
    whom += [f"{BOX} {words['later_programs'].format(miles=REGISTRY_MILES)}"] if kind == ConsentKind.REGISTRY else []
    return [
        [words["kind"], str(ConsentKind(kind).label)],
        [words["patient"], f"{LINE[:44]}  {words['born']} {LINE[:16]}"],
        [words["discloser"], program.name],
        [words["information"], [*_boxes(InformationCategory, categories), f"{words['in_words']}: {LINE[:60]}", LINE]],
        [words["recipients"], whom],
        [words["purposes"], _boxes(PurposeOfUse, purposes)],
        [words["revocation"], _revocation(kind, words, said)],
        [words["expiry"], _expiry(kind, words, said)],
    ]


def _boxes(choices: type[TextChoices], held: Iterable[str]) -> list[str]:
    """Return a box for each choice that this kind has; the only one there is needs none."""
    labels = [str(label) for code, label in choices.choices if code in set(held)]
    return labels if len(labels) == 1 else [f"{BOX} {label}" for label in labels]


def _revocation(kind: str, words: dict[str, str], said: dict[str, str]) -> list[str]:
    """Say how it can be taken back; one for the justice system says itself when."""
    told = [said["revocation_statement"]]
    if kind == ConsentKind.CJ_REFERRAL:
        told += [words["revocable_from"].format(day=LINE[:16]), words["revocable_event"].format(event=LINE[:40])]
    return told


def _expiry(kind: str, words: dict[str, str], said: dict[str, str]) -> list[str]:
    """Ask with what it ends, as far as the kind leaves that open."""
    day = words["until"].format(day=LINE[:16])
    if kind == ConsentKind.CJ_REFERRAL:
        return [day]
    if kind == ConsentKind.REGISTRY:
        return [words[said["ends_with"]]] if said["ends_with"] in ENDS_IN_WORDS else [words["end of the enrollment"]]
    named = ["end of the research study"] if kind == ConsentKind.RESEARCH else ["end of the treatment"]
    ends = [day, *(words[name] for name in named), words["event"].format(event=LINE[:40])]
    ends += [words["no_end"]] if kind in {ConsentKind.TREATMENT_PAYMENT_OPERATIONS, ConsentKind.RESEARCH} else []
    return [f"{BOX} {end}" for end in ends]


def _statements(kind: str, words: dict[str, str], said: dict[str, str]) -> list[list[str]]:
    """Return what the person is told, in the words of the version."""
    wanted = ["redisclosure", "refusal"]
    if kind in {"tpo", "specific", "counseling_notes"}:
        wanted.insert(0, "hipaa")
    if "fundraising" in KINDS[kind].purposes:
        wanted.append("fundraising")
    return [[words[name], said[f"{name}_statement"]] for name in wanted]
