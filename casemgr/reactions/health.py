"""React to facts of health: somebody speaks with the person after an overdose, naloxone is replaced, prenatal care is arranged."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.reactions.owners import in_charge
from patients.health.models import HealthFact
from patients.health.naloxone.events import NaloxoneGiven, NaloxoneGone
from patients.health.naloxone.models import NaloxoneKit
from patients.health.naloxone.queries import naloxone_need_of
from patients.health.naloxone.rules import NaloxoneNeed
from patients.health.overdoses.events import (
    OverdoseContactNoted,
    OverdoseContactWaits,
    OverdoseInError,
    OverdoseRecorded,
    OverdoseRevised,
)
from patients.health.overdoses.models import Intent, Outcome, Overdose, OverdoseOf
from patients.health.overdoses.rules import contact_due_on, is_too_long_ago
from patients.health.pregnancy.events import PregnancyNoted
from patients.health.pregnancy.models import Pregnancy, PrenatalCare
from patients.health.pregnancy.queries import pregnancy_now
from patients.health.pregnancy.rules import linkage_due_on
from patients.safety.actions import raise_concern
from patients.safety.models import RiskLevel
from referrals.casework.actions import add_task, finish_task
from referrals.casework.models import Task, TaskDomain, Urgency
from referrals.casework.queries import OPEN_STATES


def speak_after_overdose(event: OverdoseRecorded | OverdoseRevised, at: datetime) -> str:
    """Let whoever is in charge speak with a person after an overdose; what was meant as harm opens a concern for their safety too."""
    overdose = _overdose(event.overdose_id)
    if reason := _why_silent(overdose, at):
        return reason
    if overdose.of != OverdoseOf.PERSON:
        return "silent: it was somebody else's overdose"
    if overdose.intent == Intent.INTENTIONAL:
        words = _("An overdose was recorded that was meant as harm to oneself.")
        raise_concern(
            patient=overdose.patient,
            program=overdose.program,
            level=RiskLevel.HIGH,
            words=words,
            ref=f"overdose:{overdose.pk}",
            by=User.objects.system(),
            at=at,
        )
    if overdose.contacted_on is not None:
        return "silent: somebody spoke with the person"
    task = _task(
        overdose,
        title=_("Health: speak with this person within two days"),
        detail=_("See the health page for why. Write there when you spoke and what came of it; this task closes with it."),
        due_on=contact_due_on(overdose.happened_on, overdose.day_of(at)),
        urgency=Urgency.URGENT,
        key=f"overdose:contact:{overdose.pk}",
        at=at,
    )
    return f"task {task.pk}"


def look_whether_somebody_spoke(event: OverdoseContactWaits, at: datetime) -> str:
    """Ask once more when a week after an overdose nobody wrote that they spoke with the person."""
    overdose = _overdose(event.overdose_id)
    if reason := _why_silent(overdose, at):
        return reason
    if overdose.of != OverdoseOf.PERSON or overdose.contacted_on is not None:
        return "silent: somebody spoke with the person, or it was somebody else's overdose"
    task = _task(
        overdose,
        title=_("Health: a week went by and nobody wrote that they spoke with this person"),
        detail=_("Reach the person today, or go and see them; write on the health page what came of it."),
        due_on=overdose.day_of(at),
        urgency=Urgency.URGENT,
        key=f"overdose:waits:{overdose.pk}",
        at=at,
    )
    return f"task {task.pk}"


def close_what_was_asked(event: OverdoseContactNoted, at: datetime) -> str:
    """Finish the tasks of an overdose after which somebody spoke with the person."""
    return _finish(_keys(event.overdose_id), _("Somebody spoke with the person."), at)


def look_again_at_overdose(event: OverdoseRevised, at: datetime) -> str:
    """Ask what an overdose asks for as it is written now; what it asks for no longer is finished."""
    overdose = _overdose(event.overdose_id)
    if overdose.of != OverdoseOf.PERSON or _why_silent(overdose, at):
        return _finish(_keys(overdose.pk), _("What was written was revised: nobody needs to speak with the person for it."), at)
    return speak_after_overdose(event, at)


def close_what_was_an_error(event: OverdoseInError, at: datetime) -> str:
    """Finish the tasks of an overdose that was an error; a concern for safety is closed by a person alone."""
    return _finish(_keys(event.overdose_id), _("What was written was an error."), at)


def replace_after_overdose(event: OverdoseRecorded, at: datetime) -> str:
    """Let naloxone be replaced when it was used, or when none is in hand after an overdose."""
    overdose = _overdose(event.overdose_id)
    if reason := _why_silent(overdose, at):
        return reason
    if not overdose.own_kit_used and not _lacks_naloxone(overdose, at):
        return "silent: naloxone is in hand"
    return _replace(overdose, at)


def replace_what_is_gone(event: NaloxoneGone, at: datetime) -> str:
    """Let naloxone be replaced when the last kit in hand is gone."""
    kit = NaloxoneKit.objects.select_related("patient", "program").get(pk=event.kit_id)
    if not kit.stands or kit.patient.deceased_on is not None:
        return "silent: it was an error, or the person has died"
    return _replace(kit, at) if _lacks_naloxone(kit, at) else "silent: naloxone is in hand"


def naloxone_is_replaced(event: NaloxoneGiven, at: datetime) -> str:
    """Finish the task of replacing naloxone."""
    return _finish([f"naloxone:replace:{event.patient_id}"], _("Naloxone was given."), at)


def arrange_prenatal_care(event: PregnancyNoted, at: datetime) -> str:
    """Let prenatal care be arranged, and the plan looked at, for a person who is pregnant."""
    noted = Pregnancy.objects.select_related("patient", "program").get(pk=event.pregnancy_id)
    if not noted.stands or pregnancy_now(noted.patient) != noted or noted.prenatal_care == PrenatalCare.IN_CARE:
        return "silent: it was settled since"
    task = _task(
        noted,
        title=_("Health: arrange care and look at the plan together"),
        detail=_("See the health page for why. Ask the prescriber to look at the medication; nobody stops it for this."),
        due_on=linkage_due_on(noted.noted_on, noted.day_of(at)),
        urgency=Urgency.SOON,
        key=f"pregnancy:{noted.patient_id}",
        at=at,
    )
    return f"task {task.pk}"


def _overdose(key: int) -> Overdose:
    """Return an overdose with whom and where."""
    found: Overdose = Overdose.objects.select_related("patient", "program").get(pk=key)
    return found


def _keys(overdose_id: int) -> list[str]:
    """Return the keys of the tasks to speak with the person after an overdose."""
    return [f"overdose:contact:{overdose_id}", f"overdose:waits:{overdose_id}"]


def _why_silent(overdose: Overdose, at: datetime) -> str:
    """Return why an overdose asks for nothing any more, or nothing."""
    if not overdose.stands:
        return "silent: it was an error"
    if overdose.patient.deceased_on is not None or (overdose.of == OverdoseOf.PERSON and overdose.outcome == Outcome.DIED):
        return "silent: the person has died"
    return "silent: it is too long ago" if is_too_long_ago(overdose.happened_on, overdose.day_of(at)) else ""


def _lacks_naloxone(fact: HealthFact, at: datetime) -> bool:
    """Say whether the person has no naloxone that is good."""
    return naloxone_need_of(fact.patient, fact.day_of(at)) in (NaloxoneNeed.NONE_IN_HAND, NaloxoneNeed.EXPIRED)


def _replace(fact: HealthFact, at: datetime) -> str:
    """Add one task to replace naloxone; while it is open, there is no second."""
    task = _task(
        fact,
        title=_("Give naloxone"),
        detail=_("None that is good is in hand, or the kit was used. Write the new one on the health page; this task closes with it."),
        due_on=fact.day_of(at),
        urgency=Urgency.SOON,
        key=f"naloxone:replace:{fact.patient_id}",
        at=at,
    )
    return f"task {task.pk}"


def _task(fact: HealthFact, *, title: str, detail: str, due_on: date, urgency: int, key: str, at: datetime) -> Task:
    """Add a task for whoever is in charge of the person; its words say nothing of what happened."""
    return add_task(
        patient=fact.patient,
        program=fact.program,
        domain=TaskDomain.HEALTH,
        title=title,
        detail=detail,
        due_on=max(due_on, at.astimezone(fact.program.zone).date()),
        owner=in_charge(fact.patient, fact.program_id),
        urgency=urgency,
        key=key,
        by=User.objects.system(),
        at=at,
    )


def _finish(keys: list[str], outcome: str, at: datetime) -> str:
    """Finish the open tasks with these keys."""
    found = list(Task.objects.filter(key__in=keys, state__in=OPEN_STATES))
    for task in found:
        finish_task(task=task, outcome=outcome, by=User.objects.system(), at=at)
    return f"{len(found)} tasks finished"
