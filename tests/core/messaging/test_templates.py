from datetime import datetime, timedelta
from itertools import product

import pytest

from casemgr.core.messaging.rules import GSM_LETTERS, LONGEST_TEXT, in_gsm_letters, revealing_words
from casemgr.core.messaging.templates import LANGUAGES, WORDINGS, day_and_time, language_of, render

NAMES = ["", "Al", "José Ángel", "Maximiliano", "Nguyễn Thị Minh", "Christopher-Alexander"]
SENDERS = ["Health Center", "River Street Health"]
PHONES = ["555-0100", "+1 (555) 010-0100"]
MOMENTS = [datetime(2026, 1, 1) + timedelta(days=day, hours=22, minutes=45) for day in range(0, 365, 3)]


def test_every_message_exists_in_every_language():
    templates = {template for template, _ in WORDINGS}
    assert set(WORDINGS) == set(product(templates, LANGUAGES))


@pytest.mark.parametrize(("template", "language"), WORDINGS)
def test_no_message_ever_gives_away_what_kind_of_place_writes(template, language):
    for name, sender, phone in product(NAMES, SENDERS, PHONES):
        blanks = {"first_name": name, "sender": sender, "phone": phone, **day_and_time(MOMENTS[0], language)}
        words = render(template, language, blanks)
        assert revealing_words(f"{words.subject} {words.text}") == []


@pytest.mark.parametrize(("template", "language"), WORDINGS)
def test_every_text_fits_into_one_message_of_plain_letters(template, language):
    longest = 0
    for moment, name, sender, phone in product(MOMENTS, NAMES, SENDERS, PHONES):
        blanks = {"first_name": name, "sender": sender, "phone": phone, **day_and_time(moment, language)}
        text = render(template, language, blanks, as_text=True).text
        assert set(text) <= GSM_LETTERS
        longest = max(longest, len(text))
    assert longest <= LONGEST_TEXT


@pytest.mark.parametrize(("template", "language"), WORDINGS)
def test_every_text_names_who_writes_where_to_call_and_how_to_stop(template, language):
    text = render(template, language, {"first_name": "", "sender": "Health Center", "phone": "555-0100", "date": "D", "time": "T"}).text
    assert text.startswith("Health Center: ")
    assert "555-0100" in text
    assert "STOP" in text


def test_an_empty_name_leaves_no_gap():
    blanks = {"first_name": "", "sender": "Health Center", "phone": "555-0100", "date": "Tue, Mar 10", "time": "10:00 AM"}
    assert render("appointment_in_days", "en", blanks).text == (
        "Health Center: Hi, you have an appointment on Tue, Mar 10 at 10:00 AM. Questions, new time: 555-0100. Reply STOP to opt out."
    )
    assert render("appointment_in_days", "es", {**blanks, "first_name": "Rosa"}).text == (
        "Health Center: Hola Rosa, tiene una cita el Tue, Mar 10, 10:00 AM. Preguntas o cambios: 555-0100. STOP para no recibir más."
    )


def test_a_name_that_would_make_the_text_too_long_is_left_away():
    blanks = {"sender": "Health Center", "phone": "555-0100", **day_and_time(MOMENTS[0], "en")}
    long = render("appointment_in_days", "en", {**blanks, "first_name": "A" * 80}, as_text=True).text
    assert long == render("appointment_in_days", "en", {**blanks, "first_name": ""}, as_text=True).text


def test_the_day_is_said_in_the_language_of_the_person():
    moment = datetime(2026, 3, 7, 15, 5)
    assert day_and_time(moment, "en") == {"date": "Sat, Mar 7", "time": "3:05 PM"}
    assert day_and_time(moment, "es") == {"date": "sábado 7 de marzo", "time": "3:05 PM"}


def test_a_language_that_we_do_not_have_falls_back_to_english():
    assert [language_of(code) for code in ("en", "es", "other")] == ["en", "es", "en"]
    blanks = {"first_name": "", "sender": "S", "phone": "P", "date": "D", "time": "T"}
    assert render("appointment_tomorrow", "so", blanks) == render("appointment_tomorrow", "en", blanks)


def test_letters_that_a_text_message_does_not_know_become_plain():
    assert in_gsm_letters("sábado, Nguyễn, ñandú, Łukasz’s") == "sabado, Nguyen, ñandu, ?ukasz's"


@pytest.mark.parametrize("word", ["methadone", "Therapy", "counseling", "tratamiento", "CLINIC", "dosing", "rehabilitation", "drug-free"])
def test_revealing_words_are_found_in_any_form(word):
    assert revealing_words(f"Your {word} is tomorrow.") != []


def test_words_that_only_contain_one_are_left_alone():
    assert revealing_words("An overdose of courtesy, fundamentally.") == ["court"]
