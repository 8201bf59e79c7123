"""Keep which naloxone was given to whom, until when it is good, and what became of it."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import tracked
from patients.health.models import HealthFact
from patients.health.naloxone.rules import NaloxoneNeed


class NaloxoneProduct(models.TextChoices):
    """Name the products by their RxNorm code; data/naloxone.csv names where each code is from."""

    NASAL_4 = "1725059", _("Nasal spray 4 mg")
    NASAL_8 = "2540703", _("Nasal spray 8 mg")
    NASAL_3 = "2673091", _("Nasal spray 3 mg")
    INJECTION = "1191222", _("Injection 0.4 mg/mL")
    SYRINGE_5 = "2589612", _("Prefilled syringe 5 mg")
    OTHER = "other", _("Another product")


class KitOrigin(models.TextChoices):
    """Say where a kit is from."""

    GIVEN_HERE = "given_here", _("Given here")
    PRESCRIBED = "prescribed", _("Prescribed, from a pharmacy")
    ELSEWHERE = "elsewhere", _("Has it from elsewhere")


class KitHolder(models.TextChoices):
    """Say who holds a kit."""

    PERSON = "person", _("The person")
    HOUSEHOLD = "household", _("Somebody they live with")
    OTHER = "other", _("Somebody else close to them")


class KitState(models.TextChoices):
    """Say what became of a kit."""

    IN_HAND = "in_hand", _("In hand")
    USED = "used", _("Used")
    LOST = "lost", _("Lost or taken away")
    GIVEN_ON = "given_on", _("Given to somebody else")
    DISCARDED = "discarded", _("Expired and thrown away")
    DECLINED = "declined", _("Offered, not wanted")


class Training(models.TextChoices):
    """Say whether the use of the kit was shown."""

    SHOWN_BACK = "shown_back", _("Shown, and shown back")
    SHOWN = "shown", _("Shown")
    KNEW = "knew", _("Knew it already")
    NOT_YET = "not_yet", _("Not yet")


@tracked
class NaloxoneKit(HealthFact):
    """Hold one naloxone kit of a person, or that one was offered and not wanted."""

    past_days = ("given_on", "ended_on")
    spans = (("given_on", "ended_on"), ("given_on", "expires_on"))

    origin = models.CharField(_("from where"), max_length=16, choices=KitOrigin.choices, default=KitOrigin.GIVEN_HERE)
    product = models.CharField(_("product"), max_length=16, choices=NaloxoneProduct.choices, default=NaloxoneProduct.NASAL_4)
    doses = models.PositiveSmallIntegerField(_("doses in it"), default=2, validators=[MinValueValidator(1), MaxValueValidator(12)])
    lot = models.CharField(_("lot"), max_length=40, blank=True)
    given_on = models.DateField(_("given on"))
    expires_on = models.DateField(_("good until"), null=True, blank=True)
    holder = models.CharField(_("who holds it"), max_length=16, choices=KitHolder.choices, default=KitHolder.PERSON)
    holder_words = models.CharField(_("who, in words"), max_length=120, blank=True)
    training = models.CharField(_("training"), max_length=16, choices=Training.choices, default=Training.NOT_YET)
    state = models.CharField(_("what became of it"), max_length=16, choices=KitState.choices, default=KitState.IN_HAND)
    ended_on = models.DateField(_("since"), null=True, blank=True)
    replaces = models.ForeignKey("patients.NaloxoneKit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    remark = models.TextField(_("remark"), blank=True)

    class Meta:
        ordering = ["-given_on", "-id"]
        verbose_name = _("naloxone kit")
        verbose_name_plural = _("naloxone kits")
        constraints = [
            models.CheckConstraint(condition=Q(doses__gt=0), name="naloxone_kit_holds_a_dose"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("given_on")), name="naloxone_kit_ends_after_it_was_given"
            ),
            models.CheckConstraint(
                condition=Q(state="in_hand", ended_on__isnull=True) | ~Q(state="in_hand"), name="naloxone_kit_in_hand_has_not_ended"
            ),
        ]
        indexes = [models.Index(fields=["patient", "-given_on"], condition=Q(in_error_why="", state="in_hand"), name="naloxone_in_hand")]

    def __str__(self) -> str:
        """Return product and day."""
        return f"{self.get_product_display()} {self.given_on}"

    def is_good_on(self, day: date) -> bool:
        """Say whether it is in hand and not expired; one without a known expiry counts as good."""
        return self.stands and self.state == KitState.IN_HAND and (self.expires_on is None or self.expires_on > day)


NALOXONE_WORDS = {
    NaloxoneNeed.NONE_IN_HAND: _("No naloxone in hand"),
    NaloxoneNeed.EXPIRED: _("The naloxone in hand has expired"),
    NaloxoneNeed.EXPIRES_SOON: _("The naloxone in hand expires within 30 days"),
    NaloxoneNeed.GIVEN_LONG_AGO: _("Naloxone was given more than a year ago"),
}
"""Why somebody needs naloxone, in words."""
