import ast
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.refusals import Denied, Refused
from patients.guarding.actions import record_conflict
from tests.architecture.source import ROOT, name_of, source_files
from tests.doors import COUNSELED as SECRET
from treatment_plans.counseling.actions import (
    add_counseling_addendum,
    close_counseling_notes,
    open_counseling_notes,
    save_counseling_note,
    sign_counseling_note,
)
from treatment_plans.counseling.models import CounselingAddendum, CounselingNote, CounselingOpening
from treatment_plans.counseling.queries import counseling_notes_released, openings_to
from treatment_plans.sessions.models import Attendance

MAY_READ_THE_TABLE = {"treatment_plans/counseling", "treatment_plans/models.py", "casemgr/demo", "casemgr/sharing"}
"""Where counseling notes are named at all: the feature, the list of tables, the demo clinic, and the parts that the gate opens."""


def page_of(held):
    return reverse("treatment_plans:counseling_note", args=[held.session_id, held.patient.public_id])


def test_a_counselor_writes_reads_signs_and_adds_on_one_page(clinic, held, sign_in):
    browser = sign_in(clinic.therapist)
    assert browser.get(reverse("treatment_plans:counseling", args=[held.session_id])).status_code == 200
    assert browser.post(page_of(held), {"body": f"About {SECRET}, seen at 10:15"}).status_code == 302
    draft = browser.get(page_of(held)).content.decode()
    assert SECRET in draft
    assert "when the session began and ended" in draft
    assert "belongs into the ordinary record" in draft
    browser.post(page_of(held), {"body": f"About {SECRET} anew", "sign": "1"})
    browser.post(page_of(held), {"body": "Added words"})
    shown = browser.get(page_of(held)).content.decode()
    assert f"About {SECRET} anew" in shown
    assert "Added words" in shown
    assert browser.post(page_of(held), {"body": " "}).status_code == 422


def test_only_the_clinician_of_the_session_writes_and_only_the_author_signs_and_adds(clinic, held, note, right_now):
    other = clinic.hire(Role.THERAPIST, clinic.north)
    clinic.on_care_team(held.patient, other)
    common = {"by": other, "at": right_now}
    with pytest.raises(Denied):
        save_counseling_note(attendance=held, body="x", **common)
    with pytest.raises(Denied):
        sign_counseling_note(note=note, **common)
    with pytest.raises(Denied):
        add_counseling_addendum(note=note, body="x", **common)
    for role in set(Role) - {Role.THERAPIST}:
        with pytest.raises(Denied):
            save_counseling_note(attendance=held, body="x", by=clinic.staff[role], at=right_now)


def test_what_is_signed_stays_in_the_program_and_in_the_database(clinic, held, note, right_now):
    with pytest.raises(Refused, match="signed"):
        save_counseling_note(attendance=held, body="Another", by=clinic.therapist, at=right_now)
    addendum = CounselingAddendum.objects.get()
    for row, change in ((note, {"body": "x"}), (note, {"recorded_by": clinic.nurse}), (addendum, {"body": "x"})):
        with pytest.raises(DatabaseError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).delete()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.THERAPIST])
def test_nobody_else_opens_the_page(clinic, held, note, sign_in, role):
    answer = sign_in(clinic.staff[role]).get(page_of(held))
    assert answer.status_code == 403
    assert SECRET not in answer.content.decode()


def test_another_therapist_of_the_team_finds_nothing(clinic, held, note, sign_in):
    other = clinic.hire(Role.THERAPIST, clinic.north)
    clinic.on_care_team(held.patient, other)
    browser = sign_in(other)
    assert browser.get(page_of(held)).status_code == 404
    session = browser.get(reverse("treatment_plans:session", args=[held.session_id])).content.decode()
    assert "counseling" not in session
    assert (
        reverse("treatment_plans:counseling", args=[held.session_id])
        in sign_in(clinic.therapist).get(reverse("treatment_plans:session", args=[held.session_id])).content.decode()
    )


def opened(clinic, held, at, **facts):
    said = {"basis": "training", "words": "Supervision of the new counselor", "reader": clinic.case_manager, **facts}
    return open_counseling_notes(
        patient=held.patient, program=clinic.program, originator=clinic.therapist, by=clinic.privacy_officer, at=at, **said
    )


def test_an_opening_names_the_basis_and_the_reader_and_ends(clinic, held, note, sign_in, right_now):
    opening = opened(clinic, held, right_now)
    browser = sign_in(clinic.case_manager)
    assert browser.get(reverse("treatment_plans:counseling_opened")).status_code == 200
    page = reverse("treatment_plans:opened_notes", args=[opening.pk])
    assert SECRET in browser.get(page).content.decode()
    event = AuditEvent.objects.filter(verb="counseling_note", outcome="seen").latest("id")
    assert (event.actor_id, event.patient_id) == (clinic.case_manager.pk, held.patient_id)
    assert f"counseling_opening:{opening.pk} training" in event.rests_on
    for role in set(Role) - {Role.CASE_MANAGER}:
        assert sign_in(clinic.staff[role]).get(page).status_code == 404
    shown = sign_in(clinic.privacy_officer).get(reverse("treatment_plans:counseling_openings")).content.decode()
    assert "Supervision of the new counselor" in shown
    assert SECRET not in shown
    close_counseling_notes(opening=opening, by=clinic.privacy_officer, at=right_now)
    assert browser.get(page).status_code == 404


@pytest.mark.parametrize(("facts", "field"), [({"basis": ""}, "basis"), ({"basis": "curiosity"}, "basis"), ({"words": " "}, "words")])
def test_an_opening_without_basis_or_words_is_refused(clinic, held, right_now, facts, field):
    with pytest.raises(Refused) as refused:
        opened(clinic, held, right_now, **facts)
    assert [(reason.field, reason.source) for reason in refused.value.reasons] == [(field, "42 CFR 2.31(b)(1)")]


def test_a_privacy_officer_opens_nothing_to_themselves_and_says_not_whether_there_is_anything(clinic, held, right_now):
    with pytest.raises(Refused, match="yourself"):
        opened(clinic, held, right_now, reader=clinic.privacy_officer)
    assert opened(clinic, held, right_now).pk
    row = {"patient": held.patient, "program": clinic.program, "originator": clinic.therapist, "reader": clinic.nurse}
    stamp = {"recorded_at": right_now, "recorded_by": clinic.privacy_officer}
    with pytest.raises(IntegrityError, match="opening_of_counseling_is_for_a_time"), transaction.atomic():
        CounselingOpening.objects.create(basis="defense", words="x", closes_at=right_now + timedelta(days=4), **row, **stamp)


def test_a_tie_keeps_an_opening_closed(clinic, held, note, right_now):
    opened(clinic, held, right_now)
    assert openings_to(clinic.case_manager).exists()
    record_conflict(
        patient=held.patient,
        program=clinic.program,
        user=clinic.case_manager,
        kind="relative",
        words="",
        by=clinic.privacy_officer,
        at=right_now,
    )
    assert not openings_to(clinic.case_manager).exists()


def test_the_gate_is_given_what_is_signed_in_its_own_program_only(clinic, held, note):
    released = counseling_notes_released(patient_id=held.patient_id, program_id=clinic.program.pk)
    assert [(row["note"], [added["note"] for added in row["addenda"]]) for row in released] == [
        (f"I wonder about {SECRET}.", [f"Once more {SECRET}."])
    ]
    assert counseling_notes_released(patient_id=held.patient_id, program_id=clinic.program.pk + 1) == []


def test_a_draft_is_given_to_nobody(clinic, held, right_now):
    save_counseling_note(attendance=held, body=SECRET, by=clinic.therapist, at=right_now)
    assert counseling_notes_released(patient_id=held.patient_id, program_id=clinic.program.pk) == []


def test_nobody_but_the_feature_and_the_gate_names_the_table():
    """The code that could read a note is short enough to be read: 42 CFR 2.31(b) allows nobody else."""
    wrong = []
    for file in source_files():
        name = name_of(file)
        if any(name.startswith(place) for place in MAY_READ_THE_TABLE):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            module = getattr(node, "module", "") or ""
            names = {alias.name for alias in getattr(node, "names", ())}
            if isinstance(node, ast.ImportFrom) and module.startswith("treatment_plans.counseling") and names != {"views"}:
                wrong.append(f"{name} imports {module}")
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "counselingnote" in node.value:
                wrong.append(f"{name} says {node.value}")
    assert wrong == []
    assert (ROOT / "treatment_plans/counseling/queries.py").exists()


def test_the_number_of_statements_does_not_grow_with_the_group(clinic, held, sign_in, query_count, right_now):
    browser = sign_in(clinic.therapist)
    page = reverse("treatment_plans:counseling", args=[held.session_id])
    browser.get(page)
    for wanted in (2, 12):
        while Attendance.objects.filter(session=held.session_id).count() < wanted:
            Attendance.objects.create(session=held.session, patient=clinic.patient(), recorded_at=right_now, recorded_by=clinic.therapist)
        with query_count(7):
            assert browser.get(page).status_code == 200
    assert CounselingNote.objects.count() == 0
