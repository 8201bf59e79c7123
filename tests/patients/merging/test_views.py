import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.accounts.models import Membership, Program, Site
from casemgr.core.audit.models import AuditEvent
from patients.disclosures.models import Disclosure
from patients.episodes.models import Episode
from patients.guarding.models import GlassBreak
from patients.guarding.queries import read_through
from patients.merging.actions import look_for_duplicates, merge_patients
from patients.merging.models import Merge, PossibleDuplicate
from patients.record.models import ContactPoint, Patient
from tests.worlds import end_stays
from treatment_plans.plan.models import Plan

REASON = "Same photo, same scar."


@pytest.fixture
def office(clinic, sign_in):
    clinic.privacy_officer.memberships.update(site=None)
    return sign_in(clinic.privacy_officer)


def preview(survivor, merged):
    return reverse("patients:merge_preview", args=[survivor.public_id, merged.public_id])


def text(answer):
    return answer.content.decode()


def test_two_records_are_compared_merged_and_parted_again(office, two, clinic, now):
    survivor, merged = two
    ContactPoint.objects.create(patient=merged, kind="phone", value="+12125550100", recorded_at=now, recorded_by=clinic.system)
    page = text(office.get(preview(survivor, merged)))
    assert "Zqvxwmaria" in page
    assert "Contact points" in page
    answer = office.post(preview(survivor, merged), {"reason": REASON, "compared": "on"})
    merge = Merge.objects.get()
    assert answer.url == reverse("patients:merge", args=[merge.pk])
    page = text(office.get(answer.url))
    assert "Contact points: 1" in page
    assert "Nothing was written since" in page
    moved = office.get(reverse("desk:chart", args=[merged.public_id]))
    assert moved.url == reverse("desk:chart", args=[survivor.public_id])
    office.post(answer.url, {"reason": "They are twins."})
    merge.refresh_from_db()
    assert merge.undone_reason == "They are twins."
    assert "They are twins." in text(office.get(answer.url))


def test_what_stands_against_a_merge_is_shown_and_refused_by_name(office, two):
    survivor, merged = two
    stay = survivor.episodes.get()
    merged.episodes.update(discharged_on=None, discharge_reason="", admitted_on=stay.admitted_on)
    assert "Discharge one of the two first" in text(office.get(preview(survivor, merged)))
    answer = office.post(preview(survivor, merged), {"reason": REASON, "compared": "on"})
    assert answer.status_code == 422
    assert not Merge.objects.exists()


def test_the_preview_tells_of_other_programs_only_that_there_is_more(office, two, clinic, now):
    site = Site.objects.create(program=Program.objects.create(name="Elsewhere"), name="Far", time_zone="America/New_York")
    stamp = {"recorded_at": now, "recorded_by": clinic.system}
    for patient in two:
        Episode.objects.create(patient=patient, program=site.program, site=site, admitted_on="2024-01-05", **stamp)
        Plan.objects.create(patient=patient, program=site.program, state="active", starts_on="2026-01-05", review_on="2026-04-05", **stamp)
    end_stays(Episode.objects.filter(site=site), "2024-02-05")
    page = text(office.get(preview(*two)))
    assert "Something that you may not see stands against it" in page
    assert "treatment plan in force" not in page
    assert "More stays that you may not see" in page
    assert "It has ended, over days" not in page
    Membership.objects.create(user=clinic.privacy_officer, program=site.program, role="privacy_officer", starts_on="2024-01-01")
    page = text(office.get(preview(*two)))
    assert "Both have a treatment plan in force" in page
    assert "Episode of care: It has ended, over days" in page
    assert "More stays that you may not see" not in page
    Plan.objects.filter(patient=two[0]).delete()
    merge = merge_patients(survivor=two[0], merged=two[1], program=clinic.program, reason=REASON, by=clinic.privacy_officer, at=now)
    assert "Treatment plans: 1" in text(office.get(reverse("patients:merge", args=[merge.pk])))
    Membership.objects.filter(program=site.program).delete()
    assert "Treatment plans" not in text(office.get(reverse("patients:merge", args=[merge.pk])))


def test_a_merge_without_a_reason_says_so_at_the_field(office, two):
    answer = office.post(preview(*two), {"reason": "", "compared": "on"})
    assert answer.context["form"].errors == {"reason": ["Say how it is known that this is one person."]}


def test_what_was_written_since_is_named_before_an_undo(office, two, clinic, now):
    survivor, merged = two
    merge = merge_patients(survivor=survivor, merged=merged, program=clinic.program, reason=REASON, by=clinic.privacy_officer, at=now)
    later = now.replace(hour=21)
    ContactPoint.objects.create(patient=survivor, kind="phone", value="+12125550100", recorded_at=later, recorded_by=clinic.system)
    assert "Contact points: 1" in text(office.get(reverse("patients:merge", args=[merge.pk])))


def test_the_other_record_is_found_by_name(office, two):
    page = text(office.post(reverse("patients:merge_choose", args=[two[0].public_id]), {"q": "Zqvxwmaria"}))
    assert preview(*two) in page


def test_records_that_look_alike_are_listed_with_reasons_and_dismissed(office, clinic, two, now, query_count):
    survivor, merged = two
    Patient.objects.filter(pk__in=[survivor.pk, merged.pk]).update(birth_date="1985-03-02")
    assert look_for_duplicates(by=clinic.system, at=now) == 1
    assert look_for_duplicates(by=clinic.system, at=now) == 0
    page = text(office.get(reverse("patients:duplicates")))
    assert "same birth date" in page
    assert AuditEvent.objects.get(verb="possible_duplicates").people == sorted([survivor.pk, merged.pk])
    office.post(reverse("patients:dismiss_duplicate", args=[PossibleDuplicate.objects.get().pk]))
    assert "same birth date" not in text(office.get(reverse("patients:duplicates")))
    assert look_for_duplicates(by=clinic.system, at=now) == 0


@pytest.mark.parametrize("pairs", [2, 12])
def test_the_list_asks_as_often_for_many_as_for_few(office, clinic, now, query_count, pairs):
    people = [clinic.patient() for _number in range(pairs + 1)]
    PossibleDuplicate.objects.bulk_create(
        PossibleDuplicate(first=people[0], second=other, score=60, reasons=["same_name"], found_at=now) for other in people[1:]
    )
    office.get(reverse("patients:duplicates"))
    with query_count(6):
        office.get(reverse("patients:duplicates"))


def test_a_merged_record_is_nobody_for_who_may_not_see_the_other(two, clinic, now, sign_in, office):
    survivor, merged = two
    merge_patients(survivor=survivor, merged=merged, program=clinic.program, reason=REASON, by=clinic.privacy_officer, at=now)
    stranger = clinic.hire(clinic.case_manager.role_codes and "case_manager", clinic.south)
    assert sign_in(stranger).get(reverse("desk:chart", args=[merged.public_id])).status_code == 404
    assert Episode.objects.filter(patient=survivor).count() == 2


def test_what_was_told_and_looked_at_under_the_merged_record_is_listed_with_the_one_that_stays(office, two, clinic, now):
    survivor, merged = two
    told = {"recipient_id": 1, "purpose": "housing", "categories": ["housing"], "via": "api", "outcome": "disclosed", "consent_id": 1}
    Disclosure.objects.create(
        at=timezone.now(),
        patient_id=merged.pk,
        recipient_name="Harbor House",
        description="Told before",
        program_id=clinic.program.pk,
        **told,
    )
    AuditEvent.objects.create(at=now, actor_id=clinic.nurse.pk, actor_name="Nora", verb="chart", outcome="seen", patient_id=merged.pk)
    glass = GlassBreak(patient=survivor, recorded_by=clinic.nurse, recorded_at=now, closes_at=now)
    merge_patients(survivor=survivor, merged=merged, program=clinic.program, reason=REASON, by=clinic.privacy_officer, at=now)
    survivor.refresh_from_db()
    listed = [
        office.get(reverse("patients:disclosures")),
        office.get(reverse("patients:accounting", args=[survivor.public_id])),
        office.get(reverse("audit:list"), {"what": "chart"}),
        office.get(reverse("audit:list"), {"patient": survivor.public_id}),
        office.get("/admin/patients/disclosure/"),
        office.get("/admin/patients/disclosure/", {"q": survivor.birth_date.isoformat()}),
        office.get(reverse("desk:today")),
    ]
    for page, words in zip(
        listed, ("Told before", "Told before", "Nora", "Nora", "Told before", "Told before", "Told before"), strict=True
    ):
        assert words in text(page), page.request["PATH_INFO"]
        assert "Zqvxwmary" in text(page), page.request["PATH_INFO"]
    assert [event.actor_name for event in read_through(glass)] == ["Nora"]
    exported = b"".join(office.get(reverse("audit:export"), {"what": "chart"}).streaming_content).decode()
    assert "Zqvxwmary" in next(line for line in exported.splitlines() if "Nora" in line)
