"""Read everything that was ever changed in one person's record, from the history that the database keeps."""

from collections.abc import Collection, Mapping

from django.db.models import Model

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.audit.history import Change, Source, changes
from casemgr.desk.chart.queries import programs_open_to
from patients.caseload.models import CareTeamMember
from patients.consent.models import Consent, FundraisingChoice, HandedIn
from patients.diagnoses.models import Diagnosis, UseReport
from patients.episodes.models import AdmissionFacts, Episode, LeavingPlan, SubstanceTold
from patients.inquiries.models import Inquiry, ScreeningVisit, WaitlistPlace
from patients.instruments.data import instruments
from patients.models import HEALTH_FACTS
from patients.record.models import ContactPoint, Identifier, Patient
from patients.relations.models import TreatingRelationship
from patients.restrictions.models import Restriction
from patients.safety.models import SafetyConcern, SafetyFollowUp, SafetyPlan
from patients.screenings.models import Assessment, Observation, QuestionnaireAnswers
from patients.toxicology.models import ToxicologyPanel, ToxicologyResult
from patients.world.models import (
    Barrier,
    CloseOne,
    FamilyHistory,
    LifeEvent,
    OwnGoal,
    SafeStart,
    Strength,
    Stressor,
    UseFunction,
    VeteranStatus,
    Wishes,
)
from referrals.casework.models import Task
from referrals.referral.models import Referral
from treatment_plans.appointments.busy.models import BusyTime
from treatment_plans.appointments.models import Appointment, AppointmentSeries
from treatment_plans.appointments.waitlist.models import WaitlistEntry
from treatment_plans.family.models import Participant
from treatment_plans.groups.models import GroupPlace
from treatment_plans.medication.models import MedicationStatement, Order
from treatment_plans.mutual_help.models import MeetingTold
from treatment_plans.plan.models import Goal, Intervention, Objective, Plan, Problem
from treatment_plans.plan.standing.models import StageOfChange, StandingRating
from treatment_plans.sessions.coping.models import CopingCard
from treatment_plans.sessions.models import Attendance, AttendanceGoal
from treatment_plans.signing.models import CosignRequest

OWN = "e.patient_id = %(patient)s"
HERE = f"{OWN} AND e.program_id = ANY(%(programs)s)"
PLANS = "SELECT id FROM treatment_plans_plan WHERE patient_id = %(patient)s AND program_id = ANY(%(programs)s)"
PROBLEMS = " ".join(("SELECT id FROM treatment_plans_problem WHERE plan_id IN (", PLANS, ")"))
GOALS = " ".join(("SELECT id FROM treatment_plans_goal WHERE problem_id IN (", PROBLEMS, ")"))
SITES = "SELECT id FROM casemgr_site WHERE program_id = ANY(%(programs)s)"
SESSIONS = " ".join(("SELECT id FROM treatment_plans_session WHERE site_id IN (", SITES, ")"))
MEETINGS = " ".join(("SELECT id FROM treatment_plans_attendance WHERE patient_id = %(patient)s AND session_id IN (", SESSIONS, ")"))
GROUPS = " ".join(("SELECT id FROM treatment_plans_groupseries WHERE site_id IN (", SITES, ")"))
SPECIMENS = "SELECT id FROM patients_toxicologypanel WHERE patient_id = %(patient)s AND program_id = ANY(%(programs)s)"

INQUIRIES = "SELECT id FROM patients_inquiry WHERE patient_id = %(patient)s AND program_id = ANY(%(programs)s)"
CONSENTS = "SELECT id FROM patients_consent WHERE patient_id = %(patient)s AND discloser_id = ANY(%(programs)s)"
STAYS = "SELECT id FROM patients_episode WHERE patient_id = %(patient)s AND program_id = ANY(%(programs)s)"
FACTS = " ".join(("SELECT id FROM patients_admissionfacts WHERE episode_id IN (", STAYS, ")"))
WORLD: tuple[type[Model], ...] = (
    Strength,
    OwnGoal,
    Wishes,
    SafeStart,
    UseFunction,
    Stressor,
    FamilyHistory,
    CloseOne,
    VeteranStatus,
    LifeEvent,
    Barrier,
)

SOURCES: tuple[tuple[Can, Source], ...] = (
    (Can.SEE_PATIENTS, Source(Patient, "e.pgh_obj_id = %(patient)s")),
    (Can.SEE_PATIENTS, Source(Identifier, OWN)),
    (Can.SEE_PATIENTS, Source(ContactPoint, OWN)),
    (Can.SEE_PATIENTS, Source(Episode, HERE)),
    (Can.SEE_PATIENTS, Source(CareTeamMember, HERE)),
    (Can.TAKE_INQUIRY, Source(Inquiry, HERE)),
    (Can.TAKE_INQUIRY, Source(ScreeningVisit, f"{OWN} AND e.inquiry_id IN ({INQUIRIES})")),
    (Can.TAKE_INQUIRY, Source(WaitlistPlace, f"e.inquiry_id IN ({INQUIRIES})")),
    (Can.SEE_CHART, Source(AdmissionFacts, f"e.episode_id IN ({STAYS})")),
    (Can.SEE_CHART, Source(SubstanceTold, f"e.facts_id IN ({FACTS})")),
    (Can.SEE_CHART, Source(LeavingPlan, f"e.episode_id IN ({STAYS})")),
    (Can.SEE_CHART, Source(Diagnosis, OWN)),
    *((Can.SEE_CHART, Source(model, OWN)) for model in HEALTH_FACTS),
    (Can.SEE_CHART, Source(UseReport, OWN)),
    (Can.SEE_CHART, Source(ToxicologyPanel, HERE)),
    (Can.SEE_CHART, Source(ToxicologyResult, f"e.panel_id IN ({SPECIMENS})")),
    (Can.SEE_CHART, Source(Observation, OWN)),
    (Can.SEE_CHART, Source(Assessment, f"{OWN} AND e.state <> 'draft' AND NOT e.instrument = ANY(%(kept_apart)s)")),
    (Can.SEE_CHART, Source(SafetyConcern, HERE)),
    (Can.SEE_CHART, Source(SafetyFollowUp, HERE)),
    (Can.SEE_CHART, Source(SafetyPlan, HERE)),
    (Can.SEE_CHART, Source(QuestionnaireAnswers, OWN)),
    *((Can.SEE_CHART, Source(model, HERE)) for model in WORLD),
    (Can.SEE_CHART, Source(Plan, HERE)),
    (Can.SEE_CHART, Source(Problem, f"e.plan_id IN ({PLANS})")),
    (Can.SEE_CHART, Source(Goal, f"e.problem_id IN ({PROBLEMS})")),
    (Can.SEE_CHART, Source(Objective, f"e.goal_id IN ({GOALS})")),
    (Can.SEE_CHART, Source(Intervention, f"e.goal_id IN ({GOALS})")),
    (Can.SEE_CHART, Source(StandingRating, HERE)),
    (Can.SEE_CHART, Source(StageOfChange, HERE)),
    (Can.SEE_CHART, Source(Attendance, f"{OWN} AND e.session_id IN ({SESSIONS})")),
    (Can.SEE_CHART, Source(AttendanceGoal, f"e.attendance_id IN ({MEETINGS})")),
    (Can.SEE_CHART, Source(Participant, f"e.attendance_id IN ({MEETINGS})")),
    (Can.SEE_CHART, Source(MeetingTold, HERE)),
    (Can.SEE_CHART, Source(CopingCard, HERE)),
    (Can.SEE_CHART, Source(GroupPlace, f"{OWN} AND e.series_id IN ({GROUPS})")),
    (Can.SEE_CHART, Source(CosignRequest, f"e.attendance_id IN ({MEETINGS})")),
    (Can.SEE_MEDICATION, Source(Order, HERE)),
    (Can.SEE_MEDICATION, Source(MedicationStatement, OWN)),
    (Can.SEE_CALENDAR, Source(Appointment, f"{OWN} AND e.site_id IN ({SITES})")),
    (Can.SEE_CALENDAR, Source(AppointmentSeries, f"{OWN} AND e.site_id IN ({SITES})")),
    (Can.SEE_CALENDAR, Source(WaitlistEntry, HERE)),
    (Can.SEE_CALENDAR, Source(BusyTime, HERE)),
    (Can.SEE_CASEWORK, Source(Task, HERE)),
    (Can.SEE_CASEWORK, Source(Referral, HERE)),
    (Can.SEE_DISCLOSURES, Source(Consent, f"{OWN} AND e.discloser_id = ANY(%(programs)s)")),
    (Can.SEE_DISCLOSURES, Source(HandedIn, f"e.consent_id IN ({CONSENTS})")),
    (Can.SEE_DISCLOSURES, Source(TreatingRelationship, OWN)),
    (Can.SEE_DISCLOSURES, Source(Restriction, HERE)),
    (Can.SEE_DISCLOSURES, Source(FundraisingChoice, OWN)),
)
"""Every table of a person's record with the right that opens it, and how its rows lead to the person.

An assessment is here from when it is no draft; one that a compartment keeps apart never is. A table that is neither here nor excepted in
`tests/desk/test_history.py` fails there.
"""

BESIDES: Mapping[Can, tuple[Can, ...]] = {Can.SEE_MEDICATION: (Can.SEE_MEDICATION, Can.SEE_CHART)}
"""Rights that open nothing of a chart to those who do not see the chart."""


def changes_of_patient(
    user: User, patient: Patient, rights: frozenset[Can], *, before: str, only: Collection[type[Model]] = ()
) -> tuple[list[Change], str]:
    """Return what was changed in this record, as far as the reader may see it, newest first, and the key of the next page.

    `only` names the tables that are asked about; without it all are.
    """
    needed = {right: BESIDES.get(right, (right,)) for right, _source in SOURCES}
    open_to = {right for right, all_of in needed.items() if (rights | {Can.SEE_PATIENTS}).issuperset(all_of)}
    sources = [_where(source, right) for right, source in SOURCES if right in open_to and (not only or source.model in only)]
    programs = {f"programs_{right.value}": sorted(programs_open_to(user, *needed[right])) for right in open_to}
    kept_apart = [told.id for told in instruments().values() if told.compartment]
    values = {"patient": patient.pk, "kept_apart": kept_apart, **programs}
    return ([], "") if not sources else changes(sources, values, before=before)


def _where(source: Source, right: Can) -> Source:
    """Return a source whose rows are those of the programs in which the reader holds its right."""
    return Source(source.model, source.where.replace("%(programs)s", f"%(programs_{right.value})s"))
