"""Draw what makes a session feel safe before it begins, and who else was there; never what happened to somebody."""

from typing import Any

from django import template
from django.template import Context

from casemgr.core.accounts.rules import Can
from patients.record.models import Patient
from patients.world.queries import safety_preferences_for
from treatment_plans.family.queries import participants_seen_by
from treatment_plans.sessions.models import Session

register = template.Library()


@register.inclusion_tag("patients/world/_safety.html", takes_context=True)
def safety_preferences(context: Context, patient: Patient) -> dict[str, Any]:
    """Show how a person wants to be met: seating, touch, topics, stop signal; one statement, nothing without the right to the chart."""
    user = context["request"].user
    programs = {membership.program_id for membership in user.reach(Can.SEE_CHART)} if user.is_authenticated else set()
    return {"patient": patient, "preferences": safety_preferences_for(patient, programs) if programs else None}


@register.inclusion_tag("treatment_plans/family/_others.html", takes_context=True)
def others_present(context: Context, session: Session, patient: Patient) -> dict[str, Any]:
    """Show who else took part in one person's session; one statement."""
    user = context["request"].user
    rows = participants_seen_by(user, can=Can.SEE_CHART).filter(attendance__session=session, attendance__patient=patient)
    return {"others": list(rows), "is_mine": context.get("is_mine", False)}
