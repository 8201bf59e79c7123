"""Show where every area of the checklist stands, and let the privacy officer say which policy covers it."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from casemgr.core.accounts.models import Program
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.administration.policies.actions import attest_policy, say_policy_does_not_apply, say_policy_is_missing
from casemgr.core.deadlines.models import ClockKind
from casemgr.core.deadlines.rules import due_day
from casemgr.core.policies.models import PolicyStatement, StatementKind
from casemgr.core.policies.queries import AreaOfProgram, areas_of, statements_about, statements_seen_by
from casemgr.core.policies.rules import KEPT_YEARS, MISSING_DAYS, Medium, Standing
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.desk.policies.forms import AttestForm, MissingForm, NotApplicableForm

MEDIA = {
    Medium.ALL: (gettext_lazy("All records"), "shield"),
    Medium.PAPER: (gettext_lazy("Paper records"), "file-text"),
    Medium.ELECTRONIC: (gettext_lazy("Electronic records"), "monitor"),
}
STATES = {
    Standing.ATTESTED: ("good", gettext_lazy("Attested")),
    Standing.NOT_APPLICABLE: ("quiet", gettext_lazy("Does not apply")),
    Standing.REVIEW_SOON: ("note", gettext_lazy("Review soon")),
    Standing.REVIEW_DUE: ("warn", gettext_lazy("Review due")),
    Standing.MISSING: ("stop", gettext_lazy("Missing")),
    Standing.NOT_STATED: ("stop", gettext_lazy("Nothing stated yet")),
}
"""How an area is drawn, by where it stands."""

ACTS: dict[str, tuple[type[forms.Form], Callable[..., PolicyStatement]]] = {
    StatementKind.ATTESTED: (AttestForm, attest_policy),
    StatementKind.NOT_APPLICABLE: (NotApplicableForm, say_policy_does_not_apply),
    StatementKind.MISSING: (MissingForm, say_policy_is_missing),
}
"""What may be stated: the form that asks for it, and the verb that takes it."""


@page(Can.OVERSEE_PRIVACY)
def policies(request: StaffRequest) -> HttpResponse:
    """Show every area of the checklist with its policy, for each program whose privacy this person oversees."""
    programs = list(programs_reached(request.user, Can.OVERSEE_PRIVACY))
    found = areas_of([program.pk for program in programs], timezone.localdate())
    shown = [_program(program, [area for area in found if area.program_id == program.pk]) for program in programs]
    return render(request, "desk/policies/policies.html", {"shown": shown, "years": KEPT_YEARS})


@page(Can.OVERSEE_PRIVACY)
def policy_area(request: StaffRequest, program: int, area: str) -> HttpResponse:
    """Show one area: what its policy must answer, what holds now, and everything that was ever stated."""
    return _show(request, *_seen(request, program, area))


@require_POST
@page(Can.OVERSEE_PRIVACY)
def state_policy(request: StaffRequest, program: int, area: str, stated: str) -> HttpResponse:
    """Attest a policy, or say that the area does not apply or that its policy is missing."""
    here, found = _seen(request, program, area)
    if stated not in ACTS:
        raise Http404
    made, verb = ACTS[stated]
    form = made(request.POST)
    who: dict[str, Any] = {"program": here, "area": area, "by": request.user, "at": timezone.now()}
    if form.is_valid() and attempt(form, lambda: verb(**form.cleaned_data, **who)) is not None:
        messages.success(request, _("Stated: %(area)s.") % {"area": found.name})
        return redirect("desk:policies")
    return _show(request, here, found, **{stated: form})


@page(Can.OVERSEE_PRIVACY)
def policy_statement(request: StaffRequest, policy_statement: int) -> HttpResponse:
    """Lead to the area that a statement is about."""
    row = get_object_or_404(statements_seen_by(request.user), pk=policy_statement)
    return redirect("desk:policy_area", row.program_id, row.area)


def _program(program: Program, found: list[AreaOfProgram]) -> dict[str, Any]:
    """Return what the page shows of one program: its areas by kind of record, and how many are settled."""
    groups = [(*MEDIA[medium], [_drawn(area) for area in rows]) for medium, rows in groupby(found, lambda area: area.area.medium)]
    stated = any(area.statement for area in found)
    return {"program": program, "groups": groups, "settled": sum(area.is_settled for area in found), "of": len(found), "is_begun": stated}


def _drawn(area: AreaOfProgram) -> dict[str, Any]:
    """Return an area with the shape and the word of where it stands."""
    kind, words = STATES[area.standing]
    return {"one": area, "state": kind, "words": words}


def _seen(request: StaffRequest, program: int, area: str) -> tuple[Program, AreaOfProgram]:
    """Return an area of a program whose privacy this person oversees, or nothing at all."""
    here = get_object_or_404(programs_reached(request.user, Can.OVERSEE_PRIVACY), pk=program)
    found = next((one for one in areas_of([here.pk], timezone.localdate()) if one.area.code == area), None)
    if found is None:
        raise Http404
    return here, found


def _begun(row: PolicyStatement | None, today: date) -> dict[str, forms.Form]:
    """Return the forms as they begin: with the policy that was attested last, and with the days of the house."""
    attested: dict[str, Any] = {"review_on": due_day(ClockKind.POLICY_REVIEW, today)}
    if row is not None and row.kind == StatementKind.ATTESTED:
        attested |= {"title": row.title, "kept_at": row.kept_at, "in_force_since": row.in_force_since}
    return {
        StatementKind.ATTESTED: AttestForm(initial=attested),
        StatementKind.NOT_APPLICABLE: NotApplicableForm(initial={"review_on": due_day(ClockKind.POLICY_REVIEW, today)}),
        StatementKind.MISSING: MissingForm(initial={"review_on": today + timedelta(days=MISSING_DAYS)}),
    }


def _show(request: StaffRequest, here: Program, found: AreaOfProgram, **typed: forms.Form) -> HttpResponse:
    """Show an area, with what was typed when it was refused."""
    history = slice_of(statements_about(here, found.area.code), by="-pk", after=request.GET.get("after", ""))
    context = {
        "program": here,
        "drawn": _drawn(found),
        "area": found,
        "history": history.rows,
        "next_url": f"?after={history.next_key}" if history.next_key else "",
        "forms": {**_begun(found.statement, timezone.localdate()), **typed},
        "opens": dict.fromkeys(typed, True),
        "years": KEPT_YEARS,
    }
    return render(request, "desk/policies/area.html", context, status=422 if typed else 200)
