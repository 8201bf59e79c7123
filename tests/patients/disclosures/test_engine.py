"""The engine, story by story: each basis with all its facts, and with each of them missing."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from patients.consent.rules import Recipient
from patients.disclosures.rules import (
    CHILD_ABUSE_FIELDS,
    CRIME_FIELDS,
    FINDINGS,
    AuditFacts,
    CourtOrderFacts,
    EmergencyFacts,
    Question,
    ReportFacts,
    ResearchFacts,
    may_disclose,
)
from patients.restrictions.rules import RestrictionFacts

TODAY = date(2026, 3, 4)
HOSPITAL = Recipient(7, "hospital", "covered_entity")
COURT = Recipient(8, "justice")
NOWHERE = Recipient(None, "hospital")
PERSON = 1

EMERGENCY = EmergencyFacts(
    "e:1", "medical", "doctor", "Dr. Osei", "St. Anne", "Nora", datetime(2026, 3, 4, tzinfo=UTC), "Not breathing", "cannot_be_had", ["plan"]
)
FDA = EMERGENCY._replace(
    kind="fda", profession="fda", recipient_facility="Food and Drug Administration", no_consent_because="", categories=["contact"],
    product="Lot 7", fda_asserts=True,
)  # fmt: skip
AUDIT = AuditFacts(
    "a:1",
    7,
    "Ms. Ito",
    "government",
    ["plan", "medications"],
    date(2026, 3, 1),
    date(2026, 3, 31),
    True,
    date(2026, 2, 1),
    date(2027, 1, 1),
)
RESEARCH = ResearchFacts("r:1", 7, "common_rule", "IRB 12", "Dr. Hall", ["plan"], date(2026, 1, 1), date(2026, 12, 31))
ORDER = CourtOrderFacts(
    "o:1", PERSON, 8, "criminal", "Superior Court", True, date(2026, 3, 1), FINDINGS["criminal"], True, ["plan"], "Subpoena 44", False
)
CRIME = ReportFacts("p:1", "City police", "A window was broken", sorted(CRIME_FIELDS))
ABUSE = ReportFacts("p:2", "Child protection", "A child was hurt", sorted(CHILD_ABUSE_FIELDS))
QSOA = SimpleNamespace(id=3, kind="qsoa", signed_on=date(2025, 1, 1), expires_on=date(2027, 1, 1), resists_proceedings=True)
NOT_TO_ANYBODY = RestrictionFacts(5, 1, "anybody", None, ["treatment", "payment", "operations"], [], False)


def ask(basis, facts=None, *, recipient=HOSPITAL, purpose="treatment", categories=("plan",), **more):
    return may_disclose(
        Question(
            recipient,
            purpose,
            frozenset(categories),
            TODAY,
            basis=basis,
            facts_of_basis=facts,
            **{"patient_id": PERSON, "program_id": 1, **more},
        )
    )


def lacks(verdict):
    assert not verdict.allowed
    assert all(why.source for why in verdict.reasons), "every reason names its rule"
    return [why.code for why in verdict.reasons]


WHOLE = [
    ("emergency", EMERGENCY, {"recipient": NOWHERE}),
    ("qsoa", None, {"agreements": [QSOA]}),
    ("audit", AUDIT, {}),
    ("research", RESEARCH, {"purpose": "research"}),
    ("court_order", ORDER, {"recipient": COURT, "purpose": "proceedings", "for_proceeding": True}),
    ("crime", CRIME, {"recipient": COURT, "purpose": "other", "categories": ()}),
    ("child_abuse", ABUSE, {"recipient": NOWHERE, "purpose": "other", "categories": ()}),
]


@pytest.mark.parametrize(("basis", "facts", "more"), WHOLE, ids=[row[0] for row in WHOLE])
def test_a_basis_with_all_its_facts_allows_and_says_what_it_rests_on(basis, facts, more):
    verdict = ask(basis, facts, **more)
    assert (verdict.allowed, verdict.basis, verdict.reasons, verdict.consent_id) == (True, basis, (), None)
    assert verdict.reference == (facts.reference if facts else "casemgr.agreement:3")


@pytest.mark.parametrize(("basis", "facts", "more"), WHOLE, ids=[row[0] for row in WHOLE])
def test_a_basis_without_its_facts_allows_nothing(basis, facts, more):
    wrong = ABUSE if basis not in {"crime", "child_abuse"} else EMERGENCY
    for absent in (None, wrong):
        assert lacks(ask(basis, absent, **{**more, "agreements": []}))


MISSING = [
    ("emergency", EMERGENCY, {"recipient_name": " "}, "emergency_recipient"),
    ("emergency", EMERGENCY, {"recipient_facility": ""}, "emergency_facility"),
    ("emergency", EMERGENCY, {"disclosed_by": ""}, "emergency_discloser"),
    ("emergency", EMERGENCY, {"disclosed_at": None}, "emergency_moment"),
    ("emergency", EMERGENCY, {"nature": ""}, "emergency_nature"),
    ("emergency", EMERGENCY, {"no_consent_because": ""}, "emergency_no_consent"),
    ("emergency", EMERGENCY, {"profession": ""}, "emergency_personnel"),
    ("emergency", EMERGENCY, {"profession": "fda"}, "emergency_personnel"),
    ("emergency", EMERGENCY, {"organization_id": 7}, "basis_recipient"),
    ("emergency", EMERGENCY, {"categories": ["medications"]}, "basis_category"),
    ("audit", AUDIT, {"organization_id": 9}, "basis_recipient"),
    ("audit", AUDIT, {"auditor": ""}, "audit_who"),
    ("audit", AUDIT, {"authority": ""}, "audit_authority"),
    ("audit", AUDIT, {"begins_on": date(2026, 3, 5)}, "audit_period"),
    ("audit", AUDIT, {"ends_on": date(2026, 3, 3)}, "audit_period"),
    ("audit", AUDIT, {"ended": True}, "audit_period"),
    ("audit", AUDIT, {"agreed_on": None}, "audit_agreement"),
    ("audit", AUDIT, {"destroy_by": None}, "audit_destroy_by"),
    ("audit", AUDIT, {"categories": ["medications"]}, "basis_category"),
    ("research", RESEARCH, {"organization_id": 9}, "basis_recipient"),
    ("research", RESEARCH, {"approval_kind": ""}, "research_approval"),
    ("research", RESEARCH, {"approval_reference": ""}, "research_approval"),
    ("research", RESEARCH, {"approved_on": None}, "research_approval"),
    ("research", RESEARCH, {"approved_on": date(2026, 3, 5)}, "research_approval"),
    ("research", RESEARCH, {"researcher": ""}, "research_who"),
    ("research", RESEARCH, {"ends_on": date(2026, 3, 3)}, "research_over"),
    ("research", RESEARCH, {"ended": True}, "research_over"),
    ("research", RESEARCH, {"categories": []}, "basis_category"),
    ("court_order", ORDER, {"kind": ""}, "order_kind"),
    ("court_order", ORDER, {"court": ""}, "order_court"),
    ("court_order", ORDER, {"has_case_number": False}, "order_case"),
    ("court_order", ORDER, {"ordered_on": None}, "order_date"),
    ("court_order", ORDER, {"ordered_on": date(2026, 3, 5)}, "order_date"),
    *[("court_order", ORDER, {"findings": sorted(set(FINDINGS["criminal"]) - {one})}, "order_findings") for one in FINDINGS["criminal"]],
    ("court_order", ORDER, {"notice_given": False}, "order_notice"),
    ("court_order", ORDER, {"scope": []}, "order_scope"),
    ("court_order", ORDER, {"scope": ["medications"]}, "basis_category"),
    ("court_order", ORDER, {"subpoena": ""}, "order_subpoena"),
    ("court_order", ORDER, {"ends_on": date(2026, 3, 3)}, "order_over"),
    ("court_order", ORDER, {"ended": True}, "order_over"),
    ("court_order", ORDER, {"organization_id": 9}, "basis_recipient"),
    ("court_order", ORDER, {"patient_id": 2}, "order_person"),
    ("crime", CRIME, {"authority": ""}, "report_authority"),
    ("crime", CRIME, {"incident": ""}, "report_incident"),
    ("crime", CRIME, {"fields": ["name", "child"]}, "report_fields"),
    ("child_abuse", ABUSE, {"fields": ["name", "patient_status"]}, "report_fields"),
]


@pytest.mark.parametrize(("basis", "facts", "changes", "code"), MISSING)
def test_each_fact_that_is_missing_is_named(basis, facts, changes, code):
    more = next(row[2] for row in WHOLE if row[0] == basis)
    assert code in lacks(ask(basis, facts._replace(**changes), **more))


def test_everything_that_is_missing_is_named_at_once():
    bare = CourtOrderFacts("o:2", PERSON, 8, "", "", False, None, [], False, [], "Subpoena 9", False)
    verdict = ask("court_order", bare, recipient=COURT, purpose="proceedings")
    assert lacks(verdict) == [
        "order_kind", "order_court", "order_case", "order_date", "order_notice", "order_scope", "basis_category",
    ]  # fmt: skip


def test_a_subpoena_alone_never_suffices():
    assert lacks(ask("court_order", None, recipient=COURT, purpose="proceedings", for_proceeding=True)) == ["no_court_order"]
    assert lacks(ask("consent", recipient=COURT, purpose="treatment", for_proceeding=True)) == ["no_consent", "proceedings"]


@pytest.mark.parametrize("basis", ["emergency", "qsoa", "audit", "research"])
def test_what_is_for_a_proceeding_needs_an_order_or_a_consent_of_its_own(basis):
    facts, more = next((row[1], row[2]) for row in WHOLE if row[0] == basis)
    for changed in ({"for_proceeding": True}, {"purpose": "proceedings"}, {"recipient": COURT}):
        assert "proceedings" in lacks(ask(basis, facts, **{**more, **changed}))


def test_a_report_goes_to_the_police_but_not_for_a_proceeding():
    assert "proceedings" in lacks(ask("crime", CRIME, recipient=COURT, purpose="other", categories=(), for_proceeding=True))
    assert "report_fields" in lacks(ask("crime", CRIME, recipient=COURT, purpose="other", categories=("demographics",)))


def test_counseling_notes_leave_only_by_an_order_that_covers_them_or_an_overseer_of_their_author():
    notes = ("counseling_notes",)
    order = {"recipient": COURT, "purpose": "proceedings", "categories": notes}
    assert lacks(ask("court_order", ORDER, **order)) == ["order_counseling_notes"]
    assert ask("court_order", ORDER._replace(covers_counseling_notes=True), **order).allowed
    audit = AUDIT._replace(categories=["counseling_notes"])
    assert lacks(ask("audit", audit, categories=notes)) == ["counseling_notes"]
    assert ask("audit", audit._replace(oversees_originator=True), categories=notes).allowed
    for basis, facts, more in WHOLE[:2]:
        assert "counseling_notes" in lacks(ask(basis, facts, **{**more, "categories": notes}))


def test_an_agreement_that_ended_or_does_not_resist_opens_nothing():
    changed = {
        "no_agreement": [{"expires_on": TODAY}, {"signed_on": date(2026, 3, 5)}, {"kind": "contractor"}],
        "agreement_does_not_resist": [{"resists_proceedings": False}],
    }
    for code, cases in changed.items():
        for case in cases:
            agreement = SimpleNamespace(**{**vars(QSOA), **case})
            assert lacks(ask("qsoa", agreements=[agreement])) == [code], case
    assert lacks(ask("qsoa", agreements=[QSOA], purpose="housing")) == ["agreement_purpose"]
    assert lacks(ask("qsoa", agreements=[QSOA], categories=("plan", "trauma"))) == ["basis_category"]
    assert ask("qsoa", agreements=[SimpleNamespace(**{**vars(QSOA), "kind": "baa", "resists_proceedings": False})]).allowed


def test_a_restriction_holds_back_a_service_but_no_emergency_order_or_audit():
    held = {"restrictions": [NOT_TO_ANYBODY]}
    assert lacks(ask("qsoa", agreements=[QSOA], **held)) == ["restricted"]
    verdict = ask("emergency", EMERGENCY, recipient=NOWHERE, **held)
    assert (verdict.allowed, verdict.overrides) == (True, (5,))
    assert ask("audit", AUDIT, **held).allowed
    assert ask("court_order", ORDER, recipient=COURT, purpose="proceedings", **held).allowed


def test_an_unknown_basis_and_an_empty_question_are_refused():
    assert lacks(ask("because")) == ["unknown_basis"]
    for basis, facts, more in WHOLE[:5]:
        assert "category" in lacks(ask(basis, facts, **{**more, "categories": ()}))


def test_the_fda_is_told_of_a_product_without_a_reason_for_want_of_consent():
    asked = {"recipient": NOWHERE, "purpose": "other", "categories": ("contact",)}
    assert ask("emergency", FDA, **asked).allowed
    for changes, lacking in (
        ({"profession": "doctor"}, "fda_recipient"),
        ({"recipient_facility": "County Sheriff's Office"}, "fda_recipient"),
        ({"product": " "}, "fda_product"),
        ({"fda_asserts": False}, "fda_asserts"),
        ({"categories": ["contact", "diagnoses"]}, "fda_category"),
    ):
        assert lacks(ask("emergency", FDA._replace(**changes), **asked)) == [lacking]
