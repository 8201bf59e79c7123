import pytest
from django.urls import reverse

from casemgr.core.directory.models import Organization


def url(name, *args):
    return reverse(f"referrals:{name}", args=args)


@pytest.fixture
def browser(clinic, sign_in):
    return sign_in(clinic.case_manager)


def test_the_directory_is_searched_by_name_and_kind(browser):
    Organization.objects.create(name="Harbor House", kind="housing")
    Organization.objects.create(name="St. Mary Hospital", kind="hospital", is_active=False)
    page = browser.get(url("organizations")).content.decode()
    assert "Harbor House" in page
    assert "No longer active" in page
    assert "St. Mary" not in browser.get(url("organizations"), {"q": "harb"}).content.decode()
    assert "Harbor" not in browser.get(url("organizations"), {"kind": "hospital"}).content.decode()


def test_the_directory_costs_the_same_for_two_and_for_twelve(browser, query_count):
    for n in range(2):
        Organization.objects.create(name=f"House {n}", kind="housing")
    browser.get(url("organizations"))
    with query_count(5):
        browser.get(url("organizations"))
    for n in range(10):
        Organization.objects.create(name=f"Clinic {n}", kind="clinic")
    with query_count(5):
        page = browser.get(url("organizations"))
    assert page.content.decode().count("data-row-link") == 12


def test_an_organization_is_added_and_corrected(browser):
    typed = {"name": "Harbor House", "kind": "housing", "hipaa_role": "neither", "phone": "555-0142"}
    assert browser.post(url("organization_new"), typed).status_code == 302
    known = Organization.objects.get()
    assert (known.name, known.kind, known.phone, known.is_active) == ("Harbor House", "housing", "555-0142", True)
    change = browser.get(url("organization_change", known.public_id)).content.decode()
    assert 'value="555-0142"' in change
    assert browser.post(url("organization_change", known.public_id), typed | {"phone": "555-0143"}).status_code == 302
    known.refresh_from_db()
    assert (known.phone, known.is_active) == ("555-0143", False)
    assert "No new referral can name this organization." in browser.get(url("organization", known.public_id)).content.decode()


def test_the_same_number_names_one_organization(browser):
    Organization.objects.create(name="Harbor House", kind="housing", identifier="1234567893")
    answer = browser.post(
        url("organization_new"), {"name": "Harbour", "kind": "housing", "hipaa_role": "neither", "identifier": "1234567893"}
    )
    assert answer.status_code == 422
    assert Organization.objects.count() == 1


def test_who_does_not_keep_the_directory_reads_it_only(clinic, sign_in):
    known = Organization.objects.create(name="Harbor House", kind="housing")
    therapist = sign_in(clinic.therapist)
    assert "Harbor House" in therapist.get(url("organization", known.public_id)).content.decode()
    assert therapist.post(url("organization_change", known.public_id), {"name": "x"}).status_code == 403
    assert sign_in(clinic.front_desk).get(url("organizations")).status_code == 403
    known.refresh_from_db()
    assert known.name == "Harbor House"
