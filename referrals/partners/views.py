"""Show the directory of partner organizations, and take in what is known of them."""

from uuid import UUID

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.core.administration.directory.actions import add_organization, change_organization
from casemgr.core.directory.models import Organization
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import state
from referrals.partners.forms import OrganizationChangeForm, OrganizationFilter, OrganizationForm, as_known
from referrals.partners.queries import organizations


class OrganizationTable(tables.Table):
    """List organizations: who, what they do, how they are reached."""

    name = tables.Column(verbose_name=gettext_lazy("Name"))
    kind = tables.Column(verbose_name=gettext_lazy("Kind"))
    phone = tables.Column(verbose_name=gettext_lazy("Phone"), empty_values=())
    hipaa_role = tables.Column(verbose_name=gettext_lazy("Under HIPAA"))

    next_url = ""
    empty_help = gettext_lazy("Add the hospital, the shelter and the job center you work with.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("No organization of this name")

    def render_name(self, record: Organization) -> SafeString:
        """Lead to the organization, and mark what is no longer worked with."""
        mark = "" if record.is_active else state("quiet", _("No longer active"))
        return format_html(
            '<a href="{}" data-row-link>{}</a> {}', reverse("referrals:organization", args=[record.public_id]), record.name, mark
        )

    def render_phone(self, record: Organization) -> str:
        """Say the number, or nothing."""
        return record.phone or "—"


@page(Can.SEE_CASEWORK, Can.MANAGE_ORGANIZATIONS)
def directory(request: StaffRequest) -> HttpResponse:
    """List the organizations by name."""
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "kind")}
    found = slice_of(organizations(text=asked["q"], kind=asked["kind"]), by="name", after=request.GET.get("after", ""))
    table = OrganizationTable(found.rows)
    chosen = {name: value for name, value in asked.items() if value}
    table.next_url = f"?{urlencode({**chosen, 'after': found.next_key})}" if found.next_key else ""
    manages = request.user.may(Can.MANAGE_ORGANIZATIONS)
    context = {"table": table, "filter": OrganizationFilter(request.GET or None), "manages": manages}
    return render(request, "referrals/partners/organizations.html", context)


@page(Can.SEE_CASEWORK, Can.MANAGE_ORGANIZATIONS)
def organization(request: StaffRequest, organization: UUID) -> HttpResponse:
    """Show one organization."""
    found = get_object_or_404(organizations(), public_id=organization)
    manages = request.user.may(Can.MANAGE_ORGANIZATIONS)
    members = found.participations.filter(until__isnull=True).select_related("participant") if found.is_intermediary else []
    return render(request, "referrals/partners/organization.html", {"organization": found, "members": members, "manages": manages})


@page(Can.MANAGE_ORGANIZATIONS)
def organization_new(request: StaffRequest) -> HttpResponse:
    """Make an organization known."""
    form = OrganizationForm(request.POST or None)
    if form.is_valid():
        added = attempt(form, lambda: add_organization(**form.cleaned_data, by=request.user, at=timezone.now()))
        if added is not None:
            messages.success(request, _("%(name)s is in the directory.") % {"name": added.name})
            return redirect("referrals:organizations")
    return _form_page(request, form, _("Add an organization"), _("Add organization"), reverse("referrals:organizations"))


@page(Can.MANAGE_ORGANIZATIONS)
def organization_change(request: StaffRequest, organization: UUID) -> HttpResponse:
    """Correct what is known of an organization."""
    found = get_object_or_404(organizations(), public_id=organization)
    form = OrganizationChangeForm(request.POST or None, initial=as_known(found))
    back = reverse("referrals:organization", args=[found.public_id])
    if form.is_valid():
        changed = attempt(form, lambda: change_organization(organization=found, **form.cleaned_data, by=request.user, at=timezone.now()))
        if changed is not None:
            messages.success(request, _("Saved: %(name)s.") % {"name": changed.name})
            return redirect(back)
    return _form_page(request, form, _("Change %(name)s") % {"name": found.name}, _("Save"), back)


def _form_page(request: StaffRequest, form: OrganizationForm, heading: str, submit: str, back: str) -> HttpResponse:
    """Show a form, with what was typed when it was refused."""
    context = {"form": form, "heading": heading, "submit": submit, "back": back}
    return render(request, "referrals/partners/form.html", context, status=422 if form.is_bound else 200)
