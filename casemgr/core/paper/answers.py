"""Answer a request with paper: shown in the browser, kept by no cache, named after no person."""

from datetime import date

from django.http import HttpResponse


def paper_name(what: str, on: date, *, ending: str = "pdf") -> str:
    """Return a neutral name for a file: what it is and of which day, never about whom."""
    return f"{what}-{on:%Y-%m-%d}.{ending}"


def as_pdf(body: bytes, *, what: str, on: date) -> HttpResponse:
    """Return the answer that holds a PDF."""
    return HttpResponse(
        body,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{paper_name(what, on)}"', "Cache-Control": "no-store, private"},
    )
