from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from casemgr.core.accounts.models import Program
from casemgr.core.accounts.rules import Role
from casemgr.core.administration.policies.actions import attest_policy, say_policy_is_missing
from casemgr.core.deadlines.models import Clock
from casemgr.core.policies.models import PolicyStatement
from casemgr.core.policies.rules import areas

TODAY = date(2026, 3, 4)
LIST_QUERIES = 6  # session, user, memberships, programs, statements, counts of the navigation
AREA_QUERIES = 7  # one more for everything that was stated
TYPED = {"title": "Keys", "kept_at": "Binder, version 4", "in_force_since": "2025-01-01", "review_on": "2027-03-04", "has_read": "on"}


@pytest.fixture(autouse=True)
def _at_three_in_the_afternoon(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def browser(clinic, sign_in):
    return sign_in(clinic.privacy_officer)


@pytest.fixture
def attest(clinic, now):
    def _attest(area, *, days=365, ago=0) -> PolicyStatement:
        begun = now - timedelta(days=ago)
        facts = {"title": "Keys", "kept_at": "Binder", "in_force_since": begun.date(), "review_on": TODAY + timedelta(days=days)}
        return attest_policy(program=clinic.program, area=area, **facts, has_read=True, by=clinic.privacy_officer, at=begun)

    return _attest


def address(clinic, area="paper_keeping", stated=""):
    names = [clinic.program.pk, area]
    return reverse("desk:state_policy", args=[*names, stated]) if stated else reverse("desk:policy_area", args=names)


def test_every_area_stands_on_one_page_with_its_state(clinic, browser, attest, now):
    empty = browser.get(reverse("desk:policies")).content.decode()
    assert "Open an area, compare it with your own policies" in empty
    assert empty.count("Nothing stated yet") == len(areas())
    assert [area.name("en") for area in areas().values() if area.name("en") not in empty] == []
    attest("paper_keeping")
    attest("paper_using", days=7)
    attest("electronic_using", days=-1, ago=300)
    say_policy_is_missing(
        program=clinic.program, area="paper_moving", words="Pat writes it.", review_on=date(2026, 4, 3), by=clinic.privacy_officer, at=now
    )
    page = browser.get(reverse("desk:policies")).content.decode()
    assert "Open an area, compare" not in page
    for words in ("Attested", "Review soon", "Review due", "Pat writes it.", "1 of 11", "42 CFR 2.16(a)(1)(i)(C)", "kept 6 years"):
        assert words in page


def test_an_area_is_attested_again_and_what_stood_before_stays_to_be_read(clinic, browser):
    page = browser.get(address(clinic)).content.decode()
    assert "No policy is named yet" in page
    assert 'value="2027-03-04"' in page
    refused = browser.post(address(clinic, stated="attested"), {**TYPED, "has_read": "", "review_on": "2026-03-04"})
    assert refused.status_code == 422
    assert browser.post(address(clinic, stated="attested"), {**TYPED, "review_on": "2026-03-04"}).status_code == 422
    assert browser.post(address(clinic, stated="attested"), TYPED).url == reverse("desk:policies")
    again = browser.get(address(clinic)).content.decode()
    assert 'value="Binder, version 4"' in again
    words = {"words": "Nothing on paper any more.", "review_on": "2027-03-04"}
    assert browser.post(address(clinic, stated="not_applicable"), words).status_code == 302
    assert browser.post(address(clinic, stated="missing"), {"words": "", "review_on": "2027-03-04"}).status_code == 422
    page = browser.get(address(clinic)).content.decode()
    assert "Does not apply" in page
    assert page.count("Binder, version 4") == 1
    assert PolicyStatement.objects.count() == 2


def test_what_every_program_needs_offers_no_way_around(clinic, browser):
    assert address(clinic, "unauthorized_uses", "not_applicable") not in browser.get(address(clinic, "unauthorized_uses")).content.decode()
    words = {"words": "No.", "review_on": "2027-03-04"}
    answer = browser.post(address(clinic, "unauthorized_uses", "not_applicable"), words)
    assert answer.status_code == 422
    assert "Whoever keeps records needs this policy" in answer.content.decode()


def test_a_clock_names_its_area_and_leads_there(clinic, browser, attest):
    row = attest("paper_using", days=7)
    page = browser.get(reverse("desk:privacy"), {"show": "week"}).content.decode()
    lead = reverse("desk:policy_statement", args=[row.pk])
    for words in ("Policy to be looked at again", "Workstations, rooms and cabinets", "Program policy (M)", "7 days left", lead):
        assert words in page
    assert browser.get(lead).url == address(clinic, "paper_using")
    assert browser.get(reverse("desk:deadline", args=[Clock.objects.get().pk])).status_code == 200


def test_what_is_of_another_program_is_not_there(clinic, browser, sign_in):
    elsewhere = Program.objects.create(name="Elsewhere")
    theirs = PolicyStatement.objects.create(
        program=elsewhere, area="paper_using", edition="2026-11", kind="missing", words="x", stated_on=TODAY, review_on=date(2027, 3, 4),
        signed_as="Pat", recorded_at=clinic.now, recorded_by=clinic.system,
    )  # fmt: skip
    gone = [
        reverse("desk:policy_area", args=[elsewhere.pk, "paper_using"]),
        reverse("desk:policy_statement", args=[theirs.pk]),
        address(clinic, "cloud"),
    ]
    assert [browser.get(place).status_code for place in gone] == [404, 404, 404]
    assert browser.post(address(clinic, stated="burned"), TYPED).status_code == 404
    assert browser.post(reverse("desk:state_policy", args=[elsewhere.pk, "paper_using", "attested"]), TYPED).status_code == 404
    mine = sign_in(clinic.hire(Role.PRIVACY_OFFICER, None, program=elsewhere)).get(reverse("desk:policies")).content.decode()
    assert "Elsewhere" in mine
    assert clinic.program.name not in mine


def test_only_who_oversees_privacy_opens_the_pages_and_the_table(clinic, browser, sign_in, attest):
    row = attest("paper_using")
    table = reverse("admin:casemgr_policystatement_changelist")
    one = reverse("admin:casemgr_policystatement_change", args=[row.pk])
    for place in (table, one):
        assert "Workstations, rooms and cabinets" in browser.get(place).content.decode()
    for role in Role:
        if role is not Role.PRIVACY_OFFICER:
            other = sign_in(clinic.staff[role])
            assert {other.get(place).status_code for place in (reverse("desk:policies"), address(clinic), table, one)} == {403}


def test_the_pages_ask_as_often_for_two_statements_as_for_twelve(clinic, browser, attest, query_count):
    browser.get(reverse("desk:policies"))
    for many in (2, 10):
        for number in range(many):
            attest("paper_using", days=100 + number)
        with query_count(LIST_QUERIES):
            browser.get(reverse("desk:policies"))
        with query_count(AREA_QUERIES):
            browser.get(address(clinic, "paper_using"))
