"""Ask for a diagnosis: what it is first, then how sure it is, and what says it more exactly."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.forms import offer_choices
from casemgr.core.ui.verb_forms import DAY
from patients.diagnoses.models import (
    Axis,
    Certainty,
    CourseOfDiagnosis,
    Criterion,
    Diagnosis,
    Disorder,
    EpisodeKind,
    EvidenceSource,
    Pole,
    RelationToUse,
    RemissionExtent,
    Route,
    Severity,
    Substance,
    UseSource,
    Weight,
)
from patients.diagnoses.rules import IcdCode, Specifiers, Suggestion, axis_of, disorder_of, find_codes, icd_codes, suggest, tidy_code
from patients.diagnoses.rules.onset import OLDEST
from patients.diagnoses.rules.severity import MOST_CRITERIA, WITHOUT_WITHDRAWAL
from patients.diagnoses.rules.suggesting import SUBSTANCES

FOLD = "bootstrap5/layout/fold.html"
NO_CHOICE = ("", "—")

OF_USE = ("criteria", "as_prescribed", "criteria_count", "remission_since", "on_maintenance", "controlled_environment")
OF_MIND = ("relation_to_use",)
OF_DISORDER: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(SUBSTANCES, OF_USE),
    "depression": ("episode", "severity", "with_psychosis", "remission_since", "remission_extent", *OF_MIND),
    "bipolar_1": ("pole", "severity", "with_psychosis", "remission_since", "remission_extent", *OF_MIND),
    "bipolar_2": ("pole", "remission_since", *OF_MIND),
    "panic": ("attacks_per_week", "avoids", *OF_MIND),
    "social_anxiety": ("avoids", "uses_before", *OF_MIND),
    "ptsd": ("with_dissociation", *OF_MIND),
    "generalized_anxiety": OF_MIND,
    "borderline": OF_MIND,
}
"""What is asked for each disorder, besides what is asked for all."""

PARTICULARS = ("attacks_per_week", "avoids", "uses_before", "with_dissociation")
SPECIFIC = frozenset(name for names in OF_DISORDER.values() for name in names)


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


def chosen_disorder(text: str) -> str:
    """Return the disorder that was chosen, if it is one."""
    return text if text in Disorder.values else ""


def _choice(label: Any, choices: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[NO_CHOICE, *choices], required=False, **options)


def _yes(label: Any, help_text: Any = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=help_text)


class DiagnosisForm(forms.Form):
    """Ask for all that a diagnosis needs; each disorder has its own questions, and where the code leaves the axis open it is asked."""

    axis = forms.ChoiceField(label=_("Axis"), choices=[NO_CHOICE, *Axis.choices])
    criteria = forms.MultipleChoiceField(
        label=_("Criteria met"),
        choices=Criterion.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_(
            "In short words of our own; read DSM-5 for what each means. Two or three are mild, four or five moderate, six or more severe."
        ),
    )
    as_prescribed = _yes(_("Taken as prescribed"), _("Tolerance and withdrawal do not count then."))
    criteria_count = forms.IntegerField(
        label=_("Only the number is known"),
        required=False,
        min_value=0,
        max_value=MOST_CRITERIA,
        widget=forms.NumberInput(attrs={"class": "field--tiny"}),
    )
    episode = _choice(_("Episode"), EpisodeKind.choices)
    pole = _choice(_("Present or last episode"), Pole.choices)
    severity = _choice(_("Severity"), Severity.choices)
    with_psychosis = _yes(_("With psychotic signs"))
    attacks_per_week = forms.IntegerField(
        label=_("Attacks a week"), required=False, min_value=0, widget=forms.NumberInput(attrs={"class": "field--tiny"})
    )
    avoids = forms.CharField(label=_("What is avoided"), required=False, max_length=300)
    uses_before = _yes(_("Uses before meeting people"))
    with_dissociation = _yes(
        _("With dissociation"),
        _("What happened is not asked here. Trauma has a compartment of its own, if the person wants it written down."),
    )
    relation_to_use = _choice(_("How it hangs together with substance use"), RelationToUse.choices)
    certainty = forms.ChoiceField(label=_("How sure"), choices=Certainty.choices, widget=forms.RadioSelect, initial=Certainty.PROVISIONAL)
    basis = forms.CharField(label=_("What it rests on"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    onset_on = forms.DateField(label=_("Began on"), required=False, widget=DAY)
    onset_age = forms.IntegerField(
        label=_("or at the age of"), required=False, min_value=0, max_value=OLDEST, widget=forms.NumberInput(attrs={"class": "field--tiny"})
    )
    first_treated_on = forms.DateField(label=_("First treated on, anywhere"), required=False, widget=DAY)
    course = forms.ChoiceField(label=_("Where it stands"), choices=CourseOfDiagnosis.choices, initial=CourseOfDiagnosis.ACTIVE)
    remission_since = forms.DateField(label=_("In remission since"), required=False, widget=DAY)
    remission_extent = _choice(_("How far"), RemissionExtent.choices)
    on_maintenance = _yes(_("On maintenance therapy"))
    controlled_environment = _yes(_("In a controlled environment"), _("Where getting the substance is hard: jail, hospital, closed ward."))
    ended_on = forms.DateField(label=_("Ended on"), required=False, widget=DAY)
    code = forms.CharField(
        label=_("ICD-10-CM code"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"class": "field--short", "autocomplete": "off"}),
        help_text=_("Left empty, the code that follows from the findings is taken. Yours counts if you write another."),
    )
    code_reason = forms.CharField(label=_("Why another code than the suggested one"), required=False, max_length=300)

    def __init__(
        self, *args: Any, disorder: str = "", code: IcdCode | None = None, axis: str = "", use: Specifiers | None = None, **kwargs: Any
    ) -> None:
        """Ask about this disorder or this code; `use` is the use disorder that may bring another one about."""
        super().__init__(*args, **kwargs)
        self.chosen, self.use = code, use
        self.disorder = disorder or (disorder_of(code.code) if code else "")
        axis = axis or (axis_of(code.code) if code else None) or ""
        asked = OF_DISORDER.get(self.disorder, OF_MIND if axis == Axis.MENTAL_HEALTH else ())
        for name in SPECIFIC - set(asked):
            del self.fields[name]
        if self.disorder in SUBSTANCES or not code or axis:
            del self.fields["axis"]
        if not self.disorder:
            del self.fields["code"], self.fields["code_reason"]
        elif code:
            self.fields["code"].initial = code.code
        if self.disorder in WITHOUT_WITHDRAWAL:
            kept = [choice for choice in Criterion.choices if choice[0] != Criterion.WITHDRAWAL]
            offer_choices(self, "criteria", kept)

    @property
    def helper(self) -> FormHelper:
        """Return the layout: findings, then how sure and why, then when it began; what is seldom needed is folded."""
        findings = ("axis", "criteria", "as_prescribed", "criteria_count", "episode", "pole", "severity", "with_psychosis", *PARTICULARS)
        over = ("course", "remission_since", "remission_extent", "on_maintenance", "controlled_environment", "ended_on")
        helper = FormHelper(self)
        helper.layout = Layout(
            *self._asked(*findings, "relation_to_use", "certainty", "basis", "onset_on", "onset_age"),
            Fieldset(_("First treatment"), "first_treated_on", template=FOLD),
            Fieldset(_("In remission or resolved"), *self._asked(*over), template=FOLD),
            *self._asked("code", "code_reason"),
        )
        return helper

    def _asked(self, *names: str) -> list[str]:
        """Return those of these fields that are asked."""
        return [name for name in names if name in self.fields]

    @property
    def specifiers(self) -> Specifiers:
        """Return what says it more exactly, as far as it was filled in."""
        said = {name: value for name, value in self.cleaned_data.items() if name in Specifiers.__dataclass_fields__ and value is not None}
        said["criteria"] = tuple(said.get("criteria", ()))
        particulars = {name: str(value) for name in PARTICULARS if (value := self.cleaned_data.get(name)) not in (None, "", False)}
        return Specifiers(**{**said, "disorder": self.disorder, "particulars": particulars})

    @property
    def suggestion(self) -> Suggestion:
        """Return the code that follows from what was filled in so far."""
        return suggest(self.specifiers, in_remission=self.cleaned_data.get("course") == CourseOfDiagnosis.REMISSION, use=self.use)

    @property
    def revision(self) -> dict[str, Any]:
        """Return what was filled in, as the verb that revises takes it."""
        said = {name: self.cleaned_data[name] for name in ("certainty", "course", "ended_on", "basis", "onset_on")}
        return {**said, "code": self.cleaned_data.get("code") or None, "specifiers": self.specifiers}

    @property
    def diagnosis(self) -> dict[str, Any]:
        """Return what was filled in, as the verb that records takes it: the code that was chosen, else the one that follows."""
        code = self.cleaned_data.get("code") or (self.chosen.code if self.chosen else self.suggestion.code)
        axis = self.cleaned_data.get("axis") or ("substance_use" if self.disorder in SUBSTANCES else axis_of(tidy_code(code)) or "")
        return {**self.revision, "code": code, "axis": axis or ("mental_health" if self.disorder else "")}


def form_about(diagnosis: Diagnosis, *args: Any) -> DiagnosisForm:
    """Return the form that revises a diagnosis, filled with what is known."""
    code = icd_codes().get(diagnosis.code) or IcdCode(diagnosis.code or diagnosis.other_code, diagnosis.title, "")
    form = DiagnosisForm(*args, disorder=diagnosis.kind_of_disorder, code=code, axis=diagnosis.axis)
    known = {name: getattr(diagnosis, name, None) for name in form.fields}
    form.initial = {**known, **{name: diagnosis.particulars.get(name) for name in PARTICULARS}}
    if diagnosis.criteria:
        form.initial["criteria_count"] = None
    return form


class EvidenceForm(forms.Form):
    """Ask for one piece of evidence, for or against."""

    source = forms.ChoiceField(label=_("Where it is from"), choices=EvidenceSource.choices)
    weight = forms.ChoiceField(label=_("Which way it speaks"), choices=Weight.choices, widget=forms.RadioSelect)
    words = forms.CharField(label=_("What was seen or heard"), widget=forms.Textarea(attrs={"rows": 3}))
    happened_on = forms.DateField(label=_("On"), required=False, widget=DAY)


class LookAgainForm(forms.Form):
    """Ask what was found when a provisional diagnosis was looked at again and stays open."""

    words = forms.CharField(
        label=_("What was found, and what keeps it open"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("To confirm or refute it, revise it instead."),
    )


class UseForm(forms.Form):
    """Ask when a substance was last used."""

    substance = forms.ChoiceField(label=_("Substance"), choices=Substance.choices)
    used_on = forms.DateField(label=_("Last used on"), widget=DAY)
    route = _choice(_("Route"), Route.choices)
    amount = forms.CharField(label=_("How much"), required=False, max_length=120)
    source = forms.ChoiceField(label=_("How it is known"), choices=UseSource.choices)
    words = forms.CharField(label=_("In words"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
