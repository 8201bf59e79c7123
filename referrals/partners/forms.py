"""Take in what is known of a partner organization."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.directory.models import HipaaRole, Organization, OrganizationKind
from casemgr.core.ui.verb_forms import DAY

FIELDS = (
    "name", "kind", "hipaa_role", "is_part2_program", "is_intermediary", "miles_away", "established_on", "identifier", "phone", "email",
    "address",
)  # fmt: skip


class OrganizationForm(forms.Form):
    """Ask who the organization is and how it is reached."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=OrganizationKind.choices)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    address = forms.CharField(label=_("Address"), required=False, widget=forms.Textarea({"rows": 2}))
    identifier = forms.CharField(label=_("NPI or another number"), max_length=80, required=False)
    hipaa_role = forms.ChoiceField(
        label=_("Under HIPAA"),
        choices=HipaaRole.choices,
        initial=HipaaRole.NEITHER,
        help_text=_("It decides what the organization may do with what it is told (42 CFR 2.33(b))."),
    )
    is_part2_program = forms.BooleanField(label=_("Treats substance use itself (a Part 2 program)"), required=False)
    is_intermediary = forms.BooleanField(
        label=_("Passes records on to its participants"),
        required=False,
        help_text=_("A health information exchange, for example. A consent then names who behind it may be told (42 CFR 2.31(a)(4)(ii))."),
    )
    miles_away = forms.IntegerField(
        label=_("Miles from here"),
        required=False,
        min_value=0,
        max_value=32767,
        help_text=_("Treatment programs only: a consent for registries reaches those within 200 miles (42 CFR 2.34(a)(3)(ii))."),
    )
    established_on = forms.DateField(label=_("Established on"), required=False, widget=DAY, help_text=_("Treatment programs only."))


class OrganizationChangeForm(OrganizationForm):
    """Ask also whether the organization is still worked with."""

    is_active = forms.BooleanField(label=_("We work with it"), required=False)


class OrganizationFilter(forms.Form):
    """Narrow the directory."""

    q = forms.CharField(label=_("Name"), required=False, widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}))
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        widget=forms.Select({"class": "form-select"}),
        choices=[("", _("Every kind")), *OrganizationKind.choices],
    )


def as_known(organization: Organization) -> dict[str, Any]:
    """Return what is known of an organization, to be corrected."""
    return {name: getattr(organization, name) for name in (*FIELDS, "is_active")}
