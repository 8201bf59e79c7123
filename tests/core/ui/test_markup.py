"""Show that the walk through all doors notices a page that is not sound."""

import pytest

from tests.markup import markup_faults

SOUND = (
    '<!doctype html>\n<html><body><h1 id="a">Chart</h1><label for="b">Name</label><input id="b"><ul><li>None yet</li></ul>%s</body></html>'
)


@pytest.mark.parametrize(
    ("wrong", "faults"),
    [
        ("<p>None of them, or none.</p><option>None</option>", []),
        ('<p id="b">Twice</p>', ["has the id b 2 times"]),
        ('<label for="c">Of nothing</label>', ["has a for of nothing: c"]),
        ('<input aria-describedby="a d">', ["has a aria-describedby of nothing: d"]),
        ('<a href="#e">Below</a>', ["leads to nothing within itself: #e"]),
        ("<h1>Second</h1>", ["has 2 headings of the page"]),
        ('<ul class="rows">\n</ul>', ["has an empty ul"]),
        ("<table><tbody> </tbody></table>", ["has an empty tbody"]),
        ("<dd>None</dd>", ["says None"]),
        ("<p>Room: None, North</p>", ["says None"]),
    ],
)
def test_what_is_wrong_with_a_page_is_named(wrong, faults):
    assert list(markup_faults(SOUND % wrong)) == faults
    assert list(markup_faults(wrong)) == [], "a piece of a page answers for nothing"
