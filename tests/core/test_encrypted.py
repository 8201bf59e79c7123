"""An encrypted column tells a thief of the database nothing, and its reader everything."""

import base64

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured

from casemgr.core.encrypted import EncryptedTextField, Unreadable, decrypt, encrypt
from casemgr.keys import derived_key, read_keys

WORDS = "She was hit by her brother. — ñ"


def test_the_same_words_look_different_each_time_and_read_the_same():
    first, second = (encrypt(WORDS, purpose="note.body") for _ in range(2))
    assert first != second
    assert WORDS.encode() not in first + second
    assert decrypt(first, purpose="note.body") == decrypt(second, purpose="note.body") == WORDS


def test_a_value_moved_to_another_column_or_changed_by_one_bit_cannot_be_read():
    value = encrypt(WORDS, purpose="note.body")
    changed = value[:-1] + bytes([value[-1] ^ 1])
    for wrong, purpose in ((value, "note.other"), (changed, "note.body"), (b"", "note.body")):
        with pytest.raises(Unreadable) as no:
            decrypt(wrong, purpose=purpose)
        assert "brother" not in str(no.value)


def test_a_new_key_writes_and_the_old_one_still_reads(settings):
    old = encrypt(WORDS, purpose="p")
    settings.FIELD_KEYS = {**settings.FIELD_KEYS, 7: derived_key("another")}
    new = encrypt(WORDS, purpose="p")
    assert (old[0], new[0]) == (1, 7)
    assert decrypt(old, purpose="p") == decrypt(new, purpose="p") == WORDS
    settings.FIELD_KEYS = {7: derived_key("another")}
    with pytest.raises(Unreadable, match="not in FIELD_KEYS"):
        decrypt(old, purpose="p")


def test_keys_are_read_or_refused_in_a_sentence():
    key = base64.b64encode(b"k" * 32).decode()
    assert read_keys(f"1:{key}, 2:{key}") == {1: b"k" * 32, 2: b"k" * 32}
    assert read_keys("") == {}
    for wrong in ("1:short", "one:" + key, key, "0:" + key, "1:" + base64.b64encode(b"k" * 31).decode()):
        with pytest.raises(ImproperlyConfigured, match=r"number:base64|32 bytes"):
            read_keys(wrong)


def test_the_column_cannot_be_searched_or_exported():
    field = EncryptedTextField(purpose="note.body")
    assert field.get_lookup("isnull") is not None
    with pytest.raises(FieldError, match="cannot be searched"):
        field.get_lookup("exact")
    with pytest.raises(FieldError, match="not exported"):
        field.value_to_string(None)
    assert field.deconstruct()[3]["purpose"] == "note.body"
