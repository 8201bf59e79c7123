"""Let parts of records leave the demo clinic: printed, mailed, told to a system that is not there; and one that was stopped in time."""

from datetime import date, datetime, timedelta

from casemgr.core.accounts.rules import Role
from casemgr.demo.arrival import staff_of
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from casemgr.sharing.mail import Email
from patients.consent.actions import revoke_consent
from patients.consent.models import Consent
from patients.transmissions.actions import agree_on_secure_address, queue_transmission, register_webhook
from patients.transmissions.models import EventKind, Transmission
from patients.transmissions.queries import secure_address_of

HOSPITAL = "St. Anne Hospital"
SECRET = "whsec_" + "ZGVtbyBzZWNyZXQgb2Ygbm9ib2R5LCBvbmx5IGZvciB0aGUgZGVtbw=="
DAYS_BEFORE_MAILS = 20
"""Days of the story after an admission on which the doctors elsewhere get the plan."""


def share_records(life: Life, day: date) -> None:
    """Mail the plan of whoever has been here for a while; on the last day, see one person take a consent back in time."""
    at = life.moment(day, 15)
    if day.weekday() >= 5 or not life.is_past(at):
        return
    if secure_address_of(life.clinic.partners[HOSPITAL].pk) is None:
        _agree(life, at)
    for person in life.in_care:
        if person.consents and (day - person.admitted_on).days == DAYS_BEFORE_MAILS and person.number % 5 == 0:
            _queue(life, person, at)


def stop_one_in_time(life: Life, day: date) -> None:
    """Let one person take back the consent on which something was waiting to be sent."""
    at = life.moment(day, 16)
    if secure_address_of(life.clinic.partners[HOSPITAL].pk) is None:
        _agree(life, at)
    giving = next((person for person in life.in_care if person.consents and person.number % 7 == 3), None)
    if giving is None or not life.is_past(at):
        return
    by = staff_of(life, giving)[Role.CASE_MANAGER]
    consent = Consent.objects.filter(patient=giving.course.patient, kind="tpo", state="active").first()
    if consent is not None:
        _queue(life, giving, at)
        revoke_consent(consent=consent, revoked_by=f"{giving.given} {giving.family}", by=by, at=at + timedelta(minutes=5))


def _agree(life: Life, at: datetime) -> None:
    """Agree on the hospital's address, and register its system, which is not there yet."""
    hospital, admin = life.clinic.partners[HOSPITAL], life.clinic.administrator
    agree_on_secure_address(
        organization=hospital, email="records@st-anne.test", agreed_with="Health records, Ms. Ortiz", agreed_on=at.date(), by=admin, at=at
    )
    register_webhook(
        organization=hospital,
        url="http://127.0.0.1:9/events",
        secret=SECRET,
        purpose="treatment",
        events=EventKind.values,
        by=admin,
        at=at,
        inside=True,
        is_active=False,
    )


def _queue(life: Life, person: Persona, at: datetime) -> Transmission:
    """Ask for the plan to be mailed."""
    return queue_transmission(
        patient=person.course.patient,
        program=life.clinic.program,
        recipient=life.clinic.partners[HOSPITAL],
        purpose="treatment",
        categories=["demographics", "medications", "plan"],
        description="Medications and plan",
        via=Email.via,
        format="json",
        by=staff_of(life, person)[Role.CASE_MANAGER],
        at=at,
    )
