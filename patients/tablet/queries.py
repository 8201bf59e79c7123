"""Read links, sign and check the addresses under which they open, and find the way through the questions."""

from dataclasses import dataclass
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet

from patients.instruments.data import known
from patients.instruments.rules import Instrument, Item
from patients.record.models import Patient
from patients.screenings.models import Assessment
from patients.tablet.models import TabletLink
from patients.tablet.rules import (
    LONGEST_SITTING,
    SAFETY_HEARD_FOR,
    asks_for_staff,
    is_about_safety,
    next_question,
    question_before,
    questions_alone,
)

SALT = "patients.tablet.link"
KEY_KEPT_FOR = LONGEST_SITTING + SAFETY_HEARD_FOR
"""How long the browser keeps the key; the link itself ends by its own clock."""


def token_of(link: TabletLink) -> str:
    """Return the signed word under which a link opens; it names nobody and says nothing."""
    return Signer(salt=SALT).sign(str(link.pk)).replace(":", ".", 1)


def link_of(token: str) -> TabletLink | None:
    """Return the link that a word was signed for."""
    try:
        key = Signer(salt=SALT).unsign(token.replace(".", ":", 1))
    except BadSignature:
        return None
    return _links().filter(pk=int(key)).first()


def link_with(key: object) -> TabletLink | None:
    """Return a link by its key."""
    return _links().filter(pk=key).first() if isinstance(key, int) else None


def locked_link(link: TabletLink) -> TabletLink:
    """Return a link as it is now, held until the transaction ends."""
    return _links().select_for_update(of=("self",), no_key=True).get(pk=link.pk)


def assessments_of(link: TabletLink) -> list[Assessment]:
    """Return the assessments of a link, in their order."""
    found = Assessment.objects.select_related("patient", "program").in_bulk(link.assessments)
    return [found[key] for key in link.assessments if key in found]


def links_for(patient: Patient) -> QuerySet[TabletLink]:
    """Return the links that were made for a person, the newest first."""
    return TabletLink.objects.filter(patient=patient).select_related("recorded_by").order_by("-pk")


def _links() -> QuerySet[TabletLink]:
    return TabletLink.objects.select_related("patient", "program", "recorded_by")


@dataclass(frozen=True)
class Step:
    """Hold one question on the way: of which questionnaire of the link, and at which place in it."""

    place: int
    assessment: Assessment
    told: Instrument
    item: Item

    @property
    def number(self) -> int:
        """Return the place of the question in its instrument; addresses count from one and name nothing."""
        return self.told.items.index(self.item) + 1

    @property
    def is_about_safety(self) -> bool:
        """Say whether this question asks about the person's safety."""
        return is_about_safety(self.told, self.item.id)

    @property
    def position(self) -> int:
        """Return the how manieth question this is, of those that are asked."""
        return questions_alone(self.told, self.assessment.answers).index(self.item) + 1

    @property
    def length(self) -> int:
        """Return how many questions are asked, as far as is known."""
        return len(questions_alone(self.told, self.assessment.answers))

    def before(self) -> "Step | None":
        """Return the question before this one in the same questionnaire."""
        return _step(self.place, self.assessment, question_before(self.told, self.assessment.answers, self.item.id))

    def after(self, link: TabletLink) -> "Step | None":
        """Return the question after this one, given the answers as they are kept now; then the next questionnaire."""
        self.assessment.refresh_from_db(fields=["answers"])
        following = _step(self.place, self.assessment, next_question(self.told, self.assessment.answers, self.item.id))
        return following or self.next_questionnaire(link)

    def next_questionnaire(self, link: TabletLink) -> "Step | None":
        """Return the first question of the next questionnaire."""
        later = enumerate(assessments_of(link)[self.place :], self.place + 1)
        return next((step for place, row in later if row.is_draft and (step := _beginning(place, row))), None)


def step_at(link: TabletLink, place: int, number: int) -> Step | None:
    """Return the question at a place, if it is asked alone and its questionnaire is still a draft."""
    rows = assessments_of(link)
    if not 1 <= place <= len(rows) or not rows[place - 1].is_draft:
        return None
    row = rows[place - 1]
    told = known(row.instrument)
    if told is None or not 1 <= number <= len(told.items):
        return None
    item = told.items[number - 1]
    return Step(place, row, told, item) if item in questions_alone(told, row.answers) else None


def first_step(link: TabletLink) -> Step | None:
    """Return the first question without an answer, or nothing when all have one."""
    for place, row in enumerate(assessments_of(link), 1):
        told = known(row.instrument)
        open_ones = [item for item in questions_alone(told, row.answers) if item.id not in row.answers] if told and row.is_draft else []
        if told and open_ones:
            return Step(place, row, told, open_ones[0])
    return None


def must_somebody_come(step: Step, value: Any) -> bool:
    """Say whether this answer ends the time alone: what comes next is asked by staff, face to face."""
    return asks_for_staff(step.told, step.item.id, value)


def _beginning(place: int, row: Assessment) -> Step | None:
    """Return the first question of a questionnaire."""
    told = known(row.instrument)
    return _step(place, row, next_question(told, row.answers, "")) if told else None


def _step(place: int, row: Assessment, item_id: str | None) -> Step | None:
    """Return the step to a question."""
    told = known(row.instrument)
    item = told.item(item_id) if told and item_id else None
    return Step(place, row, told, item) if told and item else None
