"""Read somebody's health in short: allergies, other medication, naloxone in hand, the last overdose, a pregnancy."""

from datetime import date
from typing import Any

from django.db.models import CharField, DateField, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import Act, Found, Panel, Programs
from patients.health.allergies.models import AllergyQuestion
from patients.health.allergies.queries import KnownAllergies, KnownAllergy, active_allergies_of, by_danger
from patients.health.medications.queries import medications_taken_by
from patients.health.naloxone.models import NALOXONE_WORDS
from patients.health.naloxone.queries import kits_in_hand
from patients.health.naloxone.rules import KitInHand, need_of_naloxone
from patients.health.overdoses.models import Overdose, OverdoseOf
from patients.health.pregnancy.models import Pregnancy, PregnancyStatus
from patients.models import HEALTH_FACTS
from patients.record.models import Patient

WORDS = 5
COLUMNS = ("row", *(f"word_{number}" for number in range(WORDS)), "first_day", "last_day")


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return all of it in one statement."""
    standing = {"patient": patient, "in_error_why": ""}
    own = Overdose.objects.filter(of=OverdoseOf.PERSON, **standing)
    parts = [
        _part("allergy", active_allergies_of(patient), "substance", "reaction", "severity", "criticality", "certainty", on="since"),
        _part("asked", AllergyQuestion.objects.filter(**standing).order_by("-asked_on", "-pk")[:1], "answer", on="asked_on"),
        _part("medication", medications_taken_by(patient), "name", "dose_words", on="since"),
        _part("kit", kits_in_hand(patient), on="given_on", until="expires_on"),
        _part("overdose", own.order_by("-happened_on", "-pk")[:1], "hospital", on="happened_on", until="contacted_on"),
        _part("pregnancy", Pregnancy.objects.filter(**standing).order_by("-noted_on", "-pk")[:1], "status", on="noted_on", until="due_on"),
    ]
    rows: dict[str, list[Any]] = {}
    for row in parts[0].union(*parts[1:], all=True):
        rows.setdefault(row[0], []).append(row[1:])
    return _told(rows, today)


def _told(rows: dict[str, list[Any]], today: date) -> Found:
    """Return what the rows of each kind say."""
    known = tuple(sorted((KnownAllergy(*row[:WORDS]) for row in rows.get("allergy", [])), key=by_danger))
    answer, asked_on = next(((row[0], row[WORDS]) for row in rows.get("asked", [])), ("", None))
    kits = [KitInHand(row[WORDS], row[WORDS + 1]) for row in rows.get("kit", [])]
    pregnant = [row for row in rows.get("pregnancy", []) if row[0] == PregnancyStatus.PREGNANT]
    need = need_of_naloxone(kits, today)
    return {
        "allergies": KnownAllergies(known, answer, asked_on),
        "other_medications": sorted((row[0], row[1]) for row in rows.get("medication", [])),
        "naloxone_words": "" if need is None else NALOXONE_WORDS[need],
        "last_overdose": next((row[WORDS:] for row in rows.get("overdose", [])), None),
        "pregnancy_due": [row[WORDS + 1] for row in pregnant],
    }


def _part(row: str, rows: QuerySet[Any], *words: str, on: str, until: str = "") -> QuerySet[Any]:
    """Return rows of one kind with the columns that all kinds have."""
    nothing, no_day = Value("", output_field=CharField()), Cast(Value(None), DateField())
    named = [*words, *[""] * (WORDS - len(words))]
    columns: dict[str, Any] = {f"word_{number}": Cast(name, CharField()) if name else nothing for number, name in enumerate(named)}
    columns |= {
        "row": Value(row, output_field=CharField()),
        "first_day": Cast(on, DateField()),
        "last_day": Cast(until, DateField()) if until else no_day,
    }
    drawn: QuerySet[Any] = rows.select_related(None).annotate(**columns).values_list(*COLUMNS)
    return drawn


HEALTH = Panel(
    "health",
    _("Health"),
    Can.SEE_CHART,
    read,
    acts=(Act(_("All of it"), "desk:health", Can.SEE_CHART, "y"),),
    history=HEALTH_FACTS,
)
