"""Gather what is known of somebody's own world."""

from patients.world.models.around import (
    Branch,
    CloseOne,
    FamilyCondition,
    FamilyHistory,
    MayTalk,
    Relative,
    Served,
    Stressor,
    StressorKind,
    VeteranStatus,
)
from patients.world.models.base import KEPT, WorldFact
from patients.world.models.life import Barrier, BarrierKind, LifeEvent, LifeEventKind
from patients.world.models.manner import Principle, SafeStart
from patients.world.models.own import MANNERS, TERMS, GoalState, OwnGoal, Strength, UseFor, UseFunction, Wishes

WORLD: dict[str, type[WorldFact]] = {
    "wishes": Wishes,
    "start": SafeStart,
    "goals": OwnGoal,
    "strengths": Strength,
    "barriers": Barrier,
    "use": UseFunction,
    "stressors": Stressor,
    "people": CloseOne,
    "family": FamilyHistory,
    "events": LifeEvent,
    "veteran": VeteranStatus,
}
"""Every kind of fact of this world, by the word that names it in addresses and verbs."""

__all__ = [
    "KEPT",
    "MANNERS",
    "TERMS",
    "WORLD",
    "Barrier",
    "BarrierKind",
    "Branch",
    "CloseOne",
    "FamilyCondition",
    "FamilyHistory",
    "GoalState",
    "LifeEvent",
    "LifeEventKind",
    "MayTalk",
    "OwnGoal",
    "Principle",
    "Relative",
    "SafeStart",
    "Served",
    "Strength",
    "Stressor",
    "StressorKind",
    "UseFor",
    "UseFunction",
    "VeteranStatus",
    "Wishes",
    "WorldFact",
]
