"""Be the base of the tables in the record room whose rows belong to patients.

The ground knows no patient: the storey above says how patients are found, by filling in `People`.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib.admin import display
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.record_admin import RecordAdmin
from casemgr.core.ui.verb_forms import OffersRows

MANY = 3
MOST_FOUND = 50
"""People whose rows a search shows; whoever has more in mind writes more of the name."""


@dataclass(frozen=True)
class People:
    """Say how patients are found: those whom a user may see with a right, and those among them that a text may mean."""

    seen_by: Callable[[User, Can], QuerySet[Any]]
    search: Callable[[QuerySet[Any], str, int], list[Any]]


def _is_named(patient: Any, text: str) -> bool:
    """Say whether each word of a text is a word of this person's names, as it is written."""
    names = f"{patient.display_name} {patient.legal_name}".casefold().split()
    return set(text.casefold().replace(",", " ").split()) <= set(names)


class PatientField(OffersRows, forms.CharField):
    """Ask for a patient by name, birth date or number; among those whom the person may see."""

    def __init__(self, people: People, **options: Any) -> None:
        """Say how to name a patient."""
        self.people = people
        said = {"label": _("Patient"), "help_text": _("Name, date of birth or number; all of it if several people share a name.")}
        super().__init__(**{**said, **options})
        self.patients: QuerySet[Any] | None = None

    def offer_to(self, user: User, right: Can) -> None:
        """Look among the patients to whom the right of the verb reaches."""
        self.patients = self.people.seen_by(user, right)

    def named(self, initial: Any) -> str:
        """Return the name of the patient that the address chose."""
        patient = self._by_public_id(initial)
        return str(patient.display_name) if patient else ""

    def clean(self, value: Any) -> Any:
        """Return the one patient who is meant."""
        text = super().clean(value)
        if chosen := self._by_public_id(text):
            return chosen
        found = self.people.search(self.patients, text, MANY) if self.patients is not None else []
        meant = found if len(found) == 1 else [patient for patient in found if _is_named(patient, text)]
        if len(meant) == 1:
            return meant[0]
        if not found:
            raise ValidationError(gettext("Nobody whom you may see is found under this. Try the date of birth or the number."))
        raise ValidationError(gettext("Several people are found under this. Add the date of birth, or write the number."))

    def _by_public_id(self, value: Any) -> Any:
        """Return the patient whose chart has this address."""
        try:
            public_id = uuid.UUID(str(value))
        except ValueError:
            return None
        return self.patients.filter(public_id=public_id).first() if self.patients is not None else None


class PatientRowAdmin(RecordAdmin):
    """Show rows that belong to patients: those of the patients, and programs, that the person may see."""

    people: ClassVar[People]
    patient_path: ClassVar[str] = "patient"
    program_path: ClassVar[str] = ""
    words: ClassVar[tuple[str, ...]] = ()
    """Fields in which the search looks, besides the name of the patient."""

    list_select_related: ClassVar[Any] = ("patient",)
    search_fields = ("pk",)
    search_help_text = _("Name of the patient (a slip of the finger is forgiven), date of birth, number, or words of the row.")

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the rows of the patients whom the person may see, in the programs where they hold the right."""
        return self.reached_by(user, self.view_rights[0])

    def reached_by(self, user: User, right: Can) -> QuerySet[Any]:
        """Return the rows to whose patients and programs a right reaches."""
        rows: QuerySet[Any] = self.model._default_manager.filter(**{f"{self.patient_path}__in": self.people.seen_by(user, right)})
        if not self.program_path:
            return rows
        return rows.filter(**{f"{self.program_path}__in": {membership.program_id for membership in user.reach(right)}})

    def search(self, request: HttpRequest, queryset: QuerySet[Any], words: str) -> tuple[QuerySet[Any], bool]:
        """Find rows by their patient or by their own words."""
        if not words:
            return queryset, False
        seen = self.people.seen_by(self._user(request), self.view_rights[0])
        people = [key for patient in self.people.search(seen, words, MOST_FOUND) for key in patient.keys]
        wanted = Q(**{f"{self.patient_path}__in": people})
        for name in self.words:
            wanted |= Q(**{f"{name}__icontains": words})
        return queryset.filter(wanted), False

    @display(description=_("patient"))
    def person(self, row: Any) -> str:
        """Return the name of the patient."""
        return str(self.patient_of(row).display_name)

    @display(description=_("chart"))
    def chart(self, row: Any) -> SafeString:
        """Return the way to the chart."""
        return format_html('<a href="{}">{}</a>', reverse("desk:chart", args=[self.patient_of(row).public_id]), _("Open chart"))

    def links_for(self, request: HttpRequest, row: Any) -> list[tuple[str, str]]:
        """Lead to the chart."""
        return [(reverse("desk:chart", args=[self.patient_of(row).public_id]), gettext("Open chart"))]

    def patient_of(self, row: Any) -> Any:
        """Return whose row it is."""
        for name in self.patient_path.split("__"):
            row = getattr(row, name)
        return row
