"""Keep who asked for help, how they may be called back, and what was asked of them at once."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, Site
from casemgr.core.append_only import append_only, tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.inquiries.models.vocabulary import (
    AskedBy,
    AskedFor,
    Asker,
    DoneAtOnce,
    InquiryEnd,
    InquiryState,
    InterimHelp,
    Pace,
    StepKind,
    TriageAnswer,
)
from patients.inquiries.rules import Danger, dangers
from patients.record.models import LANGUAGE_CHOICES, Patient
from patients.safety.models import CalledAs


@tracked
class Inquiry(Recorded):
    """Hold one request for help; it needs no chart, and points at one once there is."""

    sensitivity = Sensitivity.CLINICAL

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    patient = models.ForeignKey(
        Patient, null=True, blank=True, on_delete=models.PROTECT, related_name="inquiries", verbose_name=_("patient")
    )
    asker = models.CharField(_("who asks"), max_length=16, choices=Asker.choices)
    asker_name = models.CharField(_("name of who asks"), max_length=120, blank=True)
    came_by = models.CharField(_("how it came"), max_length=16, choices=AskedBy.choices, default=AskedBy.PHONE)
    received_at = models.DateTimeField(_("asked at"))
    given_name = models.CharField(_("given name"), max_length=80, blank=True)
    family_name = models.CharField(_("family name"), max_length=80, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    asks_for = models.CharField(_("asks for"), max_length=16, choices=AskedFor.choices, default=AskedFor.OTHER)
    words = models.TextField(_("in their words"), blank=True)
    call_back = models.CharField(_("call back at"), max_length=120, blank=True)
    call_back_whose = models.CharField(_("whose number"), max_length=80, blank=True)
    may_leave_message = models.BooleanField(_("a message may be left"), default=False)
    may_text = models.BooleanField(_("may be texted"), default=False)
    say_nothing = models.BooleanField(_("do not say who calls"), default=False)
    best_time = models.CharField(_("best time"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGE_CHOICES, default="en")
    language_name = models.CharField(_("which language"), max_length=60, blank=True)
    interpreter_needed = models.BooleanField(_("interpreter needed"), default=False)
    pace = models.PositiveSmallIntegerField(_("how soon"), choices=Pace.choices, default=Pace.ROUTINE)
    call_by = models.DateTimeField(_("call back by"))
    in_hand = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who has it")
    )
    state = models.CharField(_("state"), max_length=16, choices=InquiryState.choices, default=InquiryState.OPEN)
    ended_because = models.CharField(_("came to"), max_length=24, choices=InquiryEnd.choices, blank=True)
    went_to = models.CharField(_("where to"), max_length=200, blank=True)
    ended_words = models.TextField(_("about the end"), blank=True)
    ended_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        ordering = ["call_by", "id"]
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", ended_at__isnull=False) & ~Q(ended_because="")
                | ~Q(state="closed") & Q(ended_because="", ended_at__isnull=True),
                name="closed_inquiry_says_what_it_came_to",
            ),
            models.CheckConstraint(
                condition=~Q(ended_because__in=["referred", "not_for_us"]) | ~Q(went_to=""), name="nobody_is_sent_away_without_an_address"
            ),
            models.CheckConstraint(
                condition=~Q(ended_because="admitted") | Q(patient__isnull=False), name="admitted_inquiry_has_a_patient"
            ),
        ]
        indexes = [
            models.Index(fields=["site", "pace", "call_by"], condition=~Q(state="closed"), name="open_inquiries"),
            models.Index(fields=["patient"], condition=Q(patient__isnull=False), name="inquiries_of_patient"),
            models.Index(fields=["program", "received_at", "id"], name="inquiries_by_day"),
        ]

    def __str__(self) -> str:
        """Return how the person is called, or that it is not known."""
        return self.name or str(_("Name not given"))

    @property
    def name(self) -> str:
        """Return the name as it was given."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def is_open(self) -> bool:
        """Say whether something is still to be done."""
        return self.state != InquiryState.CLOSED


def _answer(words: Any) -> "models.CharField[str, str]":
    """Return a column for one answer of the triage."""
    return models.CharField(words, max_length=16, choices=TriageAnswer.choices, default=TriageAnswer.NOT_ASKED)


class Triage(Recorded):
    """Hold what was asked at once about overdose and suicide, and what was done; a later call adds a row."""

    sensitivity = Sensitivity.CLINICAL

    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="triages", verbose_name=_("inquiry"))
    asked_at = models.DateTimeField(_("asked at"))
    overdose_now = _answer(_("hard to wake, breathing slowly, blue or gray"))
    overdosed = _answer(_("an overdose in the last 30 days"))
    suicidal = _answer(_("thoughts of suicide"))
    suicide_plan = _answer(_("a plan, or steps toward it"))
    uses_alone = _answer(_("uses alone"))
    has_naloxone = _answer(_("has naloxone"))
    pregnant = _answer(_("pregnant"))
    injects = _answer(_("injects"))
    done = ArrayField(models.CharField(max_length=24, choices=DoneAtOnce.choices), verbose_name=_("done at once"), default=list, blank=True)
    done_words = models.CharField(_("about what was done"), max_length=500, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = _("triage of an inquiry")
        verbose_name_plural = _("triages of inquiries")
        triggers = append_only()

    def __str__(self) -> str:
        """Return the moment."""
        return f"{self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def done_in_words(self) -> str:
        """Return what was done at once."""
        return ", ".join(str(DoneAtOnce(code).label) for code in self.done)

    @property
    def dangers(self) -> list[str]:
        """Return in words what was answered with yes about overdose and suicide."""
        found = dangers({danger.value: getattr(self, danger.value) for danger in Danger})
        columns: Any = Triage._meta
        return [str(columns.get_field(danger.value).verbose_name) for danger in found]


class InquiryStep(Recorded):
    """Hold one thing done about an inquiry: a call, an offer, help while waiting."""

    sensitivity = Sensitivity.CLINICAL

    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="steps", verbose_name=_("inquiry"))
    kind = models.CharField(_("what"), max_length=16, choices=StepKind.choices)
    given_help = models.CharField(_("which help"), max_length=16, choices=InterimHelp.choices, blank=True)
    happened_at = models.DateTimeField(_("at"))
    words = models.CharField(_("in words"), max_length=500, blank=True)

    class Meta:
        ordering = ["-happened_at", "-id"]
        verbose_name = _("step about an inquiry")
        verbose_name_plural = _("steps about inquiries")
        constraints = [models.CheckConstraint(condition=~Q(kind="interim") | ~Q(given_help=""), name="interim_help_says_which")]
        triggers = append_only()

    def __str__(self) -> str:
        """Return what was done."""
        return self.get_kind_display()


class InquiryCall(Recorded):
    """Say who was called because somebody whom nobody knows yet may be in danger, as what, and at which turn of which telling."""

    sensitivity = Sensitivity.CLINICAL

    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="calls", verbose_name=_("inquiry"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    called_as = models.CharField(_("as"), max_length=16, choices=CalledAs.choices)
    telling = models.PositiveBigIntegerField(_("telling"), default=0)
    turn = models.PositiveSmallIntegerField(_("turn"), default=0)
    since = models.DateTimeField(_("told at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("call about an inquiry")
        verbose_name_plural = _("calls about inquiries")
        triggers = append_only()
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "user", "telling", "since", "turn"], name="called_once_a_turn_of_a_telling")
        ]

    def __str__(self) -> str:
        """Return as what somebody was called."""
        return str(self.get_called_as_display())
