"""Show a program's list of interventions, and let those who answer for its practice change it."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.pages import StaffRequest, attempt, page
from treatment_plans.plan.catalog import actions
from treatment_plans.plan.catalog.forms import ChangeListedForm, ListedForm
from treatment_plans.plan.catalog.models import EvidenceTag
from treatment_plans.plan.catalog.queries import intervention_type, intervention_types

TAGS = {EvidenceTag.STRONG: "good", EvidenceTag.PROMISING: "note", EvidenceTag.EXPERIENCE: "quiet", EvidenceTag.CUSTOM: "quiet"}


@page(Can.SET_PRACTICE)
def intervention_list(request: StaffRequest) -> HttpResponse:
    """Show every intervention with its evidence tag, its source, and whether it is offered."""
    rows = [
        {"one": one, "tag": EvidenceTag(one.evidence).label, "state": TAGS[EvidenceTag(one.evidence)]}
        for one in intervention_types(request.program, with_all=True)
    ]
    return render(request, "treatment_plans/plan/catalog/list.html", {"rows": rows, "program": request.program})


@page(Can.SET_PRACTICE)
def list_new(request: StaffRequest) -> HttpResponse:
    """Put an intervention of the program's own on the list."""
    form = ListedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        facts = {**form.cleaned_data, "program": request.program, "by": request.user, "at": timezone.now()}
        if attempt(form, lambda: actions.list_intervention(**facts)):
            return _back(request)
    return _ask(request, form, _("Add an intervention to the list"))


@page(Can.SET_PRACTICE)
def change_listed(request: StaffRequest, listed: str) -> HttpResponse:
    """Change what the list says of one intervention, and whether it is offered."""
    found = intervention_type(request.program, listed)
    if found is None:
        raise Http404
    names = ("name", "evidence", "source", "caution", "is_offered")
    form = ChangeListedForm(request.POST if request.method == "POST" else None, initial={name: getattr(found, name) for name in names})
    if request.method == "POST" and form.is_valid():
        facts = {**form.cleaned_data, "program": request.program, "code": listed, "by": request.user, "at": timezone.now()}
        if attempt(form, lambda: actions.change_listed_intervention(**facts)):
            return _back(request)
    return _ask(request, form, found.name)


def _ask(request: StaffRequest, form: ListedForm, title: str) -> HttpResponse:
    """Show the form."""
    context = {"form": form, "heading": title}
    return render(request, "treatment_plans/plan/catalog/form.html", context, status=422 if form.errors else 200)


def _back(request: StaffRequest) -> HttpResponse:
    """Lead back to the list."""
    messages.success(request, _("The list is changed. Plans that were written before keep their words."))
    return HttpResponseRedirect(reverse("treatment_plans:intervention_list"))
