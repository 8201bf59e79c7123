"""Ask what a session says for all."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site
from casemgr.core.language.fields import WordsField
from treatment_plans.sessions.forms import FrameForm
from treatment_plans.sessions.models import Session, SessionKind

CLOCK = {"day", "starts_at", "minutes"}


class ChangeForm(FrameForm):
    """Ask when and how a session was held, and what it says for all; only a group has words that stand in everybody's chart."""

    ORDER = ("day", "starts_at", "minutes", "modality")
    title = WordsField(label=_("Title"), required=False, max_length=200)
    shared_text = WordsField(
        label=_("What the group did together"),
        required=False,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("It stands in everybody's chart. Name nobody who took part."),
    )
    homework = WordsField(label=_("Homework until the next time"), required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, session: Session, has_title: bool, **options: Any) -> None:
        """Begin with what stands there."""
        self.session = session
        local = session.starts_at.astimezone(session.site.zone)
        said = {name: getattr(session, name) for name in ("modality", "techniques", "title", "shared_text", "homework")}
        said |= {"day": local.date(), "starts_at": local.time().replace(second=0, microsecond=0), "minutes": session.length}
        super().__init__(*args, sites=Site.objects.none(), initial=said, **options)
        del self.fields["site"]
        if session.kind != SessionKind.GROUP:
            del self.fields["shared_text"]
        if not has_title:
            del self.fields["title"]

    def frame_fields(self) -> list[forms.BoundField]:
        """Return the short fields that say when and how, in their order."""
        return [self[name] for name in self.ORDER]

    def frame(self) -> dict[str, Any]:
        """Return what the verb asks for; a time that was not touched stays to the second."""
        self.cleaned_data["site"] = self.session.site
        known = super().frame()
        del known["site"]
        known |= {name: self.cleaned_data[name] for name in ("title", "shared_text", "homework") if name in self.cleaned_data}
        if not CLOCK & set(self.changed_data):
            known |= {"starts_at": self.session.starts_at, "ends_at": self.session.ends_at}
        return known
