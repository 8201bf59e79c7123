"""Read the consents."""

from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import FEW, Act, Found, Panel, Programs
from patients.consent.models import Consent, ConsentPerson, ConsentRecipient, FundraisingChoice, HandedIn
from patients.record.models import Patient
from patients.relations.models import TreatingRelationship
from patients.restrictions.models import Restriction


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return the consents, those in force first, with the names of their recipients in the same statement."""
    named = ConsentRecipient.objects.filter(consent=OuterRef("pk")).order_by("id")
    rows = Consent.objects.filter(patient=patient, discloser__in=programs)
    around = ConsentPerson.objects.filter(consent=OuterRef("pk")).order_by("id")
    rows = rows.annotate(
        recipient_names=ArraySubquery(named.values("organization__name")), people_named=ArraySubquery(around.values("name"))
    )
    return {"consents": list(rows.order_by("state", "-id")[:FEW])}


CONSENTS = Panel(
    "consents",
    _("Consents"),
    Can.SEE_DISCLOSURES,
    read,
    acts=(
        Act(_("All"), "patients:consents", Can.SEE_DISCLOSURES),
        Act(_("Record"), "patients:add_consent", Can.RECORD_CONSENT),
        Act(_("Accounting"), "patients:accounting", Can.SEE_DISCLOSURES),
        Act(_("Send or print"), "sharing:share", Can.DISCLOSE_RECORD, "x"),
        Act(_("See as partner"), "sharing:as_partner", Can.DISCLOSE_RECORD),
        Act(_("Not to be told"), "patients:restrictions", Can.SEE_DISCLOSURES),
        Act(_("Court order"), "patients:add_court_order", Can.DISCLOSE_ON_ORDER),
        Act(_("Report"), "patients:report_to_authority", Can.DISCLOSE_RECORD),
        Act(_("Who looked"), "desk:who_looked", Can.SEE_DISCLOSURES),
    ),
    aside=True,
    history=(Consent, HandedIn, TreatingRelationship, Restriction, FundraisingChoice),
)
