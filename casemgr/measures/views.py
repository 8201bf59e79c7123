"""Show a director the figures, the list behind each, and what of them may be shared."""

import csv
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Site
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, page
from casemgr.measures.definitions import FIGURES
from casemgr.measures.dose_days import WHICH
from casemgr.measures.figures import Card, cards
from casemgr.measures.forms import ScopeForm
from casemgr.measures.lists import lines
from casemgr.measures.queries import Scope, latest_day_recorded, sites_seen_by
from casemgr.measures.tables import DoseLinesTable, LinesTable, SessionLinesTable

TABLES: dict[str, type[LinesTable]] = {"sessions": SessionLinesTable, **dict.fromkeys(WHICH, DoseLinesTable)}


@page(Can.SEE_MEASURES)
def dashboard(request: StaffRequest) -> HttpResponse:
    """Show every figure for a site and a period, its course, and the way to the list behind it."""
    form, scope = _asked(request)
    found = cards(scope, form.query)
    nothing = not any(card.number or card.whole for card in found)
    context = {
        **_frame(form, scope),
        "cards": found,
        "courses": [card for card in found if card.course],
        "latest": latest_day_recorded(scope) if nothing else None,
        "nothing": nothing,
    }
    return render(request, "measures/dashboard.html", context, status=200 if form.is_valid() else 422)


@page(Can.SEE_MEASURES)
def figure_list(request: StaffRequest, code: str) -> HttpResponse:
    """Show the list behind a figure; it names patients, so the look is put on the record."""
    figure = FIGURES.get(code)
    if figure is None:
        raise Http404
    form, scope = _asked(request)
    after = request.GET.get("after", "")
    found, next_key = lines(scope, code, after=after)
    table = TABLES.get(code, LinesTable)(found)
    table.next_url = f"?{form.query}&{urlencode({'after': next_key})}" if next_key else ""
    table.previous_url = f"?{form.query}" if after else ""
    people = [line.patient.pk for line in found if line.patient]
    detail = {"scope": form.query, "rows": len(found)}
    note_read(by=request.user, at=timezone.now(), what="measures:list", subject=code, detail=detail, people=people)
    return render(request, "measures/list.html", {**_frame(form, scope), "figure": figure, "table": table})


@page(Can.SEE_MEASURES)
def shared(request: StaffRequest) -> HttpResponse:
    """Show the figures as they may be given to others: small groups hidden, nobody named."""
    form, scope = _asked(request)
    return render(request, "measures/shared.html", {**_frame(form, scope), "cards": cards(scope, form.query), "made_at": timezone.now()})


@page(Can.SEE_MEASURES)
def export(request: StaffRequest) -> HttpResponse:
    """Give the shared figures as a table for other programs."""
    form, scope = _asked(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="figures-{scope.period.since}-{scope.period.last_day}.csv"'
    writer = csv.writer(response)
    writer.writerow([_("figure"), _("number"), _("of"), _("per cent"), _("from"), _("to"), _("definition")])
    for card in cards(scope, form.query):
        writer.writerow(_exported(card, scope))
    note_read(by=request.user, at=timezone.now(), what="measures:export", detail={"scope": form.query})
    return response


def _exported(card: Card, scope: Scope) -> list[Any]:
    """Return a figure as a line of the export."""
    period = ["", scope.today] if card.figure.is_of_now else [scope.period.since, scope.period.last_day]
    number = _("hidden") if card.shared_number is None else card.shared_number
    return [card.figure.counts, number, card.shared_whole or "", card.shared_percent or "", *period, card.figure.definition]


def _asked(request: StaffRequest) -> tuple[ScopeForm, Scope]:
    """Return what was asked for, within what the person may see."""
    now = timezone.now()
    zone = request.program.zone if request.program else timezone.get_current_timezone()
    today = _today(now)
    sites: list[Site] = list(sites_seen_by(request.user, request.program.pk if request.program else None))
    form = ScopeForm(request.GET, sites=sites, today=today)
    return form, Scope(request.user, form.site_ids, form.period, today, zone)


def _today(now: datetime) -> date:
    """Return the day it is at the program."""
    return timezone.localtime(now).date()


def _frame(form: ScopeForm, scope: Scope) -> dict[str, Any]:
    """Return what every page of the measures shows: the choice and where it leads."""
    chosen = [site for site in form.sites if site.pk in scope.sites]
    return {
        "form": form,
        "period": scope.period,
        "scope_query": form.query,
        "scope_site": chosen[0].name if len(chosen) == 1 else _("All sites"),
        "presets": form.presets(),
        "dashboard_url": f"{reverse('measures:dashboard')}?{form.query}",
    }
