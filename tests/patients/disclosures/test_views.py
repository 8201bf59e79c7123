from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from casemgr.core.audit.models import AuditEvent
from patients.accounting import views
from patients.disclosures.actions import Withheld, disclose
from patients.disclosures.models import Disclosure

LIST_QUERIES = 7
# session, user, memberships, audit row, accounts, people
ACCOUNT_QUERIES = 10
# session, user, memberships, patient, audit row, how many of each, what was told, what was withheld, sendings that nobody confirmed


@pytest.fixture
def told(clinic, consent, hospital):
    """Return a function that tells the hospital about a person, and is refused the plan."""

    def _told(patient, *, by=None, at=None):
        common = {"patient": patient, "recipient": hospital, "purpose": "treatment", "via": "letter", "by": by or clinic.case_manager}
        consent(patient, valid_until=date(2090, 1, 1))
        disclose(categories=["medications"], description="Letter on medications", at=at or timezone.now(), **common)
        with pytest.raises(Withheld):
            disclose(categories=["plan"], description="Treatment plan", at=at or timezone.now(), **common)

    return _told


def test_the_accounting_tells_when_to_whom_what_and_what_for(clinic, sign_in, told):
    patient = clinic.patient(given="Rosa", family="Lane")
    told(patient)
    desk = sign_in(clinic.case_manager)
    shown = desk.get(reverse("patients:accounting", args=[patient.public_id])).content.decode()
    for words in ("Mercy Hospital", "1 Hill Road", "Letter on medications", "Medications and doses", "Treatment"):
        assert words in shown
    assert "The consent does not reach this information." in shown
    assert AuditEvent.objects.filter(verb="accounting_of_disclosures", patient_id=patient.pk).count() == 1


def test_it_reaches_back_three_years_and_no_further(clinic, sign_in, told):
    patient = clinic.patient()
    told(patient)
    now = timezone.now()
    fields = {
        name: value
        for name, value in vars(Disclosure.objects.filter(outcome="disclosed").get()).items()
        if name not in ("_state", "id", "public_id")
    }
    Disclosure.objects.create(**{**fields, "at": now.replace(year=now.year - 4, day=28), "description": "Long ago"})
    Disclosure.objects.create(**{**fields, "at": now.replace(year=now.year - 2, day=28), "description": "Two years ago"})
    shown = sign_in(clinic.case_manager).get(reverse("patients:accounting", args=[patient.public_id])).content.decode()
    assert "Two years ago" in shown
    assert "Long ago" not in shown


def test_the_list_names_the_person_and_splits_told_from_withheld(clinic, sign_in, told):
    patient, south = clinic.patient(given="Rosa", family="Lane"), clinic.patient(clinic.south, given="Sam", family="South")
    told(patient)
    told(south)
    desk = sign_in(clinic.privacy_officer)
    page = reverse("patients:disclosures")
    first = desk.get(page)
    assert [(row.recipient_name, row.person, row.outcome) for row in first.context["table"].data] == [
        ("Mercy Hospital", patient, "disclosed")
    ]
    assert "Rosa Lane" in first.content.decode()
    assert "Sam South" not in first.content.decode(), "the other site's people are not this officer's"
    withheld = desk.get(page, {"show": "withheld"})
    assert [row.reason for row in withheld.context["table"].data] == ["category"]
    assert len(desk.get(page, {"show": "all"}).context["table"].data) == 2
    assert len(desk.get(page, {"show": "nonsense"}).context["table"].data) == 1


def test_a_long_account_is_counted_whole_and_says_that_it_is_cut(clinic, sign_in, told, monkeypatch):
    patient = clinic.patient()
    told(patient)
    for row in list(Disclosure.objects.all()) * 2:
        row.pk = None
        row.save(force_insert=True)
    desk, page = sign_in(clinic.case_manager), reverse("patients:accounting", args=[patient.public_id])
    whole = desk.get(page)
    assert "This is not the whole list" not in whole.content.decode()
    monkeypatch.setattr(views, "MOST_ROWS", 2)
    shown = desk.get(page)
    assert [len(shown.context[name].rows) for name in ("table", "withheld")] == [2, 2]
    assert (shown.context["account"].told_count, shown.context["account"].withheld_count) == (3, 3)
    assert "The newest 2 of each are shown here." in shown.content.decode()


def test_another_programs_accounts_are_not_shown(clinic, sign_in, consent, hospital, now):
    other = type(clinic.program).objects.create(name="Hill Program")
    worker = clinic.hire("case_manager", None, program=other)
    patient = clinic.patient()
    consent(patient, discloser=other, by=worker, valid_until=date(2090, 1, 1))
    disclose(
        patient=patient,
        recipient=hospital,
        purpose="treatment",
        categories=["medications"],
        description="Hill's letter",
        via="letter",
        by=worker,
        at=timezone.now(),
    )
    shown = sign_in(clinic.case_manager).get(reverse("patients:accounting", args=[patient.public_id]))
    assert "Hill&#x27;s letter" not in shown.content.decode()


@pytest.mark.parametrize("people", [2, 12])
def test_list_and_accounting_cost_the_same_for_few_and_many(clinic, sign_in, told, query_count, people):
    patients = [clinic.patient() for _ in range(people)]
    for patient in patients:
        told(patient)
    desk = sign_in(clinic.privacy_officer)
    desk.get(reverse("patients:disclosures"))
    with query_count(LIST_QUERIES):
        desk.get(reverse("patients:disclosures"))
    with query_count(ACCOUNT_QUERIES):
        desk.get(reverse("patients:accounting", args=[patients[0].public_id]))


def test_a_nurse_sees_accounts_and_a_peer_does_not(clinic, sign_in):
    assert sign_in(clinic.nurse).get(reverse("patients:disclosures")).status_code == 200
    assert sign_in(clinic.peer).get(reverse("patients:disclosures")).status_code == 403
