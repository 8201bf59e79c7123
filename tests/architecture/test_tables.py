import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from casemgr.core.sensitivity import Sensitivity
from tests.architecture.source import APPS

FLOOR = {"casemgr": 0, "patients": 1, "treatment_plans": 2, "referrals": 3}
APPEND_ONLY = {
    "AuditEvent",
    "AuditSeal",
    "Disclosure",
    "StockEntry",
    "Dose",
    "DosingDay",
    "ConsentPerson",
    "ConsentRecipient",
    "CollateralNote",
    "AgreementScan",
    "PolicyStatement",
    "DiagnosisEntry",
    "NoticeGiven",
    "ComplaintStaff",
    "IncidentAssessment",
    "BreachNotice",
    "AuthorityReport",
    "GlassAttempt",
    "RestrictedNote",
    "CounselingAddendum",
    "Handout",
    "ConsentScan",
    "MovedRows",
    "Triage",
    "InquiryStep",
    "InquiryCall",
    "SafetySignal",
    "SafetyCall",
    "SafetyPlanContact",
    "SafetyPlanReview",
    "PlanSignature",
    "PlanReview",
    "SigningPolicy",
    "CosignAnswer",
    "NoteAddendum",
    "NoteInError",
    "ObjectiveValue",
}
NEITHER = {
    "Draft": "it is no record yet: a history of it would keep every word that its author thought better of",
    "Fact": "it is marked as done; what it speaks of has a history of its own",
    "Message": "it is marked as sent; the audit record says who caused it",
    "SentPaper": "it is emptied once it is known whom it is about; a history would keep what was told of people nobody knows here",
    "ExternalId": "it is a map, not a fact",
    "AnsweredRequest": "it only says that a request was answered; what the answer changed has a history of its own",
}
"""Tables without history, each with the reason."""


def our_models():
    """Return our tables, without those in which the history of others is kept."""
    return [model for model in apps.get_models() if model._meta.app_label in APPS and not hasattr(model, "pgh_tracked_model")]


def test_every_table_says_how_sensitive_it_is():
    silent = [model.__name__ for model in our_models() if not isinstance(getattr(model, "sensitivity", None), Sensitivity)]
    assert silent == []


def test_foreign_keys_lead_down_and_name_nobody_above():
    wrong = []
    for model in our_models():
        for field in model._meta.get_fields():
            if not isinstance(field, models.ForeignKey):
                continue
            there, here = field.related_model._meta.app_label, model._meta.app_label
            if FLOOR[there] > FLOOR[here]:
                wrong.append(f"{model.__name__}.{field.name} leads up")
            if there != here and not field.remote_field.hidden:
                wrong.append(f"{model.__name__}.{field.name} lets {there} reach up: related_name='+'")
    assert wrong == []


def test_every_table_keeps_its_history_or_is_append_only():
    wrong = []
    for model in our_models():
        has_history = hasattr(model, "pgh_event_model") or any(
            getattr(other, "pgh_tracked_model", None) is model for other in apps.get_models()
        )
        if model.__name__ in APPEND_ONLY or model.__name__ in NEITHER:
            if has_history:
                wrong.append(f"{model.__name__} is listed as without history, but has one")
        elif not has_history:
            wrong.append(f"{model.__name__} has no history")
    assert wrong == []


def append_only_tables_without_triggers() -> list[str]:
    """Return the append-only tables that the database does not protect from change, deletion and truncation."""
    unprotected = []
    for model in our_models():
        if model.__name__ not in APPEND_ONLY:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgname LIKE 'pgtrigger_never_%%'",
                [model._meta.db_table],
            )
            kinds = {row[0].removeprefix("pgtrigger_never_").rsplit("_", 1)[0] for row in cursor.fetchall()}
        if kinds != {"changed", "deleted", "truncated"}:
            unprotected.append(model.__name__)
    return unprotected


def test_every_table_listed_as_without_history_exists():
    assert (APPEND_ONLY | set(NEITHER)) - {model.__name__ for model in our_models()} == set()


@pytest.mark.django_db
def test_append_only_tables_have_their_triggers_in_the_database():
    assert append_only_tables_without_triggers() == []


def test_constraints_are_named_as_sentences():
    short = [
        f"{model.__name__}: {constraint.name}"
        for model in our_models()
        for constraint in model._meta.constraints
        if constraint.name.count("_") < 2
    ]
    assert short == []


def test_the_user_is_ours():
    assert settings.AUTH_USER_MODEL == "casemgr.User"
