"""Write a packet down: as JSON, as a table, on paper; none of them without the notice, the scope and the number."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import override

from casemgr.core.paper.typesetting import page_frame, typeset
from casemgr.sharing.packets import META, Packet
from patients.consent.models import InformationCategory

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
"""First letters that make a spreadsheet calculate what was meant to be read."""

TITLE = "Part of a treatment record"
MOST_COLUMNS = 6
"""Columns of a table that can be read on a page of paper."""


def as_json(packet: Packet) -> bytes:
    """Return the packet as other systems read it, labelled as HL7 asks (DS4P)."""
    data = {"person": str(packet.person), **packet.parts}
    body = {"data": data, "meta": META, **packet.must_go_along}
    return json.dumps(body, ensure_ascii=False, indent=1, default=plain).encode()


def as_csv(packet: Packet) -> bytes:
    """Return the packet as a table of four columns; notice, scope and number are its last lines."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["part", "item", "field", "value"])
    writer.writerow(["person", "", "id", packet.person])
    for part, found in packet.parts.items():
        writer.writerows([part, item, name, _harmless(value)] for item, name, value in _cells(found))
    writer.writerows(packet.released.csv_trailer)
    return text.getvalue().encode("utf-8-sig")


def as_pdf(packet: Packet) -> bytes:
    """Return the packet on paper: short notice, scope and number at the foot of every page, the long notice first."""
    frame = page_frame(
        title=TITLE,
        program=packet.program,
        made=packet.day.isoformat(),
        foot=packet.released.page_foot,
        made_at=packet.at.astimezone(packet.zone),
    )
    facts = [["For", packet.recipient], ["From", packet.program], ["Person", str(packet.person)]]
    blocks: list[dict[str, Any]] = [{"kind": "facts", "rows": facts}]
    blocks += [_heading("Notice to the recipient (42 CFR 2.32)"), {"kind": "text", "text": packet.released.part2_notice}]
    for part, found in packet.parts.items():
        blocks += [_heading(category_words(part)), *(list(blocks_of(found)) or [{"kind": "text", "text": "Nothing is on record."}])]
    if packet.released.keep_to_yourself:
        blocks.append({"kind": "text", "text": packet.released.keep_to_yourself})
    return typeset("document", {"paper": frame, "blocks": blocks})


WRITERS = {"json": (as_json, "application/json"), "csv": (as_csv, "text/csv; charset=utf-8"), "pdf": (as_pdf, "application/pdf")}
"""How a packet is written in each format, and what the format is called on the way."""


def plain(value: Any) -> str:
    """Return dates as everybody reads them, and all else as text."""
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def category_words(category: str) -> str:
    """Return what a part of the record is called in English, the language of what leaves."""
    with override("en"):
        return str(InformationCategory(category).label) if category in InformationCategory.values else words_of(category)


def words_of(name: str) -> str:
    """Return the name of a field as people read it."""
    return name.replace("_", " ").capitalize()


def _heading(text: str) -> dict[str, Any]:
    return {"kind": "heading", "text": text}


def _said(value: Any) -> str:
    """Return one value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.strftime("%Y-%m-%d %H:%M %Z") if isinstance(value, datetime) else plain(value)


def _harmless(value: Any) -> str:
    """Return a value that no spreadsheet takes for a formula."""
    text = _said(value)
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text


def _cells(found: Any, item: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield every value of a part with the place where it stands."""
    if isinstance(found, Mapping):
        for name, value in found.items():
            if isinstance(value, Mapping | list):
                yield from _cells(value, f"{item} {name}".strip())
            else:
                yield item, name, value
    elif isinstance(found, list):
        for number, one in enumerate(found, start=1):
            yield from _cells(one, f"{item} {number}".strip())
    elif found is not None:
        yield item, "", found


def blocks_of(found: Any, title: str = "") -> Iterator[dict[str, Any]]:
    """Yield what stands on paper for a part: rows of few columns as one table, everything else entry by entry."""
    if isinstance(found, Mapping):
        yield from _entry(found, title)
    elif found and all(_is_flat(one) for one in found):
        used = [name for name in found[0] if any(_said(one.get(name)) for one in found)]
        if len(used) <= MOST_COLUMNS:
            yield _table([words_of(name) for name in used], [[_said(one.get(name)) for name in used] for one in found])
        else:
            for number, one in enumerate(found, start=1):
                yield from _entry(one, f"{title} {number}".strip())
    elif found:
        for number, one in enumerate(found, start=1):
            yield from blocks_of(one, f"{title} {number}".strip())


def _entry(found: Mapping[str, Any], title: str) -> Iterator[dict[str, Any]]:
    """Yield one entry: its values as a table of two columns, then what it holds in turn."""
    rows = [[words_of(name), _said(value)] for name, value in found.items() if not isinstance(value, Mapping | list) and _said(value)]
    if rows:
        yield _table([title or "Field", "Value"] if title else ["Field", "Value"], rows)
    for name, value in found.items():
        if isinstance(value, Mapping | list):
            yield from blocks_of(value, f"{title}, {name}" if title else words_of(name))


def _is_flat(one: Any) -> bool:
    return isinstance(one, Mapping) and not any(isinstance(value, Mapping | list) for value in one.values())


def _table(head: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {"kind": "table", "head": head, "rows": rows}
