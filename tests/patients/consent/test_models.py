from datetime import date

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from patients.consent.models import Consent, ConsentRecipient

COMPLETE = {
    "purposes": "'{treatment}'",
    "categories": "'{plan}'",
    "description": "'The plan'",
    "revocation_statement": "'Tell us'",
    "signed_by": "'Rosa'",
    "signer_relationship": "'patient'",
    "signed_on": "'2026-03-01'",
    "valid_until": "'2026-09-01'",
}


@pytest.fixture
def draft(clinic, hospital):
    made = Consent.objects.create(
        patient=clinic.patient(), discloser=clinic.program, kind="specific", recorded_at=clinic.now, recorded_by=clinic.case_manager
    )
    ConsentRecipient.objects.create(consent=made, organization=hospital)
    return made


def sql(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def activate(draft, **changes):
    values = COMPLETE | changes
    sql(
        f"UPDATE patients_consent SET state = 'active', {', '.join(f'{name} = {value}' for name, value in values.items())} WHERE id = {draft.pk}"
    )


def test_plain_sql_activates_a_complete_consent(draft):
    activate(draft)
    draft.refresh_from_db()
    assert draft.state == "active"


@pytest.mark.parametrize("element", [*COMPLETE])
def test_plain_sql_cannot_activate_an_incomplete_one(draft, element):
    empty = {"purposes": "'{}'", "categories": "'{}'", "signed_on": "NULL", "valid_until": "NULL"}.get(element, "''")
    with pytest.raises(IntegrityError, match="consent_in_force_has_every_element_of_2_31"):
        activate(draft, **{element: empty})
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_plain_sql_cannot_activate_one_without_a_recipient(clinic, draft):
    lonely = Consent.objects.create(
        patient=draft.patient, discloser=clinic.program, kind="specific", recorded_at=clinic.now, recorded_by=clinic.case_manager
    )
    with pytest.raises(IntegrityError, match="names at least one recipient"):
        activate(lonely)


def test_plain_sql_cannot_activate_one_for_all_purposes_without_its_two_statements(draft):
    sql(f"UPDATE patients_consent SET kind = 'tpo' WHERE id = {draft.pk}")
    with pytest.raises(IntegrityError, match="tpo_consent_carries_the_statements_of_2_31_a_10"):
        activate(draft)


@pytest.mark.parametrize(
    "change", ["categories = '{plan,medications}'", "description = 'All'", "valid_until = NULL", "valid_until = '2030-01-01'"]
)
def test_what_was_signed_is_not_rewritten(draft, change):
    activate(draft)
    with pytest.raises(IntegrityError, match="not written anew"):
        sql(f"UPDATE patients_consent SET {change} WHERE id = {draft.pk}")


def test_a_signed_consent_may_be_cut_short_but_not_forgotten(draft):
    activate(draft)
    sql(f"UPDATE patients_consent SET valid_until = '2026-04-01' WHERE id = {draft.pk}")
    with pytest.raises(DatabaseError, match="Cannot delete"):
        sql(f"DELETE FROM patients_consent WHERE id = {draft.pk}")
    draft.refresh_from_db()
    assert draft.valid_until == date(2026, 4, 1)


def test_no_recipient_is_added_or_taken_away_after_the_signature(draft, landlord):
    activate(draft)
    with pytest.raises(IntegrityError, match="cannot be added to a signed consent"):
        ConsentRecipient.objects.create(consent=draft, organization=landlord)


@pytest.mark.parametrize(
    "statement", ["UPDATE patients_consentrecipient SET organization_id = organization_id", "DELETE FROM patients_consentrecipient"]
)
def test_recipients_are_never_changed(draft, statement):
    with pytest.raises(DatabaseError, match="Cannot (update|delete) rows from patients_consentrecipient"):
        sql(statement)


def test_the_patient_of_a_recipient_is_the_patient_of_the_consent(clinic, draft, landlord):
    stranger = clinic.patient()
    made = ConsentRecipient.objects.create(consent=draft, organization=landlord, patient=stranger)
    made.refresh_from_db()
    assert made.patient_id == draft.patient_id


def test_a_revoked_consent_never_comes_back(draft):
    activate(draft)
    with pytest.raises(IntegrityError, match="revoked_consent_says_when"):
        sql(f"UPDATE patients_consent SET state = 'revoked' WHERE id = {draft.pk}")
    sql(f"UPDATE patients_consent SET state = 'revoked', revoked_at = now() WHERE id = {draft.pk}")
    with pytest.raises(DatabaseError, match="(?i)transition"):
        sql(f"UPDATE patients_consent SET state = 'active' WHERE id = {draft.pk}")


def test_every_version_is_kept(clinic, consent):
    given = consent(clinic.patient())
    versions = apps.get_model("patients", "ConsentEvent").objects.filter(pgh_obj_id=given.pk).order_by("pgh_id")
    assert [version.state for version in versions] == ["draft", "active"]
