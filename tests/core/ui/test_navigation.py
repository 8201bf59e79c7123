import pytest
from django.test import RequestFactory, override_settings

from casemgr.core.accounts.rules import Role
from casemgr.core.ui import navigation
from casemgr.core.ui.navigation import ENTRIES, navigation_for

pytestmark = pytest.mark.urls("tests.core.ui.urls")

asked = []


def counts(request):
    asked.append(request.path)
    return {"desk:today": 7}


def items(roles, path="/"):
    return [item for group in navigation_for(RequestFactory().get(path), roles) for item in group.items]


def test_the_table_knows_every_role_and_no_other():
    known = {str(role) for role in Role}
    assert {role for _label, entries in ENTRIES for entry in entries for role in entry.roles} == known


def test_names_and_keys_are_unique():
    entries = [entry for _label, group in ENTRIES for entry in group]
    assert len({entry.url_name for entry in entries}) == len(entries)
    assert "" not in {entry.go for entry in entries}
    assert len({entry.go for entry in entries}) == len(entries)


def test_a_page_that_does_not_exist_is_left_out():
    assert {item.url for item in items({"nurse"})} == {"/", "/caseload/", "/caseload/new/"}


def test_a_role_gets_its_pages_only():
    assert {item.url for item in items({"director"})} == {"/"}
    assert items(set()) == []


def test_the_page_with_the_longest_address_is_marked():
    assert [item.url for item in items({"nurse"}, "/caseload/new/") if item.active] == ["/caseload/new/"]
    assert [item.url for item in items({"nurse"}, "/caseload/7/") if item.active] == ["/caseload/"]
    assert [item.url for item in items({"nurse"}, "/elsewhere/") if item.active] == []


@override_settings(ROOT_NAVIGATION_COUNTS="tests.core.ui.test_navigation.counts")
def test_counts_are_asked_only_when_drawn_and_then_once():
    asked.clear()
    found = items({"nurse"})
    assert asked == []
    assert [str(item.count) for item in found] == ["7", "0", "0"]
    assert str(found[0].count) == "7"
    assert asked == ["/"]


def test_every_icon_is_in_the_sprite(settings):
    sprite = (settings.STATICFILES_DIRS[0] / "vendor/lucide/icons.svg").read_text()
    assert [entry.icon for _label, entries in navigation.ENTRIES for entry in entries if f'id="{entry.icon}"' not in sprite] == []
