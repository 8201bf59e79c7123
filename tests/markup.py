"""Say what is wrong with a page that anybody can see without a browser: names given twice, labels of nothing, lists without a word."""

import re
from collections import Counter
from collections.abc import Iterator

IDS = re.compile(r'\sid="([^"]*)"')
POINTERS = re.compile(r'\s(for|aria-describedby|aria-labelledby)="([^"]+)"')
WITHIN = re.compile(r'\shref="#([^"]+)"')
EMPTY = re.compile(r"<(ul|ol|tbody|thead)\b[^>]*>\s*</\1>")
NOTHING = re.compile(r"[>(\s]None(?=[<,).]|\s*<)")
SAYS_NONE = re.compile(r"<(?:option|label)\b[^>]*>[^<]*<")


def markup_faults(page: str) -> Iterator[str]:
    """Yield what is wrong with a whole page; a piece of one answers for nothing here."""
    if not page.lstrip()[:15].lower().startswith("<!doctype html"):
        return
    ids = Counter(IDS.findall(page))
    yield from (f"has the id {name} {times} times" for name, times in ids.items() if times > 1)
    for kind, names in POINTERS.findall(page):
        yield from (f"has a {kind} of nothing: {name}" for name in names.split() if name not in ids)
    yield from (f"leads to nothing within itself: #{name}" for name in WITHIN.findall(page) if name not in ids)
    if (headings := page.count("<h1")) != 1:
        yield f"has {headings} headings of the page"
    yield from (f"has an empty {kind}" for kind in EMPTY.findall(page))
    if NOTHING.search(SAYS_NONE.sub("<", page)):
        yield "says None"
