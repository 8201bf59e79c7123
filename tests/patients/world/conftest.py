import pytest


@pytest.fixture
def by(clinic, now):
    return {"by": clinic.case_manager, "at": now}


@pytest.fixture
def patient(clinic):
    return clinic.patient()


@pytest.fixture
def here(clinic, patient, by):
    """Return what every new fact of the world needs: whose it is, in which program, who writes it and when."""
    return {"patient": patient, "program": clinic.program, **by}


@pytest.fixture
def fields():
    return lambda refused: {reason.field for reason in refused.value.reasons}
