"""Write log lines that hold no patient's data: times, places, ids, the kind of an error and where it arose."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request", "server_time", "data"}

_ABOUT_THE_MACHINE = (ImproperlyConfigured, ImportError, SyntaxError, OperationalError)
"""Failures whose words speak of settings, code and servers."""


class LineFormatter(logging.Formatter):
    """Write one JSON object a line.

    An exception is told by its class and the lines of code it passed, never by its message or its variables: both may quote a patient.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if not record.exc_info else str(record.msg),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info and record.exc_info[0]:
            frames = traceback.extract_tb(record.exc_info[2])
            line["error"] = record.exc_info[0].__name__
            line["where"] = [f"{frame.filename.rsplit('/', 3)[-1]}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
        return json.dumps(line, default=str)


def tell_quietly(kind: type[BaseException], error: BaseException, tb: TracebackType | None) -> None:
    """Tell of a command's failure by its kind and where it arose; its message only where it cannot quote a record."""
    for frame in traceback.extract_tb(tb):
        sys.stderr.write(f"{frame.filename}:{frame.lineno} {frame.name}\n")
    words = str(error).partition("\n")[0] if isinstance(error, _ABOUT_THE_MACHINE) else ""
    sys.stderr.write(f"{kind.__name__}: {words}\n" if words else f"{kind.__name__}\n")


class QuietReporter(ExceptionReporter):
    """Tell of a failure on the page for developers what a log line tells: its kind and where it arose.

    Django's own report quotes the message, the local variables, the form and the session: each may hold a patient's data.
    """

    def get_traceback_text(self) -> SafeString:
        """Return the kind of the failure and the lines of code that it passed."""
        frames = traceback.extract_tb(self.tb)
        name = self.exc_type.__name__ if self.exc_type else "Error"
        return SafeString("\n".join([name, *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)]))

    def get_traceback_html(self) -> SafeString:
        """Return the same for a browser."""
        return format_html("<!doctype html><title>500</title><pre>{}</pre>", str.__str__(self.get_traceback_text()))
