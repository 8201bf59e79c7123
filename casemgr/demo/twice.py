"""Let two people of the demo clinic be registered a second time: one pair is found and merged, the other waits on the list."""

from datetime import date, datetime
from typing import Any

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Role
from casemgr.demo.arrival import staff_of
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from patients.merging.actions import look_for_duplicates, merge_patients
from patients.record.actions import add_contact_point, register_patient
from patients.record.models import Patient
from patients.record.queries import duplicate_candidates

REGISTERED, MERGED, LOOKED = 8, 4, 1
"""Days before today on which the second records are made, one is merged, and the list of possible duplicates is drawn up."""


def register_twice(life: Life, day: date) -> None:
    """Do what belongs to this day of the story, in its afternoon."""
    at, left = life.moment(day, 16, 10), life.days_since(day)
    people = [person for person in life.in_care if life.site_number(person) == 0][:2]
    if not life.is_past(at) or len(people) < 2:
        return
    if left == REGISTERED:
        for person in people:
            _register_again(life, person, at)
    if left == MERGED:
        _merge(life, people[0], at)
    if left == LOOKED:
        look_for_duplicates(by=User.objects.system(), at=at)


def _register_again(life: Life, person: Persona, at: datetime) -> None:
    """Make a second record in a hurry: the given name cut short, and nobody looked closely."""
    patient, desk = person.course.patient, staff_of(life, person)[Role.FRONT_DESK]
    names: dict[str, Any] = {"given_name": patient.given_name[:-1] or patient.given_name, "family_name": patient.family_name}
    alike = duplicate_candidates(program=life.clinic.program, birth_date=patient.birth_date, **names)
    second = register_patient(
        site=patient.registered_site,
        birth_date=patient.birth_date,
        not_same_as=[candidate.patient for candidate in alike],
        by=desk,
        at=at,
        **names,
    )
    add_contact_point(patient=second, kind="phone", value="555-0142", label="a friend's", ok_to_call=True, by=desk, at=at)


def _merge(life: Life, person: Persona, at: datetime) -> None:
    """Merge the second record into the first, as the privacy officer."""
    patient = person.course.patient
    second = Patient.objects.filter(birth_date=patient.birth_date, family_name=patient.family_name, merged_into=None).exclude(pk=patient.pk)
    if found := second.order_by("-pk").first():
        merge_patients(
            survivor=patient,
            merged=found,
            program=life.clinic.program,
            reason="Came to the desk with the ID that we copied in spring; the new record was made by telephone.",
            by=life.clinic.staff["privacy@demo.test"],
            at=at,
        )
