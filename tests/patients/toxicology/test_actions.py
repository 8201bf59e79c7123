from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Denied, Refused
from casemgr.reactions.toxicology import ask_for_a_confirmation
from patients.diagnoses.actions import record_diagnosis
from patients.diagnoses.models import Diagnosis, UseReport
from patients.episodes.models import Episode
from patients.toxicology.actions import add_toxicology_results, record_toxicology, review_toxicology
from patients.toxicology.events import ToxicologyConfirmationAsked
from patients.toxicology.models import ToxicologyPanel, ToxicologyResult
from patients.toxicology.queries import (
    confirmations_for,
    panels_to_talk_about,
    random_tests_of,
    toxicology_for,
)
from patients.toxicology.rules.reading import Prescribed
from referrals.casework.models import Task

METHADONE = Prescribed(frozenset({"methadone", "eddp"}), names=("Methadone 80 mg",))


@pytest.fixture
def patient(clinic):
    return clinic.patient()


@pytest.fixture
def panel(clinic, patient, now):
    def take(results, *, by=None, prescribed=METHADONE, ago=timedelta(hours=1), **facts):
        return record_toxicology(
            patient=patient,
            program=clinic.program,
            collected_at=now - ago,
            results=results,
            prescribed=prescribed,
            by=by or clinic.nurse,
            at=now,
            **facts,
        )

    return take


def _reads(panel):
    return {(row.analyte, row.method): row.reads for row in panel.results.all()}


def _fields(refused):
    return {reason.field for reason in refused.value.reasons}


def test_a_panel_as_expected_asks_for_nothing(clinic, patient, panel):
    taken = panel({"methadone": "positive", "eddp": "positive", "fentanyl": "negative"}, is_random=True, is_observed=True)
    assert (taken.is_unexpected, taken.review_due_on, taken.waits_for_talk) == (False, None, False)
    assert set(_reads(taken).values()) == {"as_expected"}
    assert taken.results.get(analyte="methadone").code == "19550-3"
    assert (taken.expected, taken.prescribed_names) == (["eddp", "methadone"], ["Methadone 80 mg"])
    assert list(toxicology_for(patient)) == [taken]
    assert not panels_to_talk_about(clinic.nurse)


def test_an_unexpected_result_waits_for_a_conversation(clinic, patient, panel, now):
    taken = panel({"methadone": "positive", "eddp": "positive", "fentanyl": "positive"})
    assert (taken.is_unexpected, taken.review_due_on) == (True, now.date() + timedelta(days=3))
    assert [row.analyte for row in confirmations_for(taken)] == ["fentanyl"]
    assert confirmations_for(taken)[0].code == "40839-3"
    for who in (clinic.nurse, clinic.therapist, clinic.prescriber):
        assert list(panels_to_talk_about(who)) == [taken]
    assert not panels_to_talk_about(clinic.peer)


def test_a_conversation_settles_it_asks_for_confirmation_and_writes_down_use(clinic, patient, panel, now):
    provisional = record_diagnosis(patient=patient, axis="mental_health", code="F32.1", by=clinic.therapist, at=now - timedelta(days=40))
    taken = panel({"fentanyl": "positive"})
    day = now.date() - timedelta(days=2)
    review_toxicology(
        panel=taken, talk="use_told", words="Used once after the funeral. Wants to see the peer.", confirm=["fentanyl"],
        substance="opioid", used_on=day, by=clinic.therapist, at=now,
    )  # fmt: skip
    taken.refresh_from_db()
    assert (taken.reviewed_by, taken.talk, taken.confirmation_asked) == (clinic.therapist, "use_told", ["fentanyl"])
    assert not panels_to_talk_about(clinic.nurse)
    assert [(use.substance, use.used_on, use.source) for use in UseReport.objects.all()] == [("opioid", day, "toxicology")]
    provisional.refresh_from_db()
    assert provisional.look_again_on == day + timedelta(days=28)
    fact = Fact.objects.get(kind="ToxicologyConfirmationAsked")
    event = ToxicologyConfirmationAsked.from_payload(fact.payload)
    assert ask_for_a_confirmation(event, now).startswith("task")
    assert Task.objects.get().title == "Send a specimen for confirmation"
    add_toxicology_results(panel=taken, results={"fentanyl": "negative"}, method="confirm", by=clinic.nurse, at=now)
    assert ask_for_a_confirmation(event, now) == "silent: it was done since"
    taken.refresh_from_db()
    assert (_reads(taken)["fentanyl", "screen"], taken.is_unexpected) == ("not_confirmed", False)


def test_what_the_laboratory_finds_later_asks_for_another_conversation(clinic, panel, now):
    taken = panel({"fentanyl": "positive"})
    review_toxicology(panel=taken, talk="no_use_told", words="Cannot explain it.", by=clinic.nurse, at=now)
    add_toxicology_results(panel=taken, results={"fentanyl": "positive"}, method="confirm", by=clinic.nurse, at=now)
    assert not panels_to_talk_about(clinic.nurse)
    later = now + timedelta(days=2)
    add_toxicology_results(panel=taken, results={"xylazine": "positive"}, method="confirm", by=clinic.nurse, at=later)
    assert [row.review_due_on for row in panels_to_talk_about(clinic.nurse)] == [later.date() + timedelta(days=3)]


def test_a_laboratory_may_answer_later(clinic, panel, now):
    taken = panel({}, setting="laboratory")
    assert (taken.resulted_at, list(taken.results.all())) == (None, [])
    with pytest.raises(Refused):
        review_toxicology(panel=taken, talk="later", words="x", by=clinic.nurse, at=now)
    add_toxicology_results(
        panel=taken, results={"methadone": "positive", "eddp": "negative"}, method="confirm", creatinine_mg_dl=Decimal(30),
        by=clinic.nurse, at=now,
    )  # fmt: skip
    taken.refresh_from_db()
    assert taken.is_unexpected
    assert _reads(taken)["methadone", "confirm"] == "without_metabolite"
    with pytest.raises(Refused):
        add_toxicology_results(panel=taken, results={"methadone": "positive"}, method="confirm", by=clinic.nurse, at=now)


def test_a_specimen_in_doubt_is_looked_into_without_a_word_about_anybody(panel):
    cold = panel({"methadone": "positive", "eddp": "positive"}, temperature_f=Decimal("84.5"))
    assert (cold.is_unexpected, cold.doubts) == (True, ["Temperature outside 90-100 °F"])
    assert not panel({"eddp": "positive"}, creatinine_mg_dl=Decimal(12)).is_unexpected


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"results": {}}, {""}),
        ({"results": {"fentanyl": "dirty"}}, {"result_fentanyl"}),
        ({"results": {"gold": "positive"}}, {"result_gold"}),
        ({"results": {"fentanyl": "negative"}, "ago": timedelta(hours=-1)}, {"collected_at"}),
        ({"results": {"fentanyl": "negative"}, "specimen": "tea", "setting": "moon"}, {"specimen", "setting"}),
        ({"results": {"fentanyl": "negative"}, "temperature_f": Decimal(12)}, {"temperature_f"}),
        ({"results": {"fentanyl": "negative"}, "creatinine_mg_dl": Decimal(-1)}, {"creatinine_mg_dl"}),
    ],
)
def test_what_cannot_be_is_refused(panel, facts, fields):
    with pytest.raises(Refused) as refused:
        panel(**facts)
    assert _fields(refused) == fields
    assert not ToxicologyPanel.objects.exists()


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"talk": "", "words": ""}, {"talk", "words"}),
        ({"talk": "use_told", "words": "x", "substance": "opioid"}, {"used_on"}),
        ({"talk": "explained", "words": "x", "substance": "opioid", "used_on": date(2026, 3, 1)}, {"talk"}),
        ({"talk": "explained", "words": "x", "confirm": ["cocaine"]}, {"confirm"}),
    ],
)
def test_a_conversation_is_told_in_words(clinic, panel, now, said, fields):
    taken = panel({"fentanyl": "positive"})
    with pytest.raises(Refused) as refused:
        review_toxicology(panel=taken, by=clinic.nurse, at=now, **said)
    assert _fields(refused) == fields
    review_toxicology(panel=taken, talk="explained", words="Fine.", by=clinic.nurse, at=now)
    with pytest.raises(Refused):
        review_toxicology(panel=taken, talk="explained", words="Again.", by=clinic.nurse, at=now)


def test_who_may_not_changes_nothing(clinic, panel, now):
    with pytest.raises(Denied):
        panel({"fentanyl": "positive"}, by=clinic.front_desk)
    taken = panel({"fentanyl": "positive"}, by=clinic.peer)
    with pytest.raises(Denied):
        review_toxicology(panel=taken, talk="later", words="x", by=clinic.peer, at=now)


@pytest.mark.parametrize(
    "wrong",
    [
        {"is_unexpected": True, "review_due_on": None},
        {"review_words": "Somebody said something"},
        {"temperature_f": Decimal(3)},
        {"creatinine_mg_dl": Decimal(-3)},
        {"resulted_at": None, "is_unexpected": True},
    ],
)
def test_the_database_refuses_what_must_never_be(panel, wrong):
    taken = panel({"fentanyl": "negative"})
    with pytest.raises(IntegrityError), transaction.atomic():
        ToxicologyPanel.objects.filter(pk=taken.pk).update(**wrong)


@pytest.mark.parametrize("reads", ["unexpected_negative", "not_read"])
def test_a_reading_fits_its_result(panel, reads):
    taken = panel({"fentanyl": "positive"})
    with pytest.raises(IntegrityError), transaction.atomic():
        ToxicologyResult.objects.filter(panel=taken).update(reads=reads)


def test_random_tests_of_the_year_are_counted(clinic, patient, panel, now):
    Episode.objects.filter(patient=patient).update(admitted_on=now.date() - timedelta(days=100))
    panel({"fentanyl": "negative"}, is_random=True)
    panel({"fentanyl": "negative"}, is_random=True, ago=timedelta(days=364))
    panel({"fentanyl": "negative"}, is_random=True, ago=timedelta(days=366))
    panel({"fentanyl": "negative"})
    found = random_tests_of(patient, now.date())
    assert (found.taken, found.by_now, found.is_behind) == (2, 2, False)


def test_recording_and_reviewing_cost_the_same_for_one_and_many_results(clinic, panel, now, query_count):
    assert clinic.nurse.current_memberships
    for results in ({"fentanyl": "negative"}, {"fentanyl": "negative", "cocaine": "negative", "heroin": "negative"}):
        with query_count(9):
            panel(results)


def test_nothing_else_follows_from_a_result(clinic, patient, panel):
    before = {(row.pk, row.course) for row in Diagnosis.objects.all()}
    panel({"methadone": "negative", "eddp": "negative", "fentanyl": "positive"})
    assert not Task.objects.exists()
    assert not Fact.objects.exists()
    assert {(row.pk, row.course) for row in Diagnosis.objects.all()} == before
