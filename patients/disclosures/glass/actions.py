"""Break the glass for medical personnel elsewhere: what they are told leaves through the gate, with the window or not at all."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.disclosures.queries import reason_in_words
from patients.disclosures.rules import MEDICAL_PERSONNEL, Why
from patients.disclosures.rules.bases import COUNSELING_NOTES
from patients.disclosures.without_consent.actions import disclose_in_emergency
from patients.guarding.actions import Identity, break_glass
from patients.guarding.models import GlassBreak
from patients.guarding.rules import Ground

NAME_LENGTH = 120
"""Letters of a name that the facts of an emergency hold."""


@action(Can.BREAK_GLASS)
def break_glass_and_tell(
    *, program: Program, identity: Identity, ground: Ground, profession: str, told: Collection[str], by: User, at: datetime
) -> GlassBreak:
    """Open one person's chart for an hour, and let medical personnel elsewhere be told: window, facts and account, or none of them.

    All that telling asks for is asked before anybody is looked up, so that what is missing says nothing about who is in care here.
    """
    if reasons := _what_telling_lacks(ground, profession, told, at):
        raise Refused(*reasons)

    def tell(glass: GlassBreak) -> None:
        disclose_in_emergency(
            patient=glass.patient,
            program=program,
            recipient_name=glass.medical_personnel[:NAME_LENGTH],
            recipient_facility=glass.affiliation,
            profession=profession,
            nature=ground.nature,
            categories=told,
            disclosed_at=glass.disclosed_at,
            by=by,
            at=at,
        )

    return break_glass(program=program, identity=identity, ground=ground, tell=tell, by=by, at=at)


def _what_telling_lacks(ground: Ground, profession: str, told: Collection[str], at: datetime) -> list[Reason]:
    """Return what stands against telling it, whoever it is about: who they are, what they are told, and when (42 CFR 2.51)."""
    reasons = []
    if profession not in MEDICAL_PERSONNEL:
        reasons.append(reason_in_words(Why("emergency_personnel", "42 CFR 2.51(a)", "profession")))
    if not told:
        reasons.append(Reason(_("Choose what they are told: no more than the emergency needs."), field="told", source="42 CFR 2.51(a)"))
    if COUNSELING_NOTES in told:
        reasons.append(reason_in_words(Why("counseling_notes", "42 CFR 2.31(b)", "told")))
    if ground.disclosed_at is not None and ground.disclosed_at > at:
        reasons.append(Reason(_("This moment has not come yet."), field="disclosed_at", source="42 CFR 2.51(c)(3)"))
    return reasons
