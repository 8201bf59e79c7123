"""Note what may mean danger, see to it, and write what was done; the only writer of safety concerns."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import RIGHTS, Can, Role
from casemgr.core.action import action
from casemgr.core.finishing import Finished, finish
from casemgr.core.outbox.recording import record_fact, record_urgent_fact
from casemgr.core.refusals import Reason, Refused
from patients.caseload.actions import assign_care_team_member
from patients.record.models import Patient
from patients.record.queries import locked
from patients.safety.events import (
    SafetyConcernClosed,
    SafetyConcernRaised,
    SafetyConcernTaken,
    SafetyConcernWaits,
    SafetyFollowUpDone,
    SafetyFollowUpPlanned,
)
from patients.safety.models import (
    ConcernState,
    Disposition,
    FollowUpKind,
    FollowUpOutcome,
    RiskLevel,
    SafetyCall,
    SafetyConcern,
    SafetyFollowUp,
    SafetySignal,
    SafetySource,
    ScreenerResult,
)
from patients.safety.queries import highest_answer, level_answered, locked_concern
from patients.safety.rules import FOLLOW_UP_SOURCE, Finding, Lack, Level, is_graver, lacking, level_of_answer, look_again_at


@action(Can.RECORD_SCREENING)
def note_answer(
    *,
    patient: Patient,
    program: Program,
    instrument: str,
    item: str,
    answer: int | None,
    assessment_ref: str,
    by: User,
    at: datetime,
    alone: bool = False,
    words: str = "",
) -> SafetyConcern | None:
    """Note one answer of a questionnaire, also while it is a draft; the same answer again changes nothing.

    What asks for nobody's safety is passed over. An answer that was taken back is noted beside the one that raised the concern: a person
    who was afraid of what they said is still asked. A yes that a person gives alone counts each time it is given: nobody is with them.
    """
    given = int(answer or 0)
    level = level_of_answer(instrument, item, given)
    if level is None:
        return None
    row = locked(patient)
    highest = highest_answer(row, instrument=instrument, ref=assessment_ref, item=item)
    concern = _open_concern(row, program)
    if highest is None and level == Level.NONE:
        return concern
    said_again = alone and level > Level.NONE
    if concern is None and highest is not None and given <= highest and not said_again:
        return None
    what = {"instrument": instrument, "item": item, "answer": given, "ref": assessment_ref, "words": words}
    signal = SafetySignal(source=SafetySource.ANSWER, level=level, **what)
    return _note(row, program, concern, signal, known_answer=highest or 0, by=by, at=at)


@action(Can.RECORD_SCREENING)
def note_screener(*, patient: Patient, program: Program, result: str, assessment_ref: str, by: User, at: datetime) -> SafetyConcern | None:
    """Write the result of a completed C-SSRS on the open concern, for whoever writes the disposition."""
    if result not in ScreenerResult.values or result == ScreenerResult.NOT_DONE:
        raise Refused(Reason(_("Choose one of the entries."), field="result"))
    concern = _open_concern(locked(patient), program)
    if concern is not None:
        concern.screener_result, concern.screener_ref = result, assessment_ref
        concern.save(update_fields=["screener_result", "screener_ref"])
    return concern


@action(Can.RECORD_SCREENING)
def withdraw_screener(*, patient: Patient, program: Program, assessment_ref: str, by: User, at: datetime) -> SafetyConcern | None:
    """Take the result of a C-SSRS that was entered in error off the open concern; what was answered stays beside it."""
    concern = _open_concern(locked(patient), program)
    if concern is not None and concern.screener_ref == assessment_ref:
        concern.screener_result, concern.screener_ref = "", ""
        concern.save(update_fields=["screener_result", "screener_ref"])
    return concern


@action(Can.RECORD_SCREENING)
def raise_concern(*, patient: Patient, program: Program, level: int, words: str, by: User, at: datetime, ref: str = "") -> SafetyConcern:
    """Raise a concern about what somebody on the staff saw or heard; what is said of the same row raises it once."""
    known = SafetySignal.objects.filter(source=SafetySource.OBSERVATION, ref=ref, concern__patient=locked(patient))
    if ref and (found := known.select_related("concern").first()):
        return found.concern
    return _raise(patient, program, SafetySource.OBSERVATION, level, words, ref=ref, by=by, at=at)


@action(Can.TAKE_INQUIRY)
def raise_concern_from_inquiry(
    *, patient: Patient, program: Program, level: int, words: str, inquiry_ref: str, by: User, at: datetime
) -> SafetyConcern:
    """Raise a concern about what somebody said when they asked for help; the same inquiry raises it once."""
    known = SafetySignal.objects.filter(source=SafetySource.INQUIRY, ref=inquiry_ref, concern__patient=locked(patient), level__gte=level)
    if inquiry_ref and (found := known.select_related("concern").first()):
        return found.concern
    return _raise(patient, program, SafetySource.INQUIRY, level, words, ref=inquiry_ref, by=by, at=at)


@action(Can.RUN_SCHEDULE)
def call_about_concern(
    *, concern: SafetyConcern, people: Sequence[tuple[User, str]], turn: int, by: User, at: datetime
) -> list[SafetyCall]:
    """Write down who is named for an open concern at this turn, and have the world looked at again afterwards."""
    row = locked_concern(concern)
    if not row.is_open:
        return []
    calls = [
        SafetyCall(concern=row, user=user, called_as=role, telling=row.told, turn=turn, recorded_at=at, recorded_by=by)
        for user, role in people
    ]
    SafetyCall.objects.bulk_create(calls, ignore_conflicts=True)
    if turn:
        _look_again(row, turn + 1, since=row.opened_at, at=at)
    return calls


@action(Can.RUN_SCHEDULE)
def free_concern(*, concern: SafetyConcern, by: User, at: datetime) -> SafetyConcern:
    """Let go of a concern whose taker can see to it no longer, so that the next one is called; the history keeps who had it."""
    row = locked_concern(concern)
    if row.is_open and row.taken_by_id is not None and row.taken_by_id == concern.taken_by_id:
        row.taken_by, row.taken_at = None, None
        row.save(update_fields=["taken_by", "taken_at"])
    return row


@action(Can.ASSESS_SAFETY)
def take_concern(*, concern: SafetyConcern, by: User, at: datetime) -> SafetyConcern:
    """See to a concern; whoever takes it over from a colleague is named from then on."""
    row = _still_open(concern)
    if row.taken_by_id != by.pk:
        row.taken_by, row.taken_at = by, at
        row.save(update_fields=["taken_by", "taken_at"])
        taken = SafetyConcernTaken(concern_id=row.pk, patient_id=row.patient_id, user_id=by.pk)
        record_fact(taken, at=at)
    return row


@action(Can.ASSESS_SAFETY)
def take_unnamed_concern(*, concern: SafetyConcern, by: User, at: datetime) -> SafetyConcern:
    """See to somebody for whom nobody could be named; whoever does joins the care team, for it is what opens the chart to them."""
    roles = [Role(m.role) for m in by.current_memberships if m.program_id == concern.program_id and m.is_caseload_bound]
    assessing = [role for role in roles if Can.ASSESS_SAFETY in RIGHTS[role]]
    if not assessing:
        raise Refused(
            Reason(_("Your role sees the people of its own site. Tell the director that nobody could be named."), code="not_bound")
        )
    row = _still_open(concern)
    if row.taken_by_id not in (None, by.pk):
        raise Refused(Reason(_("Somebody sees to it already."), code="taken"))
    today = at.astimezone(row.program.zone).date()
    assign_care_team_member(
        patient=row.patient, program=row.program, user=by, role=assessing[0], since=today, by=User.objects.system(), at=at
    )
    return take_concern(concern=row, by=by, at=at)


@action(Can.ASSESS_SAFETY)
def close_concern(
    *,
    concern: SafetyConcern,
    disposition: str,
    screener_result: str,
    draft: Finished | None = None,
    by: User,
    at: datetime,
    disposition_words: str = "",
    not_screened_because: str = "",
    lower_because: str = "",
    handed_to: str = "",
    follow_ups: Sequence[tuple[str, date]] = (),
    no_follow_up_because: str = "",
) -> SafetyConcern:
    """Close a concern with what was found and done, by whom, and when somebody follows up; nothing else closes one."""
    finish(draft, by=by, at=at)
    row = _still_open(concern)
    row.disposition, row.screener_result = disposition, screener_result
    row.disposition_words, row.lower_because = disposition_words.strip(), lower_because.strip()
    row.not_screened_because = not_screened_because.strip()
    row.handed_to, row.no_follow_up_because = handed_to.strip(), no_follow_up_because.strip()
    today = at.astimezone(row.program.zone).date()
    if reasons := _against_closing(row, follow_ups, today):
        raise Refused(*reasons)
    row.state, row.closed_at, row.closed_by = ConcernState.CLOSED, at, by
    if row.taken_by_id is None:
        row.taken_by, row.taken_at = by, at
    row.save()
    record_fact(SafetyConcernClosed(concern_id=row.pk, patient_id=row.patient_id), at=at)
    for kind, due_on in sorted(set(follow_ups), key=lambda planned: planned[1]):
        _plan_follow_up(row, kind, due_on, by=by, at=at)
    return row


@action(Can.WRITE_TASK)
def record_follow_up(
    *,
    follow_up: SafetyFollowUp,
    outcome: str,
    draft: Finished | None = None,
    by: User,
    at: datetime,
    words: str = "",
    again_on: date | None = None,
) -> SafetyFollowUp:
    """Write down what came of following up; who was not reached is tried again, on the same day too: each try stands on its own."""
    finish(draft, by=by, at=at)
    concern = locked_concern(follow_up.concern)
    row = SafetyFollowUp.objects.select_for_update(no_key=True).get(pk=follow_up.pk)
    today = at.astimezone(concern.program.zone).date()
    not_reached = outcome == FollowUpOutcome.NOT_REACHED
    checks = (
        (bool(row.outcome), "", _("What came of this was written down already.")),
        (outcome not in FollowUpOutcome.values, "outcome", _("Choose what came of it.")),
        (not words.strip(), "words", _("Write in a sentence how the person is, or what you tried.")),
        (not_reached and again_on is None, "again_on", _("Choose the day of the next try.")),
        (bool(again_on and again_on < today), "again_on", _("The day is over already. Choose today or later.")),
    )
    if reasons := [Reason(text, field=field) for holds, field, text in checks if holds]:
        raise Refused(*reasons)
    row.outcome, row.words, row.done_at, row.done_by = outcome, words.strip(), at, by
    row.save(update_fields=["outcome", "words", "done_at", "done_by"])
    record_fact(SafetyFollowUpDone(follow_up_id=row.pk, patient_id=row.patient_id), at=at)
    if again_on:
        _plan_follow_up(concern, row.kind, again_on, by=by, at=at)
    return row


def _raise(
    patient: Patient, program: Program, source: SafetySource, level: int, words: str, *, ref: str, by: User, at: datetime
) -> SafetyConcern:
    """Raise a concern in words."""
    checks = (
        (level not in RiskLevel.values or level == RiskLevel.NONE, "level", _("Choose how grave it seems.")),
        (not words.strip(), "words", _("Write what you saw or heard, in the person's own words where you can.")),
    )
    if reasons := [Reason(text, field=field) for holds, field, text in checks if holds]:
        raise Refused(*reasons)
    row = locked(patient)
    signal = SafetySignal(source=source, level=level, words=words.strip(), ref=ref)
    return _note(row, program, _open_concern(row, program), signal, known_answer=0, by=by, at=at)


def _open_concern(patient: Patient, program: Program) -> SafetyConcern | None:
    """Return the open concern about a person whose row is held."""
    return SafetyConcern.objects.filter(patient=patient, program=program, state=ConcernState.OPEN).first()


def _note(
    patient: Patient, program: Program, concern: SafetyConcern | None, signal: SafetySignal, *, known_answer: int, by: User, at: datetime
) -> SafetyConcern:
    """Let what was said open a concern or join the open one, and tell of it when it is new or graver."""
    signal.recorded_at, signal.recorded_by = at, by
    if concern is None:
        facts = {"source": signal.source, "level": signal.level, "opened_at": at, "recorded_at": at, "recorded_by": by}
        concern = SafetyConcern.objects.create(patient=patient, program=program, **facts)
        _tell(concern, at=at)
    elif is_graver(level=signal.level, answer=signal.answer or 0, known_level=concern.level, known_answer=known_answer):
        knows = concern.taken_by_id == by.pk
        concern.level, concern.risen_at, concern.told = max(concern.level, signal.level), at, concern.told + (not knows)
        concern.save(update_fields=["level", "risen_at", "told"])
        if not knows:
            _tell(concern, at=at)
    signal.concern = concern
    said = SafetySignal.objects.filter(
        concern=concern, instrument=signal.instrument, ref=signal.ref, item=signal.item, answer=signal.answer
    )
    if signal.source != SafetySource.ANSWER or not said.exists():
        signal.save(force_insert=True)
    return concern


def _tell(concern: SafetyConcern, *, at: datetime) -> None:
    """Have somebody called at once, and the world looked at again in case nobody comes."""
    raised = SafetyConcernRaised(concern_id=concern.pk, patient_id=concern.patient_id, telling=concern.told)
    record_urgent_fact(raised, at=at, key=f"safety:raised:{concern.pk}:{concern.told}")
    _look_again(concern, 1, since=at, at=at, telling=concern.told)


def _look_again(concern: SafetyConcern, turn: int, *, since: datetime, at: datetime, telling: int = 0) -> None:
    """Have the world looked at again at this turn; a turn comes once, whoever asks for it."""
    waits = SafetyConcernWaits(concern_id=concern.pk, patient_id=concern.patient_id, turn=turn)
    due_at = look_again_at(since=since, turn=turn, at=at)
    record_fact(waits, at=at, due_at=due_at, key=f"safety:waits:{concern.pk}:{turn}:{telling}")


def _plan_follow_up(concern: SafetyConcern, kind: str, due_on: date, *, by: User, at: datetime) -> None:
    """Plan one day by which somebody follows up; what is still to be done on the same day in the same way is not planned twice."""
    where = {"patient": concern.patient, "program": concern.program, "recorded_at": at, "recorded_by": by}
    row, is_new = SafetyFollowUp.objects.get_or_create(concern=concern, kind=kind, due_on=due_on, outcome="", defaults=where)
    if is_new:
        record_fact(SafetyFollowUpPlanned(follow_up_id=row.pk, patient_id=row.patient_id), at=at)


def _still_open(concern: SafetyConcern) -> SafetyConcern:
    """Return a concern that is open, held; refuse one that is closed."""
    row = locked_concern(concern)
    if not row.is_open:
        raise Refused(Reason(_("This concern is closed. Raise a new one if there is danger again."), code="closed"))
    return row


def _against_closing(row: SafetyConcern, follow_ups: Sequence[tuple[str, date]], today: date) -> list[Reason]:
    """Return in sentences what a disposition lacks."""
    words = {
        Lack.DISPOSITION: _("Choose what was done."),
        Lack.SCREENER: _("Say what the C-SSRS, asked by staff, came to."),
        Lack.SCREENER_REASON: _("Say why no C-SSRS was done."),
        Lack.LOWER_REASON: _("More was answered to the C-SSRS than this result says. Say why it is lower, in a sentence."),
        Lack.WORDS: _("Write the reasons, or what was done, in a sentence."),
        Lack.ESCORT: _("Say to whom the person was handed, and who went along."),
        Lack.FOLLOW_UP: _("Choose a day to follow up, or say why nobody does."),
    }
    fields = {Lack.WORDS: "disposition_words", Lack.FOLLOW_UP: "first_on"}
    finding = Finding(
        disposition=row.disposition if row.disposition in Disposition.values else "",
        screener_result=row.screener_result if row.screener_result in ScreenerResult.values else "",
        words=row.disposition_words,
        answered=level_answered(row),
        not_screened_because=row.not_screened_because,
        lower_because=row.lower_because,
        handed_to=row.handed_to,
        has_follow_up=bool(follow_ups),
        no_follow_up_because=row.no_follow_up_because,
    )
    sources = {Lack.FOLLOW_UP: FOLLOW_UP_SOURCE}
    found = [Reason(words[lack], field=fields.get(lack, lack.value), code=lack, source=sources.get(lack, "")) for lack in lacking(finding)]
    if any(due_on < today or kind not in FollowUpKind.values for kind, due_on in follow_ups):
        found.append(Reason(_("The day is over already. Choose today or later."), field="first_on", code="past_day"))
    return found
