"""Keep who a patient is and how they may be reached."""

import uuid
from collections.abc import Collection
from datetime import date
from typing import Any, Self

import pghistory
import pgtrigger
import phonenumbers
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Site, check_time_zone
from casemgr.core.append_only import tracked
from casemgr.core.audit.door import note_person
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.record.rules import SAME_SOUND, SHORTEST_WORD_WITH_A_SOUND, SOUND_MARK, SPELLINGS, UNHEARD


class Sex(models.TextChoices):
    """Code the sex that a birth certificate or a registry asks for (FHIR administrative-gender)."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Unknown")


NAMES_AS_SEARCHED = r"""
    btrim(regexp_replace(
        translate(lower(unaccent(concat_ws(' ', NEW.given_name, NEW.family_name, NULLIF(NEW.chosen_name, '')))), '''"’`´.·', ''),
        '[-,;/()\s]+', ' ', 'g'
    ))
"""
"""SQL that writes a person's names the way they are searched: no accents, no capitals, no points. `rules.plain` says the same in Python."""

NEAR_WORDS = """
    ARRAY(
        SELECT DISTINCT near FROM unnest(string_to_array(NEW.search_text, ' ')) AS word
        CROSS JOIN LATERAL (
            SELECT word UNION ALL
            SELECT overlay(word placing '' FROM place FOR 1) FROM generate_series(1, length(word)) AS place WHERE length(word) > 2
        ) AS nearby(near)
        WHERE near <> ''
    )
"""
"""SQL that lists each word of the names, and each with one letter left out. Two words that share an entry are one slip of the finger apart:
a letter too many, too few, wrong, or swapped with its neighbour. `rules.near` says the same in Python."""


_HEARD = "word"
for _spelled, _sounds in SPELLINGS:
    _HEARD = f"replace({_HEARD}, '{_spelled}', '{_sounds}')"

SOUNDS_OF_WORDS = f"""
    ARRAY(
        SELECT DISTINCT '{SOUND_MARK}' || code FROM unnest(string_to_array(NEW.search_text, ' ')) AS word
        CROSS JOIN LATERAL (SELECT regexp_replace(translate(regexp_replace({_HEARD}, '^h', ''), '{SAME_SOUND[0]}', '{SAME_SOUND[1]}'),
            '^[aeiou]', 'a') AS heard) AS spoken
        CROSS JOIN LATERAL (SELECT regexp_replace(left(heard, 1) || translate(substr(heard, 2), '{UNHEARD}', ''), '(.)\\1+', '\\1', 'g')
            AS code) AS coded
        WHERE length(word) >= {SHORTEST_WORD_WITH_A_SOUND} AND length(code) > 1
    )
"""  # noqa: S608 - put together from words of ours
"""SQL that lists how each word of the names sounds; `rules.sound` says the same in Python."""

EARLIER_NAMES = "(SELECT string_agg(e.search_text, ' ' ORDER BY e.id) FROM patients_patient e WHERE e.merged_into_id = NEW.id)"
"""SQL that gives the names on the records that were merged into this one, so that a search finds the person by them too."""

FOUND_UNDER = f"""
    NEW.search_text := concat_ws(' ', {NAMES_AS_SEARCHED}, {EARLIER_NAMES});
    NEW.search_words := {NEAR_WORDS} || {SOUNDS_OF_WORDS};
    RETURN NEW;
"""
"""SQL of the trigger that writes what a person is found under."""

LANGUAGE_CHOICES = [("en", _("English")), ("es", _("Spanish")), ("other", _("Another language"))]


DERIVED = ["search_text", "search_words", "merged_into", "earlier_keys"]
"""What follows from other facts, and from merges, which have a history of their own."""


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=DERIVED)
class Patient(Recorded):
    """Know one person in treatment by the names, birth date and language they gave."""

    sensitivity = Sensitivity.PATIENT

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    given_name = models.CharField(_("legal given name"), max_length=80)
    family_name = models.CharField(_("legal family name"), max_length=80)
    chosen_name = models.CharField(_("chosen name"), max_length=80, blank=True)
    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True)
    sex = models.CharField(_("sex"), max_length=16, choices=Sex.choices, default=Sex.UNKNOWN)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    deceased_on = models.DateField(_("died on"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGE_CHOICES, default="en")
    language_name = models.CharField(_("which language"), max_length=60, blank=True)
    interpreter_needed = models.BooleanField(_("interpreter needed"), default=False)
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/New_York", validators=[check_time_zone])
    registered_site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", verbose_name=_("registered at"))
    has_no_phone = models.BooleanField(_("has no phone"), default=False)
    has_no_address = models.BooleanField(_("has no address"), default=False)
    search_text = models.TextField(editable=False, db_default="")
    search_words = ArrayField(models.TextField(), editable=False, db_default=[])
    merged_into = models.ForeignKey(
        "patients.Patient",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("merged into"),
    )
    earlier_keys = ArrayField(models.BigIntegerField(), editable=False, default=list, db_default=[])
    """The keys of the records that were merged into this one; what was told or looked at under them stays under them."""

    class Meta:
        ordering = ["family_name", "given_name", "id"]
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        indexes = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="patient_search_trigrams"),
            GinIndex(fields=["search_words"], name="patient_search_words"),
            models.Index(fields=["birth_date"], name="patient_birth_date"),
            models.Index(fields=["family_name", "given_name", "id"], name="patient_by_name"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="patients_merged_away"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(given_name="") | ~Q(family_name=""), name="patient_has_a_name"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")), name="record_is_not_merged_into_itself"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="names_are_searchable",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("given_name", "family_name", "chosen_name"),
                func=FOUND_UNDER,
            )
        ]

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **how: Any) -> Self:
        """Make the row, and let the page in hand know whom it read."""
        row = super().from_db(db, field_names, values, **how)
        note_person(row.pk)
        return row

    def __str__(self) -> str:
        """Return the name to call the person by."""
        return self.display_name

    @property
    def patient_id(self) -> int:
        """Return the key under which audit rows find this person."""
        return self.pk

    @property
    def keys(self) -> list[int]:
        """Return every key under which something may be on record about this person: this one, and those of merged records."""
        return [self.pk, *self.earlier_keys]

    @property
    def display_name(self) -> str:
        """Return the chosen first name, or the legal one, with the family name."""
        return f"{self.chosen_name or self.given_name} {self.family_name}".strip()

    @property
    def legal_name(self) -> str:
        """Return the legal name."""
        return f"{self.given_name} {self.family_name}".strip()

    def age_on(self, day: date) -> int | None:
        """Return the age in completed years on a day, or nothing when the birth date is unknown."""
        if self.birth_date is None:
            return None
        return day.year - self.birth_date.year - ((day.month, day.day) < (self.birth_date.month, self.birth_date.day))


class IdentifierKind(models.TextChoices):
    """Say what an identifier is."""

    MEDICAL_RECORD = "mrn", _("Medical record number")
    MEDICAID = "medicaid", _("Medicaid")
    DRIVER_LICENSE = "driver_license", _("Driver's license")
    PASSPORT = "passport", _("Passport")
    SOCIAL_SECURITY = "ssn", _("Social security number")
    OTHER = "other", _("Other")


@tracked
class Identifier(Recorded):
    """Hold one number under which a person is known somewhere."""

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(_("kind"), max_length=32, choices=IdentifierKind.choices)
    system = models.CharField(_("issued by (system)"), max_length=200, blank=True)
    value = models.CharField(_("number"), max_length=120)

    class Meta:
        ordering = ["kind", "id"]
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        constraints = [models.UniqueConstraint(fields=["system", "kind", "value"], name="identifier_names_one_patient")]
        indexes = [models.Index(Lower("value"), name="identifier_by_value")]

    def __str__(self) -> str:
        """Return kind and number."""
        return f"{self.get_kind_display()} {self.value}"


class ContactKind(models.TextChoices):
    """Say what a contact point is."""

    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    POST = "post", _("Postal address")


@tracked
class ContactPoint(Recorded):
    """Hold one way to reach a person and what is safe on it.

    Nothing is presumed safe: a call, a text or a message left behind each needs the person's own yes.
    """

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_points")
    kind = models.CharField(_("kind"), max_length=16, choices=ContactKind.choices)
    value = models.CharField(_("number or address"), max_length=300)
    label = models.CharField(_("whose or where"), max_length=80, blank=True)
    ok_to_call = models.BooleanField(_("may be called"), default=False)
    ok_to_text = models.BooleanField(_("may be texted or mailed"), default=False)
    ok_to_leave_message = models.BooleanField(_("a message may be left"), default=False)
    is_shared = models.BooleanField(_("others can read or hear it"), default=False)
    is_unsafe = models.BooleanField(_("never use: unsafe"), default=False)
    wants_reminders = models.BooleanField(_("wants appointment reminders here"), default=False)
    reminders_agreed_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    reminders_wording = models.CharField(_("wording agreed to"), max_length=40, blank=True)
    greet_by_name = models.BooleanField(_("messages may use the first name"), default=False)
    ended_at = models.DateTimeField(_("no longer used since"), null=True, blank=True)

    class Meta:
        ordering = ["kind", "id"]
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        constraints = [
            models.CheckConstraint(
                condition=Q(wants_reminders=False) | Q(reminders_agreed_at__isnull=False), name="reminders_were_agreed_to"
            ),
            models.CheckConstraint(condition=Q(wants_reminders=False) | Q(is_unsafe=False), name="no_reminders_to_an_unsafe_contact"),
            models.CheckConstraint(condition=Q(wants_reminders=False) | Q(ok_to_text=True), name="no_reminders_without_leave_to_write"),
            models.UniqueConstraint(
                "patient", "kind", Lower("value"), condition=Q(ended_at__isnull=True), name="contact_point_named_once_per_patient"
            ),
        ]
        indexes = [models.Index(Lower("value"), condition=Q(kind="phone"), name="phones_by_number")]

    def __str__(self) -> str:
        """Return the kind; the value is shown where it is needed."""
        return f"{self.get_kind_display()}"

    @property
    def shown(self) -> str:
        """Return the value as people read it: a phone number in groups."""
        if self.kind != ContactKind.PHONE or not self.value.startswith("+"):
            return self.value
        return phonenumbers.format_number(phonenumbers.parse(self.value), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class ExternalId(models.Model):
    """Remember under which id another system knows a row of ours, so that an import can be repeated.

    `target` names our table and `target_id` the row; one outside id means one row.
    """

    sensitivity = Sensitivity.PATIENT

    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    system = models.CharField(max_length=200)
    value = models.CharField(max_length=200)
    target = models.CharField(max_length=60)
    target_id = models.BigIntegerField()
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("outside id")
        verbose_name_plural = _("outside ids")
        constraints = [models.UniqueConstraint(fields=["system", "value", "target"], name="outside_id_means_one_row")]
        indexes = [models.Index(fields=["target", "target_id"], name="outside_ids_of_a_row")]

    def __str__(self) -> str:
        """Return system and id."""
        return f"{self.system} {self.value}"
