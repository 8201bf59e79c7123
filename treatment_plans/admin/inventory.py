"""Open the tables of stock in the record room."""

from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import colleagues_of, sites_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin, SiteFilter
from casemgr.core.ui.verb_forms import ReachedChoiceField, SeenChoiceField, form_of, form_with
from treatment_plans.admin.base import RECORDED
from treatment_plans.inventory.actions import add_product, count_lot, receive_lot, waste_stock
from treatment_plans.inventory.models import Lot, Product, StockEntry
from treatment_plans.inventory.queries import lots_seen_by


class ProductAdmin(RecordAdmin):
    """Show what stands on the shelf."""

    view_rights = (Can.SEE_STOCK,)
    list_select_related = False
    list_display = ("name", "substance", "form", "mg_per_ml", "mg_per_unit", "rxnorm", "ndc")
    list_filter = ("substance",)
    search_fields = ("name", "rxnorm", "ndc")
    shown = ("name", "substance", "form", "rxnorm", "ndc", "mg_per_ml", "mg_per_unit")
    add_verb = AdminVerb(add_product, _("Add a product"), form_of(Product, *shown))

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return all: products are the same for everybody."""
        return Product.objects.all()


def _mg(label: Any) -> forms.DecimalField:
    """Return a field that asks for milligrams."""
    return forms.DecimalField(label=label, max_digits=14, decimal_places=3)


class LotAdmin(RecordAdmin):
    """Show lots and what is left of each."""

    view_rights = (Can.SEE_STOCK,)
    list_select_related = ("product", "site")
    list_display = ("number", "product", "site", "expires_on", "remaining_mg", "is_open")
    list_filter = ("is_open", SiteFilter)
    search_fields = ("number", "product__name")
    shown = ("product", "site", "number", "expires_on", "remaining_mg", "is_open", *RECORDED)
    add_verb = AdminVerb(
        receive_lot,
        _("Receive a lot"),
        form_of(
            Lot,
            "number",
            "expires_on",
            first={
                "product": SeenChoiceField(lambda _user: Product.objects.all(), label=_("Product")),
                "site": ReachedChoiceField(sites_reached, label=_("Site")),
                "mg": _mg(_("Received, mg")),
            },
        ),
    )
    verbs = (
        AdminVerb(
            waste_stock,
            _("Waste"),
            form_with(
                mg=_mg(_("Wasted, mg")),
                witness=SeenChoiceField(colleagues_of, label=_("Witness")),
                note=forms.CharField(label=_("Note"), max_length=200),
            ),
            "lot",
        ),
        AdminVerb(
            count_lot,
            _("Count"),
            form_with(counted_mg=_mg(_("Counted, mg")), note=forms.CharField(label=_("Note"), max_length=200)),
            "lot",
        ),
    )

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the lots of the person's sites."""
        return lots_seen_by(user)

    def reached_by(self, user: User, right: Can) -> QuerySet[Any]:
        """Return the lots of the sites to which a right reaches."""
        return self.seen_by(user).filter(site__in=sites_reached(user, right))


class StockEntryAdmin(RecordAdmin):
    """Show the ledger, which nobody can change."""

    view_rights = (Can.SEE_STOCK,)
    list_select_related = ("lot__product", "by", "witness")
    list_display = ("at", "lot", "move", "change_mg", "remaining_mg", "by", "witness", "note")
    list_filter = ("move",)
    search_fields = ("lot__number",)
    shown = ("lot", "move", "change_mg", "remaining_mg", "at", "by", "witness", "note")

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the entries of the person's sites."""
        return StockEntry.objects.filter(lot__in=lots_seen_by(user))


INVENTORY: dict[type[Model], type[RecordAdmin]] = {
    Product: ProductAdmin,
    Lot: LotAdmin,
    StockEntry: StockEntryAdmin,
}
