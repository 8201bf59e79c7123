"""Read products, lots and the ledger."""

from datetime import date
from decimal import Decimal

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.refusals import Reason
from treatment_plans.inventory.models import Lot, Product, StockEntry
from treatment_plans.inventory.rules import DISPENSING_LOG_SOURCE, measure, say_mg

NOTHING = Decimal(0)


def sites_reached(user: User, can: Can) -> QuerySet[Site]:
    """Return the active sites where this user holds a right."""
    reach = user.reach(can)
    return Site.objects.filter(
        Q(program_id__in={m.program_id for m in reach if m.site_id is None}) | Q(pk__in={m.site_id for m in reach if m.site_id}),
        is_active=True,
    )


def lots_seen_by(user: User) -> QuerySet[Lot]:
    """Return the lots of the sites whose stock this user may see."""
    return Lot.objects.filter(site__in=sites_reached(user, Can.SEE_STOCK)).select_related("product", "site")


def sites_managed_by(user: User) -> QuerySet[Site]:
    """Return the sites whose stock this user may change."""
    return sites_reached(user, Can.MANAGE_STOCK)


def lots_managed_by(user: User) -> QuerySet[Lot]:
    """Return the lots that this user may change."""
    return Lot.objects.filter(site__in=sites_managed_by(user)).select_related("product", "site")


def mg_words(mg: Decimal) -> str:
    """Say an amount as a page does: 9,960 or 0.5."""
    text = say_mg(mg)
    whole, _point, rest = text.partition(".")
    return f"{intcomma(whole)}.{rest}" if rest else str(intcomma(whole))


def volume_words(mg: Decimal, product: Product) -> str:
    """Say how many milliliters hold an amount, for a liquid."""
    volume = measure(mg, product.mg_per_ml)
    return "" if volume is None else f"{volume.normalize():f} ml"


def entries_of(lot: Lot) -> QuerySet[StockEntry]:
    """Return the ledger of a lot, newest first."""
    return StockEntry.objects.filter(lot=lot).select_related("by", "witness").order_by("-id")


def products_at(site: Site, *, on: date) -> QuerySet[Product]:
    """Return the products of which this site holds something usable."""
    return Product.objects.filter(pk__in=usable_lots(site, on=on).values("product"))


def usable_lots(site: Site, *, on: date) -> QuerySet[Lot]:
    """Return the lots of a site from which may be drawn, the next to expire first."""
    return Lot.objects.filter(site=site, is_open=True, expires_on__gte=on, remaining_mg__gt=0).order_by("expires_on", "id")


def next_lot(product: Product, site: Site, *, mg: Decimal, on: date) -> Lot | None:
    """Return the lot from which the next dose of this size is drawn."""
    return usable_lots(site, on=on).filter(product=product, remaining_mg__gte=mg).first()


def usable_mg(product: Product, site: Site, *, on: date) -> Decimal:
    """Return how much of a product may be used at a site."""
    return usable_lots(site, on=on).filter(product=product).aggregate(left=Sum("remaining_mg"))["left"] or NOTHING


def shortage(product: Product, site: Site, *, mg: Decimal, today: date) -> Reason | None:
    """Return why this amount cannot be drawn here today, or nothing when it can."""
    if next_lot(product, site, mg=mg, on=today) is not None:
        return None
    text = _("No usable lot of %(product)s at %(site)s holds %(mg)s mg (%(left)s mg are left in all). Receive or count a lot first.") % {
        "product": product.name,
        "site": site.name,
        "mg": say_mg(mg),
        "left": say_mg(usable_mg(product, site, on=today)),
    }
    return Reason(text, code="out_of_stock", source=DISPENSING_LOG_SOURCE)
