from datetime import date, timedelta

import pytest

from casemgr.core.audit.models import AuditEvent
from casemgr.core.directory.models import Organization
from casemgr.core.outbox.models import Fact
from casemgr.core.refusals import Denied, Refused
from casemgr.reactions import REACTIONS
from patients.consent.actions import end_consent, revoke_consent
from patients.consent.events import ConsentRevoked
from patients.consent.models import Consent, ConsentRecipient
from referrals.casework.models import Task


def test_a_signed_consent_holds_at_once(clinic, consent, hospital):
    patient = clinic.patient()
    made = Consent.objects.get(pk=consent(patient, purposes=["treatment", "payment", "treatment"]).pk)
    assert (made.state, made.purposes, made.patient, made.program_id) == ("active", ["payment", "treatment"], patient, clinic.program.pk)
    named = ConsentRecipient.objects.get()
    assert (named.organization, named.patient_id) == (hospital, patient.pk)
    assert AuditEvent.objects.get(verb="record_consent").patient_id == patient.pk


def test_an_incomplete_one_is_refused_naming_every_element_and_nothing_is_kept(clinic, consent):
    with pytest.raises(Refused) as refused:
        consent(clinic.patient(), recipients=[], purposes=[], description="  ", signed_by="", signed_on=None, valid_until=None)
    assert [(reason.field, reason.source) for reason in refused.value.reasons] == [
        ("recipients", "42 CFR 2.31(a)(4)"),
        ("purposes", "42 CFR 2.31(a)(5)"),
        ("description", "42 CFR 2.31(a)(3)"),
        ("valid_until", "42 CFR 2.31(a)(7)"),
        ("signed_by", "42 CFR 2.31(a)(8)"),
        ("signed_on", "42 CFR 2.31(a)(9)"),
    ]
    assert Consent.objects.count() == 0
    assert AuditEvent.objects.get(verb="record_consent").outcome == "refused"


@pytest.mark.parametrize(
    ("change", "field", "text"),
    [
        ({"purposes": ["gossip"]}, "purposes", "Unknown: gossip. Choose from the list."),
        ({"categories": ["everything"]}, "categories", "Unknown: everything. Choose from the list."),
        ({"signer_relationship": "neighbour"}, "signer_relationship", "Unknown: neighbour. Choose from the list."),
        ({"signed_on": date(2026, 3, 5)}, "signed_on", "The signature cannot be of a day that has not come yet."),
        ({"valid_until": date(2026, 2, 1)}, "valid_until", "This consent would end before it begins. Give a later date."),
        (
            {"valid_until": None, "ends_with": "none"},
            "ends_with",
            "Only a consent for treatment, payment and operations or for research may have no end. Give a date or an event.",
        ),
    ],
)
def test_what_cannot_be_is_said_at_its_field(clinic, consent, change, field, text):
    with pytest.raises(Refused) as refused:
        consent(clinic.patient(), **change)
    assert [(reason.field, reason.text) for reason in refused.value.reasons] == [(field, text)]


def test_a_court_or_a_partner_no_longer_worked_with_is_not_named(clinic, consent):
    court = Organization.objects.create(name="County Court", kind="justice")
    gone = Organization.objects.create(name="Closed Clinic", kind="clinic", is_active=False)
    with pytest.raises(Refused) as refused:
        consent(clinic.patient(), recipients=[court, gone])
    assert [reason.field for reason in refused.value.reasons] == ["recipients", "recipients"]
    assert str(refused.value.reasons[1]) == "Closed Clinic is no longer in use. Choose another recipient."


def test_the_same_consent_twice_would_outlive_its_revocation_and_is_refused(clinic, consent):
    patient = clinic.patient()
    first = consent(patient)
    with pytest.raises(Refused, match="recorded already"):
        consent(patient)
    consent(patient, categories=["plan"])
    revoke_consent(consent=first, revoked_by="Rosa", by=clinic.case_manager, at=clinic.now)
    consent(patient)
    assert Consent.objects.filter(state="active").count() == 2


def test_revoked_means_revoked_at_once_and_once(clinic, consent, now):
    given = consent(clinic.patient())
    with pytest.raises(Refused, match="Write the name of who revokes it"):
        revoke_consent(consent=given, revoked_by=" ", by=clinic.case_manager, at=now)
    revoke_consent(consent=given, revoked_by="Rosa Lane", by=clinic.case_manager, at=now)
    given.refresh_from_db()
    assert (given.state, given.revoked_at, given.revoked_by) == ("revoked", now, "Rosa Lane")
    assert Fact.objects.get(kind="ConsentRevoked").payload == {"consent_id": given.pk, "patient_id": given.patient_id}
    with pytest.raises(Refused, match="nothing to revoke"):
        revoke_consent(consent=given, revoked_by="Rosa Lane", by=clinic.case_manager, at=now)
    assert Fact.objects.filter(kind="ConsentRevoked").count() == 1


def test_somebody_sees_to_what_rests_on_a_revoked_consent(clinic, consent, now, hospital):
    given = consent(clinic.patient(team=(clinic.case_manager,)))
    revoke_consent(consent=given, revoked_by="Rosa Lane", by=clinic.case_manager, at=now)
    fact = Fact.objects.get(kind="ConsentRevoked")
    for reaction in REACTIONS[ConsentRevoked]:
        reaction([(fact.pk, ConsentRevoked(**fact.payload))], now)
    task = Task.objects.get()
    assert (task.title, task.owner, task.due_on) == (
        "A consent was revoked: see to what is under way",
        clinic.case_manager,
        date(2026, 3, 4),
    )
    assert "Mercy Hospital" in task.detail


def test_an_event_that_has_come_ends_a_consent_from_today(clinic, consent, now):
    given = consent(clinic.patient(), valid_until=None, ends_with="when the flat is found")
    assert end_consent(consent=given, by=clinic.case_manager, at=now).valid_until == date(2026, 3, 4)
    with pytest.raises(Refused, match="not in force any more"):
        end_consent(consent=given, by=clinic.case_manager, at=now + timedelta(days=1))


def test_today_is_the_day_where_the_program_is(clinic, consent, now):
    late = now.replace(day=5, hour=3)  # 22:00 on the fourth in New York
    with pytest.raises(Refused, match="has not come yet"):
        consent(clinic.patient(), signed_on=date(2026, 3, 5), at=late)


@pytest.mark.parametrize("role", ["peer", "front_desk", "director", "administrator"])
def test_who_may_not_take_a_consent(clinic, consent, role):
    with pytest.raises(Denied):
        consent(clinic.patient(), by=getattr(clinic, role))
    assert Consent.objects.count() == 0


def test_the_system_itself_never_consents(clinic, consent, now):
    given = consent(clinic.patient())
    with pytest.raises(Denied):
        consent(clinic.patient(), by=clinic.system)
    with pytest.raises(Denied):
        revoke_consent(consent=given, revoked_by="x", by=clinic.system, at=now)


def test_a_right_held_in_another_program_does_not_count(clinic, consent):
    other = type(clinic.program).objects.create(name="Hill Program")
    with pytest.raises(Denied):
        consent(clinic.patient(), discloser=other)
