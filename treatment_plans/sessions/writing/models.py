"""Keep what a program asks of its notes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from treatment_plans.sessions.models import NoteFormat, SessionKind

PART_LABELS = {
    "note": _("Note"),
    "data": _("Data"),
    "subjective": _("Subjective"),
    "objective": _("Objective"),
    "behavior": _("Behavior"),
    "intervention": _("Intervention"),
    "assessment": _("Assessment"),
    "response": _("Response"),
    "plan": _("Plan"),
}
"""What each part of a note is called."""

PART_HELP = {
    "data": _("What was said and seen, without judging it."),
    "subjective": _("How the person tells it, in their own words."),
    "objective": _("What could be seen or measured: scores, results, how somebody appeared."),
    "behavior": _("What the person said and did, and what the session was about."),
    "intervention": _("What you did, and why."),
    "assessment": _("What you make of it, on both axes, and where the goal stands."),
    "response": _("How the person took it, and what changed."),
    "plan": _("What comes next, who does it, until when."),
}
"""What belongs into each part, in words of our own."""


THOUGHTS = {
    "situation": _("What happened?"),
    "thought": _("What went through the mind?"),
    "feeling": _("Which feeling, and how strong?"),
    "other_view": _("What speaks for another view?"),
    "outcome": _("How does it feel now?"),
}
"""The columns of a thought record, in words of our own."""


class Ask(models.TextChoices):
    """Name what a program may ask for besides the text of a note."""

    MOOD = "mood", _("Mood on arriving and leaving")
    CRAVING = "craving", _("Craving on arriving and leaving")
    LAST_HOMEWORK = "last_homework", _("What became of the last homework")
    CHOICE = "choice", _("What was offered and what the person chose")


@tracked
class NotePolicy(Recorded):
    """Say how a program writes the notes of one kind of session, or of every kind but groups."""

    sensitivity = Sensitivity.OPERATIONAL
    may_be_deleted = True

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    kind = models.CharField(_("kind of session"), max_length=16, choices=SessionKind.choices, blank=True)
    note_format = models.CharField(_("format of the notes"), max_length=8, choices=NoteFormat.choices, default=NoteFormat.DAP)
    is_fixed = models.BooleanField(_("no other format"), default=False)
    required_parts = models.JSONField(_("parts that must be filled in"), default=list, blank=True)
    required_asks = models.JSONField(_("also asked for"), default=list, blank=True)

    class Meta:
        ordering = ["program", "kind"]
        verbose_name = _("rule for notes")
        verbose_name_plural = _("rules for notes")
        constraints = [
            models.UniqueConstraint(fields=["program", "kind"], name="one_rule_for_notes_per_program_and_kind"),
            models.CheckConstraint(condition=~Q(kind=SessionKind.ENCOUNTER), name="visit_elsewhere_has_no_rule_for_notes"),
        ]

    def __str__(self) -> str:
        """Return kind and format."""
        return f"{self.get_kind_display() or _('Every kind but groups')}: {self.get_note_format_display()}"
