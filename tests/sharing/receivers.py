"""Be the other side: a partner's system that listens, and whoever opens what was mailed, printed or saved."""

import csv
import email
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from pypdf import PdfReader


class Heard(NamedTuple):
    """Hold one request that a partner's system got."""

    headers: dict[str, str]
    body: bytes


class PartnerSystem:
    """Listen on this machine, keep every request, and answer as the test says."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answer: Callable[[Heard], int] = lambda heard: 204
        partner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard = Heard({name.lower(): value for name, value in self.headers.items()}, body)
                partner.heard.append(heard)
                self.send_response(partner.answer(heard))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"

    @property
    def keys(self) -> set[str]:
        """Return the different events that arrived; a partner counts the same key once."""
        return {heard.headers["webhook-id"] for heard in self.heard}


@contextmanager
def partner_system() -> Iterator[PartnerSystem]:
    """Let a partner's system listen while a test runs."""
    partner = PartnerSystem()
    thread = threading.Thread(target=partner.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield partner
    finally:
        partner.server.shutdown()
        partner.server.server_close()


class Mail(NamedTuple):
    """Hold one mail that lay in the box: to whom, with which words, and what was attached."""

    to: str
    sender: str
    subject: str
    words: str
    attached: bytes
    attached_type: str
    name: str


def mails_in(folder: Path) -> list[Mail]:
    """Open every mail that was delivered."""
    return [opened(file.read_bytes()) for file in sorted((Path(folder) / "mail").glob("*.eml"))]


def opened(raw: bytes) -> Mail:
    """Open one mail."""
    mail = email.message_from_bytes(raw, policy=policy.default)
    (part,) = mail.iter_attachments()
    words = mail.get_body(("plain",)).get_content()
    attached = part.get_payload(decode=True)
    return Mail(mail["To"], mail["From"], mail["Subject"], words, attached, part.get_content_type(), part.get_filename())


def text_of(body: bytes, media_type: str) -> str:
    """Return what a receiver reads in a file."""
    kind = media_type.split(";")[0]
    if kind == "application/pdf":
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]
        return " ".join(" ".join(pages).split())
    if kind == "text/csv":
        return "\n".join(" ".join(row) for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    return json.dumps(json.loads(body), ensure_ascii=False)
