import pytest
from django.apps import apps
from django.contrib.admin import ModelAdmin
from django.db import models
from django.urls import reverse

from casemgr.admin import record_room
from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.outbox.models import Fact
from casemgr.core.ui.record_admin import MOST_COUNTED, CappedPaginator, RecordAdmin, SiteFilter
from patients.record.models import Patient
from referrals.casework.models import Task
from tests.charts import fill_chart

SIX = 6
"""Statements of a list: session, user, roles, count, rows, audit; where sites can be chosen, one more for their names."""

NOT_A_TABLE_OF_THEIRS = {
    "AuditSeal": "it only chains the events",
    "ExternalId": "it is a map for imports",
    "CollateralNote": "what others told is read on its own page, each note on the record",
    "CoLeader": "it stands on the page of its session",
    "ConsentPerson": "it stands on the page of its consent",
    "ConsentRecipient": "it stands on the page of its consent",
    "AttendanceGoal": "it stands on the page of its attendance",
    "FidelityRating": "it serves learning and stands on the page of its session",
    "DosingDay": "it only says that a day was closed",
    "Clock": "every clock stands on the privacy officer's page",
    "AgreementScan": "the signed paper is handed out on the page of its agreement",
    "NoticeGiven": "it stands on the person's page of notices",
    "Complaint": "whoever is named in one may not find it; it has pages of its own",
    "ComplaintStaff": "it stands on the page of its complaint",
    "Incident": "who reported it sees no more than its state; it has pages of its own",
    "IncidentPerson": "it stands on the page of its incident",
    "IncidentAssessment": "it stands on the page of its incident",
    "BreachNotice": "it stands on the page of its incident",
    "Draft": "it is no record yet, and its author alone reads it",
    "AnsweredRequest": "it only remembers what a partner system was answered",
    "ChartRestriction": "whose chart is restricted is known to the privacy officer, on a page of its own",
    "AllowedReader": "it stands on the page of its restriction",
    "Conflict": "who is a patient here is known to the privacy officer, on a page of its own",
    "GlassBreak": "it stands in the privacy officer's queue",
    "TabletLink": "it stands on the page on which it was made; the assessments that it opens are here",
    "GlassAttempt": "it only counts attempts that found nobody",
    "RestrictedNote": "it stands on the page of its compartment, for those who hold its right",
    "SafetySignal": "it stands with its concern on the person's safety page",
    "InquiryCall": "it stands with its inquiry on the page of the inquiry",
    "SafetyCall": "it stands with its concern on the person's safety page",
    "SafetyPlanContact": "it stands with its safety plan",
    "SafetyPlanReview": "it stands with its safety plan",
    "MovedRows": "it lists what a merge moved, for the undo on the page of the merge",
    "PossibleDuplicate": "it stands on the list of possible duplicates, for who may see both records",
    "CounselingNote": "its author alone reads it, on a page of its own (42 CFR 2.31(b))",
    "CounselingAddendum": "it stands with its counseling note",
    "CounselingOpening": "it stands on the page of the privacy officer who opens",
}
"""Tables that a case manager does not work with, each with the reason."""


def test_every_table_stands_in_the_record_room_or_is_left_out_for_a_reason():
    ours = {
        model.__name__
        for model in apps.get_models()
        if model._meta.app_label in {"casemgr", "patients", "treatment_plans", "referrals"} and not hasattr(model, "pgh_tracked_model")
    }
    registered = {model.__name__ for model in record_room._registry}
    assert ours - registered == set(NOT_A_TABLE_OF_THEIRS)


def test_every_table_is_seen_in_scope_and_written_by_verbs_alone():
    for model, admin in record_room._registry.items():
        assert isinstance(admin, RecordAdmin), model
        assert admin.view_rights, model
        assert type(admin).seen_by is not RecordAdmin.seen_by, model
        assert type(admin).has_change_permission is RecordAdmin.has_change_permission, model
        assert type(admin).has_delete_permission is RecordAdmin.has_delete_permission, model
        assert type(admin).save_model is ModelAdmin.save_model, model
        assert admin.inlines == (), model
        assert admin.date_hierarchy is None, model
        assert admin.show_full_result_count is False, model
        assert admin.paginator is CappedPaginator, model


def test_no_filter_asks_the_database_for_its_choices():
    """Distinct values of a table with millions of rows take seconds; choices are known."""
    for model, admin in record_room._registry.items():
        for name in admin.list_filter:
            if name is SiteFilter:
                continue
            field = model._meta.get_field(name)
            assert field.choices or isinstance(field, models.BooleanField), f"{model.__name__}.{name}"


def test_the_one_way_in_is_the_sign_in_page(client, db):
    answer = client.get("/admin/")
    assert answer["Location"] == "/admin/login/?next=/admin/"
    assert client.get(answer["Location"])["Location"] == "/account/login/?next=/admin/"


def test_somebody_without_a_role_is_told_so(db, sign_in):
    nobody = User.objects.create(email="nobody@clinic.test", full_name="Nobody")
    browser = sign_in(nobody)
    assert browser.get("/admin/login/").status_code == 403


def test_the_ways_out_are_those_of_the_desk(clinic, sign_in):
    browser = sign_in(clinic.nurse)
    assert browser.get(reverse("admin:password_change"))["Location"] == reverse("account_change_password")
    assert browser.post(reverse("admin:logout"))["Location"] == reverse("account_logout")


@pytest.mark.parametrize(
    ("role", "tables"),
    [
        (
            Role.CASE_MANAGER,
            {"Patient", "Episode", "Diagnosis", "Plan", "Order", "Task", "Referral", "Consent", "Disclosure", "Organization"},
        ),
        (
            Role.FRONT_DESK,
            {"Patient", "Identifier", "ContactPoint", "Episode", "CareTeamMember", "Appointment", "RecordsRequest"}
            | {"Inquiry", "Triage", "InquiryStep", "WaitlistPlace", "ScreeningVisit"}
            | {"AppointmentSeries", "WaitlistEntry", "BusyTime", "MutualHelpMeeting"},
        ),
        (Role.ADMINISTRATOR, {"Program", "Site", "OpeningHours", "Closure", "User", "Membership", "Organization", "Fact", "AuditEvent"}),
    ],
)
def test_the_index_shows_each_role_its_tables(clinic, sign_in, role, tables):
    page = sign_in(clinic.staff[role]).get("/admin/")
    shown = {table["object_name"] for room in page.context["app_list"] for table in room["models"]}
    assert tables <= shown
    if role is Role.FRONT_DESK:
        assert shown == tables
    if role is Role.ADMINISTRATOR:
        assert not shown & {"Patient", "Task", "Order", "Message"}


def test_nothing_is_deleted_neither_by_one_nor_in_bulk(clinic, sign_in, place):
    patient = clinic.patient()
    task = Task.objects.create(
        patient=patient,
        program=clinic.program,
        domain="legal",
        title="x",
        due_on="2026-03-04",
        recorded_at=clinic.now,
        recorded_by=clinic.system,
    )
    browser = sign_in(clinic.case_manager)
    assert browser.post(place(task, "delete"), {"post": "yes"}).status_code == 403
    browser.post(place(Task), {"action": "delete_selected", "_selected_action": [task.pk], "post": "yes"})
    assert Task.objects.filter(pk=task.pk).exists()


def test_a_row_is_not_changed_past_its_verbs(clinic, sign_in, place):
    patient = clinic.patient(given="Ana")
    browser = sign_in(clinic.case_manager)
    assert browser.post(place(patient, "change"), {"given_name": "Eve", "family_name": "X"}).status_code == 403
    patient.refresh_from_db()
    assert patient.given_name == "Ana"
    assert 'name="given_name"' not in browser.get(place(patient, "change")).content.decode()


def test_the_tab_names_nobody(clinic, sign_in, place):
    patient = clinic.patient(given="Marisol", family="Quintero")
    text = sign_in(clinic.case_manager).get(place(patient, "change")).content.decode()
    title = text[text.index("<title>") : text.index("</title>")]
    assert "Quintero" not in title
    assert "Marisol" not in title


def test_no_page_brings_script_or_style_of_its_own(clinic, sign_in, place):
    patient = clinic.patient()
    browser = sign_in(clinic.case_manager)
    for address in ("/admin/", place(Patient), place(Task), place(patient, "change"), place(patient, "history"), place(Task, "add")):
        text = browser.get(address).content.decode()
        assert "<style" not in text, address
        assert "style=" not in text, address
        assert "onclick" not in text, address
        assert all("src=" in piece[: piece.index(">")] for piece in text.split("<script")[1:]), address


def test_names_are_not_offered_letter_by_letter(clinic, sign_in):
    clinic.patient(given="Marisol")
    answer = sign_in(clinic.case_manager).get(
        reverse("admin:autocomplete"), {"app_label": "referrals", "model_name": "task", "field_name": "patient", "term": "Mari"}
    )
    assert answer.status_code == 404


def test_who_looks_after_the_machine_learns_of_no_patient(clinic, sign_in, place):
    fact = Fact.objects.create(kind="DoseMissed", payload={"patient_id": 987654}, recorded_at=clinic.now, due_at=clinic.now)
    browser = sign_in(clinic.administrator)
    text = browser.get(place(Fact)).content.decode() + browser.get(place(fact, "change")).content.decode()
    assert "DoseMissed" in text
    assert "987654" not in text


def test_each_look_is_put_on_the_record(clinic, sign_in, place):
    patient = clinic.patient()
    browser = sign_in(clinic.case_manager)
    browser.get(place(Patient))
    browser.get(place(patient, "change"))
    browser.get(place(patient, "history"))
    seen = AuditEvent.objects.filter(actor_id=clinic.case_manager.pk).order_by("pk").values_list("verb", "patient_id", "subject", "door")
    assert list(seen) == [
        ("admin:list", None, "patients.patient", "admin"),
        ("admin:row", patient.pk, f"patients.patient:{patient.pk}", "admin"),
        ("admin:history", patient.pk, f"patients.patient:{patient.pk}", "admin"),
    ]


def test_a_long_list_is_counted_no_further_than_people_turn_pages(db, query_count, clinic):
    person = {"registered_site": clinic.north, "recorded_at": clinic.now, "recorded_by": clinic.system}
    Patient.objects.bulk_create([Patient(given_name="A", family_name=f"{n}", **person) for n in range(MOST_COUNTED + 20)])
    with query_count(1):
        assert CappedPaginator(Patient.objects.all(), 50).count == MOST_COUNTED


@pytest.mark.parametrize("n", [2, 12])
def test_every_list_takes_the_same_statements_however_long_it_is(clinic, sign_in, place, django_assert_max_num_queries, n):
    for _ in range(2):
        fill_chart(clinic, clinic.patient(), n)
    browser = sign_in(clinic.case_manager)
    browser.get("/admin/")
    for model, admin in record_room._registry.items():
        if not any(clinic.case_manager.may(right) for right in admin.view_rights):
            continue
        with django_assert_max_num_queries(20) as found:
            browser.get(place(model))
        assert len(found) == SIX + (SiteFilter in admin.list_filter), model.__name__
