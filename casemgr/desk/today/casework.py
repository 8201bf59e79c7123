"""Find what waits for those who walk alongside: tasks, people out of touch, referrals, housing, people to admit."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.desk.today.scope import Scope
from casemgr.desk.today.sections import MOST_ROWS, Row, Section, chart_of, section, way
from patients.caseload.queries import caseload_of, never_admitted_seen_by, patients_seen_by
from patients.episodes.models import Episode
from patients.screenings.assessing.queries import Due, due_in_caseload, short_names
from referrals.casework.models import Task, TaskDomain, Urgency
from referrals.casework.queries import open_tasks, tasks_seen_by
from referrals.referral.queries import referrals_seen_by, unanswered
from treatment_plans.appointments.models import Appointment, AppointmentState
from treatment_plans.medication.models import Dose
from treatment_plans.sessions.models import Attendance
from treatment_plans.sessions.rules import PRESENT
from treatment_plans.signing.queries import in_error

OUT_OF_TOUCH_DAYS = 14
"""Days without a session, a kept appointment or a dose after which a person on the caseload is shown. The figure is ours, a fortnight."""


def _task_row(scope: Scope, task: Task) -> Row:
    is_overdue = task.due_on < scope.today
    is_urgent = task.urgency == Urgency.URGENT
    kind, word = ("stop", _("Urgent")) if is_urgent else ("warn", _("Overdue")) if is_overdue else ("", "")
    mine = task.owner_id == scope.user.pk
    return Row(
        task.title,
        task.patient,
        task.get_domain_display() if mine else _("%(domain)s, nobody has taken it") % {"domain": task.get_domain_display()},
        since=task.due_on,
        since_words=_("due"),
        kind=kind,
        state=word,
        step=_("Finish") if mine else _("Take"),
        url=way("referrals:task", task.pk),
    )


def _mine_or_nobodys(scope: Scope) -> QuerySet[Task]:
    waiting = open_tasks(tasks_seen_by(scope.user)).filter(Q(owner=scope.user) | Q(owner__isnull=True))
    return waiting.select_related("patient")


def tasks_due(scope: Scope) -> Section:
    """Find the tasks that are due, mine and nobody's; the urgent and the oldest first."""
    due = _mine_or_nobodys(scope).filter(due_on__lte=scope.today).order_by("urgency", "due_on", "pk")[: MOST_ROWS + 1]
    return section(
        "tasks",
        gettext_lazy("Tasks due"),
        "list-checks",
        (_task_row(scope, task) for task in due),
        empty=gettext_lazy("No tasks are due"),
        empty_help=gettext_lazy("Tasks appear here on their day: mine, and those that nobody has taken."),
        more_url=way("referrals:tasks"),
    )


def housing(scope: Scope) -> Section:
    """Find the open housing tasks that are due later: a place to live does not wait for its day."""
    later = _mine_or_nobodys(scope).filter(domain=TaskDomain.HOUSING, due_on__gt=scope.today).order_by("due_on", "pk")[: MOST_ROWS + 1]
    return section(
        "housing",
        gettext_lazy("Housing"),
        "house",
        (_task_row(scope, task) for task in later),
        empty=gettext_lazy("No open housing tasks"),
        empty_help=gettext_lazy("Tasks about a place to live appear here before their day."),
        more_url=way("referrals:tasks", query="domain=housing"),
    )


def out_of_touch(scope: Scope) -> Section:
    """Find the people of my caseload, in care, whom nobody has seen for a fortnight; the longest first."""
    since = scope.days_ago(OUT_OF_TOUCH_DAYS)
    of_patient = {"patient": OuterRef("pk")}
    sessions = (
        Attendance.objects.filter(~in_error(), **of_patient, state__in=PRESENT).order_by("-session__starts_at").values("session__starts_at")
    )
    kept = Appointment.objects.filter(**of_patient, state=AppointmentState.KEPT).order_by("-starts_at").values("starts_at")
    doses = Dose.objects.filter(**of_patient).order_by("-for_day", "-id").values("given_at")
    care = Episode.objects.filter(
        **of_patient, discharged_on__isnull=True, admitted_on__lte=scope.today - timedelta(days=OUT_OF_TOUCH_DAYS)
    )
    people = (
        caseload_of(scope.user)
        .filter(Exists(care), pk__in=patients_seen_by(scope.user), deceased_on__isnull=True)
        .annotate(last=Greatest(Subquery(sessions[:1]), Subquery(kept[:1]), Subquery(doses[:1])))
        .filter(Q(last__lt=since) | Q(last__isnull=True))
        .order_by("last", "pk")[: MOST_ROWS + 1]
    )

    def row(person: Any) -> Row:
        return Row(
            _("No session, appointment or dose") if person.last else _("Not seen since admission"),
            person,
            since=timezone.localtime(person.last).date() if person.last else None,
            since_words=_("last seen"),
            kind="warn",
            state=_("No contact"),
            step=_("Add a task"),
            url=way("referrals:add_task", person.public_id),
        )

    return section(
        "out-of-touch",
        gettext_lazy("Without contact"),
        "phone",
        (row(person) for person in people),
        empty=gettext_lazy("Everybody was seen within a fortnight"),
        empty_help=gettext_lazy("People of your caseload appear here after fourteen days without a session, a kept appointment or a dose."),
    )


def screenings_due(scope: Scope) -> Section:
    """Find with whom of my caseload an instrument is due, at admission or again; the longest first."""
    people = due_in_caseload(scope.user, today=scope.today)[: MOST_ROWS + 1]

    def row(person: Any, due: list[Due]) -> Row:
        return Row(
            short_names(due),
            person,
            since=due[0].since,
            since_words=_("due"),
            step=_("Begin"),
            url=way("patients:assessments", person.public_id),
        )

    return section(
        "screenings",
        gettext_lazy("Screenings due"),
        "clipboard-list",
        (row(person, due) for person, due in people),
        empty=gettext_lazy("No screening is due"),
        empty_help=gettext_lazy("Instruments appear here at admission, and again after the days that each of them names."),
    )


def referrals_waiting(scope: Scope) -> Section:
    """Find the referrals that wait for the partner's answer, the longest first."""
    waiting = unanswered(referrals_seen_by(scope.user)).select_related("patient", "organization")[: MOST_ROWS + 1]

    def row(referral: Any) -> Row:
        is_late = referral.sent_at is not None and referral.sent_at < scope.days_ago(7)
        return Row(
            referral.service,
            referral.patient,
            str(referral.organization),
            since=timezone.localtime(referral.sent_at).date() if referral.sent_at else None,
            since_words=_("sent"),
            kind="warn" if is_late else "",
            state=_("Over a week") if is_late else "",
            step=_("Note the answer"),
            url=way("referrals:referral", referral.pk),
        )

    return section(
        "referrals",
        gettext_lazy("Referrals that wait"),
        "send",
        (row(referral) for referral in waiting),
        empty=gettext_lazy("No referral waits for an answer"),
        empty_help=gettext_lazy("Referrals appear here from the moment they are sent until the partner has answered."),
        more_url=way("referrals:referrals"),
    )


def to_admit(scope: Scope) -> Section:
    """Find the people registered here who are in no care yet."""
    here = scope.here(Can.SEE_PATIENTS, site="registered_site", program="registered_site__program")
    people = never_admitted_seen_by(scope.user).filter(here).order_by("recorded_at", "pk")[: MOST_ROWS + 1]
    may_admit = scope.user.may(Can.ADMIT_PATIENT)

    def row(person: Any) -> Row:
        url = way("patients:admit", person.public_id) if may_admit else ""
        return Row(
            _("Registered, not admitted"),
            person,
            since=timezone.localtime(person.recorded_at).date(),
            since_words=_("since"),
            step=_("Admit") if url else _("Open chart"),
            url=url or chart_of(person),
        )

    return section(
        "to-admit",
        gettext_lazy("Waiting to be admitted"),
        "user-plus",
        (row(person) for person in people),
        empty=gettext_lazy("Nobody waits to be admitted"),
        empty_help=gettext_lazy("People appear here from registration until their first admission."),
    )
