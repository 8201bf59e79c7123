"""Say what every fact of somebody's own world carries: whose it is, who wrote it down, and whether it was an error."""

from datetime import date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.models import Program
from casemgr.core.records import Recorded
from casemgr.core.refusals import Reason
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient

KEPT = frozenset({"id", "patient", "program", "recorded_at", "recorded_by", "in_error_why"})
"""Fields that say whose a fact is and who wrote it down; they are never revised."""


class WorldFact(Recorded):
    """Be the base of the tables of a person's own world: revised with its history kept, or marked as an error with the reason."""

    sensitivity: ClassVar[Sensitivity] = Sensitivity.CLINICAL
    spans: ClassVar[tuple[str, str] | None] = None
    """The days on which it began and ended, of which none lies in the future and the second is never before the first."""
    once: ClassVar[bool] = False
    """Whether a person has one of it, which is revised, and never two."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", verbose_name=gettext_lazy("patient"))
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=gettext_lazy("program"))
    in_error_why = models.CharField(gettext_lazy("why it was an error"), max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def stands(self) -> bool:
        """Say whether nobody marked it as an error."""
        return not self.in_error_why

    @property
    def lasts(self) -> bool:
        """Say whether it has no end yet."""
        return self.spans is None or getattr(self, self.spans[1]) is None

    @property
    def remark(self) -> str:
        """Return what is said besides its name, in one line."""
        return ""

    @property
    def began(self) -> date | None:
        """Return the day on which it began, if it says so."""
        return getattr(self, self.spans[0]) if self.spans else None

    @property
    def ended(self) -> date | None:
        """Return the day on which it ended, if it did."""
        return getattr(self, self.spans[1]) if self.spans else None

    def day_of(self, at: datetime) -> date:
        """Return the day that a moment falls on where the person lives."""
        return at.astimezone(ZoneInfo(self.patient.time_zone)).date()

    def reasons_against(self, today: date) -> list[Reason]:
        """Return in sentences what is missing or impossible in this row."""
        reasons = self._reasons_of_fields()
        named = {reason.field for reason in reasons}
        for name in self.spans or ():
            if name not in named and (day := getattr(self, name)) is not None and day > today:
                reasons.append(Reason(_("This day lies in the future."), field=name, code="future"))
        if self.began and self.ended and self.spans and not named & set(self.spans) and self.ended < self.began:
            reasons.append(Reason(_("This day is before the one on which it began."), field=self.spans[1], code="order"))
        return reasons or self._reasons_of_constraints()

    def _reasons_of_constraints(self) -> list[Reason]:
        """Return what the constraints of the table say against it."""
        try:
            self.validate_constraints()
        except ValidationError as wrong:
            return [Reason(text, code="constraint") for text in wrong.messages]
        return []

    def _reasons_of_fields(self) -> list[Reason]:
        """Return what the columns themselves do not take."""
        try:
            self.clean_fields(exclude=KEPT)
        except ValidationError as wrong:
            return [Reason(" ".join(texts), field=name, code="invalid") for name, texts in wrong.message_dict.items()]
        return []


def ends_after_it_began(name: str, began: str, ended: str) -> models.CheckConstraint:
    """Return the constraint that the end is not before the beginning, where both are known."""
    known = models.Q(**{f"{began}__isnull": True}) | models.Q(**{f"{ended}__isnull": True})
    return models.CheckConstraint(condition=known | models.Q(**{f"{ended}__gte": models.F(began)}), name=name)
