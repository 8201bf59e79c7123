"""Suggest the ICD-10-CM code that a condition in the family has."""

CODES: dict[str, str] = {
    "alcohol": "Z81.1",
    "substances": "Z81.3",
    "depression": "Z81.8",
    "bipolar": "Z81.8",
    "psychosis": "Z81.8",
    "anxiety": "Z81.8",
    "ptsd": "Z81.8",
    "suicide": "Z81.8",
    "other_mental": "Z81.8",
}
"""Codes of family history (ICD-10-CM, category Z81); what is not here has none of our list."""


def code_of(condition: str) -> str:
    """Return the code, or nothing."""
    return CODES.get(condition, "")
