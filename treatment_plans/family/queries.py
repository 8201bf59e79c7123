"""Read who may be in the room, who was, and what others told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.directory.models import Organization
from patients.caseload.queries import patients_seen_by
from patients.consent.models import Consent, ConsentPerson, InformationCategory, in_words
from patients.consent.queries import consents_of, person_facts, recipient_facts
from patients.consent.rules import ConsentFacts
from patients.disclosures.models import sentence_of
from patients.disclosures.rules import STATEMENT_SHORT
from patients.record.models import Patient
from patients.restrictions.models import Restriction
from patients.restrictions.queries import restrictions_on
from patients.restrictions.rules import RestrictionFacts
from patients.world.models import CloseOne
from patients.world.queries import facts_of
from treatment_plans.family.models import CollateralNote, Participant
from treatment_plans.family.rules import Moment, Verdict, as_it_stood, may_take_part
from treatment_plans.sessions.models import Attendance

NOTICE = STATEMENT_SHORT
"""What is said or handed to everybody who takes part (42 CFR 2.32(a)(2))."""


@dataclass(frozen=True)
class Seat:
    """Hold somebody who might take part, with what a consent says of that at one moment."""

    one: CloseOne | Organization
    verdict: Verdict

    @property
    def key(self) -> str:
        """Return the word by which a form knows them."""
        return f"person:{self.one.pk}" if isinstance(self.one, CloseOne) else f"organization:{self.one.pk}"

    @property
    def relation(self) -> str:
        """Return who they are to the person."""
        return self.one.relation if isinstance(self.one, CloseOne) else str(self.one.get_kind_display())

    @property
    def is_feared(self) -> bool:
        """Say whether nothing at all may be said to them."""
        return isinstance(self.one, CloseOne) and self.one.is_safety_concern

    @property
    def may_come(self) -> bool:
        """Say whether they may take part at all."""
        return self.verdict.may_come and not self.is_feared

    @property
    def is_restricted(self) -> bool:
        """Say whether a consent names them and the person asked that they not be told."""
        return self.verdict.is_restricted

    @property
    def wish(self) -> str:
        """Return what the person wishes about talking with them."""
        return self.one.may_talk if isinstance(self.one, CloseOne) else ""

    @property
    def scope_words(self) -> str:
        """Return in words what may be talked about in front of them."""
        return in_words(InformationCategory, self.verdict.scope)

    @property
    def lacking_words(self) -> str:
        """Return in sentences what is missing."""
        if self.is_feared:
            return _("A concern for safety: nothing is said to them, not even that the person comes here.")
        return " ".join(sentence_of(code) for code in self.verdict.lacking)


def seats_for(
    patient: Patient,
    *,
    program_id: int,
    at: datetime,
    topics: Collection[str] = (),
    hold: bool = False,
    keys: Collection[str] | None = None,
) -> list[Seat]:
    """Return the people around somebody and the organizations that a consent names, each with what it allows at this moment.

    Six statements at most, whatever there is; with `hold` no consent and no restriction changes until the transaction ends.
    """
    facts = consents_of(patient.pk, at=at, programs=[program_id], hold=hold)
    held, died = _restrictions_at(patient.pk, at, hold=hold), patient.deceased_on
    stood = _as_they_stood(facts, at)
    named: dict[int, list[ConsentFacts]] = {}
    for consent_id, close_one_id in ConsentPerson.objects.filter(consent__in=[one.id for one in facts]).values_list("consent", "close_one"):
        named.setdefault(close_one_id, []).append(stood[consent_id]._replace(recipients=(close_one_id,), reached=()))
    people = facts_of(CloseOne, patient).filter(until__isnull=True).order_by("name", "pk")
    seats = [Seat(one, may_take_part(person_facts(one.pk), topics, named.get(one.pk, ()), held, died)) for one in people]
    organizations = Organization.objects.filter(pk__in={key for one in facts for key in one.recipients}).order_by("name", "pk")
    seats += [Seat(one, may_take_part(recipient_facts(one), topics, list(stood.values()), held, died)) for one in organizations]
    return [seat for seat in seats if keys is None or seat.key in keys]


def _as_they_stood(facts: Sequence[ConsentFacts], at: datetime) -> dict[int, ConsentFacts]:
    """Return these consents as they stood at a moment, by their keys."""
    over = [one.id for one in facts if one.state != "active"]
    ends = Consent.objects.filter(pk__in=over).values_list("pk", "revoked_at", "superseded_by__recorded_at") if over else ()
    ended = {key: Moment(revoked_at, replaced_at) for key, revoked_at, replaced_at in ends}
    return {one.id: as_it_stood(one, ended.get(one.id, Moment()), at) for one in facts}


def _restrictions_at(patient_id: int, at: datetime, *, hold: bool) -> list[RestrictionFacts]:
    """Return what binds about one person and did so at a moment; what the program agreed to later held nothing back then."""
    found = restrictions_on(patient_id, hold=hold)
    later = (
        set(Restriction.objects.filter(pk__in=[one.id for one in found], decided_at__gt=at).values_list("pk", flat=True)) if found else ()
    )
    return [one for one in found if one.id not in later]


def participants_of(attendances: Collection[int]) -> QuerySet[Participant]:
    """Return who else was there, those marked as errors left out."""
    return Participant.objects.filter(attendance__in=attendances, in_error_why="").order_by("pk")


def participants_seen_by(user: User, *, can: Can = Can.WRITE_SESSION) -> QuerySet[Participant]:
    """Return the participants of sessions that this user may see."""
    programs = {membership.program_id for membership in user.reach(can)}
    rows = Participant.objects.filter(
        attendance__session__site__program__in=programs, attendance__patient__in=patients_seen_by(user, can=can), in_error_why=""
    )
    return rows.select_related("attendance__patient", "attendance__session__site")


def sessions_with_others(patient: Patient, programs: Collection[int]) -> QuerySet[Attendance]:
    """Return the sessions of a person in which somebody else took part, the latest first, in two statements."""
    there = Prefetch("participants", queryset=Participant.objects.filter(in_error_why="").order_by("pk"), to_attr="others")
    rows = Attendance.objects.filter(patient=patient, session__site__program__in=programs, participants__in_error_why="").distinct()
    return rows.select_related("session__site", "session__clinician").prefetch_related(there).order_by("-pk")


def collateral_notes_seen_by(user: User, patient: Patient) -> QuerySet[CollateralNote]:
    """Return what others told about a person, in programs where the user assesses danger; the newest first, each with its addenda."""
    programs = {membership.program_id for membership in user.reach(Can.ASSESS_SAFETY)}
    rows = CollateralNote.objects.filter(patient=patient, program__in=programs, adds_to__isnull=True)
    added = CollateralNote.objects.select_related("recorded_by").order_by("pk")
    return rows.select_related("recorded_by").prefetch_related(Prefetch("addenda", added)).order_by("-pk")


def told_words(note: Any) -> str:
    """Return in words what somebody was told."""
    return in_words(InformationCategory, note.told)
