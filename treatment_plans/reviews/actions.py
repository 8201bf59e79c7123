"""Sign plans and review them."""

from collections.abc import Collection
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.finishing import Finished, finish
from casemgr.core.refusals import Reason, Refused
from treatment_plans.plan.actions import end_plan
from treatment_plans.plan.models import Plan, PlanState
from treatment_plans.plan.policy.queries import intervals_of
from treatment_plans.plan.policy.rules import SOURCE
from treatment_plans.plan.rules import is_own_name
from treatment_plans.plan.versions.actions import start_version
from treatment_plans.plan.versions.queries import digest_of, draft_after
from treatment_plans.reviews.models import (
    LookedAt,
    Party,
    PlanReview,
    PlanSignature,
    Presence,
    ReviewDecision,
    SignatureOutcome,
    SigningWay,
)
from treatment_plans.reviews.queries import figures_of, last_review_day
from treatment_plans.reviews.rules import SIGNATURES


@action(Can.WRITE_PLAN)
def sign_plan(
    *,
    plan: Plan,
    party: str,
    name: str,
    way: str = SigningWay.SCREEN,
    relationship: str = "",
    signed_on: date | None = None,
    by: User,
    at: datetime,
) -> PlanSignature:
    """Put a signature under the plan in force: the clinician's own, or that of the person as they gave it.

    From the first signature on the words of the plan stay as they are, at every door; what changes becomes a new version.
    """
    fresh = _in_force(plan)
    today = at.astimezone(fresh.program.zone).date()
    reasons = _against_signing(fresh, party, name, way, relationship, by)
    if signed_on is not None and not fresh.starts_on <= signed_on <= today:
        text = _("The day of the signature lies between the start of the plan and today.")
        reasons.append(Reason(text, field="signed_on"))
    if reasons:
        raise Refused(*reasons)
    signature = PlanSignature.objects.create(
        plan=fresh,
        party=party,
        outcome=SignatureOutcome.SIGNED,
        name=name.strip(),
        relationship=relationship.strip(),
        way=way,
        signed_on=signed_on or today,
        digest=digest_of(fresh),
        recorded_by=by,
        recorded_at=at,
    )
    if fresh.signed_at is None:
        fresh.signed_at = at
        fresh.save(update_fields=["signed_at"])
    return signature


@action(Can.WRITE_PLAN)
def put_off_signature(*, plan: Plan, outcome: str, reason: str, draft: Finished | None = None, by: User, at: datetime) -> PlanSignature:
    """Write down that the person signs later or does not want to sign, and why; the plan holds all the same."""
    finish(draft, by=by, at=at)
    fresh = _in_force(plan)
    reasons = []
    if outcome not in (SignatureOutcome.LATER, SignatureOutcome.DECLINED):
        reasons.append(Reason(_("Say whether the person signs later or does not want to sign."), field="outcome"))
    if not reason.strip():
        reasons.append(Reason(_("Write down why, in the person's words if you can."), field="reason", source=SIGNATURES))
    if _signed(fresh, Party.PERSON, Party.REPRESENTATIVE):
        reasons.append(Reason(_("The person signed this plan already."), code="signed_already"))
    if reasons:
        raise Refused(*reasons)
    return PlanSignature.objects.create(
        plan=fresh,
        party=Party.PERSON,
        outcome=outcome,
        reason=reason.strip(),
        digest=digest_of(fresh),
        recorded_by=by,
        recorded_at=at,
    )


@action(Can.WRITE_PLAN)
def review_plan(
    *,
    plan: Plan,
    reviewed_on: date,
    looked_at: Collection[str],
    presence: str,
    words: str,
    decision: str,
    next_review_on: date | None = None,
    own_words: str = "",
    later_reason: str = "",
    draft: Finished | None = None,
    by: User,
    at: datetime,
) -> PlanReview:
    """Write down a review: what was looked at and found, what follows, and when it is looked at again.

    “Change” starts the next version as a draft, “end” ends the plan. A next review later than the program's interval needs a reason.
    """
    finish(draft, by=by, at=at)
    fresh = _in_force(plan)
    ends = decision == ReviewDecision.END
    reasons = _against_what_was_found(looked_at, presence, words, decision)
    reasons += _against_day(fresh, reviewed_on, at)
    reasons += [] if ends else _against_next(fresh, reviewed_on, next_review_on, later_reason)
    if reasons:
        raise Refused(*reasons)
    review = PlanReview.objects.create(
        plan=fresh,
        reviewed_on=reviewed_on,
        due_on=fresh.review_on,
        looked_at=[code for code in LookedAt.values if code in looked_at],
        presence=presence,
        words=words.strip(),
        own_words=own_words.strip(),
        decision=decision,
        next_review_on=None if ends else next_review_on,
        later_reason=later_reason.strip(),
        figures=figures_of(fresh, last_review_day(fresh), at),
        recorded_by=by,
        recorded_at=at,
    )
    _follow(fresh, review, by, at)
    return review


def _follow(plan: Plan, review: PlanReview, by: User, at: datetime) -> None:
    """Do what a review decided."""
    today = at.astimezone(plan.program.zone).date()
    if review.next_review_on is None:
        end_plan(plan=plan, on=today, by=by, at=at)
        return
    plan.review_on = review.next_review_on
    plan.save(update_fields=["review_on"])
    if review.decision == ReviewDecision.CHANGE and draft_after(plan) is None:
        start_version(
            plan=plan, starts_on=today, review_on=max(review.next_review_on, intervals_of(plan.program_id).next_review(today)), by=by, at=at
        )


def _in_force(plan: Plan) -> Plan:
    """Lock the plan in force and return it."""
    fresh = Plan.objects.select_for_update(no_key=True, of=("self",)).select_related("program", "patient").get(pk=plan.pk)
    if fresh.state != PlanState.ACTIVE:
        raise Refused(Reason(_("This plan is not in force. Only the plan in force is signed and reviewed."), code="not_in_force"))
    return fresh


def _signed(plan: Plan, *parties: str) -> bool:
    """Say whether one of these signed."""
    return PlanSignature.objects.filter(plan=plan, party__in=parties, outcome=SignatureOutcome.SIGNED).exists()


def _against_signing(plan: Plan, party: str, name: str, way: str, relationship: str, by: User) -> list[Reason]:
    """Return everything that stands against a signature."""
    reasons = []
    if party not in Party.values:
        reasons.append(Reason(_("Say whose signature it is."), field="party"))
    if way not in SigningWay.values:
        reasons.append(Reason(_("Say how it was signed."), field="way"))
    same = [Party.CLINICIAN] if party == Party.CLINICIAN else [Party.PERSON, Party.REPRESENTATIVE]
    if _signed(plan, *same):
        reasons.append(Reason(_("This signature is there already. What was signed stays."), code="signed_already"))
    if party == Party.CLINICIAN and not (is_own_name(name, by.full_name) and way == SigningWay.SCREEN):
        text = _("Sign with your own name, as it stands in your account: %(name)s.") % {"name": by.full_name}
        reasons.append(Reason(text, field="name", source=SIGNATURES))
    if not name.strip():
        reasons.append(Reason(_("Write the name as it was signed."), field="name"))
    if party == Party.REPRESENTATIVE and not relationship.strip():
        reasons.append(Reason(_("Say in what relation the signer stands to the person."), field="relationship"))
    return reasons


def _against_what_was_found(looked_at: Collection[str], presence: str, words: str, decision: str) -> list[Reason]:
    """Return what a review still has to say."""
    reasons = []
    if not looked_at or not set(looked_at) <= set(LookedAt.values):
        reasons.append(Reason(_("Tick what was looked at."), field="looked_at", source=SOURCE))
    if presence not in Presence.values:
        reasons.append(Reason(_("Say whether the person took part."), field="presence"))
    if not words.strip():
        reasons.append(Reason(_("Write in a sentence what was found."), field="words", source=SOURCE))
    if decision not in ReviewDecision.values:
        reasons.append(Reason(_("Say what follows."), field="decision"))
    return reasons


def _against_day(plan: Plan, reviewed_on: date, at: datetime) -> list[Reason]:
    """Return what is wrong with the day of a review."""
    if plan.starts_on <= reviewed_on <= at.astimezone(plan.program.zone).date():
        return []
    return [Reason(_("A review lies between the start of the plan and today."), field="reviewed_on")]


def _against_next(plan: Plan, reviewed_on: date, next_review_on: date | None, later_reason: str) -> list[Reason]:
    """Return what is wrong with the day of the next review; later than the rule it takes a reason."""
    if next_review_on is None or next_review_on <= reviewed_on:
        return [Reason(_("Say on which later day the plan is looked at again."), field="next_review_on", source=SOURCE)]
    last = intervals_of(plan.program_id).next_review(reviewed_on)
    if next_review_on > last and not later_reason.strip():
        text = _("Your program reviews plans by %(day)s. Choose a day until then, or say why it is later.") % {"day": date_format(last)}
        return [Reason(text, field="later_reason", code="later_than_rule", source=SOURCE)]
    return []
