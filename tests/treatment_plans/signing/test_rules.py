from datetime import UTC, datetime, timedelta

import pytest

from treatment_plans.signing.rules import Lateness, Terms, band_of, is_in_sample, lateness, why_cosigned, wrong_terms

ENDED = datetime(2026, 3, 4, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "signed", "said"),
    [
        (24, 72, Lateness()),
        (25, 25, Lateness(written=timedelta(hours=25))),
        (1, 73, Lateness(signed=timedelta(hours=73))),
        (100, None, Lateness(written=timedelta(hours=100))),
        (2, None, Lateness()),
    ],
)
def test_what_is_written_or_signed_too_late_says_by_how_much(written, signed, said):
    signed_at = None if signed is None else ENDED + timedelta(hours=signed)
    found = lateness(ended_at=ENDED, recorded_at=ENDED + timedelta(hours=written), signed_at=signed_at, terms=Terms())
    assert found == said
    assert bool(found) is (said != Lateness())


@pytest.mark.parametrize(("hours", "band"), [(0, 0), (24, 0), (25, 1), (72, 1), (73, 2), (168, 2), (169, 3), (5000, 3)])
def test_notes_age_in_bands(hours, band):
    assert band_of(timedelta(hours=hours)) == band


@pytest.mark.parametrize(
    ("state", "roles", "is_every_note", "terms", "because"),
    [
        ("present", ["peer"], False, Terms(), "role"),
        ("late", ["peer", "front_desk"], False, Terms(), "role"),
        ("present", ["peer", "therapist"], False, Terms(), ""),
        ("present", ["peer"], False, Terms(is_peers_cosigned=False), ""),
        ("present", ["therapist"], True, Terms(), "trainee"),
        ("present", ["therapist"], False, Terms(), ""),
        ("present", ["therapist"], False, Terms(sample_percent=100), "sample"),
        ("absent", ["peer"], True, Terms(sample_percent=100), ""),
        ("present", [], False, Terms(), ""),
    ],
)
def test_a_second_signature_is_asked_for_a_reason(state, roles, is_every_note, terms, because):
    assert why_cosigned(state=state, roles=roles, is_every_note=is_every_note, key=7, terms=terms) == because


def test_the_sample_is_the_share_that_was_asked_for_and_the_same_each_time():
    chosen = [key for key in range(10_000) if is_in_sample(key, 10)]
    assert 900 < len(chosen) < 1100
    assert chosen == [key for key in range(10_000) if is_in_sample(key, 10)]
    assert set(chosen) < {key for key in range(10_000) if is_in_sample(key, 20)}
    assert not any(is_in_sample(key, 0) for key in range(1000))
    assert all(is_in_sample(key, 100) for key in range(1000))


def test_terms_that_cannot_be_are_named():
    assert wrong_terms(Terms()) == []
    assert wrong_terms(Terms(0, 721, 101)) == ["late_after_hours", "sign_within_hours", "sample_percent"]
