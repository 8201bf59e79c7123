"""Open the tables of the third storey in the record room."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import action, display
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import colleagues_of, programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.administration.directory.actions import add_participation, end_participation
from casemgr.core.directory.models import Organization, Participation
from casemgr.core.refusals import Denied, Refused
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from casemgr.core.ui.verb_forms import ReachedChoiceField, SeenChoiceField, VerbForm, day_field, form_with, words_field
from patients.admin.base import PatientTable, patient_form
from patients.consent.models import PurposeOfUse
from referrals.casework.actions import add_task, drop_task, finish_task, hand_over_task, postpone_task, take_task
from referrals.casework.models import Task
from referrals.casework.queries import OPEN_STATES
from referrals.referral.actions import answer_referral, complete_referral, draft_referral, send_referral, withdraw_referral
from referrals.referral.models import Referral, ReferralState

PUT_OFF = timedelta(days=7)


def _open(row: Any) -> bool:
    return row.state in OPEN_STATES


class TaskAdmin(PatientTable):
    """Show what is to be done, and do it."""

    view_rights = (Can.SEE_CASEWORK,)
    program_path = "program"
    list_select_related = ("patient", "owner", "program")
    list_display = ("title", "person", "domain", "due_on", "urgency", "owner", "state", "chart")
    list_filter = ("state", "domain", "urgency")
    words = ("title",)
    shown = (
        "patient", "program", "domain", "title", "detail", "owner", "due_on", "urgency", "state", "outcome", "closed_at",
        "recorded_at", "recorded_by",
    )  # fmt: skip
    actions = ("take", "put_off")
    add_verb = AdminVerb(
        add_task,
        _("Add a task"),
        patient_form(
            Task,
            "domain",
            "title",
            "detail",
            "due_on",
            "urgency",
            program=ReachedChoiceField(programs_reached, label=_("Program")),
            owner=SeenChoiceField(colleagues_of, label=_("Who does it"), required=False),
        ),
    )
    verbs = (
        AdminVerb(take_task, _("Take"), VerbForm, "task", _open),
        AdminVerb(hand_over_task, _("Hand over"), form_with(owner=SeenChoiceField(colleagues_of, label=_("To"))), "task", _open),
        AdminVerb(postpone_task, _("Postpone"), form_with(due_on=day_field(_("Until"))), "task", _open),
        AdminVerb(finish_task, _("Finish"), form_with(outcome=words_field(_("What came of it"))), "task", _open),
        AdminVerb(drop_task, _("Drop"), form_with(reason=words_field(_("Why"))), "task", _open),
    )

    @action(description=_("Take the chosen tasks"), permissions=["work"])
    def take(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        """Make the chosen tasks one's own."""
        self._each(request, queryset, lambda task: take_task(task=task, by=self._user(request), at=timezone.now()))

    @action(description=_("Postpone the chosen tasks by a week"), permissions=["work"])
    def put_off(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        """Let the chosen tasks be due a week later."""

        def later(task: Task) -> Task:
            return postpone_task(task=task, due_on=task.due_on + PUT_OFF, by=self._user(request), at=timezone.now())

        self._each(request, queryset, later)

    def has_work_permission(self, request: HttpRequest) -> bool:
        """Say whether the person may work on tasks."""
        return self._user(request).may(Can.WRITE_TASK)

    def _each(self, request: HttpRequest, tasks: QuerySet[Task], act: Callable[[Task], Any]) -> None:
        """Do the same with each task, and say which were refused and why."""
        done = 0
        for task in tasks:
            try:
                act(task)
                done += 1
            except (Refused, Denied) as no:
                messages.warning(request, f"{task.title}: {no}")
        if done:
            messages.success(request, ngettext("%(count)s task: done.", "%(count)s tasks: done.", done) % {"count": done})


ANSWERS = [(state.value, state.label) for state in (ReferralState.ACCEPTED, ReferralState.DECLINED)]


class ReferralAdmin(PatientTable):
    """Show who was sent where, and what the other side answered."""

    view_rights = (Can.SEE_CASEWORK,)
    program_path = "program"
    list_select_related = ("patient", "organization")
    list_display = ("person", "service", "organization", "state", "sent_at", "waits", "answered_at", "chart")
    list_filter = ("state",)
    words = ("service", "organization__name")
    shown = (
        "patient", "program", "organization", "purpose", "service", "message", "state", "sent_at", "answered_at", "answer",
        "recorded_at", "recorded_by",
    )  # fmt: skip
    add_verb = AdminVerb(
        draft_referral,
        _("Draft a referral"),
        patient_form(
            Referral,
            "service",
            "message",
            program=ReachedChoiceField(programs_reached, label=_("Program")),
            organization=SeenChoiceField(lambda _user: Organization.objects.filter(is_active=True), label=_("To")),
            purpose=forms.ChoiceField(label=_("Purpose"), choices=PurposeOfUse.choices),
        ),
    )
    verbs = (
        AdminVerb(send_referral, _("Send"), VerbForm, "referral", lambda row: row.state == ReferralState.DRAFT),
        AdminVerb(
            answer_referral,
            _("Note the answer"),
            form_with(state=forms.ChoiceField(label=_("Answer"), choices=ANSWERS), answer=words_field(_("In words"), required=False)),
            "referral",
            lambda row: row.state == ReferralState.SENT,
        ),
        AdminVerb(complete_referral, _("Complete"), VerbForm, "referral", lambda row: row.state == ReferralState.ACCEPTED),
        AdminVerb(
            withdraw_referral,
            _("Withdraw"),
            VerbForm,
            "referral",
            lambda row: row.state in (ReferralState.DRAFT, ReferralState.SENT, ReferralState.ACCEPTED),
        ),
    )

    @display(description=_("waits"))
    def waits(self, row: Referral) -> str:
        """Say for how long an answer is waited for."""
        if row.state != ReferralState.SENT or row.sent_at is None:
            return ""
        days = (timezone.now() - row.sent_at).days
        return gettext("since today") if days == 0 else ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def exchanges(user: User) -> QuerySet[Organization]:
    """Return the organizations that pass records on to participants."""
    return Organization.objects.filter(is_active=True, is_intermediary=True).order_by("name", "id")


def members(user: User) -> QuerySet[Organization]:
    """Return the organizations that may take part in an exchange."""
    return Organization.objects.filter(is_active=True, is_intermediary=False).order_by("name", "id")


class ParticipationAdmin(RecordAdmin):
    """Show who takes part in which exchange."""

    view_rights = (Can.MANAGE_ORGANIZATIONS, Can.SEE_CASEWORK, Can.SEE_DISCLOSURES)
    list_select_related = ("intermediary", "participant")
    list_display = ("intermediary", "participant", "since", "until")
    search_fields = ("intermediary__name", "participant__name")
    shown = ("intermediary", "participant", "since", "until")
    add_verb = AdminVerb(
        add_participation,
        _("Add a participant"),
        form_with(
            intermediary=SeenChoiceField(exchanges, label=_("Exchange")),
            participant=SeenChoiceField(members, label=_("Participant")),
            since=day_field(_("Since")),
        ),
    )
    verbs = (
        AdminVerb(
            end_participation,
            _("Takes part no more"),
            form_with(until=day_field(_("From this day on"))),
            "participation",
            lambda row: row.until is None,
        ),
    )

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return all: organizations are of no program."""
        return Participation.objects.all()


ADMINS: dict[type[Model], type[RecordAdmin]] = {Task: TaskAdmin, Referral: ReferralAdmin, Participation: ParticipationAdmin}
"""The tables of this storey in the record room."""
