"""Keep the stock of controlled medication: every milligram in and out (21 CFR 1304)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site
from casemgr.core.append_only import append_only, tracked
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity


class Substance(models.TextChoices):
    """Name the medications for opioid use disorder (42 CFR 8.12(h)(2))."""

    METHADONE = "methadone", _("Methadone")
    BUPRENORPHINE = "buprenorphine", _("Buprenorphine")
    NALTREXONE = "naltrexone", _("Naltrexone")


@tracked
class Product(models.Model):
    """Name one product as it stands on the shelf."""

    sensitivity = Sensitivity.OPERATIONAL

    name = models.CharField(_("name"), max_length=200)
    substance = models.CharField(_("substance"), max_length=32, choices=Substance.choices)
    form = models.CharField(_("dosage form"), max_length=80)
    rxnorm = models.CharField(_("RxNorm code"), max_length=20, unique=True)
    ndc = models.CharField(_("NDC"), max_length=20, blank=True)
    mg_per_ml = models.DecimalField(_("strength, mg per ml"), max_digits=9, decimal_places=3, null=True, blank=True)
    mg_per_unit = models.DecimalField(_("strength, mg per unit"), max_digits=9, decimal_places=3, null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(condition=Q(mg_per_ml__isnull=False) | Q(mg_per_unit__isnull=False), name="product_has_a_strength")
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


@tracked
class Lot(Recorded):
    """Hold one lot of a product at one site, and how much of it is left, in milligrams."""

    sensitivity = Sensitivity.OPERATIONAL

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("lot number"), max_length=60)
    expires_on = models.DateField(_("expires on"))
    remaining_mg = models.DecimalField(_("left, mg"), max_digits=14, decimal_places=3)
    is_open = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["expires_on", "id"]
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            models.CheckConstraint(condition=Q(remaining_mg__gte=0), name="lot_never_negative"),
            models.UniqueConstraint(fields=["product", "site", "number"], name="lot_number_is_unique_at_a_site"),
        ]

    def __str__(self) -> str:
        """Return the lot number."""
        return self.number

    @property
    def program_id(self) -> int:
        """Return the program that the stock belongs to."""
        return self.site.program_id


class StockMove(models.TextChoices):
    """Say why the stock changed."""

    RECEIVED = "received", _("Received")
    DISPENSED = "dispensed", _("Dispensed")
    WASTED = "wasted", _("Wasted")
    COUNTED = "counted", _("Corrected after a count")


class StockEntry(models.Model):
    """Say one change of one lot; never changed, never deleted: a correction is another entry."""

    sensitivity = Sensitivity.OPERATIONAL

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="entries")
    move = models.CharField(_("why"), max_length=16, choices=StockMove.choices)
    change_mg = models.DecimalField(_("change, mg"), max_digits=14, decimal_places=3)
    remaining_mg = models.DecimalField(_("left afterwards, mg"), max_digits=14, decimal_places=3)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    witness = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("stock entry")
        verbose_name_plural = _("stock entries")
        triggers = append_only()
        constraints = [
            models.CheckConstraint(
                condition=~Q(move="wasted") | (Q(witness__isnull=False) & ~Q(witness=models.F("by"))), name="waste_was_witnessed"
            ),
            models.CheckConstraint(
                condition=Q(move="counted") | Q(move="received", change_mg__gt=0) | Q(move__in=["dispensed", "wasted"], change_mg__lt=0),
                name="stock_moves_the_way_it_says",
            ),
        ]

    def __str__(self) -> str:
        """Return move and amount."""
        return f"{self.get_move_display()} {self.change_mg} mg"
