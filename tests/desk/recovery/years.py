"""Give somebody years of everything that the recovery chart draws, past all rules."""

from datetime import timedelta

from patients.health.overdoses.models import Overdose
from patients.screenings.models import Assessment, Observation
from patients.toxicology.models import ToxicologyPanel, ToxicologyResult
from tests.charts import DAY, dose_of, order_for
from treatment_plans.medication.models import Dose


def score(clinic, patient, code, day, value):
    return Observation.objects.create(
        patient=patient, kind="survey", code=code, title="Score", observed_at=clinic.now - day * DAY, value_number=value,
        recorded_at=clinic.now, recorded_by=clinic.system,
    )  # fmt: skip


def monitor(clinic, patient, day, answers, instrument="bamr"):
    at = clinic.now - day * DAY
    return Assessment.objects.create(
        patient=patient, program=clinic.program, instrument=instrument, version="1", state="complete", started_at=at, completed_at=at,
        answers=answers, recorded_at=at, recorded_by=clinic.system,
    )  # fmt: skip


def specimen(clinic, patient, day, found, *, talk=""):
    at = clinic.now - day * DAY
    unexpected = any(reads.startswith("unexpected") for _analyte, _outcome, reads in found)
    talked = {"reviewed_at": at, "reviewed_by": clinic.nurse, "review_words": "Talked", "talk": talk} if talk else {}
    panel = ToxicologyPanel.objects.create(
        patient=patient, program=clinic.program, collected_at=at, resulted_at=at, is_unexpected=unexpected,
        review_due_on=at.date() if unexpected else None, recorded_at=at, recorded_by=clinic.nurse, **talked,
    )  # fmt: skip
    for analyte, outcome, reads in found:
        ToxicologyResult.objects.create(
            panel=panel, analyte=analyte, method="screen", outcome=outcome, reads=reads, recorded_at=at, recorded_by=clinic.nurse
        )
    return panel


def overdose(clinic, patient, day, **facts):
    return Overdose.objects.create(
        patient=patient, program=clinic.program, happened_on=clinic.now.date() - day * DAY, substances=["fentanyl"], naloxone_doses=2,
        hospital="emergency", recorded_at=clinic.now, recorded_by=clinic.nurse, **facts,
    )  # fmt: skip


def years_of(clinic, patient, years):
    """Give somebody years of doses, scores and plans, past all rules."""
    today = clinic.now.date()
    order = order_for(clinic, patient, starts_on=today - timedelta(days=365 * years))
    first = dose_of(order, clinic, today)
    fields = {field.attname: getattr(first, field.attname) for field in Dose._meta.concrete_fields if field.name not in {"id"}}
    entry_model = type(first.stock_entry)
    entries = entry_model.objects.bulk_create(
        entry_model(lot_id=first.lot_id, move="dispensed", change_mg=-60, remaining_mg=1, at=clinic.now, by=clinic.nurse)
        for _n in range(365 * years - 1)
    )
    Dose.objects.bulk_create(
        Dose(**{**fields, "for_day": today - timedelta(days=n + 1), "stock_entry_id": entry.pk, "is_take_home": n % 7 == 0})
        for n, entry in enumerate(entries)
    )
    Observation.objects.bulk_create(
        Observation(
            patient=patient, kind="survey", code=code, title="Score", observed_at=clinic.now - n * 30 * DAY, value_number=n % 20,
            recorded_at=clinic.now, recorded_by=clinic.system,
        )
        for n in range(12 * years)
        for code in ("44261-6", "70274-6", "101698-9")
    )  # fmt: skip
    for n in range(3 * years):
        monitor(clinic, patient, n * 90, {"2": n, "4": 0, "6": n % 3, "8": 1})
        specimen(clinic, patient, n * 80, [("fentanyl", "positive", "unexpected_positive"), ("eddp", "positive", "as_expected")])
        overdose(clinic, patient, n * 120)
