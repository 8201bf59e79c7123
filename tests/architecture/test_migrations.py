from django.apps import apps
from django.core.management.commands.makemigrations import Command
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tests.architecture.source import APPS, ROOT


def test_migrations_of_each_app_form_one_line_and_name_its_end():
    graph = MigrationLoader(None).graph
    ends = {app: [name for _app, name in graph.leaf_nodes(app)] for app in APPS}
    said = {app: (ROOT / app / "migrations" / "max_migration.txt").read_text().split() for app in APPS}
    assert ends == said
    assert [app for app, names in ends.items() if len(names) != 1] == []


def test_the_migrations_make_the_tables_that_the_models_describe():
    loader = MigrationLoader(None)
    changes = Command.autodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(loader.graph)
    missing = [operation.describe() for app in APPS for migration in changes.get(app, []) for operation in migration.operations]
    assert missing == []
