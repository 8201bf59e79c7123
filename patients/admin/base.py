"""Be the base of the tables of the first storey in the record room."""

from django import forms
from django.db.models import Model

from casemgr.core.ui.patient_rows import PatientField, PatientRowAdmin, People
from casemgr.core.ui.verb_forms import VerbForm, form_of
from patients.caseload.queries import patients_seen_by
from patients.record.queries import search_patients

PEOPLE = People(
    lambda user, can: patients_seen_by(user, can=can), lambda patients, text, limit: search_patients(patients, text, limit=limit)
)
"""How patients are found in the record room."""


class PatientTable(PatientRowAdmin):
    """Be the base of every table whose rows belong to patients."""

    people = PEOPLE


def patient_form(model: type[Model], *names: str, **first: forms.Field) -> type[VerbForm]:
    """Return a form that asks for a patient and for these fields of a table."""
    return form_of(model, *names, first={"patient": PatientField(PEOPLE), **first})
