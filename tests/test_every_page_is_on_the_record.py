"""Open every page that names a person, and find the row on the record that says who saw them."""

import re

import pytest
from django.db.models import Q
from django.urls import reverse

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import CASELOAD_ROLES, Can, Role
from casemgr.core.audit.models import AuditEvent
from tests.doors import CANARY, Everything
from tests.knocking import ABOUT_PARTNERS_NOT_PATIENTS, CODES, SEARCHES, own_pages

THE_PERSON = re.compile(rf"{CANARY},? {CANARY}")
"""The name of the person; lots and organizations of this world have only half of it."""


def _seen_but_not_recorded(browser, user, everything, pages):
    """Return the pages that showed the person and left no row naming them, and the pages that showed them at all."""
    silent, showed = set(), set()
    for route in pages:
        if not any(user.may(Can(right)) for right in route.rights):
            continue
        if set(route.arguments) & ABOUT_PARTNERS_NOT_PATIENTS:
            continue
        base = everything.arguments(route.arguments)
        for arguments in [base | {"code": code} for code in CODES] if "code" in base else [base]:
            before = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            answer = browser.get(reverse(route.name, kwargs=arguments), {"q": CANARY[:-1]} if route.name in SEARCHES else {})
            if answer.status_code != 200 or answer.streaming or not answer["Content-Type"].startswith("text/html"):
                continue
            if not THE_PERSON.search(answer.content.decode()):
                continue
            showed.add(route.name)
            named = Q(patient_id=everything.patient.pk) | Q(people__contains=[everything.patient.pk])
            if not AuditEvent.objects.filter(named, pk__gt=before).exists():
                silent.add(route.name)
    return silent, showed


@pytest.mark.parametrize("role", [Role.CASE_MANAGER, Role.THERAPIST, Role.NURSE, Role.PRIVACY_OFFICER, Role.DIRECTOR, Role.FRONT_DESK])
def test_every_page_that_shows_a_person_leaves_a_row_that_names_them(clinic, sign_in, role):
    everything = Everything(clinic, clinic.north, tuple(clinic.staff[each] for each in CASELOAD_ROLES))
    user = User.objects.get(pk=clinic.staff[role].pk)
    silent, showed = _seen_but_not_recorded(sign_in(user), user, everything, own_pages())
    assert silent == set()
    assert showed, "no page showed the person: this test could not see a gap"
