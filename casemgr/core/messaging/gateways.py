"""Hand messages over to the world: a folder, the console, or a mail server."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage

from casemgr.core.messaging.models import Channel


@dataclass(frozen=True)
class Letter:
    """Hold what a gateway needs: a key that it can know again, an address, and the words."""

    key: str
    channel: str
    to: str
    subject: str
    text: str


class Gateway(Protocol):
    """Deliver letters; `knows_keys` says whether the same key offered twice is delivered once."""

    knows_keys: bool

    def send(self, letter: Letter) -> None:
        """Deliver, or raise."""


class FileGateway:
    """Write each letter into a file named after its key, so that a second offer changes nothing."""

    knows_keys = True

    def __init__(self, folder: Path) -> None:
        """Remember the folder and make it, readable by its owner alone."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def send(self, letter: Letter) -> None:
        """Write the letter completely or not at all, and never over another."""
        target = self.folder / f"{letter.key.replace('/', '-').replace(':', '-')}.json"
        draft = target.with_suffix(f".{os.getpid()}.draft")
        draft.write_text(json.dumps(letter.__dict__, ensure_ascii=False), encoding="utf-8")
        try:
            os.link(draft, target)
        except FileExistsError:
            pass
        finally:
            draft.unlink()


class ConsoleGateway:
    """Say that a letter would go out, without its words."""

    knows_keys = False

    def send(self, letter: Letter) -> None:
        """Print channel and key."""
        print(f"message {letter.key} by {letter.channel}", flush=True)


class SmtpGateway:
    """Send e-mail through the mail server of the settings; a text message is refused with a clear sentence."""

    knows_keys = False

    def send(self, letter: Letter) -> None:
        """Deliver by mail; the key becomes the Message-ID."""
        if letter.channel != Channel.EMAIL:
            raise ValueError("The mail gateway sends e-mail only. Configure a text-message gateway or turn texts off.")
        mail = EmailMessage(letter.subject, letter.text, settings.MESSAGE_SENDER, [letter.to])
        mail.extra_headers["Message-ID"] = f"<{letter.key.replace(':', '.')}@{settings.MESSAGE_DOMAIN}>"
        mail.send()


def configured_gateway() -> Gateway:
    """Return the gateway that the environment names."""
    kind = settings.MESSAGE_GATEWAY
    if kind == "file":
        return FileGateway(Path(settings.MESSAGE_FOLDER))
    return {"console": ConsoleGateway, "smtp": SmtpGateway}[kind]()
