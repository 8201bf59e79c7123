"""What somebody's own world keeps, and what it refuses."""

from datetime import date, timedelta

import pytest

from casemgr.core.accounts.models import Program
from casemgr.core.audit.history import history_of
from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Denied, Refused
from casemgr.reactions.world import propose_help
from patients.world.actions import mark_world_fact_as_error, record_barrier, record_world_fact, resolve_barrier, revise_world_fact
from patients.world.events import BarrierNamed
from patients.world.models import WORLD, Barrier, BarrierKind
from patients.world.queries import in_short, life_events_of, preferred_terms_for, program_for, safety_preferences_for
from patients.world.rules.family import code_of
from patients.world.rules.targets import targets_of
from referrals.casework.models import Task

TODAY = date(2026, 3, 4)
KINDS = [
    ("strengths", {"words": "Never gives up on her sister"}),
    ("goals", {"words": "Sleep in my own bed"}),
    ("wishes", {"own_words": "Ari, they", "stop_signal": "Red"}),
    ("use", {"words": "It lets me sleep", "tags": ["sleep", "pain"]}),
    ("stressors", {"category": "money", "severity": 8}),
    ("family", {"relative": "father", "condition": "alcohol"}),
    ("people", {"name": "Jo", "relation": "sister", "may_talk": "yes"}),
    ("veteran", {"served": "yes", "branch": "army", "wants_va_referral": True}),
    ("events", {"kind": "housing", "began_on": TODAY - timedelta(days=30)}),
]
IMPOSSIBLE = [
    ("strengths", {"words": ""}, {"words"}),
    ("wishes", {}, {""}),
    ("use", {"words": "x", "tags": ["fun"]}, {"tags"}),
    ("stressors", {"category": "money", "severity": 11}, {"severity"}),
    ("stressors", {"category": "money", "since": TODAY, "until": TODAY - timedelta(days=1)}, {"until"}),
    ("people", {"name": "Jo", "relation": "ex", "is_safety_concern": True, "may_talk": "ask"}, {""}),
    ("veteran", {"served": "no", "branch": "army"}, {""}),
    ("events", {"kind": "jail", "began_on": TODAY + timedelta(days=2)}, {"began_on"}),
    ("events", {"kind": "prison", "began_on": TODAY}, {"kind"}),
]


@pytest.mark.parametrize(("of", "facts"), KINDS)
def test_each_kind_of_fact_is_kept_and_says_itself(here, of, facts):
    row = record_world_fact(of=of, **facts, **here)
    assert WORLD[of]._default_manager.get() == row
    assert str(row)
    assert row.stands


@pytest.mark.parametrize(("of", "facts", "wrong"), IMPOSSIBLE)
def test_what_cannot_be_is_refused(here, fields, of, facts, wrong):
    with pytest.raises(Refused) as refused:
        record_world_fact(of=of, **facts, **here)
    assert fields(refused) == wrong


def test_a_revision_keeps_what_was_written_before(here, by):
    goal = record_world_fact(of="goals", words="See my daughter", **here)
    revise_world_fact(fact=goal, changes={"state": "reached"}, **by)
    latest, _first = history_of(goal)[0]
    assert {(field.before, field.after) for field in latest.fields} >= {("Wanted", "Reached")}
    with pytest.raises(Refused):
        revise_world_fact(fact=goal, changes={"patient": None}, **by)


def test_an_error_says_why_and_counts_no_longer(here, by, fields):
    strength = record_world_fact(of="strengths", words="x", **here)
    with pytest.raises(Refused) as refused:
        mark_world_fact_as_error(fact=strength, why=" ", **by)
    assert fields(refused) == {"why"}
    mark_world_fact_as_error(fact=strength, why="Somebody else's", **by)
    with pytest.raises(Refused):
        revise_world_fact(fact=strength, changes={"words": "y"}, **by)
    assert in_short(here["patient"]) == []


def test_wishes_are_revised_and_never_written_twice(here, by, clinic):
    wishes = record_world_fact(of="wishes", stop_signal="Red", words_to_avoid="addict", **here)
    with pytest.raises(Refused):
        record_world_fact(of="wishes", stop_signal="Stop", **here)
    assert safety_preferences_for(here["patient"]) == [("stop signal", "Red")]
    assert preferred_terms_for(here["patient"]) == [("words not to use", "addict")]
    mark_world_fact_as_error(fact=wishes, why="Other person", **by)
    assert safety_preferences_for(here["patient"]) == []
    record_world_fact(of="wishes", stop_signal="Stop", **here)


@pytest.mark.parametrize("kind", BarrierKind.values)
def test_an_open_barrier_proposes_exactly_one_task_without_the_persons_words(here, kind):
    barrier = record_barrier(kind=kind, words="My cousin Zed drives the only car", **here)
    fact = BarrierNamed(barrier_id=barrier.pk, patient_id=barrier.patient_id)
    for _again in range(2):
        assert propose_help(fact, here["at"]).startswith("task")
    task = Task.objects.get()
    assert task.urgency == 3
    assert "Zed" not in task.title + task.detail
    assert Fact.objects.filter(kind__endswith="BarrierNamed").count() == 1


def test_the_task_of_a_barrier_belongs_to_the_lead_of_the_care_team(here, clinic, patient):
    patient.care_team.filter(user=clinic.case_manager).update(is_lead=True)
    barrier = record_barrier(kind="transport", **here)
    propose_help(BarrierNamed(barrier_id=barrier.pk, patient_id=patient.pk), here["at"])
    assert (Task.objects.get().owner, Task.objects.get().domain) == (clinic.case_manager, "transport")


def test_a_barrier_out_of_the_way_proposes_nothing_and_may_come_back(here, by, patient):
    barrier = record_barrier(kind="cost", **here)
    with pytest.raises(Refused):
        record_barrier(kind="cost", **here)
    resolve_barrier(barrier=barrier, resolved_on=TODAY, **by)
    assert propose_help(BarrierNamed(barrier_id=barrier.pk, patient_id=patient.pk), here["at"]).startswith("silent")
    with pytest.raises(Refused):
        resolve_barrier(barrier=barrier, resolved_on=TODAY, **by)
    record_barrier(kind="cost", **here)
    assert (Task.objects.count(), Barrier.objects.count()) == (0, 2)


def test_life_events_come_in_their_order(here, patient):
    for kind, days in (("job", 3), ("jail", 90)):
        record_world_fact(of="events", kind=kind, began_on=TODAY - timedelta(days=days), **here)
    assert [row.kind for row in life_events_of(patient)] == ["jail", "job"]
    assert list(life_events_of(patient, programs=[])) == []


def test_nobody_writes_without_the_right_or_in_another_program(here, clinic, patient):
    with pytest.raises(Denied):
        record_world_fact(of="strengths", words="x", **{**here, "by": clinic.front_desk})
    elsewhere = Program.objects.create(name="Hill Program")
    with pytest.raises(Denied):
        record_world_fact(of="strengths", words="x", **{**here, "program": elsewhere})
    assert program_for(clinic.case_manager, patient, elsewhere) == clinic.program


def test_what_use_is_for_suggests_a_target_and_family_history_a_code():
    assert targets_of(["sleep", "pain", "sleep", "unknown"]) == ["sleep_therapy", "pain_plan"]
    assert (code_of("alcohol"), code_of("substances"), code_of("bipolar"), code_of("other")) == ("Z81.1", "Z81.3", "Z81.8", "")
