"""Find patients: the one whose name was mistyped, the one who may be here already."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add, and_
from typing import Any

import phonenumbers
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Case, FloatField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.refusals import Reason, Refused
from patients.record.models import ContactKind, ContactPoint, Identifier, Patient
from patients.record.rules import (
    SHORTEST_WORD_WITH_A_SLIP,
    VERY_SIMILAR_NAME,
    Described,
    Likeness,
    Wanted,
    compare,
    near,
    plain,
    read_search,
    score,
    sound,
    transposed,
)

WORD_THRESHOLD = 0.45
"""Share of a word's letter triples that a name must have; lower finds more and costs more (docs/features/record.md has the figures)."""

SLIP_SCORE = 0.8
"""Score of a name one slip of the finger away: below the name itself, above one that merely shares letters."""

NUMBER_SCORE = 10.0
"""Score of a person known under exactly the number that was typed: above any name."""

MOST_COMPARED = 500
"""People compared with somebody, the likest names first."""

MOST_CANDIDATES = 10
"""People shown as perhaps the same person; who is not among the ten likest is not found by reading on."""

LIKENESS_WORDS = {
    Likeness.SAME_NUMBER: _("same identifier"),
    Likeness.SAME_BIRTH_DATE: _("same birth date"),
    Likeness.SAME_PHONE: _("same phone"),
    Likeness.TRANSPOSED_BIRTH_DATE: _("birth date with two digits swapped"),
    Likeness.NEAR_BIRTH_DATE: _("birth date differs in one place"),
    Likeness.UNKNOWN_BIRTH_DATE: _("a birth date is unknown"),
    Likeness.SAME_NAME: _("same name"),
    Likeness.CHOSEN_NAME: _("same family name, and the chosen name of one of them"),
    Likeness.SWAPPED_NAMES: _("given and family name swapped"),
    Likeness.SIMILAR_NAME: _("similar name"),
    Likeness.SOUNDS_ALIKE: _("name sounds alike"),
}


def locked(patient: Patient) -> Patient:
    """Return the patient's row as it is now, held until the transaction ends.

    Rows that merely point at the patient can be written meanwhile: the lock leaves the key alone. Nothing is written to a record that
    was merged into another one while its page stood open.
    """
    row = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    if row.merged_into_id is not None:
        raise Refused(Reason(gettext("This record was merged into another one meanwhile. Open the chart again."), code="merged"))
    return row


def person_behind(key: int) -> Patient:
    """Return the person who is on record under a key: of a record that was merged into another, the other."""
    row = Patient.objects.select_related("merged_into").get(pk=key)
    return row.merged_into or row


def record_that_stays(column: str) -> Subquery:
    """Return the key of the person of whom a row tells under this column, for an `Exists` of people about that row.

    What was told or looked at stays under the key of then; it belongs to the record into which that one was merged.
    """
    return Subquery(Patient.objects.filter(pk=OuterRef(OuterRef(column))).values(stays=Coalesce("merged_into", "pk")))


def people_under(patients: QuerySet[Patient], keys: Iterable[int | None]) -> dict[int, Patient]:
    """Return those of these patients who are on record under these keys, by key: also under that of a record merged into theirs."""
    stays = Patient.objects.filter(pk__in={key for key in keys if key is not None}).values(stays=Coalesce("merged_into", "pk"))
    return {key: person for person in patients.filter(pk__in=stays) for key in person.keys}


def contact_points_for(patient: Patient) -> QuerySet[ContactPoint]:
    """Return the ways to reach a person that are in use."""
    return ContactPoint.objects.filter(patient=patient, ended_at__isnull=True)


def identifiers_for(patient: Patient) -> QuerySet[Identifier]:
    """Return the numbers under which a person is known."""
    return Identifier.objects.filter(patient=patient)


def search_patients(patients: QuerySet[Patient], text: str, limit: int = 20) -> list[Patient]:
    """Return the best matches among these patients for a name (mistyped or not), a birth date or a number; best first.

    Every word must be found: at most one slip away or, when that does not fill the list, sharing enough letters. When that finds nobody,
    perhaps a name too many was typed: then the whole text must be near.
    """
    wanted = read_search(text)
    if not wanted.words:
        return _found(patients, wanted, Q(), [], limit) if wanted.birth_dates else []
    numbered = _known_under([wanted.number])
    every_slip, every_word = (reduce(and_, map(near_to, wanted.words)) for near_to in (_slip, _letters))
    with _likeness_of_words(WORD_THRESHOLD):
        found: list[Patient] = []
        for named in (every_slip, every_word):
            if len(found) < limit:
                found = _found(patients, wanted, named, numbered, limit)
        return found or _found(patients, wanted, Q(search_text__trigram_word_similar=" ".join(wanted.words)), numbered, limit)


@contextmanager
def _likeness_of_words(threshold: float) -> Iterator[None]:
    """Set how alike words must be, for the statements inside and their transaction only."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(threshold)])
        yield


def _found(patients: QuerySet[Patient], wanted: Wanted, named: Q, numbered: list[int], limit: int) -> list[Patient]:
    """Return the patients who are so named and born on such a day, or are known under the number; best first."""
    matches = (named & _born_on(wanted.birth_dates)) if wanted.birth_dates else named
    score: Combinable = reduce(add, (_score(word) for word in wanted.words), Value(0.0, output_field=FloatField()))
    if numbered:
        matches |= Q(pk__in=numbered)
        score = score + Case(When(pk__in=numbered, then=Value(NUMBER_SCORE)), default=Value(0.0))
    return list(patients.filter(matches).annotate(likeness=score).order_by("-likeness", "family_name", "given_name", "id")[:limit])


def _born_on(days: tuple[date, ...]) -> Q:
    """Match people born on one of these days, also as a record said that was merged into theirs."""
    said = Patient.objects.filter(birth_date__in=days, merged_into__isnull=False).order_by()
    merged = list(said.values_list("merged_into", flat=True))
    return Q(birth_date__in=days) | Q(pk__in=merged) if merged else Q(birth_date__in=days)


def _slip(word: str) -> Q:
    """Match names with this word or one that is a slip of the finger away; of a very short word, names that have one beginning so."""
    if len(word) < SHORTEST_WORD_WITH_A_SLIP:
        return Q(search_text__startswith=word) | Q(search_text__contains=f" {word}")
    return Q(search_words__overlap=near(word))


def _letters(word: str) -> Q:
    """Match names with a word near this one: a slip away, beginning with it, or sharing enough letters."""
    return _slip(word) if len(word) < SHORTEST_WORD_WITH_A_SLIP else _slip(word) | Q(search_text__trigram_word_similar=word)


def _score(word: str) -> Combinable:
    """Return how well the best word of a name fits this one."""
    likeness = TrigramWordSimilarity(word, "search_text")
    slip = Case(When(search_words__overlap=near(word), then=Value(SLIP_SCORE)), default=Value(0.0))
    return Greatest(likeness, slip, output_field=FloatField())


def _known_under(numbers: Iterable[str]) -> list[int]:
    """Return the keys of the patients known under one of these numbers, in whatever case."""
    wanted = [number.strip().lower() for number in numbers if number.strip()]
    if not wanted:
        return []
    return list(Identifier.objects.alias(low=Lower("value")).filter(low__in=wanted).values_list("patient_id", flat=True)[:MOST_CANDIDATES])


def words_of_reasons(reasons: Iterable[str]) -> str:
    """Return likenesses for people: “same birth date, similar name”."""
    return ", ".join(str(LIKENESS_WORDS[Likeness(reason)]) for reason in reasons)


def phone_as_kept(value: str) -> str | None:
    """Return a phone number in international form where it is complete, as typed where it is local, or nothing when it is none."""
    try:
        number = phonenumbers.parse(value, "US")
    except phonenumbers.NumberParseException:
        return None
    complete = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if complete else value


def _reached_under(phones: Iterable[str]) -> list[int]:
    """Return the keys of the patients who can or could be reached under one of these phone numbers."""
    wanted = [kept.lower() for phone in phones if phone.strip() and (kept := phone_as_kept(" ".join(phone.split())))]
    if not wanted:
        return []
    points = ContactPoint.objects.alias(low=Lower("value")).filter(low__in=wanted, kind=ContactKind.PHONE)
    return list(points.values_list("patient_id", flat=True)[:MOST_CANDIDATES])


@dataclass(frozen=True)
class Candidate:
    """Hold somebody who may be the same person, and why."""

    patient: Patient
    reasons: tuple[Likeness, ...]
    by_earlier_record: bool = False
    """Whether a record says so that was merged into theirs: name and day shown are then others."""

    @property
    def label(self) -> str:
        """Return what may be told of somebody whose chart may be closed to the reader: name, year of birth, site."""
        born = self.patient.birth_date
        year = _("born %(year)s") % {"year": born.year} if born else _("birth date unknown")
        return f"{self.patient.legal_name}, {year}, {self.patient.registered_site.name}"

    @property
    def words(self) -> str:
        """Return the reasons for people: “same birth date, similar name”."""
        words = words_of_reasons(self.reasons)
        return gettext("%(reasons)s, as an earlier record of this person says") % {"reasons": words} if self.by_earlier_record else words


def duplicate_candidates(
    *,
    program: Program,
    given_name: str,
    family_name: str,
    birth_date: date | None,
    chosen_name: str = "",
    identifiers: Iterable[str] = (),
    phones: Iterable[str] = (),
) -> list[Candidate]:
    """Return who in the program may be this person, the likest first, with reasons.

    A second record splits a person's doses and allergies in two; so whether the asker may see their charts does not matter here. What may
    be shown of a candidate is the page's business. Somebody is known again also by what a record said that was merged into theirs.
    """
    asked = Described(given_name, family_name, chosen_name, birth_date)
    numbers, callers = _known_under(identifiers), _reached_under(phones)
    candidates = []
    for patient, records in _with_earlier_records(_perhaps_the_same(program, asked, {*numbers, *callers})):
        similar, number, phone = patient.similarity, patient.pk in numbers, patient.pk in callers
        found = [compare(asked, known, similarity=similar, shares_number=number, shares_phone=phone) for known in records]
        if reasons := max(found, key=lambda likenesses: score(likenesses, similar)):
            is_earlier = found.index(reasons) > 0
            candidates.append((score(reasons, similar), Candidate(patient, tuple(reasons), is_earlier)))
    candidates.sort(key=lambda found: (-found[0], found[1].patient.pk))
    return [candidate for _score, candidate in candidates[:MOST_CANDIDATES]]


def _with_earlier_records(people: Sequence[Any]) -> Iterator[tuple[Any, list[Described]]]:
    """Yield each of these people with how every record of theirs describes them; a second statement only when one was merged."""
    merged = [person.pk for person in people if person.earlier_keys]
    earlier = list(Patient.objects.filter(merged_into__in=merged).order_by("pk")) if merged else []
    for person in people:
        records = [person, *(record for record in earlier if record.merged_into_id == person.pk)]
        yield person, [Described(one.given_name, one.family_name, one.chosen_name, one.birth_date) for one in records]


def _perhaps_the_same(program: Program, asked: Described, keys: Iterable[int]) -> list[Any]:
    """Return who in the program is near enough to be compared; each of the ways in goes by an index of its own."""
    name = plain(f"{asked.given} {asked.family}")
    days = [asked.birth_date, *transposed(asked.birth_date)] if asked.birth_date else []
    sounds = [heard for word in name.split() if (heard := sound(word))]
    with _likeness_of_words(VERY_SIMILAR_NAME):
        ways: list[QuerySet[Patient]] = [
            Patient.objects.filter(search_text__trigram_word_similar=name),
            Patient.objects.filter(birth_date__in=days),
            Patient.objects.filter(pk__in=keys),
            Patient.objects.filter(search_words__contains=sounds) if len(sounds) > 1 else Patient.objects.none(),
        ]
        earlier = Patient.objects.filter(birth_date__in=days, merged_into__isnull=False).order_by().values("merged_into")
        near_by = ways[0].order_by().values("pk").union(*(way.order_by().values("pk") for way in ways[1:]), earlier)
        here = Q(registered_site__program=program) | Q(episodes__program=program)
        return list(
            Patient.objects.filter(here, pk__in=near_by, merged_into__isnull=True)
            .annotate(similarity=TrigramWordSimilarity(name, "search_text"))
            .select_related("registered_site")
            .order_by("-similarity", "id")
            .distinct()[:MOST_COMPARED]
        )
