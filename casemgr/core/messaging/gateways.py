"""Hand messages over to the world: a folder, the console, or a mail server."""

import json
import os
import smtplib
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage

from casemgr.core.messaging.models import Channel

OFFERS = "offers.log"


@dataclass(frozen=True)
class Letter:
    """Hold what a gateway needs: a key that it can know again, an address, and the words."""

    key: str
    channel: str
    to: str
    subject: str
    text: str


class NotTaken(Exception):
    """Say that the other side certainly did not take a letter, so that it may be offered again.

    Any other failure leaves open whether it did.
    """


class Gateway(Protocol):
    """Deliver letters; `knows_keys` says whether the same key offered twice is delivered once."""

    knows_keys: bool
    channels: frozenset[str]

    def send(self, letter: Letter) -> None:
        """Deliver, or raise."""


class FileGateway:
    """Write each letter into a file named after its key, so that a second offer changes nothing; note every offer."""

    knows_keys = True
    channels = frozenset(Channel.values)

    def __init__(self, folder: Path) -> None:
        """Remember the folder and make it, readable by its owner alone."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def send(self, letter: Letter) -> None:
        """Write the letter completely or not at all, and never over another."""
        with (self.folder / OFFERS).open("a", encoding="utf-8") as offers:
            offers.write(f"{letter.key}\n")
        target = self.folder / f"{letter.key.replace('/', '-').replace(':', '-')}.json"
        draft = target.with_suffix(f".{os.getpid()}.draft")
        draft.write_text(json.dumps(asdict(letter), ensure_ascii=False), encoding="utf-8")
        try:
            os.link(draft, target)
        except FileExistsError:
            pass
        finally:
            draft.unlink()


class ConsoleGateway:
    """Say that a letter would go out, without its words."""

    knows_keys = False
    channels = frozenset(Channel.values)

    def send(self, letter: Letter) -> None:
        """Write channel and key."""
        sys.stdout.write(f"message {letter.key} by {letter.channel}\n")
        sys.stdout.flush()


class SmtpGateway:
    """Send e-mail through the mail server of the settings; it has no way to send a text message."""

    knows_keys = False
    channels = frozenset({Channel.EMAIL.value})

    def send(self, letter: Letter) -> None:
        """Deliver by mail; the key becomes the Message-ID."""
        mail = EmailMessage(letter.subject, letter.text, settings.MESSAGE_SENDER, [letter.to])
        mail.extra_headers["Message-ID"] = f"<{letter.key.replace(':', '.')}@{settings.MESSAGE_DOMAIN}>"
        try:
            mail.send()
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, ConnectionRefusedError, socket.gaierror) as error:
            raise NotTaken(type(error).__name__) from error


def configured_gateway() -> Gateway:
    """Return the gateway that the environment names."""
    kind = settings.MESSAGE_GATEWAY
    if kind == "file":
        return FileGateway(Path(settings.MESSAGE_FOLDER))
    return ConsoleGateway() if kind == "console" else SmtpGateway()
