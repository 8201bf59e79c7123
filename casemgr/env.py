"""Read the environment once, typed, with a clear sentence for what is missing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from casemgr.keys import derived_key, read_keys
from casemgr.proxies import Network, read_proxies

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("development", "test", "production")

_read = environ.Env()


@dataclass(frozen=True)
class Environment:
    """Hold every value that the machine may decide."""

    name: str
    debug: bool
    secret_key: str
    allowed_hosts: tuple[str, ...]
    trusted_origins: tuple[str, ...]
    trusted_proxies: tuple[Network, ...]
    database_url: str
    database_owner_url: str
    database_role: str
    redis_url: str
    state: Path
    message_gateway: str
    email_url: str
    sender: str
    behind_tls: bool
    tick_seconds: float
    lease_seconds: float
    test_template: str
    field_keys: dict[int, bytes]
    audit_keys: dict[int, bytes]
    audit_anchor: Path

    @property
    def is_production(self) -> bool:
        """Say whether real people depend on this process."""
        return self.name == "production"


def read_environment() -> Environment:
    """Return the environment, or say which variable is missing and what it is for."""
    name = _read.str("CASEMGR_ENV", default="development")
    if name not in ENVIRONMENTS:
        raise ImproperlyConfigured(f"CASEMGR_ENV is {name!r}; it must be one of {', '.join(ENVIRONMENTS)}.")
    production = name == "production"
    secret = _read.str("SECRET_KEY", default="" if production else "development-only-key-that-never-leaves-this-machine")
    if not secret:
        raise ImproperlyConfigured("SECRET_KEY is not set. It signs sessions; give production a long random value.")
    database_url = _read.str("DATABASE_URL", default="")
    if not database_url:
        raise ImproperlyConfigured("DATABASE_URL is not set. Use `make run` or `make manage`, or name a PostgreSQL.")
    state = Path(_read.str("CASEMGR_STATE", default=str(BASE_DIR / ".state")))
    return Environment(
        name=name,
        debug=_read.bool("DEBUG", default=False) and not production,
        secret_key=secret,
        allowed_hosts=tuple(_read.list("ALLOWED_HOSTS", default=[] if production else ["localhost", "127.0.0.1", "[::1]"])),
        trusted_origins=tuple(_read.list("TRUSTED_ORIGINS", default=[])),
        trusted_proxies=read_proxies(_read.str("TRUSTED_PROXIES", default="")),
        database_url=database_url,
        database_owner_url=_read.str("DATABASE_OWNER_URL", default=""),
        database_role=_read.str("DATABASE_ROLE", default="casemgr_app"),
        redis_url=_read.str("REDIS_URL", default="redis://127.0.0.1:6379/0"),
        state=state,
        message_gateway=_read.str("MESSAGE_GATEWAY", default="smtp" if production else "file"),
        email_url=_read.str("EMAIL_URL", default="consolemail://"),
        sender=_read.str("MESSAGE_SENDER", default="Health Center <appointments@localhost>"),
        behind_tls=_read.bool("BEHIND_TLS", default=production),
        tick_seconds=_read.float("OUTBOX_TICK_SECONDS", default=15),
        lease_seconds=_read.float("OUTBOX_LEASE_SECONDS", default=60),
        test_template=_read.str("TEST_TEMPLATE", default=""),
        field_keys=_field_keys(secret, production=production),
        audit_keys=_audit_keys(secret, production=production),
        audit_anchor=Path(_read.str("AUDIT_ANCHOR", default=str(state / "audit-anchors.log"))),
    )


def database_address(url: str) -> dict[str, Any]:
    """Return where a database is, in Django's words; a socket's folder may be given as `?host=`."""
    address = dict(environ.Env.db_url_config(url))
    socket = address.get("OPTIONS", {}).pop("host", None)
    return {"USER": "", "PASSWORD": "", "PORT": ""} | address | {"HOST": socket or address.get("HOST", "")}


def _field_keys(secret: str, *, production: bool) -> dict[int, bytes]:
    """Return the keys of encrypted columns; only production must have been given its own."""
    keys = read_keys(_read.str("FIELD_KEYS", default=""))
    if production and not keys:
        raise ImproperlyConfigured("FIELD_KEYS is not set. It encrypts notes; make one with: openssl rand -base64 32, and write 1:<that>.")
    return keys or {1: derived_key(secret)}


def _audit_keys(secret: str, *, production: bool) -> dict[int, bytes]:
    """Return the keys that vouch for the audit record; only production must have been given its own."""
    keys = read_keys(_read.str("AUDIT_KEY", default=""), name="AUDIT_KEY")
    if production and not keys:
        raise ImproperlyConfigured(
            "AUDIT_KEY is not set. It shows forged audit rows; make one with: openssl rand -base64 32; write 1:<that>."
        )
    return keys or {1: derived_key(secret, use="audit keys")}
