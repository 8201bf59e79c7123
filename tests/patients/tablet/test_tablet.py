import re
from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casemgr.core.accounts.models import Membership, Program
from casemgr.core.audit.models import AuditEvent
from casemgr.core.outbox.draining import drain
from casemgr.core.refusals import Denied, Refused
from patients.safety.actions import close_concern
from patients.safety.queries import open_concerns_for
from patients.screenings.models import Assessment
from patients.tablet.actions import answer_alone, end_tablet_link, issue_tablet_link, open_tablet_link
from patients.tablet.models import TabletLink
from patients.tablet.queries import link_of, token_of
from referrals.casework.models import Task


@pytest.fixture
def patient(clinic):
    return clinic.patient()


@pytest.fixture
def issue(clinic, patient):
    def _issue(*instruments, **more):
        facts = {"patient": patient, "program": clinic.program, "by": clinic.staff["therapist"], "at": timezone.now(), **more}
        return issue_tablet_link(instruments=instruments or ("phq9",), **facts)

    return _issue


@pytest.fixture
def tablet():
    return Client()


def _begin(tablet, link, language="en"):
    """Open a link in a browser and press the button."""
    answer = tablet.post(f"{reverse('tablet:welcome', args=[token_of(link)])}?language={language}", follow=True)
    assert answer.status_code == 200
    return answer


def _give(tablet, answer, value):
    """Answer the question that the page shows, and return the next page."""
    return tablet.post(answer.request["PATH_INFO"], {"answer": value}, follow=True)


def _text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_person_answers_alone_and_staff_hear_of_it(clinic, issue, tablet, patient):
    answer = _begin(tablet, issue("phq2", "auditc"))
    assert "Question 1 of 2" in _text(answer)
    answer = _give(tablet, answer, 1)
    draft = Assessment.objects.get(instrument="phq2")
    assert (draft.answers, draft.answered_alone, draft.recorded_by) == ({"1": 1}, ["1"], clinic.staff["therapist"])
    answer = _give(tablet, answer, 2)
    assert "Question 1 of 1" in _text(answer)
    answer = _give(tablet, answer, 1)
    for value in (0, 2):
        answer = _give(tablet, answer, value)
    assert "Thank you" in _text(answer)
    assert [(row.instrument, row.state, row.mode, row.total) for row in Assessment.objects.order_by("instrument")] == [
        ("auditc", "complete", "tablet", 3),
        ("phq2", "complete", "tablet", 3),
    ]
    drain(at=timezone.now())
    task = Task.objects.get()
    assert (task.title, task.owner, task.patient) == ("Look at the answers from the tablet", clinic.staff["therapist"], patient)
    assert tablet.get(reverse("tablet:go_on")).status_code == 410


def test_an_answer_in_a_draft_calls_somebody_within_a_second_and_only_once(issue, tablet, patient, django_capture_on_commit_callbacks):
    answer = _begin(tablet, issue("phq9", "gad7"))
    for _number in range(8):
        answer = _give(tablet, answer, 0)
    with django_capture_on_commit_callbacks(execute=True):
        answer = _give(tablet, answer, 1)
    assert "Somebody will talk with you now" in _text(answer)
    assert "988" in _text(answer)
    assert tablet.get(reverse("tablet:go_on")).status_code == 410
    drain(at=timezone.now())
    assert Task.objects.filter(urgency=1).count() == 1
    assert open_concerns_for(patient).count() == 1
    assert Assessment.objects.get(instrument="gad7").answers == {}


def test_the_tablet_closed_after_one_answer_has_called_already(issue, tablet, patient, django_capture_on_commit_callbacks):
    link = issue()
    _begin(tablet, link)
    address = reverse("tablet:question", args=[1, 9])
    with django_capture_on_commit_callbacks(execute=True):
        tablet.post(address, {"answer": 2})
    assert Task.objects.filter(urgency=1, patient=patient).count() == 1
    tablet.post(address, {"answer": 2})
    drain(at=timezone.now())
    assert Task.objects.filter(urgency=1, patient=patient).count() == 1
    assert Assessment.objects.get().state == "draft"


def test_a_link_opens_once(issue, tablet):
    link = issue()
    _begin(tablet, link)
    address = reverse("tablet:welcome", args=[token_of(link)])
    assert Client().get(address).status_code == 410
    assert tablet.get(address).url == reverse("tablet:go_on")
    assert Client().get(reverse("tablet:question", args=[1, 1])).status_code == 410


def test_a_link_is_short_lived_signed_and_can_be_withdrawn(clinic, issue, tablet, now):
    old = issue(at=timezone.now() - timedelta(minutes=61))
    assert tablet.get(reverse("tablet:welcome", args=[token_of(old)])).status_code == 410
    link = issue("gad7")
    token = token_of(link)
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), f"{link.pk}.x", "x", f"{link.pk + 1}.{token.split('.')[1]}"):
        assert tablet.get(reverse("tablet:welcome", args=[wrong])).status_code == 410
    end_tablet_link(link=link, ending="withdrawn", by=clinic.staff["therapist"], at=timezone.now())
    assert tablet.get(reverse("tablet:welcome", args=[token])).status_code == 410
    assert not Task.objects.exists()
    assert link_of(token).pk == link.pk


def test_a_link_that_nobody_answered_is_a_task_of_whoever_made_it_and_names_no_questionnaire(clinic, issue, tablet, patient):
    began = timezone.now()
    unopened, opened, withdrawn = issue(at=began), issue("gad7", at=began), issue("pcptsd5", at=began)
    with_answers = open_tablet_link(link=opened, language="en", by=opened.recorded_by, at=began + timedelta(minutes=30))
    end_tablet_link(link=withdrawn, ending="withdrawn", by=withdrawn.recorded_by, at=began)
    drain(at=began + timedelta(minutes=59))
    assert not Task.objects.exists()
    drain(at=began + timedelta(minutes=61))
    task = Task.objects.get()
    assert (task.key, task.owner, task.patient, task.urgency) == (f"tablet:over:{unopened.pk}", unopened.recorded_by, patient, 3)
    assert (task.title, task.detail) == ("A tablet link was not opened in time", "Ask them together, or make a new link.")
    drain(at=began + timedelta(minutes=91))
    drain(at=began + timedelta(days=2))
    second = Task.objects.exclude(pk=task.pk).get()
    assert (second.key, second.title) == (f"tablet:over:{with_answers.pk}", "The questions on the tablet were not finished")


def test_whoever_was_signed_in_on_this_browser_is_signed_out_as_soon_as_a_link_is_opened(clinic, sign_in, issue, patient):
    browser = sign_in(clinic.staff["therapist"])
    chart = reverse("desk:chart", args=[patient.public_id])
    assert browser.get(chart).status_code == 200
    link = issue()
    answer = browser.get(reverse("tablet:welcome", args=[token_of(link)]))
    assert (answer.status_code, answer["Clear-Site-Data"]) == (200, '"cache"')
    assert "_auth_user_id" not in browser.session
    assert browser.get(chart).status_code == 302
    _begin(browser, link)
    for closed in (chart, reverse("patients:assessments", args=[patient.public_id]), "/", "/admin/"):
        assert browser.get(closed).status_code in (302, 403)
    assert {key for key in browser.session.keys() if not key.startswith("_session")} == {"tablet"}  # noqa: SIM118


def test_the_pages_say_nothing_of_the_person_or_of_the_clinic(clinic, issue, tablet, patient):
    link = issue("bam", "pcl5")
    address = reverse("tablet:welcome", args=[token_of(link)])
    pages = [tablet.get(address), _begin(tablet, link)]
    for said in (clinic.program.name, patient.given_name, patient.family_name, str(patient.public_id), "casemgr ·"):
        assert not [page for page in pages if said in _text(page)]
    assert str(patient.public_id) not in address
    assert all(re.search(r"<title>(Questions|Thank you)</title>", _text(page)) for page in pages)
    assert all("<script" not in page.content.decode() for page in pages)
    assert all("no-store" in page["Cache-Control"] for page in pages)


def test_a_question_may_stay_open_and_one_may_go_back(issue, tablet):
    answer = _begin(tablet, issue("gad7"))
    empty = tablet.post(answer.request["PATH_INFO"], {})
    assert empty.status_code == 422
    assert "Choose an answer, or leave this question open." in _text(empty)
    answer = tablet.post(answer.request["PATH_INFO"], {"skip": "1"}, follow=True)
    assert "Question 2 of 7" in _text(answer)
    assert f'href="{reverse("tablet:question", args=[1, 1])}"' in _text(answer)
    for _number in range(6):
        answer = _give(tablet, answer, 3)
    assert "Thank you" in _text(answer)
    draft = Assessment.objects.get()
    assert (draft.state, sorted(draft.answers)) == ("draft", ["2", "3", "4", "5", "6", "7"])
    drain(at=timezone.now())
    assert Task.objects.get().detail == "Some questions are still open: finish them together."


def test_stopping_keeps_what_was_answered(issue, tablet):
    answer = _begin(tablet, issue("gad7"))
    _give(tablet, answer, 2)
    assert tablet.get(reverse("tablet:stop")).status_code == 405
    assert "What you answered is kept" in _text(tablet.post(reverse("tablet:stop")))
    assert Assessment.objects.get().answers == {"1": 2}
    assert TabletLink.objects.get().ending == "stopped"


def test_spanish_is_spoken_where_an_official_text_is_at_hand_and_offered_to_staff_where_not(issue, tablet):
    answer = _begin(tablet, issue("gad7", "bam"), language="es")
    assert "Sentirse nervioso/a" in _text(answer)
    assert '<html lang="es">' in _text(answer)
    for _number in range(7):
        answer = _give(tablet, answer, 0)
    place = answer.request["PATH_INFO"]
    assert 'name="english"' in _text(answer)
    assert "In the past 30 days" in _text(tablet.post(place, {"english": "1"}, follow=True))


def test_what_has_no_translation_can_be_left_to_staff(issue, tablet):
    answer = _begin(tablet, issue("bam"), language="es")
    answer = tablet.post(answer.request["PATH_INFO"], {"staff": "1"}, follow=True)
    assert 'name="english"' not in _text(answer)
    assert Assessment.objects.get().answers == {}
    assert TabletLink.objects.get().ending == "finished"


@pytest.mark.parametrize("instruments", [("ace",), ("cssrs_screener",), ("cows",), ("isi",), ("nothing",), ("phq9", "ace")])
def test_some_instruments_never_stand_on_a_tablet(issue, instruments):
    with pytest.raises(Refused):
        issue(*instruments)
    assert not TabletLink.objects.exists()


def test_a_link_holds_only_its_own_questions(clinic, issue, tablet, patient):
    other = issue("bam")
    _begin(tablet, issue("gad7"))
    for place, number in ((2, 1), (1, 8), (0, 1), (99, 99)):
        assert tablet.post(reverse("tablet:question", args=[place, number]), {"answer": 1}).url == reverse("tablet:go_on")
    assert Assessment.objects.get(pk=other.assessments[0]).answers == {}
    assert tablet.post(reverse("tablet:question", args=[1, 1]), {"answer": 9}).status_code == 422


def test_who_may_no_longer_see_the_person_opens_nothing_for_them(clinic, issue, tablet):
    link = issue()
    Membership.objects.filter(user=link.recorded_by).update(ends_on=timezone.localdate() - timedelta(days=1))
    assert tablet.post(reverse("tablet:welcome", args=[token_of(link)])).status_code == 410


def test_the_database_opens_a_link_once_and_keeps_its_questions(clinic, issue):
    link = open_tablet_link(link=issue(), language="en", by=clinic.staff["therapist"], at=timezone.now())
    for change in ({"opened_at": timezone.now()}, {"opened_at": None}, {"assessments": [1]}):
        with pytest.raises(Error), transaction.atomic():
            TabletLink.objects.filter(pk=link.pk).update(**change)
    with pytest.raises(Refused):
        open_tablet_link(link=link, language="en", by=clinic.staff["therapist"], at=timezone.now())


def test_front_desk_hands_out_nothing(clinic, issue):
    with pytest.raises(Denied):
        issue(by=clinic.front_desk)


def test_staff_make_a_link_see_its_address_once_and_withdraw_it(clinic, sign_in, patient):
    browser = sign_in(clinic.staff["therapist"])
    page = reverse("patients:tablet", args=[patient.public_id])
    assert browser.post(page, {"language": "en"}).status_code == 422
    answer = browser.post(page, {"instruments": ["phq9", "gad7"], "language": "en"}, follow=True)
    link = TabletLink.objects.get()
    assert token_of(link) in _text(answer)
    assert AuditEvent.objects.filter(verb="tablet", patient_id=patient.pk).exists()
    assert "Waits to be opened" in _text(browser.get(page))
    answer = browser.post(answer.request["PATH_INFO"], follow=True)
    assert token_of(link) not in _text(browser.get(reverse("patients:tablet_link", args=[patient.public_id, link.pk])))
    assert TabletLink.objects.get().ending == "withdrawn"
    hidden = clinic.patient(team=(clinic.hire("therapist", clinic.north),))
    assert browser.get(reverse("patients:tablet", args=[hidden.public_id])).status_code == 404


def test_an_answer_costs_the_same_early_and_late(issue, tablet, query_count):
    _begin(tablet, issue("pcl5"))
    for number in (2, 18):
        with query_count(14):
            tablet.post(reverse("tablet:question", args=[1, number]), {"answer": 1})


def test_the_same_answer_in_a_later_sitting_calls_somebody_again(clinic, issue, tablet, patient, now):
    by = {"by": clinic.staff["therapist"], "at": now}
    for sitting in (1, 2):
        _begin(tablet, issue())
        answer = tablet.post(reverse("tablet:question", args=[1, 9]), {"answer": 1})
        assert "Somebody will talk with you now" in _text(answer)
        concern = open_concerns_for(patient).get()
        whole = {"disposition": "judged_low", "screener_result": "low", "disposition_words": "No plan, no intent."}
        close_concern(concern=concern, **whole, no_follow_up_because="Comes in every day.", **by)
        assert Assessment.objects.get().is_draft, sitting
    _begin(tablet, issue())
    tablet.post(reverse("tablet:question", args=[1, 9]), {"answer": 0})
    assert not open_concerns_for(patient).exists()


def test_a_tablet_asks_every_question_again_when_a_draft_is_from_another_day(issue, tablet):
    old = issue(at=timezone.now() - timedelta(days=75))
    Assessment.objects.filter(pk__in=old.assessments).update(answers={str(number): 1 for number in range(1, 9)})
    assert "Question 1 of 10" in _text(_begin(tablet, issue()))
    assert list(Assessment.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "draft"]


def test_each_answer_keeps_the_questions_open_and_one_about_safety_is_heard_a_while_longer(clinic, issue, patient, now):
    by = clinic.staff["therapist"]
    link = open_tablet_link(link=issue(at=now), language="en", by=by, at=now)
    draft = Assessment.objects.get()

    def give(minutes, item, value=0):
        answer_alone(link=link, assessment=draft, item=item, value=value, by=by, at=now + timedelta(minutes=minutes))
        link.refresh_from_db()
        return round((link.expires_at - now).total_seconds() / 60)

    assert [give(minutes, "1") for minutes in (1, 9, 11, 65, 119, 121, 175)] == [60, 60, 71, 125, 179, 180, 180]
    with pytest.raises(Refused):
        give(180, "2")
    assert give(194, "9", 1) == 180
    assert open_concerns_for(patient).exists()
    with pytest.raises(Refused):
        give(195, "9", 2)
    drain(at=now + timedelta(minutes=170))
    assert not Task.objects.filter(title="The questions on the tablet were not finished").exists()
    drain(at=now + timedelta(minutes=181))
    assert Task.objects.filter(title="The questions on the tablet were not finished").exists()


def test_a_yes_one_second_too_late_calls_somebody_and_what_is_not_kept_is_said(issue, tablet, patient):
    _begin(tablet, issue(), language="es")
    nine, eight = (reverse("tablet:question", args=[1, number]) for number in (9, 8))
    for late, address in ((timedelta(seconds=1), eight), (timedelta(minutes=16), nine)):
        TabletLink.objects.update(expires_at=timezone.now() - late)
        answer = tablet.post(address, {"answer": 1})
        assert (answer.status_code, "988" in _text(answer), '<html lang="es">' in _text(answer)) == (410, True, True)
        assert "988" not in _text(tablet.get(address))
    assert not open_concerns_for(patient).exists()
    TabletLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "988" in _text(tablet.post(nine, {"answer": 1}))
    assert (open_concerns_for(patient).count(), TabletLink.objects.get().ending) == (1, "somebody_comes")
    assert Assessment.objects.get().answers == {"9": 1}
    assert "988" in _text(tablet.post(nine, {"answer": 2}))


def test_whoever_signs_in_while_a_tablet_is_out_is_signed_out_by_the_questions(clinic, issue, tablet, patient):
    link = issue()
    _begin(tablet, link)
    tablet.force_login(clinic.staff["therapist"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "_auth_user_id" in tablet.session
    assert tablet.get(reverse("tablet:welcome", args=[token_of(link)]), follow=True).status_code == 200
    assert "_auth_user_id" not in tablet.session
    assert tablet.get(reverse("desk:chart", args=[patient.public_id])).status_code == 302


def test_answers_belong_to_the_program_that_knows_the_person(clinic, sign_in, patient):
    elsewhere = Program.objects.create(name="Hill Program")
    user = clinic.staff["therapist"]
    Membership.objects.create(user=user, program=elsewhere, role="therapist", starts_on="2024-01-01")
    browser = sign_in(user)
    session = browser.session
    session["program"] = elsewhere.pk
    session.save()
    browser.post(reverse("patients:tablet", args=[patient.public_id]), {"instruments": ["phq9"], "language": "en"})
    browser.post(reverse("patients:start_assessment", args=[patient.public_id]), {"instrument": "gad7"})
    assert TabletLink.objects.get().program == clinic.program
    assert {row.instrument: row.program for row in Assessment.objects.all()} == {"phq9": clinic.program, "gad7": clinic.program}
