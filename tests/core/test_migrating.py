"""The steps of a migration, run together, do what they would have done one by one."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from pgtrigger.compiler import Trigger, UpsertTriggerSql
from pgtrigger.migrations import AddTrigger

from casemgr.core.migrating import Together, together


def _table(name, *fields):
    return migrations.CreateModel(name, [("id", models.BigAutoField(primary_key=True)), *fields])


def _refusal(name, table):
    sql = UpsertTriggerSql(
        func="RAISE EXCEPTION 'kept';", hash=name, operation="DELETE", pgid=f"pgtrigger_{name}", table=table, when="BEFORE"
    )
    return Trigger(name=name, sql=sql)


def _steps():
    return [
        _table("page", ("title", models.CharField(max_length=20))),
        _table("book"),
        migrations.AddField("page", "book", models.ForeignKey("patients.book", models.PROTECT)),
        migrations.AddField("book", "year", models.IntegerField(default=0)),
        migrations.AddConstraint("page", models.UniqueConstraint(fields=["book", "title"], name="page_named_once_in_a_book")),
        migrations.AddIndex("book", models.Index(fields=["year"], name="books_by_year")),
        AddTrigger("page", _refusal("page_stays", "patients_page")),
    ]


def test_tables_are_written_whole_and_in_the_order_of_their_keys():
    (step,) = together(_steps())
    assert isinstance(step, Together)
    assert [operation.describe() for operation in step.operations] == ["Create model book", "Create model page"]
    book, page = step.operations
    assert ([name for name, _ in book.fields], [name for name, _ in page.fields]) == (["id", "year"], ["id", "title", "book"])
    assert [one.name for one in page.options["triggers"]] == ["page_stays"]


def test_many_to_many_is_written_into_its_table_behind_the_one_that_it_names():
    many = migrations.AddField("page", "books", models.ManyToManyField("patients.book"))
    (step,) = together([_table("page"), _table("book"), many])
    assert [operation.describe() for operation in step.operations] == ["Create model book", "Create model page"]
    assert [name for name, _ in step.operations[1].fields] == ["id", "books"]


def test_what_touches_rows_keeps_its_place():
    between = migrations.RunSQL("SELECT 1", "SELECT 1")
    first, middle, last = together([_table("book"), between, migrations.AddField("book", "year", models.IntegerField(default=0))])
    assert middle is between
    assert [type(step) for step in (first, last)] == [Together, Together]


@pytest.mark.django_db(transaction=True)
def test_the_database_gets_constraint_index_and_trigger_and_can_go_back():
    (step,) = together(_steps())
    before, after = ProjectState(), ProjectState()
    step.state_forwards("patients", after)
    with connection.schema_editor() as editor:
        step.database_forwards("patients", editor, before, after)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'patients_page'::regclass AND contype = 'u'")
            assert cursor.fetchall() == [("page_named_once_in_a_book",)]
            cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'patients_book' AND indexname = 'books_by_year'")
            assert cursor.fetchall() == [("books_by_year",)]
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'patients_page'::regclass AND NOT tgisinternal")
            assert cursor.fetchall() == [("pgtrigger_page_stays",)]
    finally:
        with connection.schema_editor() as editor:
            step.database_backwards("patients", editor, after, before)
    assert "patients_page" not in connection.introspection.table_names()
