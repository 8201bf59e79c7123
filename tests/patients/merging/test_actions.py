from datetime import date, timedelta

import pytest

from casemgr.core.accounts.models import Program
from casemgr.core.audit.models import AuditEvent
from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Refused
from casemgr.desk.watched.queries import who_looked_at
from casemgr.sharing.parts import find_person
from patients.caseload.queries import patients_seen_by
from patients.episodes.models import Episode
from patients.guarding.queries import people_exactly
from patients.merging.actions import gather_late_rows, merge_patients, undo_merge
from patients.merging.following.queries import held_for_a_dose, refuse_unless_still
from patients.merging.models import MovedRows
from patients.merging.queries import moved_columns
from patients.record.models import ContactPoint, Identifier, Patient
from patients.record.queries import duplicate_candidates, locked, person_behind, search_patients
from tests.charts import fill_chart, order_for
from tests.patients.merging.conftest import digest_of_everything
from tests.patients.merging.everything import EMPTY, fill_the_rest, missing
from tests.worlds import end_stays
from treatment_plans.medication.models import Order
from treatment_plans.plan.models import Plan

KNOWN = "Same photo, same scar; she told us that she married."


@pytest.fixture
def merge(clinic, two, now):
    """Return a function that merges the two records."""

    def _merge(**facts):
        survivor, merged = two
        values = {
            "survivor": survivor,
            "merged": merged,
            "program": clinic.program,
            "reason": KNOWN,
            "by": clinic.privacy_officer,
            "at": now,
        }
        return merge_patients(**{**values, **facts})

    return _merge


@pytest.fixture(autouse=True)
def _office(clinic):
    clinic.privacy_officer.memberships.update(site=None)


def test_everything_moves_and_an_undo_brings_every_row_back(clinic, two, merge, now, as_application):
    survivor, merged = two
    Identifier.objects.create(patient=merged, kind="mrn", value="Q-77", recorded_at=now, recorded_by=clinic.system)
    fill_chart(clinic, merged, 2)
    fill_the_rest(clinic, merged)
    Plan.objects.update(signed_at=now)
    assert [column.name for column in missing(merged)] == [], (
        "give it a row in tests/patients/merging/everything.py, or a reason to have none"
    )
    assert set(EMPTY) <= {column.name for column in moved_columns()}
    before = digest_of_everything()
    with as_application():
        done = merge()
    assert [column.name for column in missing(survivor)] == []
    assert not Episode.objects.filter(patient=merged).exists()
    assert survivor.episodes.count() == 2
    survivor.refresh_from_db()
    assert survivor.keys == [survivor.pk, merged.pk]
    assert digest_of_everything() != before
    with as_application():
        undo_merge(merge=done, reason="They are twins.", by=clinic.privacy_officer, at=now)
    assert digest_of_everything() == before


def test_both_are_on_the_record_of_both(clinic, two, merge, now):
    survivor, merged = two
    undo_merge(merge=merge(), reason="They are twins.", by=clinic.privacy_officer, at=now)
    verbs = list(AuditEvent.objects.filter(outcome="done").order_by("pk").values_list("verb", "patient_id"))
    assert verbs == [
        ("merged_into_another_record", merged.pk),
        ("merge_patients", survivor.pk),
        ("became_a_record_again", merged.pk),
        ("undo_merge", survivor.pk),
    ]


def test_what_was_written_after_the_merge_stays_with_the_survivor(clinic, two, merge, now):
    survivor = two[0]
    done = merge()
    later = ContactPoint.objects.create(patient=survivor, kind="phone", value="+12125550100", recorded_at=now, recorded_by=clinic.system)
    undo_merge(merge=done, reason="They are twins.", by=clinic.privacy_officer, at=now)
    later.refresh_from_db()
    assert later.patient == survivor
    assert MovedRows.objects.filter(merge=done, is_back=True).count() == MovedRows.objects.filter(merge=done, is_back=False).count()


def test_the_merged_record_is_seen_and_written_no_more_and_found_as_the_other(clinic, two, merge, now):
    survivor, merged = two
    Patient.objects.filter(pk=merged.pk).update(birth_date="1971-11-23")
    done = merge()
    assert merged not in patients_seen_by(clinic.privacy_officer)
    with pytest.raises(Refused, match="merged into another one"):
        locked(merged)
    assert person_behind(merged.pk) == survivor
    for typed in ("Zqvxwmaria Kxqzjwlopez", "1971-11-23", "Kxqzjwlopez 11/23/1971"):
        assert search_patients(patients_seen_by(clinic.privacy_officer), typed) == [survivor], typed
    undo_merge(merge=done, reason="They are twins.", by=clinic.privacy_officer, at=now)
    assert search_patients(patients_seen_by(clinic.privacy_officer), "1971-11-23") == [merged]


def test_who_comes_again_under_the_name_and_day_of_the_merged_record_is_known(clinic, two, merge):
    """Else the desk makes a third record, and in an emergency somebody who says exactly this finds nobody."""
    survivor, merged = two
    Patient.objects.filter(pk=merged.pk).update(birth_date="1971-11-23", given_name="Ilse", family_name="Brandt")
    merge()
    said, day = {"given_name": "Ilse", "family_name": "Brandt"}, date(1971, 11, 23)
    found = duplicate_candidates(program=clinic.program, **said, birth_date=day)
    assert [(one.patient, one.words) for one in found] == [
        (survivor, "same birth date, same name, as an earlier record of this person says")
    ]
    swapped = duplicate_candidates(program=clinic.program, given_name="Brandt", family_name="Ilse", birth_date=date(1971, 11, 22))
    assert [(one.patient, one.words) for one in swapped] == [
        (survivor, "birth date differs in one place, given and family name swapped, as an earlier record of this person says")
    ]
    assert people_exactly([clinic.program.pk], "Ilse Brandt", day, "") == [survivor]
    for name, born in (("Ilse Brandt", survivor.birth_date), (survivor.legal_name, day)):
        assert people_exactly([clinic.program.pk], name, born, "") == [], "name and day of one and the same record"
    assert people_exactly([clinic.program.pk], survivor.legal_name, survivor.birth_date, "") == [survivor]


def test_two_open_stays_in_one_program_are_settled_first(clinic, merge, two):
    clinic_episode = two[1].episodes.get()
    Episode.objects.filter(pk=clinic_episode.pk).update(discharged_on=None, discharge_reason="")
    with pytest.raises(Refused, match="Discharge one of the two first"):
        merge()
    assert Patient.objects.get(pk=two[1].pk).merged_into is None


def test_only_who_sees_both_may_merge(clinic, two, merge):
    with pytest.raises(Refused, match="Only who may see both charts"):
        merge(by=clinic.case_manager)


@pytest.mark.parametrize(("facts", "words"), [({"reason": " "}, "Say how it is known"), ({"merged": None}, "one record already")])
def test_a_merge_says_why_and_needs_two_records(two, merge, facts, words):
    with pytest.raises(Refused, match=words):
        merge(**{name: value if value is not None else two[0] for name, value in facts.items()})


def test_a_merge_is_undone_once_and_with_a_reason(clinic, merge, now):
    done = merge()
    with pytest.raises(Refused, match="two people"):
        undo_merge(merge=done, reason="", by=clinic.privacy_officer, at=now)
    undo_merge(merge=done, reason="They are twins.", by=clinic.privacy_officer, at=now)
    with pytest.raises(Refused, match="undone already"):
        undo_merge(merge=done, reason="They are twins.", by=clinic.privacy_officer, at=now)


def test_merges_on_top_of_each_other_are_undone_from_the_top(clinic, two, merge, now):
    survivor, merged = two
    third = clinic.patient(clinic.south)
    third.episodes.update(admitted_on="2024-06-01")
    end_stays(third.episodes.all(), "2024-12-01")
    third.care_team.update(since="2024-06-01", until="2024-12-01")
    before = digest_of_everything()
    first = merge()
    survivor.refresh_from_db()
    second = merge(survivor=third, merged=survivor)
    third.refresh_from_db()
    assert sorted(third.earlier_keys) == sorted([survivor.pk, merged.pk])
    with pytest.raises(Refused, match="Undo that merge first"):
        undo_merge(merge=first, reason="They are twins.", by=clinic.privacy_officer, at=now)
    undo_merge(merge=second, reason="Two people.", by=clinic.privacy_officer, at=now)
    undo_merge(merge=first, reason="They are twins.", by=clinic.privacy_officer, at=now)
    assert digest_of_everything() == before


def test_what_was_being_written_meanwhile_is_gathered_and_goes_back_with_the_rest(clinic, two, merge, now):
    survivor, merged = two
    done = merge()
    late = ContactPoint.objects.create(patient=merged, kind="phone", value="+12125550100", recorded_at=now, recorded_by=clinic.system)
    assert gather_late_rows(merge=done, by=clinic.system, at=now) == 2  # and its history
    late.refresh_from_db()
    assert late.patient == survivor
    undo_merge(merge=done, reason="They are twins.", by=clinic.privacy_officer, at=now)
    late.refresh_from_db()
    assert late.patient == merged
    assert gather_late_rows(merge=done, by=clinic.system, at=now) == 0


def test_the_news_of_a_merge_carries_keys_only(merge):
    done = merge()
    assert (
        list(Fact.objects.filter(kind="RecordsMerged").values_list("payload", flat=True))
        == [{"merge_id": done.pk, "patient_id": done.survivor_id}] * 2
    )


def test_a_dose_for_a_merged_record_is_refused_with_the_name_of_the_one_that_stays_for_who_may_see_it(clinic, two, merge):
    survivor, merged = two
    Patient.objects.filter(pk=merged.pk).update(deceased_on="2026-03-01")
    assert held_for_a_dose(survivor.pk, clinic.nurse) is None
    assert str(held_for_a_dose(merged.pk, clinic.nurse)) == "2026-03-01"
    merge()
    with pytest.raises(Refused, match="merged into the record of Zqvxwmary Kxqzjwlopes meanwhile"):
        held_for_a_dose(merged.pk, clinic.nurse)
    with pytest.raises(Refused, match="one that you may not see.*Tell the prescriber"):
        held_for_a_dose(merged.pk, stranger := clinic.hire("nurse", None, program=Program.objects.create(name="Elsewhere")))
    with pytest.raises(Refused, match="This order is on a record now that you may not see.*a merge was undone.*Tell the prescriber"):
        refuse_unless_still(survivor.pk, merged.pk, stranger)


def test_two_orders_for_one_substance_refuse_the_merge_with_a_sentence(clinic, two, merge):
    for patient in two:
        order_for(clinic, patient, starts_on=date(2026, 1, 10))
    with pytest.raises(Refused, match="The prescriber ends one of the two first, so that nobody is dosed twice"):
        merge()


@pytest.mark.parametrize(("state", "refuses"), [("active", True), ("on_hold", True), ("ended", False)])
def test_two_medications_ordered_without_knowing_of_each_other_refuse_the_merge(clinic, two, merge, state, refuses):
    survivor, merged = two
    order_for(clinic, survivor, starts_on=date(2026, 1, 10))
    order_for(clinic, merged, starts_on=date(2026, 1, 10), ends_on=date(2026, 2, 10) if state == "ended" else None)
    hold = {"hold_reason": "Sedated"} if state == "on_hold" else {}
    Order.objects.filter(patient=merged).update(substance="buprenorphine", state=state, **hold)
    if not refuses:
        merge()
        assert Order.objects.filter(patient=survivor).count() == 2
        return
    with pytest.raises(Refused, match="The prescriber looks at both and ends one of the two first"):
        merge()
    assert Order.objects.filter(patient=merged).count() == 1


def test_who_looked_and_what_was_told_stay_under_the_key_of_then_and_are_read_with_the_person(clinic, two, merge, now):
    survivor, merged = two
    AuditEvent.objects.create(at=now, actor_id=clinic.nurse.pk, actor_name="N", verb="chart", outcome="seen", patient_id=merged.pk)
    merge()
    survivor.refresh_from_db()
    assert AuditEvent.objects.filter(verb="chart").get().patient_id == merged.pk
    days, _is_cut = who_looked_at(survivor, since=now - timedelta(days=1), zone=clinic.program.zone)
    assert [look.who for day in days for look in day.looks].count("N") == 1


def test_a_partner_who_asks_for_the_merged_record_is_answered_about_the_person(two, merge):
    survivor, merged = two
    merge()
    assert find_person(merged.public_id)["key"] == survivor.pk
