"""Read specimens and what was found in them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.caseload.queries import patients_seen_by
from patients.episodes.models import Episode
from patients.record.models import Patient
from patients.toxicology.models import Analyte, ToxicologyPanel, ToxicologyResult
from patients.toxicology.rules.analytes import code_of
from patients.toxicology.rules.frequency import SOURCE, Tests, random_tests, year_before
from patients.toxicology.rules.reading import Reading, to_confirm


def toxicology_for(patient: Patient) -> QuerySet[ToxicologyPanel]:
    """Return every specimen of a person with its results, the latest first; two statements."""
    results = ToxicologyResult.objects.select_related("recorded_by").order_by("id")
    rows = ToxicologyPanel.objects.filter(patient=patient).select_related("collected_by", "reviewed_by", "recorded_by", "program")
    return rows.prefetch_related(Prefetch("results", results)).order_by("-collected_at", "-pk")


def panels_seen_by(user: User, *, can: Can = Can.SEE_CHART) -> QuerySet[ToxicologyPanel]:
    """Return the specimens of the people whom somebody may see, in the programs where that right is held."""
    programs = {membership.program_id for membership in user.reach(can)}
    return ToxicologyPanel.objects.filter(program__in=programs, patient__in=patients_seen_by(user, can=can))


def panels_to_talk_about(user: User) -> QuerySet[ToxicologyPanel]:
    """Return the specimens with something unexpected that nobody has talked about, the most urgent first."""
    waiting = panels_seen_by(user, can=Can.ASSESS_SAFETY).filter(is_unexpected=True, reviewed_at__isnull=True)
    alive = waiting.filter(patient__deceased_on__isnull=True)
    return alive.select_related("patient").order_by("review_due_on", "pk")


def locked_panel(panel: ToxicologyPanel) -> ToxicologyPanel:
    """Return a specimen and its patient as they are now, both held until the transaction ends."""
    held = ToxicologyPanel.objects.select_for_update(of=("self", "patient"), no_key=True)
    return held.select_related("patient", "program").get(pk=panel.pk)


def random_tests_of(patient: Patient, today: date) -> Tests:
    """Return how many random tests were taken in the last year, against what the program wants; two statements."""
    since = year_before(today)
    found = ToxicologyPanel.objects.filter(patient=patient).aggregate(taken=Count("pk", filter=_random_since(since)))
    stay = Episode.objects.filter(patient=patient, discharged_on__isnull=True).order_by("admitted_on").first()
    return random_tests(taken=found["taken"], in_care_since=stay.admitted_on if stay else None, today=today)


def random_tests_words() -> str:
    """Say where the number wanted in a year is from."""
    return SOURCE


def _random_since(since: date) -> Q:
    return Q(is_random=True, collected_at__date__gte=since)


@dataclass(frozen=True)
class Suggested:
    """Hold one confirmation that could be asked for."""

    analyte: str
    title: str
    code: str


def confirmations_for(panel: ToxicologyPanel) -> list[Suggested]:
    """Return what a second method should look at before anybody concludes, with its LOINC code where there is one."""
    rows = list(panel.results.all())
    readings = {(row.analyte, row.method): Reading(row.reads) for row in rows}
    found = to_confirm([row.finding for row in rows], readings)
    return [Suggested(name, str(Analyte(name).label), code_of(name, "confirm", panel.specimen)) for name in found]
