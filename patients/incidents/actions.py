"""Report incidents, assess them, tell who must be told; the only writer of incidents."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.deadlines.models import Clock, ClockKind
from casemgr.core.deadlines.recording import start_clock, stop_clock, subject_of
from casemgr.core.deadlines.rules import hhs_due_day
from casemgr.core.refusals import Denied, Reason, Refused
from patients.incidents.models import (
    Audience,
    BreachNotice,
    Determination,
    Incident,
    IncidentAssessment,
    IncidentKind,
    IncidentPerson,
    IncidentState,
    Level,
    NoticeWay,
)
from patients.incidents.queries import incidents_seen_by, notices_of, people_of, still_to_be_told
from patients.incidents.rules import (
    FACTORS,
    FACTORS_SOURCE,
    NOTICE_SOURCE,
    SOURCE,
    Notice,
    all_were_told,
    missing_factors,
    people_to_tell,
    states_that_are_none,
    who_must_be_told,
)
from patients.record.models import Patient

CLOCK_OF = {
    Audience.INDIVIDUALS: ClockKind.BREACH_INDIVIDUALS,
    Audience.HHS: ClockKind.BREACH_HHS,
    Audience.MEDIA: ClockKind.BREACH_MEDIA,
}
"""The clock that runs until everybody of an audience was told."""


@action(Can.REPORT_INCIDENT)
def report_incident(
    *,
    program: Program,
    kind: str,
    discovered_on: date,
    words: str,
    by: User,
    at: datetime,
    site: Site | None = None,
    happened_on: date | None = None,
) -> Incident:
    """Say that something went wrong; anybody who works here can, in a minute. The clock for its assessment starts."""
    reasons = []
    if kind not in IncidentKind.values:
        reasons.append(Reason(_("Choose what comes nearest."), field="kind"))
    if not words.strip():
        reasons.append(Reason(_("Say in a sentence or two what happened."), field="words"))
    if discovered_on > at.astimezone(program.zone).date():
        reasons.append(Reason(_("The day has not come yet."), field="discovered_on"))
    if happened_on is not None and happened_on > discovered_on:
        reasons.append(Reason(_("It cannot have been noticed before it happened."), field="happened_on"))
    if reasons:
        raise Refused(*reasons)
    incident = Incident.objects.create(
        program=program,
        site=site,
        kind=kind,
        discovered_on=discovered_on,
        happened_on=happened_on,
        words=words.strip(),
        recorded_at=at,
        recorded_by=by,
    )
    start_clock(kind=ClockKind.INCIDENT_ASSESSMENT, program=program, subject=incident, started_on=discovered_on, at=at)
    return incident


@action(Can.OVERSEE_PRIVACY)
def list_person_reached(
    *, incident: Incident, patient: Patient, state: str, by: User, at: datetime, is_address_outdated: bool = False
) -> IncidentPerson:
    """Name somebody whose information was reached, or correct where a letter would find them."""
    locked = _open(incident, by)
    if states_that_are_none({state: 1}):
        raise Refused(_no_state())
    facts = {"state": state, "is_address_outdated": is_address_outdated}
    person, _made = IncidentPerson.objects.update_or_create(incident=locked, patient=patient, defaults=facts)
    _let_clocks_follow(locked, at)
    return person


@action(Can.OVERSEE_PRIVACY)
def count_people_reached(*, incident: Incident, others_by_state: Mapping[str, int], by: User, at: datetime) -> Incident:
    """Say how many more people were reached who are not listed one by one, by the state in which they live."""
    locked = _open(incident, by)
    if states_that_are_none(others_by_state):
        raise Refused(_no_state())
    locked.others_by_state = {name: number for name, number in others_by_state.items() if number}
    locked.save(update_fields=["others_by_state"])
    _let_clocks_follow(locked, at)
    return locked


@action(Can.OVERSEE_PRIVACY)
def assess_incident(
    *, incident: Incident, determination: str, words: Mapping[str, str], levels: Mapping[str, str], by: User, at: datetime
) -> IncidentAssessment:
    """Say whether it is a breach; that it is not one rests on all four factors. A later assessment may say otherwise."""
    locked = _open(incident, by)
    levels = {name: level for name, level in levels.items() if level in Level.values}
    reasons = []
    if determination not in Determination.values:
        reasons.append(Reason(_("Say whether it is a breach."), field="determination"))
    if determination != Determination.BREACH:
        reasons += [_factor_missing(name) for name in missing_factors(words, levels)]
    if reasons:
        raise Refused(*reasons)
    told = {name: words.get(name, "").strip() or None for name in FACTORS}
    graded = {f"{name}_level": levels.get(name, "") for name in FACTORS}
    assessment = IncidentAssessment.objects.create(
        incident=locked, determination=determination, recorded_at=at, recorded_by=by, **told, **graded
    )
    is_breach = determination == Determination.BREACH
    locked.state = IncidentState.BREACH if is_breach else IncidentState.NOT_A_BREACH
    locked.save(update_fields=["state"])
    stop_clock(kind=ClockKind.INCIDENT_ASSESSMENT, subject=locked, at=at, outcome=determination)
    _let_clocks_follow(locked, at)
    return assessment


@action(Can.OVERSEE_PRIVACY)
def word_breach_letter(
    *, incident: Incident, events: str, information: str, steps: str, doing: str, contact: str, by: User, at: datetime
) -> Incident:
    """Write what the letter to the people concerned says; the law names five things (45 CFR 164.404(c))."""
    locked = _open(incident, by)
    said = {"events": events, "information": information, "steps": steps, "doing": doing, "contact": contact}
    empty = [name for name, text in said.items() if not text.strip()]
    if empty:
        text = _("The letter must say this too.")
        raise Refused(*(Reason(text, field=name, code=name, source="45 CFR 164.404(c)") for name in empty))
    locked.letter_events, locked.letter_information = events.strip(), information.strip()
    locked.letter_steps, locked.letter_doing, locked.letter_contact = steps.strip(), doing.strip(), contact.strip()
    locked.save(update_fields=["letter_events", "letter_information", "letter_steps", "letter_doing", "letter_contact"])
    return locked


@action(Can.OVERSEE_PRIVACY)
def record_breach_notice(
    *, incident: Incident, audience: str, way: str, sent_on: date, number: int, is_complete: bool, by: User, at: datetime
) -> BreachNotice:
    """Write down that people, HHS or the media were told; when it was all of them, and the numbers say so too, their clock stops."""
    locked = _open(incident, by)
    reasons = _what_a_notice_lacks(locked, Notice(audience, way, number, is_complete), sent_on, at)
    if reasons:
        raise Refused(*reasons)
    notice = BreachNotice.objects.create(
        incident=locked, audience=audience, way=way, sent_on=sent_on, number=number, is_complete=is_complete, recorded_at=at, recorded_by=by
    )
    if is_complete and (kind := CLOCK_OF.get(Audience(audience))):
        stop_clock(kind=kind, subject=locked, at=at, outcome=f"told on {sent_on}")
    return notice


@action(Can.OVERSEE_PRIVACY)
def close_incident(*, incident: Incident, by: User, at: datetime) -> Incident:
    """Close a breach of which everybody was told who must be."""
    locked = _open(incident, by)
    if locked.state != IncidentState.BREACH:
        raise Refused(Reason(_("Only a breach is closed; what is none is done with its assessment."), code="no_breach"))
    open_ones = still_to_be_told(locked, people_of(locked))
    if open_ones:
        raise Refused(*(_not_told(Audience(one.audience)) for one in open_ones))
    locked.state, locked.closed_at = IncidentState.CLOSED, at
    locked.save(update_fields=["state", "closed_at"])
    return locked


def _open(incident: Incident, by: User) -> Incident:
    """Return an incident that may still change, held until the end; one of another site is out of reach."""
    if not incidents_seen_by(by).filter(pk=incident.pk).exists():
        raise Denied(Can.OVERSEE_PRIVACY)
    locked = Incident.objects.select_for_update(of=("self",), no_key=True).select_related("program").get(pk=incident.pk)
    if locked.state == IncidentState.CLOSED:
        raise Refused(Reason(_("This incident is closed already."), code="closed"))
    return locked


def _let_clocks_follow(incident: Incident, at: datetime) -> None:
    """Let the clocks of a breach run as the number of people asks for, and none for what is no breach."""
    subject, breach = subject_of(incident), incident.state == IncidentState.BREACH
    reached = incident.reached(people_of(incident))
    notices = notices_of(incident)
    hhs_by = hhs_due_day(incident.discovered_on, reached.people)
    due: dict[str, date | None] = {ClockKind.BREACH_INDIVIDUALS: None, ClockKind.BREACH_HHS: hhs_by, ClockKind.BREACH_MEDIA: None}
    running = {clock.kind: clock for clock in Clock.objects.running().filter(subject=subject, kind__in=due)}
    for audience, kind in CLOCK_OF.items():
        wanted = breach and audience in who_must_be_told(reached) and not all_were_told(audience, notices, reached)
        clock = running.get(kind)
        if clock and (not wanted or due[kind] not in (None, clock.due_on)):
            stop_clock(kind=kind, subject=subject, at=at, outcome="the number of people changed" if wanted else "not owed")
            clock = None
        if wanted and clock is None:
            start_clock(kind=kind, program=incident.program, subject=subject, started_on=incident.discovered_on, due_on=due[kind], at=at)


def _what_a_notice_lacks(incident: Incident, notice: Notice, sent_on: date, at: datetime) -> list[Reason]:
    """Return everything for want of which a notice is not written down."""
    conditions = (
        (notice.audience in Audience.values, _("Say who was told."), "audience"),
        (notice.way in NoticeWay.values, _("Say how they were told."), "way"),
        (
            incident.discovered_on <= sent_on <= at.astimezone(incident.program.zone).date(),
            _("Give a day between the day on which it was noticed and today."),
            "sent_on",
        ),
        (notice.number >= 1, _("Say how many were told."), "number"),
    )
    reasons = [Reason(text, field=field) for holds, text, field in conditions if not holds]
    if incident.state != IncidentState.BREACH:
        text = _("Assess the incident first: only of a breach is anybody told.")
        reasons.insert(0, Reason(text, code="no_breach", source=SOURCE))
    return reasons or (_not_everybody(incident, notice) if notice.is_complete else [])


def _not_everybody(incident: Incident, last: Notice) -> list[Reason]:
    """Return the reason why a notice is not the last one: with those before it, it speaks of fewer people than were reached."""
    reached = incident.reached(people_of(incident))
    if all_were_told(last.audience, [*notices_of(incident), last], reached):
        return []
    people = {"people": people_to_tell(last.audience, reached)}
    if last.audience in (Audience.HHS, Audience.MEDIA):
        text = _("That was not everybody: the number of people of whom they have heard in all must reach %(people)s.") % people
    else:
        text = (
            _("That was not everybody: the number told must reach %(people)s, and a call counts only where no letter finds them.") % people
        )
    return [Reason(text, field="is_complete", code="not_everybody", source=NOTICE_SOURCE)]


def _no_state() -> Reason:
    """Return the sentence for a state that is none."""
    return Reason(_("Write states with two letters and numbers of people, like: NY 12, NJ 3"), field="state", code="no_state")


def _factor_missing(name: str) -> Reason:
    """Return the sentence for a factor of which the assessment does not speak."""
    words = {
        "nature": _("Say which information it was, and how easily somebody could be recognized by it."),
        "recipient": _("Say who used it or received it."),
        "acquired": _("Say whether it was really acquired or viewed."),
        "mitigated": _("Say how far the risk was made smaller."),
    }
    return Reason(words[name], field=name, code=name, source=FACTORS_SOURCE)


def _not_told(audience: Audience) -> Reason:
    """Return the sentence for those who were not all told yet."""
    text = _("Not all of them were told yet: %(audience)s.") % {"audience": audience.label}
    return Reason(text, code=str(audience), source=SOURCE)
