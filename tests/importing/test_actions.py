from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.directory.models import Organization, Practitioner
from casemgr.core.outbox.draining import drain
from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Denied, Refused
from casemgr.importing.actions import import_bundle
from patients.caseload.models import CareTeamMember
from patients.diagnoses.models import Diagnosis
from patients.episodes.models import Episode
from patients.record.models import ContactPoint, ExternalId, Identifier, Patient
from patients.safety.models import SafetyConcern
from patients.screenings.models import Observation, QuestionnaireAnswers
from referrals.casework.models import Task
from tests.importing.conftest import BUNDLES
from treatment_plans.appointments.models import Appointment
from treatment_plans.medication.models import Dose, MedicationStatement, Order
from treatment_plans.plan.actions import activate_plan, add_objective
from treatment_plans.plan.models import Goal, Intervention, Plan, Problem
from treatment_plans.sessions.models import Attendance, Session

TABLES = (
    *(Organization, Practitioner, Patient, Identifier, ContactPoint, ExternalId, Episode, CareTeamMember, Diagnosis, Observation),
    *(QuestionnaireAnswers, MedicationStatement, Order, Dose, Session, Attendance, Appointment, Plan, Problem, Goal, Intervention, Fact),
)


def everything() -> dict[str, list]:
    """Return every row that an import may touch, and the record of who did what."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in (*TABLES, AuditEvent)}


def counts(report) -> dict[str, dict[str, int]]:
    return {kind: {str(state): number for state, number in states.items()} for kind, states in report.counts.items()}


@pytest.fixture
def jordan(bundle, bring_in) -> Patient:
    bring_in(bundle("directory"), bundle("jordan"))
    return Patient.objects.get()


def test_a_person_arrives_with_names_numbers_and_ways_to_reach_them(jordan, clinic):
    assert (jordan.given_name, jordan.family_name, jordan.chosen_name, jordan.birth_date) == (
        "Jordana Rae",
        "Testperson",
        "Jordan",
        date(1991, 4, 5),
    )
    assert (jordan.registered_site, jordan.recorded_by, jordan.language) == (clinic.north, clinic.system, "es")
    assert set(Identifier.objects.values_list("kind", "value")) == {("mrn", "L-4711"), ("ssn", "999-11-2222")}
    assert set(ContactPoint.objects.values_list("kind", "value")) == {
        ("phone", "+13305550142"),
        ("email", "jordan@mail.test"),
        ("post", "5 Elm Street, Akron, OH 44302"),
    }


def test_nothing_is_presumed_safe_on_a_contact_that_was_told_elsewhere(jordan):
    assert not ContactPoint.objects.filter(ok_to_call=True).exists()
    assert not ContactPoint.objects.filter(ok_to_text=True).exists()
    assert not ContactPoint.objects.filter(wants_reminders=True).exists()


def test_the_stay_begins_with_the_first_visit_told_in_the_sites_own_day(jordan, clinic):
    stay = Episode.objects.get()
    assert (stay.patient, stay.site, stay.admitted_on, stay.discharged_on) == (jordan, clinic.north, date(2025, 11, 2), None)


def test_diagnoses_keep_the_code_that_was_given_beside_ours(jordan):
    diagnosis = Diagnosis.objects.get()
    assert (diagnosis.axis, diagnosis.code, diagnosis.other_code) == ("substance_use", "F11.20", "75544000")
    assert (diagnosis.certainty, diagnosis.course, diagnosis.onset_on) == ("confirmed", "active", date(2025, 11, 2))


def test_what_was_measured_and_answered_arrives_with_its_value(jordan):
    observation = Observation.objects.get()
    assert (observation.kind, observation.code, observation.value_number) == ("survey", "44261-6", Decimal(14))
    answers = QuestionnaireAnswers.objects.get()
    assert (answers.title, answers.total, len(answers.answers)) == ("69737-5", Decimal(5), 3)


def test_medication_from_elsewhere_touches_neither_orders_nor_doses(jordan):
    assert sorted(MedicationStatement.objects.values_list("kind", "code", "dosage", "prescriber_name")) == [
        ("given", "1725059", "", ""),
        ("ordered", "835603", "1 tablet, 2 × every day, as needed", "Dr. Ada Okafor"),
    ]
    assert (Order.objects.count(), Dose.objects.count()) == (0, 0)


def test_a_visit_elsewhere_was_held_and_is_signed_by_nobody_here(jordan):
    visit = Session.objects.get()
    assert (visit.kind, visit.clinician, visit.title) == ("encounter", None, "Follow-up visit · Dr. Ada Okafor · Lakeside Hospital")
    part = Attendance.objects.get()
    assert (part.session, part.patient, part.state, part.minutes, part.signed_at) == (visit, jordan, "present", 45, None)


def test_a_meeting_with_somebody_who_works_here_is_booked_and_reminded_of(jordan, clinic):
    meeting = Appointment.objects.get()
    assert (meeting.clinician, meeting.state, meeting.note) == (clinic.therapist, "booked", "First talk")
    assert set(Fact.objects.filter(kind="AppointmentReminderDue").values_list("payload__lead", flat=True)) == {"72h", "24h"}


def test_a_meeting_with_somebody_else_is_left_out(bundle, bring_in):
    report = bring_in(bundle("directory"), bundle("jordan"))[1]
    assert counts(report)["Appointment"] == {"unmapped": 1}
    (left,) = [entry for entry in report.unmapped if entry.kind == "Appointment"]
    assert left.reason == ("the professional it is with does not work here (nobody of this program's staff has their e-mail address)")


def test_the_newest_active_plan_becomes_a_draft_with_problem_goal_and_steps(jordan, clinic):
    plan = Plan.objects.get()
    assert (plan.state, plan.program, plan.starts_on, plan.review_on) == ("draft", clinic.program, date(2025, 11, 2), date(2026, 4, 3))
    problem = Problem.objects.get()
    assert (problem.axis, problem.title, problem.diagnosis) == ("substance_use", "Opioid dependence", Diagnosis.objects.get())
    assert list(Goal.objects.values_list("words", "target_on")) == [("I want to sleep through the night", date(2026, 6, 30))]
    assert list(Intervention.objects.values_list("kind", "description")) == [
        ("cbt", "Cognitive and behavioral therapy"),
        ("other", "Help with a place to live"),
    ]


def test_no_file_from_elsewhere_opens_a_chart_to_anybody(jordan):
    assert CareTeamMember.objects.count() == 0


def test_professionals_elsewhere_are_kept_as_names_and_cannot_sign_in(jordan):
    assert sorted(Practitioner.objects.values_list("name", "identifier")) == [("Dr. Ada Okafor", "9999000017"), ("Mara Lund", "9999000025")]
    hospital = Organization.objects.get()
    assert (hospital.name, hospital.kind, hospital.hipaa_role, hospital.phone) == ("Lakeside Hospital", "hospital", "neither", "555-0110")


def test_a_second_import_finds_everything_unchanged_and_leaves_no_trace(jordan, bundle, bring_in):
    before = everything()
    reports = bring_in(bundle("directory"), bundle("jordan"))
    assert [report.outcome for report in reports] == ["unchanged", "unchanged"]
    assert {state for report in reports for states in report.counts.values() for state in states} == {"unchanged", "unmapped"}
    assert everything() == before


def test_an_entry_told_anew_is_put_right_and_all_others_stay(jordan, bundle, bring_in, without):
    data = bundle("jordan")
    data["entry"][4]["resource"]["valueQuantity"]["value"] = 9
    data["entry"][1]["resource"]["period"]["end"] = "2025-11-03T03:30:00Z"
    data["entry"][3]["resource"]["clinicalStatus"]["coding"][0]["code"] = "remission"
    before = {row.pk: row.digest for row in ExternalId.objects.all()}
    (report,) = bring_in(data)
    assert {kind for kind, states in counts(report).items() if "changed" in states} == {"Observation", "Encounter", "Condition"}
    assert Observation.objects.get().value_number == Decimal(9)
    assert Attendance.objects.get().minutes == 60
    assert Diagnosis.objects.get().course == "remission"
    assert len({pk for pk, digest in before.items() if ExternalId.objects.get(pk=pk).digest != digest}) == 3
    assert bring_in(data)[0].outcome == "unchanged"


def test_a_new_entry_of_a_known_person_is_added(jordan, bundle, bring_in):
    data = bundle("jordan")
    again = {**data["entry"][4], "fullUrl": "urn:uuid:bbbbbbbb-0000-4000-8000-000000000001"}
    again["resource"] = {**again["resource"], "id": "bbbbbbbb-0000-4000-8000-000000000001"}
    data["entry"].append(again)
    (report,) = bring_in(data)
    assert counts(report)["Observation"] == {"unchanged": 1, "unmapped": 1, "new": 1}
    assert Observation.objects.count() == 2


def test_a_name_told_anew_is_corrected_and_the_history_keeps_the_former(jordan, bundle, bring_in, without):
    name = [{"use": "official", "family": "Newname", "given": ["Jordana"]}]
    bring_in(without(bundle("jordan"), "Patient", name=name))
    jordan.refresh_from_db()
    assert (jordan.given_name, jordan.family_name) == ("Jordana", "Newname")
    assert Patient.objects.count() == 1


def test_a_diagnosis_refuted_here_stays_refuted(jordan, bundle, bring_in):
    Diagnosis.objects.update(certainty="refuted", basis="Looked at again")
    data = bundle("jordan")
    data["entry"][3]["resource"]["clinicalStatus"]["coding"][0]["code"] = "remission"
    bring_in(data)
    diagnosis = Diagnosis.objects.get()
    assert (diagnosis.certainty, diagnosis.course, diagnosis.basis) == ("refuted", "active", "Looked at again")


def test_a_plan_that_the_clinic_put_into_force_is_left_alone(jordan, clinic, now, bundle, bring_in):
    plan = Plan.objects.get()
    add_objective(goal=Goal.objects.get(), words="Five nights of six hours", by=clinic.therapist, at=now)
    activate_plan(plan=plan, by=clinic.therapist, at=now)
    data = bundle("jordan")
    data["entry"][12]["resource"]["activity"].append({"detail": {"code": {"text": "Yoga"}}})
    (report,) = bring_in(data)
    assert Intervention.objects.count() == 2
    left = [entry.reason for entry in report.unmapped if entry.entry == "entry[12]"]
    assert left == ["it was taken over by the clinic; what changed elsewhere since is not put into a plan in use"]


def test_an_imported_plan_meets_the_same_check_and_the_missing_half_is_named(jordan, clinic, now):
    """The bundle tells of opioid use alone; the clinic has found a depression since."""
    plan = Plan.objects.get()
    stamp = {"recorded_by": clinic.therapist, "recorded_at": now}
    Diagnosis.objects.create(patient=plan.patient, axis="mental_health", code="F33.1", title="Depression", **stamp)
    add_objective(goal=Goal.objects.get(), words="Five nights of six hours", by=clinic.therapist, at=now)
    with pytest.raises(Refused) as refused:
        activate_plan(plan=plan, by=clinic.therapist, at=now)
    assert [reason.code for reason in refused.value.reasons] == ["missing_mental_health"]
    plan.refresh_from_db()
    assert plan.state == "draft"
    why = {"one_axis_reason": "The depression is treated elsewhere.", "signed_name": clinic.therapist.full_name}
    assert activate_plan(plan=plan, by=clinic.therapist, at=now, **why).state == "active"


def test_a_draft_told_anew_gets_what_it_did_not_have(jordan, bundle, bring_in):
    data = bundle("jordan")
    data["entry"][12]["resource"]["activity"].append({"detail": {"code": {"text": "Yoga"}}})
    bring_in(data)
    assert (Plan.objects.count(), Problem.objects.count(), Goal.objects.count()) == (1, 1, 1)
    assert list(Intervention.objects.values_list("kind", flat=True)) == ["cbt", "other", "yoga"]


def test_a_planned_visit_that_took_place_is_kept_and_becomes_a_visit(jordan, bundle, bring_in):
    data = bundle("jordan")
    data["entry"][2]["resource"]["status"] = "finished"
    (report,) = bring_in(data, at=datetime(2026, 3, 21, 12, tzinfo=UTC))
    assert counts(report)["Encounter"] == {"unchanged": 1, "new": 1}
    assert Appointment.objects.get().state == "kept"
    assert Session.objects.count() == 2


def test_a_meeting_moved_elsewhere_is_moved_here_and_reminded_of_anew(jordan, bundle, bring_in):
    data = bundle("jordan")
    data["entry"][2]["resource"]["period"] = {"start": "2026-03-21T14:00:00Z", "end": "2026-03-21T15:00:00Z"}
    bring_in(data)
    meeting = Appointment.objects.get()
    assert (meeting.version, meeting.starts_at) == (2, datetime(2026, 3, 21, 14, tzinfo=UTC))
    assert Fact.objects.filter(kind="AppointmentReminderDue", payload__version=2).count() == 2


def test_what_was_taken_over_and_is_now_in_error_is_named_for_a_person_to_decide(jordan, bundle, bring_in):
    data = bundle("jordan")
    data["entry"][4]["resource"]["status"] = "entered-in-error"
    (report,) = bring_in(data)
    reasons = [entry.reason for entry in report.unmapped if entry.entry == "entry[4]"]
    assert reasons == ["it was entered in error at its source; it was taken over earlier and still stands on our record: a person decides"]
    assert Observation.objects.get().status == "final"


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("Patient", {"gender": "zebra"}),
        ("Condition", {"subject": {"reference": "urn:uuid:nobody"}}),
        ("Condition", {"subject": {"reference": "Patient/nobody"}}),
        ("Observation", {"effectiveDateTime": "yesterday"}),
        ("MedicationRequest", {"status": None}),
    ],
)
def test_a_broken_bundle_in_the_middle_changes_nothing_and_the_others_go_in(bundle, bring_in, without, kind, changes):
    broken = without(bundle("jordan"), kind, **changes)
    reports = bring_in(bundle("directory"), broken, bundle("sam"))
    assert [report.outcome for report in reports] == ["imported", "refused", "imported"]
    assert len(reports[1].problems) == 1
    assert f"({kind}" in reports[1].problems[0]
    assert list(Patient.objects.values_list("family_name", flat=True)) == ["Probeperson"]
    assert (Diagnosis.objects.count(), Observation.objects.count()) == (0, 1)


def test_a_bundle_broken_after_everything_was_written_changes_nothing(bundle, bring_in, monkeypatch):
    bring_in(bundle("directory"))
    before = everything()
    monkeypatch.setattr("casemgr.importing.taking_over.plans.REVIEW_DAYS", -4000)
    (report,) = bring_in(bundle("jordan"))
    assert report.problems == ["The review must come after the day on which the plan starts."]
    after = everything()
    refusal = after["AuditEvent"].pop()
    assert (refusal["verb"], refusal["outcome"]) == ("import_bundle", "refused")
    assert after == before


def test_a_rule_of_the_database_refuses_in_words_without_values_of_the_record(clinic, bundle, bring_in, without):
    other = clinic.patient()
    Identifier.objects.create(
        patient=other, kind="mrn", system="https://lakeside.test/mrn", value="L-4711", recorded_at=clinic.now, recorded_by=clinic.system
    )
    (report,) = bring_in(without(bundle("jordan"), "CarePlan", addresses=[]))
    assert report.outcome == "refused"
    assert report.problems == [
        "Entry[0] (Patient): one of its identifiers is on the record of somebody with another birth date "
        f"(record {other.public_id}). Find out whether they are the same person, and correct one of the two."
    ]


def test_somebody_on_our_record_under_the_same_number_and_birth_date_is_joined(clinic, bundle, bring_in):
    known = clinic.patient(given="Jo", family="Testperson", birth_date=date(1991, 4, 5))
    Identifier.objects.create(
        patient=known, kind="mrn", system="https://lakeside.test/mrn", value="L-4711", recorded_at=clinic.now, recorded_by=clinic.system
    )
    (report,) = bring_in(bundle("jordan"))
    known.refresh_from_db()
    assert (Patient.objects.count(), known.given_name) == (1, "Jo")
    assert Diagnosis.objects.get().patient == known
    assert Episode.objects.count() == 1
    assert f"Entry[0] (Patient) is on our record already ({known.public_id}): same identifier, same birth date." in report.notes


def test_who_may_be_the_same_person_is_named_by_record_number_only(clinic, bundle, bring_in):
    alike = clinic.patient(given="Jordana", family="Testperson", birth_date=date(1991, 4, 5))
    (report,) = bring_in(bundle("jordan"))
    (note,) = [note for note in report.notes if str(alike.public_id) in note]
    assert note.startswith("Entry[0] (Patient) may be the person of record ")
    assert "Testperson" not in note


def test_somebody_who_died_leaves_care_on_that_day(clinic, bundle, bring_in, without):
    bring_in(without(bundle("jordan"), "Patient", deceasedDateTime="2026-01-15T12:00:00Z"))
    stay, person = Episode.objects.get(), Patient.objects.get()
    assert (stay.discharged_on, stay.discharge_reason, person.deceased_on) == (date(2026, 1, 15), "6", date(2026, 1, 15))


def test_somebody_who_died_on_a_day_not_told_leaves_care_with_the_last_visit(clinic, bundle, bring_in, without):
    (report,) = bring_in(without(bundle("jordan"), "Patient", deceasedBoolean=True))
    stay, person = Episode.objects.get(), Patient.objects.get()
    assert (stay.discharged_on, stay.discharge_reason, person.deceased_on) == (date(2025, 11, 2), "6", None)
    assert "Entry[0] (Patient) is told to have died, without a day: enter it by hand." in report.notes


def test_a_death_told_later_ends_the_stay(jordan, bundle, bring_in, without):
    bring_in(without(bundle("jordan"), "Patient", deceasedDateTime="2026-03-01"))
    assert Episode.objects.get().discharged_on == date(2026, 3, 1)


def test_a_collection_finds_its_person_by_the_plain_reference_whatever_the_order(bundle, bring_in, clinic, now):
    (report,) = bring_in(bundle("sam"))
    sam = Patient.objects.get()
    assert Observation.objects.get().patient == sam
    assert (sam.birth_date, Episode.objects.get().admitted_on) == (None, now.astimezone(clinic.north.zone).date())
    assert report.outcome == "imported"


def test_what_refers_to_somebody_on_the_record_finds_them(bundle, bring_in):
    data = bundle("sam")
    bring_in({**data, "entry": data["entry"][1:]})
    bring_in({**data, "entry": data["entry"][:1]})
    assert Observation.objects.get().patient == Patient.objects.get()


@pytest.mark.parametrize(
    "reference", ["Patient?identifier=https://lakeside.test/mrn|L-4711", "Patient?identifier=http://hl7.org/fhir/sid/us-ssn|999-11-2222"]
)
def test_a_conditional_reference_finds_the_person_by_number(jordan, bring_in, reference):
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "urn:x", "code": "1", "display": "X"}]},
        "subject": {"reference": reference},
        "effectiveDateTime": "2026-01-10",
        "valueInteger": 1,
    }
    bring_in({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]})
    assert Observation.objects.filter(patient=jordan).count() == 2


def test_what_belonged_to_somebody_else_so_far_is_refused(bundle, bring_in):
    bring_in(bundle("sam"))
    data = bundle("sam")
    data["entry"][1]["resource"]["id"] = "p-3"
    data["entry"][1]["fullUrl"] = "https://lakeside.test/fhir/Patient/p-3"
    data["entry"][0]["resource"]["subject"]["reference"] = "Patient/p-3"
    (report,) = bring_in(data)
    assert report.problems == ["Entry[0] (Observation): it belonged to another patient when it was taken over."]
    assert Patient.objects.count() == 1


def test_lines_of_an_export_are_taken_over_with_the_name_of_their_source(bring_in, clinic):
    path = BUNDLES / "export.ndjson"
    (report,) = bring_in(path, source="Lakeside export")
    assert report.outcome == "imported"
    assert sorted(Diagnosis.objects.values_list("code", "other_code", "axis")) == [
        ("", "E11.9", "physical"),
        ("F11.20", "", "substance_use"),
    ]
    assert [entry.entry for entry in report.unmapped] == ["line 5"]
    assert bring_in(path, source="Lakeside export")[0].outcome == "unchanged"


def test_lines_of_an_export_without_a_source_are_refused(bring_in, clinic):
    path = BUNDLES / "export.ndjson"
    (report,) = bring_in(path)
    assert report.outcome == "refused"
    assert "or say with --source where the file comes from." in report.problems[0]
    assert Patient.objects.count() == 0


def test_an_unknown_professional_is_noted_and_the_name_told_in_place_kept(bundle, bring_in):
    (report,) = bring_in(bundle("jordan"))
    assert (
        "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|9999000017 is not known here (3 times referred to): "
        "only the name told in place is kept."
    ) in report.notes
    assert "Dr. Ada Okafor" in Session.objects.get().title


def test_an_organization_that_exists_is_not_changed_by_a_bundle_that_asks_for_it_only_if_absent(jordan, bundle, bring_in, without):
    (report,) = bring_in(without(bundle("directory"), "Organization", name="Lakeside Hospital & Clinics"))
    assert report.outcome == "unchanged"
    assert Organization.objects.get().name == "Lakeside Hospital"
    assert report.notes == [
        "Entry[0] (Organization) is known here under the same identifier and is told differently: as it asks to be made only where it is "
        "not known, what is here was kept."
    ]


def test_an_organization_told_anew_is_put_right_and_keeps_what_we_decided_about_it(jordan, bundle, bring_in, without):
    Organization.objects.update(hipaa_role="covered_entity")
    data = without(bundle("directory"), "Organization", name="Lakeside Hospital & Clinics")
    for entry in data["entry"]:
        entry["request"].pop("ifNoneExist", None)
    bring_in(data)
    hospital = Organization.objects.get()
    assert (hospital.name, hospital.hipaa_role) == ("Lakeside Hospital & Clinics", "covered_entity")


@pytest.mark.parametrize("role", list(Role))
def test_no_person_imports_through_their_own_role(clinic, bundle, parsed, role):
    before = everything()
    with pytest.raises(Denied):
        import_bundle(bundle=parsed(bundle("jordan")), site=clinic.north, by=clinic.staff[role], at=clinic.now)
    after = everything()
    assert after.pop("AuditEvent")[-1]["outcome"] == "denied"
    before.pop("AuditEvent")
    assert after == before


def test_the_record_says_once_per_bundle_and_kind_what_the_import_did(jordan):
    verbs = list(AuditEvent.objects.filter(patient_id=jordan.pk).values_list("verb", flat=True))
    assert verbs.count("take_over_observations_in_bulk") == 1
    assert AuditEvent.objects.filter(verb="import_bundle", outcome="done").count() == 2


def test_the_number_of_statements_does_not_grow_with_the_entries(bundle, bring_in, query_count, clinic):
    def with_observations(number: int) -> dict:
        data = bundle("sam")
        first = data["entry"].pop(0)
        for place in range(number):
            resource = {**first["resource"], "id": f"o-{number}-{place}"}
            data["entry"].append({"fullUrl": f"https://lakeside.test/fhir/Observation/o-{number}-{place}", "resource": resource})
        return data

    bring_in(with_observations(1))
    for number in (2, 200):
        with query_count(12):
            bring_in(with_observations(number))


def test_people_of_a_bundle_keep_what_is_theirs_apart(bundle, bring_in):
    data = bundle("sam")
    for number in (3, 4):
        person = {"resourceType": "Patient", "id": f"p-{number}", "name": [{"family": f"Other{number}"}]}
        data["entry"].append({"fullUrl": f"https://lakeside.test/fhir/Patient/p-{number}", "resource": person})
        resource = {**data["entry"][0]["resource"], "id": f"o-{number}", "subject": {"reference": f"Patient/p-{number}"}}
        resource["valueQuantity"] = {"value": number}
        data["entry"].append({"fullUrl": f"https://lakeside.test/fhir/Observation/o-{number}", "resource": resource})
    bring_in(data)
    told = Observation.objects.values_list("patient__family_name", "value_number")
    assert sorted(told) == [("Other3", Decimal(3)), ("Other4", Decimal(4)), ("Probeperson", Decimal(72))]


def test_time_goes_by_and_the_day_of_import_is_that_of_the_site(bundle, bring_in, clinic, now):
    late = now.replace(hour=3) + timedelta(days=1)
    bring_in(bundle("sam"), at=late)
    assert Episode.objects.get().admitted_on == date(2026, 3, 4)


def test_an_answer_about_safety_calls_as_if_it_were_given_here_once_and_only_when_it_is_recent(clinic, now, bundle, bring_in, without):
    def told(number, days, *answers, **more):
        item = [{"linkId": link, "answer": [given]} for link, given in answers]
        authored = (now - timedelta(days=days)).isoformat()
        key = f"cccccccc-0000-4000-8000-00000000000{number}"
        resource = {
            "resourceType": "QuestionnaireResponse",
            "id": key,
            "questionnaire": "http://loinc.org/q/44249-1",
            "status": "completed",
        }
        resource |= {"subject": data["entry"][3]["resource"]["subject"], "authored": authored, "item": item, **more}
        return {"fullUrl": f"urn:uuid:{key}", "resource": resource, "request": {"method": "POST", "url": "QuestionnaireResponse"}}

    data = bundle("jordan")
    nine = ("/44260-8", {"valueCoding": {"system": "http://loinc.org", "code": "LA6569-3"}})
    data["entry"] += [told(1, 31, nine), told(2, 5, ("/44260-8", {"valueCoding": {"code": "LA6568-5"}})), told(3, 3, nine)]
    data["entry"] += [told(4, 3, nine, status="entered-in-error"), told(5, 2, ("/44260-8", {"valueString": "a bit"}))]
    (report,) = bring_in(data)
    concern = SafetyConcern.objects.get()
    assert (concern.program, concern.level, concern.opened_at, concern.state) == (clinic.program, 1, now, "open")
    signal = concern.signals.get()
    assert (signal.source, signal.instrument, signal.item, signal.answer) == ("answer", "phq9", "9", 1)
    assert signal.words == "Answered on 2026-03-01, and not asked here."
    said = [note for note in report.notes if "safety" in note]
    assert [("nobody was called:" in note, "opened or joined" in note, "cannot be read" in note) for note in said] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]
    drain(at=now)
    assert Task.objects.get().urgency == 1
    data["entry"][-3]["resource"]["item"].append({"linkId": "x", "text": "Remark", "answer": [{"valueString": "told anew"}]})
    (again,) = bring_in(data)
    assert counts(again)["QuestionnaireResponse"]["changed"] == 1
    assert (SafetyConcern.objects.count(), concern.signals.count(), Fact.objects.filter(kind="SafetyConcernRaised").count()) == (1, 1, 1)
