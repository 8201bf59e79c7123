"""Guard plans by every door: what is signed stays, and what comes into force treats both disorders."""

import pgtrigger

WAYS = {
    "plan": "{row}.plan_id",
    "problem": "(SELECT plan_id FROM treatment_plans_problem WHERE id = {row}.problem_id)",
    "goal": (
        "(SELECT problem.plan_id FROM treatment_plans_goal goal JOIN treatment_plans_problem problem ON problem.id = goal.problem_id"
        " WHERE goal.id = {row}.goal_id)"
    ),
}
"""SQL that leads from a piece of a plan to the plan, by the name of the piece's own foreign key."""

_SEALED = """
IF EXISTS (SELECT 1 FROM treatment_plans_plan plan WHERE plan.signed_at IS NOT NULL AND plan.id IN ({plans})) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_plan_stays_as_signed',
        MESSAGE = 'This plan is signed. Start a new version of it.';
END IF;
"""

_BOTH_DISORDERS = """
IF NEW.state = 'active' AND NEW.one_axis_signed_at IS NULL AND (
    SELECT count(DISTINCT axis) FROM patients_diagnosis
    WHERE patient_id = NEW.patient_id AND axis IN ('substance_use', 'mental_health') AND course = 'active' AND certainty <> 'refuted'
) = 2 AND (
    SELECT count(DISTINCT problem.axis) FROM treatment_plans_problem problem
    JOIN treatment_plans_goal goal ON goal.problem_id = problem.id AND goal.state = 'active'
    WHERE problem.plan_id = NEW.id AND problem.axis IN ('substance_use', 'mental_health') AND problem.stopped_on IS NULL
        AND EXISTS (SELECT 1 FROM treatment_plans_objective piece WHERE piece.goal_id = goal.id AND piece.stopped_on IS NULL)
        AND EXISTS (SELECT 1 FROM treatment_plans_intervention piece WHERE piece.goal_id = goal.id AND piece.stopped_on IS NULL)
) < 2 THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_in_force_treats_both_disorders',
        MESSAGE = 'This plan leaves out one of two disorders, and nobody signed why.';
END IF;
RETURN NEW;
"""


PROGRESS = ("state", "last_worked_on_at", "met_on", "stopped_on", "stopped_why", "cleared_on")
"""Columns that tell what became of a piece of a plan: they go on changing under a signature, the words do not."""


def stays_once_signed(way: str) -> pgtrigger.Trigger:
    """Return the trigger that lets nothing be added to, changed in or taken out of a signed plan, but what tells of progress."""
    old, new = WAYS[way].format(row="OLD"), WAYS[way].format(row="NEW")
    kept = ", ".join(f"'{column}'" for column in PROGRESS)
    same = f"(to_jsonb(NEW) - ARRAY[{kept}]::text[]) = (to_jsonb(OLD) - ARRAY[{kept}]::text[])"
    return pgtrigger.Trigger(
        name="signed_plan_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
IF TG_OP = 'INSERT' THEN {_SEALED.format(plans=new)} RETURN NEW; END IF;
IF TG_OP = 'DELETE' THEN {_SEALED.format(plans=old)} RETURN OLD; END IF;
IF NOT ({same}) THEN {_SEALED.format(plans=f"{old}, {new}")} END IF;
RETURN NEW;
""",
    )


def plan_stays_once_signed() -> list[pgtrigger.Trigger]:
    """Return the triggers of the plan itself: signed, it may still end and be reviewed; in force, it treats both.

    Only a merge takes a signed plan to another record: its function passes over the triggers of a table for the one statement that moves.
    """
    kept = "ARRAY['state', 'ended_on', 'review_on']"
    changed = f"(OLD.signed_at IS NOT NULL AND (to_jsonb(NEW) - {kept}) IS DISTINCT FROM (to_jsonb(OLD) - {kept}))"
    return [
        pgtrigger.Protect(name="signed_plan_stays", operation=pgtrigger.Update, condition=pgtrigger.Condition(changed)),
        pgtrigger.Protect(name="signed_plan_is_kept", operation=pgtrigger.Delete, condition=pgtrigger.Q(old__signed_at__isnull=False)),
        pgtrigger.Trigger(
            name="both_disorders", when=pgtrigger.Before, operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"), func=_BOTH_DISORDERS
        ),
    ]
