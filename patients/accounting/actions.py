"""Take in what people ask for about their own record, answer it in time, and keep what they were handed."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.deadlines.queries import running_clock
from casemgr.core.deadlines.recording import extend_clock, start_clock, stop_clock, subject_of
from casemgr.core.deadlines.rules import KINDS, due_day
from casemgr.core.refusals import Reason, Refused
from patients.accounting.models import AskedHow, Delivery, Handout, PaperForm, RecordsRequest, Regime, RequestKind, RequestState
from patients.accounting.queries import Answer, days_of_earlier_requests, today_at
from patients.accounting.rules.periods import FEE_SOURCE, Period, may_charge, period_of
from patients.episodes.models import Episode
from patients.record.models import Patient


@action(Can.TAKE_COMPLAINT)
def take_records_request(
    *,
    patient: Patient,
    program: Program,
    kind: str,
    received_on: date,
    asked_how: str,
    by: User,
    at: datetime,
    regime: str = Regime.PART2,
    wishes: str = "",
    since: date | None = None,
    until: date | None = None,
) -> RecordsRequest:
    """Write down what a person asks for about their own record; from this day its clock runs."""
    period = period_of(received_on, regime=regime, since=since, until=until)
    reasons = _why_not_take(patient, program, period, (kind, regime, asked_how), received_on, today_at(program, at))
    if reasons:
        raise Refused(*reasons)
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    asked = RecordsRequest.objects.create(
        patient=patient,
        program=program,
        kind=kind,
        regime=regime,
        received_on=received_on,
        asked_how=asked_how,
        wishes=wishes.strip(),
        period_from=min(period.first_day, period.first_day_of_other),
        period_to=period.last_day,
        is_free=_is_free(patient, program, kind, received_on),
        due_on=due_day(kind, received_on),
        recorded_at=at,
        recorded_by=by,
    )
    start_clock(kind=kind, program=program, subject=asked, started_on=received_on, at=at, patient_id=patient.pk)
    return asked


@action(Can.OVERSEE_PRIVACY)
def extend_records_request(*, asked: RecordsRequest, reason: str, by: User, at: datetime) -> RecordsRequest:
    """Take the one extension that the law gives; the person is told why in writing, before the day has passed."""
    asked = _held(asked)
    clock = running_clock(asked.kind, subject_of(asked))
    if clock is None:
        raise Refused(Reason(_("This is done already; there is nothing to extend."), code="closed"))
    clock = extend_clock(clock=clock, reason=reason, at=at)
    asked.due_on, asked.extended_on, asked.extension_reason = clock.ends_on, today_at(asked.program, at), reason.strip()
    asked.save(update_fields=["due_on", "extended_on", "extension_reason"])
    return asked


@action(Can.OVERSEE_PRIVACY)
def answer_records_request(
    *, asked: RecordsRequest, delivery: str, by: User, at: datetime, outcome: str = "", fee: Decimal | None = None
) -> RecordsRequest:
    """Say how the answer reached the person; a list of disclosures must have been made from the account before."""
    asked = _held(asked)
    reasons = _why_not_answer(asked, delivery, outcome, fee)
    if reasons:
        raise Refused(*reasons)
    asked.delivery, asked.fee = delivery, fee or None
    return _close(asked, RequestState.ANSWERED, outcome, at)


@action(Can.OVERSEE_PRIVACY)
def deny_access_request(*, asked: RecordsRequest, outcome: str, by: User, at: datetime) -> RecordsRequest:
    """Say that a copy of the record was denied in writing, and why (45 CFR 164.524(d)); what was told can never be denied."""
    asked = _held(asked)
    reasons = [] if asked.is_open else [_closed()]
    if asked.kind != RequestKind.ACCESS:
        reasons.append(Reason(_("A list of what was told cannot be denied."), code="not_deniable", source="42 CFR 2.24, 2.25"))
    if not outcome.strip():
        reasons.append(Reason(_("Write why, as it was written to the person."), field="outcome", source="45 CFR 164.524(d)(2)"))
    if reasons:
        raise Refused(*reasons)
    return _close(asked, RequestState.DENIED, outcome, at)


@action(Can.TAKE_COMPLAINT)
def withdraw_records_request(*, asked: RecordsRequest, outcome: str, by: User, at: datetime) -> RecordsRequest:
    """Say that the person took the request back; nothing is owed any more."""
    asked = _held(asked)
    reasons = [] if asked.is_open else [_closed()]
    if not outcome.strip():
        reasons.append(Reason(_("Write what the person said."), field="outcome"))
    if reasons:
        raise Refused(*reasons)
    return _close(asked, RequestState.WITHDRAWN, outcome, at)


@action(Can.SEE_DISCLOSURES)
def hand_out_accounting(
    *, answer: Answer, paper_form: str, sha256: str, by: User, at: datetime, request: RecordsRequest | None = None
) -> Handout:
    """Keep exactly what is handed to a person, before they have it: the rows and the fingerprint of the file."""
    request = _held(request) if request is not None else None
    if request is not None and (request.patient_id != answer.patient.pk or not request.is_open or request.kind != answer.kind):
        raise Refused(Reason(_("This request is closed, or asks for something else."), code="not_this_request"))
    period = answer.period
    return Handout.objects.create(
        patient=answer.patient,
        program=answer.program,
        request=request,
        kind=answer.kind,
        regime=answer.regime,
        paper_form=PaperForm(paper_form),
        language=answer.language,
        period_from=min(period.first_day, period.first_day_of_other),
        period_to=period.last_day,
        disclosures=list(answer.rows),
        sha256=sha256,
        handed_at=at,
        handed_by_id=by.pk,
        handed_by_name=by.full_name,
    )


def _why_not_take(
    patient: Patient, program: Program, period: Period, codes: tuple[str, str, str], received_on: date, today: date
) -> list[Reason]:
    """Return everything that speaks against taking a request in."""
    kind, regime, asked_how = codes
    reasons = []
    known = ((kind, RequestKind.values, "kind"), (regime, Regime.values, "regime"), (asked_how, AskedHow.values, "asked_how"))
    reasons += [Reason(_("Choose from the list."), field=field) for code, codes_known, field in known if code not in codes_known]
    if received_on > today:
        reasons.append(Reason(_("It cannot have come on a day that has not been yet."), field="received_on"))
    if period.first_day > period.last_day:
        reasons.append(Reason(_("This period ends before it begins, or lies before what is kept to be told."), field="until"))
    if not _is_known_to(patient, program):
        reasons.append(Reason(_("This person was never in the care of this program."), field="program"))
    return reasons


def _is_known_to(patient: Patient, program: Program) -> bool:
    """Say whether a person is or was in the care of a program, or was registered there."""
    return patient.registered_site.program_id == program.pk or Episode.objects.filter(patient=patient, program=program).exists()


def _is_free(patient: Patient, program: Program, kind: str, received_on: date) -> bool:
    """Say whether nothing may be asked for it: the first accounting in twelve months, and every list of an intermediary."""
    if kind == RequestKind.ACCOUNTING:
        return not may_charge(received_on, days_of_earlier_requests(patient, program))
    return kind == RequestKind.INTERMEDIARY_LIST


def _why_not_answer(asked: RecordsRequest, delivery: str, outcome: str, fee: Decimal | None) -> list[Reason]:
    """Return everything that speaks against calling a request answered."""
    reasons = [] if asked.is_open else [_closed()]
    if delivery not in Delivery.values:
        reasons.append(Reason(_("Say how the answer reached the person."), field="delivery"))
    if asked.lists_disclosures and not asked.handouts.exists():
        text = _("Make the list first, as PDF or table: what was handed out is kept with the request.")
        reasons.append(Reason(text, code="nothing_handed_out", source=KINDS[asked.kind].source))
    if not asked.lists_disclosures and not outcome.strip():
        reasons.append(Reason(_("Write what was given."), field="outcome"))
    if fee and asked.is_free:
        reasons.append(Reason(_("This one is free: nothing may be asked for it."), field="fee", source=FEE_SOURCE))
    if fee is not None and fee < 0:
        reasons.append(Reason(_("A fee cannot be less than nothing."), field="fee"))
    return reasons


def _held(asked: RecordsRequest) -> RecordsRequest:
    """Return a request that nobody else can change until the transaction ends."""
    return RecordsRequest.objects.select_for_update(of=("self",)).select_related("program").get(pk=asked.pk)


def _close(asked: RecordsRequest, state: RequestState, outcome: str, at: datetime) -> RecordsRequest:
    """End a request and stop its clock."""
    asked.state, asked.outcome, asked.closed_at = state, outcome.strip(), at
    asked.save(update_fields=["state", "outcome", "closed_at", "delivery", "fee"])
    stop_clock(kind=asked.kind, subject=asked, at=at, outcome=str(state.value))
    return asked


def _closed() -> Reason:
    """Say that nothing can be done with it any more."""
    return Reason(_("This request is closed already."), code="closed")
