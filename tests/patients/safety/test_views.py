import io

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse
from pypdf import PdfReader

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from patients.guarding.models import Conflict
from patients.safety.actions import close_concern
from patients.safety.models import SafetyCall, SafetyConcern, SafetyFollowUp, SafetyPlan, SafetyPlanReview
from patients.safety.planning.actions import sign_safety_plan, write_safety_plan

STEPS = {
    "warning_signs": "I stop eating\nNo sleep",
    "own_ways": "Walk",
    "safer_place": "Sister keeps the pills",
    "means_discussed": "Pills",
}
CONTACTS = [("person", "Rosa", "555-0171"), ("professional", "Day line", "")]


@pytest.fixture
def patient(clinic):
    return clinic.patient()


def at(name, patient, *arguments):
    return reverse(f"patients:{name}", args=[patient.public_id, *arguments])


@pytest.fixture
def plan(clinic, patient):
    return write_safety_plan(patient=patient, program=clinic.program, steps=STEPS, contacts=CONTACTS, by=clinic.therapist, at=clinic.now)


def finish(concern, by, at, **facts):
    said = {"disposition": "judged_low", "screener_result": "low", "disposition_words": "No plan, no intent.", **facts}
    return close_concern(concern=concern, **said, no_follow_up_because="Comes in daily for doses", by=by, at=at)


class TestThePageOfOnePerson:
    @pytest.fixture(autouse=True)
    def _open(self, patient, answer):
        self.concern = answer(patient, given=2)

    def test_it_shows_what_was_said_and_that_nobody_came_yet(self, clinic, patient, sign_in):
        text = sign_in(clinic.therapist).get(at("safety", patient)).content.decode()
        for words in ("PHQ-9", "question 9: answered 2", "Nobody yet", "Not assessed yet", "I see to it", "No safety plan yet"):
            assert words in text

    def test_a_peer_reads_and_raises_and_closes_nothing(self, clinic, patient, sign_in):
        browser = sign_in(clinic.peer)
        text = browser.get(at("safety", patient)).content.decode()
        assert "I see to it" not in text
        assert "Raise a concern" in text
        assert browser.get(at("close_concern", patient, self.concern.pk)).status_code == 403
        assert browser.post(at("take_concern", patient, self.concern.pk)).status_code == 403

    @pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.DIRECTOR, Role.PRIVACY_OFFICER])
    def test_who_reads_no_charts_reads_nothing_here(self, clinic, patient, sign_in, role):
        assert sign_in(clinic.staff[role]).get(at("safety", patient)).status_code == 403

    def test_somebody_sees_to_it_and_writes_what_was_done(self, clinic, patient, sign_in):
        browser = sign_in(clinic.nurse)
        assert browser.post(at("take_concern", patient, self.concern.pk)).status_code == 302
        page = browser.get(at("close_concern", patient, self.concern.pk))
        assert page.context["form"].initial["first_on"] < page.context["form"].initial["second_on"]
        refused = browser.post(at("close_concern", patient, self.concern.pk), {"screener_result": "not_done", "disposition": "left"})
        assert refused.status_code == 422
        assert {"disposition_words", "not_screened_because", "first_on"} <= set(refused.context["form"].errors)
        said = {
            "screener_result": "moderate",
            "disposition": "safety_plan",
            "first_on": "2030-01-02",
            "second_on": "2030-01-04",
            "kind": "call",
        }
        assert browser.post(at("close_concern", patient, self.concern.pk), said).status_code == 302
        self.concern.refresh_from_db()
        assert (self.concern.state, self.concern.closed_by, self.concern.taken_by) == ("closed", clinic.nurse, clinic.nurse)
        assert [str(row.due_on) for row in SafetyFollowUp.objects.all()] == ["2030-01-02", "2030-01-04"]
        again = browser.post(at("take_concern", patient, self.concern.pk), follow=True)
        assert "This concern is closed" in again.content.decode()

    def test_a_lower_result_is_asked_for_its_reasons_where_more_was_answered(self, clinic, patient, sign_in, answer):
        browser, page = sign_in(clinic.nurse), at("close_concern", patient, self.concern.pk)
        assert "lower_because" not in browser.get(page).context["form"].fields
        answer(patient, "4", instrument="cssrs_screener")
        assert "what was answered comes to “High”" in browser.get(page).content.decode()
        said = {"screener_result": "none", "disposition": "safety_plan", "first_on": "2030-01-02", "kind": "call"}
        refused = browser.post(page, said)
        assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["lower_because"])
        assert browser.post(page, {**said, "lower_because": "Pressed by mistake, asked again."}).status_code == 302
        assert "Pressed by mistake" in browser.get(at("safety", patient)).content.decode()

    def test_a_follow_up_is_written_down(self, clinic, patient, sign_in):
        browser = sign_in(clinic.case_manager)
        row = SafetyFollowUp.objects.create(
            concern=self.concern,
            patient=patient,
            program=clinic.program,
            due_on="2030-01-02",
            recorded_at=clinic.now,
            recorded_by=clinic.nurse,
        )
        address = at("safety_follow_up", patient, row.pk)
        assert browser.get(address).status_code == 200
        assert browser.post(address, {"outcome": "not_reached", "words": "No answer"}).status_code == 422
        assert browser.post(address, {"outcome": "reached", "words": "Feels better"}).status_code == 302
        row.refresh_from_db()
        assert (row.outcome, row.done_by) == ("reached", clinic.case_manager)

    def test_raising_joins_the_open_concern(self, clinic, patient, sign_in):
        browser = sign_in(clinic.peer)
        assert browser.post(at("raise_concern", patient), {"words": "", "level": "4"}).status_code == 422
        assert browser.post(at("raise_concern", patient), {"words": "Gave his dog away", "level": "4"}).status_code == 302
        assert SafetyConcern.objects.get().level == 4

    def test_reading_is_on_the_record(self, clinic, patient, sign_in):
        sign_in(clinic.therapist).get(at("safety", patient))
        assert AuditEvent.objects.get(verb="safety").patient_id == patient.pk


def test_the_page_takes_as_many_statements_for_much_as_for_little(clinic, sign_in, answer, query_count):
    small, large = clinic.patient(), clinic.patient()
    for patient, number in ((small, 1), (large, 4)):
        for turn in range(number):
            finish(answer(patient, ref=f"a:{turn}"), clinic.therapist, clinic.now)
            write_safety_plan(patient=patient, program=clinic.program, steps=STEPS, contacts=CONTACTS, by=clinic.therapist, at=clinic.now)
        answer(patient, ref="last")
    browser = sign_in(clinic.therapist)
    browser.get(at("safety", small))
    for patient in (small, large):
        with query_count(15):
            assert browser.get(at("safety", patient)).status_code == 200


def test_the_list_names_those_whom_one_may_see(clinic, sign_in, answer, query_count):
    browser = sign_in(clinic.therapist)
    address = reverse("patients:safety_concerns")
    browser.get(address)
    mine = [clinic.patient() for _number in range(2)]
    other = clinic.patient(team=(clinic.hire(Role.THERAPIST, clinic.north),))
    for patient in (*mine, other):
        SafetyCall.objects.create(
            concern=answer(patient), user=clinic.nurse, called_as="site", recorded_at=clinic.now, recorded_by=clinic.system
        )
    with query_count(7):
        page = browser.get(address)
    assert [row.patient for row in page.context["table"].data.data] == mine
    assert page.context["unnamed"] == []
    for _number in range(8):
        answer(clinic.patient())
    with query_count(7):
        browser.get(address)


class TestSomebodyForWhomNobodyCouldBeNamed:
    @pytest.fixture(autouse=True)
    def _open(self, clinic, answer):
        self.patient = clinic.patient(clinic.south, team=(clinic.hire(Role.PEER, clinic.south),))
        self.concern = answer(self.patient, instrument="cssrs_screener", item="4")
        self.list = reverse("patients:safety_concerns")
        self.take = reverse("patients:take_unnamed_concern", args=[self.concern.pk])

    def test_every_clinician_is_told_without_a_name(self, clinic, sign_in):
        for user in (clinic.therapist, clinic.case_manager, clinic.nurse):
            text = sign_in(user).get(self.list).content.decode()
            assert "Nobody could be named" in text
            assert self.patient.family_name not in text
            today = sign_in(user).get(reverse("desk:today")).content.decode()
            assert "nobody could be named" in today
            assert self.patient.family_name not in today
        assert "Nobody could be named" not in sign_in(clinic.peer).get(self.list).content.decode()

    def test_whoever_sees_to_it_joins_the_care_team(self, clinic, sign_in):
        browser = sign_in(clinic.therapist)
        assert browser.get(at("safety", self.patient)).status_code == 404
        assert browser.post(self.take, follow=True).status_code == 200
        self.concern.refresh_from_db()
        assert self.concern.taken_by == clinic.therapist
        assert self.patient.care_team.filter(user=clinic.therapist, until__isnull=True).exists()
        assert sign_in(clinic.case_manager).post(self.take).status_code == 404

    def test_a_nurse_of_another_site_is_told_whom_to_tell(self, clinic, sign_in):
        text = sign_in(clinic.nurse).post(self.take, follow=True).content.decode()
        assert "Tell the director" in text
        assert SafetyConcern.objects.get().taken_by is None

    def test_whoever_is_tied_to_the_person_hears_nothing(self, clinic, sign_in):
        Conflict.objects.create(
            patient=self.patient,
            user=clinic.therapist,
            kind="family",
            program=clinic.program,
            recorded_at=clinic.now,
            recorded_by=clinic.system,
        )
        browser = sign_in(clinic.therapist)
        assert "Nobody could be named" not in browser.get(self.list).content.decode()
        assert browser.post(self.take).status_code == 404


class TestTheSafetyPlan:
    def test_it_is_written_on_its_page_and_a_new_version_begins_with_it(self, clinic, patient, sign_in):
        browser = sign_in(clinic.therapist)
        said = {**STEPS, "person": "Rosa, 555-0171\nPablo, who runs coffee hour", "professional": "Day line, 555-0110", "signature": ""}
        assert browser.post(at("write_safety_plan", patient), {**said, "own_ways": ""}).status_code == 422
        assert browser.post(at("write_safety_plan", patient), {**said, "person": "", "professional": ""}).status_code == 422
        assert browser.post(at("write_safety_plan", patient), said).status_code == 302
        first = SafetyPlan.objects.get()
        assert [(one.name, one.phone) for one in first.contacts.all()] == [
            ("Rosa", "555-0171"),
            ("Pablo, who runs coffee hour", ""),
            ("Day line", "555-0110"),
        ]
        begun = browser.get(at("write_safety_plan", patient)).context["form"].initial
        assert (begun["own_ways"], begun["professional"]) == ("Walk", "Day line, 555-0110")
        assert browser.post(at("write_safety_plan", patient), {**said, **begun, "own_ways": "Sing"}).status_code == 302
        versions = [(one.version, one.own_ways, one.superseded_at is None) for one in SafetyPlan.objects.all()]
        assert versions == [(2, "Sing", True), (1, "Walk", False)]
        assert browser.get(at("safety_plan", patient, first.pk)).status_code == 200

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", ("My safety plan", "988", "What I can do by myself")), ("es", ("Mi plan de seguridad", "oprima 2", "por mi cuenta"))],
    )
    def test_the_persons_copy_is_printed_in_their_language(self, clinic, patient, plan, sign_in, language, words):
        answer = sign_in(clinic.therapist).get(at("print_safety_plan", patient, plan.pk) + f"?language={language}")
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
        for said in (*words, "I stop eating", "Rosa, 555-0171", patient.display_name):
            assert said in text
        assert "Pills" not in text
        assert patient.family_name not in answer["Content-Disposition"]
        assert AuditEvent.objects.get(verb="safety_plan_on_paper").patient_id == patient.pk

    def test_it_is_signed_once_and_gone_through_again(self, clinic, patient, plan, sign_in):
        browser = sign_in(clinic.nurse)
        assert browser.post(at("sign_safety_plan", patient, plan.pk), {"signature": "paper", "signed_by": ""}).status_code == 422
        assert browser.post(at("sign_safety_plan", patient, plan.pk), {"signature": "paper", "signed_by": "R. F."}).status_code == 302
        assert browser.post(at("sign_safety_plan", patient, plan.pk), {"signature": "declined"}).status_code == 422
        assert browser.post(at("review_safety_plan", patient, plan.pk), {"words": "Still holds"}).status_code == 302
        assert SafetyPlanReview.objects.get().plan == plan
        assert "R. F." in browser.get(at("safety", patient)).content.decode()

    def test_it_is_taken_out_of_force_and_stays_to_be_read(self, clinic, patient, plan, sign_in):
        browser = sign_in(clinic.nurse)
        for words in ("it stays to be read", "out of force already"):
            assert words in browser.post(at("end_safety_plan", patient, plan.pk), follow=True).content.decode()
        assert "I stop eating" in browser.get(at("safety_plan", patient, plan.pk)).content.decode()
        assert not SafetyPlan.objects.filter(superseded_at__isnull=True).exists()

    def test_what_was_written_and_signed_stays(self, clinic, plan):
        sign_safety_plan(plan=plan, signature="screen", signed_by="R. F.", by=clinic.nurse, at=clinic.now)
        with pytest.raises(ProgrammingError, match="written_plan_stays"), transaction.atomic():
            SafetyPlan.objects.update(own_ways="Nothing")
        with pytest.raises(ProgrammingError), transaction.atomic():
            plan.contacts.all().delete()
