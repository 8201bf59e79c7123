"""Name the addresses that answer with a file or with data instead of a page, each with the reason why no consent is asked."""

from typing import Any

NO_PAGE = {
    "live": "the launcher asks; it says nothing",
    "ready": "the launcher asks; it says nothing",
    "admin:jsi18n": "words for the scripts of the record room; it reads no record",
    "measures:export": "figures for other programs: small groups hidden, nobody named",
    "audit:export": "in-house: the record of access, for the privacy officer",
    "patients:consent_scan": "in-house: the scan of what the person signed, for staff",
    "patients:print_consent": "to the patient: the consent to sign, and a copy of it (42 CFR 2.31)",
    "patients:print_safety_plan": "to the patient: their own safety plan",
    "treatment_plans:print_coping_cards": "to the patient: their own coping cards",
    "treatment_plans:plan_copy": "to the patient: their own treatment plan",
    "feed:calendar_file": "to a colleague's own calendar: hours that are taken, of nobody, in neutral words",
    "treatment_plans:draft": "in-house: what somebody typed, back to their own window",
    "patients:blank_consent": "to the patient: a form that names nobody yet",
}


def kind_of(answer: Any) -> str:
    """Return the kind of content that an answer says it is."""
    return str(answer.headers.get("Content-Type", "")).split(";")[0]


def is_no_page(answer: Any) -> bool:
    """Say whether an answer gives something else than a page: a file, data, or something that comes in pieces."""
    is_page = kind_of(answer) in {"", "text/html"} and "Content-Disposition" not in answer.headers and not answer.streaming
    return answer.status_code < 300 and answer.status_code != 204 and not is_page
