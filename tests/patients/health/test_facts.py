"""What every fact of health has in common, told with an allergy."""

from datetime import date

import pytest

from casemgr.core.accounts.models import Program
from casemgr.core.audit.history import history_of
from casemgr.core.refusals import Denied, Refused
from patients.health.actions import mark_health_fact_as_error, revise_health_fact
from patients.health.allergies.actions import record_allergy
from patients.health.queries import program_for


@pytest.fixture
def penicillin(here):
    return record_allergy(substance="Penicillin", reaction="Hives", severity="moderate", **here)


def test_a_revision_keeps_what_was_written_before_and_who_wrote_it(penicillin, clinic, now):
    revise_health_fact(fact=penicillin, changes={"reaction": "Hives and swelling", "criticality": "high"}, by=clinic.prescriber, at=now)
    latest, first = history_of(penicillin)[0]
    assert {(field.name, field.before, field.after) for field in latest.fields} >= {("what happened", "Hives", "Hives and swelling")}
    assert (latest.who, first.who) == (clinic.prescriber.full_name, clinic.nurse.full_name)


def test_an_error_stays_to_be_read_and_is_never_revised(penicillin, by):
    mark_health_fact_as_error(fact=penicillin, why="It was the sister's allergy.", **by)
    penicillin.refresh_from_db()
    assert not penicillin.stands
    assert not penicillin.holds
    with pytest.raises(Refused):
        revise_health_fact(fact=penicillin, changes={"reaction": "none"}, **by)
    with pytest.raises(Refused):
        mark_health_fact_as_error(fact=penicillin, why="again", **by)


def test_an_error_says_why(penicillin, by, fields):
    with pytest.raises(Refused) as refused:
        mark_health_fact_as_error(fact=penicillin, why=" ", **by)
    assert fields(refused) == {"why"}


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({}, {"substance"}),
        ({"substance": "Latex", "category": "?", "severity": "awful"}, {"category", "severity"}),
        ({"substance": "Latex", "since": date(2026, 3, 5)}, {"since"}),
    ],
)
def test_what_cannot_be_is_refused_with_every_reason(here, fields, facts, wrong):
    with pytest.raises(Refused) as refused:
        record_allergy(**facts, **here)
    assert fields(refused) == wrong


@pytest.mark.parametrize("name", ["patient", "program", "recorded_by", "in_error_why"])
def test_whose_a_fact_is_and_who_wrote_it_is_never_revised(penicillin, by, name):
    with pytest.raises(Refused):
        revise_health_fact(fact=penicillin, changes={name: "x"}, **by)


def test_the_front_desk_writes_nothing_about_health(here, clinic):
    with pytest.raises(Denied):
        record_allergy(substance="Latex", **{**here, "by": clinic.front_desk})


def test_nobody_writes_in_a_program_where_the_right_is_not_held(here):
    with pytest.raises(Denied):
        record_allergy(substance="Latex", **{**here, "program": Program.objects.create(name="Hill Program")})


def test_the_program_is_the_one_in_hand_if_it_knows_the_person(clinic, patient):
    elsewhere = Program.objects.create(name="Hill Program")
    assert program_for(clinic.nurse, patient, clinic.program) == clinic.program
    assert program_for(clinic.nurse, patient, elsewhere) == clinic.program
