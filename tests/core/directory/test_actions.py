from datetime import date, timedelta

import pytest

from casemgr.core.administration.directory.actions import add_organization, add_participation, change_organization, end_participation
from casemgr.core.audit.models import AuditEvent
from casemgr.core.directory.models import Organization, Participation
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


SINCE = date(2026, 3, 1)


@pytest.fixture
def exchange(db):
    return Organization.objects.create(name="Valley Exchange", kind="other", is_intermediary=True)


@pytest.fixture
def grove(db):
    return Organization.objects.create(name="Grove Homes", kind="housing")


def test_an_organization_takes_part_in_an_exchange_until_a_day(clinic, now, exchange, grove):
    made = add_participation(intermediary=exchange, participant=grove, since=SINCE, by=clinic.director, at=now)
    assert (made.intermediary, made.participant, made.since, made.until) == (exchange, grove, SINCE, None)
    end_participation(participation=made, until=SINCE + timedelta(days=1), by=clinic.director, at=now)
    made.refresh_from_db()
    assert made.until == SINCE + timedelta(days=1)
    events = AuditEvent.objects.filter(verb__endswith="_participation").order_by("id").values_list("verb", "outcome", "actor_id")
    assert list(events) == [("add_participation", "done", clinic.director.pk), ("end_participation", "done", clinic.director.pk)]
    again = add_participation(intermediary=exchange, participant=grove, since=SINCE + timedelta(days=9), by=clinic.director, at=now)
    assert again.pk != made.pk, "who left may come back"


@pytest.mark.parametrize(
    ("intermediary", "participant", "fields"),
    [
        ("grove", "exchange", ["intermediary", "participant"]),
        ("exchange", "exchange", ["participant"]),
        ("exchange", "gone", ["participant"]),
        ("exchange", "second", ["participant"]),
    ],
)
def test_only_another_organization_takes_part_and_only_in_an_exchange(clinic, now, exchange, grove, intermediary, participant, fields):
    known = {
        "exchange": exchange,
        "grove": grove,
        "gone": Organization.objects.create(name="Gone", kind="other", is_active=False),
        "second": Organization.objects.create(name="Second", kind="other", is_intermediary=True),
    }
    with pytest.raises(Refused) as refused:
        add_participation(intermediary=known[intermediary], participant=known[participant], since=SINCE, by=clinic.director, at=now)
    assert [reason.field for reason in refused.value.reasons] == fields
    assert not Participation.objects.exists()


def test_taking_part_is_recorded_once_and_ends_once_and_not_before_it_began(clinic, now, exchange, grove):
    made = add_participation(intermediary=exchange, participant=grove, since=SINCE, by=clinic.director, at=now)
    with pytest.raises(Refused, match="recorded already"):
        add_participation(intermediary=exchange, participant=grove, since=SINCE, by=clinic.director, at=now)
    with pytest.raises(Refused, match="before it began"):
        end_participation(participation=made, until=SINCE - timedelta(days=1), by=clinic.director, at=now)
    end_participation(participation=made, until=SINCE, by=clinic.director, at=now)
    with pytest.raises(Refused, match="ended already"):
        end_participation(participation=made, until=SINCE, by=clinic.director, at=now)


def test_who_takes_part_is_for_those_who_look_after_organizations(clinic, now, exchange, grove):
    with pytest.raises(Denied):
        add_participation(intermediary=exchange, participant=grove, since=SINCE, by=clinic.front_desk, at=now)
    made = Participation.objects.create(intermediary=exchange, participant=grove, since=SINCE)
    with pytest.raises(Denied):
        end_participation(participation=made, until=SINCE, by=clinic.front_desk, at=now)
    made.refresh_from_db()
    assert made.until is None
