"""Answer a request with paper: shown in the browser, kept by no cache, named after no person."""

from collections.abc import Iterable
from datetime import date

from django.http import HttpResponse, StreamingHttpResponse

KEPT_BY_NOBODY = {"Cache-Control": "no-store, private"}


def paper_name(what: str, on: date, *, ending: str = "pdf") -> str:
    """Return a neutral name for a file: what it is and of which day, never about whom."""
    return f"{what}-{on:%Y-%m-%d}.{ending}"


def as_pdf(body: bytes, *, what: str, on: date) -> HttpResponse:
    """Return the answer that holds a PDF."""
    return HttpResponse(
        body,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{paper_name(what, on)}"', **KEPT_BY_NOBODY},
    )


def as_table(lines: Iterable[str], *, what: str, on: date) -> StreamingHttpResponse:
    """Return the answer that holds a table for spreadsheets, sent line by line."""
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{paper_name(what, on, ending="csv")}"', **KEPT_BY_NOBODY},
    )
