"""Give a record one row of every table that has a person in it, so that a story of it leaves no table out."""

from datetime import date, time, timedelta
from typing import Any

from django.db import models

from casemgr.core.accounts.models import Program, Site, User
from patients.merging.queries import moved_columns
from patients.record.models import Patient
from tests.worlds import Clinic

LATER = timedelta(minutes=30)
OVERRIDES: dict[str, dict[str, Any]] = {
    "patients.ChartRestriction": {"lifted_at": lambda clinic, _patient: clinic.now, "lifted_by": lambda clinic, _patient: clinic.system},
    "patients.RecordsRequest": {"due_on": date(2026, 4, 4)},
    "patients.Handout": {"sha256": "0" * 64},
    "patients.SafeStart": {"safety": "x"},
    "patients.Wishes": {"own_words": "x"},
    "patients.EmergencyDisclosure": {"no_consent_because": "x", "profession": "nurse"},
    "patients.GlassBreak": {"kind": "internal", "reason": "x", "words": b"x", "closes_at": lambda clinic, _patient: clinic.now + LATER},
    "patients.Electrocardiogram": {"qtc_ms": 440},
    "patients.IncidentPerson": {"state": "NY"},
    "patients.SafetyConcern": {"level": 1},
    "patients.Restriction": {"to_whom": "anybody"},
    "treatment_plans.BusyTime": {"ends": time(10)},
    "treatment_plans.AppointmentSeries": {"times": 2},
    "treatment_plans.CounselingOpening": {
        "reader": lambda clinic, _patient: clinic.therapist,
        "originator": lambda clinic, _patient: clinic.nurse,
        "closes_at": lambda clinic, _patient: clinic.now + LATER,
    },
    "treatment_plans.StandingRating": {"words": "x"},
}
"""What a table asks for besides what its columns do."""

EMPTY: dict[str, str] = {
    "patients.Patient.merged_into": "it says which records were merged into this one; another story merges three",
}
"""Columns of which the story has no row, each with the reason."""


def fill_the_rest(clinic: Clinic, patient: Patient) -> None:
    """Write one row into each table that has none of this person, past all verbs."""
    for column in (column for column in missing(patient) if not column.is_history):
        one_of(column.model, clinic, patient)


def missing(patient: Patient) -> list[Any]:
    """Return the columns with a patient, those of history too, in which this person does not stand."""
    columns = [column for column in moved_columns() if column.name not in EMPTY]
    return [c for c in columns if not c.model._base_manager.filter(**{c.field.name: patient.pk}).exists()]


def one_of(model: type[models.Model], clinic: Clinic, patient: Patient) -> Any:
    """Write one row of a table with the plainest values that its columns take."""
    said = OVERRIDES.get(model._meta.label, {})
    values = {
        field.name: _plain(field, clinic, patient)
        for field in model._meta.concrete_fields
        if field.name not in said and not field.primary_key and (_is_needed(field) or field.name in ("patient", "patient_id"))
    }
    given = {name: value(clinic, patient) if callable(value) else value for name, value in said.items()}
    return model._base_manager.create(**values, **given)


def _is_needed(field: Any) -> bool:
    """Say whether a row cannot do without a value here."""
    return not field.null and not field.has_default() and not field.blank


def _plain(field: Any, clinic: Clinic, patient: Patient) -> Any:
    """Return the plainest value of a column."""
    if field.is_relation:
        known = {Patient: patient, Program: clinic.program, Site: clinic.north, User: clinic.system}
        found = known.get(field.related_model) or field.related_model._base_manager.first()
        return found or one_of(field.related_model, clinic, patient)
    if field.name == "patient_id":
        return patient.pk
    if field.choices:
        return field.flatchoices[0][0]
    kinds = {
        models.DateTimeField: clinic.now,
        models.DateField: date(2026, 3, 4),
        models.TimeField: time(9),
        models.BinaryField: b"x",
        models.BooleanField: False,
        models.JSONField: {},
        models.TextField: "x",
        models.CharField: "x",
        models.DecimalField: 1,
        models.IntegerField: 1,
    }
    if hasattr(field, "base_field"):
        return [_plain(field.base_field, clinic, patient)]
    return next(value for kind, value in kinds.items() if isinstance(field, kind))
