"""Take complaints, look into them and answer them; the only writer of complaints."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.deadlines.models import ClockKind
from casemgr.core.deadlines.recording import start_clock, stop_clock
from casemgr.core.refusals import Denied, Reason, Refused
from patients.complaints.models import Complaint, ComplaintOutcome, ComplaintStaff, ComplaintState, Retaliation
from patients.complaints.queries import complaints_seen_by
from patients.complaints.rules import NO_RETALIATION_SOURCE, SECRETARY_SOURCE, SOURCE, what_a_complaint_lacks, what_closing_lacks
from patients.record.models import Patient


@action(Can.TAKE_COMPLAINT)
def take_complaint(
    *,
    program: Program,
    from_whom: str,
    about: str,
    received_on: date,
    received_how: str,
    words: str,
    by: User,
    at: datetime,
    site: Site | None = None,
    patient: Patient | None = None,
    name: str = "",
    staff_named: Iterable[User] = (),
    told_of_program: bool = False,
    told_of_secretary: bool = False,
) -> Complaint:
    """Write down a complaint in the words in which it was said, and start the clock for its answer."""
    reasons = [_said_of(field) for field in what_a_complaint_lacks(words=words, from_whom=from_whom, name=name)]
    if from_whom == "patient" and patient is None:
        reasons.append(Reason(_("Say who complains: find the person."), field="patient"))
    if received_on > at.astimezone(program.zone).date():
        reasons.append(Reason(_("The day has not come yet."), field="received_on"))
    if reasons:
        raise Refused(*reasons)
    complaint = Complaint.objects.create(
        program=program,
        site=site,
        patient=patient,
        from_whom=from_whom,
        name=name.strip() or None,
        about=about,
        received_on=received_on,
        received_how=received_how,
        words=words.strip(),
        told_of_program=told_of_program,
        told_of_secretary=told_of_secretary,
        recorded_at=at,
        recorded_by=by,
    )
    ComplaintStaff.objects.bulk_create([ComplaintStaff(complaint=complaint, user=user) for user in dict.fromkeys(staff_named)])
    patient_id = patient.pk if patient else None
    start_clock(kind=ClockKind.COMPLAINT, program=program, subject=complaint, patient_id=patient_id, started_on=received_on, at=at)
    return complaint


@action(Can.OVERSEE_PRIVACY)
def name_staff_in_complaint(*, complaint: Complaint, user: User, by: User, at: datetime) -> Complaint:
    """Add somebody who works here to those whom a complaint is about; from now on they do not find it."""
    locked = _open(complaint, by)
    if user.pk == by.pk:
        raise Refused(Reason(_("You would not find it any more. Ask a colleague who oversees privacy to take it over."), field="user"))
    ComplaintStaff.objects.get_or_create(complaint=locked, user=user)
    return locked


@action(Can.OVERSEE_PRIVACY)
def look_into_complaint(
    *, complaint: Complaint, findings: str, by: User, at: datetime, told_of_secretary: bool = False, retaliation: str = ""
) -> Complaint:
    """Write down what was looked into so far."""
    locked = _open(complaint, by)
    if not findings.strip():
        raise Refused(_said_of("findings"))
    locked.findings, locked.state = findings.strip(), ComplaintState.UNDER_WAY
    locked.told_of_secretary = locked.told_of_secretary or told_of_secretary
    locked.retaliation = retaliation or locked.retaliation
    locked.save(update_fields=["findings", "state", "told_of_secretary", "retaliation"])
    return locked


@action(Can.OVERSEE_PRIVACY)
def answer_complaint(
    *,
    complaint: Complaint,
    outcome: str,
    answer: str,
    findings: str,
    retaliation: str,
    told_of_secretary: bool,
    by: User,
    at: datetime,
) -> Complaint:
    """Close a complaint with what was found and answered; who complained must know of the Secretary, and be none the worse for it."""
    locked = _open(complaint, by)
    told = told_of_secretary or locked.told_of_secretary
    known_outcome = outcome if outcome in ComplaintOutcome.values else ""
    known_check = retaliation if retaliation in Retaliation.values else ""
    lacking = what_closing_lacks(findings=findings, outcome=known_outcome, answer=answer, told_of_secretary=told, retaliation=known_check)
    if lacking:
        raise Refused(*(_said_of(field) for field in lacking))
    locked.findings, locked.outcome, locked.answer = findings.strip(), outcome, answer.strip()
    locked.retaliation, locked.told_of_secretary = retaliation, told
    locked.state, locked.closed_at, locked.closed_by = ComplaintState.CLOSED, at, by
    locked.save(update_fields=["findings", "outcome", "answer", "retaliation", "told_of_secretary", "state", "closed_at", "closed_by"])
    stop_clock(kind=ClockKind.COMPLAINT, subject=locked, at=at, outcome=outcome)
    return locked


def _open(complaint: Complaint, by: User) -> Complaint:
    """Return a complaint that is still to be answered, held until the end; whoever is named in it is turned away."""
    if not complaints_seen_by(by).filter(pk=complaint.pk).exists():
        raise Denied(Can.OVERSEE_PRIVACY)
    locked = Complaint.objects.select_for_update(of=("self",), no_key=True).get(pk=complaint.pk)
    if locked.state == ComplaintState.CLOSED:
        raise Refused(Reason(_("This complaint was answered already."), code="closed"))
    return locked


def _said_of(missing: str) -> Reason:
    """Return the sentence for what is missing."""
    words = {
        "words": (_("Write down what was said, in the words in which it was said."), SOURCE),
        "name": (_("Write who it is and how to answer, or choose that they do not want to be named."), SOURCE),
        "findings": (_("Write what was looked into and what was found."), SOURCE),
        "outcome": (_("Say what was found."), SOURCE),
        "answer": (_("Write what was answered."), SOURCE),
        "told_of_secretary": (_("Tell them that they may complain to the Secretary of HHS too, and tick it."), SECRETARY_SOURCE),
        "retaliation": (_("Ask whether they were treated worse since they complained, and say what you found."), NO_RETALIATION_SOURCE),
    }
    text, source = words[missing]
    return Reason(text, field=missing, code=missing, source=source)
