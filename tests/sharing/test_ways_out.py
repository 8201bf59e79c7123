import subprocess
import sys
from pathlib import Path

import pytest

from casemgr.core.accounts.models import Membership, User
from casemgr.core.accounts.rules import CASELOAD_ROLES, Role
from casemgr.core.features import import_every
from casemgr.sharing.ways import WAYS, WayOut, queued_way
from patients.disclosures.models import Disclosure
from tests.doors import Everything, routes
from tests.no_pages import NO_PAGE
from tests.sharing import careless_ways
from tests.sharing.ways_out import answers_that_are_no_page, carriers_beside_the_ways, ungated_routes

BESIDE_THE_WAYS = {
    ("casemgr/api/problems.py", "HttpResponse"): "errors of the API; they quote no patient",
    ("casemgr/api/views.py", "HttpResponse"): "a token against a secret; it reads no record",
    ("casemgr/core/administration/middleware.py", "HttpResponse"): "an empty answer that sends a browser to the sign-in",
    ("casemgr/core/messaging/gateways.py", "smtplib"): "to the patient: reminders, checked for revealing words",
    ("casemgr/core/messaging/gateways.py", "socket"): "to the patient: reminders, checked for revealing words",
    ("casemgr/core/messaging/gateways.py", "EmailMessage"): "to the patient: reminders, checked for revealing words",
    ("casemgr/core/paper/answers.py", "HttpResponse"): "the one answer that holds paper; whoever calls it is on this list",
    ("casemgr/core/paper/answers.py", "Content-Disposition"): "the one answer that holds paper; whoever calls it is on this list",
    ("casemgr/core/paper/answers.py", "StreamingHttpResponse"): "the one answer that holds paper; whoever calls it is on this list",
    ("casemgr/core/paper/typesetting.py", "subprocess"): "the press, a process without network that gives back a PDF",
    ("casemgr/core/views.py", "HttpResponse"): "the launcher asks whether the house lives; it says nothing",
    ("casemgr/core/views.py", "JsonResponse"): "the same, with the database asked; it says nothing",
    ("casemgr/desk/audit/views.py", "Content-Disposition"): "in-house: the record of access, for the privacy officer",
    ("casemgr/desk/audit/views.py", "StreamingHttpResponse"): "in-house: the record of access, for the privacy officer",
    ("casemgr/desk/audit/views.py", "writer"): "in-house: the record of access, for the privacy officer",
    ("casemgr/desk/agreements/views.py", "Content-Disposition"): "in-house: the scan of a paper signed with an organization; of no patient",
    ("casemgr/desk/agreements/views.py", "HttpResponse"): "in-house: the scan of a paper signed with an organization; of no patient",
    ("casemgr/measures/views.py", "Content-Disposition"): "figures for other programs: small groups hidden, nobody named",
    ("casemgr/measures/views.py", "HttpResponse"): "figures for other programs: small groups hidden, nobody named",
    ("casemgr/measures/views.py", "writer"): "figures for other programs: small groups hidden, nobody named",
    ("casemgr/sharing/formats.py", "typeset"): "writes a packet for the ways out",
    ("casemgr/sharing/formats.py", "writer"): "writes a packet for the ways out",
    ("casemgr/sharing/views.py", "answer_with"): "hands over what a way out has written",
    ("treatment_plans/drafts/views.py", "JsonResponse"): "in-house: what somebody typed, back to their own window",
    ("patients/accounting/queries.py", "writer"): "to the patient: the account of what was told about them (42 CFR 2.25)",
    ("patients/accounting/views.py", "as_pdf"): "to the patient: the account of what was told about them (42 CFR 2.25)",
    ("patients/accounting/views.py", "typeset"): "to the patient: the account of what was told about them (42 CFR 2.25)",
    ("patients/consent/printing/views.py", "as_pdf"): "to the patient: the consent to sign, and a copy of it (42 CFR 2.31)",
    ("patients/consent/printing/views.py", "typeset"): "to the patient: the consent to sign, and a copy of it (42 CFR 2.31)",
    ("patients/safety/planning/views.py", "as_pdf"): "to the patient: their own safety plan",
    ("patients/safety/planning/views.py", "typeset"): "to the patient: their own safety plan",
    ("treatment_plans/sessions/coping/views.py", "as_pdf"): "to the patient: their own coping cards",
    ("treatment_plans/sessions/coping/views.py", "typeset"): "to the patient: their own coping cards",
    ("treatment_plans/reviews/paper/views.py", "as_pdf"): "to the patient: their own treatment plan",
    ("treatment_plans/reviews/paper/views.py", "typeset"): "to the patient: their own treatment plan",
    ("patients/consent/views.py", "Content-Disposition"): "in-house: the scan of what the person signed, for staff",
    ("patients/consent/views.py", "HttpResponse"): "in-house: the scan of what the person signed, for staff",
    (
        "treatment_plans/calendar/feed/views.py",
        "HttpResponse",
    ): "to a colleague's own calendar: hours that are taken, of nobody, in neutral words",
}
"""Whatever could carry bytes out beside the ways, each with the reason why it may; one that no longer exists fails."""

IN_HOUSE_TOOLS = {"casemgr/bench", "casemgr/celery.py", "casemgr/core/outbox"}
"""Parts that measure or wake this very machine."""

UNGATED = {
    "api:token": "gives a token against a secret; it reads no record",
    "api:schema": "describes the API; it reads no record",
    "api:docs": "shows the description; it reads no record",
    "api:nothing": "answers 404",
}


def beside() -> set[tuple[str, str]]:
    return {found for found in carriers_beside_the_ways() if not found[0].startswith(tuple(IN_HOUSE_TOOLS))}


@pytest.fixture
def everybodys_rights(clinic, sign_in):
    """Return a browser of somebody who holds every role, on the care team of a person with one row of every kind."""
    user = clinic.hire(Role.NURSE, None)
    for role in set(Role) - {Role.NURSE}:
        Membership.objects.create(user=user, program=clinic.program, role=role, starts_on="2024-01-01")
    everything = Everything(clinic, clinic.north, (*(clinic.staff[role] for role in CASELOAD_ROLES), User.objects.get(pk=user.pk)))
    return sign_in(User.objects.get(pk=user.pk)), everything


def test_every_way_out_is_whole():
    import_every("gate")
    assert set(WAYS) == {way.via for way in WayOut.__subclasses__()}
    for via, way in WAYS.items():
        assert set(way.carried_in) == set(way.formats) != set(), f"{via} does not say where its notice travels"
        assert way.label
        if way.is_queued:
            assert {"address_of", "prepare", "send", "knows_keys"} <= set(dir(queued_way(via)))


def test_two_ways_of_one_name_are_refused():
    with pytest.raises(TypeError, match="already a way out called print"):
        type("Again", (WayOut,), {"via": "print"})


def test_nothing_in_the_source_carries_bytes_out_beside_the_ways():
    assert beside() - BESIDE_THE_WAYS.keys() == set()


def test_no_exception_is_stale():
    assert BESIDE_THE_WAYS.keys() - beside() == set()
    assert NO_PAGE.keys() - {route.name for route in routes()} == set()


def test_every_route_of_the_api_leads_through_the_gate():
    assert ungated_routes() == UNGATED.keys()


def test_every_page_that_is_no_page_is_known(everybodys_rights):
    """What the pages with a right answer when they are read, the walk of every role asks (tests/test_doors.py)."""
    browser, everything = everybodys_rights
    assert answers_that_are_no_page(browser, everything).keys() == NO_PAGE.keys()
    assert not Disclosure.objects.filter(outcome="disclosed").exists()


def test_careless_ways_in_the_source_are_reported():
    source = Path(careless_ways.__file__)
    assert {carrier for _file, carrier in carriers_beside_the_ways([source])} == {
        "Content-Disposition", "HttpResponse", "JsonResponse", "writer", "send_mail", "urllib.request",
    }  # fmt: skip


def test_careless_routes_are_reported(everybodys_rights, settings, watch):
    settings.ROOT_URLCONF = "tests.sharing.careless_ways"
    browser, everything = everybodys_rights
    tried = [route for route in routes() if route.name in {"try:table", "try:data"}]
    assert answers_that_are_no_page(browser, everything, tried) == {"try:table": "text/csv", "try:data": "application/json"}
    assert ungated_routes() - UNGATED.keys() == {"everybody"}
    assert len(watch.seen) == 4
    watch.seen.clear()


def test_the_process_that_serves_pages_knows_every_way():
    """Here every module is loaded; the server loads what its addresses need, and mail was missing on the page."""
    served = "import django; django.setup(); import casemgr.urls; from casemgr.sharing.ways import WAYS; print(*sorted(WAYS))"
    said = subprocess.run([sys.executable, "-c", served], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["api", "email", "export", "print", "referral", "webhook"]
