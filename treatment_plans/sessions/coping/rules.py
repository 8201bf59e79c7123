"""Say when two triggers are one, and how a card grows."""

import unicodedata

LONGEST_TRIGGER = 200
"""Letters of a trigger that a card holds; the figure is ours."""


def same_trigger(text: str) -> str:
    """Return what two spellings of one trigger share: no accents, no capitals, single spaces, no full stop at the end."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split()).rstrip(".!…")


def grown(helps: str, more: str) -> str:
    """Return what helps with what was found to help besides, each on a line of its own and none of them twice."""
    lines = [line.strip() for line in f"{helps}\n{more}".splitlines() if line.strip()]
    return "\n".join({same_trigger(line): line for line in reversed(lines)}[key] for key in dict.fromkeys(map(same_trigger, lines)))
