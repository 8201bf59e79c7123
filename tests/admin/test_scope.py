from datetime import time, timedelta

import pytest
from django.db.models import Model

from casemgr.admin import record_room
from casemgr.core.accounts.models import Membership, Program, User
from casemgr.core.accounts.rules import Role
from casemgr.core.directory.models import Organization
from casemgr.core.messaging.models import Message
from casemgr.core.outbox.models import Fact
from casemgr.core.ui.patient_rows import PatientRowAdmin
from patients.accounting.models import Handout, RecordsRequest
from patients.diagnoses.models import Diagnosis
from patients.disclosures.bases.models import AuthorityReport, CourtOrder, EmergencyDisclosure
from patients.episodes.models import AdmissionFacts, LeavingPlan, SubstanceTold
from patients.health.allergies.models import Allergy
from patients.health.models import HealthFact
from patients.inquiries.models import Inquiry, InquiryStep, ScreeningVisit, Triage, WaitlistPlace
from patients.merging.models import Merge
from patients.models import HEALTH_FACTS
from patients.record.models import Patient
from patients.restrictions.models import Restriction
from patients.safety.models import SafetyConcern, SafetyFollowUp, SafetyPlan
from patients.transmissions.models import Transmission
from patients.world.models import WORLD, Barrier
from referrals.casework.models import Task
from tests.charts import fill_chart
from treatment_plans.appointments.busy.models import BusyTime
from treatment_plans.appointments.models import AppointmentSeries
from treatment_plans.appointments.waitlist.models import WaitlistEntry
from treatment_plans.family.models import Participant
from treatment_plans.inventory.models import Lot, Product
from treatment_plans.medication.models import Order
from treatment_plans.mutual_help.models import MeetingTold
from treatment_plans.plan.measuring.models import ObjectiveValue
from treatment_plans.plan.models import Objective, Plan
from treatment_plans.plan.standing.models import StageOfChange, StandingRating
from treatment_plans.reviews.models import PlanReview, PlanSignature
from treatment_plans.sessions.models import Attendance, Session
from treatment_plans.signing.models import CosignAnswer, CosignRequest, NoteAddendum, NoteInError

ALIKE = {model for model in HEALTH_FACTS if model is not Allergy} | {model for model in WORLD.values() if model is not Barrier}
"""Tables of health and of the own world, all made by one function; of their kinds, allergies and barriers are looked at here."""

OF_PATIENTS = [
    model
    for model, admin in record_room._registry.items()
    if isinstance(admin, PatientRowAdmin) and model.__name__ != "Disclosure" and model not in ALIKE
]


def fill_privacy(clinic, patient) -> None:
    common = {"patient": patient, "program": clinic.program, "recorded_at": clinic.now, "recorded_by": clinic.system}
    Restriction.objects.create(asked_on=clinic.now.date(), asked_by="x", to_whom="anybody", purposes=["treatment"], words="x", **common)
    EmergencyDisclosure.objects.create(
        recipient_name="x", recipient_facility="x", profession="nurse", disclosed_by=clinic.nurse, disclosed_at=clinic.now, nature="x",
        no_consent_because="cannot_be_had", categories=["medications"], **common,
    )  # fmt: skip
    gone = Patient.objects.create(
        given_name="x", family_name="x", registered_site=clinic.north, recorded_at=clinic.now, recorded_by=clinic.system
    )
    merge = {"program": clinic.program, "recorded_at": clinic.now, "recorded_by": clinic.system}
    Merge.objects.create(survivor=patient, merged=gone, reason="x", **merge)
    Allergy.objects.create(substance="x", **common)
    CourtOrder.objects.create(court="x", case_number="x", **common)
    stamp = {"recorded_at": clinic.now, "recorded_by": clinic.system}
    facts = AdmissionFacts.objects.create(episode=patient.episodes.get(), **stamp)
    SubstanceTold.objects.create(facts=facts, rank=1, substance="7", **stamp)
    LeavingPlan.objects.create(episode=patient.episodes.get(), basis="elsewhere", **stamp)
    AuthorityReport.objects.create(kind="crime", authority="x", incident="x", fields=["incident"], **common)
    Transmission.objects.create(
        patient=patient, program=clinic.program, recipient=Organization.objects.first(), purpose="treatment", categories=["medications"],
        description="x", via="email", format="pdf", requested_at=clinic.now, due_at=clinic.now, requested_by=clinic.case_manager,
    )  # fmt: skip
    day = clinic.now.date()
    asked = {"patient": patient, "program": clinic.program, "kind": "accounting", "period_from": day, "period_to": day}
    request = RecordsRequest.objects.create(
        received_on=day, due_on=day + timedelta(days=60), asked_how="desk", is_free=True, recorded_at=clinic.now,
        recorded_by=clinic.system, **asked,
    )  # fmt: skip
    Handout.objects.create(
        request=request, regime="part2", paper_form="pdf", language="en", disclosures=[], sha256="0" * 64, handed_at=clinic.now,
        handed_by_id=clinic.system.pk, handed_by_name="x", **asked,
    )  # fmt: skip


def fill_calendar(clinic, patient) -> None:
    stamp = {"patient": patient, "recorded_at": clinic.now, "recorded_by": clinic.system}
    day, ten, eleven = clinic.now.date(), time(10), time(11)
    AppointmentSeries.objects.create(
        site=clinic.north,
        clinician=clinic.therapist,
        kind="individual",
        first_on=day,
        starts=ten,
        minutes=60,
        time_zone="UTC",
        times=2,
        **stamp,
    )
    WaitlistEntry.objects.create(program=clinic.program, kind="individual", **stamp)
    BusyTime.objects.create(program=clinic.program, reason="work", weekdays=[1], starts=ten, ends=eleven, since=day, **stamp)


def fill_signing(clinic, patient) -> None:
    stamp = {"recorded_at": clinic.now, "recorded_by": clinic.system}
    hours = {"starts_at": clinic.now, "ends_at": clinic.now}
    session = Session.objects.create(site=clinic.north, clinician=clinic.peer, kind="peer", **hours, **stamp)
    note = Attendance.objects.create(session=session, patient=patient, signed_at=clinic.now, signed_by=clinic.peer, **stamp)
    NoteAddendum.objects.create(attendance=note, text="x", **stamp)
    NoteInError.objects.create(attendance=note, kind="twice", words="x", **stamp)
    request = CosignRequest.objects.create(attendance=note, program=clinic.program, author=clinic.peer, because="role", **stamp)
    CosignAnswer.objects.create(request=request, verdict="returned", words="x", **stamp)


def fill_safety(clinic, patient) -> None:
    common = {"patient": patient, "program": clinic.program, "recorded_at": clinic.now, "recorded_by": clinic.system}
    concern = SafetyConcern.objects.create(source="observation", level=2, opened_at=clinic.now, **common)
    SafetyFollowUp.objects.create(concern=concern, due_on=clinic.now.date(), **common)
    Participant.objects.create(
        attendance=Attendance.objects.filter(patient=patient).first(), organization=Organization.objects.first(), name="x", relation="x",
        consent=patient.consents.first(), scope=["plan"], recorded_at=clinic.now, recorded_by=clinic.system,
    )  # fmt: skip
    MeetingTold.objects.create(fellowship="dra", went_on=clinic.now.date(), **common)
    SafetyPlan.objects.create(version=1, warning_signs="x", own_ways="x", safer_place="x", **common)


def fill_plans(clinic, patient) -> None:
    plan, day = Plan.objects.get(patient=patient), clinic.now.date()
    stamp = {"plan": plan, "recorded_at": clinic.now, "recorded_by": clinic.system}
    common = {"patient": patient, "program": plan.program, "recorded_at": clinic.now, "recorded_by": clinic.system}
    StandingRating.objects.create(scale="wheel", part="physical", level=5, rated_on=day, **common)
    StageOfChange.objects.create(axis="substance_use", stage="action", seen_on=day, **common)
    objective = Objective.objects.filter(goal__problem__plan=plan).first()
    counted = {"recorded_at": clinic.now, "recorded_by": clinic.system}
    ObjectiveValue.objects.create(objective=objective, value=1, counted_on=day, **counted)
    PlanSignature.objects.create(party="person", outcome="later", reason="x", digest="x", **stamp)
    PlanReview.objects.create(reviewed_on=day, due_on=day, looked_at=["goals"], presence="present", words="x", decision="end", **stamp)


def test_the_tables_of_health_are_all_of_one_kind():
    assert issubclass(Allergy, HealthFact)
    assert {type(record_room._registry[model]).__mro__[1].__name__ for model in HEALTH_FACTS} == {"HealthTable"}


def test_the_tables_of_the_own_world_are_all_of_one_kind():
    assert {type(record_room._registry[model]).__mro__[1].__name__ for model in WORLD.values()} == {"WorldTable"}


def rows_of(model: type[Model], patient):
    admin = record_room._registry[model]
    return model._default_manager.filter(**{admin.patient_path: patient.pk})


@pytest.mark.parametrize("model", OF_PATIENTS, ids=lambda model: model.__name__)
def test_the_rows_of_another_caseload_do_not_exist(clinic, sign_in, place, model):
    mine, theirs = clinic.patient(), clinic.patient(team=(clinic.hire(Role.CASE_MANAGER, clinic.north),))
    fill_chart(clinic, mine, 2)
    fill_chart(clinic, theirs, 2)
    fill_privacy(clinic, mine)
    fill_privacy(clinic, theirs)
    fill_safety(clinic, mine)
    fill_safety(clinic, theirs)
    fill_calendar(clinic, mine)
    fill_calendar(clinic, theirs)
    fill_plans(clinic, mine)
    fill_plans(clinic, theirs)
    fill_signing(clinic, mine)
    fill_signing(clinic, theirs)
    for patient in (mine, theirs):
        Barrier.objects.create(patient=patient, program=clinic.program, kind="cost", recorded_at=clinic.now, recorded_by=clinic.system)
    browser = sign_in(clinic.case_manager)
    own, other = rows_of(model, mine).first(), rows_of(model, theirs).first()
    if browser.get(place(model)).status_code == 403:
        assert model.__name__ in {"CourtOrder", "EmergencyDisclosure", "AuthorityReport"}
        assert {browser.get(place(row, "change")).status_code for row in (own, other)} == {403}
        return
    assert browser.get(place(own, "change")).status_code == 200
    for page in ("change", "history"):
        assert browser.get(place(other, page)).status_code == 404
    listed = {row.pk for row in browser.get(place(model)).context["cl"].result_list}
    assert own.pk in listed
    assert not listed & set(rows_of(model, theirs).values_list("pk", flat=True))


def test_a_verb_on_a_row_of_another_caseload_answers_like_one_that_does_not_exist(clinic, sign_in, place):
    theirs = clinic.patient(team=(clinic.hire(Role.CASE_MANAGER, clinic.north),))
    fill_chart(clinic, theirs, 1)
    task = Task.objects.get()
    browser = sign_in(clinic.case_manager)
    assert browser.post(place(task, verb="take_task")).status_code == 404
    task.refresh_from_db()
    assert task.owner is None


def test_the_rows_of_another_program_do_not_exist(clinic, sign_in, place):
    patient = clinic.patient()
    other = Program.objects.create(name="Elsewhere")
    task = Task.objects.create(
        patient=patient, program=other, domain="legal", title="x", due_on="2026-03-04", recorded_at=clinic.now, recorded_by=clinic.system
    )
    assert sign_in(clinic.case_manager).get(place(task, "change")).status_code == 404


@pytest.mark.parametrize("model", OF_PATIENTS, ids=lambda model: model.__name__)
def test_an_administrator_opens_no_table_of_patients(clinic, sign_in, place, model):
    clinic.patient(given="Secret")
    answer = sign_in(clinic.administrator).get(place(model))
    assert answer.status_code == 403
    assert "Secret" not in answer.content.decode()


@pytest.mark.parametrize(
    "model", [m for m in OF_PATIENTS if m.__name__ in {"Diagnosis", "Plan", "Goal", "Order", "Dose", "Attendance", "Task"}]
)
def test_the_front_desk_opens_no_clinical_table(clinic, sign_in, place, model):
    assert sign_in(clinic.front_desk).get(place(model)).status_code == 403


def test_a_search_forgives_a_slip_and_stays_within_the_caseload(clinic, sign_in, place):
    mine = clinic.patient(given="Marisol", family="Quintero")
    clinic.patient(given="Marisol", family="Quintero", team=(clinic.hire(Role.CASE_MANAGER, clinic.north),))
    for patient in Patient.objects.all():
        Task.objects.create(
            patient=patient, program=clinic.program, domain="legal", title="x", due_on="2026-03-04", recorded_at=clinic.now,
            recorded_by=clinic.system,
        )  # fmt: skip
    browser = sign_in(clinic.case_manager)
    for model in (Patient, Task):
        answer = browser.post(place(model), {"words": "marsiol"})
        assert "arsiol" not in answer.url
        page = browser.get(f"{place(model)}{answer.url}")
        found = list(page.context["cl"].result_list)
        assert 'value="marsiol"' in page.content.decode()
        assert len(found) == 1
        assert (found[0].pk if model is Patient else found[0].patient_id) == mine.pk


def test_an_administrator_finds_the_people_of_their_programs_only(clinic, sign_in, place):
    other = Program.objects.create(name="Elsewhere")
    stranger = clinic.hire(Role.NURSE, None, program=other)
    browser = sign_in(clinic.administrator)
    assert browser.get(place(stranger, "change")).status_code == 404
    assert browser.get(place(clinic.nurse, "change")).status_code == 200
    assert browser.get(place(Membership.objects.get(user=stranger), "change")).status_code == 404


@pytest.mark.parametrize(
    ("model", "asked"),
    [(User, "password__startswith"), (Fact, "payload__patient_id"), (Fact, "key__contains"), (Message, "to__startswith")],
)
def test_what_a_table_does_not_show_cannot_be_guessed_through_the_address(clinic, sign_in, place, model, asked):
    everybody = [clinic.administrator, clinic.case_manager]
    answers = [sign_in(user).get(place(model), {asked: "1"}) for user in everybody]
    assert {answer.status_code for answer in answers} <= {400, 403}


def works_in_two_places(clinic, role, elsewhere):
    user = clinic.hire(role, clinic.north)
    Membership.objects.create(user=user, program=clinic.program, site=clinic.south, role=elsewhere, starts_on="2024-01-01")
    return user


def test_a_right_held_at_one_site_adds_nothing_to_a_patient_of_another(clinic, sign_in, place):
    there = clinic.patient(clinic.south)
    browser = sign_in(works_in_two_places(clinic, Role.PRESCRIBER, Role.DIRECTOR))
    typed = {"patient": there.public_id, "axis": "substance_use", "code": "F11.20", "certainty": "provisional", "course": "active"}
    assert browser.post(place(Diagnosis, "add"), typed).status_code == 422
    assert not Diagnosis.objects.exists()


def test_a_right_held_at_one_site_changes_no_row_of_another(clinic, sign_in, place):
    there = clinic.patient(clinic.south)
    fill_chart(clinic, there, 1)
    order = Order.objects.get(patient=there)
    browser = sign_in(works_in_two_places(clinic, Role.PRESCRIBER, Role.DIRECTOR))
    assert browser.get(place(order, "change")).status_code == 200
    assert "hold_order" not in browser.get(place(order, "change")).content.decode()
    assert browser.post(place(order, verb="hold_order"), {"reason": "x"}).status_code == 404
    order.refresh_from_db()
    assert order.state == "active"


def test_stock_is_received_and_counted_only_where_the_right_reaches(clinic, sign_in, place):
    product = Product.objects.create(name="M", substance="methadone", form="oral concentrate", rxnorm="991147", mg_per_ml=10)
    lot = Lot.objects.create(
        product=product, site=clinic.south, number="S", expires_on="2027-01-31", remaining_mg=10, recorded_at=clinic.now,
        recorded_by=clinic.system,
    )  # fmt: skip
    browser = sign_in(works_in_two_places(clinic, Role.NURSE, Role.DIRECTOR))
    typed = {"product": product.pk, "site": clinic.south.pk, "number": "X", "expires_on": "2027-01-31", "mg": "5"}
    assert browser.post(place(Lot, "add"), typed).status_code == 422
    assert browser.post(place(lot, verb="count_lot"), {"counted_mg": "1", "note": "x"}).status_code == 404
    lot.refresh_from_db()
    assert (Lot.objects.count(), lot.remaining_mg) == (1, 10)


def test_an_administrator_of_one_program_shuts_nobody_of_another_out(clinic, sign_in, place):
    other = Program.objects.create(name="Elsewhere")
    theirs = clinic.hire(Role.NURSE, None, program=other)
    Membership.objects.create(user=clinic.administrator, program=other, role=Role.NURSE, starts_on="2024-01-01")
    answer = sign_in(clinic.administrator).post(place(theirs, verb="deactivate_user"))
    theirs.refresh_from_db()
    assert (answer.status_code, theirs.is_active) == (404, True)


def test_inquiries_in_the_record_room_are_those_of_the_pages(clinic, sign_in, place):
    mine, theirs = clinic.patient(), clinic.patient(team=(clinic.hire(Role.CASE_MANAGER, clinic.north),))
    rows = []
    for patient in (mine, theirs):
        common = {"recorded_at": clinic.now, "recorded_by": clinic.system}
        inquiry = Inquiry.objects.create(
            program=clinic.program, site=clinic.north, patient=patient, asker="person", received_at=clinic.now, call_by=clinic.now, **common
        )
        waits = WaitlistPlace.objects.create(
            inquiry=inquiry, program=clinic.program, site=clinic.north, joined_on=clinic.now.date(), **common
        )
        triage = Triage.objects.create(inquiry=inquiry, asked_at=clinic.now, **common)
        step = InquiryStep.objects.create(inquiry=inquiry, kind="reached", happened_at=clinic.now, **common)
        visit = ScreeningVisit.objects.create(inquiry=inquiry, patient=patient, held_at=clinic.now, outcome="wait", **common)
        rows.append((inquiry, waits, triage, step, visit))
    browser = sign_in(clinic.case_manager)
    assert {browser.get(place(row, "change")).status_code for row in rows[0]} == {200}
    assert {browser.get(place(row, "change")).status_code for row in rows[1]} == {404}
