from datetime import date

from casemgr.core.accounts.models import Membership, User
from casemgr.core.accounts.rules import Role
from casemgr.desk import counts
from casemgr.desk.counts import waiting_for

TODAY = date(2026, 3, 4)


def _again(user):
    """Return the person as the next request reads them."""
    return User.objects.get(pk=user.pk)


def test_the_statement_is_kept_until_what_it_depends_on_changes(clinic, monkeypatch, query_count):
    made = []
    put_together = counts._put_together
    monkeypatch.setattr(counts, "_statements", {})
    monkeypatch.setattr(counts, "_put_together", lambda user, today: made.append(user.pk) or put_together(user, today))
    first = waiting_for(_again(clinic.therapist), today=TODAY)
    assert (
        waiting_for(_again(clinic.therapist), today=TODAY)
        == first
        == {"referrals:tasks": 0, "treatment_plans:unsigned": 0, "treatment_plans:cosign": 0, "referrals:referrals": 0}
    )
    assert made == [clinic.therapist.pk]
    user = _again(clinic.therapist)
    assert user.current_memberships
    with query_count(1):
        waiting_for(user, today=TODAY)
    Membership.objects.create(user=user, program=clinic.program, role=Role.NURSE, starts_on="2024-01-01")
    assert "treatment_plans:dosing" in waiting_for(_again(user), today=TODAY)
    waiting_for(_again(clinic.nurse), today=TODAY)
    waiting_for(_again(clinic.nurse), today=date(2026, 3, 5))
    assert made == [clinic.therapist.pk, clinic.therapist.pk, clinic.nurse.pk, clinic.nurse.pk]


def test_no_more_statements_are_kept_than_a_process_may(clinic, monkeypatch):
    monkeypatch.setattr(counts, "_statements", {})
    monkeypatch.setattr(counts, "MOST_STATEMENTS", 1)
    waiting_for(_again(clinic.nurse), today=TODAY)
    waiting_for(_again(clinic.therapist), today=TODAY)
    assert [key[0] for key in counts._statements] == [clinic.therapist.pk]


def test_nobody_waits_for_somebody_without_a_role(clinic):
    assert waiting_for(User.objects.create(email="new@example.test", full_name="New"), today=TODAY) == {}
