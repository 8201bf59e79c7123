from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.refusals import Denied, Refused
from patients.world.actions import record_world_fact
from treatment_plans.drafts.actions import save_draft
from treatment_plans.drafts.models import Draft
from treatment_plans.drafts.queries import draft_key
from treatment_plans.drafts.rules import Words
from treatment_plans.plan.actions import activate_plan, add_goal, add_intervention, add_objective, add_problem, start_plan
from treatment_plans.plan.models import Goal
from treatment_plans.plan.versions.actions import start_version
from treatment_plans.sessions.actions import Part, change_note, record_session, sign_session
from treatment_plans.sessions.coping.actions import add_coping_card, change_coping_card, take_off_coping_card
from treatment_plans.sessions.coping.models import CopingCard
from treatment_plans.sessions.fidelity.actions import rate_fidelity
from treatment_plans.sessions.fidelity.models import FidelityRating
from treatment_plans.sessions.models import Attendance, Session
from treatment_plans.sessions.writing.actions import drop_note_policy, set_note_policy
from treatment_plans.sessions.writing.models import NotePolicy
from treatment_plans.sessions.writing.queries import before
from treatment_plans.signing.actions import mark_note_in_error

FORM_QUERIES = 17
"""Session, user, roles, person, sites, the rule, what was typed before, last note, homework, cards, wishes, goals, interventions, record, navigation."""

CARD_QUERIES = 7

LONG = "She named three people whom she can call at night, and when."
CANARY = "Traumakanarie"


@pytest.fixture
def now():
    """Pages read the real clock, so the story happens now."""
    return timezone.now()


@pytest.fixture
def known(clinic):
    return {"by": clinic.therapist, "at": clinic.now}


@pytest.fixture
def held(clinic, known):
    """Return a function that writes down a session of an hour so many days ago."""

    def _held(*parts, days=0, **facts):
        begins = clinic.now - timedelta(days=days, hours=2)
        values = {"site": clinic.north, "clinician": clinic.therapist, "kind": "individual", "note_format": "dap"}
        return record_session(parts=parts, starts_at=begins, ends_at=begins + timedelta(hours=1), **known, **values | facts)

    return _held


@pytest.fixture
def ruled(clinic):
    """Return a function that lets the director write down a rule for notes."""
    return lambda **facts: set_note_policy(program=clinic.program, by=clinic.director, at=clinic.now, **facts)


def test_what_was_carried_forward_remembers_the_session_in_which_it_was_first_written(clinic, held, known):
    ana, ben = clinic.patient(), clinic.patient()
    first = held(Part(ana, parts={"data": LONG, "plan": "Call."}), days=3)
    second = held(Part(ana, parts={"data": LONG, "plan": "Call."}, carried=["plan", "data"]), days=2)
    third = held(
        Part(ana, parts={"data": LONG, "assessment": "New today.", "plan": "Call."}), Part(ben, parts={"data": LONG}), kind="family"
    )
    day = first.starts_at.astimezone(clinic.north.zone).date().isoformat()
    origin = {"from": first.pk, "on": day}
    assert second.attendances.get().carried == {"data": origin, "plan": origin}
    note = third.attendances.get(patient=ana)
    assert note.carried == {"data": origin}
    assert third.attendances.get(patient=ben).carried == {}
    change_note(attendance=note, part=Part(ana, parts={"data": LONG + " More."}, carried=["data"]), **known)
    note.refresh_from_db()
    assert note.carried == {}


def test_a_note_entered_in_error_is_no_note_before(clinic, held, known):
    ana = clinic.patient()
    first = held(Part(ana, parts={"data": LONG}), days=3, homework="Walk")
    wrong = held(Part(ana, parts={"data": "Of somebody else."}), days=2, homework="Not hers")
    found = before(ana, clinic.program.pk, "individual", clinic.now)
    assert (found.last.session_id, found.homework) == (wrong.pk, wrong)
    sign_session(session=wrong, **known)
    mark_note_in_error(attendance=wrong.attendances.get(), kind="wrong_person", words="It is about somebody else.", **known)
    found = before(ana, clinic.program.pk, "individual", clinic.now)
    assert (found.last.session_id, found.homework) == (first.pk, first)


def test_the_rule_of_a_program_is_asked_for_by_the_signature_and_names_all_that_is_missing(clinic, held, known, ruled):
    rosa = clinic.patient(given="Rosa", family="Díaz")
    rule = ruled(note_format="dap", is_fixed=True, required_parts=["plan", "data", "response"], required_asks=["craving"])
    assert rule.required_parts == ["data", "plan"]
    session = held(Part(rosa, parts={"data": "Calm."}), note_format="dap")
    with pytest.raises(Refused) as refused:
        sign_session(session=session, **known)
    assert [(reason.text, reason.source) for reason in refused.value.reasons] == [
        ("Rosa Díaz: “Plan” is empty, and the program asks for it.", "program policy"),
        ("Rosa Díaz: “Craving on arriving and leaving” is empty, and the program asks for it.", "program policy"),
    ]
    free = held(Part(rosa, note="Calm.", craving_in=3, craving_out=1), note_format="free")
    with pytest.raises(Refused, match="the program writes these notes as “DAP"):
        sign_session(session=free, **known)
    ruled(kind="crisis", note_format="free")
    sign_session(session=held(Part(rosa, note="Safe now."), kind="crisis", note_format="free"), **known)
    sign_session(
        session=held(Part(rosa, note="Was there."), Part(clinic.patient()), kind="group", shared_text="We sat.", note_format="free"),
        **known,
    )
    ruled(note_format="soap")
    assert NotePolicy.objects.count() == 2
    drop_note_policy(policy=NotePolicy.objects.get(kind=""), by=clinic.director, at=clinic.now)
    sign_session(session=session, **known)
    with pytest.raises(Denied):
        set_note_policy(program=clinic.program, note_format="dap", **known)
    with pytest.raises(Refused):
        ruled(kind="encounter", note_format="dap")


def test_cards_grow_from_sessions_and_on_their_own_page(clinic, held, known, sign_in):
    ana, ben = clinic.patient(given="Ana"), clinic.patient()
    session = held(Part(ana, parts={"data": "x"}, triggers=["Día de pago"], coping={"Día de pago": "A walk"}), Part(ben), kind="family")
    held(Part(ana, parts={"data": "y"}, coping={"dia de pago.": "Call Ana\na walk", "Night": ""}))
    payday, night = CopingCard.objects.order_by("pk")
    assert (payday.trigger, payday.helps, payday.learned_in, night.helps) == ("Día de pago", "A walk\nCall Ana", session, "")
    assert add_coping_card(patient=ana, program=clinic.program, trigger="NIGHT", helps="Tea", **known) == night
    change_coping_card(card=night, trigger="Nights alone", helps="Tea\nTea", **known)
    browser, page = sign_in(clinic.therapist), reverse("treatment_plans:coping_cards", args=[ana.public_id])
    shown = browser.get(page).content.decode()
    assert all(words in shown for words in ("Día de pago", "Call Ana", "Nights alone"))
    browser.post(reverse("treatment_plans:add_coping_card", args=[ana.public_id]), {"trigger": "Family dinner", "helps": "Leave early"})
    paper = browser.get(reverse("treatment_plans:print_coping_cards", args=[ana.public_id]) + "?language=es")
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert AuditEvent.objects.filter(verb="coping_cards_on_paper", patient_id=ana.pk).exists()
    browser.post(reverse("treatment_plans:change_coping_card", args=[night.pk]), {"trigger": "Nights", "helps": "Radio"})
    browser.post(reverse("treatment_plans:take_off_coping_card", args=[payday.pk]))
    assert browser.post(reverse("treatment_plans:take_off_coping_card", args=[payday.pk])).status_code == 404
    assert list(CopingCard.objects.filter(taken_off_at=None).order_by("pk").values_list("trigger", "helps")) == [
        ("Nights", "Radio"),
        ("Family dinner", "Leave early"),
    ]
    with pytest.raises(Refused, match="taken off"):
        take_off_coping_card(card=payday, **known)
    stranger = sign_in(clinic.hire(Role.THERAPIST, clinic.north))
    assert stranger.get(page).status_code == 404


def test_a_session_is_looked_at_through_a_checklist_and_nobody_is_graded(clinic, held, known, sign_in):
    session = held(Part(clinic.patient(), parts={"data": "x"}), techniques=["cbt"])
    browser, page = sign_in(clinic.therapist), reverse("treatment_plans:fidelity", args=[session.pk])
    assert "We set an agenda together." in browser.get(page).content.decode()
    assert browser.post(page, {"agenda": "4", "practice": "3", "remark": "Ask for a summary."}).status_code == 302
    assert browser.post(page, {}).status_code == 422
    assert browser.get(page + "?checklist=astrology").status_code == 404
    rating = FidelityRating.objects.get()
    assert (rating.checklist, rating.scores, rating.mean, rating.is_own) == ("cbt", {"agenda": 4, "practice": 3}, 3.5, True)
    rate_fidelity(session=session, checklist="motivational", scores={"listening": 2}, by=clinic.case_manager, at=clinic.now)
    for scores in ({"listening": 6}, {"agenda": 3}, {}):
        with pytest.raises(Refused):
            rate_fidelity(session=session, checklist="motivational", scores=scores, **known)
    overview = reverse("treatment_plans:fidelity_overview")
    for user, rows in ((clinic.therapist, 2), (clinic.director, 2), (clinic.case_manager, 0)):
        assert len(sign_in(user).get(overview).context["rows"]) == rows


def test_the_form_shows_what_feels_safe_the_last_homework_and_what_can_be_carried(clinic, held, known, ruled, sign_in, query_count):
    ana = clinic.patient(given="Ana")
    wishes = {"seating": "Near the door", "stop_signal": "Hand up", "touch": "", "topics": ""}
    record_world_fact(of="wishes", patient=ana, program=clinic.program, **known, **wishes)
    ruled(note_format="dap", required_parts=["plan"])
    held(Part(ana, parts={"data": "Then.", "plan": LONG}, coping={"Payday": "A walk"}), days=2, homework="Breathe twice a day")
    browser = sign_in(clinic.therapist)
    address = reverse("treatment_plans:write_session", args=[ana.public_id])
    page = browser.get(address).content.decode()
    assert page.index("Near the door") < page.index('<form class="form form--wide')
    assert all(words in page for words in ("Breathe twice a day", "Payday", "Plan (required to sign)", "Carry forward from"))
    typed = {
        "kind": "individual",
        "state": "present",
        "modality": "phone",
        "site": clinic.north.pk,
        "shown_format": "dap",
        "note_format": "dap",
    }
    local = (clinic.now - timedelta(hours=2)).astimezone(clinic.north.zone)
    typed |= {"day": local.date().isoformat(), "starts_at": f"{local:%H:%M}", "minutes": "50", "data": "Typed just now."}
    carried = browser.post(address, {**typed, "carry": "plan"})
    assert (carried.status_code, Session.objects.count()) == (200, 1)
    form = carried.context["form"]
    assert (form["plan"].value(), form["data"].value(), form["carried"].value()) == (LONG, "Typed just now.", ["plan"])
    reshaped = browser.post(address, {**typed, "note_format": "soap", "use_format": "1"}).context["form"]
    assert (reshaped["subjective"].value(), reshaped["shown_format"].value()) == ("Typed just now.", "soap")
    told = {"plan": LONG, "carried": ["plan"], "last_homework": "partly", "mood_in": "3", "mood_out": "11", "triggers": ["Payday"]}
    told |= {"what_helps": "Call Ben", "offered": "Walk or talk", "chosen": "Walk", "homework": "Once a day", "thought_thought": "I fail"}
    assert "Ensure this value is less than or equal to 10" in browser.post(address, {**typed, **told}).content.decode()
    written = browser.post(address, {**typed, **told, "mood_out": "6", "sign": "1"}, follow=True).content.decode()
    note = Attendance.objects.get(session__modality="phone")
    assert (note.parts, list(note.carried)) == ({"data": "Typed just now.", "plan": LONG}, ["plan"])
    assert (note.mood_out, note.last_homework, note.triggers, note.thought_record) == (6, "partly", ["Payday"], {"thought": "I fail"})
    assert CopingCard.objects.get().helps == "A walk\nCall Ben"
    assert all(words in written for words in ("Signed", "unchanged", "Once a day", "3 → 6", "Hand up", "I fail", "Partly done"))


def test_words_of_a_draft_come_back_in_their_format_and_none_is_saved_away(clinic, known, ruled, sign_in):
    """The browser died over a DAP note; the program writes freely, and later asks for SOAP and nothing else."""
    ana = clinic.patient(given="Ana")
    browser, address = sign_in(clinic.therapist), reverse("treatment_plans:write_session", args=[ana.public_id])
    said = {"data": ["Talked of the bridge."], "assessment": ["Less shut down."], "plan": ["Call Thursday."]}
    words, key = Words({"note_format": ["dap"], **said}, {}, address), draft_key("session", "free", ana.public_id)
    save_draft(key=key, words=words, version=0, **known)
    form = browser.get(address).context["form"]
    assert (form["shown_format"].value(), form["note_format"].value()) == ("dap", "dap")

    ruled(note_format="soap", is_fixed=True)
    form = browser.get(address).context["form"]
    assert form["shown_format"].value() == "soap"
    local = (clinic.now - timedelta(hours=2)).astimezone(clinic.north.zone)
    typed = {
        "kind": "individual",
        "state": "present",
        "modality": "phone",
        "site": clinic.north.pk,
        "shown_format": "soap",
        "minutes": "50",
    }
    typed |= {"day": local.date().isoformat(), "starts_at": f"{local:%H:%M}", "subjective": "Tired.", "assessment": "Less shut down."}
    answer = browser.post(address, {**typed, "data": "Talked of the bridge."})
    assert (answer.status_code, Session.objects.count()) == (200, 0)
    assert "stands in this one now" in answer.content.decode()
    form = answer.context["form"]
    assert (form["subjective"].value(), form["assessment"].value()) == ("Talked of the bridge.\n\nTired.", "Less shut down.")
    assert Draft.objects.get().words == words
    assert browser.post(address, typed).status_code == 302
    assert Attendance.objects.get().parts == {"subjective": "Tired.", "assessment": "Less shut down."}


def test_a_note_that_is_carried_whole_is_saved_and_waits_for_a_second_look(clinic, held, sign_in):
    ana = clinic.patient(given="Ana", family="Flores")
    held(Part(ana, note=LONG), note_format="free", days=1)
    browser, address = sign_in(clinic.therapist), reverse("treatment_plans:write_session", args=[ana.public_id])
    local = (clinic.now - timedelta(hours=2)).astimezone(clinic.north.zone)
    typed = {"day": local.date().isoformat(), "starts_at": f"{local:%H:%M}", "minutes": "50", "site": clinic.north.pk, "modality": "video"}
    page = browser.post(address, {**typed, "kind": "peer", "state": "present", "note": LONG, "sign": "1"}, follow=True).content.decode()
    assert "Saved, but not signed: every word on Ana Flores was carried forward." in page
    assert "Every word of one note here was carried forward" in page
    note = Attendance.objects.get(session__kind="peer")
    edit = reverse("treatment_plans:note", args=[note.pk])
    assert browser.post(edit, {"note": "New words.", "carry": "note"}).context["form"]["note"].value() == f"New words.\n\n{LONG}"
    browser.post(edit, {"note": "New words.", "craving_in": "4", "new_trigger": "Rain", "what_helps": "Radio"})
    note.refresh_from_db()
    assert (note.note, note.carried, note.craving_in, CopingCard.objects.get().trigger) == ("New words.", {}, 4, "Rain")
    browser.post(reverse("treatment_plans:sign_session", args=[note.session_id]))
    note.refresh_from_db()
    assert note.signed_at


@pytest.fixture
def plan_of(clinic, known):
    """Return a function that gives a person a plan in force with one goal."""

    def _plan_of(patient):
        today = clinic.now.astimezone(clinic.north.zone).date()
        plan = start_plan(patient=patient, program=clinic.program, starts_on=today, review_on=today + timedelta(days=60), **known)
        goal = add_goal(problem=add_problem(plan=plan, axis="social", title="Room", **known), words="I want a room", **known)
        add_objective(goal=goal, words="Apply", **known)
        add_intervention(goal=goal, kind="case_management", **known)
        return activate_plan(plan=plan, **known)

    return _plan_of


def test_a_typo_is_mended_and_what_was_not_asked_again_stays(clinic, held, known, plan_of, sign_in):
    ana, ben, browser = clinic.patient(), clinic.patient(), sign_in(clinic.therapist)
    plan = plan_of(ana)
    goal = Goal.objects.get(problem__plan=plan)
    asked = {"last_homework": "partly", "mood_in": 3, "triggers": ["Payday"]}
    session = held(
        Part(ana, parts={"data": "Clam."}, goals=[goal], **asked),
        Part(ben, parts={"data": "Clam."}, no_goal_reason="A crisis came first.", **asked),
        kind="family",
    )
    later = start_version(plan=plan, starts_on=plan.starts_on, review_on=plan.review_on, **known)
    activate_plan(plan=later, **known)
    for note in session.attendances.all():
        edit = reverse("treatment_plans:note", args=[note.pk])
        form = browser.get(edit).context["form"]
        typed = {name: form[name].value() for name in form.fields}
        typed = {name: value for name, value in typed.items() if value is not None}
        assert browser.post(edit, {**typed, "data": "Calm.", "mood_in": ""}).status_code == 302
    rows = session.attendances.order_by("pk").values_list("parts", "goals", "no_goal_reason", "last_homework", "mood_in", "triggers")
    assert list(rows) == [
        ({"data": "Calm."}, goal.pk, "", "partly", None, ["Payday"]),
        ({"data": "Calm."}, None, "A crisis came first.", "partly", None, ["Payday"]),
    ]


@pytest.mark.parametrize("number", [2, 12])
def test_pages_cost_the_same_for_two_and_for_twelve(clinic, held, known, sign_in, query_count, number):
    ana = clinic.patient()
    for day in range(number):
        held(Part(ana, parts={"data": f"On day {day}."}, coping={f"Trigger {day}": "A walk"}), days=day + 1, homework="Breathe")
    browser = sign_in(clinic.therapist)
    browser.get(reverse("treatment_plans:sessions"))
    with query_count(FORM_QUERIES):
        assert browser.get(reverse("treatment_plans:write_session", args=[ana.public_id])).status_code == 200
    with query_count(CARD_QUERIES):
        assert browser.get(reverse("treatment_plans:coping_cards", args=[ana.public_id])).status_code == 200


def test_the_director_says_how_notes_are_written(clinic, sign_in):
    browser, page = sign_in(clinic.director), reverse("treatment_plans:note_policies")
    for beside in ("intervention_list", "plan_policy"):
        assert f'href="{reverse(f"treatment_plans:{beside}")}"' in browser.get(page).content.decode()
    said = {"kind": "", "note_format": "birp", "is_fixed": "on", "required_parts": ["plan", "response"], "required_asks": ["mood"]}
    answer = browser.post(page, said, follow=True).content.decode()
    assert "Response, Plan, Mood on arriving and leaving" in answer
    rule = NotePolicy.objects.get()
    assert sign_in(clinic.therapist).get(page).status_code == 403
    sign_in(clinic.director).post(reverse("treatment_plans:drop_note_policy", args=[rule.pk]))
    assert not NotePolicy.objects.exists()
