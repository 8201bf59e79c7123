import gc
import json
import os
from copy import deepcopy
from pathlib import Path

import pytest

from casemgr.importing.reading import Document
from casemgr.importing.running import Importer
from patients.record.models import Patient

PAGE = os.sysconf("SC_PAGE_SIZE")
WARM_UP, BUNDLES, OBSERVATIONS = 20, 120, 40
MEGABYTE = 1024 * 1024


def in_use() -> int:
    """Return how many bytes of memory this process holds now, without what only waits to be collected."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the kernel tells memory in another way here")
def test_memory_does_not_grow_with_the_number_of_bundles(clinic, now, bundle):
    def people():
        for number in range(BUNDLES):
            data = bundle("sam")
            first, person = data["entry"]
            person["resource"] |= {"id": f"p-{number}", "name": [{"family": f"Person{number}"}], "birthDate": "1980-01-01"}
            person["fullUrl"] = f"https://lakeside.test/fhir/Patient/p-{number}"
            first["resource"]["subject"]["reference"] = f"Patient/p-{number}"
            data["entry"] = [person]
            for place in range(OBSERVATIONS):
                entry = deepcopy(first)
                entry["fullUrl"] = f"https://lakeside.test/fhir/Observation/o-{number}-{place}"
                entry["resource"]["id"] = f"o-{number}-{place}"
                data["entry"].append(entry)
            yield Document(f"{number}.json", raw=json.dumps(data).encode())

    importer = Importer(clinic.north, clinic.system, lambda: now)
    held = []
    for report in importer.run(people()):
        assert report.outcome == "imported"
        held.append(in_use())
    assert Patient.objects.count() == BUNDLES
    assert max(held[WARM_UP:]) - held[WARM_UP] < 10 * MEGABYTE
