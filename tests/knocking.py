"""Knock at doors and say which answers are wrong; what the tests of all doors ask, and the tests that show that they would notice.

One walk asks all that can be asked of an answer, because the walk is long: may this role see it, is it a page, is it a sound one, is it on the record.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q
from django.test import Client
from django.urls import reverse

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import CASELOAD_ROLES, Can, Role
from casemgr.core.audit.models import AuditEvent
from patients.record.models import Patient
from tests.doors import CANARY, CHOSEN, COUNSELED, TOLD_APART, TRAUMATIC, Everything, Route, routes, unknown
from tests.markup import markup_faults
from tests.no_pages import NO_PAGE, is_no_page
from tests.worlds import Clinic

OPEN = {
    "live": "the launcher and a load balancer ask it; it says nothing",
    "ready": "the same, with the database asked; it says nothing",
    "set_language": "chooses a language; changes a cookie",
    "styleguide": "answers 404 outside development",
    "tablet:welcome": "asks for a signed word that opens one person's questions once; it ends every session on that browser",
    "tablet:go_on": "asks for the key that opening a link left in the session; answers 410 without",
    "tablet:question": "the same",
    "tablet:stop": "the same",
    "feed:calendar_file": "asks for the secret of one colleague's calendar; answers 404 without, and names nobody",
    "feed:nothing_here": "answers 404 to everybody, as a wrong secret does",
    "no_email_page": "answers 404 to everybody: an administrator sets addresses",
}
"""Routes without a right, each with the reason. A name that no route has fails."""

ABOUT_PARTNERS_NOT_PATIENTS = {
    "supervision", "organization", "agreement", "audit", "research", "site", "closure", "room", "program", "mutual_meeting", "note_policy",
    "policy_statement",
}  # fmt: skip
"""Arguments that name no patient: everybody with the right may open them."""

OF_A_SITE = {"lot_id", "lot", "group", "group_meeting"}
"""Arguments that name a row of a site: everybody with the right there may open it; whom it shows is another question."""

FOR_ONE_READER = {"treatment_plans:opened_notes": Role.CASE_MANAGER, "treatment_plans:cosign_one": Role.PRESCRIBER}
"""Routes whose rows name the one person who may open them; for everybody else they do not exist, whoever may see the patient."""

READERS_OF_NOTES = {("treatment_plans:counseling_note", Role.THERAPIST), ("treatment_plans:opened_notes", Role.CASE_MANAGER)}
"""On which page who reads the counseling note of one's own person: its author, and the one to whom it was opened."""

OWN = "Ownperson"
THE_PERSON = {name: re.compile(rf"{name},? {name}") for name in (CANARY, OWN)}
"""The whole name of a person of these worlds; lots and organizations have only half of it."""
SEARCHES = {"desk:search", "referrals:choose_person"}
CODES = ("census", "admissions", "no-shows")


def own_pages() -> list[Route]:
    """Return the routes that ask for a right."""
    return [route for route in routes() if route.rights]


def is_declared(route: Route) -> bool:
    """Say whether a route asks for a right, is open for a reason, or belongs to a house with a guard of its own."""
    callback = route.callback
    return bool(
        route.rights
        or route.name in OPEN
        or route.pattern.startswith("admin/")
        or callback.__module__.startswith("allauth.")
        or route.pattern.startswith(("api/", "oauth/", "^(?:api|oauth)/"))
    )


def undeclared() -> list[str]:
    """Return the routes that do not say who may open them."""
    return [route.pattern for route in routes() if not is_declared(route)]


def open_to_nobody(client: Client, pages: Iterable[Route]) -> list[str]:
    """Return the pages that answer somebody who is not signed in with anything but the way to the sign-in."""
    wrong = []
    for route in pages:
        answer = client.get(reverse(route.name, kwargs=unknown(route.arguments)))
        sent_away = answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/?next=")
        if not sent_away and answer.status_code != 405:
            wrong.append(f"{route.name}: {answer.status_code}")
    return wrong


def said(answer: Any) -> str:
    """Return what an answer holds, page or file, at once or in pieces."""
    if not hasattr(answer, "said"):  # what comes in pieces comes only once
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answer.said = body.decode(errors="replace")
    return str(answer.said)


def plain(answer: Any) -> str:
    """Return a page without what differs at each request: tokens, and the address that was asked for."""
    page = re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+', "", said(answer))
    return page.replace(answer.request["PATH_INFO"], "ADDRESS")


def knock(browser: Client, route: Route, arguments: dict[str, Any]) -> Any:
    """Open a route, by POST where it takes nothing else."""
    address = reverse(route.name, kwargs=arguments)
    answer = browser.get(address)
    return browser.post(address) if answer.status_code == 405 else answer


def people(clinic: Clinic) -> dict[str, Everything]:
    """Return somebody of the other site, somebody of one's own site on another team, and, last because it changes things, one's own."""
    team = tuple(clinic.staff[role] for role in CASELOAD_ROLES)
    others = tuple(clinic.hire(role, clinic.north) for role in CASELOAD_ROLES)
    south = tuple(clinic.hire(role, clinic.south) for role in CASELOAD_ROLES)
    return {
        "other site": Everything(clinic, clinic.south, south),
        "no relation": Everything(clinic, clinic.north, others),
        "own": Everything(clinic, clinic.north, team),
    }


def may_see(role: Role, relation: str) -> bool:
    """Say whether a role at North reaches this person at all."""
    if role is Role.ADMINISTRATOR or relation == "other site":
        return False
    return relation == "own" or role not in CASELOAD_ROLES


def reaches(route: Route, role: Role, relation: str, names: set[str]) -> bool:
    """Say whether the rows of a route exist for a role that may open its page."""
    if route.name in FOR_ONE_READER:
        return role is FOR_ONE_READER[route.name] and relation == "own"
    return relation != "other site" if names <= OF_A_SITE else may_see(role, relation)


def wrong_answers(browser: Client, user: User, role: Role, world: dict[str, Everything], pages: Iterable[Route]) -> list[str]:
    """Open every page that names a row, for every relation, and compare what is forbidden with what does not exist."""
    wrong = []
    for route in pages:
        names = set(route.arguments) - set(CHOSEN)
        if not names or names <= ABOUT_PARTNERS_NOT_PATIENTS:
            continue
        browser.cookies.pop("messages", None)  # what the door before had to say would be shown at this one
        nobody = knock(browser, route, unknown(route.arguments))
        allowed = any(user.may(Can(right)) for right in route.rights)
        if nobody.status_code != (404 if allowed else 403):
            wrong.append(f"{route.name}: nobody is {nobody.status_code}")
        near = world if allowed else {"own": world["own"]}  # without the right, nobody asks whose row it is
        for relation, everything in near.items():
            since = last_row()
            answer = knock(browser, route, everything.arguments(route.arguments))
            seen = allowed and reaches(route, role, relation, names)
            reads_notes = relation == "own" and (route.name, role) in READERS_OF_NOTES
            wrong += [f"{route.name}: {relation} {fault}" for fault in _faults(answer, nobody, seen, reads_notes)]
            if seen:
                wrong += [f"{route.name}: {relation} {fault}" for fault in _left(route, answer, everything.patient, CANARY, since)]
            if TOLD_APART in said(answer) and not (seen and route.name == "treatment_plans:collateral"):
                wrong.append(f"{route.name}: {relation} shows what others told")
    return wrong


def last_row() -> int:
    """Return the key of the newest row on the record."""
    return AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _left(route: Route, answer: Any, person: Patient, name: str, since: int) -> Iterator[str]:
    """Yield what is wrong with what an answer left behind: a file that nobody knows of, a look that nobody wrote down."""
    if is_no_page(answer) and route.name not in NO_PAGE:
        yield "is no page"
    if answer.status_code in (200, 422):
        yield from markup_faults(said(answer))
    is_read = answer.request["REQUEST_METHOD"] == "GET" or route.name in SEARCHES
    if is_read and answer.status_code == 200 and not is_no_page(answer) and THE_PERSON[name].search(said(answer)):
        named = Q(patient_id=person.pk) | Q(people__contains=[person.pk])
        if set(route.arguments) & OF_A_SITE:  # it shows others of the site, who bear the same name here
            named |= Q(patient_id__isnull=False) | Q(people__len__gt=0)
        if not AuditEvent.objects.filter(named, pk__gt=since).exists():
            yield "shows somebody and leaves no row"


def _faults(answer: Any, nobody: Any, seen: bool, reads_notes: bool) -> Iterator[str]:
    """Yield what is wrong with an answer, beside the one about nobody."""
    if seen and answer.status_code not in (200, 302, 422):
        yield f"is {answer.status_code}"
    if not seen and (answer.status_code != nobody.status_code or plain(answer) != plain(nobody)):
        yield f"is {answer.status_code}, nobody is {nobody.status_code}"
    if not seen and CANARY in said(answer):
        yield "leaks"
    if TRAUMATIC in said(answer):
        yield "shows what was told of trauma, unasked"
    if (COUNSELED in said(answer)) != reads_notes:
        yield "does not show the counseling note to whom it is open" if reads_notes else "shows the counseling note"


def lists_that_leak(browser: Client, user: User, own: Patient, pages: Iterable[Route]) -> tuple[list[tuple[str, str]], int]:
    """Open every page that names no row; return those that show the stranger or leave something behind, and how many showed one's own person."""
    leaks, seen = [], 0
    for route in pages:
        if set(route.arguments) - set(CHOSEN) or not any(user.may(Can(right)) for right in route.rights):
            continue
        for answer, since in _each(browser, route):
            text = said(answer)
            seen += OWN in text
            leaks += [(route.name, word) for word in (TRAUMATIC, TOLD_APART) if word in text]
            if CANARY in re.sub(rf"{CANARY} Homes \d+", "", text):
                leaks.append((route.name, text[max(0, text.index(CANARY) - 300) : text.index(CANARY) + 80]))
            leaks += [(route.name, fault) for fault in _left(route, answer, own, OWN, since)]
    return leaks, seen


def _each(browser: Client, route: Route) -> Iterator[tuple[Any, int]]:
    """Yield what a page that names no row answers, for each list that it has or person that it is asked for, and the newest row before."""
    chosen = {name: CHOSEN[name] for name in route.arguments}
    if route.name in SEARCHES:
        for name in (CANARY, OWN):
            since = last_row()
            yield browser.post(reverse(route.name, kwargs=chosen), {"q": name[:-1]}), since
        return
    for arguments in [chosen | {"code": code} for code in CODES] if "code" in chosen else [chosen]:
        since = last_row()
        yield browser.get(reverse(route.name, kwargs=arguments)), since
