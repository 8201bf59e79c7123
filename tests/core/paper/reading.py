"""Read a PDF back, as whoever gets it does."""

import io
import re

from pypdf import PdfReader


def pages_of(pdf: bytes) -> list[str]:
    """Return the words of each page, on one line."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def words_of(pdf: bytes) -> str:
    """Return all words of a document on one line."""
    return " ".join(pages_of(pdf))


def root_of(pdf: bytes):
    """Return the catalogue of a document: its language, its tags."""
    return PdfReader(io.BytesIO(pdf)).trailer["/Root"]


def tags_of(pdf: bytes) -> set[str]:
    """Return the kinds of tags that a document is made of."""
    found, waiting = set(), [root_of(pdf)["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            found.add(str(node.get("/S", "")))
            waiting.extend([node["/K"]] if "/K" in node else [])
    return found
