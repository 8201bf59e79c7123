import re

import pytest
from django.urls import reverse

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import CASELOAD_ROLES, Can, Role
from casemgr.core.audit.models import AuditEvent
from tests.doors import CANARY, Everything, Route, routes, unknown

OPEN = {
    "live": "the launcher and a load balancer ask it; it says nothing",
    "ready": "the same, with the database asked; it says nothing",
    "set_language": "chooses a language; changes a cookie",
    "styleguide": "answers 404 outside development",
}
"""Routes without a right, each with the reason. A name that no route has fails."""

ABOUT_PARTNERS_NOT_PATIENTS = {"organization"}
"""Arguments that name no patient: everybody with the right may open them."""


def own_pages() -> list[Route]:
    return [route for route in routes() if route.rights]


def is_declared(route: Route) -> bool:
    callback = route.callback
    return bool(
        route.rights
        or route.name in OPEN
        or route.pattern.startswith("admin/")
        or callback.__module__.startswith("allauth.")
        or route.pattern.startswith(("api/", "oauth/", "^(?:api|oauth)/"))
    )


def test_every_route_says_who_may_open_it():
    assert [route.pattern for route in routes() if not is_declared(route)] == []


def test_no_exception_is_stale():
    assert set(OPEN) - {route.name for route in routes()} == set()


@pytest.mark.django_db
def test_nobody_who_is_not_signed_in_opens_any_page(client):
    for route in own_pages():
        answer = client.get(reverse(route.name, kwargs=unknown(route.arguments) if "code" not in route.arguments else {"code": "census"}))
        assert answer.status_code in (302, 405), route.name
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/account/login/?next="), route.name


def plain(answer) -> str:
    """Return a page without what differs at each request: tokens, and the address that was asked for."""
    page = re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+', "", answer.content.decode())
    return page.replace(answer.request["PATH_INFO"], "ADDRESS")


def knock(browser, route: Route, arguments: dict) -> object:
    """Open a route, by POST where it takes nothing else."""
    address = reverse(route.name, kwargs=arguments)
    answer = browser.get(address)
    return browser.post(address) if answer.status_code == 405 else answer


def people(clinic) -> dict[str, Everything]:
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


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_its_own_pages_for_its_own_people_and_nothing_else(clinic, sign_in, role, settings):
    """Try every page that names a row, for every relation, and compare what is forbidden with what does not exist."""
    settings.DEBUG = False
    world = people(clinic)
    user = User.objects.get(pk=clinic.staff[role].pk)
    browser = sign_in(user)
    wrong = []
    for route in own_pages():
        names = set(route.arguments) - {"code"}
        if not names or names <= ABOUT_PARTNERS_NOT_PATIENTS:
            continue
        nobody = knock(browser, route, unknown(route.arguments))
        allowed = any(user.may(Can(right)) for right in route.rights)
        if nobody.status_code != (404 if allowed else 403):
            wrong.append(f"{route.name}: nobody is {nobody.status_code}")
        for relation, everything in world.items():
            answer = knock(browser, route, everything.arguments(route.arguments))
            site_only = names <= {"lot_id", "lot"}
            seen = allowed and (relation != "other site" if site_only else may_see(role, relation))
            if seen and answer.status_code not in (200, 302, 422):
                wrong.append(f"{route.name}: {relation} is {answer.status_code}")
            if not seen and (answer.status_code != nobody.status_code or plain(answer) != plain(nobody)):
                wrong.append(f"{route.name}: {relation} is {answer.status_code}, nobody is {nobody.status_code}")
            if not seen and CANARY in answer.content.decode():
                wrong.append(f"{route.name}: {relation} leaks")
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
def test_no_list_shows_anybody_whom_the_role_may_not_see(clinic, sign_in, role):
    """Open every page that names no row: the person of the other site must be on none, though the same page shows one's own."""
    team = tuple(clinic.staff[r] for r in CASELOAD_ROLES)
    Everything(clinic, clinic.south, tuple(clinic.hire(r, clinic.south) for r in CASELOAD_ROLES))
    clinic.patient(clinic.north, team=team, given="Ownperson", family="Ownperson")
    user = User.objects.get(pk=clinic.staff[role].pk)
    browser = sign_in(user)
    leaks, seen = [], 0
    for route in own_pages():
        if set(route.arguments) - {"code"} or not any(user.may(Can(right)) for right in route.rights):
            continue
        codes = [{"code": code} for code in ("census", "admissions", "no-shows")] if "code" in route.arguments else [{}]
        for arguments in codes:
            answer = browser.get(reverse(route.name, kwargs=arguments), {"q": CANARY[:-1]} if route.name == "desk:search" else {})
            page = answer.content.decode()
            seen += "Ownperson" in page
            if CANARY in re.sub(rf"{CANARY} Homes \d+", "", page):
                leaks.append((route.name, page[max(0, page.index(CANARY) - 300) : page.index(CANARY) + 80]))
    assert leaks == []
    if role in {Role.CASE_MANAGER, Role.THERAPIST, Role.PEER, Role.NURSE, Role.PRESCRIBER}:
        assert seen > 0, "no list showed the own person either: this test could not see a leak"


def test_a_page_denied_is_on_the_record(clinic, sign_in):
    sign_in(clinic.front_desk).get(reverse("measures:dashboard"))
    event = AuditEvent.objects.get(outcome="denied")
    assert (event.actor_id, event.verb, event.reason) == (clinic.front_desk.pk, "page:dashboard", "needs see_measures")
