"""Open Today and the chart as somebody who works here, and compare."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from casemgr.bench import raw
from casemgr.bench.asking import Application, Asker, PlainApplication, session
from casemgr.bench.comparing import Act, Compared
from casemgr.bench.filling import Crowd
from casemgr.bench.plain.chart import chart_panels
from casemgr.bench.plain.pages import Panel
from casemgr.bench.plain.today import case_manager_panels, nurse_panels
from casemgr.core.accounts.models import User
from casemgr.desk.chart.queries import patient_seen_by, read_chart
from casemgr.desk.today.queries import today_of
from casemgr.desk.today.scope import Scope
from patients.caseload.queries import caseload_of
from patients.record.models import Patient
from treatment_plans.medication.models import Dose

Rows = list[tuple[str, list[int]]]
"""For each part of a page, the keys of its rows or of the people they speak of."""


def page_requests(crowd: Crowd, application: Application, at: datetime) -> Iterator[Compared]:
    """Return the pages that are open all day."""
    now = timezone.localtime(at, crowd.program.zone)
    nurse, case_manager = (User.objects.get(pk=user.pk) for user in (crowd.nurse, crowd.case_manager))
    both = _Askers(application, case_manager)
    somebody = somebody_with_a_history(case_manager)
    yield Compared(
        "Today, nurse",
        *_pages(_Askers(application, nurse), "/", "/plain/nurse/", lambda: nurse_panels(nurse, now)),
        lambda: _the_same_parts(_today(nurse, now), _people_in(nurse_panels(nurse, now))),
    )
    yield Compared(
        "Today, case manager",
        *_pages(both, "/", "/plain/case-manager/", lambda: case_manager_panels(case_manager, now)),
        lambda: _the_same_parts(_today(case_manager, now), _people_in(case_manager_panels(case_manager, now))),
    )
    path = f"/chart/{somebody.public_id}/"
    yield Compared(
        "Chart",
        *_pages(both, path, f"/plain{path}", lambda: chart_panels(somebody, now)),
        lambda: [_chart(case_manager, somebody, now), _rows_in(chart_panels(somebody, now))],
    )


def somebody_with_a_history(case_manager: User) -> Patient:
    """Return whoever of a caseload has the longest chart, measured by doses."""
    doses = Dose.objects.filter(patient=OuterRef("pk")).order_by().values("patient").annotate(count=Count("pk")).values("count")
    in_care = caseload_of(case_manager).filter(episodes__discharged_on__isnull=True).exclude(identifiers__system="bench")
    return in_care.annotate(doses=Coalesce(Subquery(doses), 0)).order_by("-doses", "pk")[0]


class _Askers:
    """Ask the product and the plain application as the same person."""

    def __init__(self, application: Application, user: User) -> None:
        """Sign in."""
        headers = session(user)
        self.ours, self.plain = Asker(application, headers), Asker(PlainApplication(), headers)


def _pages(askers: _Askers, path: str, plain_path: str, panels: Callable[[], Sequence[Panel]]) -> tuple[Act, Act, Act]:
    """Return a page three times; the raw one runs the statements of the plain one from a bare cursor."""
    statements = _statements_of(panels)
    return (
        lambda: askers.ours.get(path),
        lambda: askers.plain.get(plain_path),
        lambda: raw.as_json([raw.rows(sql, values) for sql, values in statements]),
    )


def _today(user: User, now: datetime) -> Rows:
    """Return what the product's Today holds."""
    found = today_of(Scope(user, now, now.date()), user.role_codes)
    figures = [("figures", [figure.number for figure in found.figures])] if found.figures else []
    return figures + [(part.code, [row.patient.pk for row in part.rows if row.patient]) for part in found.sections]


def _the_same_parts(ours: Rows, plain: Rows) -> list[Rows]:
    """Return both pages as far as the plain one goes: ours has more parts, and takes its time with them."""
    parts = {code for code, _keys in plain}
    return [[part for part in ours if part[0] in parts], plain]


def _chart(user: User, patient: Patient, now: datetime) -> Rows:
    """Return what the product's chart holds."""
    found = patient_seen_by(user, patient.public_id)
    if found is None:
        raise LookupError("the case manager does not see this person")
    chart = read_chart(user, *found, now=now, today=now.date())
    parts = [panel.code for panel in chart_panels(patient, now)]
    held = {code: rows for found in chart.found.values() for code, rows in found.items()}
    held["plan"] = [held["plan"]] if held["plan"] else []
    return [(code, [row.pk for row in held[code]]) for code in parts]


def _people_in(panels: Sequence[Panel]) -> Rows:
    """Return of whom the rows of a plain Today speak, and its numbers."""
    return [(panel.code, [row if isinstance(row, int) else getattr(row, "patient_id", row.pk) for row in panel.rows]) for panel in panels]


def _rows_in(panels: Sequence[Panel]) -> Rows:
    """Return the rows of a plain chart."""
    return [(panel.code, [row.pk for row in panel.rows]) for panel in panels]


def _statements_of(panels: Callable[[], Sequence[Panel]]) -> list[tuple[str, Any]]:
    """Return the statements that plain models send for these rows."""
    seen: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        panels()
    return seen
