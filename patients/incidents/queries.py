"""Read incidents: the reporter how theirs stand, the privacy officer everything."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Q, QuerySet

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from patients.guarding.queries import kept_from
from patients.incidents.models import BreachNotice, Incident, IncidentPerson
from patients.incidents.rules import Notice, all_were_told, people_to_tell, people_told, who_must_be_told
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


class Untold(NamedTuple):
    """Name an audience that was not told in full, and how many of how many the notices speak of."""

    audience: str
    told: int
    people: int


def notices_of(incident: Incident) -> list[Notice]:
    """Return who was told of a breach, in the order in which it was written down."""
    rows = BreachNotice.objects.filter(incident=incident).order_by("pk")
    return [Notice._make(row) for row in rows.values_list("audience", "way", "number", "is_complete")]


def still_to_be_told(incident: Incident, listed: Iterable[IncidentPerson]) -> list[Untold]:
    """Return those who must be told of a breach and were not: nobody wrote that these were all, or more people became known since."""
    reached, notices = incident.reached(list(listed)), notices_of(incident)
    open_ones = [audience for audience in who_must_be_told(reached) if not all_were_told(audience, notices, reached)]
    mine = {audience: [notice for notice in notices if notice.audience == audience] for audience in open_ones}
    return [Untold(name, people_told(name, mine[name], reached), people_to_tell(name, reached)) for name in open_ones]
