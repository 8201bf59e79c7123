"""Mail a packet to an address that the organisation agreed to as secure; subject and sender tell nothing."""

import os
import smtplib
import socket
import sys
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Reason
from casemgr.sharing.ways import NoAddress, NotTaken, Offer, WayOut
from patients.transmissions.queries import secure_address_of

SUBJECT = "A document for you"
"""Neutral: it must not tell a stranger who sees it what kind of place writes (42 CFR 2.11, 2.13(c))."""

BODY = """This message carries a document for {recipient}. It is attached.

{part2_notice}

{consent_scope}

Number on the account of disclosures: {disclosure_id}
If this is not for you, do not open the attachment: delete the message and call the sender.
"""


class Email(WayOut):
    """Carry a packet as the attachment of a mail whose words name nobody."""

    via = "email"
    label = gettext_lazy("Mail it to the organization's secure address")
    formats = ("pdf", "json")
    carried_in: ClassVar[dict[str, str]] = {"pdf": "words of the mail, and the attachment", "json": "words of the mail, and the attachment"}
    is_queued = True
    is_chosen = True

    @property
    def knows_keys(self) -> bool:
        """Say whether the carrier delivers what it knows already only once: a folder does, a mail server does not."""
        return settings.MESSAGE_GATEWAY == "file"

    def address_of(self, recipient: Organization, purpose: str) -> str:
        """Return the address that was agreed on."""
        address = secure_address_of(recipient.pk)
        if address is None:
            raise NoAddress(Reason(_("No secure address is agreed on with this organization. Add one, then try again."), field="way"))
        return address.email

    def prepare(self, offer: Offer) -> EmailMessage:
        """Return the mail with the packet attached."""
        return letter(offer, self.address_of(offer.recipient, offer.purpose))

    def send(self, offer: Offer, prepared: EmailMessage) -> None:
        """Hand the mail to the carrier that the environment names."""
        if settings.MESSAGE_GATEWAY == "file":
            _drop(prepared, offer.key)
        elif settings.MESSAGE_GATEWAY == "console":
            sys.stdout.write(f"mail {offer.key}\n")
        else:
            _post(prepared)


def letter(offer: Offer, address: str) -> EmailMessage:
    """Return the mail: notice and scope in its words, the packet attached."""
    written = Email.write(offer.packet, offer.format)
    words = BODY.format(recipient=offer.recipient.name, **offer.packet.must_go_along)
    mail = EmailMessage(SUBJECT, words, settings.MESSAGE_SENDER, [address])
    mail.extra_headers["Message-ID"] = f"<{offer.key}@{settings.MESSAGE_DOMAIN}>"
    mail.attach(written.name, written.body, written.media_type.split(";")[0])
    return mail


def _drop(mail: EmailMessage, key: str) -> None:
    """Lay the mail into the folder completely or not at all, and never over another."""
    folder = Path(settings.MESSAGE_FOLDER) / "mail"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f"{key}.{os.getpid()}.draft"
    draft.write_bytes(mail.message().as_bytes())
    try:
        os.link(draft, folder / f"{key}.eml")
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _post(mail: EmailMessage) -> None:
    """Give the mail to the mail server."""
    try:
        mail.send()
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, ConnectionRefusedError, socket.gaierror) as error:
        raise NotTaken(type(error).__name__) from error
