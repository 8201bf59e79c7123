"""Draw the parts that every page is made of; docs/guides/interface.md shows each one in use."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django import template
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html
from django.utils.safestring import SafeString

from casemgr.core.refusals import Refused
from casemgr.core.ui import parts
from casemgr.core.ui.forms import error_links, fields_html

register = template.Library()

_LEVELS = {"success": "good", "info": "note", "debug": "quiet", "warning": "warn", "error": "stop"}

register.simple_tag(parts.icon)
register.simple_tag(parts.state_mark)
register.simple_tag(parts.state)
register.simple_tag(parts.person)


@register.filter
def state_of(level: str) -> str:
    """Return the state that a message level of Django stands for."""
    return _LEVELS.get(level, "note")


@register.simple_tag
def key(letter: str) -> SafeString:
    """Draw a keyboard key beside the words of a button."""
    return format_html('<kbd aria-hidden="true">{}</kbd>', letter)


@register.simple_tag(takes_context=True)
def moment(context: Context, value: dt.datetime | dt.date | None, style: str = "near") -> SafeString:
    """Say a time as people say it, with the exact one on hover; `style` is near, day, time or exact."""
    return parts.moment(value, style, now=context.get("now"))


@register.inclusion_tag("ui/stat.html")
def stat(
    number: object,
    counts: str,
    *,
    period: str = "",
    url: str = "",
    of: object = None,
    n: object = None,
    definition: str = "",
    kind: str = "",
    change: str = "",
) -> dict[str, object]:
    """Show a number with what it counts, over which time, and the list behind it."""
    return locals()


@register.inclusion_tag("ui/progress.html")
def progress(value: float, of: float, label: str, words: str = "") -> dict[str, object]:
    """Show how far something has come, in words and as a bar."""
    return {"value": value, "of": of, "label": label, "words": words}


@register.inclusion_tag("ui/empty.html")
def empty(heading: str, text: str = "", url: str = "", label: str = "", icon: str = "inbox") -> dict[str, str]:
    """Say what would be here and how it comes."""
    return {"heading": heading, "text": text, "url": url, "label": label, "icon": icon}


@register.simple_tag
def fact(label: str, value: object = "", note: str = "") -> SafeString:
    """Write one row of a list of facts; nothing known shows as a dash."""
    shown = parts.NOTHING if value in (None, "") else value
    small = format_html(' <small class="muted">{}</small>', note) if note else ""
    return format_html("<div><dt>{}</dt><dd>{}{}</dd></div>", label, shown, small)


@register.inclusion_tag("ui/refusal.html")
def refusal(refused: Refused | str | None, heading: str = "", help: str = "") -> dict[str, object]:  # noqa: A002
    """Say why something was refused, every reason at once, and what to do or who can help."""
    reasons = [str(reason) for reason in refused.reasons] if isinstance(refused, Refused) else [refused] if refused else []
    return {"reasons": reasons, "heading": heading, "help": help}


@register.simple_tag(takes_context=True)
def ui_form(context: Context, form: Any, **options: Any) -> SafeString:
    """Draw a whole form: errors on top, fields, buttons and the saved state."""
    request = context.get("request")
    drawn = {
        **options,
        "form": form,
        "method": options.get("method", "post"),
        "errors": error_links(form),
        "fields": fields_html(form, context, with_help=options.get("help", True)),
        "csrf_token": context.get("csrf_token"),
    }
    return SafeString(render_to_string("ui/form.html", drawn, request=request))


@register.inclusion_tag("ui/form_errors.html")
def form_errors(*forms: Any) -> dict[str, object]:
    """Sum up the errors of one or more forms with links to their fields."""
    return {"errors": [error for form in forms if form is not None for error in error_links(form)]}


@register.simple_tag(takes_context=True)
def rendered_block(context: Context, name: str) -> SafeString:
    """Render a block of the page being drawn, so that the frame can know whether it is empty."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks is not None else None
    return SafeString(block.render(context).strip()) if block is not None else SafeString("")


class PartNode(Node):
    """Draw a part that holds a body and named slots."""

    def __init__(self, name: str, nodelist: NodeList, values: Mapping[str, FilterExpression]) -> None:
        """Remember what the page author wrote between the tags."""
        self.name = name
        self.nodelist = nodelist
        self.values = values

    def render(self, context: Context) -> SafeString:
        """Render the body first, so that its slots are known, then the part around it."""
        values = {name: value.resolve(context) for name, value in self.values.items()}
        slots: dict[str, SafeString] = {}
        with context.push(part_slots=slots):
            body = self.nodelist.render(context)
        if "kind" in values:
            parts.known_state(str(values["kind"]))
        drawn = {**values, "body": SafeString(body.strip()), "slots": slots, "csrf_token": context.get("csrf_token")}
        return SafeString(render_to_string(f"ui/{self.name}.html", drawn))


class SlotNode(Node):
    """Put what it holds into a slot of the part around it."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        """Remember the slot's name."""
        self.name = name
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """Hand the content up and leave nothing in the body."""
        if "part_slots" not in context:
            raise ImproperlyConfigured(f"The slot “{self.name}” stands outside of any part.")
        context["part_slots"][self.name] = SafeString(self.nodelist.render(context).strip())
        return SafeString("")


class Parts:
    """List the parts with a body and the order of their positional values."""

    POSITIONS: ClassVar[dict[str, tuple[str, ...]]] = {
        "panel": ("heading",),
        "alert": ("kind", "heading"),
        "facts": (),
        "timeline": ("label",),
        "timeline_item": ("heading", "at"),
        "confirm": ("heading", "action"),
        "page_head": ("heading", "lede"),
        "fold": ("heading",),
    }


def _part(parser: Parser, token: Token) -> PartNode:
    name, *bits = token.split_contents()
    values: dict[str, FilterExpression] = {}
    positions = iter(Parts.POSITIONS[name])
    while bits:
        named = token_kwargs(bits, parser)
        if named:
            values.update(named)
            continue
        position = next(positions, None)
        if position is None:
            raise TemplateSyntaxError(f"The part “{name}” takes {len(Parts.POSITIONS[name])} values without a name.")
        values[position] = parser.compile_filter(bits.pop(0))
    nodelist = parser.parse((f"end{name}",))
    parser.delete_first_token()
    return PartNode(name, nodelist, values)


for _name in Parts.POSITIONS:
    register.tag(_name, _part)


@register.tag
def slot(parser: Parser, token: Token) -> SlotNode:
    """Fill a named slot of the part around it: `{% slot actions %}…{% endslot %}`."""
    _tag, name = token.split_contents()
    nodelist = parser.parse(("endslot",))
    parser.delete_first_token()
    return SlotNode(name.strip("\"'"), nodelist)
