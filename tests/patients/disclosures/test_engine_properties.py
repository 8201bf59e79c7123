"""Whatever is asked: the engine opens nothing on a consent that does not carry it, and never beyond a restriction."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patients.consent.rules import ConsentFacts, Paper, Recipient, consent_carrying, has_ended, missing_elements
from patients.disclosures.rules import BASES, Question, may_disclose
from patients.restrictions.rules import RestrictionFacts, restricts

TODAY = date(2026, 3, 4)
DAYS = st.sampled_from([date(2025, 3, 4), date(2026, 3, 3), TODAY, date(2026, 3, 5), date(2027, 1, 1)])
CATEGORIES = st.frozensets(st.sampled_from(["demographics", "medications", "plan", "counseling_notes", "trauma", "legal"]), max_size=3)
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
PURPOSES = ["treatment", "payment", "operations", "housing", "proceedings", "justice_monitoring"]
KINDS = ["tpo", "specific", "counseling_notes", "proceedings", "cj_referral"]
WORDS = st.booleans()

papers = st.builds(
    Paper._make,
    st.tuples(
        st.sampled_from(KINDS),
        st.lists(st.sampled_from(PURPOSES), max_size=3, unique=True),
        CATEGORIES.map(sorted),
        WORDS, WORDS, WORDS, WORDS, WORDS, WORDS,
        st.none() | DAYS,
        st.none() | DAYS,
        st.sampled_from(["", "none", "end of the treatment", "the flat is found"]),
    ).map(lambda values: (*values, *list(Paper._field_defaults.values())[: len(Paper._fields) - len(values)])),
)  # fmt: skip
recipients = st.builds(
    Recipient,
    st.integers(1, 3),
    st.sampled_from(["hospital", "health_plan", "justice", "housing"]),
    st.sampled_from(["neither", "covered_entity"]),
)
consents = st.builds(
    lambda number, program, state, named, ended, paper: ConsentFacts(number, program, state, named, TODAY, ended, paper),
    st.integers(1, 9),
    st.integers(1, 2),
    st.sampled_from(["active", "revoked", "draft", "expired"]),
    st.lists(st.integers(1, 3), max_size=2, unique=True),
    st.booleans(),
    papers,
)
restrictions = st.builds(
    RestrictionFacts,
    st.integers(1, 9),
    st.integers(1, 2),
    st.sampled_from(["anybody", "health_plans", "named"]),
    st.integers(1, 3),
    st.lists(st.sampled_from(PURPOSES[:3]), min_size=1, unique=True),
    CATEGORIES,
    st.booleans(),
    st.none() | DAYS,
)
questions = st.builds(
    lambda recipient, purpose, categories, held, asked, proceeding: Question(
        recipient, purpose, categories, TODAY, consents=held, restrictions=asked, for_proceeding=proceeding
    ),
    recipients,
    st.sampled_from(PURPOSES),
    CATEGORIES,
    st.lists(consents, max_size=3, unique_by=lambda consent: consent.id),
    st.lists(restrictions, max_size=2),
    st.booleans(),
)


@UNHURRIED
@given(questions)
def test_what_is_allowed_rests_on_a_consent_that_carries_it_whole(question):
    verdict = may_disclose(question)
    if not verdict.allowed:
        assert verdict.reasons, "a refusal explains itself"
        return
    consent = next(consent for consent in question.consents if consent.id == verdict.consent_id)
    assert consent.state == "active"
    assert not has_ended(consent)
    assert not missing_elements(consent.paper, [question.recipient], TODAY)
    assert question.purpose in consent.paper.purposes
    assert question.categories
    assert question.categories <= set(consent.paper.categories)
    assert not any(
        one.program_id == consent.program_id
        and restricts(
            one,
            recipient_id=question.recipient.id,
            recipient_kind=question.recipient.kind,
            purpose=question.purpose,
            categories=question.categories,
        )
        for one in question.restrictions
    )
    if question.for_proceeding or question.purpose == "proceedings":
        assert consent.paper.kind == "proceedings"
    if question.recipient.kind == "justice":
        assert consent.paper.kind in {"proceedings", "cj_referral"}
    if "counseling_notes" in question.categories:
        assert consent.paper.kind == "counseling_notes"


@UNHURRIED
@given(questions)
def test_the_engine_opens_nothing_that_the_consents_alone_would_not(question):
    verdict = may_disclose(question)
    alone = consent_carrying(question.recipient, question.purpose, question.categories, question.consents)
    assert alone.allowed or not verdict.allowed


@UNHURRIED
@given(questions, st.sampled_from(BASES[1:]))
def test_no_other_basis_opens_anything_without_its_facts(question, basis):
    assert not may_disclose(question._replace(basis=basis)).allowed


@UNHURRIED
@given(questions)
def test_a_restriction_only_ever_takes_away(question):
    if may_disclose(question).allowed:
        assert may_disclose(question._replace(restrictions=())).allowed
