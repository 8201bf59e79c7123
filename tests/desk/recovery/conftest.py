"""Let the stories of the recovery chart happen at the clinic's own moment."""

from collections.abc import Iterator

import pytest
import time_machine


@pytest.fixture(autouse=True)
def _at_that_moment(now) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield
