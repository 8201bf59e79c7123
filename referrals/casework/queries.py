"""Read tasks: mine, nobody's, those of everybody I may see."""

from datetime import date, timedelta

from django.db.models import QuerySet

from casemgr.core.accounts.models import Membership, Program, User
from casemgr.core.accounts.rules import RIGHTS, Can, Role
from patients.caseload.queries import patients_seen_by
from patients.episodes.models import Episode
from patients.record.models import Patient
from referrals.casework.models import Task, TaskDomain, TaskState

OPEN_STATES = [TaskState.OPEN, TaskState.IN_PROGRESS]
CASEWORKERS = sorted(role.value for role in Role if Can.WRITE_TASK in RIGHTS[role])


def tasks_seen_by(user: User, *, can: Can = Can.SEE_CASEWORK) -> QuerySet[Task]:
    """Return the tasks of the patients whose casework this user may see, in the programs where that right is held."""
    programs = {membership.program_id for membership in user.reach(can)}
    return Task.objects.filter(program_id__in=programs, patient__in=patients_seen_by(user, can=can))


def open_tasks(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Return those that are still to be done."""
    return tasks.filter(state__in=OPEN_STATES)


def tasks_of(patient: Patient) -> QuerySet[Task]:
    """Return the tasks of a patient, the next due first."""
    return Task.objects.filter(patient=patient).select_related("owner").order_by("due_on", "id")


def my_open_tasks(user: User) -> QuerySet[Task]:
    """Return what this user has taken on, the next due first; found through the index of the owner."""
    return open_tasks(tasks_seen_by(user)).filter(owner=user).select_related("patient").order_by("due_on", "id")


def overdue(tasks: QuerySet[Task], today: date) -> QuerySet[Task]:
    """Return those whose day is over."""
    return open_tasks(tasks).filter(due_on__lt=today)


def possible_owners(program_id: int) -> QuerySet[User]:
    """Return who may take on tasks of a program."""
    members = Membership.objects.current().filter(program_id=program_id, role__in=CASEWORKERS)
    return User.objects.filter(pk__in=members.values("user"), is_active=True).order_by("full_name", "id")


def task_list(user: User, *, today: date, whose: str = "mine", domain: str = "", due: str = "", state: str = "") -> QuerySet[Task]:
    """Return the tasks that somebody asks for: whose, about what, due when, in which state."""
    tasks = tasks_seen_by(user).select_related("patient", "owner")
    tasks = tasks.filter(state=state) if state in TaskState.values else open_tasks(tasks)
    if whose == "mine":
        tasks = tasks.filter(owner=user)
    elif whose == "unowned":
        tasks = tasks.filter(owner__isnull=True)
    if domain in TaskDomain.values:
        tasks = tasks.filter(domain=domain)
    until = {"overdue": today - timedelta(days=1), "today": today, "week": today + timedelta(days=7)}.get(due)
    return tasks if until is None else tasks.filter(due_on__lte=until)


def program_for(patient: Patient, user: User, in_hand: Program) -> Program:
    """Return the program on whose behalf somebody writes a task: the one in hand, or another where both meet."""
    programs = {membership.program_id: membership.program for membership in user.reach(Can.WRITE_TASK)}
    stays = Episode.objects.filter(patient=patient, program__in=programs).order_by("discharged_on", "-admitted_on")
    known = list(stays.values_list("program", flat=True))
    return programs[in_hand.pk] if in_hand.pk in programs and (in_hand.pk in known or not known) else programs[[*known, *programs][0]]
