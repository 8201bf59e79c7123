"""Say which pages a role goes to; a page whose address does not exist yet is left out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

Words = str | Promise
Counts = Callable[[HttpRequest], Mapping[str, int]]

CASE_MANAGER, THERAPIST, PEER = "case_manager", "therapist", "peer"
NURSE, PRESCRIBER, FRONT_DESK = "nurse", "prescriber", "front_desk"
DIRECTOR, PRIVACY_OFFICER, ADMINISTRATOR = "director", "privacy_officer", "administrator"
CARE = frozenset({CASE_MANAGER, THERAPIST, PEER, NURSE, PRESCRIBER})
EVERYBODY = CARE | {FRONT_DESK, DIRECTOR, PRIVACY_OFFICER, ADMINISTRATOR}


@dataclass(frozen=True)
class Entry:
    """Name a page of the navigation, the roles that need it, and the key after `g`."""

    label: Words
    url_name: str
    icon: str
    roles: frozenset[str]
    go: str = ""


@dataclass
class Item:
    """Hold an entry as the signed-in person sees it."""

    label: Words
    url: str
    icon: str
    active: bool = False
    count: object = None
    go: str = ""


@dataclass
class Group:
    """Hold the items under one heading."""

    label: Words
    items: list[Item] = field(default_factory=list)


ENTRIES: tuple[tuple[Words, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry(_("Today"), "desk:today", "sunrise", EVERYBODY, "t"),
            Entry(_("Dosing"), "treatment_plans:dosing", "pill", frozenset({NURSE, PRESCRIBER}), "d"),
            Entry(_("Caseload"), "patients:caseload", "users", CARE, "c"),
            Entry(_("Calendar"), "treatment_plans:calendar", "calendar", CARE | {FRONT_DESK, DIRECTOR}, "a"),
            Entry(_("Inquiries"), "patients:inquiries", "phone", CARE | {FRONT_DESK}, "1"),
            Entry(_("Register a person"), "patients:register", "user-plus", frozenset({FRONT_DESK, CASE_MANAGER, THERAPIST, NURSE}), "n"),
            Entry(_("Waitlist for hours"), "treatment_plans:waitlist", "clock", CARE | {FRONT_DESK}, "9"),
        ),
    ),
    (
        _("Care"),
        (
            Entry(_("Safety"), "patients:safety_concerns", "flag", CARE, "3"),
            Entry(_("Sessions"), "treatment_plans:sessions", "message-square", frozenset({THERAPIST, PEER, CASE_MANAGER}), "s"),
            Entry(_("Groups"), "treatment_plans:groups", "users", frozenset({THERAPIST, PEER, CASE_MANAGER}), "6"),
            Entry(_("To sign"), "treatment_plans:unsigned", "signature", frozenset({THERAPIST, PEER, CASE_MANAGER, PRESCRIBER}), "u"),
            Entry(_("To co-sign"), "treatment_plans:cosign", "signature", frozenset({THERAPIST, PRESCRIBER, DIRECTOR}), "0"),
            Entry(_("Mutual help"), "treatment_plans:mutual_help", "heart-handshake", CARE | {FRONT_DESK, DIRECTOR}, "4"),
            Entry(_("Stock"), "treatment_plans:stock", "package", frozenset({NURSE, PRESCRIBER, DIRECTOR}), "k"),
        ),
    ),
    (
        _("Casework"),
        (
            Entry(_("Tasks"), "referrals:tasks", "list-checks", CARE | {DIRECTOR}, "w"),
            Entry(_("Referrals"), "referrals:referrals", "send", frozenset({CASE_MANAGER, THERAPIST, PEER, PRESCRIBER, DIRECTOR}), "r"),
            Entry(
                _("Organizations"),
                "referrals:organizations",
                "building-2",
                frozenset({CASE_MANAGER, THERAPIST, PEER, DIRECTOR, PRIVACY_OFFICER, ADMINISTRATOR}),
                "o",
            ),
        ),
    ),
    (
        _("Program"),
        (
            Entry(_("Measures"), "measures:dashboard", "chart-line", frozenset({DIRECTOR}), "m"),
            Entry(_("Supervision"), "treatment_plans:supervision", "users", frozenset({DIRECTOR}), "7"),
            Entry(_("How notes are written"), "treatment_plans:note_policies", "file-pen-line", frozenset({DIRECTOR, ADMINISTRATOR}), "8"),
            Entry(_("Privacy"), "desk:privacy", "shield", frozenset({PRIVACY_OFFICER}), "p"),
            Entry(_("Disclosures"), "patients:disclosures", "share-2", frozenset({PRIVACY_OFFICER, CASE_MANAGER}), "i"),
            Entry(_("Without consent"), "patients:without_consent", "scale", frozenset({PRIVACY_OFFICER}), "b"),
            Entry(_("Requests about the own record"), "patients:records_requests_list", "list-checks", frozenset({PRIVACY_OFFICER}), "q"),
            Entry(_("Consents handed in"), "patients:consents_waiting", "signature", frozenset({PRIVACY_OFFICER, CASE_MANAGER}), "f"),
            Entry(_("Agreements"), "desk:agreements", "building-2", frozenset({PRIVACY_OFFICER, DIRECTOR, ADMINISTRATOR}), "y"),
            Entry(_("Sendings"), "patients:transmissions", "mail", frozenset({PRIVACY_OFFICER, CASE_MANAGER}), "e"),
            Entry(_("Emergency access to review"), "patients:glasses", "eye", frozenset({PRIVACY_OFFICER}), "v"),
            Entry(_("Guarded charts"), "patients:guarded", "shield", frozenset({PRIVACY_OFFICER}), "j"),
            Entry(_("Possible duplicates"), "patients:duplicates", "users", frozenset({PRIVACY_OFFICER, CASE_MANAGER}), "2"),
            Entry(_("Emergency access"), "patients:break_glass", "key-round", CARE - {PEER}, "x"),
            Entry(_("Notices to give"), "patients:notices_owed", "file-text", frozenset({FRONT_DESK}), "h"),
            Entry(_("Complaints that I took"), "patients:complaints_taken", "message-square", frozenset({FRONT_DESK}), "g"),
            Entry(_("Audit"), "audit:list", "shield-check", frozenset({PRIVACY_OFFICER, ADMINISTRATOR}), "l"),
            Entry(_("Sites, hours and rooms"), "treatment_plans:places", "building-2", frozenset({DIRECTOR, ADMINISTRATOR}), "5"),
            Entry(_("Record room"), "admin:index", "folder-open", EVERYBODY, "z"),
        ),
    ),
)
"""Every page of the navigation in its order; the first four that a person has stand in the bottom bar of a phone."""


def navigation_for(request: HttpRequest, roles: Iterable[str]) -> list[Group]:
    """Return the groups and items that these roles need, with lazy counts."""
    held = frozenset(str(role) for role in roles)
    ask: Counts = import_string(settings.ROOT_NAVIGATION_COUNTS)
    counts = SimpleLazyObject(lambda: ask(request))
    groups = []
    for label, entries in ENTRIES:
        items = [item for entry in entries if entry.roles & held and (item := _item(entry, counts))]
        if items:
            groups.append(Group(label, items))
    _mark_active(request.path, [item for group in groups for item in group.items])
    return groups


def _item(entry: Entry, counts: Any) -> Item | None:
    """Return the entry as an item, or nothing while its page does not exist."""
    url = _address(entry.url_name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())
    if url is None:
        return None
    return Item(entry.label, url, entry.icon, count=SimpleLazyObject(lambda: counts.get(entry.url_name, 0)), go=entry.go)


@cache
def _address(url_name: str, _urlconf: str, _prefix: str) -> str | None:
    """Return where a page is among these addresses, found once for all pages that lead to it."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def _mark_active(path: str, items: list[Item]) -> None:
    """Mark the item whose address is the longest beginning of this path."""
    under = [item for item in items if path == item.url or (item.url != "/" and path.startswith(item.url))]
    if under:
        max(under, key=lambda item: len(item.url)).active = True
