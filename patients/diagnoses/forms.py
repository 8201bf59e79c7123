"""Ask for a diagnosis: its code first, then how sure it is."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.verb_forms import DAY
from patients.diagnoses.models import Axis, Certainty, CourseOfDiagnosis, Diagnosis
from patients.diagnoses.rules import IcdCode, axis_of, find_codes, icd_codes, tidy_code

FOLD = "bootstrap5/layout/fold.html"


class CodeSearchForm(forms.Form):
    """Ask for a code or words of its title."""

    find = forms.CharField(label=_("Code or words of the title"), required=False)

    @property
    def found(self) -> list[IcdCode]:
        """Return the codes that fit."""
        return find_codes(self.cleaned_data["find"]) if self.is_valid() else []


def chosen_code(text: str) -> IcdCode | None:
    """Return the code that was chosen, if it is one."""
    return icd_codes().get(tidy_code(text))


class RevisionForm(forms.Form):
    """Ask how sure a diagnosis is now, where it stands, and what that rests on."""

    certainty = forms.ChoiceField(label=_("How sure"), choices=Certainty.choices, widget=forms.RadioSelect)
    course = forms.ChoiceField(label=_("Where it stands"), choices=CourseOfDiagnosis.choices, initial=CourseOfDiagnosis.ACTIVE)
    ended_on = forms.DateField(label=_("Ended on"), required=False, widget=DAY)
    basis = forms.CharField(label=_("What it rests on"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    @property
    def revision(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        return {name: self.cleaned_data[name] for name in RevisionForm.base_fields}


class DiagnosisForm(RevisionForm):
    """Ask for all that a new diagnosis needs; the axis only where the code leaves it open."""

    axis = forms.ChoiceField(label=_("Axis"), choices=[("", "—"), *Axis.choices])
    onset_on = forms.DateField(label=_("Began on"), required=False, widget=DAY)

    def __init__(self, *args: Any, code: IcdCode, **kwargs: Any) -> None:
        """Ask about this code."""
        super().__init__(*args, **kwargs)
        self.code = code
        self.fields["certainty"].initial = Certainty.PROVISIONAL
        if axis_of(code.code) is not None:
            del self.fields["axis"]

    @property
    def helper(self) -> FormHelper:
        """Return the layout: course and days are folded, a new diagnosis is nearly always active."""
        helper = FormHelper(self)
        axis = ["axis"] if "axis" in self.fields else []
        helper.layout = Layout(
            *axis, "certainty", "basis", "onset_on", Fieldset(_("In remission or resolved"), "course", "ended_on", template=FOLD)
        )
        return helper

    @property
    def diagnosis(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        axis = self.cleaned_data.get("axis") or axis_of(self.code.code) or ""
        return {**self.revision, "onset_on": self.cleaned_data["onset_on"], "code": self.code.code, "axis": axis}


def revision_of(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return what a form about this diagnosis starts with."""
    return {name: getattr(diagnosis, name) for name in RevisionForm.base_fields}
