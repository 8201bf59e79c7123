from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from casemgr.core.accounts.models import Program
from casemgr.core.audit.models import AuditEvent
from casemgr.core.deadlines.models import Clock
from casemgr.core.refusals import Denied, Refused
from patients.accounting.actions import (
    answer_records_request,
    deny_access_request,
    extend_records_request,
    hand_out_accounting,
    take_records_request,
    withdraw_records_request,
)
from patients.accounting.models import Handout, RecordsRequest
from patients.accounting.queries import answer_to


@pytest.fixture
def hand_out(clinic, now):
    """Return a function that hands a list out, for a request or at the desk."""

    def _hand_out(patient, asked=None, **facts):
        answer = answer_to(patient, program=clinic.program, user=clinic.privacy_officer, at=now, regime="part2", language="en", asked=asked)
        values = {"answer": answer, "paper_form": "pdf", "sha256": "a" * 64, "request": asked, "by": clinic.privacy_officer, "at": now}
        return hand_out_accounting(**{**values, **facts})

    return _hand_out


@pytest.mark.parametrize(("kind", "days"), [("accounting", 60), ("access", 30), ("intermediary_list", 30)])
def test_from_the_day_it_came_its_clock_runs(clinic, ask, kind, days):
    patient = clinic.patient()
    asked = ask(patient, kind=kind, received_on=date(2026, 3, 2))
    clock = Clock.objects.get()
    assert asked.due_on == date(2026, 3, 2) + timedelta(days=days) == clock.ends_on
    assert (clock.kind, clock.subject, clock.patient_id) == (kind, f"patients.recordsrequest:{asked.pk}", patient.pk)
    assert (asked.period_from, asked.period_to) == (date(2023, 3, 2), date(2026, 3, 2))
    assert AuditEvent.objects.get(verb="take_records_request").patient_id == patient.pk


def test_the_first_in_twelve_months_is_free_and_a_later_one_may_cost(clinic, ask, now):
    patient = clinic.patient()
    first = ask(patient)
    assert first.is_free
    assert not ask(patient).is_free
    assert not ask(patient, kind="access").is_free
    assert ask(patient, kind="intermediary_list").is_free
    other = clinic.patient()
    taken_back = ask(other)
    withdraw_records_request(asked=taken_back, outcome="Not needed", by=clinic.privacy_officer, at=now)
    assert ask(other).is_free


def test_what_cannot_be_asked_is_refused_with_every_reason(clinic, ask):
    patient = clinic.patient()
    with pytest.raises(Refused) as refused:
        ask(patient, kind="everything", asked_how="dream", regime="x", received_on=date(2026, 3, 5))
    assert {reason.field for reason in refused.value.reasons} == {"kind", "asked_how", "regime", "received_on"}
    with pytest.raises(Refused, match="ends before it begins"):
        ask(patient, since=date(2026, 2, 1), until=date(2026, 1, 1))
    with pytest.raises(Refused, match="ends before it begins"):
        ask(patient, until=date(2020, 1, 1))


def test_it_is_asked_of_a_program_that_knows_the_person(clinic, now):
    other = Program.objects.create(name="Hill Program")
    officer = clinic.hire("privacy_officer", None, program=other)
    with pytest.raises(Refused, match="never in the care"):
        take_records_request(
            patient=clinic.patient(), program=other, kind="accounting", received_on=now.date(), asked_how="mail", by=officer, at=now
        )


def test_it_is_extended_once_with_a_reason_and_before_the_day(clinic, ask, now):
    asked = ask(clinic.patient())
    with pytest.raises(Refused, match="Write why more time"):
        extend_records_request(asked=asked, reason=" ", by=clinic.privacy_officer, at=now)
    asked = extend_records_request(asked=asked, reason="Paper files are kept elsewhere", by=clinic.privacy_officer, at=now)
    assert (asked.due_on, asked.extended_on) == (date(2026, 3, 4) + timedelta(days=90), date(2026, 3, 4))
    assert Clock.objects.get().ends_on == asked.due_on
    with pytest.raises(Refused, match="extended once already"):
        extend_records_request(asked=asked, reason="Again", by=clinic.privacy_officer, at=now)


def test_an_extension_after_the_day_comes_too_late(clinic, ask, now):
    asked = ask(clinic.patient())
    last = now + timedelta(days=60)
    late = ask(clinic.patient(), at=now)
    extend_records_request(asked=asked, reason="Last day", by=clinic.privacy_officer, at=last)
    with pytest.raises(Refused, match="day has passed"):
        extend_records_request(asked=late, reason="One day late", by=clinic.privacy_officer, at=last + timedelta(days=1))


def test_a_list_of_an_intermediary_knows_no_extension(clinic, ask, now):
    asked = ask(clinic.patient(), kind="intermediary_list")
    with pytest.raises(Refused, match="no extension"):
        extend_records_request(asked=asked, reason="x", by=clinic.privacy_officer, at=now)


def test_it_is_answered_once_the_list_was_made_and_the_clock_stops(clinic, ask, hand_out, now):
    patient = clinic.patient()
    asked = ask(patient)
    with pytest.raises(Refused, match="Make the list first"):
        answer_records_request(asked=asked, delivery="mail", by=clinic.privacy_officer, at=now)
    given = hand_out(patient, asked)
    answered = answer_records_request(asked=asked, delivery="mail", by=clinic.privacy_officer, at=now)
    assert (answered.state, answered.delivery, answered.closed_at) == ("answered", "mail", now)
    assert (Clock.objects.get().closed_at, Clock.objects.get().outcome) == (now, "answered")
    assert list(answered.handouts.all()) == [given]
    for verb, facts in (
        (answer_records_request, {"delivery": "mail"}),
        (withdraw_records_request, {"outcome": "x"}),
        (extend_records_request, {"reason": "x"}),
    ):
        with pytest.raises(Refused):
            verb(asked=asked, **facts, by=clinic.privacy_officer, at=now)
    with pytest.raises(Refused, match="closed, or asks for something else"):
        hand_out(patient, asked)


def test_a_free_one_costs_nothing(clinic, ask, hand_out, now):
    patient = clinic.patient()
    first, second = ask(patient), ask(patient)
    hand_out(patient, first)
    hand_out(patient, second)
    with pytest.raises(Refused, match="This one is free"):
        answer_records_request(asked=first, delivery="mail", fee=Decimal(5), by=clinic.privacy_officer, at=now)
    assert answer_records_request(asked=second, delivery="mail", fee=Decimal("6.50"), by=clinic.privacy_officer, at=now).fee == Decimal(
        "6.50"
    )
    with pytest.raises(IntegrityError, match="first_accounting_in_a_year_is_free"), transaction.atomic():
        RecordsRequest.objects.filter(pk=first.pk).update(fee=Decimal(5))


def test_a_copy_of_the_record_is_given_or_denied_in_writing_and_a_list_never_denied(clinic, ask, now):
    copy = ask(clinic.patient(), kind="access")
    with pytest.raises(Refused, match="Write what was given"):
        answer_records_request(asked=copy, delivery="in_person", by=clinic.privacy_officer, at=now)
    with pytest.raises(Refused, match="Write why"):
        deny_access_request(asked=copy, outcome="", by=clinic.privacy_officer, at=now)
    assert deny_access_request(asked=copy, outcome="45 CFR 164.524(a)(3)", by=clinic.privacy_officer, at=now).state == "denied"
    with pytest.raises(Refused, match="cannot be denied"):
        deny_access_request(asked=ask(clinic.patient()), outcome="x", by=clinic.privacy_officer, at=now)


def test_only_who_oversees_privacy_answers_and_everybody_at_the_desk_may_take(clinic, ask, now):
    asked = ask(clinic.patient(), by=clinic.front_desk)
    for verb, facts in (
        (answer_records_request, {"delivery": "mail"}),
        (extend_records_request, {"reason": "x"}),
        (deny_access_request, {"outcome": "x"}),
    ):
        with pytest.raises(Denied):
            verb(asked=asked, **facts, by=clinic.front_desk, at=now)
    with pytest.raises(Denied):
        ask(clinic.patient(), by=clinic.director)


def test_what_was_handed_out_is_never_rewritten(clinic, consent, tell, hand_out):
    patient = clinic.patient()
    consent(patient)
    told = tell(patient)
    given = hand_out(patient)
    assert given.disclosures == [told.disclosure_id]
    event = AuditEvent.objects.get(verb="hand_out_accounting")
    assert (event.patient_id, event.subject) == (patient.pk, f"patients.handout:{given.pk}")
    for statement in ("UPDATE patients_handout SET language = 'xx'", "DELETE FROM patients_handout", "TRUNCATE patients_handout"):
        with pytest.raises(DatabaseError, match="(?i)cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(IntegrityError, match="fingerprint"), transaction.atomic():
        Handout.objects.create(**{**{f.attname: getattr(given, f.attname) for f in Handout._meta.fields if f.name != "id"}, "sha256": "x"})


def test_a_list_is_handed_out_for_the_person_who_asked(clinic, ask, hand_out):
    asked = ask(clinic.patient())
    with pytest.raises(Refused, match="asks for something else"):
        hand_out(clinic.patient(), asked)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"state": "answered", "delivery": "mail"}, "closed_request_says_when"),
        ({"state": "denied", "outcome": "x"}, "only_access_is_denied_and_in_writing"),
        ({"due_on": date(2026, 3, 4)}, "request_is_due_after_it_came"),
        ({"extended_on": date(2026, 3, 5)}, "extension_of_request_gives_its_reason"),
        ({"period_from": date(2027, 1, 1)}, "request_asks_for_a_period_in_order"),
    ],
)
def test_the_database_keeps_a_request_whole(clinic, ask, now, changes, name):
    asked = ask(clinic.patient())
    facts = {"closed_at": now, **changes} if changes.get("state") == "denied" else changes
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        RecordsRequest.objects.filter(pk=asked.pk).update(**facts)
