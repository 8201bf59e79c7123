"""Let coping cards grow, change them, take them off."""

from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Refused
from patients.record.models import Patient
from treatment_plans.sessions.coping import rules
from treatment_plans.sessions.coping.models import CopingCard
from treatment_plans.sessions.coping.queries import cards_to_grow


@action(Can.WRITE_SESSION)
def add_coping_card(*, patient: Patient, program: Program, trigger: str, helps: str, by: User, at: datetime) -> CopingCard:
    """Write down a trigger with what helps; where there is a card for it already, that one grows."""
    locked = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    if not trigger.strip():
        raise Refused(_("Write down the trigger in the person's own words."), field="trigger")
    card = next(
        (one for one in cards_to_grow([locked.pk], program.pk) if rules.same_trigger(one.trigger) == rules.same_trigger(trigger)), None
    )
    if card is None:
        facts = {"patient": locked, "program": program, "trigger": trigger.strip(), "helps": rules.grown("", helps)}
        return CopingCard.objects.create(**facts, recorded_by=by, recorded_at=at)
    card.helps = rules.grown(card.helps, helps)
    card.save(update_fields=["helps"])
    return card


@action(Can.WRITE_SESSION)
def change_coping_card(*, card: CopingCard, trigger: str, helps: str, by: User, at: datetime) -> CopingCard:
    """Write a card anew, in the words that the person would use today."""
    fresh = _locked(card)
    if not trigger.strip():
        raise Refused(_("Write down the trigger in the person's own words."), field="trigger")
    fresh.trigger, fresh.helps = trigger.strip(), rules.grown("", helps)
    fresh.save(update_fields=["trigger", "helps"])
    return fresh


@action(Can.WRITE_SESSION)
def take_off_coping_card(*, card: CopingCard, by: User, at: datetime) -> CopingCard:
    """Take a card off that the person needs no longer; it stays in the record."""
    fresh = _locked(card)
    fresh.taken_off_at, fresh.taken_off_by = at, by
    fresh.save(update_fields=["taken_off_at", "taken_off_by"])
    return fresh


def _locked(card: CopingCard) -> CopingCard:
    """Return a card as it is now, held until the transaction ends."""
    fresh = CopingCard.objects.select_for_update(no_key=True, of=("self",)).select_related("patient").get(pk=card.pk)
    if fresh.taken_off_at is not None:
        raise Refused(_("This card was taken off. Write a new one."), code="taken_off")
    return fresh
