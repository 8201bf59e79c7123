"""Go through instruments with some of the people, month by month: enough for a course to be seen."""

from datetime import date, datetime
from random import Random

from casemgr.core.accounts.models import User
from casemgr.demo.people import Persona
from patients.instruments.data import instrument
from patients.screenings.assessing.actions import complete_assessment, save_answers, start_assessment

PEOPLE = 4
"""How many of the invented people answer whole instruments; of the others only totals were written down."""

WHICH = ("bam", "pcl5")
BETTER_WHEN_HIGH = {"9", "10", "12", "13", "14", "16", "17"}
"""Questions of the BAM whose answers rise when things go well."""


def answer_instruments(person: Persona, by: User, day: date, at: datetime) -> None:
    """Answer the BAM and the PCL-5 as somebody would whose burden grows lighter by the month, with a setback in between."""
    if person.number >= PEOPLE:
        return
    months = (day - person.admitted_on).days // 28
    chance = Random(f"{person.number}:{months}")  # noqa: S311 - invented answers
    burden = max(0.1, 0.8 - 0.06 * months + (0.3 if months % 5 == 3 else 0.0))
    for name in WHICH:
        answers = {
            item.id: _answer(item.id, name, [option.value for option in item.options.options], burden, chance)
            for item in instrument(name).items
        }
        row = start_assessment(patient=person.course.patient, program=person.course.site.program, instrument=name, by=by, at=at)
        complete_assessment(assessment=save_answers(assessment=row, answers=answers, by=by, at=at), by=by, at=at)


def _answer(item: str, name: str, values: list[int], burden: float, chance: Random) -> int:
    """Return one of the answers that a question has, near to how heavy things are."""
    weight = 1 - burden if name == "bam" and item in BETTER_WHEN_HIGH else burden
    place = round(weight * (len(values) - 1) + chance.gauss(0, 0.6))
    return values[max(0, min(len(values) - 1, place))]
