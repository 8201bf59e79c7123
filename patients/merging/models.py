"""Keep which records were found to be one person's, what moved when they were merged, and who may be the same person."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, stays_but, tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient


@tracked
class Merge(Recorded):
    """Say that two records are one person's: who found so, why, and whether it was undone."""

    sensitivity = Sensitivity.PATIENT

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    survivor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", verbose_name=_("record that stays"))
    merged = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", verbose_name=_("record merged into it"))
    reason = models.TextField(_("how it is known that they are one person"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("undone by")
    )
    undone_reason = models.TextField(_("why it was undone"), blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("merge of two records")
        verbose_name_plural = _("merges of records")
        constraints = [
            models.CheckConstraint(condition=~Q(survivor=F("merged")), name="merge_joins_two_records"),
            models.CheckConstraint(condition=~Q(reason=""), name="merge_says_how_it_is_known"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True) | (Q(undone_by__isnull=False) & ~Q(undone_reason="")),
                name="undone_merge_says_by_whom_and_why",
            ),
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at__isnull=True), name="record_is_merged_away_once_at_a_time"),
        ]
        triggers = [*append_only(but_updates=True), stays_but("undone_at", "undone_by_id", "undone_reason", name="facts_of_merge_stay")]

    def __str__(self) -> str:
        """Return its number; names are shown where they are needed."""
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def patient_id(self) -> int:
        """Return the key under which audit rows find the person."""
        return self.survivor_id

    @property
    def stands(self) -> bool:
        """Say whether the merge was not undone."""
        return self.undone_at is None


class MovedRows(models.Model):
    """List the rows of one table that a merge moved, so that an undo moves exactly these back.

    The functions `patients_move_rows` and `patients_move_rows_back` write it while they move, with the rights of the tables' owner:
    nothing is moved without being listed, and the application itself can neither move nor list.
    """

    sensitivity = Sensitivity.RECORD_OF_ACCESS
    written_by_the_database = True

    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="moved")
    table_name = models.CharField(_("table"), max_length=63)
    column_name = models.CharField(_("column"), max_length=63)
    row_keys = ArrayField(models.TextField(), verbose_name=_("rows"))
    moved_at = models.DateTimeField(_("moved at"))
    is_back = models.BooleanField(_("moved back"), default=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("moved rows")
        verbose_name_plural = _("moved rows")
        triggers = append_only()

    def __str__(self) -> str:
        """Return table and number of rows."""
        return f"{self.table_name}: {len(self.row_keys)}"


@tracked
class PossibleDuplicate(models.Model):
    """Say that two records may be one person's, how likely and why, until somebody has looked."""

    sensitivity = Sensitivity.PATIENT

    first = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField(_("score"))
    reasons = ArrayField(models.CharField(max_length=40), verbose_name=_("reasons"))
    found_at = models.DateTimeField(_("found at"))
    dismissed_at = models.DateTimeField(_("found to be two people at"), null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )

    class Meta:
        ordering = ["-score", "id"]
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="older_record_of_pair_comes_first"),
            models.UniqueConstraint(fields=["first", "second"], name="pair_of_records_is_listed_once"),
            models.CheckConstraint(
                condition=Q(dismissed_at__isnull=True) | Q(dismissed_by__isnull=False), name="dismissed_pair_says_by_whom"
            ),
        ]
        indexes = [models.Index(fields=["-score", "-id"], condition=Q(dismissed_at__isnull=True), name="duplicates_to_look_at")]

    def __str__(self) -> str:
        """Return its number; names are shown where they are needed."""
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def patient_id(self) -> int:
        """Return the key under which audit rows find the person."""
        return self.first_id
