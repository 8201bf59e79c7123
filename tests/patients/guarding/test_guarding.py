from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.urls import reverse

from casemgr.core.accounts.models import Membership, Program, Site
from casemgr.core.accounts.rules import Can, Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.deadlines.models import Clock
from casemgr.core.directory.models import Organization
from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Denied, Refused
from patients.caseload.queries import in_care_seen_by, patients_dosed_by, patients_seen_by
from patients.episodes.models import Episode
from patients.guarding.actions import (
    Identity,
    allow_reader,
    break_glass,
    close_glass,
    end_conflict,
    end_reader,
    lift_restriction,
    record_conflict,
    restrict_chart,
    review_glass,
)
from patients.guarding.models import Conflict, GlassAttempt, GlassBreak
from patients.guarding.rules import Ground
from patients.transmissions.models import Transmission
from referrals.casework.actions import add_task
from tests.worlds import end_stays
from treatment_plans.appointments.actions import book_appointment
from treatment_plans.plan.actions import start_plan


def sees(user, patient, can=Can.SEE_PATIENTS):
    return patients_seen_by(user, can=can).filter(pk=patient.pk).exists()


@pytest.fixture
def restricted(clinic, right_now):
    """Return a restricted chart that names the therapist and the nurse."""
    patient = clinic.patient()
    restriction = restrict_chart(
        patient=patient,
        program=clinic.program,
        reason="relative",
        words="Sister of the front desk",
        readers=[clinic.therapist, clinic.nurse],
        by=clinic.privacy_officer,
        at=right_now,
    )
    return patient, restriction


def test_a_restricted_chart_exists_for_those_named_and_for_who_keeps_the_list(clinic, restricted):
    patient, _restriction = restricted
    seen = {role for role, user in clinic.staff.items() if sees(user, patient)}
    assert seen == {Role.THERAPIST, Role.NURSE, Role.PRIVACY_OFFICER}
    assert not in_care_seen_by(clinic.director).filter(pk=patient.pk).exists()
    assert sees(clinic.prescriber, clinic.patient())


def test_who_keeps_the_list_and_works_as_a_nurse_too_does_not_read_the_chart(clinic, restricted):
    patient, _restriction = restricted
    both = clinic.hire(Role.PRIVACY_OFFICER, clinic.north)
    Membership.objects.create(user=both, program=clinic.program, site=clinic.north, role=Role.PRESCRIBER, starts_on="2024-01-01")
    assert sees(both, patient)
    assert not sees(both, patient, Can.SEE_CHART)


def test_a_dose_is_never_withheld_because_the_chart_is_restricted(clinic, restricted):
    patient, _restriction = restricted
    assert not sees(clinic.prescriber, patient, Can.ADMINISTER_DOSE)
    assert patients_dosed_by(clinic.prescriber).filter(pk=patient.pk).exists()
    assert not patients_dosed_by(clinic.front_desk).exists()


def test_a_restriction_binds_who_works_in_its_program_only(clinic, restricted, right_now):
    patient, _restriction = restricted
    other = Program.objects.create(name="Hill Program")
    site = Site.objects.create(program=other, name="Hill")
    stamp = {"recorded_at": right_now, "recorded_by": clinic.system}
    Episode.objects.create(patient=patient, program=other, site=site, admitted_on="2026-01-05", **stamp)
    assert sees(clinic.hire(Role.NURSE, site, program=other), patient)


def test_readers_come_and_go_but_the_last_one_stays(clinic, restricted, right_now):
    patient, restriction = restricted
    common = {"restriction": restriction, "by": clinic.privacy_officer, "at": right_now}
    allow_reader(user=clinic.prescriber, **common)
    assert sees(clinic.prescriber, patient)
    end_reader(user=clinic.prescriber, **common)
    end_reader(user=clinic.nurse, **common)
    assert not sees(clinic.prescriber, patient)
    with pytest.raises(Refused, match="only one named"):
        end_reader(user=clinic.therapist, **common)
    lift_restriction(**common)
    assert sees(clinic.front_desk, patient)
    with pytest.raises(Refused):
        lift_restriction(**common)


def test_a_restriction_without_anybody_to_care_is_refused(clinic, right_now):
    with pytest.raises(Refused) as refused:
        restrict_chart(
            patient=clinic.patient(), program=clinic.program, reason="", words="", readers=[], by=clinic.privacy_officer, at=right_now
        )
    assert {reason.field for reason in refused.value.reasons} == {"reason", "readers"}
    with pytest.raises(Denied):
        restrict_chart(
            patient=clinic.patient(), program=clinic.program, reason="staff", words="", readers=[], by=clinic.director, at=right_now
        )


def tie(clinic, user, patient, kind, at):
    return record_conflict(patient=patient, program=clinic.program, user=user, kind=kind, words="told us", by=clinic.privacy_officer, at=at)


@pytest.mark.parametrize("kind", ["self", "relative", "other"])
def test_nobody_sees_somebody_to_whom_they_are_tied(clinic, right_now, kind):
    patient = clinic.patient()
    conflict = tie(clinic, clinic.nurse, patient, kind, right_now)
    assert not sees(clinic.nurse, patient)
    assert not patients_dosed_by(clinic.nurse).filter(pk=patient.pk).exists()
    assert sees(clinic.front_desk, patient)
    end_conflict(conflict=conflict, by=clinic.privacy_officer, at=right_now)
    assert sees(clinic.nurse, patient)


def test_a_privacy_officer_neither_sees_their_own_chart_nor_ends_their_own_tie(clinic, right_now):
    patient, other = clinic.patient(), clinic.hire(Role.PRIVACY_OFFICER, None)
    conflict = record_conflict(
        patient=patient, program=clinic.program, user=clinic.privacy_officer, kind="self", words="", by=other, at=right_now
    )
    assert not sees(clinic.privacy_officer, patient)
    with pytest.raises(Refused, match="Somebody else"):
        end_conflict(conflict=conflict, by=clinic.privacy_officer, at=right_now)


def test_somebody_tied_cannot_be_named_on_the_chart(clinic, right_now):
    patient = clinic.patient()
    tie(clinic, clinic.nurse, patient, "relative", right_now)
    with pytest.raises(Refused, match="cannot be named"):
        restrict_chart(
            patient=patient,
            program=clinic.program,
            reason="relative",
            words="",
            readers=[clinic.nurse],
            by=clinic.privacy_officer,
            at=right_now,
        )


def test_a_member_of_staff_is_one_patient_at_most(clinic, right_now):
    tie(clinic, clinic.nurse, clinic.patient(), "self", right_now)
    with pytest.raises(Refused, match="linked"):
        tie(clinic, clinic.nurse, clinic.patient(), "self", right_now)
    with pytest.raises(IntegrityError, match="staff_member_is_one_patient_at_most"), transaction.atomic():
        Conflict.objects.create(
            user=clinic.nurse,
            patient=clinic.patient(),
            program=clinic.program,
            kind="self",
            recorded_at=right_now,
            recorded_by=clinic.system,
        )


@pytest.mark.parametrize("ground", ["emergency", "internal"])
def test_broken_glass_opens_one_chart_to_read_for_an_hour(clinic, right_now, again, exactly, request, ground):
    stranger, other = clinic.patient(team=(clinic.hire(Role.CASE_MANAGER, clinic.north),)), clinic.patient(team=(clinic.peer,))
    me = clinic.case_manager
    assert not sees(me, stranger)
    glass = break_glass(program=clinic.program, identity=exactly(stranger), ground=request.getfixturevalue(ground), by=me, at=right_now)
    me = again(me)
    assert sees(me, stranger)
    assert sees(me, stranger, Can.SEE_CHART)
    assert in_care_seen_by(me).filter(pk=stranger.pk).exists()
    assert not sees(me, other)
    for closed in (Can.WRITE_SESSION, Can.ASSIGN_CARE_TEAM, Can.SEE_LEGAL, Can.SEE_PARTNER_VIOLENCE, Can.CHANGE_PATIENT):
        assert not sees(me, stranger, closed)
    assert glass.closes_at == right_now + timedelta(hours=1)
    assert Clock.objects.get(kind="break_glass_review").subject == f"patients.glassbreak:{glass.pk}"
    assert Fact.objects.filter(kind__endswith="GlassBroken").count() == 1
    assert AuditEvent.objects.filter(verb="break_glass", patient_id=stranger.pk, outcome="done").count() == 1
    close_glass(glass=glass, by=me, at=right_now)
    assert not sees(again(me), stranger)


@pytest.fixture
def look_through(clinic, right_now, exactly, internal):
    """Return a function that opens a window of the case manager on somebody of another caseload."""

    def _look_through(patient):
        break_glass(program=clinic.program, identity=exactly(patient), ground=internal, by=clinic.case_manager, at=right_now)

    return _look_through


def test_nothing_is_written_through_broken_glass_by_any_page(clinic, right_now, look_through, sign_in):
    stranger = clinic.patient(team=(clinic.therapist,))
    stamp = {"by": clinic.therapist, "at": right_now}
    tomorrow = right_now + timedelta(days=1)
    task = add_task(patient=stranger, program=clinic.program, domain="housing", title="Call", due_on=tomorrow.date(), **stamp)
    visit = book_appointment(
        patient=stranger, kind="individual", site=clinic.north, clinician=clinic.therapist, starts_at=tomorrow,
        ends_at=tomorrow + timedelta(hours=1), **stamp,
    )  # fmt: skip
    mercy = {"name": "Mercy Hospital", "kind": "hospital", "hipaa_role": "covered_entity"}
    sending = Transmission.objects.create(
        patient=stranger, program=clinic.program, recipient=Organization.objects.create(**mercy), purpose="treatment", categories=["plan"],
        description="Plan", via="email", format="pdf", requested_by=clinic.therapist, requested_at=right_now, due_at=tomorrow,
    )  # fmt: skip
    plan = start_plan(patient=stranger, program=clinic.program, starts_on=right_now.date(), review_on=tomorrow.date(), **stamp)
    look_through(stranger)
    browser = sign_in(clinic.case_manager)
    for page, row in (("referrals:task", task), ("treatment_plans:appointment", visit), ("patients:transmission", sending)):
        assert browser.get(reverse(page, args=[row.pk])).status_code == 200
    for page, row, typed in (
        ("referrals:take_task", task, {}),
        ("treatment_plans:cancel_appointment", visit, {}),
        ("treatment_plans:settle_appointment", visit, {"state": "arrived"}),
        ("patients:transmission_cancel", sending, {"reason": "No more"}),
        ("treatment_plans:end_plan", plan, {"on": right_now.date()}),
    ):
        assert browser.post(reverse(page, args=[row.pk]), typed).status_code == 404, page
    before = (task.owner_id, visit.state, sending.state, plan.state)
    for row in (task, visit, sending, plan):
        row.refresh_from_db()
    assert (task.owner_id, visit.state, sending.state, plan.state) == before


def test_a_window_that_has_closed_opens_nothing(clinic, right_now, again, exactly, internal):
    stranger = clinic.patient(team=(clinic.peer,))
    earlier = right_now - timedelta(minutes=61)
    break_glass(program=clinic.program, identity=exactly(stranger), ground=internal, by=clinic.therapist, at=earlier)
    assert not sees(again(clinic.therapist), stranger)


def test_a_nurse_opens_somebody_of_another_site_of_the_program(clinic, right_now, again, exactly, emergency):
    away = clinic.patient(clinic.south, team=(clinic.peer,))
    assert not sees(clinic.nurse, away)
    break_glass(program=clinic.program, identity=exactly(away), ground=emergency, by=clinic.nurse, at=right_now)
    assert sees(again(clinic.nurse), away)


def test_broken_glass_opens_a_restricted_chart_and_says_so(clinic, restricted, right_now, again, exactly, emergency):
    patient, _restriction = restricted
    glass = break_glass(program=clinic.program, identity=exactly(patient), ground=emergency, by=clinic.prescriber, at=right_now)
    assert glass.was_restricted
    assert sees(again(clinic.prescriber), patient)


def test_a_tie_yields_to_a_medical_emergency_alone_and_one_s_own_chart_to_nothing(clinic, right_now, again, exactly, emergency, internal):
    brother, oneself = clinic.patient(), clinic.patient()
    tie(clinic, clinic.nurse, brother, "relative", right_now)
    tie(clinic, clinic.nurse, oneself, "self", right_now)
    common = {"program": clinic.program, "by": clinic.nurse, "at": right_now}
    for patient, ground in ((brother, internal), (oneself, internal), (oneself, emergency)):
        with pytest.raises(Refused, match="Nobody in care"):
            break_glass(identity=exactly(patient), ground=ground, **common)
    assert break_glass(identity=exactly(brother), ground=emergency, **common).against_conflict
    assert sees(again(clinic.nurse), brother)


def test_a_tie_found_out_closes_the_window(clinic, right_now, again, exactly, internal):
    patient = clinic.patient(team=(clinic.peer,))
    break_glass(program=clinic.program, identity=exactly(patient), ground=internal, by=clinic.therapist, at=right_now)
    assert sees(again(clinic.therapist), patient)
    tie(clinic, clinic.therapist, patient, "relative", right_now)
    assert not sees(again(clinic.therapist), patient)


def test_a_miss_says_the_same_for_nobody_for_another_program_and_for_who_has_left(clinic, right_now, internal, exactly):
    gone = clinic.patient()
    end_stays(gone.episodes, F("admitted_on"))
    near = clinic.patient(given="Maria", family="Lopez")
    asked = [
        exactly(gone),
        Identity(name="Nobody Atall", birth_date=gone.birth_date),
        Identity(name="Maria Lope", birth_date=near.birth_date),
        Identity(number="12345"),
    ]
    said = set()
    for identity in asked:
        with pytest.raises(Refused) as refused:
            break_glass(program=clinic.program, identity=identity, ground=internal, by=clinic.nurse, at=right_now)
        said.add(str(refused.value))
    assert len(said) == 1
    assert GlassAttempt.objects.filter(user=clinic.nurse).count() == len(asked)
    typed = " ".join(AuditEvent.objects.filter(verb="break_glass").values_list("reason", flat=True))
    assert "Lope" not in typed
    assert AuditEvent.objects.filter(verb="break_glass", outcome="refused").count() == len(asked)


def test_after_five_misses_nothing_is_tried_not_even_what_would_hit(clinic, right_now, internal, exactly):
    patient = clinic.patient()
    common = {"program": clinic.program, "ground": internal, "by": clinic.nurse, "at": right_now}
    for _n in range(5):
        with pytest.raises(Refused, match="Nobody"):
            break_glass(identity=Identity(number="x"), **common)
    with pytest.raises(Refused, match="Too many"):
        break_glass(identity=exactly(patient), **common)
    later = {**common, "at": right_now + timedelta(minutes=61)}
    assert break_glass(identity=exactly(patient), **later)


def test_without_the_facts_nothing_is_looked_up_and_nothing_is_saved(clinic, right_now, exactly):
    for patient in (exactly(clinic.patient()), Identity(number="x")):
        with pytest.raises(Refused) as refused:
            break_glass(program=clinic.program, identity=patient, ground=Ground("emergency"), by=clinic.nurse, at=right_now)
        fields = {reason.field for reason in refused.value.reasons}
        assert fields == {"medical_personnel", "affiliation", "disclosed_by", "disclosed_at", "nature", "personnel_at"}
        assert {reason.source for reason in refused.value.reasons} == {"42 CFR 2.51(c)"}
    assert not GlassBreak.objects.exists()
    assert not GlassAttempt.objects.exists()


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.PEER, Role.DIRECTOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_who_may_not_break_glass_does_not(clinic, right_now, exactly, internal, role):
    with pytest.raises(Denied):
        break_glass(program=clinic.program, identity=exactly(clinic.patient()), ground=internal, by=clinic.staff[role], at=right_now)


def test_a_review_says_what_was_found_closes_the_window_and_the_clock(clinic, right_now, again, exactly, internal):
    patient = clinic.patient(team=(clinic.peer,))
    glass = break_glass(program=clinic.program, identity=exactly(patient), ground=internal, by=clinic.therapist, at=right_now)
    with pytest.raises(Refused) as refused:
        review_glass(glass=glass, verdict="", words=" ", by=clinic.privacy_officer, at=right_now)
    assert {reason.field for reason in refused.value.reasons} == {"verdict", "words"}
    done = review_glass(glass=glass, verdict="not_justified", words="Curious", by=clinic.privacy_officer, at=right_now)
    assert (done.verdict, done.closed_at) == ("not_justified", right_now)
    assert not sees(again(clinic.therapist), patient)
    assert Clock.objects.get(kind="break_glass_review").outcome == "not_justified"
    with pytest.raises(Refused, match="already"):
        review_glass(glass=glass, verdict="justified", words="After all", by=clinic.privacy_officer, at=right_now)


def test_the_database_keeps_the_facts_of_a_window(clinic, right_now, exactly, emergency):
    glass = break_glass(program=clinic.program, identity=exactly(clinic.patient()), ground=emergency, by=clinic.nurse, at=right_now)
    changes = [{"affiliation": "Elsewhere"}, {"closes_at": right_now + timedelta(minutes=30)}, {"nature": "Something else"}]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            GlassBreak.objects.filter(pk=glass.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        GlassBreak.objects.filter(pk=glass.pk).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT row_to_json(g)::text FROM patients_glassbreak g UNION ALL SELECT row_to_json(e)::text FROM patients_glassbreakevent e"
        )
        assert "unconscious" not in " ".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize("missing", ["medical_personnel", "affiliation", "disclosed_by", "disclosed_at", "nature"])
def test_plain_sql_cannot_save_an_emergency_without_its_four_facts(clinic, right_now, missing):
    facts = {
        "medical_personnel": "Dr. Ruiz",
        "affiliation": "St. Anne",
        "disclosed_by": "Nora",
        "disclosed_at": right_now,
        "nature": "found without breath",
    }
    facts[missing] = None if missing in ("disclosed_at", "nature") else ""
    row = {"patient": clinic.patient(), "program": clinic.program, "recorded_at": right_now, "recorded_by": clinic.nurse}
    with pytest.raises(IntegrityError, match="emergency_has_the_four_facts_of_2_51_c"):
        GlassBreak.objects.create(kind="emergency", closes_at=right_now + timedelta(minutes=5), **facts, **row)


def test_no_window_is_longer_than_an_hour(clinic, right_now):
    row = {"patient": clinic.patient(), "program": clinic.program, "recorded_at": right_now, "recorded_by": clinic.nurse}
    with pytest.raises(IntegrityError, match="broken_glass_closes_within_an_hour"):
        GlassBreak.objects.create(kind="internal", reason="safety", words="x", closes_at=right_now + timedelta(minutes=61), **row)
