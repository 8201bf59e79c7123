"""Find what waits for those who look after the program: figures, refusals, disclosures, consents, accounts."""

from datetime import timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from casemgr.core.accounts.models import ROLE_CHOICES, Membership, User, UserKind
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.models import Outcome
from casemgr.core.messaging.models import Message, MessageState
from casemgr.core.outbox.models import Fact, FactState
from casemgr.desk.audit.queries import events_seen_by
from casemgr.desk.today.care import dosing_figures
from casemgr.desk.today.scope import Scope
from casemgr.desk.today.sections import MOST_ROWS, Figure, Row, Section, section, way
from patients.caseload.queries import patients_seen_by
from patients.consent.models import Consent, ConsentPerson, ConsentRecipient, ConsentState
from patients.disclosures.models import Disclosure, DisclosureOutcome
from patients.disclosures.queries import disclosures_seen_by
from patients.episodes.models import Episode
from patients.record.queries import people_under
from referrals.casework.queries import open_tasks, overdue, tasks_seen_by
from treatment_plans.appointments.models import Appointment, AppointmentState

LATELY_DAYS = 7
CONSENT_ENDS_SOON_DAYS = 30
ROLE_ENDS_SOON_DAYS = 30


def director_figures(scope: Scope) -> list[Figure]:
    """Say how the program stands today."""
    care = Episode.objects.filter(scope.here(Can.SEE_MEASURES), discharged_on__isnull=True, admitted_on__lte=scope.today).count()
    missed = Appointment.objects.filter(
        scope.here(Can.SEE_MEASURES, program="site__program"), starts_at__gte=scope.days_ago(LATELY_DAYS), starts_at__lt=scope.now
    ).aggregate(
        missed=Count("pk", filter=Q(state=AppointmentState.NO_SHOW)),
        settled=Count("pk", filter=Q(state__in=[AppointmentState.NO_SHOW, AppointmentState.KEPT])),
    )
    given = dosing_figures(scope)[0]
    since, until = scope.today - timedelta(days=LATELY_DAYS - 1), scope.today
    week = f"since={since.isoformat()}&until={until.isoformat()}"
    return [
        Figure(
            care,
            gettext_lazy("people in care"),
            over=gettext_lazy("today"),
            url=way("measures:list", "census", query=f"since={until}&until={until}"),
        ),
        Figure(given.number, given.words, of=given.of, over=gettext_lazy("today"), url=way("measures:dashboard")),
        Figure(
            missed["missed"],
            gettext_lazy("appointments not kept"),
            of=missed["settled"],
            over=gettext_lazy("last 7 days"),
            url=way("measures:list", "no-shows", query=week),
        ),
    ]


def overdue_tasks(scope: Scope) -> Section:
    """Find the tasks that have been overdue the longest."""
    waiting = overdue(tasks_seen_by(scope.user), scope.today)
    rows = waiting.select_related("patient", "owner").order_by("due_on", "pk")[: MOST_ROWS + 1]
    return section(
        "overdue",
        gettext_lazy("Oldest open tasks"),
        "list-checks",
        (
            Row(
                task.title,
                task.patient,
                str(task.owner or _("nobody has taken it")),
                since=task.due_on,
                since_words=_("due"),
                kind="warn",
                state=_("Overdue"),
                step=pgettext("button", "Open"),
                url=way("referrals:task", task.pk),
            )
            for task in rows
        ),
        empty=gettext_lazy("No task is overdue"),
        empty_help=gettext_lazy("Tasks appear here when their day has passed."),
        more_url=way("measures:list", "overdue-tasks"),
    )


def refusals(scope: Scope) -> Section:
    """Find what was refused or not permitted of late."""
    events = events_seen_by(scope.user).filter(outcome__in=[Outcome.DENIED, Outcome.REFUSED], at__gte=scope.days_ago(LATELY_DAYS))
    return section(
        "refusals",
        gettext_lazy("Refused or not permitted of late"),
        "shield",
        (_event_row(event) for event in events.order_by("-pk")[: MOST_ROWS + 1]),
        empty=gettext_lazy("Nothing was refused within a week"),
        empty_help=gettext_lazy("Refusals and what somebody was not permitted to do appear here for seven days."),
        more_url=way("audit:list", query="outcome=denied"),
    )


def sign_ins(scope: Scope) -> Section:
    """Find the sign-ins that failed of late."""
    events = events_seen_by(scope.user).filter(verb="sign_in", outcome=Outcome.DENIED, at__gte=scope.days_ago(LATELY_DAYS))
    return section(
        "sign-ins",
        gettext_lazy("Sign-ins that failed"),
        "lock",
        (_event_row(event) for event in events.order_by("-pk")[: MOST_ROWS + 1]),
        empty=gettext_lazy("No sign-in failed within a week"),
        empty_help=gettext_lazy("Five failures in five minutes lock an account out for a while."),
        more_url=way("audit:list", query="what=sign_in&outcome=denied"),
    )


def _event_row(event: Any) -> Row:
    words = event.verb.replace("_", " ").replace(":", ": ")
    kind, query = ("stop" if event.outcome == Outcome.DENIED else "warn"), f"outcome={event.outcome}&who={event.actor_name}"
    return Row(
        words,
        why=f"{event.actor_name or _('not known')} · {event.reason}" if event.reason else str(event.actor_name or _("not known")),
        since=event.at,
        kind=kind,
        state=event.get_outcome_display(),
        step=_("Look into it"),
        url=way("audit:list", query=query),
    )


def late_disclosures(scope: Scope) -> Section:
    """Find what left the program of late, and what was withheld."""
    patients = patients_seen_by(scope.user, can=Can.SEE_DISCLOSURES)
    rows = disclosures_seen_by(scope.user).filter(at__gte=scope.days_ago(LATELY_DAYS))
    found = list(rows.order_by("-pk")[: MOST_ROWS + 1])
    people = people_under(patients, [disclosure.patient_id for disclosure in found] or [0])

    def row(disclosure: Disclosure) -> Row:
        withheld = disclosure.outcome == DisclosureOutcome.WITHHELD
        return Row(
            disclosure.recipient_name,
            people.get(disclosure.patient_id),
            disclosure.reason_words if withheld else disclosure.description,
            since=disclosure.at,
            kind="warn" if withheld else "good",
            state=disclosure.get_outcome_display(),
            step=_("Open the account"),
            url=way("patients:disclosures"),
        )

    return section(
        "disclosures",
        gettext_lazy("Disclosed or withheld of late"),
        "share-2",
        (row(disclosure) for disclosure in found),
        empty=gettext_lazy("Nothing left the program within a week"),
        empty_help=gettext_lazy("What is told to anybody outside appears here for seven days."),
        more_url=way("patients:disclosures"),
    )


def ending_consents(scope: Scope) -> Section:
    """Find the consents that end within a month."""
    named = ConsentRecipient.objects.filter(consent=OuterRef("pk")).order_by("id")
    around = ConsentPerson.objects.filter(consent=OuterRef("pk")).order_by("id")
    consents: QuerySet[Any] = Consent.objects.filter(
        patient__in=patients_seen_by(scope.user, can=Can.SEE_DISCLOSURES),
        state=ConsentState.ACTIVE,
        valid_until__gte=scope.today,
        valid_until__lte=scope.in_days(CONSENT_ENDS_SOON_DAYS),
    ).annotate(names=ArraySubquery(named.values("organization__name")), people=ArraySubquery(around.values("name")))
    rows = consents.select_related("patient").order_by("valid_until", "pk")[: MOST_ROWS + 1]
    return section(
        "ending-consents",
        gettext_lazy("Consents that end"),
        "signature",
        (
            Row(
                ", ".join(consent.names + consent.people) or consent.get_kind_display(),
                consent.patient,
                consent.description,
                since=consent.valid_until,
                since_words=_("until"),
                kind="warn",
                state=_("Ends soon"),
                step=_("Open"),
                url=way("patients:consent", consent.patient.public_id, consent.pk),
            )
            for consent in rows
        ),
        empty=gettext_lazy("No consent ends within a month"),
        empty_help=gettext_lazy("Consents appear here thirty days before they end."),
    )


def people_without_role(scope: Scope) -> Section:
    """Find the accounts that nobody has given a role."""
    current = Membership.objects.current(scope.today).filter(user=OuterRef("pk"))
    people = (
        User.objects.filter(kind=UserKind.PERSON, is_active=True).exclude(Exists(current)).order_by("-date_joined", "-pk")[: MOST_ROWS + 1]
    )
    return section(
        "without-role",
        gettext_lazy("Without a role"),
        "user",
        (
            Row(
                person.full_name,
                why=person.email,
                since=person.date_joined,
                since_words=_("since"),
                step=_("Give a role"),
                url=way("admin:casemgr_membership_add", query=f"user={person.pk}"),
            )
            for person in people
        ),
        empty=gettext_lazy("Everybody has a role"),
        empty_help=gettext_lazy("Somebody whose role has ended, or who never had one, appears here until shut out."),
    )


def ending_roles(scope: Scope) -> Section:
    """Find the roles that end within a month."""
    roles = Membership.objects.filter(
        program__in={membership.program_id for membership in scope.user.reach(Can.ADMINISTER_ACCOUNTS)},
        ends_on__gt=scope.today,
        ends_on__lte=scope.in_days(ROLE_ENDS_SOON_DAYS),
    )
    names = dict(ROLE_CHOICES)
    return section(
        "ending-roles",
        gettext_lazy("Roles that end"),
        "clock",
        (
            Row(
                role.user.full_name,
                why=str(names[role.role]),
                since=role.ends_on,
                since_words=_("until"),
                step=pgettext("button", "Open"),
                url=way("admin:casemgr_membership_change", role.pk),
            )
            for role in roles.select_related("user").order_by("ends_on", "pk")[: MOST_ROWS + 1]
        ),
        empty=gettext_lazy("No role ends within a month"),
        empty_help=gettext_lazy("Roles given for a time appear here thirty days before they end."),
    )


def machine_figures(scope: Scope) -> list[Figure]:
    """Say what the machine could not finish by itself."""
    facts = Fact.objects.filter(state=FactState.FAILED).count()
    letters = Message.objects.filter(state__in=[MessageState.FAILED, MessageState.DOUBTFUL]).count()
    tasks = way("admin:casemgr_fact_changelist", query="state__exact=failed")
    return [
        Figure(facts, gettext_lazy("reactions failed"), over=gettext_lazy("a person must look"), kind="stop" if facts else "", url=tasks),
        Figure(letters, gettext_lazy("messages failed or doubtful"), over=gettext_lazy("ever"), kind="warn" if letters else ""),
    ]


def open_tasks_figure(scope: Scope) -> Figure:
    """Say how many tasks are open, and how many overdue."""
    here = Episode.objects.filter(scope.here(Can.SEE_MEASURES), patient=OuterRef("patient"))
    found = (
        open_tasks(tasks_seen_by(scope.user))
        .filter(Exists(here))
        .aggregate(open=Count("pk"), late=Count("pk", filter=Q(due_on__lt=scope.today)))
    )
    return Figure(
        found["late"],
        gettext_lazy("tasks overdue"),
        of=found["open"],
        over=gettext_lazy("now"),
        kind="warn" if found["late"] else "",
        url=way("measures:list", "overdue-tasks"),
    )
