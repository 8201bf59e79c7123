"""Try every way out on every kind of consent in every state it can be in, as the one who receives."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from casemgr.api.actions import register_client
from casemgr.api.gate import GatedView
from casemgr.api.scopes import SCOPES
from casemgr.core.accounts.models import Membership, User
from casemgr.core.accounts.rules import Role
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Refused
from casemgr.sharing.actions import hand_over_record, hand_over_referral_packet
from casemgr.sharing.sending import send_transmissions
from patients.consent.actions import end_consent, mark_consent_false, record_consent, revoke_consent
from patients.consent.models import Consent, ConsentRecipient
from patients.consent.rules.kinds import ORDINARY
from patients.disclosures.spoken.actions import account_for_what_was_said
from patients.record.models import Patient
from patients.restrictions.models import Restriction
from patients.transmissions.actions import agree_on_secure_address, register_webhook
from patients.transmissions.models import Transmission
from referrals.referral.models import Referral
from referrals.referral.rules import what_is_told
from tests.api.conftest import SECRET as CLIENT_SECRET
from tests.api.conftest import token_for
from tests.doors import routes
from tests.patients.consent.papers import COMMON, ORGANIZATIONS, PAPERS
from tests.sharing.canaries import MESSAGE
from tests.sharing.conftest import SECRET
from tests.sharing.receivers import PartnerSystem, mails_in, text_of
from tests.worlds import Clinic
from treatment_plans.family.queries import seats_for
from treatment_plans.family.rules import NEVER_AT_THE_TABLE, PURPOSES

WIDE = {"tpo": sorted(ORDINARY - {"housing"}), "specific": sorted(ORDINARY - {"housing"} | {"trauma"})}
"""Parts that a paper opens here instead of the few that its own tests need, so that every way has something to carry."""

LIMITED_TO_CARE = {"treatment", "payment", "operations"}
"""Purposes that a restriction stands against (42 CFR 2.26(a))."""

NEWS_OF = {"demographics": "referral.sent", "appointments": "appointment.changed", "medications": "order.changed"}


@dataclass
class Got:
    """Hold one thing that a receiver got: its text with notice and scope, and the parts that it is meant to hold."""

    text: str
    parts: frozenset[str]
    is_thin: bool = False
    names_only: bool = False
    """Whether it says who the person is and, of the other parts, no more than somebody wrote in a referral."""

    @property
    def words(self) -> frozenset[str]:
        """Return the parts whose word stands in it."""
        return frozenset() if self.is_thin else self.parts & {"demographics"} if self.names_only else self.parts


@dataclass
class World:
    """Hold a person with a full record, an organization of the kind that a consent needs, and how it receives."""

    clinic: Clinic
    patient: Patient
    kind: str
    now: datetime
    listening: PartnerSystem
    mailbox: Any
    sender: User = field(init=False)
    named: Organization = field(init=False)
    other: Organization = field(init=False)
    tokens: dict[tuple[int, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the organization that the paper names, and another of its kind that it does not name."""
        sender = self.clinic.hire(Role.CASE_MANAGER, self.clinic.north)
        Membership.objects.create(user=sender, program=self.clinic.program, role=Role.THERAPIST, starts_on=date(2024, 1, 1))
        self.sender = User.objects.get(pk=sender.pk)
        facts = ORGANIZATIONS[PAPERS[self.kind]["recipients"][0]]
        self.named, self.other = (Organization.objects.create(name=name, **facts) for name in ("Named", "Other"))
        for organization in (self.named, self.other):
            for purpose in (self.purpose, self.wrong_purpose):
                self._can_receive(organization, purpose)

    @property
    def purpose(self) -> str:
        """Return the purpose of the paper."""
        return str(PAPERS[self.kind]["purposes"][0])

    @property
    def wrong_purpose(self) -> str:
        """Return a purpose that the paper does not name."""
        return "operations"

    @property
    def reach(self) -> frozenset[str]:
        """Return the parts that the paper opens."""
        return frozenset(WIDE.get(self.kind, PAPERS[self.kind]["categories"]))

    def give(self, *, recipients: list[Organization] | None = None, **facts: Any) -> Consent:
        """Record a whole consent of this kind."""
        paper = {**COMMON, **PAPERS[self.kind], "recipients": recipients or [self.named], "categories": self.reach, **facts}
        if not paper.get("ends_with") and "valid_until" not in facts:
            paper["valid_until"] = date(2031, 1, 1)
        paper["signed_by"] = self.patient.legal_name
        return record_consent(
            patient=self.patient, discloser=self.clinic.program, kind=self.kind, by=self.clinic.case_manager, at=self.now, **paper
        )

    def _can_receive(self, organization: Organization, purpose: str) -> None:
        """Let an organisation be reached by each way that reaches out, and ask by itself where it may."""
        by, at = self.clinic.administrator, self.now
        register_webhook(
            organization=organization, url=self.listening.url, secret=SECRET, purpose=purpose, events=list(NEWS_OF.values()), by=by, at=at,
            inside=True,
        )  # fmt: skip
        email = f"{organization.name.lower()}@mail.test"
        day = date(2026, 1, 5)
        agree_on_secure_address(organization=organization, email=email, agreed_with="Ms. Lee", agreed_on=day, by=by, at=at)
        try:
            client = register_client(
                organization=organization, name="System", client_id=f"client-{uuid4().hex}", client_secret=make_password(CLIENT_SECRET),
                scopes=list(SCOPES), purpose=purpose, by=by, at=at,
            )  # fmt: skip
        except Refused:
            return
        self.tokens[organization.pk, purpose] = token_for(client, list(SCOPES))


@dataclass(frozen=True)
class Asked:
    """Hold who asks, what for, and for which parts."""

    recipient: Organization
    purpose: str
    parts: frozenset[str]


State = Callable[[World], Asked]


def _as_written(world: World, **changes: Any) -> Asked:
    return Asked(**{"recipient": world.named, "purpose": world.purpose, "parts": world.reach, **changes})


def none(world: World) -> Asked:
    """Ask without any consent."""
    return _as_written(world)


def active(world: World) -> Asked:
    """Ask on a consent in force."""
    world.give()
    return _as_written(world)


def expired(world: World) -> Asked:
    """Ask on a consent that has ended."""
    if PAPERS[world.kind].get("ends_with"):
        end_consent(consent=world.give(), by=world.clinic.case_manager, at=world.now)
    else:
        world.give(valid_until=date(2026, 6, 2))
    return _as_written(world)


def revoked(world: World) -> Asked:
    """Ask on a consent that was taken back."""
    consent = world.give()
    revoke_consent(consent=consent, revoked_by=world.patient.legal_name, by=world.clinic.case_manager, at=world.now)
    return _as_written(world)


def superseded(world: World) -> Asked:
    """Ask on a consent in whose place another stands that names somebody else; one for the justice system is never replaced."""
    if world.kind == "cj_referral":
        return revoked(world)
    world.give(recipients=[world.other], supersedes=world.give())
    return _as_written(world)


def draft(world: World) -> Asked:
    """Ask on a consent that nobody has signed."""
    consent = Consent.objects.create(
        patient=world.patient, discloser=world.clinic.program, kind=world.kind, purposes=[world.purpose], categories=sorted(world.reach),
        recorded_at=world.now, recorded_by=world.clinic.case_manager,
    )  # fmt: skip
    ConsentRecipient.objects.create(consent=consent, organization=world.named)
    return _as_written(world)


def wrong_purpose(world: World) -> Asked:
    """Ask for something else than the consent names."""
    world.give()
    return _as_written(world, purpose=world.wrong_purpose)


def wrong_recipient(world: World) -> Asked:
    """Ask as somebody whom the consent does not name."""
    world.give()
    return _as_written(world, recipient=world.other)


def wrong_category(world: World) -> Asked:
    """Ask for a part that the consent does not open."""
    world.give()
    return _as_written(world, parts=world.reach | {"housing"})


def known_false(world: World) -> Asked:
    """Ask on a consent that is known to be false."""
    mark_consent_false(consent=world.give(), why="Signed by somebody else", by=world.clinic.case_manager, at=world.now)
    return _as_written(world)


def restricted(world: World) -> Asked:
    """Ask for what the person asked to be kept back, and the program agreed to."""
    world.give()
    Restriction.objects.create(
        patient=world.patient, program=world.clinic.program, state="agreed", asked_on=date(2026, 3, 2), asked_by=world.patient.legal_name,
        to_whom="anybody", purposes=sorted(LIMITED_TO_CARE), decided_at=world.now, decided_by=world.clinic.privacy_officer, decision="Agreed",
        recorded_at=world.now, recorded_by=world.clinic.case_manager,
    )  # fmt: skip
    return _as_written(world)


STATES: dict[str, State] = {
    state.__name__: state
    for state in (
        none, active, expired, revoked, superseded, draft, wrong_purpose, wrong_recipient, wrong_category, known_false, restricted,
    )
}  # fmt: skip
"""Everything that can be the matter with a consent, by name."""


def may_be_told(world: World, state: str, parts: frozenset[str]) -> bool:
    """Say what the law says, from the paper and the state alone."""
    if state == "restricted":
        return world.purpose not in LIMITED_TO_CARE and parts <= world.reach
    return state in {"active", "wrong_category"} and parts <= world.reach


def may_be_said(world: World, state: str, parts: frozenset[str]) -> bool:
    """Say what the law says of telling it at a table: as of any other way, for the purposes of a table, and never what is not talked about."""
    at_a_table = set(PURPOSES) & set(PAPERS[world.kind]["purposes"])
    if state == "restricted":
        at_a_table -= LIMITED_TO_CARE
    told_of = {"active", "wrong_category", "wrong_purpose", "restricted"}
    return bool(at_a_table) and state in told_of and parts <= world.reach - NEVER_AT_THE_TABLE


def by_word(world: World, asked: Asked) -> list[str]:
    """Sit at the table as somebody of the organization; return on which purposes it was told."""
    seats = seats_for(
        world.patient, program_id=world.clinic.program.pk, at=world.now, topics=asked.parts, keys=[f"organization:{asked.recipient.pk}"]
    )
    questions = [seat.verdict.question for seat in seats if seat.verdict.question is not None and seat.verdict.allowed]
    rows = [
        account_for_what_was_said(
            patient=world.patient, program=world.clinic.program, question=question, name="Ms. Ortiz", told=asked.parts, description="Said",
            by=world.clinic.therapist, at=world.now,
        )
        for question in questions
    ]  # fmt: skip
    return [row.purpose for row in rows if (row.recipient_id, set(row.categories)) == (asked.recipient.pk, set(asked.parts))]


def by_print(world: World, asked: Asked) -> Iterator[Got]:
    """Take over paper."""
    yield from _handed_over(world, asked, "print", "pdf")


def by_export(world: World, asked: Asked) -> Iterator[Got]:
    """Take over files."""
    for written_as in ("json", "csv"):
        yield from _handed_over(world, asked, "export", written_as)


def _handed_over(world: World, asked: Asked, via: str, written_as: str) -> Iterator[Got]:
    try:
        written = hand_over_record(
            patient=world.patient, program=world.clinic.program, recipient=asked.recipient, purpose=asked.purpose, categories=asked.parts,
            via=via, written_as=written_as, by=world.clinic.therapist if "counseling_notes" in asked.parts else world.sender, at=world.now,
        )  # fmt: skip
    except Refused:
        return
    yield Got(text_of(written.body, written.media_type), asked.parts)


def by_email(world: World, asked: Asked) -> Iterator[Got]:
    """Open the mailbox; what was queued beside the door is asked about when it is sent all the same."""
    before = len(mails_in(world.mailbox))
    _queue(world, asked, via="email", format="json", categories=sorted(asked.parts))
    for mail in mails_in(world.mailbox)[before:]:
        yield Got(f"{mail.words} {text_of(mail.attached, mail.attached_type)}", asked.parts)


def by_webhook(world: World, asked: Asked) -> Iterator[Got]:
    """Listen."""
    for part, news in NEWS_OF.items():
        before = len(world.listening.heard)
        _queue(world, asked, via="webhook", format="event", event=news, categories=[part])
        for heard in world.listening.heard[before:]:
            yield Got(json.dumps(json.loads(heard.body), ensure_ascii=False), frozenset({part}), is_thin=True)


def _queue(world: World, asked: Asked, **facts: Any) -> None:
    Transmission.objects.create(
        patient=world.patient, program=world.clinic.program, recipient=asked.recipient, purpose=asked.purpose, description="Something",
        requested_by=world.clinic.system, requested_at=world.now, due_at=world.now, **facts,
    )  # fmt: skip
    send_transmissions(at=world.now)


def by_referral(world: World, asked: Asked) -> Iterator[Got]:
    """Take over the packet of a referral that was sent when a consent still carried it."""
    referral = _referral(world, asked)
    try:
        written = hand_over_referral_packet(referral=referral, by=world.sender, at=world.now)
    except Refused:
        return
    finally:
        Referral.objects.filter(pk=referral.pk).update(state="withdrawn")
    yield Got(text_of(written.body, written.media_type), frozenset(what_is_told(asked.purpose)))


def _referral(world: World, asked: Asked) -> Referral:
    """Send a referral with words of its own."""
    return Referral.objects.create(
        patient=world.patient, program=world.clinic.program, organization=asked.recipient, purpose=asked.purpose, service=f"A {MESSAGE}",
        message=MESSAGE, state="sent", sent_at=world.now, disclosure_id=1, recorded_at=world.now, recorded_by=world.clinic.system,
    )  # fmt: skip


def by_api(world: World, asked: Asked) -> Iterator[Got]:
    """Ask at every address of the API; where nothing is told, the answer is the one about nobody, to the byte."""
    token = world.tokens.get((asked.recipient.pk, asked.purpose))
    if token is None:
        return
    headers = {"Authorization": f"Bearer {token}"}
    referral = _referral(world, asked)
    for name, view, takes_patient in _addresses():
        address = reverse(name, kwargs={"patient": world.patient.public_id} if takes_patient else {})
        answer = Client().get(address, headers=headers)
        body = answer.json()
        if takes_patient and answer.status_code == 404:
            nobody = Client().get(reverse(name, kwargs={"patient": UUID(int=7)}), headers=headers)
            assert (answer.content, answer.headers) == (nobody.content, nobody.headers), f"{name} betrays that the person is known"
        elif body.get("data") != []:
            text = json.dumps(body, ensure_ascii=False) + answer.headers["X-Part2-Notice"]
            parts = what_is_told(asked.purpose) if MESSAGE in text else view.categories
            yield Got(text, frozenset(parts), names_only=MESSAGE in text)
    Referral.objects.filter(pk=referral.pk).update(state="withdrawn")


@cache
def _addresses() -> tuple[tuple[str, type[GatedView], bool], ...]:
    """Return every address of the API that is read."""
    views = ((route, getattr(route.callback, "view_class", object)) for route in routes())
    return tuple(
        (route.name, view, "patient" in route.arguments)
        for route, view in views
        if issubclass(view, GatedView) and "get" in view.http_method_names
    )


RECEIVERS: dict[str, Callable[[World, Asked], Iterator[Got]]] = {
    "api": by_api,
    "print": by_print,
    "export": by_export,
    "email": by_email,
    "referral": by_referral,
    "webhook": by_webhook,
}
"""Who takes what comes out, by way; a way that nobody stands behind turns the test red."""
