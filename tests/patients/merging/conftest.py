import hashlib

import pytest
from django.apps import apps
from django.db import connection

from tests.worlds import end_stays

GROWS = {
    "casemgr_auditevent",
    "casemgr_auditseal",
    "casemgr_fact",
    "patients_merge",
    "patients_mergeevent",
    "patients_movedrows",
    "django_session",
}
"""What a merge adds to and never takes back: the record of it, and the news of it."""


def digest_of_everything() -> str:
    """Return a digest of every row of every table, but for those that say that a merge happened."""
    tables = sorted(
        {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy}
        - GROWS
        - {"pghistory_events"}
    )
    whole = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(said, '|' ORDER BY said), '')) FROM (SELECT t::text AS said FROM {table} t) rows"
            )
            whole.update(f"{table}:{cursor.fetchone()[0]}".encode())
    return whole.hexdigest()


@pytest.fixture
def two(clinic):
    """Return two records: the one that stays and the one that will be merged into it."""
    merged = clinic.patient(clinic.south, given="Zqvxwmaria", family="Kxqzjwlopez")
    survivor = clinic.patient(given="Zqvxwmary", family="Kxqzjwlopes")
    merged.episodes.update(admitted_on="2025-06-01")
    end_stays(merged.episodes.all(), "2025-12-01")
    merged.care_team.update(since="2025-06-01", until="2025-12-01")
    return survivor, merged
