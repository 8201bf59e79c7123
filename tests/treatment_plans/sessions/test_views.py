from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from treatment_plans.appointments.actions import book_appointment, settle_appointment
from treatment_plans.plan.actions import activate_plan, add_goal, add_intervention, add_objective, add_problem, start_plan
from treatment_plans.sessions.actions import Part, record_session, sign_session
from treatment_plans.sessions.models import Attendance, Session


@pytest.fixture
def now():
    """Pages read the real clock, so the story happens now."""
    return timezone.now()


@pytest.fixture
def planned(clinic):
    """Return a function that gives a person a plan in force with one goal, and returns the goal."""

    def _planned(patient, words="I want to sleep through the night"):
        known = {"by": clinic.therapist, "at": clinic.now}
        today = clinic.now.astimezone(clinic.program.zone).date()
        plan = start_plan(patient=patient, program=clinic.program, starts_on=today, review_on=today + timedelta(days=90), **known)
        problem = add_problem(plan=plan, axis="mental_health", title="Nightmares", **known)
        goal = add_goal(problem=problem, words=words, **known)
        add_objective(goal=goal, words="Sleep six hours", **known)
        add_intervention(goal=goal, kind="cbt", **known)
        activate_plan(plan=plan, **known)
        return goal

    return _planned


@pytest.fixture
def held(clinic):
    """Return a function that writes down a group that ended an hour ago."""

    def _held(parts, *, clinician=None, **facts):
        clinician = clinician or clinic.therapist
        begins = clinic.now - timedelta(hours=2)
        values = {
            "site": clinic.north,
            "clinician": clinician,
            "kind": "group",
            "starts_at": begins,
            "ends_at": begins + timedelta(hours=1),
        }
        return record_session(parts=parts, by=clinician, at=clinic.now, **values | facts)

    return _held


def when(clinic, hours=2):
    local = (clinic.now - timedelta(hours=hours)).astimezone(clinic.north.zone)
    return {
        "day": local.date().isoformat(),
        "starts_at": f"{local:%H:%M}",
        "minutes": "50",
        "site": clinic.north.pk,
        "modality": "in_person",
    }


def test_a_session_is_written_down_and_signed_in_one_go(clinic, planned, sign_in):
    patient = clinic.patient()
    goal = planned(patient)
    browser = sign_in(clinic.therapist)
    address = reverse("treatment_plans:write_session", args=[patient.public_id])
    page = browser.get(address)
    assert "I want to sleep through the night (Mental health)" in page.content.decode()
    answer = browser.post(
        address, {**when(clinic), "kind": "individual", "state": "present", "goals": [goal.pk], "note": "Talked about sleep.", "sign": "1"}
    )
    session = Session.objects.get()
    assert answer.url == reverse("treatment_plans:session", args=[session.pk])
    attendance = session.attendances.get()
    assert (attendance.patient, attendance.state, attendance.minutes, attendance.note) == (patient, "present", 50, "Talked about sleep.")
    assert (attendance.signed_by, list(attendance.goals.all())) == (clinic.therapist, [goal])
    goal.refresh_from_db()
    assert goal.last_worked_on_at == session.starts_at


def test_a_form_sent_twice_is_one_session_and_a_slip_in_the_year_is_named(clinic, sign_in):
    patient = clinic.patient()
    browser, address = sign_in(clinic.therapist), reverse("treatment_plans:write_session", args=[patient.public_id])
    said = {**when(clinic), "kind": "individual", "state": "present", "note": "Talked."}
    for day in ("0001-01-01", "0206-03-01", "9999-12-31"):
        answer = browser.post(address, said | {"day": day})
        assert (answer.status_code, f"{day} cannot be right. Look at the year." in answer.content.decode()) == (422, True)
    assert "is_another" not in browser.get(address).content.decode()
    assert browser.post(address, said).status_code == 302
    again = browser.post(address, said)
    assert (again.status_code, Session.objects.count()) == (422, 1)
    assert "with the same beginning is written down already" in again.content.decode()
    assert 'name="is_another"' in again.content.decode()
    assert browser.post(address, said | {"is_another": "on"}).status_code == 302
    assert Session.objects.count() == 2


def test_a_session_that_cannot_be_signed_is_saved_and_says_why(clinic, planned, sign_in):
    patient = clinic.patient(given="Rosa", family="Díaz")
    planned(patient)
    browser = sign_in(clinic.therapist)
    address = reverse("treatment_plans:write_session", args=[patient.public_id])
    answer = browser.post(address, {**when(clinic), "kind": "individual", "state": "present", "note": "Talked.", "sign": "1"}, follow=True)
    assert "Rosa Díaz: choose the goals of the plan that this served, or say why none." in answer.content.decode()
    assert Attendance.objects.get().signed_at is None


def test_a_session_from_the_calendar_settles_its_appointment(clinic, sign_in):
    patient = clinic.patient()
    begins = clinic.now - timedelta(hours=2)
    booked = book_appointment(
        patient=patient, site=clinic.north, clinician=clinic.therapist, kind="individual", starts_at=begins,
        ends_at=begins + timedelta(hours=1), by=clinic.therapist, at=clinic.now - timedelta(days=1),
    )  # fmt: skip
    address = f"{reverse('treatment_plans:write_session', args=[patient.public_id])}?appointment={booked.pk}"
    sign_in(clinic.therapist).post(address, {**when(clinic), "kind": "individual", "state": "present", "note": "Talked."})
    booked.refresh_from_db()
    assert booked.state == "kept"
    assert Attendance.objects.get().appointment == booked


@pytest.mark.parametrize(("said", "words"), [("kept", "This becomes its note."), ("no_show", "Saving says that they came after all.")])
def test_the_way_to_the_note_stays_when_the_front_desk_speaks_first(clinic, sign_in, said, words):
    patient = clinic.patient()
    begins = clinic.now - timedelta(hours=2)
    booked = book_appointment(
        patient=patient, site=clinic.north, clinician=clinic.therapist, kind="individual", starts_at=begins,
        ends_at=begins + timedelta(hours=1), by=clinic.therapist, at=clinic.now - timedelta(days=1),
    )  # fmt: skip
    settle_appointment(appointment=booked, state=said, by=clinic.front_desk, at=clinic.now)
    browser = sign_in(clinic.therapist)
    address = f"{reverse('treatment_plans:write_session', args=[patient.public_id])}?appointment={booked.pk}"
    day = reverse("treatment_plans:calendar") + f"?day={begins.astimezone(clinic.north.zone):%Y-%m-%d}&site={clinic.north.pk}"
    pages = (reverse("treatment_plans:appointment", args=[booked.pk]), day)
    assert all(address in browser.get(page).content.decode() for page in pages)
    page = browser.get(address)
    assert words in page.content.decode()
    assert f"{page.context['form'].initial['starts_at']:%H}" == f"{begins.astimezone(clinic.north.zone):%H}"
    written = browser.post(address, {**when(clinic), "kind": "individual", "state": "present", "note": "Talked."})
    booked.refresh_from_db()
    part = Attendance.objects.get()
    assert (booked.state, part.appointment) == ("kept", booked)
    for page in pages:
        text = browser.get(page).content.decode()
        assert (address in text, written.url in text) == (False, True)
    assert "is written already" in browser.get(address).content.decode()
    assert "Did the person come?" not in browser.get(written.url).content.decode()
    settle_appointment(appointment=booked, state="no_show", by=clinic.front_desk, at=clinic.now)
    assert "Here it says “Present”, and the appointment says “Did not come”." in browser.get(written.url).content.decode()


def test_a_session_shows_only_the_people_whom_the_reader_may_see(clinic, held, sign_in):
    ana = clinic.patient(given="Ana")
    other = clinic.hire(Role.THERAPIST, clinic.north)
    ben = clinic.patient(given="Ben", team=(other,))
    session = held([Part(ana, note="About A."), Part(ben, note="About B.")])
    page = sign_in(other).get(reverse("treatment_plans:session", args=[session.pk])).content.decode()
    assert ("About B." in page, "About A." in page, "Ana" in page) == (True, False, False)
    assert list(AuditEvent.objects.filter(verb="session", outcome="seen").values_list("patient_id", flat=True)) == [ben.pk]


def test_a_draft_is_changed_and_then_signed_and_then_stays(clinic, held, planned, sign_in):
    ana = clinic.patient()
    goal = planned(ana)
    session = held([Part(ana, note="Draft.")], kind="individual")
    attendance = session.attendances.get()
    browser = sign_in(clinic.therapist)
    note = reverse("treatment_plans:note", args=[attendance.pk])
    browser.post(note, {"note": "Better words.", "goals": [goal.pk]})
    browser.post(reverse("treatment_plans:sign_session", args=[session.pk]))
    attendance.refresh_from_db()
    assert (attendance.note, attendance.signed_by) == ("Better words.", clinic.therapist)
    answer = browser.post(note, {"note": "Rewritten."})
    assert answer.status_code == 422
    assert "This note is signed and stays as it is." in answer.content.decode()
    attendance.refresh_from_db()
    assert attendance.note == "Better words."


def test_the_page_of_a_session_leads_to_what_is_to_be_put_right(clinic, held, sign_in):
    ana, ben = clinic.patient(given="Ana"), clinic.patient(given="Ben")
    session = held([Part(ana), Part(ben, state="absent")], techniques=["cbt"], shared_text="We read.")
    browser = sign_in(clinic.therapist)
    change = reverse("treatment_plans:change_session", args=[session.pk])
    page = reverse("treatment_plans:session", args=[session.pk])
    assert change in browser.get(page).content.decode()
    form = browser.get(change).context["form"]
    said = {name: form[name].value() for name in form.fields} | {"homework": "Walk."}
    said |= {"day": f"{said['day']:%Y-%m-%d}", "starts_at": f"{said['starts_at']:%H:%M}"}
    assert browser.post(change, said).url == page
    fresh = Session.objects.get()
    assert (fresh.homework, fresh.shared_text, fresh.starts_at, fresh.techniques) == ("Walk.", "We read.", session.starts_at, ["cbt"])
    refused = browser.post(change, said | {"shared_text": f"{ana.given_name} {ana.family_name} read."})
    assert (refused.status_code, "Leave the name out" in refused.content.decode()) == (422, True)
    note = session.attendances.get(patient=ben)
    address = reverse("treatment_plans:note", args=[note.pk])
    assert browser.get(address).context["form"]["state"].value() == "absent"
    browser.post(address, {"state": "present", "minutes": "30", "note": "Came after all."})
    note.refresh_from_db()
    assert (note.state, note.minutes, note.note) == ("present", 30, "Came after all.")
    sign_session(session=session, by=clinic.therapist, at=clinic.now)
    assert change not in browser.get(page).content.decode()
    assert "A note of this session is signed" in browser.post(change, said).content.decode()


def test_a_refused_signature_says_why_on_the_page(clinic, held, sign_in):
    session = held([Part(clinic.patient(given="Rosa", family="Díaz"))], kind="individual")
    answer = sign_in(clinic.therapist).post(reverse("treatment_plans:sign_session", args=[session.pk]))
    assert answer.status_code == 422
    assert "Rosa Díaz: write a note first." in answer.content.decode()
    assert Attendance.objects.get().signed_at is None


def test_unsigned_notes_are_ones_own_and_leave_the_list_when_signed(clinic, held, sign_in):
    ana, ben = clinic.patient(given="Ana"), clinic.patient(given="Ben")
    mine = held([Part(ana, note="A.")], kind="individual")
    held([Part(ben, note="B.")], kind="individual", clinician=clinic.peer)
    browser = sign_in(clinic.therapist)
    page = browser.get(reverse("treatment_plans:unsigned")).content.decode()
    assert ("Ana" in page, "Ben" in page) == (True, False)
    sign_session(session=mine, by=clinic.therapist, at=clinic.now)
    assert "Nothing to sign" in browser.get(reverse("treatment_plans:unsigned")).content.decode()


SESSIONS, SESSION, UNSIGNED, CHANGE = 9, 14, 7, 9


@pytest.mark.parametrize("number", [2, 12])
def test_pages_of_sessions_need_the_same_number_of_queries_for_two_and_twelve(clinic, held, planned, sign_in, query_count, number):
    people = [clinic.patient() for _ in range(number)]
    goals = [planned(person) for person in people]
    session = held([Part(person, goals=[goal], note="x") for person, goal in zip(people, goals, strict=True)])
    for person in people:
        held([Part(person, note="x")], kind="individual")
    browser = sign_in(clinic.therapist)
    browser.get(reverse("treatment_plans:sessions"))
    with query_count(SESSIONS):
        browser.get(reverse("treatment_plans:sessions"))
    with query_count(SESSION):
        browser.get(reverse("treatment_plans:session", args=[session.pk]))
    with query_count(CHANGE):
        browser.get(reverse("treatment_plans:change_session", args=[session.pk]))
    with query_count(UNSIGNED):
        browser.get(reverse("treatment_plans:unsigned"))


def test_a_role_without_sessions_is_refused_and_nothing_is_written(clinic, sign_in):
    patient = clinic.patient()
    address = reverse("treatment_plans:write_session", args=[patient.public_id])
    answer = sign_in(clinic.front_desk).post(address, {**when(clinic), "kind": "individual", "state": "present", "note": "x"})
    assert answer.status_code == 403
    assert not Session.objects.exists()


def test_whose_goals_were_shown_while_writing_is_on_the_record(clinic, sign_in):
    ana = clinic.patient()
    sign_in(clinic.therapist).get(reverse("treatment_plans:write_session", args=[ana.public_id]))
    assert list(AuditEvent.objects.filter(verb="goals", outcome="seen").values_list("patient_id", flat=True)) == [ana.pk]
