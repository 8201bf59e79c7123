"""Print consents."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from casemgr.core.accounts.rules import Can
from casemgr.core.audit.recording import note_read
from casemgr.core.paper.answers import as_pdf
from casemgr.core.paper.typesetting import typeset
from casemgr.core.ui.pages import StaffRequest, page
from patients.caseload.queries import patients_seen_by
from patients.consent.models import ConsentKind
from patients.consent.printing.blanks import blank_on_paper
from patients.consent.printing.queries import consent_on_paper
from patients.consent.queries import consents_seen_by, programs_open_to, standing_of
from patients.consent.wording import language_for


@page(Can.SEE_DISCLOSURES)
def print_consent(request: StaffRequest, patient: UUID, consent: int) -> HttpResponse:
    """Print one consent with every element, in the language in which it was signed; a draft with lines to sign on."""
    row = get_object_or_404(patients_seen_by(request.user, can=Can.SEE_DISCLOSURES), public_id=patient)
    seen = consents_seen_by(request.user)
    found = get_object_or_404(seen.select_related("patient", "discloser", "witnessed_by"), patient=row, pk=consent)
    now = timezone.now()
    standing = standing_of(seen.filter(pk=found.pk), row, now)[0]
    note_read(by=request.user, at=now, what="print_consent", patient_id=row.pk, subject=f"{found._meta.label_lower}:{found.pk}")
    paper = consent_on_paper(found, has_ended=found.state != "draft" and standing.tone == "quiet", at=now)
    language = found.language
    return as_pdf(typeset("consent", paper, language=language), what="consent", on=now.astimezone(found.discloser.zone).date())


@page(Can.RECORD_CONSENT)
def blank_consent(request: StaffRequest) -> HttpResponse:
    """Print the blank form of one kind of consent in one language; nobody stands on it yet."""
    kind, language = request.GET.get("kind", ConsentKind.SPECIFIC.value), language_for(request.GET.get("language", ""))
    program = programs_open_to(request.user).order_by("pk").first()
    if kind not in ConsentKind.values or program is None:
        raise Http404
    paper = blank_on_paper(kind, program=program, language=language)
    today = timezone.now().astimezone(program.zone).date()
    return as_pdf(typeset("consent", paper, language=language), what=f"consent-form-{kind}-{language}", on=today)
