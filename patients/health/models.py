"""Say what every fact of somebody's health carries: whose it is, who knew it when, and whether it was an error."""

from datetime import date, datetime
from typing import Any, ClassVar
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

KEPT = frozenset({"id", "patient", "program", "recorded_at", "recorded_by"})
"""Fields that say whose a fact is and who wrote it down; they are never revised."""


class HealthFacts(models.QuerySet[Any]):
    """Find facts of health."""

    def standing(self) -> "HealthFacts":
        """Return those that were not marked as errors."""
        return self.filter(in_error_why="")


class HealthFact(Recorded):
    """Be the base of the tables of health: a fact is revised with its history kept, or marked as an error with the reason."""

    sensitivity: ClassVar[Sensitivity] = Sensitivity.CLINICAL
    past_days: ClassVar[tuple[str, ...]] = ()
    """Days that cannot lie in the future."""
    spans: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Pairs of days of which the second is never before the first."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", verbose_name=gettext_lazy("patient"))
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=gettext_lazy("program"))
    in_error_why = models.CharField(gettext_lazy("why it was an error"), max_length=200, blank=True)

    objects = HealthFacts.as_manager()

    class Meta:
        abstract = True

    @property
    def stands(self) -> bool:
        """Say whether nobody marked it as an error."""
        return not self.in_error_why

    def day_of(self, at: datetime) -> date:
        """Return the day that a moment falls on where the person lives."""
        return at.astimezone(ZoneInfo(self.patient.time_zone)).date()

    def reasons_against(self, today: date) -> list[Reason]:
        """Return in sentences what is missing or impossible in this row; only if nothing is, the other rows are asked too."""
        reasons = self._reasons_of_fields()
        named = {reason.field for reason in reasons}
        for name in self.past_days:
            if name not in named and (day := getattr(self, name)) is not None and day > today:
                reasons.append(Reason(_("This day lies in the future."), field=name, code="future"))
        for first, last in self.spans:
            began, ended = getattr(self, first), getattr(self, last)
            if not {first, last} & named and began is not None and ended is not None and ended < began:
                reasons.append(Reason(_("This day is before the one on which it began."), field=last, code="order"))
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
