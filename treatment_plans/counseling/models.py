"""Keep SUD counseling notes apart from everything else (42 CFR 2.11, 2.31(b))."""

import uuid
from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, stays_but, tracked
from casemgr.core.encrypted import EncryptedTextField
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient
from treatment_plans.counseling.rules import OPENING_DAYS
from treatment_plans.sessions.models import Session


@tracked
class CounselingNote(Recorded):
    """Hold what a counselor thinks about the conversation of one session; `recorded_by` is its originator and only reader.

    The key tells nothing: numbers in a row would say how many there are.
    """

    sensitivity = Sensitivity.RESTRICTED

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    body = EncryptedTextField(_("note"), purpose="counselingnote.body")
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)

    class Meta:
        ordering = ["-recorded_at"]
        verbose_name = _("counseling note")
        verbose_name_plural = _("counseling notes")
        constraints = [
            models.UniqueConstraint(fields=["session", "patient", "recorded_by"], name="one_counseling_note_per_person_session_and_author")
        ]
        indexes = [models.Index(fields=["patient", "program", "recorded_by"], name="counseling_notes_of_patient")]
        triggers = [
            *append_only(but_updates=True),
            pgtrigger.Protect(
                name="signed_counseling_stays", operation=pgtrigger.Update, condition=pgtrigger.Q(old__signed_at__isnull=False)
            ),
            stays_but("body", "signed_at", "recorded_at", name="counseling_stays_whose_it_is"),
        ]

    def __str__(self) -> str:
        """Return no word of it."""
        return str(_("counseling note"))


class CounselingAddendum(Recorded):
    """Hold what its originator added to a signed counseling note."""

    sensitivity = Sensitivity.RESTRICTED

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(CounselingNote, on_delete=models.PROTECT, related_name="addenda")
    body = EncryptedTextField(_("addendum"), purpose="counselingaddendum.body")

    class Meta:
        ordering = ["recorded_at"]
        verbose_name = _("addendum to a counseling note")
        verbose_name_plural = _("addenda to counseling notes")
        triggers = append_only()

    def __str__(self) -> str:
        """Return no word of it."""
        return str(_("addendum"))


class OpeningBasis(models.TextChoices):
    """List the uses of counseling notes by somebody other than their originator that need no consent (42 CFR 2.31(b)(1))."""

    TRAINING = "training", _("Our own training of counselors under supervision (42 CFR 2.31(b)(1)(i)(B))")
    DEFENSE = "defense", _("Our defense in an action brought by the person (42 CFR 2.31(b)(1)(i)(C))")
    OVERSIGHT = "oversight", _("Oversight of the originator (42 CFR 2.53, 2.31(b)(1)(ii))")


@tracked
class CounselingOpening(Recorded):
    """Open the counseling notes of one originator on one person to one named reader, for days, on a basis that the law knows."""

    sensitivity = Sensitivity.RESTRICTED

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    originator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(_("basis"), max_length=16, choices=OpeningBasis.choices)
    words = EncryptedTextField(_("why, in words"), purpose="counselingopening.words")
    closes_at = models.DateTimeField(_("open until"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("opening of counseling notes")
        verbose_name_plural = _("openings of counseling notes")
        constraints = [
            models.CheckConstraint(condition=Q(basis__in=OpeningBasis.values), name="opening_of_counseling_has_a_known_basis"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("recorded_at"), closes_at__lte=F("recorded_at") + timedelta(days=OPENING_DAYS)),
                name="opening_of_counseling_is_for_a_time",
            ),
            models.CheckConstraint(condition=~Q(reader=F("originator")), name="opening_of_counseling_is_for_somebody_else"),
            models.CheckConstraint(condition=~Q(reader=F("recorded_by")), name="nobody_opens_counseling_for_themselves"),
        ]
        indexes = [models.Index(fields=["reader", "closes_at"], name="counseling_opened_to_reader")]
        triggers = [
            *append_only(but_updates=True),
            stays_but("closed_at", name="facts_of_opening_stay"),
        ]

    def __str__(self) -> str:
        """Return the basis."""
        return self.get_basis_display()
