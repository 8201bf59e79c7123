"""Decide where the program is reached."""

from __future__ import annotations

import errno
import http.client
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from devtools.problem import Problem

EVERYWHERE = ("0.0.0.0", "::")
OTHER = "8123"


@dataclass(frozen=True)
class Address:
    """Hold the host and port that web requests come to."""

    host: str
    port: int

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Address:
        """Read HOST and PORT."""
        text = environ.get("PORT") or "8000"
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise Problem(f"PORT is {text!r}; it must be a number from 1 to 65535, for example PORT={OTHER} make run")
        return cls(environ.get("HOST") or "127.0.0.1", int(text))

    @property
    def bind(self) -> str:
        """Write it as gunicorn reads it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Write it as a browser reads it."""
        return f"http://{'localhost' if self.host in EVERYWHERE else self.bind.rpartition(':')[0]}:{self.port}/"

    @property
    def allowed(self) -> str:
        """Name the hosts that requests may ask for."""
        return "*" if self.host in EVERYWHERE else f"localhost,127.0.0.1,[::1],testserver,{self.host}"

    def must_be_free(self) -> None:
        """Refuse a taken port before anything slow begins."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise Problem(self._why(error)) from error

    def answers(self, path: str = "/healthz/live") -> bool:
        """Tell whether the program serves requests."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        line = http.client.HTTPConnection(host, self.port, timeout=5)
        try:
            line.request("GET", path, headers={"Host": f"localhost:{self.port}"})
            return line.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def _why(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return f"port {self.port} is in use by another program; choose another one: PORT={OTHER} make run"
        if error.errno in {errno.EACCES, errno.EPERM}:
            return f"port {self.port} is reserved for the system; choose another one: PORT={OTHER} make run"
        return f"cannot listen on {self.bind} ({error.strerror}); set HOST to an address of this machine."
