"""Read what was told, and say which columns tell who a person is."""

from collections.abc import Sequence
from typing import Any

DEMOGRAPHICS_SQL = """
    p.public_id::text AS id, p.given_name, p.family_name, p.chosen_name, p.pronouns, p.sex, p.birth_date::text AS birth_date, p.language,
    p.interpreter_needed
"""
"""SQL of all that the category “demographics” opens of a patient `p`: name, birth date, language (42 CFR 2.13(a))."""

_NAMES = ("id", "given_name", "family_name", "chosen_name", "pronouns", "sex", "birth_date", "language", "interpreter_needed")


def demographics_in(values: Sequence[Any]) -> dict[str, Any]:
    """Return the columns above by name."""
    return dict(zip(_NAMES, values, strict=True))
