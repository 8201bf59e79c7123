"""Answer what any process asks of any server."""

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.kinder_words import hints_for
from casemgr.core.ui.pages import StaffRequest, page


def live(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; no database is asked."""
    return HttpResponse("live\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"database": "ok"})


def not_here(request: HttpRequest, **_more: str) -> HttpResponse:
    """Answer a page that the sign-in package brings along and that is not for staff: an administrator sets addresses."""
    raise Http404


@require_POST
@page(Can.SEE_OWN_ACCOUNT)
def switch_program(request: StaffRequest) -> HttpResponse:
    """Take another of one's own programs in hand."""
    chosen = request.POST.get("program", "")
    if any(str(program.pk) == chosen for program in request.programs):
        request.session["program"] = int(chosen)
    return HttpResponseRedirect(reverse("desk:today"))


@page(Can.SEE_OWN_ACCOUNT)
def kinder_words(request: StaffRequest) -> HttpResponse:
    """Suggest kinder words for what somebody is writing; what came is not kept, logged, or looked at by anybody."""
    texts = [str(text) for name, text in request.POST.items() if name != "csrfmiddlewaretoken"]
    return render(request, "ui/kinder_words.html", {"hints": hints_for(texts)})
