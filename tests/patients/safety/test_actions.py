import pytest
from django.db import IntegrityError, transaction

from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Denied, Refused
from patients.safety.actions import (
    close_concern,
    note_screener,
    raise_concern,
    raise_concern_from_inquiry,
    take_concern,
    withdraw_screener,
)
from patients.safety.models import SafetyConcern, SafetySignal
from patients.safety.queries import open_concerns_for


@pytest.fixture
def patient(clinic):
    return clinic.patient()


@pytest.fixture
def by(clinic, now):
    return {"by": clinic.therapist, "at": now}


def told():
    return list(Fact.objects.filter(kind="SafetyConcernRaised").order_by("pk").values_list("payload__telling", flat=True))


def test_the_same_answer_twice_is_one_concern_told_once(clinic, patient, answer):
    first, second = answer(patient), answer(patient)
    assert first == second == SafetyConcern.objects.get()
    assert (first.level, first.source, first.opened_at, first.state) == (1, "answer", clinic.now, "open")
    assert SafetySignal.objects.count() == 1
    assert told() == [1]
    assert list(open_concerns_for(patient)) == [first]


@pytest.mark.parametrize(("item", "given", "instrument"), [("9", 0, "phq9"), ("9", None, "phq9"), ("8", 3, "phq9"), ("1", 1, "gad7")])
def test_what_asks_for_nobodys_safety_is_passed_over(patient, answer, item, given, instrument):
    assert answer(patient, item, given, instrument=instrument) is None
    assert not SafetyConcern.objects.exists()


def test_a_graver_answer_raises_the_open_concern_and_tells_again(patient, answer):
    answer(patient, given=1)
    answer(patient, given=3)
    for item in ("1", "2", "4"):
        concern = answer(patient, item, instrument="cssrs_screener", ref="patients.assessment:2")
    assert (concern.level, concern.told) == (4, 4)
    assert told() == [1, 2, 3, 4]
    assert answer(patient, "3", instrument="cssrs_screener", ref="patients.assessment:2").level == 4
    assert told() == [1, 2, 3, 4]


def test_an_answer_that_is_taken_back_stands_beside_the_first(patient, answer):
    answer(patient, given=2)
    concern = answer(patient, given=0)
    assert concern.is_open
    assert [signal.answer for signal in concern.signals.all()] == [2, 0]
    answer(patient, given=2)
    assert told() == [1]


def test_who_sees_to_it_is_not_told_of_what_they_write_down_themselves(clinic, patient, answer):
    concern = take_concern(concern=answer(patient), by=clinic.nurse, at=clinic.now)
    concern = answer(patient, "4", instrument="cssrs_screener", by=clinic.nurse)
    assert (concern.level, concern.told, told()) == (4, 1, [1])


def closed(concern, by, **facts):
    whole = {"disposition": "judged_low", "screener_result": "low", "disposition_words": "No plan and no intent."}
    return close_concern(concern=concern, **{**whole, "no_follow_up_because": "Comes in every day", **facts}, **by)


def test_after_a_disposition_the_same_answer_raises_nothing_and_a_graver_one_does(patient, answer, by):
    concern = closed(answer(patient, given=1), by)
    assert answer(patient, given=1) is None
    assert answer(patient, given=2) not in (None, concern)
    assert SafetyConcern.objects.count() == 2


def test_nothing_closes_without_a_disposition(patient, answer, by):
    concern = answer(patient)
    with pytest.raises(Refused) as refused:
        close_concern(concern=concern, disposition="", screener_result="", **by)
    assert {reason.field for reason in refused.value.reasons} == {"disposition", "screener_result", "first_on"}
    for bypass in ({"state": "closed"}, {"state": "closed", "disposition": "left", "closed_at": by["at"], "screener_result": "low"}):
        with pytest.raises(IntegrityError, match="closed_concern_has_disposition_author_and_moment"), transaction.atomic():
            SafetyConcern.objects.filter(pk=concern.pk).update(**bypass)


def test_a_closed_concern_says_who_when_and_what(clinic, patient, answer, by):
    concern = closed(answer(patient), by)
    assert (concern.disposition, concern.closed_by, concern.closed_at) == ("judged_low", clinic.therapist, by["at"])
    assert concern.taken_by == clinic.therapist
    assert not open_concerns_for(patient).exists()
    with pytest.raises(Refused):
        closed(concern, by)
    with pytest.raises(Refused):
        take_concern(concern=concern, **by)


def test_a_result_below_what_was_answered_says_why(patient, answer, by):
    for item in ("1", "4"):
        concern = answer(patient, item, instrument="cssrs_screener")
    answer(patient, "4", 0, instrument="cssrs_screener")
    with pytest.raises(Refused) as refused:
        closed(concern, by, screener_result="none")
    assert [reason.field for reason in refused.value.reasons] == ["lower_because"]
    row = closed(concern, by, screener_result="none", lower_because=" Pressed by mistake, asked again. ")
    assert (row.screener_result, row.lower_because) == ("none", "Pressed by mistake, asked again.")


def test_the_result_of_a_whole_screener_waits_for_the_disposition(clinic, patient, answer, by):
    facts = {"patient": patient, "program": clinic.program, "assessment_ref": "patients.assessment:7"}
    assert note_screener(result="none", **facts, **by) is None
    answer(patient)
    assert note_screener(result="moderate", **facts, **by).screener_ref == "patients.assessment:7"
    with pytest.raises(Refused):
        note_screener(result="perhaps", **facts, **by)
    withdraw_screener(**{**facts, "assessment_ref": "patients.assessment:6"}, **by)
    assert SafetyConcern.objects.get().screener_result == "moderate", "another screener"
    row = withdraw_screener(**facts, **by)
    assert (row.screener_result, row.screener_ref, row.is_open) == ("", "", True)


def test_what_was_seen_or_said_when_asking_for_help_counts_as_well(clinic, patient, by):
    concern = raise_concern(patient=patient, program=clinic.program, level=3, words="Gave her dog away.", **by)
    asked = {"patient": patient, "program": clinic.program, "words": "“I cannot go on.”", "inquiry_ref": "patients.inquiry:3"}
    for _turn in range(2):
        same = raise_concern_from_inquiry(level=4, **asked, by=clinic.front_desk, at=clinic.now)
    assert (same, same.level) == (concern, 4)
    assert [signal.source for signal in concern.signals.all()] == ["observation", "inquiry"]
    with pytest.raises(Refused):
        raise_concern(patient=patient, program=clinic.program, level=0, words=" ", **by)


def test_who_may_assess_nobody_closes_nothing(clinic, patient, answer):
    concern = answer(patient)
    for user in (clinic.peer, clinic.front_desk, clinic.director):
        with pytest.raises(Denied):
            closed(concern, {"by": user, "at": clinic.now})
    with pytest.raises(Denied):
        raise_concern(patient=patient, program=clinic.program, level=2, words="Cried.", by=clinic.front_desk, at=clinic.now)
    assert SafetyConcern.objects.get().is_open
