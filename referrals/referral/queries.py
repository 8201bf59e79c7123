"""Read who was sent where."""

from datetime import date

from django.db.models import QuerySet

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import patients_seen_by
from patients.consent.models import InformationCategory
from patients.disclosures.models import Disclosure
from patients.episodes.models import Episode
from patients.record.models import Patient
from referrals.referral.models import Referral, ReferralState
from referrals.referral.rules import parts_beside, waits_too_long, what_is_told

UNSETTLED = [ReferralState.DRAFT, ReferralState.SENT, ReferralState.ACCEPTED]


def referrals_seen_by(user: User, *, can: Can = Can.SEE_CASEWORK) -> QuerySet[Referral]:
    """Return the referrals of the patients whose casework this user may see, in the programs where that right is held."""
    programs = {membership.program_id for membership in user.reach(can)}
    return Referral.objects.filter(program_id__in=programs, patient__in=patients_seen_by(user, can=can))


def referrals_of(patient: Patient) -> QuerySet[Referral]:
    """Return the referrals of a patient, newest first."""
    return Referral.objects.filter(patient=patient).select_related("organization").order_by("-id")


def unanswered(referrals: QuerySet[Referral]) -> QuerySet[Referral]:
    """Return those that wait for the partner's answer, the longest first."""
    return referrals.filter(state=ReferralState.SENT).order_by("sent_at", "id")


def referral_list(user: User, *, show: str) -> QuerySet[Referral]:
    """Return the referrals that somebody asks for: waiting for an answer, drafts, under way, or all."""
    referrals = referrals_seen_by(user).select_related("patient", "organization")
    states = {
        "waiting": [ReferralState.SENT],
        "draft": [ReferralState.DRAFT],
        "accepted": [ReferralState.ACCEPTED],
    }.get(show)
    return referrals if states is None else referrals.filter(state__in=states)


def days_waiting(referral: Referral, today: date) -> int | None:
    """Return for how many days the partner's answer has been waited for, or nothing when it is not."""
    return (today - referral.sent_at.date()).days if referral.sent_at and referral.state == ReferralState.SENT else None


def waits_long(referral: Referral, today: date) -> bool:
    """Say whether somebody should ask the partner."""
    days = days_waiting(referral, today)
    return days is not None and waits_too_long(days)


def categories_told(referral: Referral) -> tuple[str, ...]:
    """Return the parts of the record that go along with a referral."""
    return what_is_told(referral.purpose)


def told_with(referral: Referral) -> list[str]:
    """Return the parts of the record that go along with a referral, in words."""
    return [str(InformationCategory(category).label) for category in categories_told(referral)]


def told_beside(referral: Referral) -> list[str]:
    """Return the parts of the record that the words of a draft seem to speak of and a referral for its purpose does not tell."""
    if referral.state != ReferralState.DRAFT:
        return []
    return [str(InformationCategory(part).label) for part in parts_beside(referral.purpose, f"{referral.service}\n{referral.message}")]


def account_of(referral: Referral) -> Disclosure | None:
    """Return the account of what was told when the referral was sent."""
    return Disclosure.objects.filter(pk=referral.disclosure_id).first() if referral.disclosure_id else None


def program_to_refer_from(patient: Patient, user: User, in_hand: Program) -> Program:
    """Return the program on whose behalf somebody refers: the one in hand, or another where both meet."""
    programs = {membership.program_id: membership.program for membership in user.reach(Can.MAKE_REFERRAL)}
    stays = Episode.objects.filter(patient=patient, program__in=programs).order_by("discharged_on", "-admitted_on")
    known = list(stays.values_list("program", flat=True))
    return programs[in_hand.pk] if in_hand.pk in programs and (in_hand.pk in known or not known) else programs[[*known, *programs][0]]
