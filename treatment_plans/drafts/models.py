"""Keep what somebody has typed into a form and not saved yet."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.encrypted import decrypt, encrypt
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient
from treatment_plans.drafts.rules import Words, purpose_of


class Draft(Recorded):
    """Hold what one person has typed into one form; `recorded_by` is its only reader.

    The words are sealed for this owner and this form: moved to another row, they cannot be read. `version` grows with every change, so
    that a window that has not seen the last one is told so. When the note is saved the words are wiped and the row stays for a while
    with its number: what arrives late from the same form finds that it comes too late. It keeps no history: it is no record of care.
    """

    sensitivity = Sensitivity.RESTRICTED
    may_be_deleted = True

    patient = models.ForeignKey(Patient, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(_("form"), max_length=200)
    version = models.PositiveIntegerField(_("version"), default=0)
    sealed = models.BinaryField(_("words"), null=True, blank=True)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        verbose_name = _("unfinished note")
        verbose_name_plural = _("unfinished notes")
        constraints = [models.UniqueConstraint(fields=["recorded_by", "key"], name="one_draft_per_owner_and_form")]
        indexes = [
            models.Index(fields=["recorded_by", "-recorded_at"], condition=Q(sealed__isnull=False), name="unfinished_notes_of_owner"),
            models.Index(fields=["recorded_at"], name="drafts_by_age"),
        ]

    def __str__(self) -> str:
        """Return no word of it."""
        return str(_("unfinished note"))

    @property
    def words(self) -> Words | None:
        """Return what was typed, or nothing when it became a note."""
        if self.sealed is None:
            return None
        return Words.unpacked(decrypt(bytes(self.sealed), purpose=purpose_of(self.key, owner=self.recorded_by_id)))

    def seal(self, words: Words | None) -> None:
        """Take these words in, or wipe those that are there."""
        purpose = purpose_of(self.key, owner=self.recorded_by_id)
        self.sealed = None if words is None else encrypt(words.packed(), purpose=purpose)
