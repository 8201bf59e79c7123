"""Nothing of a signed note changes, whichever door somebody tries: page, record room, API, import, or plain SQL of the application's role."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import get_resolver, reverse

from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Refused
from patients.consent.actions import record_consent
from treatment_plans.family.actions import Guest, add_participants, mark_participant_as_error
from treatment_plans.family.models import Participant
from treatment_plans.sessions.actions import Part, change_note, record_session, sign_session, take_over_visits_in_bulk
from treatment_plans.sessions.models import Attendance, AttendanceGoal, Session
from treatment_plans.signing.actions import add_addendum, cosign_note, mark_note_in_error
from treatment_plans.signing.models import CosignAnswer, CosignRequest, NoteAddendum, NoteInError

KEPT = (Session, Attendance, AttendanceGoal, Participant, NoteAddendum, NoteInError, CosignRequest, CosignAnswer)


def as_they_stand():
    """Return every column of every row that belongs to signed notes, as the database holds it."""
    with connection.cursor() as cursor:
        rows = {}
        for model in KEPT:
            cursor.execute(f"SELECT to_jsonb(r) FROM {model._meta.db_table} r ORDER BY id")
            rows[model.__name__] = [json.dumps(row[0], sort_keys=True, default=str) for row in cursor.fetchall()]
    assert all(rows.values()), "there is nothing to change: this test could see no change"
    return rows


@pytest.fixture
def bring(clinic):
    """Return a function that writes down that somebody of an office came along, on a consent."""

    def _bring(session):
        attendance, office = session.attendances.get(), Organization.objects.create(name="County", kind="social_service")
        signed_on = (clinic.now - timedelta(days=5)).date()
        record_consent(
            patient=attendance.patient,
            discloser=clinic.program,
            kind="specific",
            recipients=[office],
            people=[],
            purposes=["treatment"],
            categories=["plan"],
            description="My plan",
            revocation_statement="Tell us at any time",
            signed_by=attendance.patient.legal_name,
            signer_relationship="patient",
            signed_on=signed_on,
            valid_until=signed_on + timedelta(days=90),
            by=clinic.case_manager,
            at=clinic.now,
        )
        guests = [Guest(f"organization:{office.pk}", "Ms. Ortiz")]
        add_participants(attendance=attendance, guests=guests, topics=[], was_asked=False, by=clinic.peer, at=clinic.now)

    return _bring


@pytest.fixture
def signed(clinic, hold, supervised, goal_of, bring):
    """Return a signed session with a goal, a participant, an addendum, a co-signature, and the mark of an error."""
    patient = clinic.patient()
    session = hold(patient, goals=[goal_of(patient)], first=bring)
    note = session.attendances.get()
    common = {"at": clinic.now}
    add_addendum(attendance=note, text="One thing more.", by=clinic.peer, **common)
    cosign_note(request=CosignRequest.objects.get(), by=clinic.therapist, words="Read.", **common)
    mark_note_in_error(attendance=note, kind="twice", words="Written twice.", by=clinic.peer, **common)
    return session


def copied(row, **changed):
    """Return the statement that writes a row once more, with other values in some columns."""
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    values = [f"{changed.get(column, column)}" for column in columns]
    return (
        f"INSERT INTO {row._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {row._meta.db_table} WHERE id = {row.pk}"
    )


def attempts_to_add(session, note, elsewhere):
    """Yield what somebody could try to put beside what is signed: another person's part, somebody else in the room."""
    guest = Participant.objects.get()
    yield copied(note, patient_id=elsewhere.patient_id, signed_at="NULL", signed_by_id="NULL")
    yield copied(note, patient_id=elsewhere.patient_id)
    yield copied(elsewhere, session_id=session.pk)
    yield f"UPDATE treatment_plans_attendance SET session_id = {session.pk} WHERE id = {elsewhere.pk}"
    yield copied(guest)
    yield f"UPDATE treatment_plans_participant SET in_error_why = 'x' WHERE id = {guest.pk}"
    yield f"UPDATE treatment_plans_participant SET name = 'x' WHERE id = {guest.pk}"


def attempts_in_sql(session, note, goal, elsewhere):
    """Yield what somebody with the application's own connection could try."""
    of_session, of_note = f"WHERE id = {session.pk}", f"WHERE id = {note.pk}"
    for column, value in (("shared_text", "'x'"), ("starts_at", "now()"), ("clinician_id", "NULL"), ("kind", "'family'")):
        yield f"UPDATE treatment_plans_session SET {column} = {value} {of_session}"
    for column, value in (
        ("note", "'x'"),
        ("signed_at", "NULL"),
        ("signed_by_id", "NULL"),
        ("state", "'absent'"),
        ("minutes", "1"),
        ("patient_id", f"{elsewhere.patient_id}"),
        ("no_goal_reason", "'x'"),
        ("parts", "'{}'"),
    ):
        yield f"UPDATE treatment_plans_attendance SET {column} = {value} {of_note}"
    yield f"UPDATE treatment_plans_attendancegoal SET goal_id = {goal} WHERE attendance_id = {note.pk}"
    yield f"INSERT INTO treatment_plans_attendancegoal (attendance_id, goal_id) VALUES ({note.pk}, {goal})"
    yield f"INSERT INTO treatment_plans_coleader (session_id, user_id) VALUES ({session.pk}, {session.recorded_by_id})"
    yield from attempts_to_add(session, note, elsewhere)
    yield "UPDATE treatment_plans_noteaddendum SET text = 'x', recorded_at = now()"
    yield "UPDATE treatment_plans_noteinerror SET words = 'x'"
    yield "UPDATE treatment_plans_cosignanswer SET words = 'x', verdict = 'returned'"
    for state in ("waiting", "returned", "not_needed"):
        yield f"UPDATE treatment_plans_cosignrequest SET state = '{state}'"
    yield f"UPDATE treatment_plans_cosignrequest SET author_id = {session.recorded_by_id + 1}"
    yield "ALTER TABLE treatment_plans_attendance DISABLE TRIGGER ALL"
    yield "SET session_replication_role = replica"
    for model in KEPT:
        yield f"DELETE FROM {model._meta.db_table}"
        yield f"TRUNCATE {model._meta.db_table} CASCADE"


def answer_to(statement):
    """Return how the database refuses a statement, or that it did not."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as refused:
        return str(refused)
    return "done"


def written(clinic, patient, goals=()):
    """Write down a session of the peer's that nobody signs."""
    return record_session(
        site=clinic.north,
        clinician=clinic.peer,
        kind="peer",
        starts_at=clinic.now - timedelta(hours=2),
        ends_at=clinic.now - timedelta(hours=1),
        parts=[Part(patient, note="x", goals=goals)],
        by=clinic.peer,
        at=clinic.now,
    )


def test_no_statement_of_the_applications_role_changes_a_signed_note(clinic, signed, goal_of, as_application):
    elsewhere = written(clinic, clinic.patient()).attendances.get()
    goal, note = goal_of(elsewhere.patient).pk, signed.attendances.get()
    before = as_they_stand()
    said = {}
    with as_application():
        for statement in attempts_in_sql(signed, note, goal, elsewhere):
            said[statement] = answer_to(statement)
    stops = ("Cannot", "permission denied", "must be owner", "Invalid transition")
    assert {statement: words for statement, words in said.items() if not any(stop in words for stop in stops)} == {}
    assert as_they_stand() == before


def test_no_verb_changes_a_signed_note(clinic, signed):
    before, note, common = as_they_stand(), signed.attendances.get(), {"by": clinic.peer, "at": clinic.now}
    with pytest.raises(Refused, match="Add to it instead"):
        change_note(attendance=note, note="x", goals=[], **common)
    with pytest.raises(Refused, match="signed and stays"):
        mark_participant_as_error(participant=Participant.objects.get(), why="x", **common)
    with pytest.raises(Refused, match="signed already"):
        sign_session(session=signed, **common)
    visit = Session.objects.get(pk=signed.pk)
    visit.title, visit.ends_at = "x", visit.ends_at + timedelta(hours=1)
    take_over_visits_in_bulk(patient=note.patient, new=[], changed=[(visit, 1)], by=clinic.system, at=clinic.now)
    with pytest.raises(DatabaseError, match="Cannot change"), transaction.atomic():
        Session.objects.bulk_update([visit], ["title", "ends_at"])
    assert as_they_stand() == before


def test_no_page_and_no_table_of_the_record_room_changes_a_signed_note(clinic, signed, sign_in):
    before, note = as_they_stand(), signed.attendances.get()
    browser = sign_in(clinic.peer)
    words = {"note": "x", "note_format": "free", "text": "", "kind": "", "words": "", "no_goal_reason": "x"}
    for name, key in (
        ("note", note.pk),
        ("sign_session", signed.pk),
        ("add_addendum", note.pk),
        ("mark_note_in_error", note.pk),
    ):
        answer = browser.post(reverse(f"treatment_plans:{name}", args=[key]), words)
        assert answer.status_code in {302, 404, 422}, (name, answer.status_code)
    shown = [model for model in KEPT if model is not AttendanceGoal]
    for row in [row for model in shown for row in model.objects.all()]:
        for page in ("change", "delete"):
            answer = browser.post(reverse(f"admin:treatment_plans_{row._meta.model_name}_{page}", args=[row.pk]), words)
            assert answer.status_code in {302, 403, 404, 405}
    browser.post(reverse("admin:treatment_plans_session_do", args=[signed.pk, "sign_session"]), {})
    assert as_they_stand() == before


def test_the_api_has_no_address_that_writes_sessions():
    def addresses(patterns, prefix=""):
        for entry in patterns:
            here = prefix + str(entry.pattern)
            yield from addresses(entry.url_patterns, here) if hasattr(entry, "url_patterns") else [(here, entry.callback)]

    api = [(address, view) for address, view in addresses(get_resolver().url_patterns) if "api/" in address]
    assert len(api) > 10
    named = [
        address for address, view in api if any(word in f"{address} {view.__module__}" for word in ("session", "attendance", "signing"))
    ]
    assert named == []


def test_a_session_that_is_not_signed_may_still_be_put_right(clinic, goal_of):
    patient = clinic.patient()
    goal = goal_of(patient)
    session = written(clinic, patient, [goal])
    Session.objects.filter(pk=session.pk).update(title="Put right")
    AttendanceGoal.objects.all().delete()
    assert Session.objects.get().title == "Put right"
