"""Open the tables of the second storey in the record room.

A feature with tables of its own opens them in a file beside this one, and adds them to `ADMINS` below.
"""

from django.db.models import Model

from casemgr.core.ui.record_admin import RecordAdmin
from treatment_plans.admin.appointments import APPOINTMENTS
from treatment_plans.admin.family import FAMILY
from treatment_plans.admin.groups import GROUPS
from treatment_plans.admin.inventory import INVENTORY
from treatment_plans.admin.medication import MEDICATION
from treatment_plans.admin.plan import PLANS
from treatment_plans.admin.reviews import REVIEWS
from treatment_plans.admin.sessions import SESSIONS
from treatment_plans.admin.signing import SIGNING

ADMINS: dict[type[Model], type[RecordAdmin]] = {
    **PLANS,
    **REVIEWS,
    **APPOINTMENTS,
    **SESSIONS,
    **GROUPS,
    **SIGNING,
    **MEDICATION,
    **INVENTORY,
    **FAMILY,
}
"""The tables of this storey in the record room."""
