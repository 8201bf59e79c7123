"""Read a paper that a partner sent, and look whom it is about."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models.functions import Coalesce

from casemgr.core.accounts.models import Program
from casemgr.core.directory.models import Organization
from patients.consent.models import Match, SentPaper
from patients.episodes.models import Episode
from patients.record.models import Patient

_DAYS = ("signed_on", "valid_until", "revocable_after")
"""Which facts of a paper are days."""


class Meant(NamedTuple):
    """Name somebody as a partner knows them."""

    given_name: str
    family_name: str
    birth_date: date


class Words(NamedTuple):
    """Hold what stands in a paper that a partner sent."""

    person: Meant
    recipients: list[Organization]
    participants: list[Organization]
    facts: dict[str, Any]


def sealed_words(person: Meant, recipients: Iterable[Organization], participants: Iterable[Organization], facts: Mapping[str, Any]) -> str:
    """Return what a partner sent in one text, to be sealed."""
    told = {
        "person": person._asdict(),
        "recipients": [one.pk for one in recipients],
        "participants": [one.pk for one in participants],
        "facts": facts,
    }
    return json.dumps(told, cls=DjangoJSONEncoder)


def words_in(paper: SentPaper) -> Words:
    """Return what stands in a paper that is still sealed."""
    told = json.loads(str(paper.content))
    person = Meant(**{**told["person"], "birth_date": date.fromisoformat(told["person"]["birth_date"])})
    known = Organization.objects.in_bulk([*told["recipients"], *told["participants"]])
    named = {part: [known[key] for key in told[part]] for part in ("recipients", "participants")}
    facts = {**told["facts"], **{name: date.fromisoformat(told["facts"][name]) for name in _DAYS if told["facts"].get(name)}}
    return Words(person, named["recipients"], named["participants"], facts)


def people_meant(person: Meant) -> list[Patient]:
    """Return who bears this name and birth date, two at most; a record that was merged into another counts as that one."""
    bearing = Patient.objects.filter(
        given_name__iexact=person.given_name.strip(), family_name__iexact=person.family_name.strip(), birth_date=person.birth_date
    )
    stays = bearing.order_by().values_list(Coalesce("merged_into", "pk"), flat=True).distinct()[:2]
    return list(Patient.objects.select_related("registered_site__program").filter(pk__in=list(stays)).order_by("pk"))


def programs_of_care(patient: Patient) -> Sequence[Program]:
    """Return the programs in which somebody is or was in care, or else the one that registered them: theirs is the record meant."""
    stays = Episode.objects.filter(patient=patient).order_by().values("program_id")
    return list(Program.objects.filter(pk__in=stays).order_by("id")) or [patient.registered_site.program]


def papers_of_several_people() -> list[SentPaper]:
    """Return the papers that could be about several people when they were looked at last."""
    return list(SentPaper.objects.filter(match=Match.SEVERAL).defer("content").order_by("id"))
