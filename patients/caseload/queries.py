"""Read who cares for whom, and whom somebody may see at all."""

from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Now, TruncDate
from django.db.models.lookups import IsNull

from casemgr.core.accounts.models import Membership, Program, Site, User
from casemgr.core.accounts.rules import Can, Role
from patients.caseload.models import CareTeamMember
from patients.episodes.models import Episode
from patients.guarding.models import GlassBreak
from patients.guarding.queries import kept_from, opened_to
from patients.record.models import Patient

CARE_ROLES = (Role.CASE_MANAGER, Role.THERAPIST, Role.PEER, Role.NURSE, Role.PRESCRIBER)
"""Roles that a care team is made of."""


def patients_seen_by(user: User, *, can: Can = Can.SEE_PATIENTS) -> QuerySet[Patient]:
    """Return the patients whom this user may know to be here (42 CFR 2.12(c)(3)).

    Roles bound to a caseload see those they care for and those they registered who are in no care yet. The others see who is or was in
    care at their site, and who was registered there and is in no care yet. Whoever broke the glass sees that person too, for an hour.
    Nobody sees a restricted chart that does not name them, nor somebody to whom they are tied: for them these people do not exist.
    A record that was merged into another is seen as the other only.
    """
    return _reached_by(user, can)


def patients_dosed_by(user: User) -> QuerySet[Patient]:
    """Return whom this user may meet at the dosing window: as above, but a restricted chart withholds no dose (docs/decisions/0013)."""
    return _reached_by(user, Can.ADMINISTER_DOSE, at_the_window=True)


def is_seen_by(user: User, *, can: Can = Can.SEE_PATIENTS, patient: str = "patient") -> Q:
    """Match rows about people whom this user sees, asked row by row; `patient` leads to the person's key.

    For conditions beside an OR or a NOT: there an IN would make PostgreSQL list everybody seen before it looks at the first row.
    """
    seen = patients_seen_by(user, can=can).filter(pk=OuterRef(patient)).order_by().values("pk")
    return Q(IsNull(Subquery(seen[:1]), False))


def hidden_from(user: User, *, can: Can = Can.SEE_PATIENTS, at_the_window: bool = False) -> Q:
    """Match rows of patients who do not exist for this user, in lists that begin elsewhere than with the patients."""
    return Q(patient__in=kept_from(user, user.reach(can), can, at_the_window=at_the_window))


def hidden_among(user: User, people: Collection[Patient]) -> list[Patient]:
    """Return those of these people who do not exist for this user."""
    keys = {person.pk for person in people}
    hidden = set(kept_from(user, user.reach(Can.SEE_PATIENTS), Can.SEE_PATIENTS).values_list("patient_id", flat=True)) if keys else set()
    return [person for person in people if person.pk in hidden]


def _reached_by(user: User, can: Can, *, at_the_window: bool = False) -> QuerySet[Patient]:
    """Return the patients to whom a right of this user reaches."""
    reach = user.reach(can)
    bound = [membership for membership in reach if membership.is_caseload_bound]
    free = [membership for membership in reach if not membership.is_caseload_bound]
    windows = opened_to(user, reach, can)
    conditions = [_cared_for(user, bound, windows)] if bound else []
    conditions += [_at_their_sites(free)] if free else []
    if not conditions:
        return Patient.objects.none()
    if not bound and windows is not None:
        conditions.append(Q(pk__in=windows.order_by().values("patient_id")))
    kept = kept_from(user, reach, can, at_the_window=at_the_window)
    return Patient.objects.filter(reduce(or_, conditions), ~Q(pk__in=kept), merged_into__isnull=True)


def _cared_for(user: User, memberships: list[Membership], windows: QuerySet[GlassBreak] | None) -> Q:
    """Match the patients of somebody who sees their own caseload only; the list of them is short, so the database makes it first."""
    programs = {membership.program_id for membership in memberships}
    on_team = current_members().filter(user=user, program__in=programs).order_by().values("patient_id")
    registered = Patient.objects.filter(recorded_by=user, registered_site__in=Site.objects.filter(program__in=programs))
    parts: list[QuerySet[Any, Any]] = [registered.filter(_never_admitted()).order_by().values("pk")]
    parts += [windows.order_by().values("patient_id")] if windows is not None else []
    return Q(pk__in=on_team.union(*parts, all=True))


def _at_their_sites(memberships: list[Membership]) -> Q:
    """Match the patients of the sites and whole programs that these memberships open.

    Written so that PostgreSQL asks patient by patient: an EXISTS beside an OR would make it hash every episode there is, for each page.
    """
    sites = {membership.site_id for membership in memberships if membership.site_id is not None}
    programs = {membership.program_id for membership in memberships if membership.site_id is None}
    here = Episode.objects.filter(Q(site__in=sites) | Q(program__in=programs), patient=OuterRef("pk"))
    registered_here = Q(registered_site__in=Site.objects.filter(Q(pk__in=sites) | Q(program__in=programs)))
    return Q(IsNull(Subquery(here.order_by().values("pk")[:1]), False)) | (registered_here & _never_admitted())


def _never_admitted() -> Q:
    """Match people who have a record and no stay in care."""
    return Q(IsNull(Subquery(Episode.objects.filter(patient=OuterRef("pk")).order_by().values("pk")[:1]), True))


def in_care_seen_by(user: User, *, can: Can = Can.SEE_PATIENTS) -> QuerySet[Patient]:
    """Return who is in care now, among the patients whom this user sees."""
    return patients_seen_by(user, can=can).filter(Exists(_open_stays(user.reach(can)).filter(patient=OuterRef("pk"))))


def never_admitted_seen_by(user: User, *, can: Can = Can.SEE_PATIENTS) -> QuerySet[Patient]:
    """Return who was registered and is in no care yet, among the patients whom this user sees: they are few, so they are found first."""
    never = Patient.objects.filter(~Exists(Episode.objects.filter(patient=OuterRef("pk"))))
    return never.filter(pk__in=patients_seen_by(user, can=can))


def _open_stays(memberships: list[Membership]) -> QuerySet[Episode]:
    """Return the stays in care that are open at the sites and programs of these memberships."""
    whole = {membership.program_id for membership in memberships if membership.site_id is None or membership.is_caseload_bound}
    sites = {membership.site_id for membership in memberships if membership.site_id is not None}
    return Episode.objects.filter(Q(site__in=sites) | Q(program__in=whole), discharged_on__isnull=True).order_by()


def with_care(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """Return these patients with their open stays (`open_stays`) and who is in charge of them (`in_charge`)."""
    stays = Episode.objects.filter(discharged_on__isnull=True).select_related("site")
    leads = current_members().filter(is_lead=True).select_related("user")
    return patients.prefetch_related(Prefetch("episodes", stays, "open_stays"), Prefetch("care_team", leads, "in_charge"))


def sites_open_to(user: User, *, can: Can) -> QuerySet[Site]:
    """Return the sites at which this user holds a right."""
    reach = user.reach(can)
    sites = {membership.site_id for membership in reach if membership.site_id is not None}
    programs = {membership.program_id for membership in reach if membership.site_id is None}
    return Site.objects.filter(Q(pk__in=sites) | Q(program__in=programs), is_active=True)


def colleagues_in(program: Program) -> QuerySet[Membership]:
    """Return who can be on a care team of this program, in each role that they hold."""
    return Membership.objects.current().filter(program=program, role__in=CARE_ROLES, user__is_active=True).select_related("user")


def current_members() -> QuerySet[CareTeamMember]:
    """Return everybody who is on some care team today."""
    today = TruncDate(Now())
    return CareTeamMember.objects.filter(Q(until__isnull=True) | Q(until__gt=today), since__lte=today)


def care_team_of(patient: Patient) -> QuerySet[CareTeamMember]:
    """Return who cares for a person today, the one in charge first."""
    return current_members().filter(patient=patient).select_related("user", "program")


def care_team_history_for(patient: Patient) -> QuerySet[CareTeamMember]:
    """Return everybody who ever was on a person's care team, the latest first."""
    return CareTeamMember.objects.filter(patient=patient).select_related("user", "program").order_by("-since", "-id")


def caseload_of(user: User) -> QuerySet[Patient]:
    """Return the patients whom this user cares for today."""
    return Patient.objects.filter(pk__in=current_members().filter(user=user).values("patient_id"))
