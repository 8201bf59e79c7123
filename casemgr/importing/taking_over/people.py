"""Take over organizations, professionals elsewhere, and patients with their stay at our site."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction

from casemgr.core.administration.directory.actions import take_over_organizations_in_bulk, take_over_practitioners_in_bulk
from casemgr.core.directory.models import Organization, Practitioner
from casemgr.core.refusals import Refused
from casemgr.importing.mapping.people import PatientFacts
from casemgr.importing.mapping.visits import VisitFacts
from casemgr.importing.queries import State
from casemgr.importing.taking_over.work import Work
from patients.episodes.actions import admit_patient, discharge_patient
from patients.episodes.models import DischargeReason, Episode
from patients.record.actions import add_contact_point, add_identifier, change_patient, register_patient
from patients.record.models import ContactPoint, Identifier, Patient
from patients.record.queries import duplicate_candidates

DIRECTORY: dict[str, tuple[Any, Callable[..., list[Any]]]] = {
    "Organization": (Organization, take_over_organizations_in_bulk),
    "Practitioner": (Practitioner, take_over_practitioners_in_bulk),
}
REGISTERED = (
    "given_name",
    "family_name",
    "chosen_name",
    "pronouns",
    "sex",
    "birth_date",
    "language",
    "language_name",
    "interpreter_needed",
)


def take_over_directory(work: Work) -> None:
    """Take over organizations and professionals; one that we know under the same identifier is joined."""
    for kind, (model, verb) in DIRECTORY.items():
        new, changed = work.entries(kind, State.NEW), work.entries(kind, State.CHANGED)
        if not (new or changed):
            continue
        numbers = [entry.facts.identifier for _place, entry in new if entry.facts.identifier]
        known = dict(model.objects.filter(identifier__in=numbers).values_list("identifier", "pk"))
        joined = [(place, entry) for place, entry in new if entry.facts.identifier in known]
        work.comparison.rows |= {place: known[entry.facts.identifier] for place, entry in joined}
        new = [(place, entry) for place, entry in new if place not in work.comparison.rows]
        rows = verb(
            new=[model(**asdict(entry.facts)) for _place, entry in new],
            changed=[model(pk=work.comparison.rows[place], **asdict(entry.facts)) for place, entry in changed],
            by=work.by,
            at=work.at,
        )
        work.comparison.rows |= {place: row.pk for (place, _entry), row in zip(new, rows, strict=True)}


def take_over_patients(work: Work) -> None:
    """Register new people, correct what changed of known ones, and open their stay."""
    for place, entry in work.entries("Patient", State.NEW):
        _name_the_alike(work, place, entry.facts)
        patient = register_patient(
            site=work.site,
            time_zone=work.site.time_zone,
            by=work.by,
            at=work.at,
            **{name: getattr(entry.facts, name) for name in REGISTERED},
        )
        _settle(work, place, patient, entry.facts)
    for place, entry in work.entries("Patient", State.CHANGED):
        patient = Patient.objects.get(pk=work.comparison.rows[place])
        if place not in work.comparison.joined:
            patient = change_patient(patient=patient, by=work.by, at=work.at, **{name: getattr(entry.facts, name) for name in REGISTERED})
        _settle(work, place, patient, entry.facts)


def _name_the_alike(work: Work, place: int, facts: PatientFacts) -> None:
    """Say who may be the same person, by the number of their record; whether they are, somebody decides who knows them."""
    alike = duplicate_candidates(
        program=work.site.program, given_name=facts.given_name, family_name=facts.family_name, birth_date=facts.birth_date
    )
    for candidate in alike:
        work.say(place, f"may be the person of record {candidate.patient.public_id} ({candidate.words}): look at both.")


def _settle(work: Work, place: int, patient: Patient, facts: PatientFacts) -> None:
    """Add the person's numbers and contacts, open their stay, and close it if they died."""
    work.comparison.rows[place] = patient.pk
    work.people[patient.pk] = patient
    _add_identifiers(work, patient, facts)
    _add_contact_points(work, place, patient, facts)
    episode = _open_stay(work, place, patient, facts)
    if not facts.is_deceased:
        return
    if episode is not None:
        last = facts.deceased_on or max((_local(work, visit) for visit in _visits(work, place)), default=work.today)
        note = "" if facts.deceased_on else "The day of death was not told; this is the day of the last visit told."
        day = min(max(last, episode.admitted_on), work.today)
        discharge_patient(episode=episode, on=day, reason=DischargeReason.DIED, note=note, by=work.by, at=work.at)
    if facts.deceased_on is None:
        work.notes.append(
            f"{work.bundle.entries[place].label.capitalize()} (Patient) is told to have died, without a day: enter it by hand."
        )
    elif patient.deceased_on != facts.deceased_on:
        work.people[patient.pk] = change_patient(patient=patient, deceased_on=facts.deceased_on, by=work.by, at=work.at)


def _add_identifiers(work: Work, patient: Patient, facts: PatientFacts) -> None:
    known = set(Identifier.objects.filter(patient=patient).values_list("kind", "system", "value"))
    for identifier in facts.identifiers:
        if (identifier.kind, identifier.system, identifier.value) not in known:
            add_identifier(patient=patient, by=work.by, at=work.at, **asdict(identifier))


def _add_contact_points(work: Work, place: int, patient: Patient, facts: PatientFacts) -> None:
    """Add the ways to reach the person that are not known yet; nothing is safe on them until the person says so."""
    known = {(point.kind, point.label) for point in ContactPoint.objects.filter(patient=patient)}
    for contact in facts.contact_points:
        if (contact.kind, contact.label) in known and place in work.comparison.joined:
            continue
        try:
            with transaction.atomic():
                add_contact_point(patient=patient, by=work.by, at=work.at, **asdict(contact))
        except Refused as no:
            if not any(reason.code == "known" for reason in no.reasons):
                work.say(place, f"has a {contact.kind} contact that was left out. {no}")


def _visits(work: Work, patient_place: int) -> list[VisitFacts]:
    """Return the visits of a patient of this bundle that are over."""
    return [
        entry.facts
        for _place, entry in work.bundle.mapped("Encounter")
        if entry.patient_place == patient_place and isinstance(entry.facts, VisitFacts)
    ]


def _local(work: Work, visit: VisitFacts) -> date:
    return visit.starts_at.astimezone(work.site.zone).date()


def _open_stay(work: Work, place: int, patient: Patient, facts: PatientFacts) -> Episode | None:
    """Return the open stay in the program; somebody who never was in it is admitted on the day of the first visit told, or today."""
    stays = list(Episode.objects.filter(patient=patient, program=work.site.program_id))
    if stays:
        return next((stay for stay in stays if stay.is_open), None)
    first = min((_local(work, visit) for visit in _visits(work, place)), default=work.today)
    day = min(max(first, facts.birth_date or first), work.today)
    if facts.deceased_on and day > facts.deceased_on:
        work.notes.append(
            f"{work.bundle.entries[place].label.capitalize()} (Patient) had died before the first day told: no stay was opened."
        )
        return None
    return admit_patient(patient=patient, site=work.site, admitted_on=day, by=work.by, at=work.at)
