from random import Random

from hypothesis import given
from hypothesis import strategies as st

from casemgr.bench.names import FAMILY_NAMES, GIVEN_NAMES, family_names, given_names, mistyped, slip


def test_names_are_many_different_and_the_same_each_time():
    assert len(set(given_names())) == GIVEN_NAMES
    assert len(set(family_names())) == FAMILY_NAMES
    assert given_names() == given_names()


@given(word=st.text("abcdefghij", min_size=2, max_size=12), seed=st.integers(0, 1000))
def test_a_slip_changes_a_word_by_one_letter_or_two_neighbours(word, seed):
    typed = slip(word, Random(seed))
    assert typed != word
    assert abs(len(typed) - len(word)) <= 1


def test_a_mistyped_name_is_never_the_name():
    random = Random(1)
    assert all(mistyped("Rosa", "Delgado", random) not in {"Rosa Delgado", "Delgado"} for _try in range(200))
