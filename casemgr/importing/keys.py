"""Name an entry the way its source does, so that the next import knows it again."""

import re
from typing import Any, NamedTuple

SECRET_SYSTEMS = frozenset({"http://hl7.org/fhir/sid/us-ssn", "http://hl7.org/fhir/sid/passport-USA"})
SECRET_TYPES = frozenset({"SS", "DL", "PPN"})
"""Kinds of numbers that are no name for a record: they stay among the person's identifiers."""

LONGEST = 200
_URL = re.compile(r"(https?://.+?)/([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/.*)?")
_URN = re.compile(r"(urn:(?:uuid|oid)):(.+)")


class Key(NamedTuple):
    """Hold the id of something in another system."""

    system: str
    value: str


def _kept(*keys: Key) -> tuple[Key, ...]:
    return tuple(key for key in keys if key.value and len(key.value) <= LONGEST and len(key.system) <= LONGEST)


def keys_of_url(full_url: str, kind: str, resource_id: str, source: str) -> tuple[Key, ...]:
    """Return the keys that follow from the fullUrl of an entry and from the id of its resource."""
    by_id = _kept(Key(source, f"{kind}/{resource_id}")) if source and resource_id else ()
    url = _URL.fullmatch(full_url)
    if url:
        return (*_kept(Key(url[1], f"{url[2]}/{url[3]}")), *by_id)
    urn = _URN.fullmatch(full_url)
    if urn is None:
        return by_id
    by_urn = _kept(Key(urn[1], urn[2]))
    return (*by_urn, *by_id) if urn[2] == resource_id else (*by_id, *by_urn)


def identifier_keys(resource: dict[str, Any]) -> tuple[Key, ...]:
    """Return the business identifiers of a resource that name a system, without those that are secrets of a person."""
    found = []
    for identifier in _list(resource.get("identifier")):
        if not isinstance(identifier, dict):
            continue
        system, value = identifier.get("system"), identifier.get("value")
        if isinstance(system, str) and isinstance(value, str) and system and value and not _is_secret(identifier, system):
            found.append(Key(system, value))
    return _kept(*dict.fromkeys(found))


def _is_secret(identifier: dict[str, Any], system: str) -> bool:
    kind = identifier.get("type")
    codings = _list(kind.get("coding")) if isinstance(kind, dict) else []
    codes = [coding.get("code") for coding in codings if isinstance(coding, dict)]
    return system in SECRET_SYSTEMS or any(code in SECRET_TYPES for code in codes if isinstance(code, str))


def _list(value: Any) -> list[Any]:
    """Return a list, or an empty one where something else stands: what is wrong is said where the field is mapped."""
    return value if isinstance(value, list) else []


def target_of_reference(reference: str) -> str:
    """Return the kind of resource that a reference names, or nothing when it does not say."""
    if "?" in reference:
        return reference.split("?", 1)[0].rsplit("/", 1)[-1]
    parts = reference.split("/_history/")[0].split("/")
    return parts[-2] if len(parts) > 1 else ""


def key_of_reference(reference: str, full_url: str, source: str) -> Key | None:
    """Return the key of something outside the bundle: by identifier, by address, or by an id within the same source."""
    _before, conditional, query = reference.partition("?identifier=")
    if conditional:
        system, _bar, value = query.partition("|")
        return Key(system, value)
    url, urn = _URL.fullmatch(reference), _URN.fullmatch(reference)
    if url:
        return Key(url[1], f"{url[2]}/{url[3]}")
    if urn:
        return Key(urn[1], urn[2])
    base = _URL.fullmatch(full_url)
    system = base[1] if base else source
    return Key(system, reference.split("/_history/")[0]) if system and "/" in reference else None
