"""Keep what was done in a session, for whom, and towards which goal."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site
from casemgr.core.append_only import tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.models import Patient
from treatment_plans.appointments.models import Appointment
from treatment_plans.plan.models import Goal


def session_stays_once_signed() -> pgtrigger.Trigger:
    """Return the trigger that refuses to touch a session as soon as one of its notes is signed: each note says when, how and by whom."""
    return pgtrigger.Trigger(
        name="signed_session_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func="""
            IF EXISTS (SELECT 1 FROM treatment_plans_attendance WHERE session_id = OLD.id AND signed_at IS NOT NULL) THEN
                RAISE EXCEPTION 'Cannot change %: a note of this session is signed.', TG_TABLE_NAME;
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


def frame_stays_once_signed(name: str) -> pgtrigger.Trigger:
    """Return the trigger that keeps a row about a session (`session_id`) as soon as one of its notes is signed."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="""
            IF TG_OP <> 'INSERT' THEN
                PERFORM 1 FROM treatment_plans_attendance WHERE session_id = OLD.session_id ORDER BY id FOR SHARE;
                IF EXISTS (SELECT 1 FROM treatment_plans_attendance WHERE session_id = OLD.session_id AND signed_at IS NOT NULL) THEN
                    RAISE EXCEPTION 'Cannot change %: a note of this session is signed.', TG_TABLE_NAME;
                END IF;
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            PERFORM 1 FROM treatment_plans_attendance WHERE session_id = NEW.session_id ORDER BY id FOR SHARE;
            IF EXISTS (SELECT 1 FROM treatment_plans_attendance WHERE session_id = NEW.session_id AND signed_at IS NOT NULL) THEN
                RAISE EXCEPTION 'Cannot add to %: a note of this session is signed.', TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        """,
    )


def session_takes_no_more_once_signed() -> pgtrigger.Trigger:
    """Return the trigger that lets nobody be added to a session of which a note is signed, nor be moved into it or out of it."""
    return pgtrigger.Trigger(
        name="signed_session_takes_no_more",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("session_id"),
        func="""
            PERFORM 1 FROM treatment_plans_attendance WHERE session_id IN (OLD.session_id, NEW.session_id) ORDER BY id FOR SHARE;
            IF EXISTS (
                SELECT 1 FROM treatment_plans_attendance WHERE session_id IN (OLD.session_id, NEW.session_id) AND signed_at IS NOT NULL
            ) THEN
                RAISE EXCEPTION 'Cannot add to %: a note of this session is signed.', TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        """,
    )


def part_stays_once_signed(name: str) -> pgtrigger.Trigger:
    """Return the trigger that lets no row be added to a signed note, changed or taken away; the row leads to it by `attendance_id`.

    The note is held while the row is written, so that a signature and a change at the same moment come one after the other.
    """
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="""
            IF TG_OP <> 'INSERT' THEN
                PERFORM 1 FROM treatment_plans_attendance WHERE id = OLD.attendance_id FOR SHARE;
                IF EXISTS (SELECT 1 FROM treatment_plans_attendance WHERE id = OLD.attendance_id AND signed_at IS NOT NULL) THEN
                    RAISE EXCEPTION 'Cannot change %: the note that it belongs to is signed.', TG_TABLE_NAME;
                END IF;
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            PERFORM 1 FROM treatment_plans_attendance WHERE id = NEW.attendance_id FOR SHARE;
            IF EXISTS (SELECT 1 FROM treatment_plans_attendance WHERE id = NEW.attendance_id AND signed_at IS NOT NULL) THEN
                RAISE EXCEPTION 'Cannot add to %: the note that it belongs to is signed.', TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        """,
    )


class SessionKind(models.TextChoices):
    """Say who was in the room."""

    INDIVIDUAL = "individual", _("Individual session")
    GROUP = "group", _("Group session")
    FAMILY = "family", _("Family session")
    PEER = "peer", _("Peer support")
    HOLISTIC = "holistic", _("Holistic activity")
    CRISIS = "crisis", _("Crisis session")
    OUTREACH = "outreach", _("Outreach")
    ENCOUNTER = "encounter", _("Visit elsewhere (imported)")


class Modality(models.TextChoices):
    """Say how people met."""

    IN_PERSON = "in_person", _("In person")
    VIDEO = "video", _("Video")
    PHONE = "phone", _("Phone")


class NoteFormat(models.TextChoices):
    """Say into which parts a note is divided."""

    FREE = "free", _("Free text")
    DAP = "dap", _("DAP: data, assessment, plan")
    SOAP = "soap", _("SOAP: subjective, objective, assessment, plan")
    BIRP = "birp", _("BIRP: behavior, intervention, response, plan")


class HomeworkOutcome(models.TextChoices):
    """Say what became of the homework of the last time."""

    DONE = "done", _("Done")
    PARTLY = "partly", _("Partly done")
    NOT_DONE = "not_done", _("Not done")
    NOT_DISCUSSED = "not_discussed", _("Not talked about")


@tracked
class Session(Recorded):
    """Hold one session: when, where, by whom, and in a group what everybody did together."""

    sensitivity = Sensitivity.CLINICAL

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    clinician = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=16, choices=SessionKind.choices)
    modality = models.CharField(_("how"), max_length=16, choices=Modality.choices, default=Modality.IN_PERSON)
    title = models.CharField(_("title"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    techniques = models.JSONField(_("ways of working"), default=list, blank=True)
    shared_text = models.TextField(_("what the group did together"), blank=True)
    homework = models.TextField(_("homework until the next time"), blank=True)
    note_format = models.CharField(_("format of the notes"), max_length=8, choices=NoteFormat.choices, default=NoteFormat.FREE)

    class Meta:
        ordering = ["-starts_at", "-id"]
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="session_ends_after_it_starts")]
        indexes = [
            models.Index(fields=["site", "-starts_at"], name="sessions_at_site"),
            models.Index(fields=["clinician", "-starts_at"], name="sessions_of_clinician"),
        ]
        triggers = [session_stays_once_signed()]

    def __str__(self) -> str:
        """Return kind and start."""
        return f"{self.get_kind_display()}, {self.starts_at:%Y-%m-%d}"

    @property
    def program_id(self) -> int:
        """Return the program that the session belongs to."""
        return self.site.program_id

    @property
    def length(self) -> int:
        """Return how many minutes it took."""
        return max(0, round((self.ends_at - self.starts_at).total_seconds() / 60))


class AttendanceState(models.TextChoices):
    """Say whether somebody was there; absent is a fact that a person states."""

    PRESENT = "present", _("Present")
    LATE = "late", _("Came late")
    ABSENT = "absent", _("Absent")
    EXCUSED = "excused", _("Absent, excused")


SCALES = ("mood_in", "mood_out", "craving_in", "craving_out")
"""What is asked from 0 to 10 on arriving and on leaving."""


@tracked
class Attendance(Recorded):
    """Hold one person's part in a session: whether they came, the note on them, and the goals it served."""

    sensitivity = Sensitivity.CLINICAL

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("attendance"), max_length=16, choices=AttendanceState.choices, default=AttendanceState.PRESENT)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    activity_minutes = models.PositiveSmallIntegerField(_("minutes of activity"), null=True, blank=True)
    parts = models.JSONField(_("parts of the note"), default=dict, blank=True)
    carried = models.JSONField(_("parts carried forward, each with its session and day"), default=dict, blank=True)
    note = models.TextField(_("note"), blank=True)
    last_homework = models.CharField(_("homework of the last time"), max_length=16, choices=HomeworkOutcome.choices, blank=True)
    mood_in = models.PositiveSmallIntegerField(_("mood on arriving"), null=True, blank=True)
    mood_out = models.PositiveSmallIntegerField(_("mood on leaving"), null=True, blank=True)
    craving_in = models.PositiveSmallIntegerField(_("craving on arriving"), null=True, blank=True)
    craving_out = models.PositiveSmallIntegerField(_("craving on leaving"), null=True, blank=True)
    triggers = models.JSONField(_("triggers that came up"), default=list, blank=True)
    thought_record = models.JSONField(_("thought record"), default=dict, blank=True)
    offered = models.TextField(_("what was offered"), blank=True)
    chosen = models.TextField(_("what the person chose"), blank=True)
    goals = models.ManyToManyField(Goal, through="treatment_plans.AttendanceGoal", related_name="+")
    no_goal_reason = models.CharField(_("why no goal"), max_length=200, blank=True)
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        verbose_name = _("attendance and note")
        verbose_name_plural = _("attendances and notes")
        constraints = [
            models.UniqueConstraint(fields=["session", "patient"], name="one_note_per_person_and_session"),
            models.CheckConstraint(condition=Q(signed_at__isnull=True) | Q(signed_by__isnull=False), name="signature_has_a_name"),
            *(
                models.CheckConstraint(condition=Q(**{f"{scale}__isnull": True}) | Q(**{f"{scale}__lte": 10}), name=f"{scale}_goes_to_ten")
                for scale in SCALES
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-id"], name="attendances_of_patient"),
            models.Index(fields=["session"], condition=Q(signed_at__isnull=True), name="unsigned_notes"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="signed_note_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__signed_at__isnull=False),
            ),
            session_takes_no_more_once_signed(),
        ]

    def __str__(self) -> str:
        """Return the attendance."""
        return self.get_state_display()

    @property
    def program_id(self) -> int:
        """Return the program that the session belongs to."""
        return self.session.site.program_id


@tracked
class AttendanceGoal(models.Model):
    """Link one person's part in a session to a goal of their plan."""

    sensitivity = Sensitivity.CLINICAL
    may_be_deleted = True

    attendance = models.ForeignKey(Attendance, on_delete=models.CASCADE, related_name="goal_links")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        verbose_name = _("goal worked on")
        verbose_name_plural = _("goals worked on")
        constraints = [models.UniqueConstraint(fields=["attendance", "goal"], name="goal_linked_once")]
        triggers = [part_stays_once_signed("signed_goals_stay")]

    def __str__(self) -> str:
        """Return the goal's key."""
        return f"{self.goal_id}"
