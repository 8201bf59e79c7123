from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from casemgr.core.grants import as_owner, differences, grant, too_much, unknown_tables, wanted_rights
from tests.architecture.test_tables import APPEND_ONLY, our_models

ONLY_ADDED_TO = {"SELECT", "INSERT"}
MAY_BE_DELETED = {
    "Closure": "taken back when the site works after all",
    "OpeningHours": "replaced as a whole",
    "AttendanceGoal": "a link, put right while a note is written",
    "Problem": "taken out of a draft of a plan, never out of one that is in force",
    "Goal": "taken out of a draft of a plan, never out of one that is in force",
    "Objective": "taken out of a draft of a plan, never out of one that is in force",
    "Intervention": "taken out of a draft of a plan, never out of one that is in force",
    "NotePolicy": "a rule of a program that is taken back",
    "Draft": "words that became no note, thirty days old; it is no record of care and keeps no history",
    "SubstanceTold": "told anew with the facts of an admission, the older ones stay in its history",
}
"""Tables of ours from which the application may delete, each with the reason. All but drafts keep a history."""


def say(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_kept_as_it_was_written_can_only_be_added_to():
    rights = wanted_rights()
    kept = {model.__name__ for model in our_models() if rights[model._meta.db_table] == ONLY_ADDED_TO}
    sealed = {model.__name__ for model in our_models() if rights[model._meta.db_table] == {"SELECT"}}
    assert kept | sealed == APPEND_ONLY
    assert sealed == {"AuditSeal", "MovedRows"}


def test_history_can_only_be_added_to():
    tables = {model.pgh_event_model._meta.db_table for model in our_models() if hasattr(model, "pgh_event_model")}
    assert len(tables) > 20
    assert {table: rights for table, rights in wanted_rights().items() if table in tables and rights != ONLY_ADDED_TO} == {}


def test_rows_of_ours_stay_but_for_a_few_tables():
    rights = wanted_rights()
    assert {model.__name__ for model in our_models() if "DELETE" in rights[model._meta.db_table]} == set(MAY_BE_DELETED)


def test_nobody_gives_themselves_rights_or_rewrites_which_migrations_ran():
    rights = wanted_rights()
    read_only = {table for table, allowed in rights.items() if allowed == {"SELECT"}}
    assert read_only >= {"django_migrations", "auth_permission", "auth_group", "auth_group_permissions", "django_content_type"}
    assert not {right for allowed in rights.values() for right in allowed} - {"SELECT", "INSERT", "UPDATE", "DELETE"}


@pytest.mark.django_db
def test_every_table_of_the_database_has_exactly_its_rights(application_role):
    assert unknown_tables() == []
    assert [str(one) for one in differences(application_role)] == []
    assert too_much(application_role) == []


@pytest.mark.django_db
def test_a_table_of_which_no_model_speaks_is_noticed(application_role):
    say("CREATE TABLE patients_forgotten (id int)")
    with pytest.raises(CommandError, match="nothing is said about the table patients_forgotten"):
        call_command("grant", to=application_role, stdout=StringIO())


@pytest.mark.django_db
def test_granting_twice_changes_nothing_the_second_time(application_role):
    assert grant(application_role) == []
    output = StringIO()
    call_command("grant", to=application_role, stdout=output)
    assert "may do what it must, and nothing else (0 changes)" in output.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("too_generous", "difference"),
    [
        ("GRANT UPDATE ON casemgr_auditevent TO {role}", "has UPDATE on casemgr_auditevent"),
        ("GRANT UPDATE (verb) ON casemgr_auditevent TO {role}", ""),
        ("GRANT DELETE ON treatment_plans_dose TO PUBLIC", "has DELETE on treatment_plans_dose"),
        ("GRANT TRUNCATE ON casemgr_auditseal TO {role}", "has TRUNCATE on casemgr_auditseal"),
        ("REVOKE INSERT ON patients_patient FROM {role}", "lacks INSERT on patients_patient"),
        ("REVOKE ALL ON patients_patient FROM {role}", "lacks SELECT on patients_patient"),
    ],
)
def test_a_right_too_many_or_too_few_is_found_and_put_right(application_role, too_generous, difference):
    say(too_generous.format(role=application_role))
    if difference:
        assert difference in [str(one) for one in differences(application_role)]
        with pytest.raises(CommandError, match=difference):
            call_command("grant", to=application_role, check=True)
    assert grant(application_role)
    assert grant(application_role) == []
    assert differences(application_role) == []


@pytest.mark.django_db
def test_rights_that_come_by_way_of_another_role_are_told(application_role):
    say(f"GRANT pg_write_all_data TO {application_role}")
    with pytest.raises(CommandError, match=r"it has DELETE on auth_group; .* more\."):
        call_command("grant", to=application_role)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "words"), [("CREATE ON SCHEMA public", "it may make tables"), ("TEMPORARY ON DATABASE {name}", "it may make temporary tables")]
)
def test_a_right_to_make_tables_is_taken_away(application_role, more, words):
    say(f"GRANT {more.format(name=connection.settings_dict['NAME'])} TO PUBLIC")
    assert too_much(application_role) == [words]
    grant(application_role)
    assert too_much(application_role) == []


@pytest.mark.django_db
def test_the_owner_is_no_application_and_loses_nothing(application_role):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
    with pytest.raises(CommandError, match="too powerful to be the application's own: .*it owns the database"):
        call_command("grant", to=owner)
    say("UPDATE patients_patient SET given_name = given_name")


@pytest.mark.django_db
def test_a_role_that_is_not_there_is_asked_for():
    with pytest.raises(CommandError, match="There is no role “nobody_here”. Make it first, as a superuser: CREATE ROLE nobody_here LOGIN"):
        call_command("grant", to="nobody_here")


@pytest.mark.django_db(transaction=True)
def test_commands_of_the_owner_connect_as_the_owner_and_step_back(settings, application_role):
    def who():
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user")
            return cursor.fetchone()[0]

    before = who()
    settings.DATABASE_OWNER = {name: connection.settings_dict[name] for name in ("PASSWORD", "HOST", "PORT")} | {"USER": before}
    connection.settings_dict["USER"] = "somebody_else"
    try:
        with as_owner():
            assert who() == before
        assert connection.settings_dict["USER"] == "somebody_else"
    finally:
        connection.settings_dict["USER"] = before
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_every_migrate_grants_when_the_application_is_somebody_else(settings, application_role):
    settings.DATABASE_OWNER = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD", "HOST", "PORT")}
    settings.DATABASE_ROLE = application_role
    say(f"GRANT DELETE ON patients_patient TO {application_role}")
    call_command("migrate", verbosity=0, interactive=False)
    assert differences(application_role) == []
