"""Read the plans that an organization outside proposes."""

from django.db.models import QuerySet

from casemgr.core.accounts.models import User
from patients.record.models import Patient
from treatment_plans.plan.models import Plan, PlanState


def open_proposals_of(user: User, patient: Patient) -> QuerySet[Plan]:
    """Return the drafts that this user's organization proposes for somebody and that the clinic has not decided on."""
    return Plan.objects.filter(
        patient=patient, state=PlanState.DRAFT, recorded_by__organization=user.organization_id, recorded_by__kind=user.kind
    )
