"""Restrict charts, name ties, break the glass and look at it afterwards."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.deadlines.recording import start_clock, stop_clock
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Reason, Refused
from patients.guarding.events import GlassBroken, GlassNotJustified
from patients.guarding.models import (
    AllowedReader,
    ChartRestriction,
    Conflict,
    ConflictKind,
    GlassAttempt,
    GlassBreak,
    GlassVerdict,
    GuardReason,
)
from patients.guarding.queries import conflict_between, misses_of, people_exactly, restrictions_against
from patients.guarding.rules import OUTSIDE, WINDOW, Ground, Lack, conflict_stands_against, lacking, may_try_again
from patients.record.models import Patient
from patients.record.queries import locked

LACK_WORDS = {
    Lack.KIND: gettext_lazy("Choose on which ground the chart is opened."),
    Lack.PERSONNEL: gettext_lazy("Write the name of the medical personnel who are told."),
    Lack.AFFILIATION: gettext_lazy("Write the health care facility that they belong to, or “none”."),
    Lack.DISCLOSED_BY: gettext_lazy("Write the name of who tells them."),
    Lack.DISCLOSED_AT: gettext_lazy("Write the day and the time at which they are told."),
    Lack.IN_FUTURE: gettext_lazy("This time lies in the future."),
    Lack.LONG_AGO: gettext_lazy("This was more than a day ago. Ask the privacy officer."),
    Lack.NATURE: gettext_lazy("Say what the emergency is, in three words at least."),
    Lack.PERSONNEL_AT: gettext_lazy("Say whether they work in this program or elsewhere: what leaves is accounted for."),
    Lack.REASON: gettext_lazy("Choose the reason."),
    Lack.WORDS: gettext_lazy("Say why, in three words at least."),
}
FIELD_OF = {Lack.IN_FUTURE: Lack.DISCLOSED_AT, Lack.LONG_AGO: Lack.DISCLOSED_AT}
FOUR_FACTS = "42 CFR 2.51(c)"


@dataclass(frozen=True)
class Identity:
    """Hold who is meant, exactly: full name and birth date, or a number."""

    name: str = ""
    birth_date: date | None = None
    number: str = ""


class NobodyFound(Refused):
    """Refuse because nobody is found under an identity; it counts, whatever the reason is, and says the same for all of them."""

    def __init__(self, by: User, at: datetime) -> None:
        """Say it in the one way in which it is said."""
        text = _("Nobody in care here is found under exactly this. Check name, date of birth or number.")
        super().__init__(Reason(text, field="name", code="nobody"))
        self._attempt = GlassAttempt(user=by, at=at)

    def keep(self) -> None:
        """Count the attempt, once the verb around it is undone."""
        self._attempt.save(force_insert=True)


@action(Can.RESTRICT_CHART)
def restrict_chart(
    *, patient: Patient, program: Program, reason: str, words: str, readers: Iterable[User], by: User, at: datetime
) -> ChartRestriction:
    """Let a person's chart in a program exist for those named only; somebody who cares must be among them."""
    row = locked(patient)
    named = list(dict.fromkeys(readers))
    reasons = []
    if reason not in GuardReason.values:
        reasons.append(Reason(_("Choose why the chart is restricted."), field="reason"))
    if not named:
        reasons.append(Reason(_("Name at least one person who goes on caring for them."), field="readers", code="no_reader"))
    if ChartRestriction.objects.filter(patient=row, program=program, lifted_at__isnull=True).exists():
        reasons.append(Reason(_("This chart is restricted already. Change who is named."), code="restricted"))
    reasons += [reason for user in named for reason in _against_reader(user, program, row.pk)]
    if reasons:
        raise Refused(*reasons)
    restriction = ChartRestriction.objects.create(
        patient=row, program=program, reason=reason, words=words.strip() or None, recorded_at=at, recorded_by=by
    )
    AllowedReader.objects.bulk_create(AllowedReader(restriction=restriction, user=user, recorded_at=at, recorded_by=by) for user in named)
    return restriction


@action(Can.RESTRICT_CHART)
def allow_reader(*, restriction: ChartRestriction, user: User, by: User, at: datetime) -> AllowedReader:
    """Name one more person for whom a restricted chart exists."""
    held = ChartRestriction.objects.select_for_update(no_key=True).select_related("program").get(pk=restriction.pk)
    reasons = _against_reader(user, held.program, held.patient_id)
    if held.lifted_at is not None:
        reasons.append(Reason(_("This chart is no longer restricted."), code="lifted"))
    if held.readers.filter(user=user, ended_at__isnull=True).exists():
        reasons.append(Reason(_("This person is named already."), field="user", code="known"))
    if reasons:
        raise Refused(*reasons)
    return AllowedReader.objects.create(restriction=held, user=user, recorded_at=at, recorded_by=by)


@action(Can.RESTRICT_CHART)
def end_reader(*, restriction: ChartRestriction, user: User, by: User, at: datetime) -> ChartRestriction:
    """Take somebody off the list of a restricted chart; the last one stays, for nobody would care."""
    held = ChartRestriction.objects.select_for_update(no_key=True).get(pk=restriction.pk)
    named = held.readers.filter(ended_at__isnull=True)
    if not named.filter(user=user).exists():
        raise Refused(Reason(_("This person is not named on this chart."), field="user", code="unknown"))
    if named.count() == 1:
        raise Refused(Reason(_("This is the only one named. Name somebody else first, or lift the restriction."), code="last"))
    named.filter(user=user).update(ended_at=at)
    return held


@action(Can.RESTRICT_CHART)
def lift_restriction(*, restriction: ChartRestriction, by: User, at: datetime) -> ChartRestriction:
    """Let a chart be seen again as any other."""
    held = ChartRestriction.objects.select_for_update(no_key=True).get(pk=restriction.pk)
    if held.lifted_at is not None:
        raise Refused(Reason(_("This chart is no longer restricted."), code="lifted"))
    held.lifted_at, held.lifted_by = at, by
    held.save(update_fields=["lifted_at", "lifted_by"])
    return held


@action(Can.RESTRICT_CHART)
def record_conflict(*, patient: Patient, program: Program, user: User, kind: str, words: str, by: User, at: datetime) -> Conflict:
    """Write down a tie: from now on this person does not exist for this member of staff, and windows that stand open close."""
    row = locked(patient)
    reasons = []
    if kind not in ConflictKind.values:
        reasons.append(Reason(_("Choose the tie."), field="kind"))
    known = Conflict.objects.filter(ended_at__isnull=True)
    if known.filter(user=user, patient=row).exists():
        reasons.append(Reason(_("A tie between these two is on record already."), field="user", code="known"))
    elif kind == ConflictKind.SELF and (known.filter(kind=kind, user=user) | known.filter(kind=kind, patient=row)).exists():
        reasons.append(Reason(_("One of the two is linked to somebody else already."), field="user", code="linked"))
    if reasons:
        raise Refused(*reasons)
    for glass in GlassBreak.objects.filter(
        recorded_by=user, patient=row, closed_at__isnull=True, closes_at__gt=at, reviewed_at__isnull=True
    ):
        if conflict_stands_against(kind, glass.kind):
            GlassBreak.objects.filter(pk=glass.pk).update(closed_at=at)
    return Conflict.objects.create(
        user=user, patient=row, program=program, kind=kind, words=words.strip() or None, recorded_at=at, recorded_by=by
    )


@action(Can.RESTRICT_CHART)
def end_conflict(*, conflict: Conflict, by: User, at: datetime) -> Conflict:
    """Say that a tie is no more, or was a mistake; nobody says so of their own."""
    held = Conflict.objects.select_for_update(no_key=True, of=("self",)).get(pk=conflict.pk)
    if held.user_id == by.pk:
        raise Refused(Reason(_("Somebody else must end a tie of your own."), code="own"))
    if held.ended_at is not None:
        raise Refused(Reason(_("This tie has ended already."), code="ended"))
    held.ended_at = at
    held.save(update_fields=["ended_at"])
    return held


@action(Can.BREAK_GLASS)
def break_glass(
    *, program: Program, identity: Identity, ground: Ground, by: User, at: datetime, tell: Callable[[GlassBreak], object] | None = None
) -> GlassBreak:
    """Open one person's chart for an hour; whoever is found by anything less than their exact identity is found by nobody.

    Where medical personnel elsewhere are told, `tell` lets it leave and writes the account of it, or nothing is opened: the gate stands
    on a floor above.
    """
    reasons = [
        Reason(str(LACK_WORDS[lack]), field=FIELD_OF.get(lack, lack), code=lack, source=FOUR_FACTS if ground.kind == "emergency" else "")
        for lack in lacking(ground, at)
    ]
    if ground.kind == "emergency" and ground.personnel_at == OUTSIDE and tell is None:
        reasons.append(Reason(_("Choose what they are told: no more than the emergency needs."), field="told", source="42 CFR 2.51(a)"))
    if not may_try_again(misses_of(by, at)):
        text = _("Too many attempts found nobody within the hour. Ask the privacy officer; in an emergency call emergency services.")
        reasons.append(Reason(text, code="too_many"))
    if reasons:
        raise Refused(*reasons)
    found = people_exactly([program.pk], identity.name, identity.birth_date, identity.number)
    if len(found) > 1:
        raise Refused(Reason(_("Several people bear this name and birth date. Write the number instead."), field="number", code="several"))
    tie = conflict_between(by, found[0].pk) if found else ""
    if not found or conflict_stands_against(tie, ground.kind):
        raise NobodyFound(by, at)
    glass = _open_window(locked(found[0]), program, ground, tie, by, at)
    if glass.tells_outside and tell is not None:
        tell(glass)
    return glass


@action(Can.BREAK_GLASS)
def close_glass(*, glass: GlassBreak, by: User, at: datetime) -> GlassBreak:
    """Close one's own window before its hour is over."""
    held = GlassBreak.objects.select_for_update(no_key=True).get(pk=glass.pk, recorded_by=by)
    if held.closed_at is None and held.closes_at > at:
        held.closed_at = at
        held.save(update_fields=["closed_at"])
    return held


@action(Can.OVERSEE_PRIVACY)
def review_glass(*, glass: GlassBreak, verdict: str, words: str, by: User, at: datetime) -> GlassBreak:
    """Say whether the glass was broken for a good reason; an open window closes with it, and without a reason it is an incident."""
    held = GlassBreak.objects.select_for_update(no_key=True, of=("self",)).get(pk=glass.pk)
    reasons = []
    if held.recorded_by_id == by.pk:
        reasons.append(Reason(_("Somebody else must look at what you opened yourself."), code="own"))
    if held.reviewed_at is not None:
        reasons.append(Reason(_("This was reviewed already."), code="reviewed"))
    if verdict not in GlassVerdict.values:
        reasons.append(Reason(_("Choose what you found."), field="verdict"))
    if not words.strip():
        reasons.append(Reason(_("Say in words what you found."), field="words"))
    if reasons:
        raise Refused(*reasons)
    if held.closed_at is None and held.closes_at > at:
        held.closed_at = at
    held.reviewed_at, held.reviewed_by, held.verdict, held.review_words = at, by, verdict, words.strip()
    held.save(update_fields=["closed_at", "reviewed_at", "reviewed_by", "verdict", "review_words"])
    stop_clock(kind="break_glass_review", subject=held, at=at, outcome=verdict)
    if verdict == GlassVerdict.NOT_JUSTIFIED:
        record_fact(GlassNotJustified(glass_id=held.pk, patient_id=held.patient_id), at=at)
    return held


def _against_reader(user: User, program: Program, patient_id: int) -> list[Reason]:
    """Return what stands against naming somebody on a restricted chart; of a tie no more is said than that they cannot be named."""
    if not user.roles_in(program.pk) or conflict_between(user, patient_id):
        return [Reason(_("%(name)s cannot be named on this chart.") % {"name": user.full_name}, field="readers", code="not_here")]
    return []


def _open_window(patient: Patient, program: Program, ground: Ground, tie: str, by: User, at: datetime) -> GlassBreak:
    """Open the window, and let everybody know who must."""
    emergency = ground.kind == "emergency"
    glass = GlassBreak.objects.create(
        patient=patient,
        program=program,
        kind=ground.kind,
        closes_at=at + WINDOW,
        medical_personnel=ground.medical_personnel.strip() if emergency else "",
        affiliation=ground.affiliation.strip() if emergency else "",
        personnel_at=ground.personnel_at if emergency else "",
        disclosed_by=ground.disclosed_by.strip() if emergency else "",
        disclosed_at=ground.disclosed_at if emergency else None,
        nature=ground.nature.strip() if emergency else None,
        reason="" if emergency else ground.reason,
        words=None if emergency else ground.words.strip(),
        was_restricted=restrictions_against(by, [program.pk]).filter(patient=patient).exists(),
        against_conflict=bool(tie),
        recorded_at=at,
        recorded_by=by,
    )
    User.objects.filter(pk=by.pk).update(glass_until=glass.closes_at)
    by.glass_until = glass.closes_at
    day = at.astimezone(program.zone).date()
    start_clock(kind="break_glass_review", program=program, subject=glass, started_on=day, at=at, patient_id=patient.pk)
    record_fact(GlassBroken(glass_id=glass.pk, patient_id=patient.pk), at=at)
    return glass
