import ast
import inspect
import re
from pathlib import Path

from casemgr.core.action import REGISTRY
from casemgr.core.features import import_every, modules_called
from casemgr.core.outbox.events import Event
from casemgr.reactions import REACTIONS
from tests.architecture.source import APPS, ROOT, name_of, source_files, tree_of

WORDS = {"rules", "events", "models", "queries", "actions", "forms", "views"}
ONCE_PER_APP = {"urls", "admin", "models", "apps"}
RECORDED_ONLY: dict[str, str] = {}
"""Facts that nobody reacts to yet, each with the reason why it is recorded all the same."""

WRITES = {"create", "bulk_create", "bulk_update", "update", "update_or_create", "get_or_create", "save", "delete"}
ALWAYS_A_WRITE = {"bulk_create", "bulk_update", "update_or_create", "get_or_create", "save"}
SQL_WRITE = re.compile(rf"\b(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|COPY)\s+\"?({'|'.join(APPS)})_\w+")
MAY_WRITE_OUTSIDE_ACTIONS = {
    "casemgr/core/audit/recording.py": "it is the writer of the audit record",
    "casemgr/core/deadlines/recording.py": "it is the writer of clocks, called inside verbs",
    "casemgr/core/outbox/recording.py": "it is the writer of the outbox",
    "casemgr/core/outbox/draining.py": "it marks what became of facts",
    "casemgr/core/messaging/sending.py": "it marks what became of messages",
    "casemgr/sharing/sending.py": "it leases sendings, ties each to its account and puts it off",
    "casemgr/core/messaging/queueing.py": "it is the writer of the queue of messages",
    "casemgr/bench/filling.py": "fills the benchmark's own database, a hundred thousand people at once",
    "casemgr/bench/reminding.py": "fills the benchmark's own database with reminders that are due",
    "casemgr/bench/raw.py": "the bare SQL with which the benchmark compares",
    "casemgr/bench/plain/views.py": "it is the plain Django with which the benchmark compares; no address of the product leads there",
}

MAY_WRITE_STOCK = {
    "treatment_plans/inventory/actions.py": "the verbs of stock themselves",
    "casemgr/bench/filling.py": "fills the benchmark's own database",
}


def test_features_of_the_storeys_speak_the_seven_words_and_no_others():
    strange = []
    for app in APPS[1:]:
        for file in (ROOT / app).glob("*/*.py"):
            if file.parent.name not in {"migrations", "data", "admin"} and file.stem not in WORDS | {"__init__"}:
                strange.append(name_of(file))
        for file in (ROOT / app).glob("*.py"):
            if file.stem not in ONCE_PER_APP | {"__init__"}:
                strange.append(name_of(file))
    # rules may grow into a package of its own
    assert [name for name in strange if "/rules/" not in name] == []


def test_every_verb_is_an_action_with_a_name_of_its_own():
    modules = import_every("actions")
    public = {
        f"{module.__name__}.{name}"
        for module in modules
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }
    assert public - set(REGISTRY) == set(), "these functions in actions.py are no declared action; begin helpers with _"
    names = [name.rsplit(".", 1)[1] for name in REGISTRY]
    assert sorted(names) == sorted(set(names))


def test_every_verb_takes_keywords_only_knows_who_and_when_and_is_documented():
    import_every("actions")
    wrong = []
    for name, (_can, verb) in REGISTRY.items():
        parameters = inspect.signature(verb).parameters
        if any(parameter.kind not in {parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD} for parameter in parameters.values()):
            wrong.append(f"{name} takes arguments without a keyword")
        if not {"by", "at"} <= set(parameters):
            wrong.append(f"{name} does not take by= and at=")
        if not inspect.getdoc(verb):
            wrong.append(f"{name} has no docstring")
    assert wrong == []


def writes_in(file: Path) -> list[str]:
    """Return the places where a file writes to the database, through the ORM or in SQL."""
    found = []
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            text = ast.unparse(node.func)
            if ".objects" in text or node.func.attr in ALWAYS_A_WRITE:
                found.append(f"{name_of(file)}:{node.lineno} {text}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (said := SQL_WRITE.search(node.value)):
            found.append(f"{name_of(file)}:{node.lineno} {said.group()}")
    return found


def may_write(file: Path) -> bool:
    return file.stem == "actions" or "management" in file.parts or name_of(file) in MAY_WRITE_OUTSIDE_ACTIONS


def test_nothing_is_written_but_by_actions():
    assert [place for file in source_files() if not may_write(file) for place in writes_in(file)] == []


def test_no_licence_to_write_is_stale():
    assert [name for name in MAY_WRITE_OUTSIDE_ACTIONS if not (ROOT / name).exists() or not writes_in(ROOT / name)] == []


def test_stock_is_written_only_by_the_verbs_of_inventory():
    wrong = [
        place
        for file in source_files()
        if name_of(file) not in MAY_WRITE_STOCK
        for place in writes_in(file)
        if re.search(r"\b(Lot|StockEntry)\.objects|treatment_plans_(lot|stockentry)", place)
    ]
    assert wrong == []


def test_the_clock_is_read_at_the_doors_only():
    doors = {
        "views",
        "counts",
        "adapter",
        "middleware",
        "pages",
        "schedule",
        "celery",
        "conftest",
        "record_admin",
        "admin_site",
        "admin",
        "moments",
    }
    wrong = []
    for file in source_files():
        at_a_door = file.stem in doors or {"api", "management", "admin", "templatetags"} & set(file.parts)
        if at_a_door:
            continue
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in {
                "timezone.now",
                "datetime.now",
                "date.today",
                "dt.datetime.now",
                "timezone.localdate",
            }:
                wrong.append(f"{name_of(file)}:{node.lineno}")
    assert wrong == []


def test_no_signals():
    wrong = [
        f"{name_of(file)}:{node.lineno}"
        for file in source_files()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("django.dispatch", "django.db.models.signals"))
    ]
    assert wrong == []


def test_every_fact_has_a_reaction_or_a_reason_to_have_none():
    import_every("events")
    product = {kind for kind, event in Event.kinds.items() if event.__module__.split(".")[0] in APPS}
    reacted = {event.kind() for event in REACTIONS}
    assert product - reacted == set(RECORDED_ONLY)
    assert reacted & set(RECORDED_ONLY) == set()


def test_facts_carry_ids_and_plain_values_only():
    import_every("events")
    wrong = [
        f"{kind}.{name}: {field}"
        for kind, event in Event.kinds.items()
        if event.__module__.split(".")[0] in APPS
        for name, field in event.__annotations__.items()
        if getattr(field, "__name__", str(field)) not in {"int", "str", "bool"}
    ]
    assert wrong == []


def test_feature_modules_are_found():
    assert "patients.record.actions" in modules_called("actions")


def test_verbs_know_no_form_no_page_and_no_request():
    wrong = [
        f"{name_of(file)}:{node.lineno} {node.module}"
        for file in source_files()
        if file.stem == "actions"
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("django.forms", "django.http", "django.shortcuts", "django.template"))
    ]
    assert wrong == []
