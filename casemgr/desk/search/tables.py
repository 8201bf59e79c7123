"""Lay out whom a search found."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.parts import moment, person, state


class PeopleTable(tables.Table):
    """Show who, born when, under which number, in care where, in whose charge."""

    patient = tables.Column(verbose_name=_("Who"), orderable=False)
    born = tables.Column(verbose_name=_("Born"), empty_values=(), orderable=False)
    numbers = tables.Column(verbose_name=_("Number"), empty_values=(), orderable=False)
    sites = tables.Column(verbose_name=_("In care at"), empty_values=(), orderable=False)
    leads = tables.Column(verbose_name=_("In charge"), empty_values=(), orderable=False)

    empty_help = _("A slip of the finger is forgiven. Try the date of birth, or a number.")

    class Meta:
        empty_text = _("Nobody whom you may see is found")

    def render_patient(self, value: Any) -> SafeString:
        """Name the person and lead to the chart."""
        return person(
            value.display_name, legal=value.legal_name, pronouns=value.pronouns, url=reverse("desk:chart", args=[value.public_id])
        )

    def render_born(self, record: Any) -> SafeString | str:
        """Say the birth date in full."""
        born = record.patient.birth_date
        return moment(born, "day") if born else str(_("not known"))

    def render_numbers(self, record: Any) -> str:
        """Say the numbers."""
        return ", ".join(record.numbers)

    def render_sites(self, record: Any) -> SafeString | str:
        """Say where the person is in care."""
        return "; ".join(record.sites) if record.sites else state("quiet", _("Not in care"))

    def render_leads(self, record: Any) -> str:
        """Say who is in charge."""
        return ", ".join(record.leads)
