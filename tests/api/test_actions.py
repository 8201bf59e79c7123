import pytest
from django.contrib.auth.hashers import check_password
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from casemgr.api.actions import change_client_secret, register_client
from casemgr.core.accounts.models import ApiClient, User
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Denied, Refused
from tests.api.conftest import SECRET, token_for


def register(clinic, organization, **changes):
    values = {
        "name": "Record system",
        "client_id": "mercy",
        "client_secret": SECRET,
        "scopes": ["patient.read"],
        "purpose": "treatment",
        "by": clinic.administrator,
        "at": clinic.now,
        **changes,
    }
    return register_client(organization=organization, **values)


@pytest.fixture
def mercy(db):
    return Organization.objects.create(name="Mercy Hospital", kind="hospital")


def test_a_client_has_an_identity_a_purpose_and_no_more_than_its_scopes(clinic, mercy):
    client = ApiClient.objects.get(pk=register(clinic, mercy).pk)
    assert (client.organization, client.purpose, client.scopes) == (mercy, "treatment", ["patient.read"])
    assert (client.client_type, client.authorization_grant_type) == ("confidential", "client-credentials")
    assert check_password(SECRET, client.client_secret)
    assert (client.user.kind, client.user.organization, client.user.full_name) == ("client", mercy, "Record system")
    assert not client.user.has_usable_password()


def test_everything_that_is_wrong_is_named_and_nothing_is_made(clinic, mercy):
    with pytest.raises(Refused) as refused:
        register(clinic, mercy, client_secret="short", scopes=["everything"], purpose="curiosity")
    assert [reason.field for reason in refused.value.reasons] == ["client_secret", "scopes", "purpose"]
    assert (ApiClient.objects.count(), User.objects.filter(kind="client").count()) == (0, 0)
    register(clinic, mercy)
    with pytest.raises(Refused, match="already a partner system with this id"):
        register(clinic, mercy)


def test_a_court_gets_no_client(clinic, mercy):
    with pytest.raises(Refused, match="not let in"):
        register(clinic, Organization.objects.create(name="County Court", kind="justice"))


def test_only_an_administrator_lets_anybody_in(clinic, mercy):
    with pytest.raises(Denied):
        register(clinic, mercy, by=clinic.case_manager)


def test_a_new_secret_ends_the_old_one_and_every_token(clinic, mercy):
    client = register(clinic, mercy)
    token_for(client, ["patient.read"])
    with pytest.raises(Refused):
        change_client_secret(client=client, client_secret="short", by=clinic.administrator, at=timezone.now())
    change_client_secret(client=client, client_secret="another-secret-of-mercy", by=clinic.administrator, at=timezone.now())
    client.refresh_from_db()
    assert check_password("another-secret-of-mercy", client.client_secret)
    assert not get_access_token_model().objects.exists()
