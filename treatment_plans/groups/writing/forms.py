"""Take in what is written down of one meeting of a group: once for all, and once for each."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site, User
from casemgr.core.language.fields import WordsField
from casemgr.core.refusals import Reason
from casemgr.core.ui.forms import ErrorLink, error_links, offer_choices, offer_rows
from patients.record.models import Patient
from treatment_plans.drafts.rules import Fields, person_of_field
from treatment_plans.plan.models import Goal
from treatment_plans.rooms.recurrence.rules import Slot, occurrence
from treatment_plans.sessions.actions import Part
from treatment_plans.sessions.models import SCALES, AttendanceState, Modality
from treatment_plans.sessions.writing.forms import SCALE_LABELS, HeldOnField
from treatment_plans.sessions.writing.forms import TINY as TO_TEN

CLOCK = forms.TimeInput({"type": "time", "class": "field--short", "step": "300"}, format="%H:%M")
SHORT = forms.Select({"class": "field--short"})
TINY = forms.NumberInput({"class": "field--tiny"})
FRAME = ("title", "site", "day", "starts_at", "minutes", "modality")
SAYS = ("state", "note", "minutes", "no_goal_reason", *SCALES)
"""Fields of an own part that hold something only when somebody said it; goals stand chosen before."""

WRITE, LEAVE = "write", "leave"
GONE = [(WRITE, _("Write their part too")), (LEAVE, _("Leave it out"))]
HAS_PART = [(LEAVE, _("Leave it out: their part is written already"))]


def people_said(typed: QueryDict) -> set[UUID]:
    """Return of whom a form that was sent says something: in their own part, or by one word for everybody who stood on the page."""
    said = {person for name in typed if (person := _says_of(name)) and any(text.strip() for text in typed.getlist(name))}
    shown = typed.getlist("patients") if "others_present" in typed else []
    return said | {person for text in shown if (person := person_of_field(text))}


def with_kept(typed: QueryDict, kept: Fields, asked: Collection[UUID]) -> QueryDict:
    """Return what was typed with the parts that a draft keeps of people of whom the form does not ask any longer."""
    whole = typed.copy()
    for name, texts in kept.items():
        person = person_of_field(name)
        if person is not None and person not in asked and name not in typed:
            whole.setlist(name, list(texts))
    return whole


def _says_of(name: str) -> UUID | None:
    """Return of whom a field says something, or nobody."""
    return person_of_field(name) if name[36:37] == "-" and name[37:] in SAYS else None


class SharedForm(forms.Form):
    """Ask what is the same for everybody: when, what the group did, and what holds for all of whom nothing else is said."""

    title = WordsField(label=_("Title"), required=False, max_length=200, help_text=_("For example: Dual Recovery."))
    site = forms.ModelChoiceField(label=_("Where"), queryset=Site.objects.none(), empty_label=None, widget=SHORT)
    day = HeldOnField()
    starts_at = forms.TimeField(label=_("Began at"), widget=CLOCK)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=720, initial=60, widget=TINY)
    modality = forms.ChoiceField(label=_("How"), choices=Modality.choices, initial=Modality.IN_PERSON, widget=SHORT)
    shared_text = WordsField(
        label=_("What the group did together"),
        required=False,
        widget=forms.Textarea({"rows": 6, "data-focus": ""}),
        help_text=_("It stands in everybody's chart. Name nobody who took part."),
    )
    homework = WordsField(label=_("Homework until the next time"), required=False, widget=forms.Textarea({"rows": 2}))
    led_with = forms.ModelMultipleChoiceField(
        label=_("Led together with"), queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    techniques = forms.MultipleChoiceField(label=_("Ways of working"), required=False, widget=forms.CheckboxSelectMultiple)
    others_present = forms.BooleanField(label=_("Everybody of whom nothing else is said below was here"), required=False)
    others_no_goal = WordsField(
        label=_("If none of the goals is chosen for somebody: why"),
        required=False,
        max_length=200,
        help_text=_("Stands for everybody who was here and has no goal chosen and no reason of their own."),
    )

    def __init__(
        self, *args: Any, sites: QuerySet[Site] | None, staff: QuerySet[User], ways: Sequence[tuple[str, str]] = (), **options: Any
    ) -> None:
        """Offer colleagues and the program's ways of working; a group that meets again brings its title and site along."""
        super().__init__(*args, **options)
        offer_rows(self, "led_with", staff)
        offer_choices(self, "techniques", ways)
        if sites is None:
            del self.fields["title"], self.fields["site"]
        else:
            offer_rows(self, "site", sites)

    @classmethod
    def for_the_rest(cls, *args: Any, **options: Any) -> "SharedForm":
        """Return the form for parts that are added to a meeting which stands already: what holds for all of these people."""
        form = cls(*args, sites=None, staff=User.objects.none(), **options)
        form.fields = {name: field for name, field in form.fields.items() if name in ("others_present", "others_no_goal")}
        return form

    def frame_fields(self) -> list[forms.BoundField]:
        """Return the short fields that say when, where and how."""
        return [self[name] for name in FRAME if name in self.fields]

    def times_at(self, site: Site) -> tuple[datetime, datetime]:
        """Return when the meeting began and ended by the clock of a site."""
        known = self.cleaned_data
        times = occurrence(known["day"], Slot(known["starts_at"], known["minutes"], site.zone))
        return times.starts_at, times.ends_at

    def facts(self) -> dict[str, Any]:
        """Return what the verb asks for of the session itself."""
        return {name: self.cleaned_data[name] for name in ("shared_text", "homework", "led_with", "techniques", "modality")}


class OwnForm(forms.Form):
    """Ask for one person's own part: whether they came (nothing is said before somebody says it), the goals, the note."""

    state = forms.ChoiceField(label=_("Attendance"), choices=AttendanceState.choices, required=False, widget=forms.RadioSelect)
    minutes = forms.IntegerField(
        label=_("Minutes"), required=False, min_value=0, max_value=720, widget=TINY, help_text=_("Empty means the whole time.")
    )
    goals = forms.MultipleChoiceField(label=_("Goals worked on"), required=False, widget=forms.CheckboxSelectMultiple)
    no_goal_reason = WordsField(label=_("If none of the goals: why"), required=False, max_length=200)
    note = WordsField(label=_("Own part"), required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(
        self,
        *args: Any,
        patient: Patient,
        goals: Sequence[Goal],
        preset: Sequence[int] = (),
        wishes: Sequence[Any] = (),
        gone: Sequence[Any] = (),
        **options: Any,
    ) -> None:
        """Offer the goals of this person's plan, with those of the last time chosen; of somebody who is gone, ask what to do."""
        self.wishes = wishes
        chosen = {"goals": [str(key) for key in preset]}
        super().__init__(*args, **{**options, "prefix": str(patient.public_id), "initial": chosen})
        self.patient = patient
        self.open_goals = {str(goal.pk): goal for goal in goals}
        for name in SCALES:
            self.fields[name] = forms.IntegerField(label=SCALE_LABELS[name], required=False, min_value=0, max_value=10, widget=TO_TEN)
        if goals:
            offer_choices(
                self, "goals", [(key, f"{goal.words} ({goal.problem.get_axis_display()})") for key, goal in self.open_goals.items()]
            )
        else:
            del self.fields["goals"], self.fields["no_goal_reason"]
        if gone:
            self.fields["gone"] = _what_to_do(patient, gone)

    def clean(self) -> dict[str, Any]:
        """Ask about a number that was typed for somebody who was not there: it is not dropped without a word."""
        said = self.cleaned_data
        if said.get("state") in (AttendanceState.ABSENT, AttendanceState.EXCUSED):
            for name in SCALES:
                if said.get(name) is not None:
                    words = gettext("%(name)s was not there: leave this empty, or say that they came.")
                    self.add_error(name, words % {"name": self.patient.display_name})
        return said

    @property
    def is_left_out(self) -> bool:
        """Say whether the part of somebody who is gone is not to be written."""
        return "gone" in self.fields and self["gone"].value() == LEAVE

    @property
    def gone_offered(self) -> list[Any]:
        """Return the choices about the part of somebody who is gone, or none."""
        return list(self["gone"]) if "gone" in self.fields else []

    @property
    def has_more(self) -> bool:
        """Say whether the fold with the own part holds something to see."""
        asked = [name for name in ("note", "minutes", "no_goal_reason", *SCALES) if name in self.fields]
        return any(self[name].errors or self[name].value() for name in asked)

    def scale_fields(self) -> list[forms.BoundField]:
        """Return mood and craving, on arriving and on leaving."""
        return [self[name] for name in SCALES]

    @property
    def goals_offered(self) -> list[Any]:
        """Return the boxes of the goals, or none where no plan is in force."""
        return list(self["goals"]) if "goals" in self.fields else []

    def part(self, others_no_goal: str) -> Part:
        """Return the part as the verb takes it."""
        said = self.cleaned_data
        goals = [self.open_goals[key] for key in said.get("goals", [])]
        is_here = said["state"] in (AttendanceState.PRESENT, AttendanceState.LATE)
        reason = said.get("no_goal_reason", "") or (others_no_goal if is_here and self.open_goals and not goals else "")
        return Part(
            patient=self.patient,
            state=said["state"],
            minutes=said["minutes"],
            note=said["note"],
            goals=goals if is_here else [],
            no_goal_reason=reason,
            **({name: said[name] for name in SCALES} if is_here else {}),
        )


def _what_to_do(patient: Patient, choices: Sequence[Any]) -> forms.ChoiceField:
    """Return what asks about the part of somebody who is on the roster no longer; nothing is chosen before."""
    asked = _("%(name)s has no place on this day any longer, or has a part already. Nothing is saved before you choose.")
    return forms.ChoiceField(
        label=_("This part"),
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": asked % {"name": patient.display_name}},
    )


class StrayForm(forms.Form):
    """Show again what was typed of somebody whom the writer may not see any longer, and never who it is: it can only be left out."""

    note = WordsField(label=_("What you typed"), required=False, widget=forms.Textarea({"rows": 3}))
    gone = forms.BooleanField(
        label=_("Leave it out"),
        error_messages={
            "required": _(
                "You typed a part of somebody whom you may not see any longer. Nothing is saved before you say that it is left out."
            )
        },
    )

    def __init__(self, typed: QueryDict, *, person: UUID) -> None:
        """Take in what was typed of this person."""
        super().__init__(typed, prefix=str(person))
        self.typed = typed

    def besides(self) -> list[tuple[str, str]]:
        """Return what else was said of the person, to be sent along."""
        shown = {self.add_prefix(name) for name in self.fields}
        mine = [name for name in self.typed if name.startswith(f"{self.prefix}-") and name not in shown]
        return [(name, text) for name in mine for text in dict.fromkeys(self.typed.getlist(name))]


class NoteOfGroup:
    """Hold the form for all and the form for each as one: valid together, refused together."""

    def __init__(self, shared: SharedForm, own: Sequence[OwnForm], strays: Sequence[StrayForm] = (), shown: Collection[str] = ()) -> None:
        """Take both, what was typed of people who are seen no longer, and who stood on the page that was sent."""
        self.shared, self.own, self.strays, self.shown = shared, list(own), list(strays), frozenset(shown)

    def is_valid(self) -> bool:
        """Look at every form; of whom nothing is said, that is an error at their own line."""
        written = self._written()
        valid = [form.is_valid() for form in (self.shared, *written, *self.strays)]
        others_present = self.shared.cleaned_data.get("others_present", False)
        for form in written:
            if form.cleaned_data.get("state") or "gone" in form.errors:
                continue
            if others_present and self._stood_there(form.patient):
                form.cleaned_data["state"] = AttendanceState.PRESENT.value
            else:
                form.add_error("state", gettext("Say whether %(name)s was there.") % {"name": form.patient.display_name})
                valid.append(False)
        return all(valid)

    def parts(self) -> list[Part]:
        """Return everybody's part."""
        others = self.shared.cleaned_data["others_no_goal"]
        return [form.part(others) for form in self._written()]

    @property
    def is_all_left_out(self) -> bool:
        """Say whether it is confirmed of everybody that nothing of theirs is to be written."""
        return not self._written() and self.is_valid()

    def _written(self) -> list[OwnForm]:
        """Return the forms of those whose part is to be written."""
        return [form for form in self.own if not form.is_left_out]

    def _stood_there(self, patient: Patient) -> bool:
        """Say whether one word for everybody on the page meant this person, who may have joined since it was opened."""
        return not self.shown or str(patient.public_id) in self.shown

    def refuse(self, reasons: Sequence[Reason]) -> None:
        """Put each reason at the field that it belongs to."""
        own = {str(form.patient.public_id): form for form in self.own}
        for reason in reasons:
            form: forms.Form = own.get(reason.part, self.shared)
            form.add_error(reason.field if reason.field in form.fields else None, reason.text)

    @property
    def errors(self) -> list[ErrorLink]:
        """Return what needs attention, with the place that it leads to."""
        return [link for form in (self.shared, *self._written(), *self.strays) for link in error_links(form)]
