import io
import os
import re
import subprocess
import time
from datetime import UTC, datetime

import pytest
from django.conf import settings
from pypdf import PdfReader

from casemgr.core.paper import typesetting
from casemgr.core.paper.answers import as_pdf
from casemgr.core.paper.typesetting import CannotPrint, page_frame, typeset
from tests.core.paper.reading import pages_of, root_of, tags_of, words_of

NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
MARKUP = '#let x = 1 $a^2$ *bold* _it_ @ref <label> `raw` = head - item + item / term: ~ // no /* no */ \\u{41} \\ #import "frame.typ" #sys'


def document(*blocks, language="en", **frame):
    """Return a document of these blocks."""
    values = {"title": "A document", "program": "River Street Program", **frame}
    return typeset("document", {"paper": page_frame(**values), "blocks": list(blocks)}, language=language)


def text(words):
    return {"kind": "text", "text": words}


def test_what_looks_like_markup_is_printed_as_it_stands():
    pdf = document(
        text(MARKUP),
        {"kind": "heading", "text": MARKUP},
        {"kind": "facts", "rows": [[MARKUP, [MARKUP, "second"]]]},
        {"kind": "list", "items": [MARKUP]},
        {"kind": "table", "head": ["One", MARKUP], "rows": [[MARKUP, "b"]]},
        title=MARKUP,
        program=MARKUP,
        stamp="#strike[no]",
        edition="#edition",
        foot=["#notice"],
    )
    words = words_of(pdf).replace(" ", "")
    assert words.count(MARKUP.replace(" ", "")) == 9  # text, heading, fact and its name, list, two cells, title, head of the page
    for other in ("#strike[no]", "#edition", "#notice"):
        assert other in words


def test_nothing_that_a_person_types_breaks_the_press():
    odd = [
        "",
        " ",
        "\n\n",
        "\x00\x07\x1b",
        "\ud800",
        "\u200f",
        "a\u0301",
        "‮evil‬",
        "\u2066x",
        "ffi",
        "…",
        "'\"",
        "</script>",
        "%PDF",
        "{{x}}",
    ]
    words = words_of(document(*map(text, odd), text("the end")))
    assert "evil" in words
    assert "the end" in words


def test_a_line_cannot_be_turned_around_to_show_something_else():
    assert "\u202e" not in words_of(document(text("pay \u202e001 now")))
    assert "pay 001 now" in words_of(document(text("pay \u202e001 now")))


def test_letters_of_other_scripts_are_printed_and_those_without_a_font_spelled_out():
    words = words_of(document(text("Ñandú, Nguyễn Thị Ế, Łukasz, Привет"), text("שלום"), text("مرحبا"), text("你 😀 👩‍👧 ok")))
    for part in ("Ñandú, Nguyễn Thị Ế, Łukasz, Привет", "שלום", "مرحبا", "[U+4F60]", "[grinning face]", "[woman][girl]", "ok"):
        assert part in words


@pytest.mark.parametrize("kind", ["text", "table"])
def test_a_very_long_word_stays_on_the_page(kind):
    word = "W" * 600
    block = text(word) if kind == "text" else {"kind": "table", "head": ["a", "b", "c", "d"], "rows": [[word, word, "x", word]]}
    pdf = document(block)
    page = PdfReader(io.BytesIO(pdf)).pages[0]
    assert words_of(pdf).count("W") == 600 * (1 if kind == "text" else 3)
    assert max(len(line) for line in page.extract_text().splitlines() if set(line) == {"W"}) < 80


def test_a_long_word_is_read_back_as_it_was_written():
    number = "34e58986-c23f-4cc6-89b0-37dc08f3b9fc"
    assert f"Number {number}, and so on." in words_of(document(text(f"Number {number}, and so on.")))


def test_a_row_stands_on_one_page():
    rows = [[f"begin{number}", f"words of row {number} " * 12, f"end{number}"] for number in range(60)]
    pages = pages_of(document({"kind": "table", "head": ["a", "b", "c"], "rows": rows}))
    assert len(pages) > 3
    for number in range(60):
        (page,) = (page for page in pages if f"begin{number} " in page)
        assert f"begin{number} " + f"words of row {number} " * 12 + f"end{number}" in page


@pytest.mark.parametrize("letters", ["w", "WWWWWW"])
@pytest.mark.parametrize("count", [100, 150, 190, 240, 300, 3000])
def test_a_row_too_long_for_a_page_loses_nothing(letters, count):
    long = " ".join(f"{letters}{number}" for number in range(count))
    table = {"kind": "table", "head": ["a", "b", "c"], "rows": [["short", long, "x"]], "columns": [1, 2, 1]}
    assert set(long.split()) <= set(words_of(document(table, foot=[NOTICE] * 8)).split())


def test_a_document_can_be_read_aloud():
    pdf = document(
        {"kind": "heading", "text": "First"},
        {"kind": "table", "head": ["When"], "rows": [["today"]]},
        {"kind": "list", "items": ["x"]},
        language="es",
        made_at=datetime(2026, 3, 4, tzinfo=UTC),
    )
    root = root_of(pdf)
    assert root["/Lang"] == "es-US"
    assert root["/MarkInfo"]["/Marked"]
    assert {"/H1", "/Table", "/TH", "/TD", "/L"} <= tags_of(pdf)
    assert b"pdfuaid" in pdf
    assert PdfReader(io.BytesIO(pdf)).metadata.title == "A document"
    assert root_of(document(text("x"), language="fr"))["/Lang"] == "en-US"


def test_every_page_carries_the_notice_the_stamp_and_its_number():
    pdf = document(*(text(f"Sentence {number}") for number in range(120)), foot=[NOTICE], stamp="Revoked", language="es")
    pages = pages_of(pdf)
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert NOTICE in page
        assert "REVOKED" in page
        assert "River Street Program" in page
        assert f"Página {number} de {len(pages)}" in page
    assert pages[-1].count(NOTICE) == 2, "once at the foot, and once in the text, where a screen reader finds it"


def test_a_long_notice_is_never_cut_off():
    sentences = [
        f"Sentence {number} of a long notice that has to stand whole at the foot of every page of this document." for number in range(25)
    ]
    for page in pages_of(document(*(text("x") for _ in range(60)), foot=sentences)):
        assert all(sentence in page for sentence in sentences)


def test_the_same_facts_make_the_same_bytes():
    frame = {"made_at": datetime(2026, 3, 4, 20, 0, tzinfo=UTC)}
    first, second = document(text("x"), **frame), document(text("x"), **frame)
    assert first == second
    assert document(text("y"), **frame) != first


def test_ten_thousand_lines_are_printed_within_their_bounds():
    rows = [[f"2026-01-01 {number}", "Mercy Hospital", "Medications #1", "treatment"] for number in range(10_000)]
    began = time.monotonic()
    pdf = document({"kind": "table", "head": ["When", "To whom", "What", "What for"], "rows": rows}, foot=[NOTICE])
    assert time.monotonic() - began < 30
    reader = PdfReader(io.BytesIO(pdf))
    assert "2026-01-01 9999" in reader.pages[-1].extract_text()
    assert NOTICE in reader.pages[len(reader.pages) // 2].extract_text()


def test_too_much_is_refused_before_it_is_begun(monkeypatch):
    monkeypatch.setattr(typesetting, "LARGEST", 1000)
    with pytest.raises(CannotPrint, match="too long"):
        document(text("Rosa " * 1000))


def test_what_takes_too_long_is_given_up_and_named_to_nobody(monkeypatch):
    monkeypatch.setattr(typesetting, "SECONDS", 0.001)
    with pytest.raises(CannotPrint, match="too long") as given_up:
        document(text("Rosa Lane"))
    assert given_up.value.__cause__ is None
    assert "Rosa" not in str(given_up.value)


def test_what_cannot_be_printed_says_nothing_of_what_it_was(monkeypatch):
    with pytest.raises(CannotPrint) as failed:
        document({"kind": "table", "head": ["Rosa Lane"], "rows": [["Rosa Lane"]], "columns": ["Rosa Lane"]})
    assert "Rosa" not in str(failed.value)


@pytest.mark.parametrize("name", ["nothing", "../base", "frame.typ", "/etc/passwd", ""])
def test_only_a_template_of_the_house_is_printed(name):
    with pytest.raises(CannotPrint, match="no template"):
        typeset(name, {})


def test_the_facts_go_through_no_file_no_command_line_and_no_environment(monkeypatch):
    calls = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: calls.append((args, options)) or run(*args, **options))
    document(text("Rosa Lane"))
    (((command,), options),) = calls
    assert "Rosa" not in " ".join(command)
    assert options["env"] == {}
    assert b"Rosa Lane" in options["input"]


def test_the_press_can_write_no_file(tmp_path):
    """Ask the press for its limits, then try: the kernel lets it write to the pipe and to no file."""
    code = (
        "import sys, resource, io; sys.argv=['press']; sys.stdin=io.TextIOWrapper(io.BytesIO(b'{}'))\n"
        f"exec(compile(open({str(typesetting.PRESS)!r}).read().replace('sys.exit(main())', 'main()'), 'press', 'exec'))\n"
        f"open({str(tmp_path / 'x')!r}, 'w', buffering=1).write('Rosa\\n')"
    )
    done = subprocess.run([os.sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert not (tmp_path / "x").exists() or (tmp_path / "x").read_text() == ""


def test_templates_load_nothing_from_elsewhere_and_evaluate_nothing():
    folder = settings.BASE_DIR / "templates" / "paper"
    for file in folder.glob("*.typ"):
        code = re.sub(r"//.*", "", file.read_text())
        assert not re.search(r"@preview|@local|\beval\s*\(|\bread\s*\(|\bplugin\s*\(", code), file.name
        assert set(re.findall(r'#import "([^"]+)"', code)) <= {"frame.typ"}


def test_an_answer_on_paper_is_kept_by_nobody_and_named_after_nobody():
    answer = as_pdf(b"%PDF-", what="accounting", on=datetime(2026, 3, 4, tzinfo=UTC).date())
    assert answer["Content-Disposition"] == 'inline; filename="accounting-2026-03-04.pdf"'
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Content-Type"] == "application/pdf"
