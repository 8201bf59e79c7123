from datetime import date, time

import pytest

from casemgr.core.accounts.models import Membership, OpeningHours, Program, Site, User
from casemgr.core.accounts.rules import Can, Role
from casemgr.core.administration.accounts.actions import (
    add_program,
    add_site,
    add_user,
    close_site,
    deactivate_user,
    end_membership,
    grant_membership,
    set_opening_hours,
)
from casemgr.core.refusals import Denied, Refused


def test_an_administrator_opens_a_program_with_a_site_and_its_hours(clinic, now):
    boss = clinic.administrator
    program = add_program(name="Hill Program", time_zone="America/Chicago", by=boss, at=now)
    # a right held in one program says nothing about a new one
    with pytest.raises(Denied):
        add_site(program=program, name="Top", by=boss, at=now)
    Membership.objects.create(user=boss, program=program, role=Role.ADMINISTRATOR, starts_on=date(2026, 1, 1))
    boss = User.objects.get(pk=boss.pk)
    site = add_site(program=program, name="Top", by=boss, at=now)
    assert site.time_zone == "America/Chicago"
    set_opening_hours(site=site, hours=[(0, time(5), time(11)), (0, time(13), time(17))], purpose="dosing", by=boss, at=now)
    set_opening_hours(site=site, hours=[(1, time(6), time(11))], purpose="dosing", by=boss, at=now)
    assert [str(row) for row in OpeningHours.objects.filter(site=site)] == ["1 06:00-11:00"]


def test_hours_that_end_before_they_begin_are_refused_and_the_old_ones_stay(clinic, now):
    set_opening_hours(site=clinic.north, hours=[(0, time(5), time(11))], by=clinic.administrator, at=now)
    with pytest.raises(Refused, match="open before it closes"):
        set_opening_hours(site=clinic.north, hours=[(0, time(11), time(5))], by=clinic.administrator, at=now)
    assert [str(row) for row in OpeningHours.objects.filter(site=clinic.north)] == ["0 05:00-11:00"]


def test_a_closure_said_twice_is_one_closure(clinic, now):
    close_site(site=clinic.north, day=date(2026, 7, 3), reason="Holiday", by=clinic.administrator, at=now)
    close_site(site=clinic.north, day=date(2026, 7, 3), reason="Independence Day", by=clinic.administrator, at=now)
    assert [str(closure) for closure in clinic.north.closures.all()] == ["2026-07-03: Independence Day"]


def test_the_same_address_in_other_letters_is_the_same_person(clinic, now):
    add_user(email="Ana@North.test", full_name="Ana Ruiz", by=clinic.administrator, at=now)
    with pytest.raises(Refused, match="already known"):
        add_user(email="ana@north.TEST", full_name="Ana R.", by=clinic.administrator, at=now)
    assert User.objects.filter(email__iexact="ana@north.test").count() == 1


def test_a_nurse_makes_no_users(clinic, now):
    before = User.objects.count()
    with pytest.raises(Denied):
        add_user(email="x@north.test", full_name="X", by=clinic.nurse, at=now)
    assert User.objects.count() == before


def test_a_role_begins_and_ends_on_its_days(clinic, now):
    user = add_user(email="ana@north.test", full_name="Ana Ruiz", by=clinic.administrator, at=now)
    membership = grant_membership(
        user=user, program=clinic.program, site=clinic.north, role="nurse", starts_on=date(2026, 1, 1), by=clinic.administrator, at=now
    )
    assert User.objects.get(pk=user.pk).may(Can.ADMINISTER_DOSE)
    end_membership(membership=membership, ends_on=date(2026, 2, 1), by=clinic.administrator, at=now)
    assert not User.objects.get(pk=user.pk).may(Can.ADMINISTER_DOSE)


def test_nobody_gives_a_role_to_themselves_nor_one_at_a_foreign_site(clinic, now):
    there = Site.objects.create(program=Program.objects.create(name="Hill Program"), name="Top")
    before = Membership.objects.count()
    with pytest.raises(Refused) as refused:
        grant_membership(
            user=clinic.administrator,
            program=clinic.program,
            site=there,
            role="prescriber",
            starts_on=date(2026, 1, 1),
            by=clinic.administrator,
            at=now,
        )
    assert [reason.field for reason in refused.value.reasons] == ["user", "site"]
    assert Membership.objects.count() == before


def test_nobody_shuts_themselves_out(clinic, now):
    with pytest.raises(Refused):
        deactivate_user(user=clinic.administrator, by=clinic.administrator, at=now)
    assert User.objects.get(pk=clinic.administrator.pk).is_active
    deactivate_user(user=clinic.nurse, by=clinic.administrator, at=now)
    assert not User.objects.get(pk=clinic.nurse.pk).may(Can.ADMINISTER_DOSE)
