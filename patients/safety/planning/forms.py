"""Ask for a safety plan, step by step."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from patients.safety.models import PlanContactKind, PlanSignature, SafetyPlan
from patients.safety.planning.actions import STEPS
from patients.safety.planning.rules import NEEDED

HELP = {
    "warning_signs": _("Thoughts, pictures, moods, situations, cravings: one on each line, in the person's words."),
    "own_ways": _("What helped before without calling anybody: one on each line."),
    "company": _("Who and where, without having to talk about it."),
    "safer_place": _("What was agreed, who does it and by when: medication locked away, firearms kept elsewhere, somebody staying over."),
    "means_discussed": _("What there is at home, and what the person says about it. Not printed on the person's copy."),
}
GIVEN = {"data-draft-skip": ""}
"""A signature is given, not kept with what is typed."""

CONTACT_HELP = _("One on each line: name, phone number. 988 and 911 stand on every plan.")


def _step(name: str) -> forms.CharField:
    """Return the field of a step."""
    column: Any = SafetyPlan._meta.get_field(name)
    widget = forms.TextInput() if name == "means_holder" else forms.Textarea(attrs={"rows": 3})
    return forms.CharField(
        label=column.verbose_name, required=name in NEEDED, help_text=HELP.get(name, ""), widget=widget, max_length=column.max_length
    )


class SafetyPlanForm(forms.Form):
    """Ask for the six steps, in the order in which they are gone through."""

    begins_with = forms.IntegerField(required=False, widget=forms.HiddenInput)
    signature = forms.ChoiceField(
        label=_("Signed by the person"), choices=[("", _("Not yet")), *PlanSignature.choices], required=False, widget=forms.Select(GIVEN)
    )
    signed_by = forms.CharField(label=_("Name as signed"), required=False, max_length=120, widget=forms.TextInput(GIVEN))

    def __init__(self, *args: Any, plan: SafetyPlan | None = None, **options: Any) -> None:
        """Begin with the words of the version in force."""
        super().__init__(*args, **{"initial": _begun(plan) if plan else None, **options})
        for name in STEPS:
            self.fields[name] = _step(name)
        for kind in PlanContactKind:
            lines = forms.Textarea(attrs={"rows": 3})
            self.fields[kind.value] = forms.CharField(label=kind.label, required=False, help_text=CONTACT_HELP, widget=lines)

    @property
    def helper(self) -> FormHelper:
        """Return the layout: the six steps, then what stands beside them."""
        helper = FormHelper(self)
        helper.layout = Layout(*STEPS[:3], *PlanContactKind.values, *STEPS[3:], "signature", "signed_by", "begins_with")
        return helper

    @property
    def plan(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        said = self.cleaned_data
        return {
            "steps": {name: said[name] for name in STEPS},
            "contacts": [(kind.value, *_contact(line)) for kind in PlanContactKind for line in said[kind.value].splitlines()],
            "signature": said["signature"],
            "signed_by": said["signed_by"],
        }


class SignatureForm(forms.Form):
    """Ask how the person signed."""

    signature = forms.ChoiceField(label=_("Signed by the person"), choices=PlanSignature.choices, widget=forms.RadioSelect)
    signed_by = forms.CharField(label=_("Name as signed"), required=False, max_length=120)


class ReviewForm(forms.Form):
    """Ask what was said when the plan was gone through again."""

    words = forms.CharField(label=_("What was said"), widget=forms.Textarea(attrs={"rows": 2}))


def _contact(line: str) -> tuple[str, str]:
    """Read name and number from a line; what holds no digit is part of the name."""
    name, _comma, phone = line.strip().rpartition(",")
    is_number = any(letter.isdigit() for letter in phone)
    return (name.strip()[:120], phone.strip()[:40]) if name and is_number else (line.strip()[:120], "")


def _begun(plan: SafetyPlan) -> dict[str, str]:
    """Return what a new version starts with: the words of the one before."""
    contacts = list(plan.contacts.all())
    lines = {kind.value: "\n".join(str(one) for one in contacts if one.kind == kind) for kind in PlanContactKind}
    return {**{name: getattr(plan, name) for name in STEPS}, **lines, "begins_with": str(plan.version)}
