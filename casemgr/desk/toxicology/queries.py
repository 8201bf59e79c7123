"""Read what is prescribed for the rule that reads results, and put specimens beside older single results.

Results belong to the first storey, orders and doses to the second: whoever needs both stands at the roof.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Q

from patients.health.medications.models import OtherMedication
from patients.record.models import Patient
from patients.screenings.models import Observation, ObservationKind
from patients.screenings.queries import observations_for
from patients.toxicology.models import Analyte
from patients.toxicology.rules.analytes import analyte_of, explained_by
from patients.toxicology.rules.reading import DAYS_STILL_EXPLAINED, Prescribed, expected_of, explained_of
from treatment_plans.medication.models import Dose, MedicationStatement
from treatment_plans.medication.queries import orders_in_force, orders_of
from treatment_plans.medication.rules import POSITIVE_CODES

LOINC_POSITIVE, LOINC_NEGATIVE = "LA6576-8", "LA6577-6"
MOST_OLDER = 50


def prescribed_for(patient: Patient, on: date, programs: frozenset[int] | None = None) -> Prescribed:
    """Return what a specimen of this day is expected to show, and what may show for a known reason; four statements.

    `programs` are those whose orders and doses a reader may know of; without them all count, as they do for how a result reads.
    """
    here = Q() if programs is None else Q(program__in=programs)
    given = Q() if programs is None else Q(order__program__in=programs)
    since = on - timedelta(days=DAYS_STILL_EXPLAINED)
    doses = Dose.objects.filter(given, patient=patient, for_day__gte=since, for_day__lte=on).order_by()
    last_doses = {row["substance"]: row["last"] for row in doses.values("substance").annotate(last=Max("for_day"))}
    orders = list(orders_in_force(orders_of(patient).filter(here), on))
    others = _other_medicines(patient, on)
    explained = explained_by(others) | explained_of(last_doses, (order.substance for order in orders), on)
    return Prescribed(expected_of(last_doses, on), explained, (*map(str, orders), *others))


def _other_medicines(patient: Patient, on: date) -> list[str]:
    """Return the names of what somebody else prescribed, as far as it is known for this day."""
    taken = OtherMedication.objects.filter(Q(since__isnull=True) | Q(since__lte=on), patient=patient, in_error_why="")
    listed = taken.filter(Q(until__isnull=True) | Q(until__gte=on)).order_by("name").values_list("name", flat=True)
    told = MedicationStatement.objects.filter(patient=patient, status="active", at__date__lte=on).order_by("title")
    return list(dict.fromkeys([*listed, *told.values_list("title", flat=True)]))


@dataclass(frozen=True)
class OlderResult:
    """Hold one result that was recorded or imported by itself, without its specimen."""

    at: datetime
    title: str
    words: str
    is_positive: bool | None


def older_results_of(patient: Patient) -> list[OlderResult]:
    """Return the presence tests among the laboratory observations, the latest first; what is prescribed is not weighed there."""
    rows = observations_for(patient, kind=ObservationKind.LABORATORY).order_by("-observed_at", "-id")[: MOST_OLDER * 2]
    return [_older(row) for row in rows if analyte_of(row.code) or _says(row) is not None][:MOST_OLDER]


def _older(row: Observation) -> OlderResult:
    """Return one observation as it is shown."""
    known = analyte_of(row.code)
    return OlderResult(row.observed_at, str(Analyte(known[0]).label) if known else row.title, row.value_text or row.value_code, _says(row))


def _says(row: Observation) -> bool | None:
    """Say whether a result is positive or negative, or that it tells neither."""
    words = row.value_text.lower()
    if row.value_code in {*POSITIVE_CODES, LOINC_POSITIVE} or words.startswith(("positive", "detected")):
        return True
    if row.value_code == LOINC_NEGATIVE or words.startswith(("negative", "not detected", "none detected")):
        return False
    return None
