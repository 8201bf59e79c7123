"""Write safety plans; the only writer of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.finishing import Finished, finish
from casemgr.core.refusals import Reason, Refused
from patients.record.models import Patient
from patients.record.queries import locked
from patients.safety.models import PlanContactKind, PlanSignature, SafetyPlan, SafetyPlanContact, SafetyPlanReview
from patients.safety.planning.rules import missing_steps

STEPS = ("warning_signs", "own_ways", "company", "safer_place", "means_discussed", "means_holder", "reasons", "own_words")


@action(Can.ASSESS_SAFETY)
def write_safety_plan(
    *,
    patient: Patient,
    program: Program,
    steps: Mapping[str, str],
    contacts: Sequence[tuple[str, str, str]],
    draft: Finished | None = None,
    by: User,
    at: datetime,
    signature: str = "",
    signed_by: str = "",
) -> SafetyPlan:
    """Write a safety plan with the person; it holds at once and takes the place of the one before, which stays to be read.

    `contacts` are kind, name and number. Whoever writes it signs with it; the person signs now or later.
    """
    finish(draft, by=by, at=at)
    said = {name: steps.get(name, "").strip() for name in STEPS}
    reasons = [Reason(_("Write at least one line here."), field=name, code="missing_step") for name in missing_steps(said)]
    if not any(kind in PlanContactKind.values and name.strip() for kind, name, _phone in contacts):
        text = _("Name at least one person or service to call.")
        reasons.append(Reason(text, field="person", code="no_contact"))
    reasons += _against_signature(signature, signed_by) if signature else []
    if reasons:
        raise Refused(*reasons)
    row = locked(patient)
    before = SafetyPlan.objects.filter(patient=row, program=program)
    version = (before.aggregate(last=Max("version"))["last"] or 0) + 1
    before.filter(superseded_at__isnull=True).update(superseded_at=at)
    signed = {
        "signature": signature,
        "signed_by": signed_by.strip(),
        "signed_on": at.astimezone(program.zone).date() if signature else None,
    }
    plan = SafetyPlan.objects.create(patient=row, program=program, version=version, **said, **signed, recorded_at=at, recorded_by=by)
    SafetyPlanContact.objects.bulk_create(
        SafetyPlanContact(plan=plan, kind=kind, name=name.strip(), phone=phone.strip()) for kind, name, phone in contacts if name.strip()
    )
    return plan


@action(Can.ASSESS_SAFETY)
def sign_safety_plan(
    *, plan: SafetyPlan, signature: str, signed_by: str, by: User, at: datetime, signed_on: date | None = None
) -> SafetyPlan:
    """Write down that the person signed their plan, or wanted to sign nothing; once."""
    row = SafetyPlan.objects.select_for_update(no_key=True, of=("self",)).select_related("patient", "program").get(pk=plan.pk)
    today = at.astimezone(row.program.zone).date()
    reasons = _against_signature(signature, signed_by)
    if row.signature:
        reasons.append(Reason(_("The signature was written down already."), code="signed"))
    if signed_on and signed_on > today:
        reasons.append(Reason(_("The day lies in the future."), field="signed_on", code="future"))
    if reasons:
        raise Refused(*reasons)
    row.signature, row.signed_by, row.signed_on = signature, signed_by.strip(), signed_on or today
    row.save(update_fields=["signature", "signed_by", "signed_on"])
    return row


@action(Can.ASSESS_SAFETY)
def review_safety_plan(*, plan: SafetyPlan, words: str, draft: Finished | None = None, by: User, at: datetime) -> SafetyPlanReview:
    """Write down that somebody went through the plan with the person and it still holds."""
    finish(draft, by=by, at=at)
    row = SafetyPlan.objects.select_for_update(no_key=True, of=("self",)).select_related("patient", "program").get(pk=plan.pk)
    reasons = [] if words.strip() else [Reason(_("Write in a sentence what was said."), field="words")]
    if row.superseded_at is not None:
        reasons.append(Reason(_("A newer version took its place. Go through that one."), code="superseded"))
    if reasons:
        raise Refused(*reasons)
    return SafetyPlanReview.objects.create(plan=row, words=words.strip(), recorded_at=at, recorded_by=by)


@action(Can.ASSESS_SAFETY)
def end_safety_plan(*, plan: SafetyPlan, by: User, at: datetime) -> SafetyPlan:
    """Take a safety plan out of force without another in its place; it stays to be read."""
    row = SafetyPlan.objects.select_for_update(no_key=True, of=("self",)).select_related("patient", "program").get(pk=plan.pk)
    if row.superseded_at is not None:
        raise Refused(Reason(_("This plan is out of force already."), code="superseded"))
    row.superseded_at = at
    row.save(update_fields=["superseded_at"])
    return row


def _against_signature(signature: str, signed_by: str) -> list[Reason]:
    """Return what is wrong with a signature."""
    reasons = [] if signature in PlanSignature.values else [Reason(_("Choose how the person signed."), field="signature")]
    if signature in (PlanSignature.PAPER, PlanSignature.SCREEN) and not signed_by.strip():
        reasons.append(Reason(_("Write the name as it was signed."), field="signed_by"))
    return reasons
