"""Keep who supervises whom, what a program asks of signatures, and what was added to signed notes."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only, stays_but, tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from treatment_plans.sessions.models import Attendance
from treatment_plans.signing.rules import (
    IS_PEERS_COSIGNED,
    LATE_AFTER_HOURS,
    SAMPLE_PERCENT,
    SIGN_WITHIN_HOURS,
    Terms,
)

ONLY_OF_SIGNED = pgtrigger.Trigger(
    name="only_of_a_signed_note",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        IF NOT EXISTS (SELECT 1 FROM treatment_plans_attendance WHERE id = NEW.attendance_id AND signed_at IS NOT NULL) THEN
            RAISE EXCEPTION 'Cannot add to %: the note is not signed.', TG_TABLE_NAME;
        END IF;
        RETURN NEW;
    """,
)
"""What is added to a note, asked of it or said of it waits until the note is signed; before that the note itself is changed."""


class SigningPolicy(Recorded):
    """Hold what a program asks of signatures from a moment on; what was signed before is judged by what held then."""

    sensitivity = Sensitivity.OPERATIONAL

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    late_after_hours = models.PositiveSmallIntegerField(_("late entry after (hours)"), default=LATE_AFTER_HOURS)
    sign_within_hours = models.PositiveSmallIntegerField(_("to be signed within (hours)"), default=SIGN_WITHIN_HOURS)
    sample_percent = models.PositiveSmallIntegerField(_("sample read by supervisors (percent)"), default=SAMPLE_PERCENT)
    is_peers_cosigned = models.BooleanField(_("notes of peers are co-signed"), default=IS_PEERS_COSIGNED)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        verbose_name = _("rule about signatures")
        verbose_name_plural = _("rules about signatures")
        constraints = [
            models.CheckConstraint(
                condition=Q(late_after_hours__range=(1, 720), sign_within_hours__range=(1, 720)), name="hours_of_signing_are_possible"
            ),
            models.CheckConstraint(condition=Q(sample_percent__lte=100), name="sample_is_a_part_of_hundred"),
        ]
        indexes = [models.Index(fields=["program", "-recorded_at"], name="signing_policy_of_program")]
        triggers = append_only()

    def __str__(self) -> str:
        """Return from when it holds."""
        return f"{self.recorded_at:%Y-%m-%d}"

    @property
    def terms(self) -> Terms:
        """Return what it says."""
        return Terms(self.late_after_hours, self.sign_within_hours, self.sample_percent, self.is_peers_cosigned)


@tracked
class Supervision(Recorded):
    """Say that somebody supervises somebody in a program, for a time; with `is_every_note` each note is co-signed."""

    sensitivity = Sensitivity.OPERATIONAL

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("supervisor")
    )
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("supervised")
    )
    is_every_note = models.BooleanField(_("every note is co-signed (in training)"), default=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)

    class Meta:
        ordering = ["clinician__full_name", "id"]
        verbose_name = _("supervision")
        verbose_name_plural = _("supervisions")
        constraints = [
            models.CheckConstraint(condition=~Q(supervisor=F("clinician")), name="nobody_supervises_themselves"),
            models.CheckConstraint(condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="supervision_ends_after_start"),
            models.UniqueConstraint(
                fields=["program", "supervisor", "clinician"], condition=Q(ends_on__isnull=True), name="supervision_is_named_once"
            ),
        ]
        indexes = [
            models.Index(fields=["supervisor", "program"], name="supervisions_of_supervisor"),
            models.Index(fields=["clinician", "program"], name="supervisors_of_clinician"),
        ]
        triggers = [*append_only(but_updates=True), stays_but("ends_on", name="supervision_stays_whose_it_is")]

    def __str__(self) -> str:
        """Return who supervises whom."""
        return f"{self.supervisor} → {self.clinician}"


class Because(models.TextChoices):
    """Say why a note needs a second signature."""

    ROLE = "role", _("Notes of peers are co-signed")
    TRAINEE = "trainee", _("In training: every note is co-signed")
    SAMPLE = "sample", _("Chosen by the sample")


class CosignState(models.TextChoices):
    """Say how far a co-signature is."""

    WAITING = "waiting", _("Waits for a co-signature")
    RETURNED = "returned", _("Returned to its author")
    COSIGNED = "cosigned", _("Co-signed")
    NOT_NEEDED = "not_needed", _("No longer needed")


COSIGN_MOVES = [
    ("waiting", "returned"),
    ("waiting", "cosigned"),
    ("waiting", "not_needed"),
    ("returned", "waiting"),
    ("returned", "cosigned"),
    ("returned", "not_needed"),
]


@tracked
class CosignRequest(Recorded):
    """Ask for a second signature under one signed note."""

    sensitivity = Sensitivity.CLINICAL

    attendance = models.OneToOneField(Attendance, on_delete=models.PROTECT, related_name="cosigning", verbose_name=_("note"))
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("author")
    )
    because = models.CharField(_("why"), max_length=16, choices=Because.choices)
    state = models.CharField(_("state"), max_length=16, choices=CosignState.choices, default=CosignState.WAITING)

    class Meta:
        ordering = ["recorded_at", "id"]
        verbose_name = _("co-signature asked for")
        verbose_name_plural = _("co-signatures asked for")
        constraints = [models.CheckConstraint(condition=Q(because__in=Because.values), name="cosignature_is_asked_for_a_reason")]
        indexes = [
            models.Index(
                fields=["program", "author", "recorded_at"], condition=Q(state__in=["waiting", "returned"]), name="cosignatures_that_wait"
            )
        ]
        triggers = [
            *append_only(but_updates=True),
            ONLY_OF_SIGNED,
            stays_but("state", name="cosigning_stays_what_it_asks"),
            pgtrigger.FSM(name="cosigning_moves", field="state", transitions=COSIGN_MOVES),
            pgtrigger.Trigger(
                name="cosigned_by_somebody",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.state = 'cosigned' AND NOT EXISTS (
                        SELECT 1 FROM treatment_plans_cosignanswer WHERE request_id = NEW.id AND verdict = 'cosigned'
                    ) THEN
                        RAISE EXCEPTION 'Cannot call % co-signed: nobody has co-signed it.', TG_TABLE_NAME;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        """Return why it is asked for."""
        return self.get_because_display()


class Verdict(models.TextChoices):
    """Say what a supervisor answered."""

    COSIGNED = "cosigned", _("Co-signed")
    RETURNED = "returned", _("Returned")


class CosignAnswer(Recorded):
    """Hold what a supervisor (`recorded_by`) answered: a second signature, or a comment with which the note went back to its author."""

    sensitivity = Sensitivity.CLINICAL

    request = models.ForeignKey(CosignRequest, on_delete=models.PROTECT, related_name="answers")
    verdict = models.CharField(_("answer"), max_length=16, choices=Verdict.choices)
    words = models.TextField(_("comment"), blank=True)

    class Meta:
        ordering = ["recorded_at", "id"]
        verbose_name = _("answer of a supervisor")
        verbose_name_plural = _("answers of supervisors")
        constraints = [
            models.CheckConstraint(condition=Q(verdict="cosigned") | ~Q(words=""), name="note_is_returned_with_a_comment"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="supervisor_answers_one_of_two"),
            models.UniqueConstraint(fields=["request"], condition=Q(verdict="cosigned"), name="note_is_cosigned_once"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        """Return the answer."""
        return self.get_verdict_display()


class NoteAddendum(Recorded):
    """Hold what somebody (`recorded_by`) added to a signed note, at a moment (`recorded_at`); the note itself stays."""

    sensitivity = Sensitivity.CLINICAL

    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="addenda", verbose_name=_("note"))
    text = models.TextField(_("what is added"))

    class Meta:
        ordering = ["recorded_at", "id"]
        verbose_name = _("addendum")
        verbose_name_plural = _("addenda")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="addendum_says_something")]
        triggers = [*append_only(), ONLY_OF_SIGNED]

    def __str__(self) -> str:
        """Return when it was added."""
        return f"{self.recorded_at:%Y-%m-%d}"


class ErrorKind(models.TextChoices):
    """Say what is wrong with a signed note."""

    WRONG_PERSON = "wrong_person", _("It is about another person")
    WRONG_SESSION = "wrong_session", _("The session did not take place, or at another time")
    TWICE = "twice", _("It was written twice")
    WRONG_CONTENT = "wrong_content", _("What it says is not what happened")


class NoteInError(Recorded):
    """Mark a signed note as entered in error; it stays readable, and nothing is counted or told from it any more."""

    sensitivity = Sensitivity.CLINICAL

    attendance = models.OneToOneField(Attendance, on_delete=models.PROTECT, related_name="in_error", verbose_name=_("note"))
    kind = models.CharField(_("what is wrong"), max_length=16, choices=ErrorKind.choices)
    words = models.TextField(_("in words"))

    class Meta:
        ordering = ["recorded_at", "id"]
        verbose_name = _("note entered in error")
        verbose_name_plural = _("notes entered in error")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ErrorKind.values), name="error_in_a_note_is_of_a_known_kind"),
            models.CheckConstraint(condition=~Q(words=""), name="error_in_a_note_is_explained"),
        ]
        triggers = [*append_only(), ONLY_OF_SIGNED]

    def __str__(self) -> str:
        """Return what is wrong."""
        return self.get_kind_display()
