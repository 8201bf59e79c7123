"""Register people, keep what is known of them, and how they may be reached."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.models import Site, User, UserKind
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.record.models import LANGUAGE_CHOICES, ContactKind, ContactPoint, ExternalId, Identifier, IdentifierKind, Patient, Sex
from patients.record.queries import contact_points_for, duplicate_candidates, locked, phone_as_kept
from patients.record.rules import ContactProblem, SafeContact, contact_problems

REMINDER_WORDING = "2026-1"
"""Version of the words that a person hears before they say yes to reminders: REMINDER_WORDS."""

REMINDER_WORDS = gettext_lazy(
    "We can send you short reminders of appointments here. They never say what kind of place we are. "
    "Anyone who can see this phone or mailbox can read them. You can stop them at any time, also by answering STOP."
)

FACTS = frozenset(
    {
        "given_name", "family_name", "chosen_name", "pronouns", "sex", "birth_date", "deceased_on", "language", "language_name",
        "interpreter_needed", "time_zone", "has_no_phone", "has_no_address",
    }
)  # fmt: skip
"""What `change_patient` can change."""

OLDEST_BIRTH_YEAR = 1900
FEWEST_DIGITS = 7
"""Digits that a phone number has at least: a local one without area code."""

REGISTRATION = 8_416_001
"""Key of the lock under which a program registers one person at a time, so that two windows cannot register one person twice."""

PROBLEM_WORDS = {
    ContactProblem.UNSAFE_YET_USED: (
        "is_unsafe",
        gettext_lazy("An unsafe contact is never used. Take back the leave to call, write or leave a message."),
    ),
    ContactProblem.REMINDERS_TO_UNSAFE: ("wants_reminders", gettext_lazy("No reminders go to an unsafe contact.")),
    ContactProblem.REMINDERS_BY_POST: ("wants_reminders", gettext_lazy("Reminders go by text message or e-mail, not by post.")),
    ContactProblem.REMINDERS_WITHOUT_LEAVE: ("ok_to_text", gettext_lazy("For reminders the person must also allow texts or e-mails here.")),
    ContactProblem.MESSAGE_WITHOUT_CALL: ("ok_to_call", gettext_lazy("A message can only be left where the person may be called.")),
    ContactProblem.NAME_ON_SHARED: (
        "greet_by_name",
        gettext_lazy("Others can read or hear this contact. Messages to it leave the name out."),
    ),
}


@action(Can.REGISTER_PATIENT)
def register_patient(
    *,
    site: Site,
    given_name: str,
    family_name: str,
    by: User,
    at: datetime,
    chosen_name: str = "",
    pronouns: str = "",
    sex: str = "unknown",
    birth_date: date | None = None,
    language: str = "en",
    language_name: str = "",
    interpreter_needed: bool = False,
    time_zone: str = "",
    has_no_phone: bool = False,
    has_no_address: bool = False,
    not_same_as: Sequence[Patient] = (),
) -> Patient:
    """Make a record for somebody who has none; who may be the same person must have been looked at."""
    patient = Patient(
        given_name=_tidy(given_name),
        family_name=_tidy(family_name),
        chosen_name=_tidy(chosen_name),
        pronouns=pronouns.strip(),
        sex=sex,
        birth_date=birth_date,
        language=language,
        language_name=language_name.strip(),
        interpreter_needed=interpreter_needed,
        time_zone=time_zone or site.time_zone,
        has_no_phone=has_no_phone,
        has_no_address=has_no_address,
        registered_site=site,
        recorded_at=at,
        recorded_by=by,
    )
    reasons = _contradictions(patient, at)
    if by.kind != UserKind.SYSTEM and not reasons:
        _register_one_at_a_time(site)
        reasons += _unconfirmed(patient, site, not_same_as)
    if reasons:
        raise Refused(*reasons)
    patient.save(force_insert=True)
    return patient


@action(Can.CHANGE_PATIENT)
def change_patient(*, patient: Patient, by: User, at: datetime, **facts: Any) -> Patient:
    """Correct or complete what is known of a person; what is not named stays."""
    if unknown := facts.keys() - FACTS:
        raise TypeError(f"A patient has no fact {sorted(unknown)}.")
    row = locked(patient)
    for name, value in facts.items():
        setattr(row, name, _tidy(value) if isinstance(value, str) else value)
    reasons = _contradictions(row, at)
    if facts.keys() & {"has_no_phone", "has_no_address"}:
        reasons += _reachable_after_all(row)
    if reasons:
        raise Refused(*reasons)
    if facts:
        row.save(update_fields=sorted(facts))
    return row


@action(Can.CHANGE_PATIENT)
def add_identifier(*, patient: Patient, kind: str, value: str, by: User, at: datetime, system: str = "") -> Identifier:
    """Note a number under which a person is known; one number names one person."""
    value = _tidy(value)
    reasons = [] if value else [Reason(_("Write the number."), field="value")]
    if kind not in IdentifierKind.values:
        reasons.append(Reason(_("Choose what kind of number this is."), field="kind"))
    if reasons:
        raise Refused(*reasons)
    identifier = Identifier(patient=patient, kind=kind, system=system.strip(), value=value, recorded_at=at, recorded_by=by)
    try:
        with transaction.atomic():
            identifier.save(force_insert=True)
    except IntegrityError:
        raise _taken(identifier) from None
    return identifier


@action(Can.CHANGE_PATIENT)
def add_contact_point(
    *,
    patient: Patient,
    kind: str,
    value: str,
    by: User,
    at: datetime,
    label: str = "",
    ok_to_call: bool = False,
    ok_to_text: bool = False,
    ok_to_leave_message: bool = False,
    is_shared: bool = False,
    is_unsafe: bool = False,
    wants_reminders: bool = False,
    greet_by_name: bool = False,
) -> ContactPoint:
    """Note a way to reach a person, with what they allowed on it; nothing is presumed safe."""
    safe = SafeContact(ok_to_call, ok_to_text, ok_to_leave_message, is_shared, is_unsafe, wants_reminders, greet_by_name)
    value, wrong = _written(kind, value)
    row = locked(patient)
    if not wrong and contact_points_for(row).filter(kind=kind, value__iexact=value).exists():
        wrong = [Reason(_("This contact is on the record already. Change it there."), field="value", code="known")]
    if reasons := [*wrong, *_unsafe_wishes(kind, safe)]:
        raise Refused(*reasons)
    contact = ContactPoint(patient=row, kind=kind, value=value, label=label.strip(), recorded_at=at, recorded_by=by)
    _allow(contact, safe, at)
    contact.save(force_insert=True)
    _no_longer_without(row, kind)
    return contact


@action(Can.CHANGE_PATIENT)
def change_contact_point(
    *,
    contact_point: ContactPoint,
    by: User,
    at: datetime,
    label: str | None = None,
    ok_to_call: bool = False,
    ok_to_text: bool = False,
    ok_to_leave_message: bool = False,
    is_shared: bool = False,
    is_unsafe: bool = False,
    wants_reminders: bool = False,
    greet_by_name: bool = False,
) -> ContactPoint:
    """Say anew what a person allows on a contact point; what is not said is not allowed."""
    safe = SafeContact(ok_to_call, ok_to_text, ok_to_leave_message, is_shared, is_unsafe, wants_reminders, greet_by_name)
    contact = _in_use(contact_point)
    if reasons := _unsafe_wishes(contact.kind, safe):
        raise Refused(*reasons)
    contact.label = contact.label if label is None else label.strip()
    _allow(contact, safe, at)
    contact.save(update_fields=["label", "reminders_agreed_at", "reminders_wording", *asdict(safe)])
    return contact


@action(Can.CHANGE_PATIENT)
def end_contact_point(*, contact_point: ContactPoint, by: User, at: datetime) -> ContactPoint:
    """Take a contact point out of use; it stays on the record and nothing goes there any more."""
    contact = _in_use(contact_point)
    contact.ended_at, contact.wants_reminders = at, False
    contact.save(update_fields=["ended_at", "wants_reminders"])
    return contact


@action(Can.IMPORT_RECORDS)
def remember_outside_ids_in_bulk(*, patient: Patient | None, ids: Sequence[ExternalId], by: User, at: datetime) -> int:
    """Remember under which ids another system knows rows of ours, and what it said of them last."""
    ExternalId.objects.bulk_create(
        ids, update_conflicts=True, unique_fields=["system", "value", "target"], update_fields=["digest"], batch_size=2000
    )
    return len(ids)


def _tidy(text: str) -> str:
    """Return a text without spaces at its ends or doubled inside."""
    return " ".join(text.split())


def _contradictions(patient: Patient, at: datetime) -> list[Reason]:
    """Return what cannot be true of a person."""
    zone_known = patient.time_zone in available_timezones()
    today = at.astimezone(ZoneInfo(patient.time_zone) if zone_known else None).date()
    born, died = patient.birth_date, patient.deceased_on
    checks = (
        (not (patient.given_name or patient.family_name), "given_name", _("Write at least one name. If it is unknown, write “Unknown”.")),
        (bool(born and born > today), "birth_date", _("The date of birth lies in the future.")),
        (bool(born and born.year < OLDEST_BIRTH_YEAR), "birth_date", _("The year of birth is before 1900. Write all four digits.")),
        (bool(died and died > today), "deceased_on", _("The date of death lies in the future.")),
        (bool(born and died and died < born), "deceased_on", _("The date of death is before the date of birth.")),
        (patient.sex not in Sex.values, "sex", _("Choose one of the entries.")),
        (patient.language not in dict(LANGUAGE_CHOICES), "language", _("Choose one of the languages.")),
        (patient.language == "other" and not patient.language_name, "language_name", _("Write which language the person speaks.")),
        (not zone_known, "time_zone", _("This is no time zone. Write one like America/New_York.")),
    )
    return [Reason(text, field=field) for holds, field, text in checks if holds]


def _register_one_at_a_time(site: Site) -> None:
    """Let another registration of this program finish first, so that its person can be noticed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [REGISTRATION, site.program_id])


def _unconfirmed(patient: Patient, site: Site, not_same_as: Sequence[Patient]) -> list[Reason]:
    """Return one reason when somebody may be the same person and nobody has said that they are not."""
    confirmed = {other.pk for other in not_same_as}
    candidates = duplicate_candidates(
        program=site.program,
        given_name=patient.given_name,
        family_name=patient.family_name,
        chosen_name=patient.chosen_name,
        birth_date=patient.birth_date,
    )
    open_ones = [candidate for candidate in candidates if candidate.patient.pk not in confirmed]
    if not open_ones:
        return []
    text = _("There may be a record of this person already: %(why)s. Look first, then say that they are not the same.")
    return [
        Reason(text % {"why": "; ".join(dict.fromkeys(candidate.words for candidate in open_ones))}, field="not_same_as", code="duplicate")
    ]


def _reachable_after_all(patient: Patient) -> list[Reason]:
    """Return why “has no phone” or “has no address” cannot be said of somebody who has one on the record."""
    kinds = set(contact_points_for(patient).values_list("kind", flat=True))
    checks = (
        (patient.has_no_phone and ContactKind.PHONE in kinds, "has_no_phone", _("A phone is on the record. Take it out of use first.")),
        (
            patient.has_no_address and ContactKind.POST in kinds,
            "has_no_address",
            _("An address is on the record. Take it out of use first."),
        ),
    )
    return [Reason(text, field=field) for holds, field, text in checks if holds]


def _taken(identifier: Identifier) -> Refused:
    """Return the refusal of a number that is on a record already, without saying whose."""
    own = Identifier.objects.filter(
        patient=identifier.patient, system=identifier.system, kind=identifier.kind, value=identifier.value
    ).exists()
    if own:
        return Refused(_("This number is on the record already."), field="value", code="known")
    return Refused(
        _("This number is on another person's record. Perhaps they are the same person, or one of the two was mistyped."),
        field="value",
        code="duplicate",
    )


def _written(kind: str, value: str) -> tuple[str, list[Reason]]:
    """Return a contact in the way it is kept, or why it cannot be kept."""
    value = _tidy(value)
    match kind:
        case ContactKind.PHONE:
            return _phone(value)
        case ContactKind.EMAIL:
            return _email(value)
        case ContactKind.POST:
            return value, [] if value else [Reason(_("Write the address."), field="value")]
    return value, [Reason(_("Choose phone, e-mail or postal address."), field="kind")]


def _phone(value: str) -> tuple[str, list[Reason]]:
    """Return a phone number in international form where it is complete, as typed where it is local."""
    if len(re.sub(r"\D", "", value)) < FEWEST_DIGITS:
        return value, [Reason(_("This is no phone number. Write at least seven digits."), field="value")]
    kept = phone_as_kept(value)
    return (value, [Reason(_("This is no phone number."), field="value")]) if kept is None else (kept, [])


def _email(value: str) -> tuple[str, list[Reason]]:
    """Return an e-mail address, or why it is none."""
    try:
        validate_email(value)
    except ValidationError:
        return value, [Reason(_("This is no e-mail address."), field="value")]
    return value, []


def _unsafe_wishes(kind: str, safe: SafeContact) -> list[Reason]:
    """Return what contradicts itself in what was allowed."""
    words: Mapping[ContactProblem, Any] = PROBLEM_WORDS
    return [Reason(str(words[problem][1]), field=words[problem][0], source="45 CFR 164.522(b)") for problem in contact_problems(kind, safe)]


def _allow(contact: ContactPoint, safe: SafeContact, at: datetime) -> None:
    """Write what was allowed onto a contact point; a new yes to reminders is kept with its moment and wording."""
    if safe.wants_reminders and not contact.wants_reminders:
        contact.reminders_agreed_at, contact.reminders_wording = at, REMINDER_WORDING
    for name, value in asdict(safe).items():
        setattr(contact, name, value)


def _in_use(contact_point: ContactPoint) -> ContactPoint:
    """Return a contact point as it is now, held, or refuse one that is no longer used."""
    contact = ContactPoint.objects.select_for_update(no_key=True).get(pk=contact_point.pk)
    if contact.ended_at is not None:
        raise Refused(_("This contact is no longer in use. Add it again if the person uses it again."), code="ended")
    return contact


def _no_longer_without(patient: Patient, kind: str) -> None:
    """Take back “has no phone” or “has no address” once there is one."""
    flag = {ContactKind.PHONE: "has_no_phone", ContactKind.POST: "has_no_address"}.get(ContactKind(kind))
    if flag and getattr(patient, flag):
        setattr(patient, flag, False)
        patient.save(update_fields=[flag])
