"""List who may be the same person, compare two records, merge them, and undo it."""

from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.models import Outcome
from casemgr.core.audit.recording import audit_event, note_many, note_read
from casemgr.core.refusals import Refused
from casemgr.core.ui.keyset import slice_of
from casemgr.core.ui.pages import StaffRequest, attempt, page
from casemgr.core.ui.parts import moment, person, state
from patients.caseload.queries import patients_seen_by
from patients.merging.actions import dismiss_duplicate, merge_patients, undo_merge
from patients.merging.comparing.queries import moved_by, what_meets
from patients.merging.forms import MergeForm, UndoForm
from patients.merging.models import Merge
from patients.merging.queries import duplicates_seen_by, held_by, merges_seen_by
from patients.record.models import Patient
from patients.record.queries import search_patients, words_of_reasons

MERGES = Can.MERGE_PATIENTS
FACTS = (
    ("given_name", gettext_lazy("Legal given name")),
    ("family_name", gettext_lazy("Legal family name")),
    ("chosen_name", gettext_lazy("Chosen name")),
    ("pronouns", gettext_lazy("Pronouns")),
    ("birth_date", gettext_lazy("Date of birth")),
    ("deceased_on", gettext_lazy("Died on")),
    ("sex", gettext_lazy("Sex")),
    ("language", gettext_lazy("Language")),
    ("interpreter_needed", gettext_lazy("An interpreter is needed")),
    ("registered_site", gettext_lazy("Registered at")),
)


class MergesTable(tables.Table):
    """List merges: when, of whom, by whom, whether they stand."""

    recorded_at = tables.Column(verbose_name=gettext_lazy("When"))
    survivor = tables.Column(verbose_name=gettext_lazy("Who"))
    merged = tables.Column(verbose_name=gettext_lazy("Merged record"))
    recorded_by = tables.Column(verbose_name=gettext_lazy("By"))
    stands = tables.Column(verbose_name=gettext_lazy("State"), empty_values=())

    empty_help = gettext_lazy("Records that were found to be one person's appear here, and can be parted again.")

    class Meta:
        orderable = False
        empty_text = gettext_lazy("No records were merged")

    def render_recorded_at(self, record: Merge) -> SafeString:
        """Say when."""
        return moment(record.recorded_at, "exact")

    def render_survivor(self, record: Merge) -> SafeString:
        """Name the person and lead to the merge."""
        return person(record.survivor.display_name, legal=record.survivor.legal_name, url=reverse("patients:merge", args=[record.pk]))

    def render_merged(self, record: Merge) -> str:
        """Name the record that is gone as it stood."""
        return record.merged.legal_name

    def render_stands(self, record: Merge) -> SafeString:
        """Say whether it was undone."""
        return state("good", _("Merged")) if record.stands else state("quiet", _("Undone"))


@page(MERGES)
def duplicates(request: StaffRequest) -> HttpResponse:
    """List the pairs of records that may be one person's, the likeliest first, each with its reasons."""
    part = slice_of(duplicates_seen_by(request.user), by="-score", after=request.GET.get("after", ""), size=25)
    people = [key for row in part.rows for key in (row.first_id, row.second_id)]
    note_read(by=request.user, at=timezone.now(), what="possible_duplicates", people=people)
    pairs = [(row, words_of_reasons(row.reasons)) for row in part.rows]
    context = {"pairs": pairs, "next_url": f"?after={part.next_key}" if part.next_key else ""}
    return render(request, "patients/merging/duplicates.html", context)


@require_POST
@page(MERGES)
def dismiss(request: StaffRequest, pair: int) -> HttpResponse:
    """Say that two records are two people's."""
    row = get_object_or_404(duplicates_seen_by(request.user), pk=pair)
    try:
        dismiss_duplicate(pair=row, by=request.user, at=timezone.now())
        messages.success(request, _("The two are on record as two people. The pair is not shown again."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("patients:duplicates")


@page(MERGES)
def merges(request: StaffRequest) -> HttpResponse:
    """List the merges, the latest first."""
    part = slice_of(merges_seen_by(request.user), by="-pk", after=request.GET.get("after", ""))
    note_read(by=request.user, at=timezone.now(), what="merges", people=[row.survivor_id for row in part.rows])
    table = MergesTable(part.rows)
    if part.next_key:
        table.next_url = f"?after={part.next_key}"
    return render(request, "patients/merging/merges.html", {"table": table})


@page(MERGES)
def choose(request: StaffRequest, patient: UUID) -> HttpResponse:
    """Find the other record of a person."""
    row = _seen(request, patient)
    text = request.POST.get("q", "").replace("\x00", "").strip()[:200]
    found = search_patients(patients_seen_by(request.user, can=MERGES).exclude(pk=row.pk), text) if text else []
    note_read(
        by=request.user,
        at=timezone.now(),
        what="search",
        patient_id=row.pk,
        detail={"found": len(found)},
        people=[other.pk for other in found],
    )
    return render(request, "patients/merging/choose.html", {"patient": row, "asked": text, "found": found})


@page(MERGES)
def preview(request: StaffRequest, patient: UUID, other: UUID) -> HttpResponse:
    """Compare two records: what each has, what moves, what stands against it, what stays; and merge the second into the first."""
    survivor, merged = _seen(request, patient), _seen(request, other)
    if survivor == merged:
        raise Http404
    form, now = MergeForm(request.POST or None), timezone.now()
    if form.is_valid():
        facts: dict[str, Any] = {"survivor": survivor, "merged": merged, "program": request.program, "by": request.user, "at": now}
        done = attempt(form, lambda: merge_patients(**facts, reason=form.cleaned_data["reason"]))
        if done is not None:
            messages.success(request, _("The records were merged. It can be undone on this page."))
            return redirect("patients:merge", done.pk)
    note_many(_compared(request, row) for row in (survivor, merged))
    meets = what_meets(merged, survivor, request.user)
    context = {
        "patient": survivor,
        "merged": merged,
        "facts": [(label, _said(survivor, name), _said(merged, name)) for name, label in FACTS],
        "lines": held_by(survivor.pk, merged.pk, request.user),
        "to_settle": [reason.text for reason in meets.to_settle],
        "stays": meets.stays,
        "more_stays": meets.is_more,
        "form": form,
    }
    return render(request, "patients/merging/preview.html", context, status=422 if form.errors else 200)


@page(MERGES)
def merge(request: StaffRequest, merge: int) -> HttpResponse:
    """Show one merge: who, why, what moved, what was written since; and undo it."""
    row = get_object_or_404(merges_seen_by(request.user), pk=merge)
    form, now = UndoForm(request.POST or None), timezone.now()
    if form.is_valid() and attempt(form, lambda: undo_merge(merge=row, **form.cleaned_data, by=request.user, at=now)) is not None:
        messages.success(request, _("The merge was undone: both records stand as before it."))
        return redirect("patients:merge", row.pk)
    note_read(by=request.user, at=now, what="merge", patient_id=row.survivor_id, subject=f"patients.merge:{row.pk}")
    since = held_by(row.survivor_id, row.survivor_id, request.user, since=row.recorded_at) if row.stands else []
    context = {"merge": row, "patient": row.survivor, "moved": moved_by(row, request.user), "since": since, "form": form}
    return render(request, "patients/merging/merge.html", context, status=422 if form.errors else 200)


def _seen(request: StaffRequest, public_id: UUID) -> Patient:
    """Return a patient whose record this user may merge; every other one is not found."""
    rows = patients_seen_by(request.user, can=MERGES).select_related("registered_site")
    return get_object_or_404(rows, public_id=public_id)


def _said(row: Patient, name: str) -> Any:
    """Return what one record says, as people read it."""
    if name in ("sex", "language"):
        return getattr(row, f"get_{name}_display")()
    value = getattr(row, name)
    return (_("yes") if value else _("no")) if isinstance(value, bool) else value


def _compared(request: StaffRequest, row: Patient) -> Any:
    """Return the audit row of one record that is compared with another."""
    return audit_event(by=request.user, at=timezone.now(), verb="comparison_of_records", outcome=Outcome.SEEN, patient_id=row.pk)
