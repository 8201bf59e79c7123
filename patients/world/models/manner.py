"""Keep whether the care itself was made safe from the start: the six principles of a trauma-informed approach."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from patients.world.models.base import WorldFact
from patients.world.rules.principles import PRINCIPLES, open_principles


class Principle(models.TextChoices):
    """Say how far one principle was brought about with this person."""

    DONE = "done", _("Talked about, and done")
    BEGUN = "begun", _("Talked about, more to do")
    DECLINED = "declined", _("The person does not want to talk about it now")


def _principle(label: object, help_text: object) -> "models.CharField[str, str]":
    """Return the column of one principle."""
    return models.CharField(label, max_length=8, choices=Principle.choices, blank=True, help_text=help_text)  # type: ignore[arg-type]  # words that are translated late


@tracked
class SafeStart(WorldFact):
    """Hold the checklist of the six principles (SAMHSA, SMA14-4884, 2014); it never asks what happened to somebody."""

    once = True

    safety = _principle(_("safety"), _("The place, the seat, the door, the stop signal: what makes it safe here."))
    trust = _principle(_("trustworthiness and transparency"), _("What is written down, who reads it, what has to be reported and when."))
    peers = _principle(_("peer support"), _("Peer workers and mutual help were offered; nobody has to go."))
    collaboration = _principle(_("collaboration and mutuality"), _("Decisions are made together; the person may say no."))
    choice = _principle(_("empowerment, voice and choice"), _("Who treats, how and when: choices were offered and written down."))
    culture = _principle(_("culture, history and gender"), _("Language, faith, gender of the clinician, what the community lived through."))
    words = models.CharField(
        _("in words"), max_length=200, blank=True, help_text=_("No trauma detail: what happened belongs to the trauma notes.")
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("trauma-informed start")
        verbose_name_plural = _("trauma-informed starts")
        constraints = [
            models.CheckConstraint(
                condition=~Q(**dict.fromkeys(PRINCIPLES, "")),
                name="safe_start_says_something",
                violation_error_message=_("Say of at least one principle how far it is."),
            )
        ]

    def __str__(self) -> str:
        """Return how many of the six were talked about."""
        return str(_("%(done)s of %(of)s principles talked about") % {"done": len(PRINCIPLES) - len(self.open), "of": len(PRINCIPLES)})

    @property
    def open(self) -> list[str]:
        """Return the principles that nobody has talked about yet."""
        return open_principles({name: getattr(self, name) for name in PRINCIPLES})

    @property
    def remark(self) -> str:
        """Return what is still open, and the words."""
        names = ", ".join(str(self._meta.get_field(name).verbose_name) for name in self.open)  # type: ignore[union-attr]  # columns, no relations
        still = str(_("Still open: %(names)s") % {"names": names}) if names else ""
        return " · ".join(part for part in (still, self.words) if part)
