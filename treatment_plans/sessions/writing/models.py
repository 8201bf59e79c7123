"""Keep what a program asks of its notes."""

from django.utils.translation import gettext_lazy as _

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
