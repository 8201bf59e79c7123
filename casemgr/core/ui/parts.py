"""Draw the small parts from Python too, for the cells of a table."""

import datetime as dt
from functools import cache

from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.moments import say_moment

STATE_WORDS = {"good": _("Good:"), "note": _("Note:"), "warn": _("Attention:"), "stop": _("Stop:"), "quiet": ""}
NOTHING = SafeString('<span class="muted">—</span>')


def known_state(kind: str) -> str:
    """Return the state if there is one of this name."""
    if kind not in STATE_WORDS:
        raise ImproperlyConfigured(f"“{kind}” is no state; choose one of {', '.join(STATE_WORDS)}.")
    return kind


def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the sprite; without a label it is hidden from screen readers."""
    href = f"{_sprite()}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', href)


@cache
def _sprite() -> str:
    """Return the address of the sprite, which stays for the life of a process: a page has some forty icons."""
    return static("vendor/lucide/icons.svg")


def state_mark(kind: str) -> SafeString:
    """Draw the shape of a state and say its word to screen readers."""
    return format_html('{}<span class="visually-hidden">{}</span>', icon(f"state-{known_state(kind)}"), STATE_WORDS[kind])


def state(kind: str, word: object) -> SafeString:
    """Draw a badge with a shape, a word and a color."""
    return format_html('<span class="state state--{}">{}<span>{}</span></span>', known_state(kind), icon(f"state-{kind}"), word)


def moment(value: dt.datetime | dt.date | None, style: str = "near", *, now: dt.datetime | None = None) -> SafeString:
    """Say a time as people say it, with the exact one on hover; `style` is near, day, time or exact."""
    if value is None:
        return NOTHING
    spoken = say_moment(value, now=now, style=style)
    return format_html('<time datetime="{}" title="{}">{}</time>', spoken.machine, spoken.exact, spoken.words)


def person(name: str, *, legal: str = "", pronouns: str = "", url: str = "", number: object = "") -> SafeString:
    """Name a person: the chosen name, pronouns, and the legal name small where it differs."""
    drawn = {"name": name, "legal": "" if legal == name else legal, "pronouns": pronouns, "url": url, "number": number}
    return SafeString(render_to_string("ui/person.html", drawn).strip())
