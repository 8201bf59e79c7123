"""Let two people of the demo clinic ask what was told about them: one waits, one has the answer."""

from datetime import date, timedelta

from casemgr.core.accounts.models import User
from casemgr.demo.life import Life
from patients.accounting.actions import answer_records_request, hand_out_accounting, take_records_request
from patients.accounting.queries import answer_to, fingerprint_of, table_of
from patients.record.models import Patient

ANSWERED_DAYS, WAITING_DAYS, DAYS_TO_ANSWER = 40, 12, 9
"""How many days before today the two requests came, and how long the first took."""


def ask_what_was_told(life: Life, day: date) -> None:
    """Take a request in on the days on which one comes, and answer the first."""
    today = life.today
    ago = (today - day).days
    if ago not in {ANSWERED_DAYS, WAITING_DAYS, ANSWERED_DAYS - DAYS_TO_ANSWER}:
        return
    officer = life.clinic.staff["privacy@demo.test"]
    patient = _somebody(life, 0 if ago != WAITING_DAYS else 1)
    if patient is None or not life.is_past(life.moment(day, 11)):
        return
    if ago in {ANSWERED_DAYS, WAITING_DAYS}:
        take_records_request(
            patient=patient,
            program=life.clinic.program,
            kind="accounting",
            received_on=day,
            asked_how="in_person" if ago == ANSWERED_DAYS else "mail",
            wishes="Who was told about my medication?",
            by=officer,
            at=life.moment(day, 11),
        )
        return
    _answer(life, patient, officer, day)


def _answer(life: Life, patient: Patient, officer: User, day: date) -> None:
    """Hand the list out, and say how."""
    asked = patient.records_requests.filter(state="open", received_on=day - timedelta(days=DAYS_TO_ANSWER)).first()
    if asked is None:
        return
    at, program = life.moment(day, 11), life.clinic.program
    answer = answer_to(patient, program=program, user=officer, at=at, regime=asked.regime, language=patient.language, asked=asked)
    sha256 = fingerprint_of(line.encode() for line in table_of(answer))
    hand_out_accounting(answer=answer, paper_form="csv", sha256=sha256, request=asked, by=officer, at=at)
    answer_records_request(asked=asked, delivery="in_person", by=officer, at=at)


def _somebody(life: Life, number: int) -> Patient | None:
    """Return the person of the story who was registered first, or second."""
    return Patient.objects.filter(episodes__program=life.clinic.program).order_by("pk").distinct()[number : number + 1].first()
