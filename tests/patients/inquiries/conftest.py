from datetime import timedelta

import pytest

from patients.inquiries.actions import take_inquiry


@pytest.fixture
def desk(clinic, now):
    return {"by": clinic.front_desk, "at": now}


@pytest.fixture
def ask(clinic, now):
    """Return a function that writes down that somebody asked, by default two days ago."""

    def _ask(days=2, **facts):
        return take_inquiry(**{
            "site": clinic.north, "asker": "person", "received_at": now - timedelta(days=days), "by": clinic.front_desk, "at": now, **facts
        })  # fmt: skip

    return _ask
