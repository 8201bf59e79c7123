import json

import pytest

from casemgr.core.accounts.rules import Can
from casemgr.core.action import REGISTRY, action
from casemgr.core.audit.models import AuditEvent
from casemgr.core.refusals import Denied, Reason, Refused
from patients.record.models import Patient


@pytest.fixture
def verbs():
    """Declare verbs for one test and forget them afterwards."""
    before = dict(REGISTRY)
    yield action
    REGISTRY.clear()
    REGISTRY.update(before)


def _rename(verbs, can=Can.CHANGE_PATIENT, then=None):
    @verbs(can)
    def rename_for_test(*, patient, name, by, at):
        """Rename."""
        Patient.objects.filter(pk=patient.pk).update(chosen_name=name)
        if then:
            then()
        return patient

    return rename_for_test


def test_a_verb_is_done_and_on_the_record_in_one_transaction(clinic, now, verbs):
    patient = clinic.patient()
    _rename(verbs)(patient=patient, name="Sol", by=clinic.nurse, at=now)
    event = AuditEvent.objects.get(verb="rename_for_test")
    assert (event.actor_id, event.outcome, event.patient_id, event.at) == (clinic.nurse.pk, "done", patient.pk, now)
    assert event.subject == f"patients.patient:{patient.pk}"
    patient.refresh_from_db()
    assert patient.chosen_name == "Sol"


def test_a_refused_verb_changes_nothing_and_the_refusal_is_on_the_record(clinic, now, verbs):
    patient = clinic.patient()

    def refuse():
        raise Refused(Reason("The name is too short.", field="name"), "Another reason.")

    with pytest.raises(Refused) as refused:
        _rename(verbs, then=refuse)(patient=patient, name="S", by=clinic.nurse, at=now)
    assert [reason.field for reason in refused.value.reasons] == ["name", ""]
    patient.refresh_from_db()
    assert patient.chosen_name == ""
    event = AuditEvent.objects.get(verb="rename_for_test")
    assert (event.outcome, event.reason, event.patient_id) == ("refused", "The name is too short. Another reason.", patient.pk)


def test_a_role_without_the_right_is_denied_changes_nothing_and_is_on_the_record(clinic, now, verbs):
    patient = clinic.patient()
    with pytest.raises(Denied):
        _rename(verbs, can=Can.PRESCRIBE)(patient=patient, name="Sol", by=clinic.nurse, at=now)
    patient.refresh_from_db()
    assert patient.chosen_name == ""
    event = AuditEvent.objects.get(verb="rename_for_test")
    assert (event.outcome, event.actor_id) == ("denied", clinic.nurse.pk)


def test_a_right_held_in_another_program_does_not_count_here(clinic, now, verbs):
    other = type(clinic.program).objects.create(name="Hill Program")
    prescriber_there = clinic.hire("prescriber", None, program=other)

    @verbs(Can.PRESCRIBE)
    def prescribe_for_test(*, site, by, at):
        """Prescribe."""

    with pytest.raises(Denied):
        prescribe_for_test(site=clinic.north, by=prescriber_there, at=now)
    prescribe_for_test(site=clinic.north, by=clinic.prescriber, at=now)


def test_a_verb_inside_a_verb_is_one_transaction_and_a_refusal_is_recorded_once(clinic, now, verbs):
    patient = clinic.patient()
    inner = _rename(verbs)

    @verbs(Can.CHANGE_PATIENT)
    def outer_for_test(*, patient, by, at):
        """Do two things."""
        inner(patient=patient, name="Sol", by=by, at=at)
        raise Refused("The second thing did not work.")

    with pytest.raises(Refused):
        outer_for_test(patient=patient, by=clinic.nurse, at=now)
    patient.refresh_from_db()
    assert patient.chosen_name == ""
    assert list(AuditEvent.objects.values_list("verb", "outcome")) == [("outer_for_test", "refused")]


def test_the_database_itself_keeps_who_changed_a_row_by_which_verb(clinic, now, verbs):
    patient = clinic.patient()
    _rename(verbs)(patient=patient, name="Sol", by=clinic.nurse, at=now)
    row = Patient.pgh_event_model.objects.filter(pgh_obj_id=patient.pk, pgh_label="update").get()
    context = row.pgh_context if isinstance(row.pgh_context, dict) else json.loads(row.pgh_context)
    assert (context["user"], context["verb"], row.chosen_name) == (clinic.nurse.pk, "rename_for_test", "Sol")


def test_within_a_verb_that_leaves_no_history_the_verb_that_leaves_some_is_named(clinic, now, verbs):
    patient, rename = clinic.patient(), _rename(verbs)

    @verbs(Can.CHANGE_PATIENT, leaves_history=False)
    def note_for_test(*, patient, by, at):
        """Only look on while others change something."""
        rename(patient=patient, name="Sol", by=by, at=at)
        rename(patient=patient, name="Luz", by=by, at=at)

    note_for_test(patient=patient, by=clinic.nurse, at=now)
    rows = Patient.pgh_event_model.objects.filter(pgh_obj_id=patient.pk, pgh_label="update").order_by("pk")
    contexts = [row.pgh_context if isinstance(row.pgh_context, dict) else json.loads(row.pgh_context) for row in rows]
    assert [(context["user"], context["verb"]) for context in contexts] == [(clinic.nurse.pk, "rename_for_test")] * 2


def test_a_verb_that_leaves_no_history_asks_the_database_one_thing_less(clinic, now, verbs, query_count):
    def nothing_for_test(*, by, at):
        """Change nothing."""

    clinic.nurse.may(Can.CHANGE_PATIENT)
    with query_count(4):  # savepoint, author, audit row, savepoint released
        verbs(Can.CHANGE_PATIENT)(nothing_for_test)(by=clinic.nurse, at=now)
    with query_count(3):
        verbs(Can.CHANGE_PATIENT, leaves_history=False)(nothing_for_test)(by=clinic.nurse, at=now)


def test_a_verb_takes_keywords_only(clinic, now, verbs):
    with pytest.raises(TypeError):
        _rename(verbs)(clinic.patient(), name="Sol", by=clinic.nurse, at=now)
