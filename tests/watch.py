"""Watch every way by which a person's name or record could leave without a decision, while the whole suite runs.

Watched: log lines, task arguments and what the broker holds, keys and values of the cache, addresses, redirects, error pages, messages,
and files that are served although no disclosure, handed-out accounting or right in the house accounts for them. A form that
is shown again (422) is no error page: it shows to whoever typed it what they typed.
"""

import json
import logging
import pickle
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import redis
from celery import Celery
from django.core import mail
from django.core.cache.backends.redis import RedisCacheClient
from django.core.handlers.base import BaseHandler

from casemgr.core.logs import LineFormatter
from tests.files_out import is_accounted_for, is_file, looked_at, words_of
from tests.worlds import FAMILY, GIVEN

CANARIES = (GIVEN, FAMILY, "Zyxwvut")
"""The names of people in tests, and the word that stands in every note, title and diagnosis of `tests.doors.Everything`."""
PATTERN = re.compile("|".join(CANARIES), re.IGNORECASE)
FORM_SHOWN_AGAIN = 422


class Watch(logging.Handler):
    """Note every place where a canary was seen."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.seen: list[str] = []
        self._line = LineFormatter()
        self._missed: set[object] = set()

    def look(self, where: str, *things: object) -> None:
        """Note it when one of these things holds a canary."""
        for thing in things:
            text = thing.decode(errors="replace") if isinstance(thing, bytes) else str(thing)
            if found := PATTERN.search(text):
                self.seen.append(f"{where}: …{text[max(0, found.start() - 60) : found.end() + 20]}…")

    def listen(self) -> None:
        """Hear every line that is logged, also after something has set up the logging anew, as a WSGI application does when it is made."""
        self._missed.clear()
        root = logging.getLogger()
        if self not in root.handlers:
            for handler in root.handlers:
                handler.setLevel(max(handler.level, root.level))
            root.setLevel(logging.DEBUG)
            root.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Look at a log line as production writes it, at its words, and at everything that was given along.

        A template that is not given a name says so each time, by the thousand: each name of each is looked at once in a test.
        """
        if record.name == "django.template":
            if record.args in self._missed:
                return
            self._missed.add(record.args)
        self.look(f"log {record.name}", self._line.format(record), record.getMessage())
        known = vars(logging.makeLogRecord({}))
        self.look(f"log {record.name} (extra)", {name: repr(value) for name, value in vars(record).items() if name not in known})

    def answer(self, request: Any, response: Any) -> None:
        """Look at the address that was asked for, where the answer leads, and at an error page."""
        self.look("address", unquote_plus(request.get_full_path()), unquote_plus(request.headers.get("Referer", "")))
        self.look("header", {name: unquote_plus(value) for name, value in response.items()})
        if response.status_code >= 400 and response.status_code != FORM_SHOWN_AGAIN and not response.streaming:
            self.look(f"error page {response.status_code}", response.content)
        if is_file(response) and response.streaming and not response.is_async:
            response.streaming_content = looked_at(response.streaming_content, lambda whole: self.export(request, response, whole))
        elif is_file(response) and not response.streaming:
            self.export(request, response, response.content)

    def export(self, request: Any, response: Any, content: bytes) -> None:
        """Look at a file that was served, unless it is accounted for."""
        text = words_of(response, content)
        if PATTERN.search(text) and not is_accounted_for(request, response, text):
            self.look(f"export {request.path_info}", text)

    def folder(self, folder: Path) -> None:
        """Look at the messages that were delivered into a folder."""
        for file in folder.glob("*.json") if folder.exists() else ():
            letter = json.loads(file.read_text())
            self.look("message", letter.get("subject", ""), letter.get("text", ""))

    def post(self) -> None:
        """Look at the mails that were sent."""
        for letter in getattr(mail, "outbox", ()):
            self.look("mail", letter.subject, letter.body)

    def broker(self, broker: redis.Redis) -> None:
        """Look at everything that a broker holds."""
        readers: dict[bytes, Callable[[bytes], Any]] = {
            b"string": broker.get,
            b"list": lambda key: broker.lrange(key, 0, -1),
            b"hash": broker.hgetall,
            b"set": broker.smembers,
            b"zset": lambda key: broker.zrange(key, 0, -1),
        }
        for key in broker.scan_iter():
            self.look("broker", key, readers[broker.type(key)](key))

    def file(self, file: Path) -> None:
        """Look at what a program wrote."""
        if file.exists():
            self.look(f"file {file.name}", *file.read_text(errors="replace").splitlines())


WATCH = Watch()


@contextmanager
def watching() -> Iterator[Watch]:
    """Stand at every way out until the end of the session."""
    root = logging.getLogger()
    level, root_handlers = root.level, {handler: handler.level for handler in root.handlers}
    WATCH.listen()
    undo = [_around(Celery, "send_task", _task), _around(BaseHandler, "get_response", _answered)]
    undo += [_around(RedisCacheClient, name, _cached) for name in ("add", "set", "incr", "get")]
    yield WATCH
    for put_back in undo:
        put_back()
    root.removeHandler(WATCH)
    root.setLevel(level)
    for handler, before in root_handlers.items():
        handler.setLevel(before)


def _task(_result: Any, _app: Any, *args: Any, **options: Any) -> None:
    WATCH.look("task", args, options)


def _cached(_result: Any, _client: Any, *args: Any, **options: Any) -> None:
    WATCH.look("cache", *(pickle.dumps(part, 0) for part in args), *args)


def _answered(result: Any, _handler: Any, request: Any) -> None:
    WATCH.answer(request, result)


def _around(owner: Any, name: str, look: Callable[..., None]) -> Callable[[], None]:
    """Let something be looked at each time a method was called; return what undoes it."""
    method = getattr(owner, name)

    @wraps(method)
    def watched(*args: Any, **options: Any) -> Any:
        result = method(*args, **options)
        look(result, *args, **options)
        return result

    setattr(owner, name, watched)
    return lambda: setattr(owner, name, method)
