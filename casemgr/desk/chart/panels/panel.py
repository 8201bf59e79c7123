"""Say what a panel of the chart is: what it is called, who may open it, what it reads, and what may be done from it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.functional import Promise

from casemgr.core.accounts.rules import Can
from patients.record.models import Patient

FEW = 5
"""Rows that a panel shows; the whole list is one click away."""

Programs = frozenset[int]
"""The programs in which the reader holds the rights of the panel; what other programs wrote stays closed."""

Found = dict[str, Any]
"""What a panel has read, by name. Names are unique among all panels."""


@dataclass(frozen=True)
class Act:
    """Name one thing that can be done: the button's words, the page, the right it needs, the key that presses it."""

    label: str | Promise
    url_name: str
    right: Can
    key: str = ""
    in_query: bool = False
    """Whether the page is about nobody in particular and is told whom one comes from."""
    kind: str = ""
    """Which kind of entries the page lists."""


@dataclass(frozen=True)
class Button:
    """Hold an act as it stands on this person's chart."""

    label: str | Promise
    url: str
    key: str = ""


@dataclass(frozen=True)
class Panel:
    """Describe one panel of the chart.

    `read(patient, programs, today)` takes a fixed number of statements, one if it can, however much there is. The template finds what it
    returned as `found`, its buttons as `acts`, this panel as `shown.panel`, the whole chart as `chart`. `history` names the models whose
    changes "History" leads to; each of them has its line in `casemgr.desk.history.queries.SOURCES`.
    """

    key: str
    title: str | Promise
    right: Can
    read: Callable[[Patient, Programs, date], Found]
    template: str = ""
    acts: tuple[Act, ...] = ()
    besides: Can | None = None
    """A second right without which the panel stays closed."""
    aside: bool = False
    """Whether it stands beside the page: what one looks up, not what one works with."""
    history: tuple[type[Model], ...] = ()

    @property
    def rights(self) -> tuple[Can, ...]:
        """Return the rights that it takes to open the panel."""
        return (self.right,) if self.besides is None else (self.right, self.besides)

    def opens_to(self, rights: frozenset[Can]) -> bool:
        """Say whether these rights open the panel."""
        return rights.issuperset(self.rights)

    @property
    def place(self) -> str:
        """Return the name of its template."""
        return self.template or f"desk/chart/panels/_{self.key}.html"


def buttons_of(acts: tuple[Act, ...], patient: Patient, rights: frozenset[Can]) -> list[Button]:
    """Return what may be done by somebody who holds these rights on this very person; an act that would be refused is not offered."""
    return [_button(act, patient) for act in acts if act.right in rights]


def _button(act: Act, patient: Patient) -> Button:
    """Return an act with its address."""
    return Button(act.label, address_of(act, patient), act.key)


def address_of(act: Act, patient: Patient) -> str:
    """Return the page of an act for this person."""
    of = [patient.public_id, act.kind] if act.kind else [patient.public_id]
    return f"{reverse(act.url_name)}?patient={patient.public_id}" if act.in_query else reverse(act.url_name, args=of)
