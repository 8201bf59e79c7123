from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from casemgr.core.accounts.models import Program
from casemgr.core.accounts.rules import Role
from casemgr.core.administration.deadlines.actions import look_at_clocks
from casemgr.core.administration.policies.actions import attest_policy, say_policy_does_not_apply, say_policy_is_missing
from casemgr.core.audit.models import AuditEvent
from casemgr.core.deadlines.models import Clock
from casemgr.core.policies.models import PolicyStatement
from casemgr.core.policies.queries import areas_of, areas_to_settle, statements_about, statements_seen_by
from casemgr.core.policies.rules import areas
from casemgr.core.refusals import Denied, Refused

TODAY = date(2026, 3, 4)
NEXT_YEAR = date(2027, 3, 4)


@pytest.fixture
def who(clinic, now):
    return {"program": clinic.program, "by": clinic.privacy_officer, "at": now}


@pytest.fixture
def attest(who):
    def _attest(area="paper_keeping", **facts) -> PolicyStatement:
        known = {"title": "Keys and cabinets ", "kept_at": "Binder, version 4", "in_force_since": TODAY, "review_on": NEXT_YEAR}
        return attest_policy(**{"area": area, **known, "has_read": True, **who, **facts})

    return _attest


def standing(clinic, area="paper_keeping"):
    return next(one.standing for one in areas_of([clinic.program.pk], TODAY) if one.area.code == area)


def test_an_attested_policy_is_signed_with_the_name_and_has_a_clock(attest, clinic, now):
    clinic.privacy_officer.title = "CHPC"
    row = attest()
    said = (row.kind, row.title, row.edition, row.stated_on, row.recorded_by, row.recorded_at, row.signed_as)
    assert said == (
        "attested", "Keys and cabinets", "2026-11", TODAY, clinic.privacy_officer, now, f"{clinic.privacy_officer.full_name}, CHPC",
    )  # fmt: skip
    clock = Clock.objects.running().get()
    assert (clock.kind, clock.subject, clock.ends_on, clock.patient_id) == (
        "policy_review", f"casemgr.policystatement:{row.pk}", NEXT_YEAR, None,
    )  # fmt: skip
    assert clock.rule.is_policy
    event = AuditEvent.objects.get(verb="attest_policy")
    assert (event.actor_id, event.subject, event.outcome) == (clinic.privacy_officer.pk, clock.subject, "done")
    assert standing(clinic) == "attested"


def test_a_later_statement_takes_the_place_of_the_one_before_and_both_stay(attest, who, clinic, now):
    first = attest()
    missing = say_policy_is_missing(area="paper_keeping", words="The binder is lost.", review_on=date(2026, 4, 3), **who)
    assert standing(clinic) == "missing"
    assert [clock.ends_on for clock in Clock.objects.running()] == [date(2026, 4, 3)]
    assert Clock.objects.get(closed_at__isnull=False).outcome == f"followed by {missing.pk}"
    other = attest("paper_using")
    last = say_policy_does_not_apply(area="paper_keeping", words="No paper is kept any more.", review_on=NEXT_YEAR, **who)
    assert list(statements_about(clinic.program, "paper_keeping")) == [last, missing, first]
    assert standing(clinic) == "not_applicable"
    assert Clock.objects.running().filter(subject=f"casemgr.policystatement:{other.pk}").exists()
    assert Clock.objects.running().count() == 2


def test_a_clock_warns_before_the_review_and_every_area_without_a_policy_waits(attest, who, clinic, now):
    assert len(areas_to_settle(clinic.privacy_officer, TODAY)) == len(areas())
    for area in areas():
        attest(area, review_on=TODAY + timedelta(days=30 if area == "paper_using" else 31))
    say_policy_is_missing(area="electronic_using", words="Under way.", review_on=NEXT_YEAR, **who)
    found = [(one.area.code, one.standing) for one in areas_to_settle(clinic.privacy_officer, TODAY)]
    assert found == [("paper_using", "review_soon"), ("electronic_using", "missing")]
    assert look_at_clocks(program=clinic.program, by=clinic.system, at=now) == 1
    assert not areas_to_settle(clinic.director, TODAY)


def test_what_a_statement_lacks_is_named_all_at_once_and_nothing_is_kept(attest, who):
    with pytest.raises(Refused) as refused:
        attest(title="", kept_at=" ", in_force_since=NEXT_YEAR, review_on=TODAY, has_read=False)
    assert {(reason.field, reason.source) for reason in refused.value.reasons} == {
        (field, "42 CFR 2.16(a)") for field in ("title", "kept_at", "in_force_since", "review_on", "has_read")
    }
    with pytest.raises(Refused, match="Whoever keeps records"):
        say_policy_does_not_apply(area="unauthorized_uses", words="We trust each other.", review_on=NEXT_YEAR, **who)
    with pytest.raises(Refused, match="Write why"):
        say_policy_is_missing(area="paper_using", words=" ", review_on=NEXT_YEAR, **who)
    with pytest.raises(Refused, match="no such area"):
        attest("cloud")
    assert not PolicyStatement.objects.exists()
    assert not Clock.objects.exists()
    assert AuditEvent.objects.filter(outcome="refused").count() == 4


def test_what_was_stated_is_neither_changed_nor_deleted_by_any_door(attest):
    row = attest()
    for change in (lambda: PolicyStatement.objects.update(title="Another"), row.delete, lambda: PolicyStatement.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert PolicyStatement.objects.get() == row


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"kept_at": ""},
        {"in_force_since": None},
        {"in_force_since": NEXT_YEAR},
        {"review_on": TODAY},
        {"area": ""},
        {"signed_as": ""},
        {"kind": "missing"},
        {"kind": "missing", "words": "Lost."},
        {"kind": "not_applicable", "title": "", "kept_at": "", "in_force_since": None},
    ],
)
def test_the_database_keeps_no_statement_that_lacks_something(clinic, now, wrong):
    whole = {
        "program": clinic.program, "area": "paper_using", "edition": "2026-11", "kind": "attested", "title": "Keys", "kept_at": "Binder",
        "in_force_since": TODAY, "stated_on": TODAY, "review_on": NEXT_YEAR, "signed_as": "Pat", "recorded_at": now,
        "recorded_by": clinic.privacy_officer,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyStatement.objects.create(**{**whole, **wrong})


def test_only_who_oversees_the_privacy_of_the_program_states_and_sees(attest, clinic):
    row = attest()
    others = [role for role in Role if role is not Role.PRIVACY_OFFICER]
    for role in others:
        with pytest.raises(Denied):
            attest(by=clinic.staff[role])
        assert not statements_seen_by(clinic.staff[role]).exists()
    elsewhere = Program.objects.create(name="Elsewhere")
    with pytest.raises(Denied):
        attest(program=elsewhere)
    assert list(statements_seen_by(clinic.privacy_officer)) == [row]
    assert not statements_seen_by(clinic.hire(Role.PRIVACY_OFFICER, None, program=elsewhere)).exists()
    assert AuditEvent.objects.filter(verb="attest_policy", outcome="denied").count() == len(others) + 1
