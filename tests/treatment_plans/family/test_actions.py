from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Denied, Refused
from patients.consent.actions import revoke_consent
from patients.consent.models import Consent, ConsentPerson
from patients.consent.queries import standing_of
from patients.disclosures.models import Disclosure
from patients.disclosures.rules import Question
from patients.disclosures.spoken.actions import account_for_what_was_said
from treatment_plans.appointments.actions import book_appointment, settle_appointment
from treatment_plans.family.actions import Guest, add_participants, mark_participant_as_error, write_collateral_note
from treatment_plans.family.models import CollateralNote, Participant
from treatment_plans.family.queries import seats_for
from treatment_plans.sessions.actions import sign_session
from treatment_plans.sessions.changing.actions import change_session
from treatment_plans.sessions.models import Attendance, Session


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def test_a_consent_names_somebody_of_the_family_and_opens_nothing_to_anybody_else(clinic, patient, around, consent_to, right_now):
    sister, feared = around(), around("Dale", "former partner", "no", is_safety_concern=True)
    given = consent_to(sister)
    assert str(given.named_people.get()) == "Renee (sister)"
    assert [standing.tone for standing in standing_of(Consent.objects.all(), patient, right_now)] == ["good"]
    with pytest.raises(Refused) as refused:
        consent_to(sister)
    assert "same" in codes(refused)[0] or refused.value.reasons
    with pytest.raises(Refused) as refused:
        consent_to(feared)
    assert codes(refused) == ["safety_concern"]
    with pytest.raises(Refused) as refused:
        consent_to(sister, kind="tpo", redisclosure_statement="x", refusal_statement="x", hipaa_statement="x")
    assert codes(refused) == ["people_kind"]
    with pytest.raises(Refused):
        consent_to()
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentPerson.objects.create(consent=given, close_one=feared, name="Dale", relation="x")


def test_a_session_refuses_whoever_has_no_consent_names_what_is_missing_and_writes_nothing(around, consent_to, hold):
    sister, friend = around(), around("Bo", "friend")
    with pytest.raises(Refused) as refused:
        hold(sister, friend)
    assert codes(refused) == ["no_consent", "no_consent"]
    assert "Bo takes no part without a consent that held at that moment: No consent is on file." in str(refused.value)
    consent_to(sister)
    with pytest.raises(Refused) as refused:
        hold(sister, topics=("plan", "medications"))
    assert codes(refused) == ["beyond_scope"]
    assert "Medications and doses" in str(refused.value)
    with pytest.raises(Refused) as refused:
        hold()
    assert codes(refused) == ["nobody"]
    assert (Session.objects.count(), Participant.objects.count(), Disclosure.objects.count()) == (0, 0, 0)


def test_consent_scope_and_account_stand_with_the_session(clinic, patient, around, consent_to, hold, right_now):
    given = consent_to(around())
    session = hold(given.named_people.get().close_one)
    row = Participant.objects.get(attendance__session=session)
    assert (str(row), row.consent_id, row.scope, row.topics) == ("Renee (sister)", given.pk, ["appointments", "plan"], ["plan"])
    told = Disclosure.objects.get()
    assert (told.recipient_name, told.via, told.consent_id, told.categories) == ("Renee (sister)", "spoken", given.pk, ["plan"])
    assert told.at == session.starts_at
    with pytest.raises(ProgrammingError), transaction.atomic():
        Participant.objects.filter(pk=row.pk).update(topics=["plan", "medications"])
    with pytest.raises(Refused):
        hold(row.close_one, ago=timedelta(days=6))
    later = {"starts_at": session.starts_at + timedelta(minutes=5), "ends_at": session.ends_at, "modality": "video", "techniques": []}
    frame = {**later, "session": session, "homework": "", "by": clinic.therapist, "at": right_now}
    with pytest.raises(Refused, match="Others took part on a consent"):
        change_session(**frame)
    assert change_session(**frame | {"starts_at": session.starts_at}).modality == "video"
    mark_participant_as_error(participant=row, why="It was her cousin", by=clinic.therapist, at=right_now)
    add_participants(
        attendance=row.attendance,
        guests=[Guest(f"person:{row.close_one_id}")],
        topics=[],
        was_asked=False,
        by=clinic.therapist,
        at=right_now,
    )
    sign_session(session=session, by=clinic.therapist, at=right_now)
    with pytest.raises(Refused) as refused:
        add_participants(attendance=row.attendance, guests=[], topics=[], was_asked=False, by=clinic.therapist, at=right_now)
    assert codes(refused) == ["note_signed"]


def test_what_was_revoked_later_held_then_and_what_was_revoked_before_did_not(clinic, around, consent_to, hold, right_now):
    sister = around()
    given = consent_to(sister)
    revoke_consent(consent=given, revoked_by="Rosa", by=clinic.case_manager, at=right_now)
    hold(sister)
    with pytest.raises(Refused) as refused:
        hold(sister, ago=timedelta(0))
    assert codes(refused) == ["no_consent"]
    assert "The consent was revoked." in str(refused.value)


def test_what_the_person_asked_to_be_kept_is_not_said_either(clinic, patient, around, consent_to, hold, tell, agree, right_now):
    office, sister = Organization.objects.create(name="County", kind="social_service"), around()
    consent_to(recipients=[office], people=[])
    consent_to(sister)

    guest = Guest(f"organization:{office.pk}", "Ms. Ortiz")
    agree(timedelta(0))
    held = hold(guest)
    assert Disclosure.objects.get(basis_reference__startswith="patients.consent:").recipient_id == office.pk
    agree(categories=["plan"])
    with pytest.raises(Refused) as refused:
        hold(guest, topics=("plan", "medications"))
    assert codes(refused) == ["restricted", "beyond_scope"]
    assert "that Ms. Ortiz is not told: Treatment plan." in str(refused.value)
    assert Participant.objects.get(attendance__session=hold(guest, topics=())).scope == ["appointments"]
    agree()
    for say in (lambda: hold(guest), lambda: hold(sister), lambda: hold(guest, topics=()), lambda: tell(close_one=sister, told=["plan"])):
        with pytest.raises(Refused) as refused:
            say()
        assert codes(refused) == ["restricted"]
        assert "The person asked that this not be told, and the program agreed." in str(refused.value)
    assert [seat.may_come for seat in seats_for(patient, program_id=clinic.program.pk, at=right_now)] == [False, False]
    then = seats_for(patient, program_id=clinic.program.pk, at=held.starts_at - timedelta(days=4), topics=["plan"])[1].verdict.question
    asked = Question(then.recipient, then.purpose, then.categories, then.today, consents=then.consents)
    kept = {"patient": patient, "program": clinic.program, "name": "x", "description": "x", "by": clinic.therapist, "at": right_now}
    with pytest.raises(Refused):
        account_for_what_was_said(question=asked, told=["medications"], **kept)
    assert Disclosure.objects.count() == 2


def test_the_person_is_asked_where_they_want_to_be_and_nobody_feared_comes(around, consent_to, hold):
    asked, feared = around(may_talk="ask"), around("Dale", "former partner", "no", is_safety_concern=True)
    consent_to(asked)
    with pytest.raises(Refused) as refused:
        hold(asked)
    assert codes(refused) == ["not_asked"]
    with pytest.raises(Refused) as refused:
        hold(asked, feared, was_asked=True)
    assert codes(refused) == ["safety_concern"]
    assert Participant.objects.get(attendance__session=hold(asked, was_asked=True)).was_asked


def test_somebody_of_an_organization_comes_by_name_on_its_own_consent(consent_to, hold):
    office = Organization.objects.create(name="County", kind="social_service")
    consent_to(recipients=[office], people=[])
    key = f"organization:{office.pk}"
    with pytest.raises(Refused) as refused:
        hold(Guest(key))
    assert codes(refused) == ["no_name"]
    row = Participant.objects.get(attendance__session=hold(Guest(key, "Ms. Ortiz")))
    assert (str(row), Disclosure.objects.get().recipient_id) == ("Ms. Ortiz (County)", office.pk)
    with pytest.raises(Refused) as refused:
        hold(Guest("person:999999"))
    assert codes(refused) == ["not_around"]


def test_the_family_may_come_alone_and_the_note_says_what_was_done(clinic, patient, right_now, around, consent_to, hold):
    sister = around()
    consent_to(sister)
    with pytest.raises(Refused) as refused:
        hold(sister, state="excused", note="")
    assert codes(refused) == ["no_note"]
    begins = right_now - timedelta(hours=2)
    booked = book_appointment(
        patient=patient, site=clinic.north, clinician=clinic.therapist, kind="family", starts_at=begins,
        ends_at=begins + timedelta(hours=1), by=clinic.therapist, at=right_now - timedelta(days=1),
    )  # fmt: skip
    came = settle_appointment(appointment=booked, state="kept", late_minutes=10, by=clinic.therapist, at=right_now)
    session = hold(sister, state="excused", appointment=came)
    part = Attendance.objects.get(session=session)
    came.refresh_from_db()
    assert (part.state, part.appointment, came.state, came.late_minutes) == ("excused", came, "kept", 10)


@pytest.fixture
def tell(clinic, patient, right_now):
    """Return a function that writes down what somebody told."""

    def _tell(by=None, **facts):
        values = {"informant": "", "how": "phone", "heard_at": right_now - timedelta(minutes=5), "body": "She heard him cough all night."}
        return write_collateral_note(
            patient=patient, program=clinic.program, by=by or clinic.therapist, at=right_now, **{**values, **facts}
        )

    return _tell


def test_to_listen_needs_no_consent_and_to_tell_does(clinic, around, consent_to, tell):
    sister, feared = around(), around("Dale", "former partner", "no", is_safety_concern=True)
    assert tell(close_one=feared, in_confidence=True).told == []
    with pytest.raises(Refused) as refused:
        tell(close_one=sister, told=["plan"])
    assert codes(refused) == ["no_consent"]
    with pytest.raises(Refused) as refused:
        tell(informant="A neighbor", told=["plan"])
    assert codes(refused) == ["no_consent"]
    given = consent_to(sister)
    note = tell(close_one=sister, told=["plan"])
    assert (note.consent_id, Disclosure.objects.get().recipient_name) == (given.pk, "Renee (sister)")
    with pytest.raises(Refused) as refused:
        tell(close_one=sister, told=["medications"])
    assert codes(refused) == ["beyond_scope"]
    with pytest.raises(Refused) as refused:
        tell(body=" ")
    assert len(refused.value.reasons) == 2
    with pytest.raises(ProgrammingError), transaction.atomic():
        CollateralNote.objects.filter(pk=note.pk).update(how="video")
    with pytest.raises(Denied):
        tell(by=clinic.peer, informant="A neighbor")
