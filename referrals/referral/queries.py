"""Read who was sent where."""

from django.db.models import QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from referrals.referral.models import Referral, ReferralState

UNSETTLED = [ReferralState.DRAFT, ReferralState.SENT, ReferralState.ACCEPTED]


def referrals_seen_by(user: User) -> QuerySet[Referral]:
    """Return the referrals of the patients whose casework this user may see, in the programs where that right is held."""
    programs = {membership.program_id for membership in user.reach(Can.SEE_CASEWORK)}
    return Referral.objects.filter(program_id__in=programs, patient__in=patients_seen_by(user, can=Can.SEE_CASEWORK))


def referrals_of(patient: Patient) -> QuerySet[Referral]:
    """Return the referrals of a patient, newest first."""
    return Referral.objects.filter(patient=patient).select_related("organization").order_by("-id")


def unanswered(referrals: QuerySet[Referral]) -> QuerySet[Referral]:
    """Return those that wait for the partner's answer, the longest first."""
    return referrals.filter(state=ReferralState.SENT).order_by("sent_at", "id")
