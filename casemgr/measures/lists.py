"""Show the list behind a figure: the same rows, page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casemgr.core.accounts.models import Site
from casemgr.core.ui.keyset import PAGE, slice_of
from casemgr.measures import queries
from casemgr.measures.dose_days import WHICH, dose_days
from casemgr.measures.queries import Scope
from patients.caseload.queries import hidden_from, patients_seen_by
from patients.episodes.models import Episode
from patients.record.models import Patient
from referrals.casework.models import Task
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.sessions.models import Session


@dataclass(frozen=True)
class Line:
    """Hold one row of a list: who, what, why, when."""

    what: str | Promise
    when: date | datetime
    patient: Patient | None = None
    detail: str | Promise = ""
    site: str = ""
    kind: str = "quiet"


def lines(scope: Scope, code: str, *, after: str = "", size: int = PAGE) -> tuple[list[Line], str]:
    """Return one page of the list behind a figure and the key of the next page.

    A figure counts everybody; its list names only whom one may know.
    """
    if code in WHICH:
        return _dose_lines(scope, code, after=after, size=size)
    order, related, line = SHAPES[code]
    rows: QuerySet[Any] = queries.ROWS[code](scope).select_related(*related)
    rows = rows.exclude(hidden_from(scope.user)) if "patient" in related else rows
    page = slice_of(rows, by=order, after=after, size=size)
    return [line(row, scope) for row in page.rows], page.next_key


def _dose_lines(scope: Scope, code: str, *, after: str, size: int) -> tuple[list[Line], str]:
    days, next_key = dose_days(scope, code, after=after, size=size)
    people = patients_seen_by(scope.user).in_bulk({day.patient_id for day in days})
    sites = dict(Site.objects.filter(pk__in=scope.sites).values_list("pk", "name"))
    words = {True: (_("Given"), "good"), False: (_("No dose"), "warn")}
    return [
        Line(words[day.was_given][0], day.day, people.get(day.patient_id), site=sites[day.site_id], kind=words[day.was_given][1])
        for day in days
    ], next_key


def _stay(episode: Episode, scope: Scope) -> Line:
    days = (scope.period.last_day - episode.admitted_on).days + 1
    words = ngettext("In care for %(count)s day", "In care for %(count)s days", days) % {"count": days}
    return Line(words, episode.admitted_on, episode.patient, site=episode.site.name)


def _admission(episode: Episode, scope: Scope) -> Line:
    return Line(_("Admitted"), episode.admitted_on, episode.patient, episode.get_referral_source_display(), episode.site.name, "good")


def _discharge(episode: Episode, scope: Scope) -> Line:
    day = episode.discharged_on or episode.admitted_on
    return Line(episode.get_discharge_reason_display(), day, episode.patient, site=episode.site.name)


def _appointment(appointment: Appointment, scope: Scope) -> Line:
    kind = "warn" if appointment.state == AppointmentState.NO_SHOW else "good"
    detail = f"{appointment.get_kind_display()} · {appointment.clinician}"
    return Line(appointment.get_state_display(), appointment.starts_at, appointment.patient, detail, appointment.site.name, kind)


def _session(session: Session, scope: Scope) -> Line:
    return Line(session.title or session.get_kind_display(), session.starts_at, None, str(session.clinician or ""), session.site.name)


def _task(task: Task, scope: Scope) -> Line:
    overdue = task.due_on < scope.today
    detail = f"{task.get_domain_display()} · {task.owner or _('nobody has taken it')}"
    return Line(task.title, task.due_on, task.patient, detail, kind="warn" if overdue else "quiet")


SHAPES: dict[str, tuple[str, tuple[str, ...], Callable[[Any, Scope], Line]]] = {
    "census": ("-admitted_on", ("patient", "site"), _stay),
    "admissions": ("-admitted_on", ("patient", "site"), _admission),
    "discharges": ("-discharged_on", ("patient", "site"), _discharge),
    "no-shows": ("-starts_at", ("patient", "site", "clinician"), _appointment),
    "settled-appointments": ("-starts_at", ("patient", "site", "clinician"), _appointment),
    "sessions": ("-starts_at", ("site", "clinician"), _session),
    "open-tasks": ("due_on", ("patient", "owner"), _task),
    "overdue-tasks": ("due_on", ("patient", "owner"), _task),
}
"""For each figure: the order of its list, what is read along, and how a row is told."""
