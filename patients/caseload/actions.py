"""Say who cares for whom."""

from datetime import date, datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import ROLE_CHOICES, Membership, Program, Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from patients.caseload.models import CareTeamMember
from patients.episodes.actions import admit_patient
from patients.episodes.models import Episode
from patients.episodes.queries import plan_of_stay
from patients.episodes.rules import FOLLOW_UP_DAYS
from patients.record.models import Patient
from patients.record.queries import locked


@action(Can.ADMIT_PATIENT)
def take_into_care(
    *, patient: Patient, site: Site, admitted_on: date, referral_source: str, in_charge: Membership | None, by: User, at: datetime
) -> Episode:
    """Admit a person and put somebody in charge at once, so that nobody is admitted whom no case manager sees."""
    episode = admit_patient(patient=patient, site=site, admitted_on=admitted_on, referral_source=referral_source, by=by, at=at)
    if in_charge is not None:
        assign_care_team_member(
            patient=patient,
            program=site.program,
            user=in_charge.user,
            role=in_charge.role,
            since=admitted_on,
            is_lead=True,
            by=by,
            at=at,
        )
    return episode


@action(Can.ASSIGN_CARE_TEAM)
def assign_care_team_member(
    *, patient: Patient, program: Program, user: User, role: str, since: date, by: User, at: datetime, is_lead: bool = False
) -> CareTeamMember:
    """Put somebody on a person's care team; who is put in charge takes over from the one before."""
    row = locked(patient)
    places = list(CareTeamMember.objects.filter(Q(until__isnull=True) | Q(until__gt=since), patient=row, program=program))
    team = [place for place in places if place.until is None]
    own = [place for place in places if place.user_id == user.pk and place.role == role]
    member = next((place for place in own if place.until is None), None)
    reasons = _against_assignment(user, program, role, member, is_lead)
    if not _is_known_in(row, program):
        text = _("This person is not in the care of %(program)s. Admit them there first.") % {"program": program}
        reasons.append(Reason(text, code="not_in_program", source="42 CFR 2.12(c)(3)"))
    if reasons:
        raise Refused(*reasons)
    if is_lead and any(m.is_lead for m in team):
        CareTeamMember.objects.filter(pk__in=[m.pk for m in team], is_lead=True).update(is_lead=False)
    if own:
        found = member or own[0]  # whoever still had to call after a discharge goes on
        found.is_lead, found.until = is_lead, None
        found.save(update_fields=["is_lead", "until"])
        return found
    return CareTeamMember.objects.create(
        patient=row, program=program, user=user, role=role, is_lead=is_lead, since=since, recorded_at=at, recorded_by=by
    )


@action(Can.ASSIGN_CARE_TEAM)
def end_care_team_member(*, member: CareTeamMember, until: date, by: User, at: datetime) -> CareTeamMember:
    """Take somebody off a care team from a day on; for some roles the chart closes with it."""
    held = CareTeamMember.objects.select_for_update(of=("self", "patient"), no_key=True)
    row = held.select_related("patient").get(pk=member.pk)
    if row.until is not None:
        raise Refused(_("This person is off the care team already."), code="ended")
    if until < row.since:
        raise Refused(_("The day is before the one on which they joined."), field="until")
    row.until = until
    row.save(update_fields=["until"])
    return row


@action(Can.ASSIGN_CARE_TEAM)
def end_care_team(*, episode: Episode, by: User, at: datetime) -> int:
    """End the care team of a stay that has ended; return how many were on it.

    When the person is back in care by now, only those go who were on the team before they came back. Who promised to call after the
    discharge stays until the last call is due: nobody can call whom they may not see.
    """
    row = locked(episode.patient)
    team = CareTeamMember.objects.filter(patient=row, program=episode.program_id, until__isnull=True)
    back = Episode.objects.filter(patient=row, program=episode.program_id, discharged_on__isnull=True).first()
    if back is not None:
        team = team.filter(recorded_at__lt=back.recorded_at)
    plan = plan_of_stay(episode.pk) if back is None else None
    calls = 0
    if plan is not None and plan.caller_id is not None and episode.discharged_on is not None:
        last_call = episode.discharged_on + timedelta(days=FOLLOW_UP_DAYS[-1] + 1)
        calls = team.filter(user=plan.caller_id).update(until=Greatest(F("since"), last_call), is_lead=False)
    return calls + team.filter(until__isnull=True).update(until=Greatest(F("since"), episode.discharged_on), is_lead=False)


@action(Can.ASSIGN_CARE_TEAM)
def take_care_team_along(*, episode: Episode, by: User, at: datetime) -> int:
    """Let those of the former care team who work in the new program too go on there; the others end. Return how many went along."""
    row, former = locked(episode.patient), episode.transferred_from
    if former is None or former.program_id == episode.program_id:
        return 0
    team = list(CareTeamMember.objects.filter(patient=row, program=former.program_id, until__isnull=True).select_related("user"))
    known = set(CareTeamMember.objects.filter(patient=row, program=episode.program_id, until__isnull=True).values_list("user", "role"))
    led = CareTeamMember.objects.filter(patient=row, program=episode.program_id, until__isnull=True, is_lead=True).exists()
    along = [m for m in team if m.role in m.user.roles_in(episode.program_id) and (m.user_id, m.role) not in known]
    ends = CareTeamMember.objects.filter(pk__in=[m.pk for m in team])
    ends.update(until=Greatest(F("since"), episode.admitted_on), is_lead=False)
    CareTeamMember.objects.bulk_create(
        CareTeamMember(
            patient=row,
            program_id=episode.program_id,
            user=m.user,
            role=m.role,
            is_lead=m.is_lead and not led,
            since=episode.admitted_on,
            recorded_at=at,
            recorded_by=by,
        )
        for m in along
    )
    return len(along)


def _is_known_in(patient: Patient, program: Program) -> bool:
    """Say whether a program has or had this person in care, or registered them: a place on the team opens the chart."""
    known = Q(registered_site__program=program) | Q(episodes__program=program)
    return Patient.objects.filter(known, pk=patient.pk).exists()


def _against_assignment(user: User, program: Program, role: str, member: CareTeamMember | None, is_lead: bool) -> list[Reason]:
    """Return in sentences what stands against somebody's place on a care team."""
    if role not in dict(ROLE_CHOICES):
        return [Reason(_("Choose the role on the care team."), field="role")]
    reasons = []
    if member is not None and member.is_lead == is_lead:
        reasons.append(Reason(_("This person is on the care team in this role already."), field="user", code="known"))
    if role not in user.roles_in(program.pk):
        reasons.append(Reason(_("This person does not hold this role in the program now."), field="role"))
    return reasons
