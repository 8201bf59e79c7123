import pytest

from casemgr.core.administration.directory.actions import add_organization, change_organization
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Denied, Refused


def test_an_organization_is_made_known(clinic, now):
    made = add_organization(
        name=" Mercy Hospital ", kind="hospital", hipaa_role="covered_entity", identifier="1234567893", by=clinic.case_manager, at=now
    )
    kept = Organization.objects.get(pk=made.pk)
    assert (kept.name, kept.kind, kept.hipaa_role, kept.identifier, kept.is_active) == (
        "Mercy Hospital",
        "hospital",
        "covered_entity",
        "1234567893",
        True,
    )


def test_everything_that_is_wrong_is_named_at_once(clinic, now):
    add_organization(name="Mercy", kind="hospital", identifier="1", by=clinic.director, at=now)
    with pytest.raises(Refused) as refused:
        add_organization(name="  ", kind="palace", hipaa_role="king", identifier="1", by=clinic.director, at=now)
    assert [reason.field for reason in refused.value.reasons] == ["name", "kind", "hipaa_role", "identifier"]
    assert Organization.objects.count() == 1


def test_what_is_known_is_corrected_and_a_partner_let_go(clinic, now):
    made = add_organization(name="Grove", kind="housing", by=clinic.director, at=now)
    change_organization(organization=made, name="Grove Homes", phone="555-0101", is_active=False, by=clinic.director, at=now)
    made.refresh_from_db()
    assert (made.name, made.phone, made.is_active, made.kind) == ("Grove Homes", "555-0101", False, "housing")
    with pytest.raises(Refused, match="Write the name"):
        change_organization(organization=made, name="", by=clinic.director, at=now)
    with pytest.raises(TypeError, match="no colour to change"):
        change_organization(organization=made, colour="red", by=clinic.director, at=now)
    made.refresh_from_db()
    assert made.name == "Grove Homes"


def test_two_organizations_without_an_identifier_may_be_known(clinic, now):
    for name in ("Grove", "Harbor"):
        add_organization(name=name, kind="housing", by=clinic.director, at=now)
    assert Organization.objects.count() == 2


def test_a_nurse_does_not_keep_the_directory(clinic, now):
    with pytest.raises(Denied):
        add_organization(name="Grove", kind="housing", by=clinic.nurse, at=now)
