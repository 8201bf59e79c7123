import pytest
from django.urls import reverse

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import CASELOAD_ROLES, Role
from casemgr.core.audit.models import AuditEvent
from tests.doors import Everything, routes
from tests.knocking import OPEN, OWN, lists_that_leak, open_to_nobody, own_pages, people, undeclared, wrong_answers


def test_every_route_says_who_may_open_it():
    assert undeclared() == []


def test_no_exception_is_stale():
    assert set(OPEN) - {route.name for route in routes()} == set()


@pytest.mark.django_db
def test_nobody_who_is_not_signed_in_opens_any_page(client):
    assert open_to_nobody(client, own_pages()) == []


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_its_own_pages_for_its_own_people_and_nothing_else(clinic, sign_in, role, settings):
    settings.DEBUG = False
    world = people(clinic)
    user = User.objects.get(pk=clinic.staff[role].pk)
    assert wrong_answers(sign_in(user), user, role, world, own_pages()) == []


@pytest.mark.parametrize("role", list(Role))
def test_no_list_shows_anybody_whom_the_role_may_not_see(clinic, sign_in, role):
    """The person of the other site must be on no list, though the same lists show one's own; whoever is shown is on the record."""
    team = tuple(clinic.staff[r] for r in CASELOAD_ROLES)
    Everything(clinic, clinic.south, tuple(clinic.hire(r, clinic.south) for r in CASELOAD_ROLES))
    own = clinic.patient(clinic.north, team=team, given=OWN, family=OWN)
    user = User.objects.get(pk=clinic.staff[role].pk)
    leaks, seen = lists_that_leak(sign_in(user), user, own, own_pages())
    assert leaks == []
    if role in {Role.CASE_MANAGER, Role.THERAPIST, Role.PEER, Role.NURSE, Role.PRESCRIBER}:
        assert seen > 0, "no list showed the own person either: this test could not see a leak"


def test_a_page_denied_is_on_the_record(clinic, sign_in):
    sign_in(clinic.front_desk).get(reverse("measures:dashboard"))
    event = AuditEvent.objects.get(outcome="denied")
    assert (event.actor_id, event.verb, event.reason) == (clinic.front_desk.pk, "page:dashboard", "needs see_measures")
