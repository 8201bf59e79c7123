from threading import Barrier, Thread

import pytest
from django.db import connection

from casemgr.importing.queries import State
from casemgr.importing.reading import Document
from casemgr.importing.running import Importer
from patients.diagnoses.models import Diagnosis
from patients.episodes.models import Episode
from patients.record.models import ExternalId, Patient
from tests.importing.conftest import BUNDLES
from tests.worlds import Clinic

AT_ONCE = 4


@pytest.mark.django_db(transaction=True)
def test_four_imports_of_one_bundle_at_the_same_moment_make_one_record(now):
    clinic = Clinic.open(now)
    raw = (BUNDLES / "jordan.json").read_bytes()
    barrier, reports, troubles = Barrier(AT_ONCE), [], []

    def bring_in() -> None:
        importer = Importer(clinic.north, clinic.system, lambda: now)
        try:
            barrier.wait()
            reports.extend(importer.run([Document("jordan.json", raw=raw)]))
        except Exception as trouble:  # the thread would swallow it
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [Thread(target=bring_in) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (troubles, [report.problems for report in reports]) == ([], [[]] * AT_ONCE)
    assert sorted(report.counts["Patient"][State.NEW] for report in reports) == [0, 0, 0, 1]
    assert (Patient.objects.count(), Episode.objects.count(), Diagnosis.objects.count()) == (1, 1, 1)
    assert ExternalId.objects.filter(target="patients.patient").count() == 2
