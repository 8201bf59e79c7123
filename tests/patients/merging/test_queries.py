import pytest
from django.apps import apps
from django.db import connection

from casemgr.core.grants import OURS
from patients.merging.queries import SENTENCES, moved_columns, patient_columns
from patients.merging.rules import MAY_STAY, MEETINGS, STAYS

NAMED_LIKE_ONE = {
    "patients_consent.initiated_by_patient": "it says yes or no",
    "patients_consentevent.initiated_by_patient": "it says yes or no",
}


def test_every_column_that_stays_is_there_and_says_why():
    assert set(STAYS) - {column.name for column in patient_columns()} == set()
    assert all(STAYS.values())


def test_every_column_with_a_patient_is_moved_or_stays_for_a_reason():
    known = {f"{column.table}.{column.column}" for column in patient_columns()}
    looks_like_one = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OURS and model._meta.managed
        for field in model._meta.concrete_fields
        if "patient" in field.column
    }
    assert looks_like_one - known - set(NAMED_LIKE_ONE) == set(), "move it in patients/merging, or name it with a reason"
    assert set(NAMED_LIKE_ONE) - looks_like_one == set()


@pytest.mark.django_db
def test_the_database_lets_exactly_these_columns_be_moved():
    with connection.cursor() as cursor:
        for column in moved_columns():
            cursor.execute("SELECT patients_key_of_movable(%s, %s)", [column.table, column.column])
            assert cursor.fetchone()[0] == column.model._meta.pk.column


@pytest.mark.django_db
def test_the_rules_with_words_of_their_own_are_rules_of_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique OR indisexclusion")
        rules = {name for (name,) in cursor.fetchall()}
    assert set(SENTENCES) - rules == {meeting.name for meeting in MEETINGS}
    assert set(MAY_STAY) - rules == set()
