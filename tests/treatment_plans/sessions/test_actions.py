from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from casemgr.core.audit.models import AuditEvent
from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Denied, Refused
from treatment_plans.appointments.actions import book_appointment, settle_appointment
from treatment_plans.appointments.models import Appointment
from treatment_plans.plan.actions import activate_plan, add_goal, add_intervention, add_objective, add_problem, start_plan
from treatment_plans.plan.models import Goal
from treatment_plans.sessions.actions import Part, change_note, record_session, sign_session
from treatment_plans.sessions.changing.actions import change_session
from treatment_plans.sessions.models import Attendance, AttendanceGoal, Session
from treatment_plans.sessions.queries import appointments_leading_to, expected_in_group


@pytest.fixture
def write(clinic):
    """Return a function that writes down a group of an hour that began two hours ago."""

    def _write(*parts, **facts):
        begins = clinic.now - timedelta(hours=2)
        values = {
            "site": clinic.north,
            "clinician": clinic.therapist,
            "kind": "group",
            "starts_at": begins,
            "ends_at": begins + timedelta(hours=1),
            "shared_text": "We breathed.",
            "by": clinic.therapist,
            "at": clinic.now,
        }
        return record_session(parts=parts, **values | facts)

    return _write


@pytest.fixture
def goal_of(clinic):
    """Return a function that gives a person a plan in force with one goal, and returns the goal."""

    def _goal_of(patient):
        known = {"by": clinic.therapist, "at": clinic.now}
        plan = start_plan(patient=patient, program=clinic.program, starts_on=date(2026, 3, 1), review_on=date(2026, 6, 1), **known)
        goal = add_goal(problem=add_problem(plan=plan, axis="social", title="Room", **known), words="I want a room", **known)
        add_objective(goal=goal, words="Apply", **known)
        add_intervention(goal=goal, kind="case_management", **known)
        activate_plan(plan=plan, **known)
        return goal

    return _goal_of


@pytest.fixture
def book(clinic):
    def _book(patient):
        begins = clinic.now - timedelta(hours=2)
        return book_appointment(
            patient=patient,
            site=clinic.north,
            clinician=clinic.therapist,
            kind="group",
            starts_at=begins,
            ends_at=begins + timedelta(hours=1),
            by=clinic.therapist,
            at=clinic.now - timedelta(hours=3),
        )

    return _book


def test_a_group_is_one_session_with_everybodys_own_part(clinic, write, goal_of):
    ana, ben = clinic.patient(), clinic.patient()
    goal = goal_of(ana)
    session = write(Part(ana, minutes=40, state="late", note="Spoke up.", goals=[goal]), Part(ben), title="DRA", techniques=["group"])
    assert (session.title, session.techniques, session.shared_text) == ("DRA", ["group"], "We breathed.")
    rows = list(session.attendances.values_list("patient", "state", "minutes", "note", "goals"))
    assert rows == [(ana.pk, "late", 40, "Spoke up.", goal.pk), (ben.pk, "present", 60, "", None)]
    goal.refresh_from_db()
    assert goal.last_worked_on_at == session.starts_at
    assert AuditEvent.objects.get(verb="record_session").subject == f"treatment_plans.session:{session.pk}"


def test_an_older_session_does_not_move_a_goal_back(clinic, write, goal_of):
    patient = clinic.patient()
    goal = goal_of(patient)
    latest = write(Part(patient, goals=[goal]))
    older = clinic.now - timedelta(days=7)
    write(Part(patient, goals=[goal]), starts_at=older, ends_at=older + timedelta(hours=1))
    goal.refresh_from_db()
    assert goal.last_worked_on_at == latest.starts_at


def test_appointments_that_led_to_a_session_are_settled_by_it(clinic, write, book):
    people = [clinic.patient() for _ in range(4)]
    booked = [book(person) for person in people]
    states = ["present", "late", "absent", "excused"]
    write(*(Part(person, state=state, appointment=one) for person, state, one in zip(people, states, booked, strict=True)))
    assert list(Appointment.objects.order_by("pk").values_list("state", flat=True)) == ["kept", "kept", "no_show", "booked"]
    (missed,) = Fact.objects.filter(kind="AppointmentMissed")
    assert missed.payload == {"appointment_id": booked[2].pk, "patient_id": people[2].pk}
    assert not Fact.objects.filter(kind="SessionMissed").exists()


def test_what_the_front_desk_said_first_takes_no_appointment_from_a_session(clinic, write, book):
    ana, ben, cleo = people = [clinic.patient() for _ in range(3)]
    booked = {person: book(person) for person in people}
    for person, state in ((ana, "kept"), (ben, "kept"), (cleo, "no_show")):
        settle_appointment(appointment=booked[person], state=state, by=clinic.therapist, at=clinic.now)
    Fact.objects.all().delete()
    begins = clinic.now - timedelta(hours=2)
    found = appointments_leading_to(people, clinic.therapist, begins)
    assert found == {person.pk: one for person, one in booked.items()}
    assert expected_in_group(clinic.therapist, begins.astimezone(clinic.north.zone).date(), clinic.north.zone) == {ana.pk, ben.pk}
    states = {ana: "present", ben: "absent", cleo: "late"}
    session = write(*(Part(person, state=state, appointment=found[person.pk]) for person, state in states.items()))
    assert list(Appointment.objects.order_by("pk").values_list("state", flat=True)) == ["kept", "kept", "kept"]
    assert not Fact.objects.exists()
    assert set(session.attendances.values_list("appointment", flat=True)) == {one.pk for one in booked.values()}
    assert appointments_leading_to(people, clinic.therapist, begins) == {}
    with pytest.raises(Refused, match="from this appointment is written down already"):
        write(Part(ana, appointment=booked[ana]))


def test_absence_without_an_appointment_is_a_fact_and_an_excuse_is_none(clinic, write):
    ana, ben = clinic.patient(), clinic.patient()
    session = write(Part(ana, state="absent"), Part(ben, state="excused"))
    (fact,) = Fact.objects.all()
    assert (fact.kind, fact.payload) == ("SessionMissed", {"session_id": session.pk, "patient_id": ana.pk})


def test_a_name_in_the_shared_part_is_refused_with_its_place(clinic, write):
    ana, ben = clinic.patient(given="Anastasia", family="Flores"), clinic.patient(given="Benedict", family="Okafor")
    with pytest.raises(Refused) as refused:
        write(Part(ana), Part(ben), shared_text="We breathed.\nAnastasia cried.")
    (reason,) = refused.value.reasons
    assert (reason.field, reason.source) == ("shared_text", "42 CFR 2.13(a)")
    assert reason.text == (
        "Shared part, line 2: “We breathed. Anastasia cried.” names Anastasia."
        " What is written here stands in the chart of others. Leave the name out."
    )
    assert not Session.objects.exists()


def test_the_name_of_another_in_somebodys_note_is_refused_and_ones_own_is_not(clinic, write):
    ana = clinic.patient(given="Anastasia", family="Flores")
    ben = clinic.patient(given="Benedict", family="Okafor", chosen_name="Benny")
    with pytest.raises(Refused) as refused:
        write(Part(ana, note="Helped benny afterwards."), Part(ben, note="Benny was helped by a peer."))
    assert [(reason.field, reason.text[:57]) for reason in refused.value.reasons] == [
        ("note", "Anastasia Flores, line 1: “Helped benny afterwards.” name")
    ]
    assert not Attendance.objects.exists()


def test_one_person_alone_may_be_called_by_name(clinic, write):
    patient = clinic.patient(given="Anastasia")
    assert write(Part(patient, note="Anastasia slept."), kind="individual", shared_text="").pk


def test_what_is_wrong_is_named_at_once(clinic, write):
    ana, ben = clinic.patient(given="Ana", family="Flores"), clinic.patient()
    tomorrow = clinic.now + timedelta(days=1)
    with pytest.raises(Refused) as refused:
        write(
            Part(ana, state="asleep", minutes=900),
            Part(ana),
            Part(ben),
            kind="individual",
            modality="smoke",
            starts_at=tomorrow,
            ends_at=clinic.now,
        )
    assert [reason.text for reason in refused.value.reasons] == [
        "Choose how people met.",
        "The end must come after the start.",
        "This session is still to come. Write it down when it has taken place.",
        "An individual session is for one person. Choose “group” for more.",
        "Somebody is named twice. Name each person once.",
        "Say whether Ana Flores was there.",
        "The minutes of Ana Flores cannot be right. Write between 0 and 720.",
    ]
    with pytest.raises(Refused, match="Choose at least one person"):
        write()
    assert not Session.objects.exists()


def test_goals_and_appointments_are_the_persons_own(clinic, write, goal_of, book):
    ana, ben = clinic.patient(given="Ana", family="Flores"), clinic.patient()
    goal, booked = goal_of(ben), book(ben)
    with pytest.raises(Refused) as refused:
        write(*(Part(person, goals=[goal], appointment=booked) for person in (ana, ben)))
    assert [reason.text for reason in refused.value.reasons] == [
        "A goal of another person was chosen for Ana Flores.",
        "An appointment of another person was chosen for Ana Flores.",
    ]


def test_a_nurse_writes_no_session(clinic, write):
    with pytest.raises(Denied):
        write(Part(clinic.patient()), by=clinic.nurse)
    assert not Session.objects.exists()


@pytest.mark.parametrize("number", [2, 12])
def test_writing_and_signing_take_the_same_number_of_statements_for_two_and_twelve(clinic, write, goal_of, book, query_count, number):
    people = [clinic.patient() for _ in range(number)]
    states = ["present", "absent"] * (number // 2)
    parts = [
        Part(person, note="x", goals=[goal_of(person)], appointment=book(person), state=state)
        for person, state in zip(people, states, strict=True)
    ]
    with query_count(16):
        session = write(*parts)
    with query_count(14):
        sign_session(session=session, by=clinic.therapist, at=clinic.now)


def test_a_signature_stands_under_every_note_and_closes_them(clinic, write):
    session = write(Part(clinic.patient()), Part(clinic.patient(), state="absent"))
    sign_session(session=session, by=clinic.therapist, at=clinic.now)
    assert set(Attendance.objects.values_list("signed_by", "signed_at")) == {(clinic.therapist.pk, clinic.now)}
    with pytest.raises(Refused, match="signed already"):
        sign_session(session=session, by=clinic.therapist, at=clinic.now)
    with pytest.raises(Refused, match="signed and stays as it is"):
        change_note(attendance=Attendance.objects.first(), note="Other words.", by=clinic.therapist, at=clinic.now)


def test_a_slip_in_the_attendance_is_put_right_with_all_that_rests_on_it(clinic, write, book):
    ana, ben = clinic.patient(), clinic.patient()
    booked, act = book(ana), {"by": clinic.therapist, "at": clinic.now}
    session = write(Part(ana, state="absent", appointment=booked), Part(ben, note="Quiet."), ends_at=clinic.now - timedelta(minutes=80))

    def say(person, *asked, **facts):
        note = session.attendances.get(patient=person)
        change_note(attendance=note, part=Part(person, **facts), asked=["state", *asked], **act)
        note.refresh_from_db()
        booked.refresh_from_db()
        return note.state, note.minutes, note.note, booked.state

    assert say(ana, state="present") == ("present", 40, "", "kept")
    assert say(ana, "minutes", state="late", minutes=25) == ("late", 25, "", "kept")
    assert say(ana, "minutes", state="absent") == ("absent", None, "", "no_show")
    assert say(ben, "minutes", state="absent")[:3] == ("absent", None, "Quiet.")
    assert sorted(Fact.objects.values_list("kind", flat=True)) == ["AppointmentMissed", "SessionMissed"]
    with pytest.raises(Refused, match="Say whether"):
        say(ben, state="gone")


def test_what_a_session_says_for_all_is_put_right_until_a_note_is_signed(clinic, write, goal_of, book):
    ana, ben = clinic.patient(given="Anastasia"), clinic.patient(given="Benedict")
    goal, booked, act = goal_of(ana), book(ana), {"by": clinic.therapist, "at": clinic.now}
    session = write(Part(ana, goals=[goal], appointment=booked), Part(ben, minutes=20), shared_text="We read how Zebulon found courage.")
    type(ben).objects.filter(pk=ben.pk).update(chosen_name="Zebulon")
    with pytest.raises(Refused, match="Zebulon"):
        sign_session(session=session, **act)
    begins = session.starts_at - timedelta(minutes=30)
    frame = {
        "starts_at": begins, "ends_at": begins + timedelta(minutes=45), "modality": "video", "techniques": ["cbt"], "homework": "Walk.",
    }  # fmt: skip
    wrong = {
        "Zebulon": {},
        "The end must come after the start": {"shared_text": "", "ends_at": begins - timedelta(minutes=1)},
        "You opened this from the appointment": {
            "shared_text": "", "starts_at": begins - timedelta(days=2), "ends_at": begins - timedelta(days=1),
        },
        "Only the person who held the session": {"shared_text": "", "by": clinic.peer},
    }  # fmt: skip
    for words, facts in wrong.items():
        with pytest.raises(Refused, match=words):
            change_session(session=session, **frame | act | facts)
    changed = change_session(session=session, **frame, shared_text=" We read of courage. ", title="Hope", **act)
    said = {name: getattr(changed, name) for name in ("shared_text", "title", *frame)}
    assert said == {**frame, "shared_text": "We read of courage.", "title": "Hope"}
    assert dict(session.attendances.values_list("patient", "minutes")) == {ana.pk: 45, ben.pk: 20}
    goal.refresh_from_db()
    assert goal.last_worked_on_at == begins
    sign_session(session=session, **act)
    with pytest.raises(Refused, match="A note of this session is signed"):
        change_session(session=session, **frame, **act)


def test_the_database_itself_keeps_a_signed_note(clinic, write):
    session = write(Part(clinic.patient(), note="As it was."))
    sign_session(session=session, by=clinic.therapist, at=clinic.now)
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        Attendance.objects.update(note="As it was not.")
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        Attendance.objects.all().delete()


def test_whoever_held_the_session_signs_it_and_nobody_else(clinic, write):
    session = write(Part(clinic.patient()))
    with pytest.raises(Refused, match="Only the person who held the session"):
        sign_session(session=session, by=clinic.peer, at=clinic.now)
    with pytest.raises(Refused, match="Only the person who held the session"):
        change_note(attendance=session.attendances.get(), note="x", by=clinic.peer, at=clinic.now)
    assert Attendance.objects.get().signed_at is None


def test_a_signature_asks_for_notes_and_goals_of_everybody_at_once(clinic, write, goal_of):
    ana, ben = clinic.patient(given="Ana", family="Flores"), clinic.patient(given="Ben", family="Okafor")
    goal_of(ana)
    session = write(Part(ana), Part(ben), shared_text="")
    with pytest.raises(Refused) as refused:
        sign_session(session=session, by=clinic.therapist, at=clinic.now)
    assert [reason.text for reason in refused.value.reasons] == [
        "Ana Flores: write a note first.",
        "Ana Flores: choose the goals of the plan that this served, or say why none.",
        "Ben Okafor: write a note first.",
    ]
    assert not Attendance.objects.filter(signed_at__isnull=False).exists()


def test_a_draft_changes_its_words_and_its_goals(clinic, write, goal_of):
    patient = clinic.patient()
    goal = goal_of(patient)
    attendance = write(Part(patient, goals=[goal], note="Draft."), kind="individual").attendances.get()
    change_note(
        attendance=attendance, note=" Better. ", goals=[], no_goal_reason="A crisis came first.", by=clinic.therapist, at=clinic.now
    )
    attendance.refresh_from_db()
    assert (attendance.note, attendance.no_goal_reason, AttendanceGoal.objects.count()) == ("Better.", "A crisis came first.", 0)
    assert Goal.objects.get().last_worked_on_at is None, "nobody worked on it after all"
    change_note(attendance=attendance, note="Best.", goals=[goal], by=clinic.therapist, at=clinic.now)
    assert list(attendance.goals.all()) == [goal]
    with pytest.raises(Refused, match="A goal of another person"):
        change_note(attendance=attendance, note="x", goals=[goal_of(clinic.patient())], by=clinic.therapist, at=clinic.now)


@pytest.mark.django_db(transaction=True)
def test_two_signatures_at_the_same_second_are_one(clinic, write):
    session = write(Part(clinic.patient()))
    together, said = Barrier(2), []

    def try_it():
        together.wait()
        try:
            sign_session(session=session, by=clinic.therapist, at=clinic.now)
            said.append("signed")
        except Refused as refused:
            said.append(refused.reasons[0].code)
        finally:
            connection.close()

    threads = [Thread(target=try_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["already_signed", "signed"]


def test_a_note_is_kept_in_its_parts_and_changed_in_its_parts(clinic, write):
    ana = clinic.patient()
    told = {"mood_in": 3, "mood_out": 6, "craving_in": 8, "craving_out": 2, "last_homework": "partly", "triggers": ["Payday", " "]}
    part = Part(ana, parts={"plan": "Call.", "data": " Calm. ", "note": "lost"}, offered="Walk or talk", chosen="Walk", **told)
    session = write(part, kind="individual", note_format="dap", homework="Breathe twice a day")
    note = session.attendances.get()
    assert (session.homework, note.parts, note.triggers) == ("Breathe twice a day", {"data": "Calm.", "plan": "Call."}, ["Payday"])
    assert note.note == "Data:\nCalm.\n\nPlan:\nCall."
    change_note(attendance=note, part=Part(ana, parts={"assessment": "Better."}, mood_in=4), by=clinic.therapist, at=clinic.now)
    note.refresh_from_db()
    assert (note.note, note.mood_in, note.mood_out, note.triggers) == ("Assessment:\nBetter.", 4, None, [])
    with pytest.raises(Refused) as refused:
        write(Part(ana, mood_in=11, last_homework="soon"), kind="individual", note_format="xyz")
    assert [reason.field for reason in refused.value.reasons] == ["note_format", "mood_in", "last_homework"]
