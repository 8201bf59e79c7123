"""Show the stock and take in what changes it."""

from datetime import date, timedelta
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import moment, state
from treatment_plans.inventory.actions import add_product, count_lot, receive_lot, waste_stock
from treatment_plans.inventory.forms import CountForm, ProductForm, ReceiveLotForm, WasteForm
from treatment_plans.inventory.models import Lot, StockEntry
from treatment_plans.inventory.queries import entries_of, lots_managed_by, lots_seen_by, mg_words

SOON = timedelta(days=30)
NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


class LotTable(tables.Table):
    """List the lots: what, where, how much, until when."""

    number = tables.Column(verbose_name=gettext_lazy("Lot"), orderable=False)
    product = tables.Column(verbose_name=gettext_lazy("Product"), orderable=False)
    site = tables.Column(verbose_name=gettext_lazy("Site"), orderable=False)
    remaining_mg = tables.Column(verbose_name=gettext_lazy("Left, mg"), orderable=False, attrs=NUMBER)
    expires_on = tables.Column(verbose_name=gettext_lazy("Expires"), orderable=False)

    next_url = ""
    empty_help = gettext_lazy("A lot appears here when a delivery is written down.")

    class Meta:
        empty_text = gettext_lazy("No stock on the shelf")

    def render_number(self, record: Lot) -> SafeString:
        """Link the lot to its ledger."""
        return format_html('<a href="{}" data-row-link>{}</a>', reverse("treatment_plans:lot", args=[record.pk]), record.number)

    def render_remaining_mg(self, record: Lot) -> str:
        """Say the amount without zeros that carry nothing."""
        return mg_words(record.remaining_mg)

    def render_expires_on(self, record: Lot) -> SafeString:
        """Say the day, and mark what is over or soon will be."""
        today = timezone.now().astimezone(record.site.zone).date()
        return format_html("{} {}", moment(record.expires_on, "day"), _expiry(record.expires_on, today))


class EntryTable(tables.Table):
    """List the changes of one lot, newest first."""

    at = tables.Column(verbose_name=gettext_lazy("When"), orderable=False)
    move = tables.Column(verbose_name=gettext_lazy("Why"), orderable=False)
    change_mg = tables.Column(verbose_name=gettext_lazy("Change, mg"), orderable=False, attrs=NUMBER)
    remaining_mg = tables.Column(verbose_name=gettext_lazy("Left, mg"), orderable=False, attrs=NUMBER)
    by = tables.Column(verbose_name=gettext_lazy("By"), orderable=False)
    note = tables.Column(verbose_name=gettext_lazy("Note"), orderable=False, empty_values=())

    next_url = ""

    class Meta:
        empty_text = gettext_lazy("Nothing happened to this lot yet")

    def render_at(self, record: StockEntry) -> SafeString:
        """Say the moment."""
        return moment(record.at, "exact")

    def render_change_mg(self, record: StockEntry) -> str:
        """Say the change with its sign."""
        return f"{'+' if record.change_mg > 0 else ''}{mg_words(record.change_mg)}"

    def render_remaining_mg(self, record: StockEntry) -> str:
        """Say the amount without zeros that carry nothing."""
        return mg_words(record.remaining_mg)

    def render_note(self, record: StockEntry) -> str:
        """Say what was written, and who watched."""
        watched = _("Witness: %(name)s") % {"name": record.witness} if record.witness else ""
        return " · ".join(filter(None, [record.note, watched])) or "—"


@page(Can.SEE_STOCK)
def stock(request: StaffRequest) -> HttpResponse:
    """List the lots of the sites whose stock one may see, the next to expire first."""
    empty_too = request.GET.get("empty") == "1"
    lots = lots_seen_by(request.user)
    lots = lots if empty_too else lots.filter(remaining_mg__gt=0)
    found = slice_of(lots, by="expires_on", after=request.GET.get("after", ""))
    table = LotTable(found.rows)
    table.next_url = f"?after={found.next_key}{'&empty=1' if empty_too else ''}" if found.next_key else ""
    manages = request.user.may(Can.MANAGE_STOCK)
    return render(request, "treatment_plans/inventory/stock.html", {"table": table, "manages": manages, "empty_too": empty_too})


@page(Can.SEE_STOCK)
def lot(request: StaffRequest, lot_id: int) -> HttpResponse:
    """Show one lot with its ledger."""
    found = get_object_or_404(lots_seen_by(request.user), pk=lot_id)
    entries = slice_of(entries_of(found), by="-pk", after=request.GET.get("after", ""))
    table = EntryTable(entries.rows)
    table.next_url = f"?after={entries.next_key}" if entries.next_key else ""
    today = timezone.now().astimezone(found.site.zone).date()
    context = {
        "lot": found,
        "table": table,
        "left": mg_words(found.remaining_mg),
        "expiry": _expiry(found.expires_on, today),
        "manages": request.user.may(Can.MANAGE_STOCK, program_id=found.program_id),
    }
    return render(request, "treatment_plans/inventory/lot.html", context)


@page(Can.MANAGE_STOCK)
def product_new(request: StaffRequest) -> HttpResponse:
    """Put a product on the list of what may be stocked."""
    form = ProductForm(request.POST or None)
    if form.is_valid():
        product = attempt(form, lambda: add_product(**form.facts(), by=request.user, at=timezone.now()))
        if product is not None:
            messages.success(request, _("%(product)s may be stocked now.") % {"product": product.name})
            return HttpResponseRedirect(reverse("treatment_plans:receive"))
    return _form_page(request, form, _("Add a product"), _("Add product"), reverse("treatment_plans:stock"))


@page(Can.MANAGE_STOCK)
def receive(request: StaffRequest) -> HttpResponse:
    """Take a lot into stock."""
    form = ReceiveLotForm(request.POST or None, user=request.user)
    if form.is_valid():
        received = attempt(form, lambda: receive_lot(**form.cleaned_data, by=request.user, at=timezone.now()))
        if received is not None:
            messages.success(
                request,
                _("Lot %(number)s is in stock with %(mg)s mg.") % {"number": received.number, "mg": mg_words(received.remaining_mg)},
            )
            return HttpResponseRedirect(reverse("treatment_plans:lot", args=[received.pk]))
    return _form_page(request, form, _("Receive a lot"), _("Receive lot"), reverse("treatment_plans:stock"))


@page(Can.MANAGE_STOCK)
def waste(request: StaffRequest, lot_id: int) -> HttpResponse:
    """Write off what was spilled or spoiled."""
    found = get_object_or_404(lots_managed_by(request.user), pk=lot_id)
    form = WasteForm(request.POST or None, lot=found, user=request.user)
    back = reverse("treatment_plans:lot", args=[found.pk])
    if form.is_valid():
        entry = attempt(form, lambda: waste_stock(lot=found, **form.cleaned_data, by=request.user, at=timezone.now()))
        if entry is not None:
            messages.success(request, _("Written off. %(mg)s mg are left in the lot.") % {"mg": mg_words(entry.remaining_mg)})
            return HttpResponseRedirect(back)
    return _form_page(request, form, _("Waste from lot %(number)s") % {"number": found.number}, _("Write off"), back, found)


@page(Can.MANAGE_STOCK)
def count(request: StaffRequest, lot_id: int) -> HttpResponse:
    """Write down what a count of a lot found."""
    found = get_object_or_404(lots_managed_by(request.user), pk=lot_id)
    form = CountForm(request.POST or None)
    back = reverse("treatment_plans:lot", args=[found.pk])
    if form.is_valid():
        entry = attempt(form, lambda: count_lot(lot=found, **form.cleaned_data, by=request.user, at=timezone.now()))
        if entry is not None:
            said = _("Count and book agree.") if not entry.change_mg else _("Corrected by %(mg)s mg.") % {"mg": mg_words(entry.change_mg)}
            messages.success(request, said)
            return HttpResponseRedirect(back)
    return _form_page(request, form, _("Count lot %(number)s") % {"number": found.number}, _("Save count"), back, found)


def _form_page(request: StaffRequest, form: Any, heading: str, submit: str, back: str, lot: Lot | None = None) -> HttpResponse:
    """Show a form, with what was typed when it was refused."""
    context = {"form": form, "heading": heading, "submit": submit, "back": back, "lot": lot}
    return render(request, "treatment_plans/inventory/form.html", context, status=422 if form.is_bound else 200)


def _expiry(expires_on: date, today: date) -> SafeString:
    """Mark a lot that has expired or soon will."""
    if expires_on < today:
        return state("stop", _("Expired"))
    return state("warn", _("Expires soon")) if expires_on - today <= SOON else SafeString("")
