import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from casemgr.core.sensitivity import Sensitivity
from patients.compartments.models import RestrictedNote
from tests.patients.compartments.conftest import WORDS


def test_a_note_is_never_changed_and_never_deleted_not_even_by_its_author(clinic, write):
    note = write("trauma")
    for change in ({"body": "Another"}, {"compartment": "legal"}, {"recorded_by": clinic.nurse}, {"adds_to": note.pk}):
        with pytest.raises(DatabaseError), transaction.atomic():
            RestrictedNote.objects.filter(pk=note.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        RestrictedNote.objects.filter(pk=note.pk).delete()
    note.refresh_from_db()
    assert note.body == f"About {WORDS['trauma']}."


def test_the_database_knows_the_compartments(clinic, patient, right_now):
    with pytest.raises(IntegrityError, match="restricted_note_is_in_a_known_compartment"), transaction.atomic():
        RestrictedNote.objects.create(
            patient=patient, program=clinic.program, compartment="gossip", body="x", recorded_at=right_now, recorded_by=clinic.nurse
        )


def test_no_row_of_any_table_holds_a_word_readably_the_histories_among_them(write):
    """Read every table as a backup would."""
    for compartment in WORDS:
        write(compartment, adds_to=write(compartment))
    words, found, read = [*WORDS.values(), *(word.encode().hex() for word in WORDS.values())], [], 0
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            for (row,) in cursor.fetchall():
                read += 1
                found += [table for word in words if word in row]
        cursor.execute("SELECT count(*) FROM patients_restrictednote")
        assert cursor.fetchone() == (6,)
    assert found == []
    assert read > 20


def test_a_note_is_restricted_and_tells_no_word_of_itself(write):
    note = write("legal")
    assert RestrictedNote.sensitivity is Sensitivity.RESTRICTED
    assert WORDS["legal"] not in f"{note} {note!r}"
