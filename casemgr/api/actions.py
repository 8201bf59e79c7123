"""Let partners' systems in, and let their answers count once."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _
from oauth2_provider.models import get_access_token_model

from casemgr.api.scopes import SCOPES
from casemgr.core.accounts.models import AnsweredRequest, ApiClient, Program, RestsOn, User, UserKind
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.administration.accounts.actions import add_user
from casemgr.core.agreements.queries import has_agreement_to_rest_on
from casemgr.core.directory.models import Organization, OrganizationKind
from casemgr.core.refusals import Reason, Refused
from patients.consent.models import InformationCategory, PurposeOfUse
from patients.disclosures.actions import Person, Released, disclose
from referrals.referral.actions import answer_referral
from referrals.referral.models import Referral

_KEEP = """
    INSERT INTO casemgr_answeredrequest (client_id, key, fingerprint, at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (client_id, key) DO NOTHING RETURNING id
"""
SHORTEST_SECRET = 16
"""Characters of a client's secret; ours to set. A generated one has 128."""


@action(Can.ADMINISTER_ACCOUNTS)
def register_client(
    *,
    organization: Organization,
    name: str,
    client_id: str,
    client_secret: str,
    scopes: Iterable[str],
    purpose: str,
    rests_on: str = RestsOn.CONSENT,
    by: User,
    at: datetime,
) -> ApiClient:
    """Let a partner's system ask: for one organisation, one purpose, and no more than these scopes. The secret is kept as a hash."""
    wanted = list(dict.fromkeys(scopes))
    reasons = _what_a_client_lacks(organization, client_secret, wanted, purpose) + _against_resting_on(rests_on, organization, at)
    if ApiClient.objects.filter(client_id=client_id).exists():
        reasons.append(Reason(_("There is already a partner system with this id."), field="client_id"))
    if reasons:
        raise Refused(*reasons)
    identity = add_user(email=f"{client_id}@client.invalid", full_name=name, kind=UserKind.CLIENT, organization=organization, by=by, at=at)
    client: ApiClient = ApiClient.objects.create(
        organization=organization,
        user=identity,
        name=name,
        client_id=client_id,
        client_secret=client_secret,
        client_type=ApiClient.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
        scopes=wanted,
        purpose=purpose,
        rests_on=rests_on,
    )
    return client


@action(Can.ADMINISTER_ACCOUNTS)
def stop_client(*, client: ApiClient, by: User, at: datetime) -> ApiClient:
    """Shut a partner's system out at once: every token of it ends."""
    User.objects.filter(pk=client.user_id).update(is_active=False)
    get_access_token_model().objects.filter(application=client).delete()
    return client


@action(Can.ADMINISTER_ACCOUNTS)
def let_client_ask_again(*, client: ApiClient, by: User, at: datetime) -> ApiClient:
    """Let a partner's system in again; one that rests on an agreement only while there is a live one."""
    if reasons := _against_resting_on(client.rests_on, client.organization, at):
        raise Refused(*reasons)
    User.objects.filter(pk=client.user_id).update(is_active=True)
    return client


@action(Can.ADMINISTER_ACCOUNTS)
def change_client_secret(*, client: ApiClient, client_secret: str, by: User, at: datetime) -> ApiClient:
    """Give a client a new secret; the old one and every token made with it end at once."""
    client = ApiClient.objects.select_for_update(of=("self",)).get(pk=client.pk)
    if len(client_secret) < SHORTEST_SECRET:
        raise Refused(_secret_too_short())
    client.client_secret = client_secret
    client.save(update_fields=["client_secret", "updated"])
    get_access_token_model().objects.filter(application=client).delete()
    return client


@action(Can.ANSWER_REFERRAL)
def answer_once(
    *,
    patient: Person,
    referral: Referral | None,
    recipient: Organization,
    purpose: str,
    state: str,
    answer: str,
    client: int,
    key: str,
    by: User,
    at: datetime,
) -> Released:
    """Take a partner's answer to a referral of its own and let the receipt leave; the same request again changes nothing.

    One transaction: a refused answer leaves no receipt on the account of disclosures, and without consent nothing is answered.
    """
    released = disclose(
        patient=patient,
        recipient=recipient,
        purpose=purpose,
        categories=[InformationCategory.DEMOGRAPHICS],
        description="Receipt of the answer to a referral",
        via="api",
        program=Program(pk=referral.program_id) if referral else None,
        by=by,
        at=at,
    )
    if referral is not None and _is_asked_for_the_first_time(client, key, f"{referral.pk}:{state}:{answer}", at):
        answer_referral(referral=referral, state=state, answer=answer, by=by, at=at)
    return released


def _is_asked_for_the_first_time(client: int, key: str, text: str, at: datetime) -> bool:
    """Keep the key of a request, or see that it was kept before; whoever comes second at the same moment waits here."""
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [client, key, fingerprint, at])
        if cursor.fetchone():
            return True
    if AnsweredRequest.objects.get(client_id=client, key=key).fingerprint != fingerprint:
        raise Refused(Reason(_("This Idempotency-Key was used for another answer. Send a new one."), code="key_reused"))
    return False


def _what_a_client_lacks(organization: Organization, client_secret: str, scopes: list[str], purpose: str) -> list[Reason]:
    """Return everything for want of which a client cannot be let in."""
    reasons = []
    if not organization.is_active or organization.kind == OrganizationKind.JUSTICE:
        reasons.append(Reason(_("Systems of this organization are not let in."), field="organization", source="42 CFR 2.12(d)(1)"))
    if len(client_secret) < SHORTEST_SECRET:
        reasons.append(_secret_too_short())
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        reasons.append(Reason(_("Choose scopes from this list: %(scopes)s") % {"scopes": ", ".join(SCOPES)}, field="scopes"))
    if purpose not in PurposeOfUse.values:
        reasons.append(Reason(_("Say what the partner system wants the information for."), field="purpose"))
    return reasons


def _against_resting_on(rests_on: str, organization: Organization, at: datetime) -> list[Reason]:
    """Return why a client cannot rest on what it is said to rest on."""
    if rests_on not in RestsOn.values:
        return [Reason(_("Say whether the partner system rests on consent or on an agreement."), field="rests_on")]
    if rests_on == RestsOn.AGREEMENT and not has_agreement_to_rest_on(organization.pk, at):
        text = _("No agreement (QSOA or BAA) with this organization is in force. Put the signed one on file first.")
        return [Reason(text, field="rests_on", code="no_agreement", source="45 CFR 164.504(e), 42 CFR 2.12(c)(4)")]
    return []


def _secret_too_short() -> Reason:
    """Return the sentence for a secret that is easily guessed."""
    return Reason(_("The secret needs at least %(count)s characters.") % {"count": SHORTEST_SECRET}, field="client_secret")
