import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.STATICFILES_DIRS[0])
TEMPLATES = STATIC.parent / "templates"
FRAME = [
    "vendor/bootstrap/bootstrap-slim.css",
    "vendor/htmx/htmx.min.js",
    "casemgr/tokens.css",
    "casemgr/layout.css",
    "casemgr/parts.css",
    "casemgr/print.css",
    "casemgr/display.js",
    "casemgr/casemgr.js",
]
SERVED = sorted(file for file in STATIC.rglob("*") if file.suffix in {".css", ".js", ".svg"})
PAGES = sorted(TEMPLATES.rglob("*.html"))


def values(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})\s*;", block))


def themes() -> dict[str, dict[str, str]]:
    text = (STATIC / "casemgr/tokens.css").read_text()
    light = values(text[text.index(":root {") : text.index(":root[data-density")])
    preferred = values(text[text.index("prefers-color-scheme: dark") : text.index(':root[data-theme="dark"]')])
    chosen = values(text[text.index(':root[data-theme="dark"]') : text.index("What the vendored")])
    assert preferred == chosen
    return {"light": light, "dark": light | chosen}


def luminance(color: str) -> float:
    digits = color[1:] if len(color) == 7 else "".join(digit * 2 for digit in color[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT_ON = [
    *[
        (ink, paper)
        for ink in ("ink", "ink-2", "ink-3", "link", "accent-strong", "stop")
        for paper in ("ground", "paper", "raised", "sunken")
    ],
    *[(kind, f"{kind}-soft") for kind in ("good", "note", "warn", "stop", "quiet")],
    *[("ink", f"{kind}-soft") for kind in ("good", "note", "warn", "stop", "accent")],
    *[("ink-2", f"{kind}-soft") for kind in ("good", "note", "warn", "stop", "accent")],
    ("accent-ink", "accent"),
    ("accent-ink", "accent-strong"),
    ("accent-on-soft", "accent-soft"),
]
SHAPES_ON = [
    *[(line, paper) for line in ("line-strong", "focus", "accent") for paper in ("ground", "paper", "raised", "sunken")],
    *[(series, "paper") for series in ("series-1", "series-2")],
    *[("state-mark", kind) for kind in ("good", "note", "warn", "stop")],
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_shapes_can_be_read(theme):
    colors = themes()[theme]
    pale = {
        pair: round(contrast(colors[pair[0]], colors[pair[1]]), 2) for pair in TEXT_ON if contrast(colors[pair[0]], colors[pair[1]]) < 4.5
    }
    faint = {
        pair: round(contrast(colors[pair[0]], colors[pair[1]]), 2) for pair in SHAPES_ON if contrast(colors[pair[0]], colors[pair[1]]) < 3
    }
    assert pale == {}
    assert faint == {}


def test_the_frame_stays_light():
    assert sum((STATIC / name).stat().st_size for name in FRAME) < 130_000
    assert (STATIC / "casemgr/casemgr.js").stat().st_size < 12_000
    assert sum(file.stat().st_size for file in STATIC.rglob("*.woff2")) < 120_000


def test_nothing_is_fetched_from_elsewhere():
    wrong = []
    for file in SERVED:
        text = file.read_text().replace("http://www.w3.org/", "")
        wrong += [f"{file.name}: {word}" for word in ("sourceMappingURL", "url(data:", "url(http", "@import url") if word in text]
    assert wrong == []


def test_pages_have_no_inline_script_or_style():
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", re.IGNORECASE)
    assert [f"{file.name}: {found[0]}" for file in PAGES if (found := inline.search(file.read_text()))] == []


def test_every_vendored_folder_carries_its_licence():
    assert [folder.name for folder in (STATIC / "vendor").iterdir() if folder.is_dir() and not list(folder.glob("LICEN*"))] == []


def test_every_icon_named_in_a_template_is_in_the_sprite():
    known = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor/lucide/icons.svg").read_text()))
    named = {(file.name, name) for file in PAGES for name in re.findall(r'{% icon "([^"]+)"', file.read_text())}
    assert [pair for pair in sorted(named) if pair[1] not in known] == []


def test_every_cell_of_a_table_says_its_column_where_a_phone_shows_cells_under_each_other():
    bare = []
    for file in PAGES:
        for table in re.findall(r'<table class="table.*?</table>', file.read_text(), re.DOTALL):
            body = re.sub(r"<tr\b.*?(?<!%)>", "<tr>", re.sub(r"\s+(?=<)|{% (?!translate).*?%}|(?<=>)\s+", "", table.split("</thead>")[-1]))
            bare += [f"{file.name}: {cell[0]}" for cell in re.finditer(r"(?<!<tr>)<td\b(?![^>]*(?:data-label|colspan))[^>]*>", body)]
    assert bare == []
