"""React to concerns about somebody's safety: one urgent task for somebody by name, and the next when nobody takes it."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Membership, User
from casemgr.core.accounts.rules import Can, Role
from casemgr.reactions.owners import may_take_on
from patients.caseload.queries import care_team_of, patients_seen_by
from patients.episodes.queries import open_episodes_for
from patients.safety.actions import call_about_concern, free_concern, take_concern
from patients.safety.events import (
    SafetyConcernClosed,
    SafetyConcernRaised,
    SafetyConcernTaken,
    SafetyConcernWaits,
    SafetyFollowUpDone,
    SafetyFollowUpPlanned,
)
from patients.safety.models import CalledAs, ConcernState, SafetyCall, SafetyConcern, SafetyFollowUp
from patients.safety.rules import CALL_AGAIN_EVERY, disposition_due_at
from referrals.casework.actions import add_task, drop_task, finish_task, hand_over_task, take_task
from referrals.casework.models import Task, TaskDomain, TaskState, Urgency
from referrals.casework.queries import OPEN_STATES

CALLED_IN_ORDER = (Role.THERAPIST, Role.PRESCRIBER, Role.NURSE, Role.CASE_MANAGER)
"""Who is called after the one in charge of the care team: first on the team, then at the site; within a role who is longest here."""


def tell_somebody(event: SafetyConcernRaised, at: datetime) -> str:
    """Give somebody by name the one urgent task of a concern; when it became graver, the task is given anew."""
    concern = _concern(event.concern_id)
    if concern.state != ConcernState.OPEN:
        return "silent: a disposition was written"
    _free_from_who_left(concern, at)
    open_task = _task_of(concern)
    if event.telling > 1 and open_task is not None:
        drop_task(task=open_task, reason=_("It became graver: there is a new task."), by=User.objects.system(), at=at)
    first = next(_whom_to_call(concern), None)
    _call(concern, [first] if first and concern.taken_by_id is None else [], turn=0, at=at)
    owner = concern.taken_by or (first[0] if first else None)
    task = _make_task(concern, owner, at)
    return f"task {task.pk}" if owner else f"task {task.pk}, for whoever takes it first: nobody could be named"


def look_whether_somebody_came(event: SafetyConcernWaits, at: datetime) -> str:
    """Call the next one and the supervisors when nobody has taken a concern; who took it is reminded before the supervisors hear of it.

    Who took it and has left since, or may not see the person any more, sees to nothing: the next one is called as if nobody had.
    """
    concern = _concern(event.concern_id)
    if concern.state != ConcernState.OPEN:
        return "silent: a disposition was written"
    _see_who_took_the_task(concern, at)
    _free_from_who_left(concern, at)
    if concern.taken_by_id is not None:
        due_at = disposition_due_at(level=concern.level, since=concern.risen_at or concern.opened_at)
        if at >= due_at:
            _call(concern, _supervisors(concern), turn=event.turn, at=at)
            return "taken, and nothing written: the supervisor was called"
        is_last_look = at + CALL_AGAIN_EVERY >= due_at
        _call(concern, _whoever_took_it(concern) if is_last_look else [], turn=event.turn, at=at)
        return "who took it was reminded" if is_last_look else "silent: somebody sees to it"
    following = _next_to_call(concern)
    _call(concern, [*([following] if following else []), *_supervisors(concern)], turn=event.turn, at=at)
    task = _make_task(concern, following[0] if following else None, at)
    if following and task.owner_id != following[0].pk:
        hand_over_task(task=task, owner=following[0], by=User.objects.system(), at=at)
    return f"called again, turn {event.turn}"


def give_the_task_to_whoever_took_it(event: SafetyConcernTaken, at: datetime) -> str:
    """Let the task follow the concern."""
    concern, user = _concern(event.concern_id), User.objects.get(pk=event.user_id)
    task = _task_of(concern)
    if task is None or concern.taken_by_id != user.pk or not _may_see_to(user, concern):
        return "silent: it was settled since"
    if task.owner_id != user.pk:
        task = hand_over_task(task=task, owner=user, by=User.objects.system(), at=at)
    if task.state == TaskState.OPEN:
        take_task(task=task, by=user, at=at)
    return f"task {task.pk}"


def finish_the_task(event: SafetyConcernClosed, at: datetime) -> str:
    """Finish the urgent task of a concern that has its disposition."""
    concern = _concern(event.concern_id)
    task = _task_of(concern)
    if task is None:
        return "silent: it was finished by hand"
    finish_task(task=task, outcome=_("A disposition was written."), by=User.objects.system(), at=at)
    return f"task {task.pk}"


def plan_the_follow_up(event: SafetyFollowUpPlanned, at: datetime) -> str:
    """Make a task of a day by which somebody follows up."""
    row = SafetyFollowUp.objects.select_related("patient", "program", "concern__taken_by").get(pk=event.follow_up_id)
    if row.outcome or row.patient.deceased_on is not None:
        return "silent: it was settled since"
    concern = row.concern
    named = concern.taken_by if concern.taken_by and _may_see_to(concern.taken_by, concern) else None
    first = next(_whom_to_call(concern), None)
    task = add_task(
        patient=row.patient,
        program=row.program,
        domain=TaskDomain.FOLLOW_UP,
        title=_("Safety follow-up: %(how)s") % {"how": row.get_kind_display()},
        detail=_("Write what came of it on the person's safety page; this task closes with it."),
        due_on=max(row.due_on, at.astimezone(row.program.zone).date()),
        owner=named or (first[0] if first else None),
        urgency=Urgency.URGENT,
        key=_key_of(row),
        by=User.objects.system(),
        at=at,
    )
    return f"task {task.pk}"


def finish_the_follow_up(event: SafetyFollowUpDone, at: datetime) -> str:
    """Finish the task of a follow-up whose outcome was written down."""
    row = SafetyFollowUp.objects.get(pk=event.follow_up_id)
    task = Task.objects.filter(key=_key_of(row), state__in=OPEN_STATES).first()
    if task is None:
        return "silent: it was finished by hand"
    finish_task(task=task, outcome=str(row.get_outcome_display()), by=User.objects.system(), at=at)
    return f"task {task.pk}"


def _concern(key: int) -> SafetyConcern:
    """Return a concern with those whom the reactions ask for."""
    return SafetyConcern.objects.select_related("patient__registered_site", "program", "taken_by").get(pk=key)


def _task_of(concern: SafetyConcern) -> Task | None:
    """Return the open task of a concern."""
    return Task.objects.filter(key=f"safety:{concern.pk}", state__in=OPEN_STATES).select_related("owner").first()


def _key_of(row: SafetyFollowUp) -> str:
    return f"safety:follow_up:{row.pk}"


def _make_task(concern: SafetyConcern, owner: User | None, at: datetime) -> Task:
    """Make the one urgent task of a concern, or return it. Its words say nothing of what was answered."""
    return add_task(
        patient=concern.patient,
        program=concern.program,
        domain=TaskDomain.HEALTH,
        title=_("Safety: see to this person now"),
        detail=_("Open the person's safety page, say that you see to it, and ask the C-SSRS together. Do not leave the person alone."),
        due_on=at.astimezone(concern.program.zone).date(),
        owner=owner,
        urgency=Urgency.URGENT,
        key=f"safety:{concern.pk}",
        by=User.objects.system(),
        at=at,
    )


def _call(concern: SafetyConcern, people: list[tuple[User, str]], *, turn: int, at: datetime) -> None:
    """Write down who is named at this turn."""
    call_about_concern(concern=concern, people=people, turn=turn, by=User.objects.system(), at=at)


def _see_who_took_the_task(concern: SafetyConcern, at: datetime) -> None:
    """Take whoever works on the task for whoever sees to the concern."""
    task = _task_of(concern)
    owner = task.owner if task is not None and task.state == TaskState.IN_PROGRESS else None
    if concern.taken_by_id is None and owner is not None and _may_see_to(owner, concern):
        concern.taken_by = take_concern(concern=concern, by=owner, at=at).taken_by


def _free_from_who_left(concern: SafetyConcern, at: datetime) -> None:
    """Take a concern, and its task, from whoever took it and can see to it no longer."""
    if concern.taken_by is None or _may_see_to(concern.taken_by, concern):
        return
    task = _task_of(concern)
    if task is not None and task.owner_id == concern.taken_by_id:
        reason = _("Whoever had it can see to it no longer: there is a new task.")
        drop_task(task=task, reason=reason, by=User.objects.system(), at=at)
    free_concern(concern=concern, by=User.objects.system(), at=at)
    concern.taken_by = None


def _whoever_took_it(concern: SafetyConcern) -> list[tuple[User, str]]:
    """Return who took a concern, as what they are called."""
    user = concern.taken_by
    if user is None or not _may_see_to(user, concern):
        return []
    return [(user, next((role for other, role in _in_order(concern) if other.pk == user.pk), CalledAs.SITE))]


def _next_to_call(concern: SafetyConcern) -> tuple[User, str] | None:
    """Return who was not called yet, in the order; when all were, the one whose call is longest ago."""
    last = dict(SafetyCall.objects.filter(concern=concern).order_by("pk").values_list("user", "pk"))
    people = list(_whom_to_call(concern))
    return min(people, key=lambda one: last.get(one[0].pk, 0), default=None)


def _whom_to_call(concern: SafetyConcern) -> Iterator[tuple[User, str]]:
    """Return who may be called, in order: the one in charge, the care team by role, then the site by role; each once."""
    seen: set[int] = set()
    for user, role in _in_order(concern):
        if user.pk not in seen and _may_see_to(user, concern):
            yield user, role
        seen.add(user.pk)


def _in_order(concern: SafetyConcern) -> Iterator[tuple[User, str]]:
    """Return everybody of the care team and the site, in the order in which they are called."""
    team = [m for m in care_team_of(concern.patient).filter(program=concern.program_id) if m.is_lead or m.role in CALLED_IN_ORDER]
    for member in sorted(team, key=lambda one: (not one.is_lead, _rank(one.role), one.pk)):
        yield member.user, CalledAs.LEAD if member.is_lead else CalledAs.TEAM
    stays = open_episodes_for(concern.patient).filter(program=concern.program_id).values_list("site", flat=True)
    sites = [*stays, *([] if stays else [concern.patient.registered_site_id]), None]
    here = Membership.objects.current().filter(program=concern.program_id, role__in=CALLED_IN_ORDER).select_related("user")
    for membership in sorted((m for m in here if m.site_id in sites), key=lambda one: (_rank(one.role), one.starts_on, one.pk)):
        yield membership.user, CalledAs.SITE


def _rank(role: str) -> int:
    """Return the place of a role in the order."""
    return CALLED_IN_ORDER.index(Role(role)) if role in CALLED_IN_ORDER else len(CALLED_IN_ORDER)


def _supervisors(concern: SafetyConcern) -> list[tuple[User, str]]:
    """Return the directors of the program who may know of the person."""
    directors = Membership.objects.current().filter(program=concern.program_id, role=Role.DIRECTOR).select_related("user")
    people = {m.user_id: m.user for m in directors.order_by("starts_on", "pk")}.values()
    return [
        (user, CalledAs.SUPERVISOR) for user in people if user.is_active and patients_seen_by(user).filter(pk=concern.patient_id).exists()
    ]


def _may_see_to(user: User, concern: SafetyConcern) -> bool:
    """Say whether somebody may assess safety here and take on a task for this person."""
    assesses = user.may(Can.ASSESS_SAFETY, program_id=concern.program_id)
    return assesses and may_take_on(user, concern.patient, concern.program_id)
