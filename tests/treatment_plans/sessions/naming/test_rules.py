import unicodedata

import pytest

from treatment_plans.sessions.naming.rules.finding import names_in, names_of_others, spellings


def found(text, *people, staff=()):
    names = {name for person in people for name in spellings(*person)}
    return [(text[hit.start : hit.end], hit.line, hit.is_sure) for hit in names_in(text, names, staff=staff)]


ROSA, JOSE, BEN = ("Rosa", "Díaz", ""), ("José Luis", "García Márquez", ""), ("Benedict", "Okafor", "Benny")
HOPE, WILL, MAY, AL = ("Hope", "Miller", ""), ("William", "Young", "Will"), ("May", "Nguyen", ""), ("Al", "Ng", "")
GUADALUPE, ROBERT, MARY = ("Guadalupe", "Flores", ""), ("Robert", "O'Brien", ""), ("Mary Ann", "Smith-Jones", "")
XIAOMING, MINJUN = ("小明", "李", ""), ("민준", "김", "")
JR, SOREN = ("J.R.", "Ewing", ""), ("Søren", "Łuczak", "")


@pytest.mark.parametrize(
    ("text", "people", "hits"),
    [
        ("Rosa spoke first.", [ROSA], ["Rosa"]),
        ("we heard ROSA and rosa", [ROSA], ["ROSA"]),
        ("Rosa's sister, the Díazes, rosas idea", [ROSA], ["Rosa's", "Díazes"]),
        ("Rosa’s turn", [ROSA], ["Rosa’s"]),
        ("_Rosa_ (Rosa2)", [ROSA], ["Rosa"]),
        ("A rosary and a rosarium.", [ROSA], []),
        ("Rosita vino tarde.", [ROSA], ["Rosita"]),
        ("Jose told a story, then Marquez", [JOSE], ["Jose", "Marquez"]),
        ("Jose\u0301 told a story", [JOSE], ["José"]),
        ("JoseLuis and Jose-Luis and joseluis", [JOSE], ["JoseLuis"]),
        ("Pepe y los Garcías", [JOSE], ["Pepe", "Garcías"]),
        ("helped benny, Ben and Bene-dict", [BEN], ["benny", "Ben", "Bene-dict"]),
        ("Lupita lloró. Lupe came.", [GUADALUPE], ["Lupita", "Lupe"]),
        ("Bob and OBrien and O’Brien", [ROBERT], ["Bob", "OBrien"]),
        ("We met MaryAnn, and Mary; Jones was out", [MARY], ["MaryAnn", "Mary", "Jones"]),
        ("Soren and Luczak", [SOREN], ["Soren", "Luczak"]),
        ("J.R. and R. D. and JR", [JR, ROSA], []),
        ("Then Al and al", [AL], ["Al"]),
        ("Rosa Díaz and Díaz", [ROSA], ["Rosa Díaz", "Díaz"]),
        ("Oʼbrien came, RobertOʻBrien, OʼBrienʼs turn", [ROBERT], ["Oʼbrien", "RobertOʻBrien"]),
        ("李小明来了。", [XIAOMING], ["李小明"]),
        ("김민준이 말했다", [MINJUN], ["김민준"]),
    ],
)
def test_names_are_found_in_all_their_forms(text, people, hits):
    text = unicodedata.normalize("NFC", text)
    assert [word for word, _line, _sure in found(text, *people)] == hits
    assert all(sure for _word, _line, sure in found(text, *people))


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("They hope it will last, young and old.", [HOPE, WILL]),
        ("In may it may rain.", [MAY]),
        ("We read of Bill W. and Dr. Bob, and said the Serenity Prayer.", [WILL, ROBERT, ("Serenity", "Bell", "")]),
        ("Nothing at all, al final.", [AL]),
        ("The hope came back and our hope felt real; truly said, al dijo.", [HOPE, AL, ("Tru", "Truly", "")]),
        ("le dijo que se habló de eso, y si llegó", [("Tran", "Le", ""), ("Si", "Se", "")]),
        ("I hope he came. In may she left.", [HOPE, MAY]),
        ("만족했다. 기면증", [MINJUN]),
        ("", [ROSA]),
    ],
)
def test_words_of_the_language_stop_nothing(text, people):
    assert found(text, *people) == []


@pytest.mark.parametrize(
    ("text", "people", "is_sure"),
    [
        ("Hope was the theme.", [HOPE], False),
        ("We talked. Hope is a good thing.", [HOPE], False),
        ("Hope said she would stay.", [HOPE], True),
        ("Hope's mother called.", [HOPE], True),
        ("Then Hope was quiet.", [HOPE], True),
        ("HOPE FOR TODAY", [HOPE], False),
        ("It began in May.", [MAY], False),
        ("It began with May.", [MAY], True),
        ("He moved to Georgia.", [("Georgia", "Bell", "")], False),
        ("He sat with Georgia.", [("Georgia", "Bell", "")], True),
        ("then hope told us", [HOPE], False),
        ("may said hi and left", [MAY], False),
        ("we heard that ana cried", [("Ana", "Ng", "")], False),
        ("esperanza dijo que sí", [("Esperanza", "Xu", "")], False),
        ("bo's turn, bo came", [("Bo", "Xu", "")], False),
        ("He said so.", [("Li", "He", "")], False),
        ("THEN HE SAID SO", [("Li", "He", "")], False),
        ("Then He was quiet.", [("Li", "He", "")], True),
        ("No one came.", [("Min", "No", "")], False),
        ("今天小明说了", [XIAOMING], False),
        ("国王伟大", [("伟", "王", "")], False),
        ("王伟", [("伟", "王", "")], True),
        ("สมชายพูด", [("สมชาย", "ใจดี", "")], False),
    ],
)
def test_a_name_that_is_a_word_is_sure_only_where_it_can_be_nothing_else(text, people, is_sure):
    assert [sure for _word, _line, sure in found(text, *people)] == [is_sure]


def test_the_name_of_whoever_leads_stops_nothing_and_the_other_half_of_a_members_name_does():
    theo = ("Theo", "Miller", "")
    assert found("Theo Brandt opened, Brandt closed.", theo, staff=["Theo Brandt"]) == []
    assert found("hope told us", HOPE, staff=["Hope Brandt"]) == [("hope", 1, False)]
    assert found("hope brandt told us", HOPE, staff=["Hope Brandt"]) == []
    assert found("Theo opened with a breath.", theo, staff=["Theo Brandt"]) == [("Theo", 1, False)]
    assert found("Theo Miller cried.", theo, staff=["Theo Brandt"]) == [("Theo Miller", 1, True)]
    assert found("First.\nRosa cried.", ROSA, staff=["Theo Brandt"]) == [("Rosa", 2, True)]


def test_the_words_around_a_name_are_shown_and_two_names_of_a_line_are_two():
    text = "We began with breathing. After that Rosa told how she found a room of her own."
    (hit,) = names_in(text, ["Rosa"])
    assert hit.excerpt == "…h breathing. After that Rosa told how she found a ro…"
    assert [hit.name for hit in names_in("Rosa and Benny", ["Rosa", "Benny"])] == ["Rosa", "Benny"]


def test_a_name_that_is_ones_own_too_is_no_name_of_another():
    of_patient = {1: frozenset({"Rosa", "Díaz"}), 2: frozenset({"Ben", "Diaz"})}
    assert names_of_others(of_patient, 1) == {"Ben"}
    assert names_of_others(of_patient, 2) == {"Rosa"}


def test_diminutives_follow_the_spelling_of_spanish():
    wanted = {"Diego": "Dieguito", "Lucas": "Luquitas", "Carlos": "Carlitos", "Carmen": "Carmencita", "Ana": "Anita", "Luis": "Luisito"}
    assert {given for given, called in wanted.items() if called not in spellings(given, "X", "")} == set()
