import re

import pytest
from django.db import transaction
from django.utils import timezone

from casemgr.sharing.ways import WAYS
from patients.consent.models import ConsentKind
from patients.disclosures.models import Disclosure
from patients.disclosures.rules import STATEMENT_LONG
from referrals.referral.rules import tells_all
from tests.patients.consent.papers import PAPERS
from tests.sharing.canaries import MESSAGE, NEVER, PROTECTED, words_in
from tests.sharing.matrix import RECEIVERS, STATES, Got, World, by_word, may_be_said, may_be_told


@pytest.fixture
def now():
    """The API looks at the real clock, so everything here does."""
    return timezone.now()


def test_every_way_has_a_receiver_and_every_kind_a_paper():
    assert set(RECEIVERS) == set(WAYS)
    assert set(PAPERS) == set(ConsentKind.values)


SCOPE = re.compile(r"Consent \d+, signed \d{4}-\d{2}-\d{2}, until")
"""How the explanation of a consent's scope begins."""


def plain(text: str) -> str:
    """Return a text without what a page of paper does to it: breaks in lines."""
    return "".join(text.split())


def faults_in(one: Got, purpose: str) -> list[str]:
    """Return what is wrong with one thing that a receiver got."""
    wrong = []
    if words_in(one.text) != one.words:
        wrong.append(f"told {sorted(words_in(one.text))} instead of {sorted(one.words)}")
    if MESSAGE in one.text and not tells_all(purpose, one.parts):
        wrong.append("told the words of a referral on less than all that it tells")
    if NEVER in one.text or (not set(PROTECTED).isdisjoint(words_in(one.text)) and not set(PROTECTED) & one.parts):
        wrong.append("told what no part tells")
    if plain(STATEMENT_LONG) not in plain(one.text):
        wrong.append(f"without the notice: {one.text}")
    if not SCOPE.search(one.text):
        wrong.append(f"without the scope: {one.text}")
    return wrong


def faults_of(world: World, state: str, via: str) -> list[str]:
    """Try one way in one state; return what is wrong with what came out and with the account of it."""
    last = Disclosure.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    asked = STATES[state](world)
    got = list(RECEIVERS[via](world, asked))
    wrong = []
    for one in got:
        wrong += faults_in(one, asked.purpose)
        if not may_be_told(world, state, one.parts):
            wrong.append(f"told {sorted(one.parts)}")
    rows = Disclosure.objects.filter(pk__gt=last, outcome="disclosed").values_list("via", "categories", "recipient_id", "purpose")
    account = sorted((row_via, tuple(sorted(parts)), to, purpose) for row_via, parts, to, purpose in rows)
    told = sorted((via, tuple(sorted(one.parts)), asked.recipient.pk, asked.purpose) for one in got)
    if account != told:
        wrong.append(f"the account {account} is not what was told {told}")
    return wrong


@pytest.mark.parametrize("kind", sorted(PAPERS))
def test_no_way_out_leaks_and_every_one_accounts_for_what_it_tells(clinic, now, filled, listening, settings, kind):
    world = World(clinic, filled, kind, now, listening, settings.MESSAGE_FOLDER)
    wrong, carried = {}, set()
    for state in STATES:
        for via in WAYS:
            with transaction.atomic():
                before = Disclosure.objects.filter(outcome="disclosed").count()
                if found := faults_of(world, state, via):
                    wrong[state, via] = found
                if Disclosure.objects.filter(outcome="disclosed").count() > before:
                    carried.add((state, via))
                transaction.set_rollback(True)
        with transaction.atomic():
            asked = STATES[state](world)
            said, may = by_word(world, asked), may_be_said(world, state, asked.parts)
            if bool(said) != may or Disclosure.objects.filter(via="spoken").count() != len(said):
                wrong[state, "spoken"] = [f"said for {said}"]
            transaction.set_rollback(True)
    assert wrong == {}
    assert {("active", "print"), ("active", "export"), ("active", "email")} <= carried, "nothing left at all: this test could see no leak"
