"""Let a partner propose a treatment plan and ask for its activation: the clinic decides, and the check is the clinic's own."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound

from casemgr.api.gate import Asked, GatedView, answer, body_of
from casemgr.api.problems import problem
from casemgr.api.v1 import shapes
from casemgr.core.accounts.models import Program
from casemgr.core.refusals import Refused
from casemgr.sharing.packets import META
from casemgr.sharing.parts import find_person
from patients.consent.models import InformationCategory
from patients.diagnoses.models import Axis
from patients.disclosures.actions import Released
from patients.record.models import Patient
from treatment_plans.plan.actions import ask_for_activation
from treatment_plans.plan.models import InterventionKind, Plan
from treatment_plans.plan.proposing.actions import propose_plan
from treatment_plans.plan.proposing.queries import open_proposals_of
from treatment_plans.plan.queries import axes_diagnosed, gaps_in, parts_in_words

LONGEST_LIST = 20
_TEXT: dict[str, Any] = {"max_length": 2000}
_LIST: dict[str, Any] = {"required": False, "default": list, "max_length": LONGEST_LIST}
_DAY: dict[str, Any] = {"required": False, "allow_null": True, "default": None}


class ProposedObjective(serializers.Serializer[Any]):
    """Describe one step that can be measured."""

    words = serializers.CharField(**_TEXT)
    measure = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    target_on = serializers.DateField(**_DAY)


class ProposedIntervention(serializers.Serializer[Any]):
    """Describe what is done towards a goal."""

    kind = serializers.ChoiceField(choices=InterventionKind.choices)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    frequency = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")


class ProposedGoal(serializers.Serializer[Any]):
    """Describe a goal in the person's own words."""

    words = serializers.CharField(**_TEXT)
    target_on = serializers.DateField(**_DAY)
    objectives = ProposedObjective(many=True, **_LIST)
    interventions = ProposedIntervention(many=True, **_LIST)


class ProposedProblem(serializers.Serializer[Any]):
    """Describe what the plan is to treat, and on which axis it lies."""

    axis = serializers.ChoiceField(choices=Axis.choices)
    title = serializers.CharField(max_length=300)
    goals = ProposedGoal(many=True, **_LIST)


class ProposedPlan(serializers.Serializer[Any]):
    """Describe the whole proposal."""

    starts_on = serializers.DateField()
    review_on = serializers.DateField()
    strengths = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    problems = ProposedProblem(many=True, **{**_LIST, "required": True, "default": serializers.empty})


class MissingHalf(serializers.Serializer[Any]):
    """Describe what a plan still needs on one axis."""

    axis = serializers.CharField(help_text="substance_use or mental_health; empty when nothing is diagnosed yet.")
    parts = serializers.ListField(child=serializers.CharField())
    words = serializers.CharField()


class Proposal(serializers.Serializer[Any]):
    """Describe how a proposal stands."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(["draft"])
    activation = serializers.ChoiceField(["not_asked", "asked"])
    missing = MissingHalf(many=True, help_text="What keeps the plan from being put into force.")


class ProposalView(GatedView):
    """Be the base of what writes a proposal: the gate first, because the answer tells on which axes somebody is diagnosed."""

    http_method_names = ["post"]
    scope = "plan.propose"
    categories = frozenset({InformationCategory.PLAN.value, InformationCategory.DIAGNOSES.value})
    told = "Check of a proposed treatment plan"

    def let_go(self, patient: UUID) -> tuple[Released, Patient]:
        """Ask the gate about the person, and return them only then."""
        person = find_person(patient)
        released = self.release(Asked(person["key"] if person else None))
        return released, Patient.objects.get(pk=released.patient_id)


class PlanProposals(ProposalView):
    """Propose a plan."""

    @extend_schema(
        operation_id="propose_plan",
        request=ProposedPlan,
        responses=shapes.with_problems(shapes.about_one("ProposalAnswer", Proposal())[200], done=201),
    )
    def post(self, request: HttpRequest, patient: UUID) -> HttpResponse:
        """Keep the whole proposal as a draft, and say what it still lacks."""
        wanted = ProposedPlan(data=body_of(request))
        wanted.is_valid(raise_exception=True)
        released, person = self.let_go(patient)
        program = Program.objects.get(pk=released.program_id)
        plan = propose_plan(patient=person, program=program, by=self.partner.user, at=timezone.now(), **wanted.validated_data)
        return answer(_shown(plan), released, status=201)


class PlanActivation(ProposalView):
    """Ask the clinic to put a proposed plan into force."""

    @extend_schema(
        operation_id="ask_for_activation",
        request=None,
        responses=shapes.with_problems(shapes.about_one("ActivationAnswer", Proposal())[200], done=202),
    )
    def post(self, request: HttpRequest, patient: UUID, number: int) -> HttpResponse:
        """Check both axes as the clinic does; what is missing comes back named, and what is whole waits for a clinician."""
        released, person = self.let_go(patient)
        plan = open_proposals_of(self.partner.user, person).filter(pk=number, program=released.program_id).first()
        if plan is None:
            raise NotFound
        try:
            plan = ask_for_activation(plan=plan, by=self.partner.user, at=timezone.now())
        except Refused as refused:
            return _incomplete(plan, refused, released)
        return answer(_shown(plan), released, status=202)


def _shown(plan: Plan) -> dict[str, Any]:
    """Return how a proposal stands."""
    gaps = gaps_in(plan, axes_diagnosed(plan.patient_id))
    missing = [{"axis": gap.axis, "parts": [part.value for part in gap.parts], "words": ", ".join(parts_in_words(gap))} for gap in gaps]
    return {"id": plan.pk, "state": plan.state, "activation": "asked" if plan.activation_asked_at else "not_asked", "missing": missing}


def _incomplete(plan: Plan, refused: Refused, released: Released) -> HttpResponse:
    """Return a problem that names the missing half, with the notice that goes along with what it tells (42 CFR 2.32)."""
    errors = [{"field": reason.field, "code": reason.code, "detail": reason.text, "source": reason.source} for reason in refused.reasons]
    return problem(
        422,
        "plan-incomplete",
        "The plan leaves out one of two disorders",
        str(refused),
        errors=errors,
        missing=_shown(plan)["missing"],
        meta=META,
        part2_notice=released.part2_notice,
        consent_scope=released.consent_scope,
        disclosure_id=str(released.disclosure_public_id),
    )
