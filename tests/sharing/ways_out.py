"""Find everything by which data could leave: in the source, among the routes, and by knocking at each."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

from casemgr.api.gate import GatedView
from tests.architecture.source import name_of, source_files, tree_of
from tests.doors import CHOSEN, Everything, Route, routes
from tests.knocking import ABOUT_PARTNERS_NOT_PATIENTS
from tests.no_pages import NO_PAGE, is_no_page, kind_of

NETWORK = {
    "requests", "urllib3", "http.client", "urllib.request", "socket", "smtplib", "ftplib", "telnetlib", "httpx", "aiohttp", "paramiko", "boto3",
    "asyncio", "xmlrpc.client", "imaplib", "ssl",
}  # fmt: skip
ANSWERS = {"FileResponse", "StreamingHttpResponse", "JsonResponse", "as_pdf", "answer_with"}
MAIL = {"EmailMessage", "EmailMultiAlternatives", "send_mail", "send_mass_mail", "mail_admins", "mail_managers"}
TABLES = {"csv.writer", "csv.DictWriter", "writer", "DictWriter", "typeset"}
PROCESSES = {"subprocess", "os.system", "os.popen", "os.execv", "pty"}


def carriers_in(tree: ast.AST) -> Iterator[str]:
    """Yield what in a file could carry bytes out: answers that are no page, mail, network, tables, papers, other programs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if _is_network(name.name) or name.name in PROCESSES)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if _is_network(node.module) or node.module in PROCESSES:
                yield node.module
        elif isinstance(node, ast.Call):
            yield from _carried_by(node)
        elif isinstance(node, ast.Constant) and node.value == "Content-Disposition":
            yield "Content-Disposition"


def _carried_by(call: ast.Call) -> Iterator[str]:
    name = ast.unparse(call.func)
    last = name.rsplit(".", 1)[-1]
    if last == "HttpResponse" and (len(call.args) > 1 or {word.arg for word in call.keywords} & {"content_type", "headers", None}):
        yield "HttpResponse"
    if last in ANSWERS | MAIL or name in TABLES or name in PROCESSES:
        yield last


def _is_network(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in NETWORK)


def defines_a_way_out(tree: ast.AST) -> bool:
    """Say whether a file is the home of a way out: all that it carries, the gate has let through."""
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return any(ast.unparse(base).rsplit(".", 1)[-1] == "WayOut" for node in classes for base in node.bases)


def carriers_beside_the_ways(files: list[Path] | None = None) -> set[tuple[str, str]]:
    """Return file and carrier of everything that could carry bytes out beside the ways."""
    return {
        (name_of(file), carrier)
        for file in (source_files() if files is None else files)
        if not defines_a_way_out(tree_of(file))
        for carrier in carriers_in(tree_of(file))
    }


def ungated_routes() -> set[str]:
    """Return the names of the API's routes that do not lead through the gate."""
    return {
        route.name
        for route in routes()
        if route.pattern.startswith(("api/", "oauth/", "^(?:api|oauth)/"))
        and not issubclass(getattr(route.callback, "view_class", object), GatedView)
    }


ROOM_PAGES = ("_changelist", "_add", "_change", "_delete", "_history")
"""What every table of the record room has from the framework; of these the walk reads the list, and whatever a table adds it walks whole."""


def answers_that_are_no_page(browser: Client, everything: Everything, of: list[Route] | None = None) -> dict[str, str]:
    """Open every route as somebody who may open all, and return those that answer with something else than a page."""
    found = {}
    for route in routes() if of is None else of:
        if route.pattern.startswith(("api/", "oauth/", "^(?:api|oauth)/")) or route.callback.__module__.startswith("allauth."):
            continue
        if route.pattern.startswith("admin/") and route.name.endswith(ROOM_PAGES[1:]):
            continue
        for address in _addresses(route, everything):
            for answer in _answers(browser, route, address):
                if is_no_page(answer):
                    found[route.name] = kind_of(answer)
    return found


def _answers(browser: Client, route: Route, address: str) -> Iterator[Any]:
    """Yield what a route answers when it is read and when it is written to; a table of the record room is one page for all.

    A page with a right that is not known to be a file is only written to: the walk of every role reads it.
    """
    if not route.rights or route.name in NO_PAGE or route.name.startswith("try:"):
        yield browser.get(address)
    if not (route.pattern.startswith("admin/") and route.name.endswith(ROOM_PAGES)):
        yield browser.post(address)


def _addresses(route: Route, everything: Everything) -> Iterator[str]:
    """Yield the addresses that lead a route to rows of this person, or of anybody in the record room."""
    try:
        arguments: dict[str, Any] = everything.arguments(route.arguments)
    except KeyError:
        if not route.pattern.startswith("admin/"):
            if not set(route.arguments) & ABOUT_PARTNERS_NOT_PATIENTS:
                raise
            return
        arguments = {"object_id": _first_row(route)} if route.arguments == ("object_id",) else {}
        if not arguments:
            return
    codes = ("census", "admissions", "no-shows") if "code" in route.arguments else (CHOSEN["code"],)
    for code in codes:
        try:
            yield reverse(route.name, kwargs=arguments | ({"code": code} if "code" in route.arguments else {}))
        except NoReverseMatch:
            return


def _first_row(route: Route) -> int:
    """Return the key of a row of the table that a page of the record room shows."""
    for model in admin.site._registry:
        if f"{model._meta.app_label}_{model._meta.model_name}_" in route.name:
            return model._default_manager.values_list("pk", flat=True).first() or 0
    return 0
