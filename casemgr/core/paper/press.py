"""Typeset one document in a process of its own: standard input to standard output, bounded by the kernel, no file written.

Run by its path and isolated (`python -I`), so that it loads nothing of ours: it must know neither settings nor database.
"""

import json
import re
import resource
import sys
import unicodedata
from pathlib import Path
from typing import Any, Final

import typst

SECONDS = 40
"""Processor time that one document may take; 10,000 rows of an accounting take about three seconds."""

MEMORY = 3 * 1024**3
"""Bytes of address space that one document may take; 10,000 rows take about 600 MB."""

STANDARD: Final = "ua-1"
"""PDF/UA-1 (ISO 14289-1): tagged, with a language, so that a screen reader can read it."""

MOST_PROBES = 1500
MOST_REPAIRS = 25

UNPRINTABLE, TOO_MUCH = 3, 4
"""Exit codes: the template or its data cannot be set; the limits were reached. Nothing else is said: a message could hold a name."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
"""Control characters, and those that turn the reading direction around so that a line shows something else than it says."""

_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\x85]")
_SURELY_PRINTABLE = re.compile(r"[\n\t -~\u00a0-\u017f\u0391-\u03a9\u03b1-\u03c9\u0410-\u044f\u200b\u2010-\u2026\u20ac]")
_CANNOT_SHOW = re.compile(r"the text `?\"(.+?)\"`? could not be displayed")
_LEFT_OVER = re.compile("[\u200d\ufe0e\ufe0f]")


def main() -> int:
    """Read a request, write a PDF."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        request = json.load(sys.stdin.buffer)
        sys.stdout.buffer.write(printed(Path(request["template"]), _in_every_text(request["data"], _tidy), request["language"]))
    except MemoryError:
        return TOO_MUCH
    except (typst.TypstError, ValueError, KeyError, RecursionError):
        return UNPRINTABLE
    return 0


def printed(template: Path, data: Any, language: str) -> bytes:
    """Return the PDF; letters that no font has are spelled out, so that nothing is lost and the document stays readable aloud."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    unknown = set("".join(_texts(data)))
    strange = sorted(letter for letter in unknown if not _SURELY_PRINTABLE.match(letter))
    missing = {letter for number, letter in enumerate(strange) if number >= MOST_PROBES or not _has_letter(letter, fonts)}
    for _round in range(MOST_REPAIRS):
        try:
            return _compiled(template, _spelled(data, missing), language, fonts)
        except typst.TypstError as error:
            found = _CANNOT_SHOW.search(str(error))
            letters = {letter for letter in found.group(1) if not letter.isascii()} - missing if found else set()
            if not letters:
                raise
            missing |= letters
    return _compiled(template, _spelled(data, set(strange)), language, fonts)


def _compiled(template: Path, data: Any, language: str, fonts: typst.Fonts) -> bytes:
    """Set the document; its data is a value, never markup, and it can load nothing but what lies beside it."""
    nothing = Path("/nonexistent")
    said = {"data": json.dumps(data, ensure_ascii=False), "language": language}
    return bytes(
        typst.compile(
            template,
            root=template.parent,
            font_paths=fonts,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs=said,
            pdf_standards=[STANDARD],
            package_path=nothing,
            package_cache_path=nothing,
            timestamp=0,
        )
    )


def _has_letter(letter: str, fonts: typst.Fonts) -> bool:
    """Say whether any of the fonts has a letter, by setting it alone."""
    source = b'#set document(title: "x", date: none)\n#json(bytes(sys.inputs.letter))'
    try:
        typst.compile(
            source, format="pdf", font_paths=fonts, sys_inputs={"letter": json.dumps(letter)}, pdf_standards=[STANDARD], timestamp=0
        )
    except typst.TypstError:
        return False
    return True


def _texts(value: Any) -> list[str]:
    """Return every text in a value."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _texts(part)]


def _in_every_text(value: Any, change: Any) -> Any:
    """Return a value with every text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: _in_every_text(part, change) for name, part in value.items()}
    if isinstance(value, list):
        return [_in_every_text(part, change) for part in value]
    return value


def _tidy(text: str) -> str:
    """Return a text without what cannot be printed."""
    text = _CONTROL.sub("", _LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", text)


def _spelled(data: Any, missing: set[str]) -> Any:
    """Return the data with these letters spelled out: [grinning face], [U+4F60]."""
    if not missing:
        return data
    table = {ord(letter): _spelling(letter) for letter in missing}
    return _in_every_text(data, lambda text: _LEFT_OVER.sub("", text).translate(table) if missing & set(text) else text)


def _spelling(letter: str) -> str:
    """Return what to print for a letter that no font has."""
    if _LEFT_OVER.match(letter) or unicodedata.category(letter) in {"Cc", "Cf"}:
        return ""
    if unicodedata.category(letter) in {"So", "Sk"}:
        return f"[{unicodedata.name(letter, f'U+{ord(letter):04X}').lower()}]"
    return f"[U+{ord(letter):04X}]"


if __name__ == "__main__":
    sys.exit(main())
