"""Look for homes and work with the people of the demo clinic: tasks, referrals and their answers."""

from datetime import date, datetime, timedelta

from casemgr.core.accounts.rules import Role
from casemgr.demo.arrival import staff_of
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from casemgr.demo.words import CALLS, EMPLOYMENT_TASKS, HOUSING_TASKS, OTHER_TASKS, OUTCOMES, REFERRAL_ANSWERS, REFERRAL_REFUSALS
from referrals.casework.actions import add_task, finish_task, take_task
from referrals.casework.models import Task
from referrals.referral.actions import answer_referral, draft_referral, send_referral

CALLS_MADE = 0.75
"""Share of the calls waiting on a day that the demo's case managers make."""


def work_on_life(life: Life, day: date) -> None:
    """Open and finish tasks and referrals on working days."""
    at = life.moment(day, 14)
    if day.weekday() >= 5 or not life.is_past(at):
        return
    _call_back(life, at)
    for person in life.in_care:
        since = (day - person.admitted_on).days
        if since in (3, 4, 5) and person.course.tasks is None:
            person.course.tasks = []
            _open_tasks(life, person, day, at)
        elif life.random.random() < 0.012:
            domain, title = life.random.choice(OTHER_TASKS)
            _open(life, person, domain, title, day, at)
        _finish_some(life, person, at)
        _refer(life, person, since, at)


def _call_back(life: Life, at: datetime) -> None:
    """Make most of the calls that missed doses and meetings have asked for."""
    waiting = Task.objects.filter(domain="outreach", state="open", recorded_at__lt=at, owner__in=life.clinic.staff.values())
    for task in waiting.order_by("pk"):
        if life.random.random() < CALLS_MADE:
            owner = life.clinic.staff_by_key[task.owner_id]
            finish_task(task=take_task(task=task, by=owner, at=at), outcome=life.random.choice(CALLS), by=owner, at=at)


def _open_tasks(life: Life, person: Persona, day: date, at: datetime) -> None:
    """Open what the first visit showed: a home, work."""
    if person.homeless:
        for title in HOUSING_TASKS[:2]:
            _open(life, person, "housing", title, day, at, urgency=2)
    if person.jobless:
        _open(life, person, "employment", life.random.choice(EMPLOYMENT_TASKS), day, at)


def _open(life: Life, person: Persona, domain: str, title: str, day: date, at: datetime, *, urgency: int = 3) -> None:
    """Open one task for the person's case manager."""
    owner = staff_of(life, person)[Role.CASE_MANAGER]
    task = add_task(
        patient=person.course.patient,
        program=life.clinic.program,
        domain=domain,
        title=title,
        due_on=day + timedelta(days=life.random.randint(5, 25)),
        owner=owner,
        urgency=urgency,
        by=owner,
        at=at,
    )
    person.course.tasks = [*(person.course.tasks or []), task]


def _finish_some(life: Life, person: Persona, at: datetime) -> None:
    """Finish tasks as time goes by; housing with the day the person is housed."""
    tasks = person.course.tasks or []
    by = staff_of(life, person)[Role.CASE_MANAGER]
    housed = person.housed_on is not None and person.housed_on <= at.date()
    for task in list(tasks):
        if (task.domain == "housing" and housed) or (task.domain != "housing" and life.random.random() < 0.06):
            taken = take_task(task=task, by=by, at=at)
            outcome = "Moved in. Keys on the table." if task.domain == "housing" else life.random.choice(OUTCOMES)
            finish_task(task=taken, outcome=outcome, by=by, at=at)
            tasks.remove(task)


def _refer(life: Life, person: Persona, since: int, at: datetime) -> None:
    """Refer somebody without a home to a housing provider, and take in the answer or its absence."""
    by = staff_of(life, person)[Role.CASE_MANAGER]
    referral = person.course.referral
    if person.homeless and since >= 8 and referral is None:
        partner = life.clinic.partners["Grove Street Homes" if person.number % 2 else "Harbor Shelter"]
        referral = draft_referral(
            patient=person.course.patient,
            program=life.clinic.program,
            organization=partner,
            purpose="housing",
            service="A room or a place in a shared home",
            by=by,
            at=at,
        )
        if person.housing_consent:
            referral = send_referral(referral=referral, by=by, at=at)
        person.course.referral = referral
    elif referral is not None and referral.state == "sent" and life.random.random() < 0.07:
        accepted = person.housed_on is not None or life.random.random() < 0.4
        person.course.referral = answer_referral(
            referral=referral,
            state="accepted" if accepted else "declined",
            answer=life.random.choice(REFERRAL_ANSWERS if accepted else REFERRAL_REFUSALS),
            by=by,
            at=at,
        )
