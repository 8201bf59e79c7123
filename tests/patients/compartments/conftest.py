import pytest
from django.utils import timezone

from patients.compartments.actions import write_restricted_note

WORDS = {"trauma": "Qvtrauma", "legal": "Qvlegal", "partner_violence": "Qvpartner"}
"""A word that stands in the notes of each compartment and nowhere else."""

WRITERS = {"trauma": "therapist", "legal": "case_manager", "partner_violence": "nurse"}


@pytest.fixture
def right_now():
    return timezone.now()


@pytest.fixture
def patient(clinic):
    return clinic.patient()


@pytest.fixture
def write(clinic, patient, right_now):
    """Return a function that writes a note into a compartment, by somebody who may."""

    def _write(compartment, **facts):
        values = {
            "patient": patient,
            "program": clinic.program,
            "body": f"About {WORDS[compartment]}.",
            "by": getattr(clinic, WRITERS[compartment]),
            "at": right_now,
            **facts,
        }
        return write_restricted_note(compartment=compartment, **values)

    return _write
