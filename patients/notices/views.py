"""Give the notice, show who lacks it, and print its words."""

from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import moment, person
from patients.caseload.queries import patients_seen_by
from patients.episodes.models import Episode
from patients.notices.actions import give_notice
from patients.notices.forms import LANGUAGES, NoticeForm
from patients.notices.models import NoticeGiven
from patients.notices.queries import current_version, notices_of, present_wording, stays_without_notice


class GivenTable(tables.Table):
    """List the notices that one person was given."""

    given_on = tables.Column(verbose_name=gettext_lazy("Given on"))
    version = tables.Column(verbose_name=gettext_lazy("Version"))
    language = tables.Column(verbose_name=gettext_lazy("Language"))
    method = tables.Column(verbose_name=gettext_lazy("How"))
    acknowledgement = tables.Column(verbose_name=gettext_lazy("Answer"))
    recorded_by = tables.Column(verbose_name=gettext_lazy("Written down by"))

    empty_help = gettext_lazy("Hand it over, talk it through, and write down what the person answered.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("No notice was given yet")

    def render_given_on(self, record: NoticeGiven) -> SafeString:
        """Say the day."""
        return moment(record.given_on, "day")

    def render_language(self, record: NoticeGiven) -> str:
        """Say the language."""
        return str(LANGUAGES.get(record.language, record.language))

    def render_acknowledgement(self, record: NoticeGiven) -> SafeString:
        """Say what the person answered, and why it was not signed."""
        return format_html('{}<br><span class="small muted" data-verbatim>{}</span>', record.get_acknowledgement_display(), record.why_not)


class OwedTable(tables.Table):
    """List the people who do not have the present notice."""

    patient = tables.Column(verbose_name=gettext_lazy("Who"))
    site = tables.Column(verbose_name=gettext_lazy("Where"))
    admitted_on = tables.Column(verbose_name=gettext_lazy("In care since"))
    give = tables.Column(verbose_name="", empty_values=())

    next_url = ""
    empty_help = gettext_lazy("A new version of the notice, and everybody who is admitted, brings people here.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("Everybody in care has the present notice")

    def render_patient(self, record: Episode) -> SafeString:
        """Name the person and lead to the chart."""
        patient = record.patient
        chart = reverse("desk:chart", args=[patient.public_id])
        return person(patient.display_name, legal=patient.legal_name, pronouns=patient.pronouns, url=chart)

    def render_admitted_on(self, record: Episode) -> SafeString:
        """Say the day."""
        return moment(record.admitted_on)

    def render_give(self, record: Episode) -> SafeString:
        """Lead to where it is written down."""
        url = reverse("patients:notice", args=[record.patient.public_id])
        return format_html('<a class="btn btn--small" href="{}" data-row-link>{}</a>', url, _("Give the notice"))


@page(Can.GIVE_NOTICE)
def notices_owed(request: StaffRequest) -> HttpResponse:
    """Show who in care does not have the present notice, the longest waiting first."""
    today = timezone.localdate()
    found = slice_of(stays_without_notice(request.user, today), by="admitted_on", after=request.GET.get("after", ""))
    note_read(by=request.user, at=timezone.now(), what="notices_owed", people=[row.patient_id for row in found.rows])
    table = OwedTable(found.rows)
    table.next_url = f"?after={found.next_key}" if found.next_key else ""
    return render(request, "patients/notices/owed.html", {"table": table, "version": current_version(today)})


@page(Can.GIVE_NOTICE)
def notice(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Show which notices a person was given, and write down another."""
    row = get_object_or_404(patients_seen_by(request.user, can=Can.GIVE_NOTICE), public_id=patient)
    programs = programs_reached(request.user, Can.GIVE_NOTICE)
    language = row.language if row.language in LANGUAGES else "en"
    initial = {"given_on": timezone.localdate(), "language": language}
    form = NoticeForm(request.POST or None, programs=programs, initial=initial)
    if form.is_valid() and attempt(form, lambda: _give(request, row, form.cleaned_data)) is not None:
        messages.success(request, _("The notice is on record."))
        return redirect("patients:notice", row.public_id)
    note_read(by=request.user, at=timezone.now(), what="notices", patient_id=row.pk)
    context = {"patient": row, "form": form, "table": GivenTable(notices_of(row)), "version": current_version(timezone.localdate())}
    return render(request, "patients/notices/notice.html", context, status=422 if form.errors else 200)


@page(Can.GIVE_NOTICE)
def notice_wording(request: StaffRequest) -> HttpResponse:
    """Show the words of the present notice, to hang up, hand over or print; they speak of nobody."""
    language = request.GET.get("language", get_language() or "en")
    words = present_wording(timezone.localdate(), language if language in LANGUAGES else "en")
    return render(request, "patients/notices/wording.html", {"words": words, "languages": LANGUAGES})


def _give(request: StaffRequest, patient: Any, facts: dict[str, Any]) -> NoticeGiven:
    """Write down that the version of today was given."""
    now = timezone.now()
    version = current_version(now.astimezone(facts["program"].zone).date())
    return give_notice(patient=patient, version=version, **facts, by=request.user, at=now)
