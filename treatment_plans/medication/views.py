"""Show whose dose is due, and take in what is given and prescribed."""

from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import moment, person, state
from patients.caseload.queries import patients_seen_by
from patients.guarding.queries import restrictions_against
from patients.record.models import Patient
from treatment_plans.inventory.queries import mg_words, next_lot, sites_reached, volume_words
from treatment_plans.medication.actions import administer_dose, end_order, hold_order, release_order, write_order
from treatment_plans.medication.forms import DoseForm, EndForm, HoldForm, OrderForm, ReleaseForm, order_as_typed
from treatment_plans.medication.models import Dose, Order, OrderState
from treatment_plans.medication.queries import (
    Waiting,
    already_in_the_way,
    calendar_of,
    doses_of,
    dosing_list,
    facts_for_a_dose,
    orders_of,
    orders_seen_by,
    orders_to_dose,
    statements_of,
)

NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}
SHOWN = ("due", "given", "hold", "all")


class DosingTable(tables.Table):
    """List whose dose is due: who, what, what to know, where it stands."""

    who = tables.Column(verbose_name=gettext_lazy("Person"), orderable=False, empty_values=())
    what = tables.Column(verbose_name=gettext_lazy("Ordered"), orderable=False, empty_values=())
    know = tables.Column(verbose_name=gettext_lazy("To know"), orderable=False, empty_values=())
    stands = tables.Column(verbose_name=gettext_lazy("Today"), orderable=False, empty_values=())

    empty_help = gettext_lazy("People appear here when a prescriber writes an order for this site.")

    class Meta:
        empty_text = gettext_lazy("Nobody here")
        row_attrs = {"data-state": lambda record: "stop" if record.is_on_hold else "warn" if record.missed_yesterday else ""}

    def render_who(self, record: Waiting) -> SafeString:
        """Name the person and lead to the window."""
        patient = record.order.patient
        url = reverse("treatment_plans:dose", args=[record.order.pk])
        return person(patient.display_name, legal=patient.legal_name, pronouns=patient.pronouns, url=url)

    def render_what(self, record: Waiting) -> str:
        """Say the order."""
        return str(record.order)

    def render_know(self, record: Waiting) -> SafeString:
        """Say what was missed and what is to be taken home."""
        marks = []
        if record.missed:
            words = ngettext("%(n)s day missed", "%(n)s days missed in a row", len(record.missed)) % {"n": len(record.missed)}
            marks.append(state("warn", words))
        if record.to_take_home and record.order.state == OrderState.ACTIVE:
            days = len(record.to_take_home)
            marks.append(state("note", ngettext("Take-home for %(n)s day", "Take-home for %(n)s days", days) % {"n": days}))
        nothing = SafeString('<span class="muted" data-nothing>—</span>')
        return format_html_join(" ", "{}", ((mark,) for mark in marks)) if marks else nothing

    def render_stands(self, record: Waiting) -> SafeString:
        """Say where today's dose stands."""
        if record.given:
            last = record.given[-1]
            badge = state("good", _("Given")) if record.is_given else state("note", _("Part given"))
            return format_html("{} {} · {} mg", badge, moment(last.given_at, "time"), mg_words(last.mg))
        if record.is_discharged:
            return state("stop", _("Discharged: the prescriber decides"))
        return state("stop", _("On hold")) if record.is_on_hold else state("note", pgettext("dose", "Due"))


class DoseTable(tables.Table):
    """List the doses of a person, newest first."""

    for_day = tables.Column(verbose_name=gettext_lazy("For the day"), orderable=False)
    mg = tables.Column(verbose_name=gettext_lazy("Given, mg"), orderable=False, attrs=NUMBER)
    given_at = tables.Column(verbose_name=gettext_lazy("When"), orderable=False)
    given_by = tables.Column(verbose_name=gettext_lazy("By"), orderable=False)
    lot = tables.Column(verbose_name=gettext_lazy("Lot"), orderable=False)

    next_url = ""

    class Meta:
        empty_text = gettext_lazy("No dose was given yet")

    def render_for_day(self, record: Dose) -> SafeString:
        """Say the day, the part of it and whether it was taken home."""
        extra = [record.get_day_part_display()] if record.day_part != "whole" else []
        extra += [_("taken home")] if record.is_take_home else []
        return format_html("{} {}", moment(record.for_day, "near"), ", ".join(extra))

    def render_mg(self, record: Dose) -> str:
        """Say substance and amount."""
        return f"{record.get_substance_display()} {mg_words(record.mg)}"

    def render_given_at(self, record: Dose) -> SafeString:
        """Say the moment."""
        return moment(record.given_at, "exact")


class OrderTable(tables.Table):
    """List the orders of a person, newest first."""

    what = tables.Column(verbose_name=gettext_lazy("Order"), orderable=False, empty_values=())
    starts_on = tables.Column(verbose_name=gettext_lazy("From"), orderable=False)
    ends_on = tables.Column(verbose_name=gettext_lazy("Until"), orderable=False, empty_values=())
    stands = tables.Column(verbose_name=gettext_lazy("State"), orderable=False, empty_values=())
    prescriber = tables.Column(verbose_name=gettext_lazy("Prescriber"), orderable=False)

    empty_help = gettext_lazy("An order appears here when a prescriber writes one.")

    class Meta:
        empty_text = gettext_lazy("No order yet")

    def render_what(self, record: Order) -> SafeString:
        """Link the order."""
        return format_html('<a href="{}" data-row-link>{}</a>', reverse("treatment_plans:order", args=[record.pk]), str(record))

    def render_starts_on(self, record: Order) -> SafeString:
        """Say the day."""
        return moment(record.starts_on, "day")

    def render_ends_on(self, record: Order) -> SafeString:
        """Say the day."""
        return moment(record.ends_on, "day")

    def render_stands(self, record: Order) -> SafeString:
        """Say where the order stands."""
        return order_state(record)


def order_state(order: Order) -> SafeString:
    """Draw the state of an order."""
    kind = {OrderState.ACTIVE: "good", OrderState.ON_HOLD: "stop"}.get(OrderState(order.state), "quiet")
    return state(kind, order.get_state_display())


@page(Can.ADMINISTER_DOSE)
def dosing(request: StaffRequest) -> HttpResponse:
    """List whose dose is due today at one site, who has theirs, who is on hold."""
    now = timezone.now()
    sites = list(sites_reached(request.user, Can.ADMINISTER_DOSE))
    site = next((s for s in sites if str(s.pk) == request.GET.get("site", "")), sites[0] if sites else None)
    if site is None:
        return render(request, "treatment_plans/medication/no_site.html")
    today = now.astimezone(site.zone).date()
    calendar = calendar_of(site, around=today)
    everybody = dosing_list(request.user, site, today, calendar)
    note_read(
        by=request.user, at=now, what="dosing_list", subject=f"casemgr.site:{site.pk}", people=[row.order.patient_id for row in everybody]
    )
    shown = request.GET.get("show") if request.GET.get("show") in SHOWN else "due"
    asked = request.POST.get("q", "").strip()
    rows = [row for row in _in_tab(everybody, str(shown)) if asked.lower() in row.names]
    context = {
        "site": site,
        "sites": sites,
        "shown": shown,
        "asked": asked,
        "today": today,
        "tabs": _tabs(everybody),
        "table": DosingTable(rows),
        "next": _next_after(everybody, request.GET.get("given", "")),
        "is_open": calendar.is_open(today),
    }
    return render(request, "treatment_plans/medication/dosing.html", context)


@page(Can.ADMINISTER_DOSE)
def dose(request: StaffRequest, order_id: int) -> HttpResponse:
    """Show one person at the window and give the dose."""
    now = timezone.now()
    order = get_object_or_404(_orders_to_dose(request), pk=order_id)
    facts = facts_for_a_dose(order.pk, now)
    back = f"{reverse('treatment_plans:dosing')}?site={order.site_id}"
    form = DoseForm(request.POST or None, facts=facts, user=request.user)
    if form.is_valid():
        given = attempt(form, lambda: administer_dose(order=order, **form.cleaned_data, by=request.user, at=timezone.now()))
        if given is not None:
            said = {"mg": mg_words(given.mg), "drug": order.get_substance_display(), "name": order.patient.display_name}
            messages.success(request, _("%(mg)s mg %(drug)s given to %(name)s.") % said)
            return HttpResponseRedirect(f"{back}&given={order.pk}")
    rests_on = "dosing_of_a_restricted_chart" if order.is_restricted else ""
    order_key = f"treatment_plans.order:{order.pk}"
    note_read(by=request.user, at=now, what="dosing_page", patient_id=order.patient_id, subject=order_key, rests_on=rests_on)
    blocked = already_in_the_way(facts, request.user, deceased=order.patient.deceased_on is not None)
    given_already = [reason for reason in blocked if reason.code in ("already_given", "take_home_in_hand")]
    context = {
        "order": order,
        "patient": order.patient,
        "age": order.patient.age_on(facts.today),
        "facts": facts,
        "form": form,
        "amount": f"{mg_words(order.daily_mg)} mg",
        "volume": volume_words(order.daily_mg, order.product),
        "lot": next_lot(order.product, order.site, mg=order.daily_mg, on=facts.today),
        "doses": list(doses_of(order.patient)[:7]),
        "blocked": [] if given_already else blocked,
        "given_already": given_already,
        "can_give": form.is_bound or not blocked or bool(given_already and facts.days_to_hand_out and len(blocked) == len(given_already)),
        "prescribes": request.user.may(Can.PRESCRIBE, program_id=order.program_id),
        "back": back,
        "crumbs": format_html('<a href="{}">{}</a>', back, _("Dosing")),
    }
    return render(request, "treatment_plans/medication/dose.html", context, status=422 if form.is_bound else 200)


@page(Can.SEE_MEDICATION)
def orders(request: StaffRequest, patient: str) -> HttpResponse:
    """Show the orders and doses of a person, and what others are known to give."""
    found = get_object_or_404(patients_seen_by(request.user, can=Can.SEE_MEDICATION), public_id=patient)
    note_read(by=request.user, at=timezone.now(), what="medication", patient_id=found.pk)
    mine = orders_seen_by(request.user).filter(patient=found)
    given = slice_of(doses_of(found).filter(order__in=mine), by="-given_at", after=request.GET.get("after", ""), size=20)
    doses_table = DoseTable(given.rows)
    doses_table.next_url = f"?after={given.next_key}" if given.next_key else ""
    context = {
        "patient": found,
        "orders": OrderTable(orders_of(found).filter(pk__in=mine)[:50]),
        "doses": doses_table,
        "statements": list(statements_of(found)[:20]),
        "prescribes": request.user.may(Can.PRESCRIBE),
    }
    return render(request, "treatment_plans/medication/orders.html", context)


@page(Can.SEE_MEDICATION)
def order(request: StaffRequest, order_id: int) -> HttpResponse:
    """Show one order and what a prescriber may do with it."""
    found = get_object_or_404(
        orders_seen_by(request.user).select_related("patient", "product", "site", "prescriber", "replaces"), pk=order_id
    )
    note_read(by=request.user, at=timezone.now(), what="order", patient_id=found.patient_id, subject=f"treatment_plans.order:{found.pk}")
    context = {
        "order": found,
        "patient": found.patient,
        "stands": order_state(found),
        "daily": mg_words(found.daily_mg),
        "volume": volume_words(found.daily_mg, found.product),
        "prescribes": request.user.may(Can.PRESCRIBE, program_id=found.program_id) and found.state != OrderState.ENDED,
        "gives": request.user.may(Can.ADMINISTER_DOSE, program_id=found.program_id),
    }
    return render(request, "treatment_plans/medication/order.html", context)


@page(Can.PRESCRIBE)
def order_new(request: StaffRequest, patient: str) -> HttpResponse:
    """Write an order, or change one by writing the next."""
    found = get_object_or_404(patients_seen_by(request.user, can=Can.PRESCRIBE), public_id=patient)
    former = _order_to_change(request, found)
    today = timezone.localdate()
    initial = order_as_typed(former, today) if former else {"starts_on": today}
    form = OrderForm(request.POST or None, user=request.user, initial=initial)
    if form.is_valid():
        facts = {**form.cleaned_data, "program": form.cleaned_data["site"].program}
        written = attempt(form, lambda: write_order(patient=found, **facts, by=request.user, at=timezone.now()))
        if written is not None:
            messages.success(request, _("The order is written: %(order)s.") % {"order": written})
            return HttpResponseRedirect(reverse("treatment_plans:order", args=[written.pk]))
    back = reverse("treatment_plans:orders", args=[found.public_id])
    heading = _("Change the order") if former else _("Write an order")
    return _form_page(request, form, heading, _("Write order"), back, found)


@page(Can.PRESCRIBE)
def order_hold(request: StaffRequest, order_id: int) -> HttpResponse:
    """Put an order on hold."""
    found = get_object_or_404(_orders_to_decide(request), pk=order_id)
    form = HoldForm(request.POST or None)
    if form.is_valid():
        done = attempt(form, lambda: hold_order(order=found, **form.cleaned_data, by=request.user, at=timezone.now()))
        if done is not None:
            return _back_to(request, found, _("The order is on hold."))
    back = reverse("treatment_plans:order", args=[found.pk])
    return _form_page(request, form, _("Put the order on hold"), _("Put on hold"), back, found.patient)


@page(Can.PRESCRIBE)
def order_release(request: StaffRequest, order_id: int) -> HttpResponse:
    """Decide that an order goes on."""
    found = get_object_or_404(_orders_to_decide(request), pk=order_id)
    form = ReleaseForm(request.POST or None)
    if form.is_valid():
        done = attempt(form, lambda: release_order(order=found, by=request.user, at=timezone.now()))
        if done is not None:
            return _back_to(request, found, _("The order goes on as it stands."))
    back = reverse("treatment_plans:order", args=[found.pk])
    return _form_page(request, form, _("Let the order go on"), _("Release order"), back, found.patient)


@page(Can.PRESCRIBE)
def order_end(request: StaffRequest, order_id: int) -> HttpResponse:
    """End an order."""
    found = get_object_or_404(_orders_to_decide(request), pk=order_id)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():
        done = attempt(form, lambda: end_order(order=found, **form.cleaned_data, by=request.user, at=timezone.now()))
        if done is not None:
            return _back_to(request, found, _("The order ends on that day."))
    back = reverse("treatment_plans:order", args=[found.pk])
    return _form_page(request, form, _("End the order"), _("End order"), back, found.patient)


def _orders_to_dose(request: StaffRequest) -> Any:
    """Return the orders that this person may dose on."""
    closed = restrictions_against(request.user, [m.program_id for m in request.user.reach(Can.ADMINISTER_DOSE)])
    rows = orders_to_dose(request.user).annotate(is_restricted=Exists(closed.filter(patient=OuterRef("patient"))))
    return rows.select_related("patient", "product", "site", "prescriber")


def _orders_to_decide(request: StaffRequest) -> Any:
    """Return the orders that this person may decide about."""
    return orders_seen_by(request.user, can=Can.PRESCRIBE).select_related("patient", "product", "site")


def _order_to_change(request: StaffRequest, patient: Patient) -> Order | None:
    """Return the order that the next one starts from, if the address names one of this person's."""
    key = request.GET.get("from", "")
    return orders_seen_by(request.user).filter(patient=patient, pk=int(key)).first() if key.isdecimal() else None


def _back_to(request: StaffRequest, order: Order, said: str) -> HttpResponse:
    """Go back to an order and say what was done."""
    messages.success(request, said)
    return HttpResponseRedirect(reverse("treatment_plans:order", args=[order.pk]))


def _form_page(request: StaffRequest, form: Any, heading: str, submit: str, back: str, patient: Patient) -> HttpResponse:
    """Show a form, with what was typed when it was refused."""
    context = {"form": form, "heading": heading, "submit": submit, "back": back, "patient": patient}
    return render(request, "treatment_plans/medication/form.html", context, status=422 if form.is_bound else 200)


def _in_tab(rows: Sequence[Waiting], shown: str) -> list[Waiting]:
    """Return the rows of one tab."""
    kept = {
        "due": [row for row in rows if not row.is_done and not row.is_on_hold],
        "given": [row for row in rows if row.given],
        "hold": [row for row in rows if row.is_on_hold],
    }
    return kept.get(shown, list(rows))


def _tabs(rows: Sequence[Waiting]) -> list[dict[str, Any]]:
    """Return the tabs with their counts."""
    labels = {"due": pgettext("dose", "Due"), "given": _("Given"), "hold": _("On hold"), "all": _("All")}
    return [{"key": key, "label": label, "count": len(_in_tab(rows, key))} for key, label in labels.items()]


def _next_after(rows: Sequence[Waiting], given: str) -> Waiting | None:
    """Return who is next: the first due after the one just given, else the first due."""
    place = next((n for n, row in enumerate(rows) if str(row.order.pk) == given), -1)
    turned = [*rows[place + 1 :], *rows[: place + 1]]
    due = [row for row in _in_tab(turned, "due") if not row.is_given]
    return due[0] if due else None
