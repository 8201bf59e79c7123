"""Show that the tests of the doors notice a careless one, and only that one."""

import pytest

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import CASELOAD_ROLES, Role
from tests.doors import CANARY, Everything, Route
from tests.knocking import OWN, lists_that_leak, open_to_nobody, own_pages, people, undeclared, wrong_answers


@pytest.fixture(autouse=True)
def _careless_doors(settings):
    settings.DEBUG = False
    settings.ROOT_URLCONF = "tests.careless_urls"


def tried() -> list[Route]:
    return [route for route in own_pages() if route.name.startswith("try:")]


def test_a_route_that_says_nothing_of_who_may_open_it_is_reported():
    assert undeclared() == ["try/unguarded"]


@pytest.mark.django_db
def test_a_page_that_opens_without_signing_in_is_reported(client):
    assert open_to_nobody(client, tried()) == ["try:without_a_lock: 200"]


@pytest.mark.parametrize(
    ("role", "reported"),
    [
        (
            Role.NURSE,
            [
                "try:careless: other site is 200, nobody is 404",
                "try:careless: other site leaks",
                "try:telling: other site is 403, nobody is 404",
                "try:silent: no relation shows somebody and leaves no row",
                "try:silent: own shows somebody and leaves no row",
            ],
        ),
        (
            Role.THERAPIST,
            [
                "try:careless: other site is 200, nobody is 404",
                "try:careless: other site leaks",
                "try:careless: no relation is 200, nobody is 404",
                "try:careless: no relation leaks",
                "try:telling: other site is 403, nobody is 404",
                "try:telling: no relation is 403, nobody is 404",
                "try:silent: own shows somebody and leaves no row",
            ],
        ),
    ],
)
def test_a_page_that_shows_or_betrays_another_caseload_is_reported(clinic, sign_in, role, reported):
    world = people(clinic)
    user = User.objects.get(pk=clinic.staff[role].pk)
    assert wrong_answers(sign_in(user), user, role, world, tried()) == reported


def test_a_list_that_shows_a_stranger_or_leaves_something_behind_is_reported(clinic, sign_in):
    Everything(clinic, clinic.south, tuple(clinic.hire(role, clinic.south) for role in CASELOAD_ROLES))
    own = clinic.patient(clinic.north, team=(clinic.staff[Role.THERAPIST],), given=OWN, family=OWN)
    user = User.objects.get(pk=clinic.staff[Role.THERAPIST].pk)
    leaks, seen = lists_that_leak(sign_in(user), user, own, tried())
    assert [(name, what) for name, what in leaks if name != "try:careless_list"] == [
        ("try:silent_list", "shows somebody and leaves no row"),
        ("try:data", "is no page"),
    ]
    assert [CANARY in page for name, page in leaks if name == "try:careless_list"] == [True]
    assert seen == 3
