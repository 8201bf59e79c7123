"""Decide when a group is full, which meetings are planned ahead, and which goals a note begins with."""

from collections.abc import Collection, Mapping, Sequence

MOST_PEOPLE = 60
"""The largest capacity that a group may have; a figure of ours against slips of the keyboard."""

USUAL_PEOPLE = 12
"""The capacity that the form begins with: program policy (M), not law."""

WEEKS_AHEAD = 12
"""Weeks for which meetings are planned ahead. The figure is ours."""


def is_full(capacity: int, members: int) -> bool:
    """Say whether a group has no place left."""
    return members >= capacity


def preset_goals(last: Sequence[tuple[int, str]], own: Sequence[tuple[int, str]], open_goals: Mapping[int, str]) -> list[int]:
    """Return the goals that a note begins with: those of the last meeting, or the one chosen on joining.

    A goal that was copied into a new version of the plan has a new key and the same words.
    """
    by_words = {words: key for key, words in open_goals.items()}
    for wanted in (last, own):
        found = [key if key in open_goals else by_words.get(words, 0) for key, words in wanted]
        kept = list(dict.fromkeys(key for key in found if key))
        if kept:
            return kept
    return []


def unsaid(roster: Collection[int], said: Collection[int]) -> list[int]:
    """Return who is on the roster and in no part of the note: nobody is absent because nobody spoke of them."""
    return sorted(set(roster) - set(said))
