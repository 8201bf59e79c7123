"""Know every way out: a page, file, mail, call or message that carries a person's data to somebody outside goes through one of these.

A way registers itself by being defined; its `via` stands on the account of disclosures. Tests find the ways here, and find whatever tries
to be one without standing here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol, cast

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Refused
from casemgr.sharing.formats import WRITERS
from casemgr.sharing.packets import Packet
from patients.disclosures.rules import STATEMENT_SHORT

HEADERS = {"X-Part2-Notice": STATEMENT_SHORT, "Cache-Control": "no-store"}
"""What every answer that carries a record says in its header (42 CFR 2.32(a)(2))."""

WAYS: dict[str, type["WayOut"]] = {}


@dataclass(frozen=True)
class Written:
    """Hold a packet as it travels: its bytes, what they are, and a name that tells nothing of the person."""

    body: bytes = field(repr=False)
    media_type: str
    name: str


@dataclass(frozen=True)
class Offer:
    """Hold what a queued way needs to send: a key that the other side can know again, to whom, and what."""

    key: str
    recipient: Organization
    purpose: str
    packet: Packet
    format: str
    event: str
    subject: str
    at: datetime


class NotTaken(Exception):
    """Say that the other side certainly did not take what was offered, so that it may be offered again."""


class NoAddress(Refused):
    """Say that there is nowhere to send to; a person must see to it."""


class WayOut:
    """Be one way by which something leaves the program; what it carries, the gate has let through."""

    via: ClassVar[str]
    label: ClassVar[str | Promise]
    formats: ClassVar[tuple[str, ...]]
    carried_in: ClassVar[Mapping[str, str]]
    """Where notice and scope travel, by format: for whoever reads this and for the test that looks there."""
    is_queued: ClassVar[bool] = False
    is_chosen: ClassVar[bool] = False
    """Whether a person chooses this way for a packet of parts."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Make the way known; two of one name would be counted as one on the account."""
        super().__init_subclass__(**options)
        if cls.via in WAYS:
            raise TypeError(f"There is already a way out called {cls.via}.")
        WAYS[cls.via] = cls

    @classmethod
    def write(cls, packet: Packet, written_as: str) -> Written:
        """Return the packet as it travels on this way."""
        if written_as not in cls.formats:
            raise LookupError(f"{cls.via} does not carry {written_as}.")
        write, media_type = WRITERS[written_as]
        return Written(write(packet), media_type, f"record-{packet.day:%Y-%m-%d}-{packet.released.disclosure_public_id[:8]}.{written_as}")


class Print(WayOut):
    """Put a packet on paper, to be handed over or sent by post."""

    via = "print"
    label = _("Print it, to hand it over")
    formats = ("pdf",)
    carried_in: ClassVar[Mapping[str, str]] = {"pdf": "first page, and foot of every page"}
    is_chosen = True


class Export(WayOut):
    """Give a packet as a file for the recipient's own system."""

    via = "export"
    label = _("Save it as a file, to hand it over")
    formats = ("json", "csv")
    carried_in: ClassVar[Mapping[str, str]] = {"json": "envelope", "csv": "last lines"}
    is_chosen = True


class ReferralPacket(WayOut):
    """Put what a referral tells on paper, for a partner that is reached by fax or by hand."""

    via = "referral"
    label = _("With a referral")
    formats = ("pdf",)
    carried_in: ClassVar[Mapping[str, str]] = {"pdf": "first page, and foot of every page"}


class QueuedWay(Protocol):
    """Be a way that sends by itself, later, from the queue."""

    via: str
    knows_keys: bool
    """Whether what is offered twice under one key arrives once."""

    def address_of(self, recipient: Organization, purpose: str) -> str:
        """Return where this recipient is reached, or raise `NoAddress`."""

    def prepare(self, offer: Offer) -> Any:
        """Return what is to be sent, before anything is offered to anybody."""

    def send(self, offer: Offer, prepared: Any) -> None:
        """Send, or raise; `NotTaken` when the other side certainly has nothing."""


def queued_way(via: str) -> QueuedWay:
    """Return the way of this name that sends by itself."""
    found = WAYS.get(via)
    if found is None or not found.is_queued:
        raise LookupError(f"Nothing is sent by {via}.")
    return cast("QueuedWay", found())


def answer_with(written: Written, *, inline: bool = False) -> HttpResponse:
    """Return the answer that holds what is handed over; no cache keeps it."""
    place = "inline" if inline else "attachment"
    headers = {**HEADERS, "Content-Disposition": f'{place}; filename="{written.name}"'}
    return HttpResponse(written.body, content_type=written.media_type, headers=headers)
