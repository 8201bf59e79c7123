"""Do what follows when somebody leaves or moves on: orders, calls, the care team, what is owed no longer."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.reactions.owners import may_take_on
from patients.caseload.actions import end_care_team
from patients.episodes.events import PatientDischarged, PatientTransferred
from patients.episodes.models import ContactAnswer, Episode
from patients.episodes.queries import plan_of_stay
from patients.episodes.rules import FOLLOW_UP_DAYS
from patients.notices.actions import owe_notice_no_longer
from referrals.casework.actions import add_task
from referrals.casework.models import TaskDomain, Urgency
from treatment_plans.groups.actions import free_places
from treatment_plans.medication.models import Order, OrderState

RUNNING = (OrderState.ACTIVE, OrderState.ON_HOLD)


def end_team_of_discharged(event: PatientDischarged, at: datetime) -> str:
    """End the care team of a person who was discharged."""
    episode = Episode.objects.select_related("patient").get(pk=event.episode_id)
    return f"{end_care_team(episode=episode, by=User.objects.system(), at=at)} left the care team"


def free_places_of_discharged(event: PatientDischarged, at: datetime) -> str:
    """Free the places in groups of a person who was discharged and is in care of the program no longer."""
    stay = Episode.objects.select_related("patient", "program").get(pk=event.episode_id)
    if (
        stay.discharged_on is None
        or Episode.objects.filter(patient=stay.patient, program=stay.program_id, discharged_on__isnull=True).exists()
    ):
        return "silent: the person is in care again"
    freed = free_places(patient=stay.patient, program=stay.program, on=stay.discharged_on, by=User.objects.system(), at=at)
    return f"{freed} places in groups are free"


def owe_notice_to_discharged_no_longer(event: PatientDischarged, at: datetime) -> str:
    """Stop the clock for the notice of a person who is in care no longer."""
    episode = Episode.objects.select_related("program").get(pk=event.episode_id)
    return f"{owe_notice_no_longer(episode=episode, by=User.objects.system(), at=at)} notices owed no longer"


def call_after_discharge(event: PatientDischarged, at: datetime) -> str:
    """Let somebody call a person who left after 7 and after 30 days, as was agreed with them."""
    plan = plan_of_stay(event.episode_id)
    if plan is None or plan.contact != ContactAnswer.CALL:
        return "silent: no calls were agreed on"
    stay, patient, program = plan.episode, plan.episode.patient, plan.episode.program
    today = at.astimezone(program.zone).date()
    if patient.deceased_on is not None or stay.discharged_on is None:
        return "silent: the person has died, or is in care again"
    if stay.discharged_on + timedelta(days=FOLLOW_UP_DAYS[-1]) < today:
        return "silent: it is too long ago"
    owner = plan.caller if plan.caller and may_take_on(plan.caller, patient, program.pk) else None
    for days in FOLLOW_UP_DAYS:
        add_task(
            patient=patient,
            program=program,
            domain=TaskDomain.FOLLOW_UP,
            title=_("Call %(days)s days after the discharge") % {"days": days},
            detail=_("Ask about medication, naloxone and the next appointment; offer to come back. Agreed: %(how)s")
            % {"how": plan.contact_how},
            due_on=max(stay.discharged_on + timedelta(days=days), today),
            owner=owner,
            urgency=Urgency.SOON,
            key=f"discharge:call:{days}:{stay.pk}",
            by=User.objects.system(),
            at=at,
        )
    return f"{len(FOLLOW_UP_DAYS)} calls"


def ask_about_orders_left(event: PatientDischarged, at: datetime) -> str:
    """Let the prescriber decide about each order that goes on although the person was discharged; nothing is stopped by itself."""
    stay = Episode.objects.select_related("patient").get(pk=event.episode_id)
    if Episode.objects.filter(patient=stay.patient, program=stay.program_id, discharged_on__isnull=True).exists():
        return "silent: the person is in care again"
    left = Order.objects.filter(patient=stay.patient, program=stay.program_id, state__in=RUNNING)
    return _ask_prescribers(left, "discharged", _("Decide about an order that goes on after the discharge"), at)


def ask_about_orders_elsewhere(event: PatientTransferred, at: datetime) -> str:
    """Let the prescriber decide about each order that stayed at the site from which the person moved away."""
    stay = Episode.objects.select_related("patient", "transferred_from").get(pk=event.episode_id)
    programs = {stay.program_id, stay.transferred_from.program_id if stay.transferred_from else stay.program_id}
    left = Order.objects.filter(patient=stay.patient, program__in=programs, state__in=RUNNING).exclude(site=stay.site_id)
    return _ask_prescribers(left, f"moved:{stay.pk}", _("Decide about an order: the person moved to another site"), at)


def _ask_prescribers(orders: QuerySet[Order], why: str, title: str, at: datetime) -> str:
    """Add one urgent task for each of these orders."""
    tasks = [
        add_task(
            patient=order.patient,
            program=order.program,
            domain=TaskDomain.HEALTH,
            title=title,
            detail=_("End it, or write a new one where the person is given it. Until then it stands as it is."),
            due_on=at.astimezone(order.program.zone).date(),
            owner=order.prescriber if may_take_on(order.prescriber, order.patient, order.program_id) else None,
            urgency=Urgency.URGENT,
            key=f"order:{why}:{order.pk}",
            by=User.objects.system(),
            at=at,
        )
        for order in orders.select_related("patient", "program", "prescriber").order_by("pk")
    ]
    return f"{len(tasks)} orders to decide about"
