from datetime import date, timedelta

import pytest

from casemgr.reactions.signing import ask_for_cosignatures
from treatment_plans.plan.actions import activate_plan, add_goal, add_intervention, add_objective, add_problem, start_plan
from treatment_plans.sessions.actions import Part, record_session, sign_session
from treatment_plans.sessions.events import NotesSigned
from treatment_plans.signing.actions import name_supervisor
from treatment_plans.signing.models import CosignRequest


@pytest.fixture
def hold(clinic):
    """Return a function that holds and signs a session of the peer's, as the outbox would go on; `first` comes before the signature."""

    def _hold(*patients, by=None, ended=timedelta(hours=1), signed=timedelta(0), goals=(), note="Walked to the bank together.", first=None):
        by = by or clinic.peer
        ends_at = clinic.now - ended
        session = record_session(
            site=clinic.north,
            clinician=by,
            kind="group" if len(patients) > 1 else "peer",
            starts_at=ends_at - timedelta(hours=1),
            ends_at=ends_at,
            parts=[Part(patient, note=note, goals=goals) for patient in patients],
            by=by,
            at=clinic.now,
        )
        if first is not None:
            first(session)
        sign_session(session=session, by=by, at=clinic.now + signed)
        ask_for_cosignatures(NotesSigned(session_id=session.pk), clinic.now + signed)
        return session

    return _hold


@pytest.fixture
def supervised(clinic):
    """Let the therapist supervise the peer."""
    return name_supervisor(
        program=clinic.program,
        supervisor=clinic.therapist,
        clinician=clinic.peer,
        starts_on=date(2026, 1, 1),
        by=clinic.director,
        at=clinic.now,
    )


@pytest.fixture
def asked(clinic, hold, supervised):
    """Return what asks the therapist to co-sign a note of the peer's."""
    hold(clinic.patient())
    return CosignRequest.objects.get()


@pytest.fixture
def goal_of(clinic):
    """Return a function that gives a person a plan in force with one goal, and returns the goal."""

    def _goal_of(patient):
        known = {"by": clinic.therapist, "at": clinic.now}
        plan = start_plan(patient=patient, program=clinic.program, starts_on=date(2026, 3, 1), review_on=date(2026, 6, 1), **known)
        goal = add_goal(problem=add_problem(plan=plan, axis="social", title="Room", **known), words="I want a room", **known)
        add_objective(goal=goal, words="Apply", **known)
        add_intervention(goal=goal, kind="case_management", **known)
        activate_plan(plan=plan, **known)
        return goal

    return _goal_of
