from datetime import date

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import CheckConstraint

from patients.consent.models import GUARD_OF, Consent, ConsentRecipient, Element
from patients.consent.models.guards import WHEN_SIGNED
from tests.patients.consent.papers import BREAKS, PAPERS, PERSON, organizations, paper


@pytest.fixture
def known(db):
    return organizations()


@pytest.fixture
def drafted(clinic, known):
    """Return a function that writes a draft of a kind, with these things changed, straight into the tables."""

    def _drafted(kind="specific", person=None, /, **changes):
        facts = paper(kind, known, **changes)
        named = dict.fromkeys(facts.pop("participants", []), "participant")
        named |= dict.fromkeys(facts.pop("recipients"), "recipient")
        made = Consent.objects.create(
            patient=clinic.patient(**(person or {})),
            discloser=clinic.program,
            recorded_at=clinic.now,
            recorded_by=clinic.case_manager,
            **facts,
        )
        for organization, part in named.items():
            ConsentRecipient.objects.create(consent=made, organization=organization, part=part)
        return made

    return _drafted


def sql(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def activate(draft):
    sql(f"UPDATE patients_consent SET state = 'active' WHERE id = {draft.pk}")


def refused_by(statement):
    """Return the name of the guard that refuses a statement."""
    with pytest.raises(IntegrityError) as refused:
        sql(statement)
    return refused.value.__cause__.diag.constraint_name


def test_every_element_has_its_guard_and_its_case():
    assert set(GUARD_OF) == set(Element.values) == set(BREAKS)
    assert len(set(GUARD_OF.values())) == len(GUARD_OF)


@pytest.mark.parametrize("kind", PAPERS)
def test_plain_sql_activates_a_whole_consent_of_each_kind(drafted, kind):
    draft = drafted(kind)
    activate(draft)
    draft.refresh_from_db()
    assert draft.state == "active"


@pytest.mark.parametrize("element", BREAKS)
def test_plain_sql_is_refused_by_the_guard_that_names_the_element(drafted, element):
    kind, changes = BREAKS[element]
    draft = drafted(kind, PERSON.get(element), **changes)
    assert refused_by(f"UPDATE patients_consent SET state = 'active' WHERE id = {draft.pk}") == GUARD_OF[element]
    draft.refresh_from_db()
    assert draft.state == "draft"


@pytest.mark.parametrize("column", ["patient_id", "discloser_id"])
def test_plain_sql_cannot_leave_out_whom_it_is_about_or_who_may_tell(drafted, column):
    with pytest.raises(IntegrityError, match=column):
        sql(f"UPDATE patients_consent SET {column} = NULL WHERE id = {drafted().pk}")


def test_a_consent_is_not_born_active_without_a_recipient(drafted):
    draft = drafted()
    copy = ", ".join(field.column for field in Consent._meta.concrete_fields if field.column not in {"id", "state"})
    assert (
        refused_by(f"INSERT INTO patients_consent (state, {copy}) SELECT 'active', {copy} FROM patients_consent WHERE id = {draft.pk}")
        == "consent_in_force_names_a_recipient"
    )


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ("state = 'revoked', revoked_by = 'Rosa'", "revoked_consent_says_when"),
        ("state = 'revoked', revoked_at = now()", "revoked_consent_says_by_whom"),
        ("state = 'superseded'", "superseded_consent_says_by_which"),
        ("state = 'expired'", "expired_consent_says_when"),
        ("known_false_at = now()", "known_false_says_why"),
        ("designation = 'everybody'", "designation_is_treating_providers_only"),
        ("categories = '{plan,medications}'", "signed_consent_is_not_rewritten"),
        ("description = 'All'", "signed_consent_is_not_rewritten"),
        ("hipaa_statement = 'All'", "signed_consent_is_not_rewritten"),
        ("valid_until = NULL", "signed_consent_is_not_rewritten"),
        ("valid_until = '2031-01-01'", "signed_consent_is_not_rewritten"),
    ],
)
def test_an_active_consent_changes_only_as_it_may(drafted, change, guard):
    draft = drafted()
    activate(draft)
    assert refused_by(f"UPDATE patients_consent SET {change} WHERE id = {draft.pk}") in {guard, "signed_consent_is_not_rewritten"}
    if "designation" in change:
        other = drafted()
        assert refused_by(f"UPDATE patients_consent SET {change} WHERE id = {other.pk}") == guard


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"signature": "stamp"}, "signed_on_paper_or_on_screen"),
        ({"signer_authority": "court"}, "only_a_representative_has_an_authority"),
        ({"signer_relationship": "personal_representative", "signer_authority": "kin"}, "only_a_representative_has_an_authority"),
        ({"signer_relationship": "the neighbor"}, "signed_consent_says_who_signed"),
    ],
)
def test_no_unknown_way_of_signing_and_no_unknown_signer(drafted, change, guard):
    draft = drafted(**change)
    assert refused_by(f"UPDATE patients_consent SET state = 'active' WHERE id = {draft.pk}") == guard


@pytest.mark.parametrize(("moment", "refuses"), [("2026-03-04 09:59Z", True), ("2026-03-04 10:00Z", False), ("2026-03-05 00:00Z", False)])
def test_a_day_is_not_in_the_future_once_it_came_somewhere(db, moment, refuses):
    condition = (
        WHEN_SIGNED[Element.SIGNED_LATER][1].replace("NEW.signed_on", "date '2026-03-05'").replace("now()", f"timestamptz '{moment}'")
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {condition}")
        assert cursor.fetchone() == (refuses,)


def test_a_justice_consent_is_revoked_only_as_it_states(drafted):
    draft = drafted("cj_referral")
    activate(draft)
    revoked = f"UPDATE patients_consent SET state = 'revoked', revoked_by = 'Rosa', revoked_at = '%s' WHERE id = {draft.pk}"
    assert refused_by(revoked % "2026-05-31 12:00Z") == "justice_consent_is_revoked_only_as_it_states"
    assert refused_by(revoked % "2026-06-01 03:59Z") == "justice_consent_is_revoked_only_as_it_states", (
        "it is still May where the program is"
    )
    sql(revoked % "2026-06-01 04:00Z")


def test_how_it_ended_is_not_rewritten(drafted):
    draft = drafted()
    activate(draft)
    sql(f"UPDATE patients_consent SET state = 'revoked', revoked_by = 'Rosa', revoked_at = now() WHERE id = {draft.pk}")
    assert (
        refused_by(f"UPDATE patients_consent SET revoked_by = 'Somebody else' WHERE id = {draft.pk}") == "end_of_a_consent_is_not_rewritten"
    )


def test_what_is_known_false_stays_false(drafted):
    draft = drafted()
    activate(draft)
    sql(f"UPDATE patients_consent SET known_false_at = now(), known_false_why = 'Forged' WHERE id = {draft.pk}")
    again = f"UPDATE patients_consent SET known_false_at = NULL WHERE id = {draft.pk}"
    assert refused_by(again) == "what_is_known_false_stays_false"


def test_a_signed_consent_may_be_cut_short_but_not_forgotten(drafted):
    draft = drafted()
    activate(draft)
    sql(f"UPDATE patients_consent SET valid_until = '2026-04-01' WHERE id = {draft.pk}")
    with pytest.raises(DatabaseError, match="Cannot delete"):
        sql(f"DELETE FROM patients_consent WHERE id = {draft.pk}")
    draft.refresh_from_db()
    assert draft.valid_until == date(2026, 4, 1)


def test_no_recipient_is_added_after_the_signature(drafted, known):
    draft = drafted()
    activate(draft)
    with pytest.raises(IntegrityError, match="cannot be added to a signed consent"):
        ConsentRecipient.objects.create(consent=draft, organization=known["landlord"])


def test_a_recipient_is_named_as_something_known(drafted, known):
    with pytest.raises(IntegrityError, match="recipient_is_named_as_something_known"):
        ConsentRecipient.objects.create(consent=drafted(), organization=known["landlord"], part="friend")


@pytest.mark.parametrize(
    "statement", ["UPDATE patients_consentrecipient SET organization_id = organization_id", "DELETE FROM patients_consentrecipient"]
)
def test_recipients_are_never_changed(drafted, statement):
    drafted()
    with pytest.raises(DatabaseError, match="Cannot (update|delete) rows from patients_consentrecipient"):
        sql(statement)


def test_the_patient_of_a_recipient_is_the_patient_of_the_consent(clinic, drafted, known):
    draft = drafted()
    made = ConsentRecipient.objects.create(consent=draft, organization=known["landlord"], patient=clinic.patient())
    made.refresh_from_db()
    assert made.patient_id == draft.patient_id


@pytest.mark.parametrize("state", ["draft", "active", "expired", "superseded"])
def test_a_revoked_consent_never_comes_back(drafted, state):
    draft = drafted()
    activate(draft)
    sql(f"UPDATE patients_consent SET state = 'revoked', revoked_at = now(), revoked_by = 'Rosa' WHERE id = {draft.pk}")
    with pytest.raises(DatabaseError, match="(?i)transition"):
        sql(f"UPDATE patients_consent SET state = '{state}' WHERE id = {draft.pk}")


def test_every_version_is_kept(drafted):
    draft = drafted()
    activate(draft)
    versions = apps.get_model("patients", "ConsentEvent").objects.filter(pgh_obj_id=draft.pk).order_by("pgh_id")
    assert [version.state for version in versions] == ["draft", "active"]


def test_the_case_stands_in_the_database_as_ciphertext(drafted):
    draft = drafted("cj_referral")
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_reference FROM patients_consent WHERE id = %s", [draft.pk])
        assert b"CR-2026-17" not in bytes(cursor.fetchone()[0])
    draft.refresh_from_db()
    assert draft.case_reference == "CR-2026-17"


def test_every_constraint_of_the_table_has_a_test_here():
    named = {check.name for check in Consent._meta.constraints if isinstance(check, CheckConstraint)}
    states = {
        "revoked_consent_says_when", "revoked_consent_says_by_whom", "superseded_consent_says_by_which", "expired_consent_says_when",
        "known_false_says_why", "designation_is_treating_providers_only", "signed_on_paper_or_on_screen",
        "only_a_representative_has_an_authority", "compared_consent_says_by_whom_and_when",
    }  # fmt: skip
    assert named <= set(GUARD_OF.values()) | states
