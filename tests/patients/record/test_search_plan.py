"""The search goes by its indexes, however many people there are: no statement of it reads the whole table."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.record.models import Patient
from patients.record.queries import search_patients

MANY = """
    INSERT INTO patients_patient (public_id, given_name, family_name, chosen_name, pronouns, sex, birth_date, language, language_name,
        interpreter_needed, time_zone, registered_site_id, has_no_phone, has_no_address, recorded_at, recorded_by_id, search_text, search_words)
    SELECT gen_random_uuid(), 'G' || n, 'F' || n, '', '', 'unknown', '1900-01-01'::date + n %% 20000, 'en', '', false, 'UTC', %(site)s, false,
        false, now(), %(by)s, md5(n::text) || ' ' || md5((n * 7)::text), ARRAY[md5(n::text), md5((n * 7)::text)]
    FROM generate_series(1, 20000) AS n
"""


@pytest.fixture
def crowd(clinic):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(MANY, {"site": clinic.north.pk, "by": clinic.system.pk})
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        found = clinic.patient(given="María", family="Hernández", chosen_name="Mia", birth_date="1989-03-02")
        merged = clinic.patient(given="Mary", family="Hernandes", birth_date="1971-11-23")
        Patient.objects.filter(pk=merged.pk).update(merged_into=found)
        cursor.execute("ANALYZE patients_patient")
    return found


def nodes(plan):
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def plans_of(text):
    """Return every node of every plan of a search, and who was found."""
    with CaptureQueriesContext(connection) as asked:
        found = search_patients(Patient.objects.filter(merged_into__isnull=True), text)
    searches = [
        query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT") and "patients_patient" in query["sql"]
    ]
    assert searches
    parts = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL seq_page_cost = 10")  # twenty thousand people here stand for two hundred thousand
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', '0.45', true)")
        for statement in searches:
            cursor.execute("EXPLAIN (FORMAT json) " + statement)
            answer = cursor.fetchone()[0]
            parts += nodes((json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"])
    return parts, found


def test_no_search_reads_the_whole_table(crowd):
    for typed, index in (
        ("mria hernandes", "patient_search_words"),
        ("mia hernandez", "patient_search_words"),
        ("MARÍA HERNÁNDEZ", "patient_search_words"),
        ("3/2/1989", "patient_birth_date"),
        ("hernandez 3/2/1989", "patient_"),
        ("11/23/1971", "patient_birth_date"),
        ("hernandez 11/23/1971", "patient_"),
    ):
        parts, found = plans_of(typed)
        assert [row.pk for row in found] == [crowd.pk], typed
        whole = [part for part in parts if part["Node Type"] == "Seq Scan" and part["Relation Name"] == "patients_patient"]
        assert whole == [], typed
        assert any(part.get("Index Name", "").startswith(index) for part in parts), typed
