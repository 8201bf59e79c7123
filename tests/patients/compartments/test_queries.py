from casemgr.core.accounts.models import User
from patients.compartments.queries import compartments_open_to, notes_in, restricted_notes_released
from patients.guarding.actions import Identity, break_glass, record_conflict
from patients.guarding.rules import Ground
from tests.patients.compartments.conftest import WORDS


def test_each_role_opens_the_compartments_whose_right_it_holds(clinic, patient):
    opened = {str(role): [str(name) for name in compartments_open_to(user, patient)] for role, user in clinic.staff.items()}
    assert {role: names for role, names in opened.items() if names} == {
        "therapist": ["trauma", "partner_violence"],
        "prescriber": ["trauma", "partner_violence"],
        "case_manager": ["legal", "partner_violence"],
        "nurse": ["partner_violence"],
    }


def test_neither_another_caseload_nor_a_tie_nor_emergency_access_opens_any(clinic, patient, right_now):
    stranger = clinic.patient(team=(clinic.peer,))
    assert compartments_open_to(clinic.therapist, stranger) == []
    who = Identity(name=stranger.legal_name, birth_date=stranger.birth_date)
    ground = Ground(kind="internal", reason="in_need_now", words="Stands at the desk in tears")
    break_glass(program=clinic.program, identity=who, ground=ground, by=clinic.therapist, at=right_now)
    assert compartments_open_to(User.objects.get(pk=clinic.therapist.pk), stranger) == []
    tie = {"user": clinic.nurse, "kind": "relative", "words": ""}
    record_conflict(patient=patient, program=clinic.program, **tie, by=clinic.privacy_officer, at=right_now)
    assert compartments_open_to(clinic.nurse, patient) == []


def test_notes_come_newest_first_each_with_what_was_added(clinic, patient, write):
    first, second = write("trauma"), write("trauma")
    added = write("trauma", adds_to=first)
    rows = list(notes_in(clinic.therapist, patient, "trauma"))
    assert [(row, list(row.addenda.all())) for row in rows] == [(second, []), (first, [added])]
    assert list(notes_in(clinic.nurse, patient, "trauma")) == []


def test_the_gate_is_given_one_compartment_of_one_person_in_one_program(clinic, patient, write):
    notes = {name: write(name) for name in WORDS}
    asked = {"patient_id": patient.pk, "program_id": clinic.program.pk}
    for name, note in notes.items():
        released = restricted_notes_released(**asked, compartment=name)
        assert [(row["id"], row["note"]) for row in released] == [(note.pk, f"About {WORDS[name]}.")]
    assert restricted_notes_released(**{**asked, "program_id": clinic.program.pk + 1}, compartment="legal") == []
    assert restricted_notes_released(**{**asked, "patient_id": clinic.patient().pk}, compartment="legal") == []
