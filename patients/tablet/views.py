"""Show a person, alone with a tablet, one question after the other; and let staff hand the tablet out.

Whoever holds the tablet is nobody: the session that stood on this browser before is ended when a link is opened, and the new one knows
a link and nothing else. It opens these pages only.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.refusals import Denied, Refused
from casemgr.core.ui.pages import StaffRequest, attempt, page
from patients.caseload.queries import patients_seen_by
from patients.safety.queries import program_of
from patients.screenings.assessing.forms import TabletForm
from patients.screenings.models import Assessment
from patients.tablet.actions import answer_alone, end_tablet_link, issue_tablet_link, open_tablet_link
from patients.tablet.forms import QuestionForm
from patients.tablet.models import TabletEnding, TabletLink
from patients.tablet.queries import (
    KEY_KEPT_FOR,
    Step,
    assessments_of,
    first_step,
    link_of,
    link_with,
    links_for,
    must_somebody_come,
    step_at,
    token_of,
)

P = ParamSpec("P")
HELD = "tablet"
ENGLISH_OK = "english_ok"
LANGUAGES = ("en", "es")


def _holds_a_tablet(view: Callable[Concatenate[HttpRequest, TabletLink, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a page through to whoever opened a link on this browser and has not come to its end; speak the language they chose.

    What is sent shortly after the end is let through as well: whether it is kept is for the question to say.
    """

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        link, now = link_with(request.session.get(HELD)), timezone.now()
        if link is None:
            return _closed(request, was_sent=request.method == "POST")
        with translation.override(link.language):
            if not (link.is_open(now) or (request.method == "POST" and link.hears_safety(now))):
                return _closed(request, was_sent=request.method == "POST")
            if request.user.is_authenticated:
                _hold(request, link)
            try:
                return view(request, link, *args, **kwargs)
            except (Refused, Denied):
                return _closed(request, was_sent=request.method == "POST")

    return guarded


def _hold(request: HttpRequest, link: TabletLink) -> None:
    """Begin a session that knows a link and nothing else; whoever signed in on this browser, also since, is signed out."""
    logout(request)
    request.session[HELD] = link.pk
    request.session.set_expiry(int(KEY_KEPT_FOR.total_seconds()))


@never_cache
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Open a link: end whatever session stood on this browser, say what comes, and begin when the person presses the button."""
    link = link_of(token)
    if link is None:
        return _closed(request)
    if request.session.get(HELD) == link.pk and link.is_open(timezone.now()):
        return redirect("tablet:go_on")
    if not link.may_be_opened(timezone.now()):
        return _closed(request)
    if request.user.is_authenticated or not request.session.is_empty():
        logout(request)
    language = request.GET.get("language", link.language)
    language = language if language in LANGUAGES else link.language
    with translation.override(language):
        if request.method != "POST":
            context = {"languages": (("en", "English"), ("es", "Español")), "language": language}
            response = render(request, "patients/tablet/welcome.html", context)
            response["Clear-Site-Data"] = '"cache"'
            return response
        try:
            open_tablet_link(link=link, language=language, by=link.recorded_by, at=timezone.now())
        except (Refused, Denied):
            return _closed(request)
        _hold(request, link)
        return redirect("tablet:go_on")


@_holds_a_tablet
def go_on(request: HttpRequest, link: TabletLink) -> HttpResponse:
    """Lead to the first question that has no answer yet, or to the end."""
    step = first_step(link)
    return _to(step) if step else _end(request, link, TabletEnding.FINISHED)


@_holds_a_tablet
def question(request: HttpRequest, link: TabletLink, place: int, number: int) -> HttpResponse:
    """Show one question, keep its answer at once, and go on."""
    step = step_at(link, place, number)
    if step is None:
        return redirect("tablet:go_on")
    if not link.is_open(timezone.now()) and not step.is_about_safety:
        return _closed(request, was_sent=True)
    if _needs_english(request, link, step):
        return _offer_english(request, link, step)
    item = step.item
    initial = {"answer": step.assessment.answers.get(item.id)}
    given, wording = request.POST if request.method == "POST" else None, step.told.in_language(link.language)
    form = QuestionForm(given, item=item, wording=wording, initial=initial)
    if request.method == "POST" and "skip" in request.POST:
        return _forward(request, link, step)
    if form.is_valid():
        now = timezone.now()
        kept = attempt(
            form,
            lambda: answer_alone(link=link, assessment=step.assessment, item=item.id, value=form.answer, by=link.recorded_by, at=now),
        )
        if kept is not None:
            if must_somebody_come(step, form.answer):
                return _end(request, link, TabletEnding.SOMEBODY_COMES)
            return _forward(request, link, step)
    context = {"step": step, "form": form, "wording": wording, "back": _address(step.before())}
    return render(request, "patients/tablet/question.html", context, status=422 if form.errors else 200)


@require_POST
@_holds_a_tablet
def stop(request: HttpRequest, link: TabletLink) -> HttpResponse:
    """End it where it is; what was answered is kept."""
    return _end(request, link, TabletEnding.STOPPED)


@page(Can.RECORD_SCREENING)
def hand_out(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Issue a link, and show those that were issued."""
    row = get_object_or_404(patients_seen_by(request.user, can=Can.RECORD_SCREENING), public_id=patient)
    form = TabletForm(request.POST or None, initial={"language": row.language, "instruments": request.GET.getlist("instrument")})
    now = timezone.now()
    if form.is_valid():
        issue = {"instruments": form.cleaned_data["instruments"], "language": form.cleaned_data["language"]}
        program = program_of(row, request.user, Can.RECORD_SCREENING, request.program)
        link = attempt(form, lambda: issue_tablet_link(patient=row, program=program, **issue, by=request.user, at=now))
        if link is not None:
            return redirect("patients:tablet_link", row.public_id, link.pk)
    note_read(by=request.user, at=now, what="tablet", patient_id=row.pk)
    context = {"patient": row, "form": form, "links": links_for(row)[:10], "now": now}
    return render(request, "patients/tablet/hand_out.html", context, status=422 if form.errors else 200)


@page(Can.RECORD_SCREENING)
def link_page(request: StaffRequest, patient: UUID, link: int) -> HttpResponse:
    """Show the address of a link to whoever issued it, and withdraw it."""
    row = get_object_or_404(patients_seen_by(request.user, can=Can.RECORD_SCREENING), public_id=patient)
    found = get_object_or_404(links_for(row), pk=link)
    now = timezone.now()
    if request.method == "POST":
        end_tablet_link(link=found, ending=TabletEnding.WITHDRAWN, by=request.user, at=now)
        messages.success(request, _("The link is withdrawn."))
        return redirect("patients:tablet", row.public_id)
    note_read(by=request.user, at=now, what="tablet", patient_id=row.pk)
    address = request.build_absolute_uri(reverse("tablet:welcome", args=[token_of(found)]))
    told: list[Assessment] = assessments_of(found)
    context = {
        "patient": row,
        "link": found,
        "address": address if found.may_be_opened(now) else "",
        "assessments": told,
        "is_open": found.is_open(now),
    }
    return render(request, "patients/tablet/link.html", context)


def _forward(request: HttpRequest, link: TabletLink, step: Step) -> HttpResponse:
    """Go to the next question, of this questionnaire or of the next one."""
    following = step.after(link)
    return _to(following) if following else _end(request, link, TabletEnding.FINISHED)


def _to(step: Step) -> HttpResponseRedirect:
    """Lead to a question."""
    return redirect("tablet:question", step.place, step.number)


def _address(step: Step | None) -> str:
    """Return the address of a question, if there is one."""
    return reverse("tablet:question", args=[step.place, step.number]) if step else ""


def _end(request: HttpRequest, link: TabletLink, ending: TabletEnding) -> HttpResponse:
    """End the link and the session, and say goodbye; or say that somebody comes."""
    end_tablet_link(link=link, ending=ending, by=link.recorded_by, at=timezone.now())
    logout(request)
    name = "somebody_comes" if ending == TabletEnding.SOMEBODY_COMES else "thanks"
    response = render(request, f"patients/tablet/{name}.html", {"stopped": ending == TabletEnding.STOPPED})
    response["Clear-Site-Data"] = '"cache"'
    return response


def _closed(request: HttpRequest, *, was_sent: bool = False) -> HttpResponse:
    """Say that there is nothing to answer here any more; it does not say why, nor whether there ever was.

    Whoever sent something is told that it was not kept, and where to go with it now.
    """
    return render(request, "patients/tablet/closed.html", {"was_sent": was_sent}, status=410)


def _needs_english(request: HttpRequest, link: TabletLink, step: Step) -> bool:
    """Say whether the questions that come have no official text in the language that was chosen, and nobody agreed to English yet."""
    return link.language not in step.told.languages() and step.assessment.pk not in request.session.get(ENGLISH_OK, [])


def _offer_english(request: HttpRequest, link: TabletLink, step: Step) -> HttpResponse:
    """Say that no official text is at hand: go on in English, or leave these questions to staff."""
    if request.method == "POST" and "english" in request.POST:
        request.session[ENGLISH_OK] = [*request.session.get(ENGLISH_OK, []), step.assessment.pk]
        return _to(step)
    if request.method == "POST":
        following = step.next_questionnaire(link)
        return _to(following) if following else _end(request, link, TabletEnding.FINISHED)
    return render(request, "patients/tablet/no_translation.html", {"step": step})
