"""Read every word that somebody meets: is it said in Spanish too, with the same blanks, and kindly?"""

import ast
import csv
import gettext
import re
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import override
from django.utils.translation.template import templatize

from casemgr.core.accounts.rules import Role
from casemgr.core.messaging.templates import WORDINGS, day_and_time, render
from tests.architecture.source import ROOT, name_of, source_files, tree_of

SPANISH = ROOT / "locale" / "es" / "LC_MESSAGES"
HOW = (
    'make manage CMD="makemessages -l es --no-location --no-wrap -i .venv -i .state -i static/* -i tests -i devtools", '
    'translate, then make manage CMD="compilemessages -l es" (both need gettext)'
)
ONE = {"gettext", "gettext_lazy", "gettext_noop", "_"}
MANY = {"ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
BETWEEN = "\x04"
"""What gettext puts between the context and the words."""


def _templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))


def _named(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _asked_for_by(tree: ast.AST) -> set[str]:
    """Return what a tree asks the catalogue for, with the context before the words."""
    found = set()
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        words = [part.value for part in call.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if words and words[0] and _named(call) in ONE | MANY:
            found.add(words[0])
        elif len(words) > 1 and _named(call) in IN_CONTEXT:
            found.add(BETWEEN.join(words[:2]))
    return found


CALL = re.compile(
    r"""\b(n|p)?(?:gettext|_)\(\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?:\s*,\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))?"""
)


def _asked_for_in(template: str) -> set[str]:
    """Return what a template asks the catalogue for: Django itself says it as calls, for gettext to read."""
    found = set()
    for kind, first, second in CALL.findall(templatize(template)):
        words = ast.literal_eval(first)
        found.add(BETWEEN.join((words, ast.literal_eval(second))) if kind == "p" else words)
    return found - {""}


@cache
def asked_for() -> dict[str, str]:
    """Return every string of ours that is asked for, with one place that asks."""
    found: dict[str, str] = {}
    for file in source_files():
        found |= dict.fromkeys(_asked_for_by(tree_of(file)), name_of(file))
    for file in _templates():
        found |= dict.fromkeys(_asked_for_in(file.read_text(encoding="utf-8")), name_of(file))
    return found


@cache
def written() -> tuple[dict[str, tuple[str, dict[int, str]]], list[str]]:
    """Return the entries of the .po file (plural, translations by form) and its fuzzy or left-over lines."""
    text = (SPANISH / "django.po").read_text(encoding="utf-8")
    entries = {}
    for block in text.split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            head = re.match(r'(msg\w+(?:\[\d\])?) (".*")$', line)
            if head:
                name, quoted = head.groups()
                fields[name] = ast.literal_eval(quoted)
            elif line.startswith('"'):
                fields[name] += ast.literal_eval(line)
        if fields.get("msgid"):
            key = fields["msgctxt"] + BETWEEN + fields["msgid"] if "msgctxt" in fields else fields["msgid"]
            forms = {int(name[7]): words for name, words in fields.items() if name.startswith("msgstr[")} or {0: fields["msgstr"]}
            entries[key] = (fields.get("msgid_plural", ""), forms)
    return entries, [line for line in text.splitlines() if "fuzzy" in line.partition("#,")[2] or line.startswith("#~")]


def test_every_string_of_ours_is_in_the_spanish_catalogue():
    entries, _ = written()
    missing = sorted(f"{place}: {words}" for words, place in asked_for().items() if words not in entries)
    assert missing == [], HOW


def test_words_are_asked_for_by_names_that_gettext_knows():
    """Under any other name makemessages would not find them, and neither would the tests above."""
    named = {
        f"{name_of(file)}: {alias.name} as {alias.asname}"
        for file in source_files()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name.endswith(("gettext", "gettext_lazy", "gettext_noop")) and alias.asname not in {None, "_"}
    }
    assert named == set()


def test_no_spanish_words_are_empty_doubtful_or_left_over():
    entries, doubtful = written()
    assert [key for key, (_, forms) in entries.items() if not all(forms.values())] == []
    assert doubtful == []
    assert sorted(set(entries) - set(asked_for())) == [], HOW


def test_the_compiled_catalogue_says_what_the_written_one_says():
    with (SPANISH / "django.mo").open("rb") as file:
        compiled = {key: words for key, words in gettext.GNUTranslations(file)._catalog.items() if key}
    entries, _ = written()
    expected = {}
    for key, (plural, forms) in entries.items():
        expected |= {(key, number): words for number, words in forms.items()} if plural else {key: forms[0]}
    assert compiled == expected, HOW


BLANKS = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|</?\w+>")


def test_spanish_words_have_the_blanks_of_the_english_ones():
    wrong = []
    for key, (plural, forms) in written()[0].items():
        words = key.rpartition(BETWEEN)[2]
        for number, translated in forms.items():
            source = plural if plural and number else words
            # one person may be said without the number, never the other way round
            same = sorted(BLANKS.findall(translated)) == sorted(BLANKS.findall(source))
            if not same and not (plural and not number and set(BLANKS.findall(translated)) <= set(BLANKS.findall(plural))):
                wrong.append((source, translated))
    assert wrong == []


def test_spanish_ends_and_begins_as_the_english_does():
    wrong = []
    for key, (plural, forms) in written()[0].items():
        words = key.rpartition(BETWEEN)[2]
        if words[:1].isspace() != forms[0][:1].isspace() or words[-1:].isspace() != forms[0][-1:].isspace():
            wrong.append(words)
        if words[-1:] in ".?:" and forms[0][-1:] != words[-1:] and not plural:
            wrong.append(words)
    assert wrong == []


HEADINGS = {
    ("treatment_plans:dosing", Role.NURSE): "Dosis",
    ("patients:caseload", Role.CASE_MANAGER): "Personas a mi cargo",
    ("patients:register", Role.CASE_MANAGER): "Registrar a una persona",
    ("referrals:tasks", Role.CASE_MANAGER): "Tareas",
    ("treatment_plans:unsigned", Role.THERAPIST): "Por firmar",
    ("measures:dashboard", Role.DIRECTOR): "Indicadores",
    ("patients:disclosures", Role.PRIVACY_OFFICER): "Divulgaciones",
    ("audit:list", Role.PRIVACY_OFFICER): "Auditoría",
    ("admin:index", Role.CASE_MANAGER): "Archivo",
    ("desk:today", Role.NURSE): "Hoy",
}


@pytest.mark.parametrize(("page", "role"), HEADINGS, ids=str)
def test_a_colleague_who_reads_spanish_gets_spanish_pages(clinic, sign_in, page, role):
    clinic.staff[role].language = "es"
    clinic.staff[role].save()
    answer = sign_in(clinic.staff[role]).get(reverse(page)).content.decode()
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", answer, re.DOTALL)
    assert (heading and re.sub(r"<[^>]+>|\s+", " ", heading[1]).strip(), '<html lang="es"' in answer) == (HEADINGS[page, role], True)


def test_the_door_is_opened_in_the_language_of_the_browser(db):
    answer = Client().get(reverse("account_login"), headers={"Accept-Language": "es-US,es;q=0.9"}).content.decode()
    assert "Iniciar sesión" in answer
    assert "Para el personal. El uso queda registrado." in answer


def test_a_dose_is_written_alike_in_both_languages():
    for language in ("en", "es"):
        with override(language):
            assert number_format(Decimal("1080.5"), use_l10n=True, force_grouping=True) == "1,080.5"


# --- words to avoid ---

ALLOWED = {
    "refused": "the software refuses when conditions do not hold; a person declines (docs/glossary.md)",
    "refuses": "as above",
    "refusing": "as above",
}
OF_PERSONS = re.compile(r"\b(?:patients?|persons?|people|who|she|he|they) (?:has |have |had )?refused\b(?! (?:what|of|by))", re.IGNORECASE)
"""Of a person it is never said."""

OF_THE_LAW = re.compile(r"\bchild abuse\b|\bAlcoholics Anonymous\b", re.IGNORECASE)
"""What 42 CFR 2.12(c)(6) calls a report, and what a fellowship calls itself; nobody's use is called so."""

QUOTED = re.compile(r"```.*?```|`[^`]*`|“[^”]*”|\"[^\"\n]*\"", re.DOTALL)


@cache
def words_to_avoid(language: str) -> re.Pattern[str]:
    """Return the words to avoid in a language, as whole words."""
    with (ROOT / "casemgr" / "core" / "data" / "language_lint.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["language"] == language]
    words = {word for row in rows for word in row["avoid"].split("|")} - set(ALLOWED)
    # an abbreviation is meant as it is written
    parts = [re.escape(word) if word.isupper() else f"(?i:{re.escape(word)})" for word in sorted(words, key=len, reverse=True)]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])")


def _unkind(texts: dict[str, str], language: str = "en") -> list[str]:
    """Return where words to avoid stand."""
    pattern = words_to_avoid(language)
    return sorted(
        f"{place}: {found}"
        for place, text in texts.items()
        for found in {*pattern.findall(OF_THE_LAW.sub("", text)), *OF_PERSONS.findall(text)}
    )


def test_the_words_to_avoid_are_found():
    texts = {"a": "The addict relapsed.", "b": "On MAT, but no mat.", "c": "The patient refused.", "d": "dirty-looking homelessness, mat"}
    assert _unkind(texts) == ["a: addict", "a: relapsed", "b: MAT", "c: patient refused"]
    assert _unkind({"f": "A report of child abuse.", "g": "Child abuse, drug abuse."}) == ["g: drug abuse"]
    assert _unkind({"e": "Es adicta."}, "es") == ["e: adicta"]


def test_no_page_says_a_word_to_avoid():
    assert _unkind({name_of(file): file.read_text(encoding="utf-8") for file in _templates()}) == []


def test_no_string_says_a_word_to_avoid():
    assert _unkind({f"{place}, {words}": words for words, place in asked_for().items()}) == []
    spanish = {words: " ".join(forms.values()) for words, (_, forms) in written()[0].items()}
    assert _unkind(spanish, "es") == []


def test_no_page_of_the_documentation_says_a_word_to_avoid():
    texts = {}
    for file in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        text = file.read_text(encoding="utf-8")
        if file.name == "glossary.md":
            # its last column holds the words to avoid
            text = "\n".join(line.rstrip("| ").rpartition("|")[0] for line in text.splitlines())
        texts[name_of(file)] = QUOTED.sub("", text)
    assert _unkind(texts) == []


def test_the_demo_clinic_writes_its_notes_without_words_to_avoid():
    texts = {}
    for file in (ROOT / "casemgr" / "demo").glob("*.py"):
        words = [node.value for node in ast.walk(tree_of(file)) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        texts[name_of(file)] = "\n".join(words)
    assert _unkind(texts) == []


# --- messages ---

REVEALING = re.compile(
    r"(?i)clinic|clínica|treat|tratam|dose|dosis|medic|counsel|conseje|therap|terap|recover|recupera|health|salud|program|opioid|group|grupo|nurse|doctor"
)


def test_messages_reveal_nothing_and_say_how_to_answer():
    assert {language for _, language in WORDINGS} == {"en", "es"}
    for wording in WORDINGS.values():
        assert REVEALING.findall(wording.subject + wording.text) == []
        assert {"{sender}", "{date}", "{time}", "{phone}"} <= set(re.findall(r"\{\w+\}", wording.text))
        assert "STOP" in wording.text


def test_a_spanish_reminder_reads_as_a_person_would_say_it():
    hour = datetime(2026, 9, 23, 13, 0, tzinfo=ZoneInfo("America/New_York"))
    blanks = {"sender": "River Street", "first_name": "Ana", "phone": "555-0100"} | day_and_time(hour, "es")
    text = "River Street: Hola Ana, tiene una cita el miércoles 23 de septiembre, 1:00 PM. Preguntas o cambios: 555-0100."
    assert render("appointment_in_days", "es", blanks).text == text + " STOP para no recibir más."
    text = "River Street: Recordatorio de su cita: miércoles 23 de septiembre, 1:00 PM. Preguntas o cambios: 555-0100."
    assert render("appointment_tomorrow", "es", blanks).text == text + " STOP para no recibir más."
