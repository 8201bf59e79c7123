"""Two people merge the same records at once, in either direction: one does it, the other is told so in a sentence."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from casemgr.core.accounts.models import User
from casemgr.core.refusals import Refused
from patients.merging.actions import merge_patients
from patients.merging.models import Merge
from patients.record.models import Patient
from tests.worlds import Clinic


@pytest.fixture
def clinic(transactional_db, now):
    return Clinic.open(now)


def test_of_two_merges_at_once_in_opposite_directions_one_is_refused(clinic, two, now):
    clinic.privacy_officer.memberships.update(site=None)
    together = Barrier(2, timeout=30)

    def merge(keys):
        try:
            survivor, merged = (Patient.objects.get(pk=key) for key in keys)
            by = User.objects.get(pk=clinic.privacy_officer.pk)
            together.wait()
            merge_patients(survivor=survivor, merged=merged, program=clinic.program, reason="Same photo.", by=by, at=now)
            return "merged"
        except Refused as refused:
            return str(refused)
        finally:
            connection.close()

    keys = [row.pk for row in two]
    with ThreadPoolExecutor(2) as pool:
        said = sorted(one.result() for one in [pool.submit(merge, keys), pool.submit(merge, keys[::-1])])
    assert said == ["One of these records was merged into another meanwhile. Open the charts again.", "merged"]
    assert Merge.objects.count() == 1
