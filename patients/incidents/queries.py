"""Read incidents: the reporter how theirs stand, the privacy officer everything."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.guarding.queries import kept_from
from patients.incidents.models import BreachNotice, Incident, IncidentPerson
from patients.incidents.rules import who_must_be_told
from patients.record.models import ContactKind, ContactPoint

ENCRYPTED = ("words", "letter_events", "letter_information", "letter_steps", "letter_doing")


def incidents_seen_by(user: User) -> QuerySet[Incident]:
    """Return the incidents that somebody works on: of their programs, or of their sites and of none."""
    reach = user.reach(Can.OVERSEE_PRIVACY)
    whole = {membership.program_id for membership in reach if membership.site_id is None}
    sites = {membership.site_id for membership in reach if membership.site_id is not None}
    bound = {membership.program_id for membership in reach if membership.site_id is not None}
    return Incident.objects.filter(Q(program__in=whole) | Q(site__in=sites) | Q(program__in=bound, site__isnull=True))


def incidents_reported_by(user: User) -> QuerySet[Incident]:
    """Return what somebody reported, so that they see how it stands; not what it says."""
    return Incident.objects.filter(recorded_by=user).defer(*ENCRYPTED)


def people_of(incident: Incident) -> list[IncidentPerson]:
    """Return who is listed one by one."""
    return list(IncidentPerson.objects.filter(incident=incident).select_related("patient").order_by("pk"))


def kept_from_letters(user: User, listed: Iterable[IncidentPerson]) -> set[int]:
    """Return which of these people somebody is tied to, so that another prints their letters."""
    kept = kept_from(user, user.reach(Can.OVERSEE_PRIVACY), Can.OVERSEE_PRIVACY)
    return set(kept.values_list("patient_id", flat=True)) & {reached.patient_id for reached in listed}


def safe_addresses(patients: Iterable[int]) -> dict[int, str]:
    """Return the postal address of each of these patients at which a letter is safe."""
    rows = ContactPoint.objects.filter(patient__in=list(patients), kind=ContactKind.POST, ended_at__isnull=True, is_unsafe=False)
    return dict(rows.order_by("-pk").values_list("patient", "value"))


def still_to_be_told(incident: Incident, listed: Iterable[IncidentPerson]) -> list[str]:
    """Return those who must be told of a breach and of whom nobody wrote that all were told."""
    complete = set(BreachNotice.objects.filter(incident=incident, is_complete=True).values_list("audience", flat=True))
    return [audience for audience in who_must_be_told(incident.reached(list(listed))) if audience not in complete]
