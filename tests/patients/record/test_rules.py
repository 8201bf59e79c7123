from datetime import date

import pytest

from patients.record.rules import (
    VERY_SIMILAR_ADDS,
    VERY_SIMILAR_NAME,
    WEIGHTS,
    ContactProblem,
    Described,
    Likeness,
    SafeContact,
    are_near,
    compare,
    contact_problems,
    days_meant,
    likenesses,
    near,
    plain,
    read_search,
    score,
    sound,
    transposed,
)


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        ("José", "jose"),
        ("O'Brien-Núñez", "obrien nunez"),
        ("  van der  Meer ", "van der meer"),
        ("Łukasz", "lukasz"),
        ("Jr., Sam", "jr sam"),
        ("Straße", "strasse"),
    ],
)
def test_names_are_searched_without_accents_capitals_and_points(written, searched):
    assert plain(written) == searched


@pytest.mark.parametrize(
    ("one", "other"),
    [("john", "jhon"), ("maria", "mria"), ("smith", "smyth"), ("garcia", "garccia"), ("ana", "anna")],
)
def test_words_one_slip_apart_share_a_form(one, other):
    assert set(near(one)) & set(near(other))


@pytest.mark.parametrize(("one", "other"), [("john", "mary"), ("smith", "garcia"), ("al", "jo")])
def test_words_that_are_not_alike_share_none(one, other):
    assert not set(near(one)) & set(near(other))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1985-03-02", [date(1985, 3, 2)]),
        ("3/2/1985", [date(1985, 3, 2), date(1985, 2, 3)]),
        ("02.03.1985", [date(1985, 2, 3), date(1985, 3, 2)]),
        ("3/14/1985", [date(1985, 3, 14)]),
        ("14.3.1985", [date(1985, 3, 14)]),
        ("5/5/1985", [date(1985, 5, 5)]),
        ("1985-13-40", []),
        ("garcia", []),
    ],
)
def test_a_birth_date_is_read_in_every_way_it_can_be_meant(typed, meant):
    assert days_meant(typed) == meant


def test_a_search_may_mix_a_name_and_a_birth_date():
    wanted = read_search("García 1985-03-02")
    assert (wanted.words, wanted.birth_dates, wanted.number) == (("garcia",), (date(1985, 3, 2),), "")


def test_what_holds_a_digit_may_be_a_number_or_a_name():
    wanted = read_search("Feil794")
    assert (wanted.words, wanted.number) == (("feil794",), "Feil794")


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [
        (date(1985, 3, 2), date(1985, 2, 3), True),
        (date(1985, 3, 2), date(1985, 3, 12), True),
        (date(1985, 3, 2), date(1958, 3, 2), True),
        (date(1985, 3, 2), date(1986, 4, 2), False),
    ],
)
def test_a_slip_in_a_birth_date_is_recognized(one, other, is_near):
    assert are_near(one, other) is is_near


BORN = date(1985, 3, 2)


@pytest.mark.parametrize(
    ("known", "similarity", "number", "reasons"),
    [
        (BORN, 1.0, False, [Likeness.SAME_BIRTH_DATE, Likeness.SAME_NAME]),
        (BORN, 0.5, False, [Likeness.SAME_BIRTH_DATE, Likeness.SIMILAR_NAME]),
        (BORN, 0.2, False, []),
        (date(1985, 2, 3), 1.0, False, [Likeness.TRANSPOSED_BIRTH_DATE, Likeness.SAME_NAME]),
        (date(1985, 3, 12), 0.9, False, [Likeness.NEAR_BIRTH_DATE, Likeness.SIMILAR_NAME]),
        (date(1985, 3, 12), 0.5, False, []),
        (date(1958, 3, 2), 0.5, False, [Likeness.TRANSPOSED_BIRTH_DATE, Likeness.SIMILAR_NAME]),
        (None, 1.0, False, [Likeness.UNKNOWN_BIRTH_DATE, Likeness.SAME_NAME]),
        (date(1960, 7, 9), 1.0, False, []),
        (date(1960, 7, 9), 0.1, True, [Likeness.SAME_NUMBER]),
    ],
)
def test_two_records_are_alike_by_name_and_birth_date_together_or_by_number(known, similarity, number, reasons):
    assert likenesses(asked_birth=BORN, known_birth=known, similarity=similarity, shares_number=number) == reasons


MARIA = Described("María", "Hernández", "Mia", BORN)


@pytest.mark.parametrize(
    ("other", "similarity", "facts", "reasons"),
    [
        (Described("Maria", "Hernandez", "", BORN), 1.0, {}, ["same_birth_date", "same_name"]),
        (Described("Mia", "Hernandez", "", BORN), 0.5, {}, ["same_birth_date", "chosen_name"]),
        (Described("Hernandez", "Maria", "", BORN), 1.0, {}, ["same_birth_date", "swapped_names"]),
        (Described("Mariah", "Ernandes", "", BORN), 0.3, {}, ["same_birth_date", "sounds_alike"]),
        (Described("Mariah", "Ernandes", "", None), 0.3, {}, []),
        (Described("Mariah", "Ernandes", "", None), 0.3, {"shares_phone": True}, ["same_phone", "unknown_birth_date", "sounds_alike"]),
        (Described("Ana", "Hernandez", "", date(1999, 1, 1)), 0.5, {"shares_phone": True}, ["same_phone", "similar_name"]),
        (Described("Bo", "Li", "", date(1999, 1, 1)), 0.0, {"shares_phone": True}, []),
        (Described("Bo", "Li", "", date(1999, 1, 1)), 0.0, {"shares_number": True}, ["same_number"]),
        (Described("Maria", "Hernandez", "", date(1985, 2, 3)), 1.0, {}, ["transposed_birth_date", "same_name"]),
        (Described("Maria Jose", "Hernandez", "", BORN), 1.0, {}, ["same_birth_date", "similar_name"]),
    ],
)
def test_two_records_are_compared_by_everything_that_is_known(other, similarity, facts, reasons):
    assert compare(MARIA, other, similarity=similarity, **facts) == reasons
    assert compare(other, MARIA, similarity=similarity, **facts) == reasons


def test_every_likeness_has_its_weight():
    assert set(WEIGHTS) == set(Likeness)
    assert score([Likeness.SIMILAR_NAME], VERY_SIMILAR_NAME) == WEIGHTS[Likeness.SIMILAR_NAME] + VERY_SIMILAR_ADDS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("smith", "smyth"),
        ("catherine", "katherin"),
        ("philip", "filipe"),
        ("hernandez", "ernandes"),
        ("vargas", "bargas"),
        ("quinn", "kuin"),
    ],
)
def test_names_that_sound_alike_have_one_sound(one, other):
    assert sound(one) == sound(other) != ""


@pytest.mark.parametrize("word", ["li", "ana", "eau", "hoyo"])
def test_a_word_too_short_to_tell_has_no_sound(word):
    assert sound(word) == ""


def test_transposed_digits_of_a_birth_date():
    assert set(transposed(date(1985, 3, 12))) == {
        date(1985, 12, 3), date(1985, 3, 21), date(1958, 3, 12), date(1895, 3, 12), date(9185, 3, 12),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "safe", "problems"),
    [
        ("phone", SafeContact(), []),
        ("phone", SafeContact(ok_to_call=True, ok_to_text=True, ok_to_leave_message=True, wants_reminders=True), []),
        ("phone", SafeContact(is_unsafe=True, ok_to_call=True), [ContactProblem.UNSAFE_YET_USED]),
        ("phone", SafeContact(is_unsafe=True, wants_reminders=True), [ContactProblem.REMINDERS_TO_UNSAFE]),
        ("phone", SafeContact(wants_reminders=True), [ContactProblem.REMINDERS_WITHOUT_LEAVE]),
        ("post", SafeContact(ok_to_text=True, wants_reminders=True), [ContactProblem.REMINDERS_BY_POST]),
        ("phone", SafeContact(ok_to_leave_message=True), [ContactProblem.MESSAGE_WITHOUT_CALL]),
        ("email", SafeContact(ok_to_text=True, is_shared=True, greet_by_name=True), [ContactProblem.NAME_ON_SHARED]),
        (
            "phone",
            SafeContact(is_unsafe=True, ok_to_leave_message=True, wants_reminders=True),
            [ContactProblem.UNSAFE_YET_USED, ContactProblem.REMINDERS_TO_UNSAFE],
        ),
    ],
)
def test_what_a_person_allows_may_not_contradict_itself(kind, safe, problems):
    assert contact_problems(kind, safe) == problems
