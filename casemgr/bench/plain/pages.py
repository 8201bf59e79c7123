"""Draw rows as a plain page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from casemgr.core.accounts.models import User

MOST = 8


@dataclass(frozen=True)
class Panel:
    """Hold the rows of one part of a page, and what is shown of each."""

    code: str
    title: str
    rows: list[Any]
    columns: tuple[str, ...] = ()

    @property
    def cells(self) -> list[list[Any]]:
        """Return what is shown."""
        return [[row, *(getattr(row, column) for column in self.columns)] for row in self.rows]


def page(request: HttpRequest, title: str, panels: Iterable[Panel]) -> HttpResponse:
    """Draw a page."""
    return render(request, "bench/rows.html", {"title": title, "panels": panels})


def user_of(request: HttpRequest) -> User:
    """Return who is signed in."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("nobody is signed in")
    return user


def panel(code: str, rows: QuerySet[Any], *columns: str, most: int = MOST) -> Panel:
    """Return the first rows; one more is read, as the product does to know whether there are others."""
    return Panel(code, code.replace("-", " ").capitalize(), list(rows[: most + 1])[:most], columns)
