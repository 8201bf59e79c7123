from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.outbox.draining import drain
from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Denied, Refused
from patients.guarding.models import Conflict
from treatment_plans.plan.models import Goal, Plan
from treatment_plans.plan.versions.actions import start_version
from treatment_plans.sessions.actions import Part, record_session
from treatment_plans.sessions.models import Attendance
from treatment_plans.signing.actions import (
    add_addendum,
    ask_cosignatures,
    cosign_note,
    end_supervision,
    mark_note_in_error,
    name_supervisor,
    return_note,
    set_signing_policy,
)
from treatment_plans.signing.models import CosignAnswer, CosignRequest, NoteAddendum, NoteInError
from treatment_plans.signing.queries import lateness_of, policies_of, requests_seen_by, returned_to, terms_of, to_cosign


def state_of(request):
    return CosignRequest.objects.get(pk=request.pk).state


def test_a_note_goes_to_the_supervisor_back_to_its_author_and_is_cosigned(clinic, asked):
    assert (asked.because, asked.author, asked.state) == ("role", clinic.peer, "waiting")
    assert list(to_cosign(clinic.therapist)) == [asked]
    assert not to_cosign(clinic.prescriber).exists()
    common = {"by": clinic.therapist, "at": clinic.now}
    with pytest.raises(Refused, match="Write what the author"):
        return_note(request=asked, words=" ", **common)
    return_note(request=asked, words=" Which bank? ", **common)
    with pytest.raises(Refused, match="with its author"):
        return_note(request=asked, words="Again", **common)
    (back,) = returned_to(clinic.peer)
    assert [answer.words for answer in back.answers.all()] == ["Which bank?"]
    assert not to_cosign(clinic.therapist).exists()

    with pytest.raises(Refused, match="Write what is to be added"):
        add_addendum(attendance=asked.attendance, text=" ", by=clinic.peer, at=clinic.now)
    add_addendum(attendance=asked.attendance, text="A colleague adds.", by=clinic.case_manager, at=clinic.now)
    assert state_of(asked) == "returned"
    added = add_addendum(attendance=asked.attendance, text=" The one on Main Street. ", by=clinic.peer, at=clinic.now)
    assert (added.text, added.recorded_by, added.recorded_at) == ("The one on Main Street.", clinic.peer, clinic.now)
    assert state_of(asked) == "waiting"

    cosign_note(request=asked, words="Good.", **common)
    assert state_of(asked) == "cosigned"
    assert list(CosignAnswer.objects.values_list("verdict", "recorded_by")) == [
        ("returned", clinic.therapist.pk),
        ("cosigned", clinic.therapist.pk),
    ]
    with pytest.raises(Refused, match="no co-signature any more"):
        cosign_note(request=asked, **common)
    assert set(AuditEvent.objects.values_list("verb", flat=True)) >= {"return_note", "add_addendum", "cosign_note"}


def test_only_who_supervises_the_author_reads_and_cosigns(clinic, asked, supervised):
    for other in (clinic.prescriber, clinic.director, clinic.peer, clinic.nurse):
        assert not requests_seen_by(other).exists()
        with pytest.raises(Denied):
            cosign_note(request=asked, by=other, at=clinic.now)
    Conflict.objects.create(
        user=clinic.therapist,
        patient=asked.attendance.patient,
        program=clinic.program,
        kind="family",
        recorded_at=clinic.now,
        recorded_by=clinic.privacy_officer,
    )
    assert not requests_seen_by(clinic.therapist).exists()
    Conflict.objects.update(ended_at=clinic.now)
    assert requests_seen_by(clinic.therapist).exists()
    end_supervision(supervision=supervised, on=date(2026, 2, 1), by=clinic.director, at=clinic.now)
    assert not requests_seen_by(clinic.therapist).exists()
    with pytest.raises(Denied):
        return_note(request=asked, words="x", by=clinic.therapist, at=clinic.now)


def test_a_signature_asks_through_the_outbox_once(clinic, hold, supervised):
    session = hold(clinic.patient())
    CosignRequest.objects.get()
    while drain(at=clinic.now + timedelta(hours=1)):
        pass
    assert Fact.objects.get(kind="NotesSigned").outcome == "silent: none is needed"
    assert ask_cosignatures(session=session, by=clinic.system, at=clinic.now) == []
    assert CosignRequest.objects.count() == 1


def test_who_is_in_training_and_whom_the_sample_chose_are_read_too(clinic, hold):
    hold(clinic.patient(), by=clinic.therapist)
    assert not CosignRequest.objects.exists()
    trainee = clinic.hire(Role.THERAPIST, clinic.north)
    common = {"program": clinic.program, "by": clinic.director, "at": clinic.now}
    name_supervisor(supervisor=clinic.therapist, clinician=trainee, starts_on=date(2026, 1, 1), is_every_note=True, **common)
    hold(clinic.patient(team=(trainee,)), by=trainee)
    hours = {"late_after_hours": 24, "sign_within_hours": 72}
    with pytest.raises(Refused) as refused:
        set_signing_policy(late_after_hours=0, sign_within_hours=72, sample_percent=101, is_peers_cosigned=True, **common)
    assert [reason.field for reason in refused.value.reasons] == ["late_after_hours", "sample_percent"]
    set_signing_policy(**hours, sample_percent=100, is_peers_cosigned=False, **common)
    hold(clinic.patient(), by=clinic.therapist)
    hold(clinic.patient(), by=clinic.peer)
    assert list(CosignRequest.objects.order_by("pk").values_list("because", flat=True)) == ["trainee", "sample", "sample"]


def test_a_supervisor_is_somebody_else_who_may_cosign(clinic, supervised):
    common = {"program": clinic.program, "starts_on": date(2026, 1, 1), "by": clinic.director, "at": clinic.now}
    for supervisor, clinician, codes in (
        (clinic.therapist, clinic.therapist, ["self"]),
        (clinic.nurse, clinic.front_desk, ["may_not", "writes_none"]),
        (clinic.therapist, clinic.peer, ["known"]),
    ):
        with pytest.raises(Refused) as refused:
            name_supervisor(supervisor=supervisor, clinician=clinician, **common)
        assert [reason.code for reason in refused.value.reasons] == codes
    with pytest.raises(Denied):
        name_supervisor(supervisor=clinic.prescriber, clinician=clinic.peer, **common | {"by": clinic.therapist})
    with pytest.raises(Refused, match="before it began"):
        end_supervision(supervision=supervised, on=date(2025, 1, 1), by=clinic.director, at=clinic.now)
    end_supervision(supervision=supervised, on=date(2026, 3, 1), by=clinic.director, at=clinic.now)
    with pytest.raises(Refused, match="ended already"):
        end_supervision(supervision=supervised, on=date(2026, 3, 1), by=clinic.director, at=clinic.now)
    assert name_supervisor(supervisor=clinic.therapist, clinician=clinic.peer, **common).ends_on is None


def test_a_note_in_error_stays_and_says_so(clinic, asked):
    note = asked.attendance
    words = {"kind": "wrong_person", "words": "Meant for somebody else.", "at": clinic.now}
    with pytest.raises(Refused) as refused:
        mark_note_in_error(attendance=note, kind="x", words="", by=clinic.case_manager, at=clinic.now)
    assert [reason.field or reason.code for reason in refused.value.reasons] == ["kind", "words", "not_yours"]
    mark_note_in_error(attendance=note, by=clinic.therapist, **words)
    assert (NoteInError.objects.get().recorded_by, state_of(asked)) == (clinic.therapist, "not_needed")
    assert Attendance.objects.get().note == "Walked to the bank together."
    with pytest.raises(Refused, match="as an error already"):
        mark_note_in_error(attendance=note, by=clinic.peer, **words)
    with pytest.raises(Refused, match="no co-signature any more"):
        cosign_note(request=asked, by=clinic.therapist, at=clinic.now)
    add_addendum(attendance=note, text="The right note is of the same day.", by=clinic.peer, at=clinic.now)


def test_a_goal_was_not_worked_on_in_a_session_whose_note_was_an_error(clinic, hold, goal_of):
    patient = clinic.patient()
    goal = goal_of(patient)
    sessions = [hold(patient, goals=[goal], ended=timedelta(days=days)) for days in (9, 2)]
    version = {"starts_on": date(2026, 3, 4), "review_on": date(2026, 6, 1), "by": clinic.therapist, "at": clinic.now}
    start_version(plan=Plan.objects.get(), **version)
    wrong = {"kind": "wrong_person", "words": "Meant for somebody else.", "by": clinic.peer, "at": clinic.now}
    for session, last in ((sessions[1], sessions[0].starts_at), (sessions[0], None)):
        mark_note_in_error(attendance=session.attendances.get(), **wrong)
        assert list(Goal.objects.values_list("last_worked_on_at", flat=True)) == [last, last]


def test_an_addendum_names_nobody_else_of_the_group(clinic, hold):
    ana, ben = clinic.patient(given="Anastasia", family="Flores"), clinic.patient(given="Benedict", family="Okafor")
    note = hold(ana, ben).attendances.get(patient=ana)
    with pytest.raises(Refused, match="names Benedict") as refused:
        add_addendum(attendance=note, text="Benedict called her.", by=clinic.peer, at=clinic.now)
    assert refused.value.reasons[0].field == "text"
    assert add_addendum(attendance=note, text="Anastasia was called.", by=clinic.peer, at=clinic.now).pk


def test_what_is_not_signed_is_changed_and_not_added_to(clinic):
    hours = {"starts_at": clinic.now - timedelta(hours=2), "ends_at": clinic.now - timedelta(hours=1)}
    session = record_session(
        site=clinic.north,
        clinician=clinic.peer,
        kind="peer",
        parts=[Part(clinic.patient(), note="x")],
        by=clinic.peer,
        at=clinic.now,
        **hours,
    )
    note = session.attendances.get()
    for verb, more in ((add_addendum, {"text": "x"}), (mark_note_in_error, {"kind": "twice", "words": "x"})):
        with pytest.raises(Refused, match="not signed"):
            verb(attendance=note, by=clinic.peer, at=clinic.now, **more)
    stamp = {"attendance": note, "recorded_at": clinic.now, "recorded_by": clinic.peer}
    for row in (
        NoteAddendum(text="x", **stamp),
        NoteInError(kind="twice", words="x", **stamp),
        CosignRequest(program=clinic.program, author=clinic.peer, because="role", **stamp),
    ):
        with pytest.raises(DatabaseError, match="not signed"), transaction.atomic():
            row.save(force_insert=True)


def test_late_is_judged_by_what_the_program_asked_when_the_note_was_signed(clinic, hold):
    session = hold(clinic.patient(), ended=timedelta(hours=30), signed=timedelta(hours=50))
    note = session.attendances.get()

    def late():
        return lateness_of(note, session, policies_of(clinic.program.pk), at=clinic.now)

    assert (late().written, late().signed) == (timedelta(hours=30), timedelta(hours=80))
    terms = {"sample_percent": 0, "is_peers_cosigned": True, "program": clinic.program, "by": clinic.director}
    set_signing_policy(late_after_hours=48, sign_within_hours=100, at=clinic.now + timedelta(hours=49), **terms)
    assert not late()
    set_signing_policy(late_after_hours=1, sign_within_hours=1, at=clinic.now + timedelta(hours=51), **terms)
    assert not late()
    assert terms_of(clinic.program.pk, clinic.now + timedelta(hours=60)).late_after_hours == 1
