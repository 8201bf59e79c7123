"""Hand somebody the secret address of their own calendar, and answer whoever asks under it."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.pages import StaffRequest, page
from treatment_plans.calendar.feed.actions import close_calendar_feed, open_calendar_feed
from treatment_plans.calendar.feed.queries import calendar_file, feed_with, open_feed_of


@never_cache
@page(Can.SEE_CALENDAR)
def my_feed(request: StaffRequest) -> HttpResponse:
    """Show whether my calendar can be read elsewhere; open an address for it, shown once, or a new one instead."""
    address = ""
    if request.method == "POST":
        token = secrets.token_urlsafe()
        open_calendar_feed(token=token, by=request.user, at=timezone.now())
        address = request.build_absolute_uri(reverse("feed:calendar_file", args=[token]))
    context = {"feed": open_feed_of(request.user), "address": address}
    return render(request, "treatment_plans/calendar/feed.html", context)


@require_POST
@page(Can.SEE_CALENDAR)
def close_feed(request: StaffRequest) -> HttpResponse:
    """Close my address."""
    close_calendar_feed(by=request.user, at=timezone.now())
    messages.success(request, _("Closed. Whoever asks there is told nothing any more."))
    return HttpResponseRedirect(reverse("treatment_plans:my_feed"))


@never_cache
@require_GET
def calendar_of_token(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a calendar program that knows the secret; everybody else is told that there is nothing."""
    feed = feed_with(token)
    if feed is None:
        return HttpResponse(status=404)  # the page of the house would say whose address this was
    at = timezone.now()
    note_read(by=feed.user, at=at, what="calendar_feed", subject=f"treatment_plans.calendarfeed:{feed.pk}")
    return HttpResponse(calendar_file(feed, at), content_type="text/calendar; charset=utf-8")


@never_cache
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer every other address beside the calendars as a wrong secret is answered: the page of the house would say whose it is."""
    return HttpResponse(status=404)
