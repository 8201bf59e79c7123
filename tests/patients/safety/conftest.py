import pytest

from patients.safety.actions import note_answer


@pytest.fixture
def answer(clinic):
    """Return a function that answers a question of a questionnaire on a tablet."""

    def _answer(patient, item="9", given=1, *, instrument="phq9", ref="patients.assessment:1", by=None, at=None):
        return note_answer(
            patient=patient,
            program=clinic.program,
            instrument=instrument,
            item=item,
            answer=given,
            assessment_ref=ref,
            by=by or clinic.system,
            at=at or clinic.now,
        )

    return _answer
