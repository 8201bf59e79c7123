"""Run the steps of one migration together, so that a fresh database takes seconds.

Django renders the tables of the whole house anew after every step. A table made here is written whole, and what changes older tables runs
between the same two pictures of the house. The files stay as they were generated; only their list goes through `together`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel, RunPython, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

Editor = BaseDatabaseSchemaEditor


def together(operations: Sequence[Operation]) -> list[Operation]:
    """Return these steps as few; what reads or writes rows keeps its place between them."""
    return [group[0] if isinstance(group[0], RunPython | RunSQL) else Together(_whole_tables(group)) for group in _between_rows(operations)]


class Together(Operation):
    """Do several steps between the same two pictures of the house."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        """Remember the steps."""
        self.operations = list(operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Draw the new picture once, and only when somebody looks at it."""
        state.clear_delayed_apps_cache()
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            if isinstance(operation, AddTrigger):
                options = state.models[app_label, operation.model_name].options
                options["triggers"] = [*options.get("triggers", []), operation.trigger]
            else:
                operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Editor, from_state: ProjectState, to_state: ProjectState) -> None:
        """Do each step; triggers are installed from their own words."""
        for operation in self.operations:
            if isinstance(operation, RemoveTrigger):
                old = _named(from_state.models[app_label, operation.model_name], operation.name)
                schema_editor.execute(old.uninstall_sql, params=None)
            elif not isinstance(operation, AddTrigger):
                operation.database_forwards(app_label, schema_editor, from_state, to_state)
        for trigger in self._triggers():
            schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(self, app_label: str, schema_editor: Editor, from_state: ProjectState, to_state: ProjectState) -> None:
        """Undo each step, the last first."""
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def _triggers(self) -> Iterator[Any]:
        """Yield the triggers that these steps install."""
        for operation in self.operations:
            if isinstance(operation, CreateModel):
                yield from operation.options.get("triggers", ())
            elif isinstance(operation, AddTrigger):
                yield operation.trigger

    def describe(self) -> str:
        """Say what the steps do."""
        return "; ".join(operation.describe() for operation in self.operations)


def _named(table: Any, name: str) -> Any:
    """Return a trigger of a table by its name."""
    return next(trigger for trigger in table.options["triggers"] if trigger.name == name)


def _whole_tables(operations: Sequence[Operation]) -> list[Operation]:
    """Return the steps with what belongs to a table made here written into its making; tables come first, ordered by their keys."""
    made: dict[str, CreateModel] = {}
    steps: list[Operation] = []
    for operation in operations:
        table = made.get(str(getattr(operation, "model_name", "")).lower())
        if isinstance(operation, CreateModel):
            made[operation.name_lower] = CreateModel(
                operation.name, list(operation.fields), {**operation.options}, operation.bases, operation.managers
            )
        elif table is None or not _write_into(table, operation):
            steps.append(operation)
    return [*_in_order(made), *steps]


def _in_order(tables: Mapping[str, CreateModel]) -> Iterator[CreateModel]:
    """Yield the tables so that each comes after those that its foreign keys name."""
    left = dict(tables)
    while left:
        ready = [name for name, table in left.items() if not _named_by(table) & (left.keys() - {name})]
        if not ready:
            raise ValueError(f"Foreign keys go in a circle: {', '.join(left)}.")
        yield from (left.pop(name) for name in ready)


def _named_by(table: CreateModel) -> set[str]:
    """Return the names of the tables that a table's foreign keys name."""
    targets = (field.remote_field.model for _name, field in table.fields if field.remote_field is not None)
    return {str(target if isinstance(target, str) else target.__name__).split(".")[-1].lower() for target in targets}


def _write_into(table: CreateModel, operation: Operation) -> bool:
    """Write a step into the making of its table, if it can stand there."""
    if isinstance(operation, AddTrigger):
        table.options["triggers"] = [*table.options.get("triggers", []), operation.trigger]
    elif isinstance(operation, AddConstraint):
        table.options["constraints"] = [*table.options.get("constraints", []), operation.constraint]
    elif isinstance(operation, AddIndex):
        table.options["indexes"] = [*table.options.get("indexes", []), operation.index]
    elif isinstance(operation, AddField):
        table.fields.append((operation.name, operation.field))
    else:
        return False
    return True


def _between_rows(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """Yield the steps in groups, each step that reads or writes rows alone."""
    group: list[Operation] = []
    for operation in operations:
        if isinstance(operation, RunPython | RunSQL):
            yield from filter(None, [group])
            yield [operation]
            group = []
        else:
            group.append(operation)
    yield from filter(None, [group])
