"""Record which organization stands in which relation to a person, and when that ends."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.directory.models import Organization, OrganizationKind
from casemgr.core.refusals import Reason, Refused
from patients.record.models import Patient
from patients.relations.models import Capacity, TreatingRelationship

_SOURCE = "42 CFR 2.31(a)(4)(i)"


@action(Can.RECORD_CONSENT)
def record_relationship(
    *, patient: Patient, organization: Organization, capacity: str, since: date, by: User, at: datetime
) -> TreatingRelationship:
    """Say that an organization treats a person, pays for the care, or helps; a consent to such a group then reaches it."""
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    reasons = []
    if capacity not in Capacity.values:
        reasons.append(Reason(_("Choose what the organization does for the person."), field="capacity", source=_SOURCE))
    if organization.kind == OrganizationKind.JUSTICE or not organization.is_active:
        text = _("Courts, police and organizations no longer worked with stand in no such relation.")
        reasons.append(Reason(text, field="organization", source="42 CFR 2.12(d)(1)"))
    if since > at.astimezone(patient.registered_site.zone).date():
        reasons.append(Reason(_("This day has not come yet."), field="since"))
    same = TreatingRelationship.objects.filter(patient=patient, organization=organization, capacity=capacity, until__isnull=True)
    if same.exists():
        reasons.append(Reason(_("This is recorded already."), field="organization", code="recorded_already"))
    if reasons:
        raise Refused(*reasons)
    made: TreatingRelationship = TreatingRelationship.objects.create(
        patient=patient, organization=organization, capacity=capacity, since=since, recorded_by=by, recorded_at=at
    )
    return made


@action(Can.RECORD_CONSENT)
def end_relationship(*, relationship: TreatingRelationship, until: date, by: User, at: datetime) -> TreatingRelationship:
    """Say from which day an organization does this no more; no consent to a group reaches it from then on."""
    relationship = TreatingRelationship.objects.select_for_update(no_key=True).get(pk=relationship.pk)
    if relationship.until is not None:
        raise Refused(Reason(_("This has ended already."), code="ended"))
    if until < relationship.since:
        raise Refused(Reason(_("It cannot end before it began."), field="until"))
    relationship.until = until
    relationship.save(update_fields=["until"])
    return relationship
