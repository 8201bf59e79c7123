"""Read the last referrals."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.rules import Can
from casemgr.desk.chart.panels.panel import FEW, Act, Found, Panel, Programs
from patients.record.models import Patient
from referrals.referral.models import Referral
from referrals.referral.queries import referrals_of


def read(patient: Patient, programs: Programs, today: date) -> Found:
    """Return where the person was sent, and what came back."""
    return {"referrals": list(referrals_of(patient).filter(program__in=programs)[:FEW])}


REFERRALS = Panel(
    "referrals",
    _("Referrals"),
    Can.SEE_CASEWORK,
    read,
    acts=(
        Act(_("All"), "desk:entries", Can.SEE_CASEWORK, kind="referrals"),
        Act(_("Refer"), "referrals:refer", Can.MAKE_REFERRAL, "r"),
    ),
    history=(Referral,),
)
