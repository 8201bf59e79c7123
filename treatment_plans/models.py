"""Gather the tables of the second storey."""

from treatment_plans.appointments.busy.models import BusyTime
from treatment_plans.appointments.models import Appointment, AppointmentSeries
from treatment_plans.appointments.waitlist.models import WaitlistEntry
from treatment_plans.calendar.feed.models import CalendarFeed
from treatment_plans.counseling.models import CounselingAddendum, CounselingNote, CounselingOpening
from treatment_plans.drafts.models import Draft
from treatment_plans.family.models import CollateralNote, Participant
from treatment_plans.groups.models import GroupFacilitator, GroupMeeting, GroupPlace, GroupSeries
from treatment_plans.inventory.models import Lot, Product, StockEntry
from treatment_plans.medication.models import Dose, DosingDay, MedicationStatement, Order
from treatment_plans.mutual_help.models import MeetingTold, MutualHelpMeeting
from treatment_plans.plan.catalog.models import InterventionType
from treatment_plans.plan.measuring.models import ObjectiveValue
from treatment_plans.plan.models import Goal, Intervention, Objective, Plan, Problem
from treatment_plans.plan.policy.models import PlanPolicy
from treatment_plans.plan.standing.models import StageOfChange, StandingRating
from treatment_plans.reviews.models import PlanReview, PlanSignature
from treatment_plans.rooms.models import Room, RoomUse
from treatment_plans.sessions.coping.models import CopingCard
from treatment_plans.sessions.fidelity.models import FidelityRating
from treatment_plans.sessions.models import Attendance, AttendanceGoal, Session
from treatment_plans.sessions.naming.models import CoLeader
from treatment_plans.sessions.writing.models import NotePolicy
from treatment_plans.signing.models import (
    CosignAnswer,
    CosignRequest,
    NoteAddendum,
    NoteInError,
    SigningPolicy,
    Supervision,
)

__all__ = [
    "Appointment",
    "AppointmentSeries",
    "Attendance",
    "AttendanceGoal",
    "BusyTime",
    "CalendarFeed",
    "CoLeader",
    "CollateralNote",
    "CopingCard",
    "CosignAnswer",
    "CosignRequest",
    "CounselingAddendum",
    "CounselingNote",
    "CounselingOpening",
    "Dose",
    "DosingDay",
    "Draft",
    "FidelityRating",
    "Goal",
    "GroupFacilitator",
    "GroupMeeting",
    "GroupPlace",
    "GroupSeries",
    "Intervention",
    "InterventionType",
    "Lot",
    "MedicationStatement",
    "MeetingTold",
    "MutualHelpMeeting",
    "NoteAddendum",
    "NoteInError",
    "NotePolicy",
    "Objective",
    "ObjectiveValue",
    "Order",
    "Participant",
    "Plan",
    "PlanPolicy",
    "PlanReview",
    "PlanSignature",
    "Problem",
    "Product",
    "Room",
    "RoomUse",
    "Session",
    "SigningPolicy",
    "StageOfChange",
    "StandingRating",
    "StockEntry",
    "Supervision",
    "WaitlistEntry",
]
