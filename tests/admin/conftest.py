"""Let the stories of the record room happen at the clinic's own moment."""

from collections.abc import Iterator

import pytest
import time_machine
from django.urls import reverse


@pytest.fixture(autouse=True)
def _at_that_moment(now) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def place():
    """Return a function that names the address of a table, of one row, or of a verb of it."""

    def _place(row_or_model, page="changelist", verb=""):
        prefix = f"admin:{row_or_model._meta.app_label}_{row_or_model._meta.model_name}"
        if verb:
            return reverse(f"{prefix}_do", args=[row_or_model.pk, verb])
        return reverse(f"{prefix}_{page}", args=[] if page in {"changelist", "add"} else [row_or_model.pk])

    return _place
