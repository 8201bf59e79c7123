"""Put Today together: what each role needs to see first."""

from collections.abc import Callable

from casemgr.core.accounts.rules import Role
from casemgr.desk.today import calendar, care, casework, clinical, drafts, health, oversight, plans, safety, signing, wayin
from casemgr.desk.today.scope import Scope
from casemgr.desk.today.sections import Figure, Section, Today

Find = Callable[[Scope], Section]

SECTIONS: dict[Role, tuple[Find, ...]] = {
    Role.NURSE: (
        safety.open_concerns,
        care.holds,
        care.ending_orders,
        casework.tasks_due,
        clinical.results_to_talk_about,
        health.naloxone,
        health.reconciliation,
        drafts.unfinished,
    ),
    Role.PRESCRIBER: (
        safety.open_concerns,
        care.holds,
        care.ending_orders,
        casework.tasks_due,
        clinical.results_to_talk_about,
        clinical.diagnoses_to_look_at,
        plans.untouched_axes,
        care.my_appointments,
        signing.unsigned_notes,
        signing.notes_to_cosign,
        drafts.unfinished,
    ),
    Role.THERAPIST: (
        safety.open_concerns,
        care.my_appointments,
        calendar.not_settled,
        care.my_groups,
        signing.unsigned_notes,
        signing.notes_to_cosign,
        drafts.unfinished,
        casework.tasks_due,
        plans.untouched_axes,
        plans.reviews_due,
        plans.plans_waiting,
        casework.screenings_due,
        clinical.results_to_talk_about,
        clinical.diagnoses_to_look_at,
    ),
    Role.PEER: (care.my_appointments, casework.tasks_due, signing.unsigned_notes, drafts.unfinished),
    Role.CASE_MANAGER: (
        safety.open_concerns,
        wayin.calls_to_return,
        casework.tasks_due,
        casework.out_of_touch,
        casework.referrals_waiting,
        health.naloxone,
        plans.untouched_axes,
        plans.reviews_due,
        plans.plans_waiting,
        casework.housing,
        casework.screenings_due,
        care.my_appointments,
        signing.unsigned_notes,
        drafts.unfinished,
        wayin.interim_help,
        wayin.admissions_to_complete,
    ),
    Role.FRONT_DESK: (wayin.calls_to_return, care.appointments_to_settle, calendar.not_settled, casework.to_admit),
    Role.DIRECTOR: (
        safety.called_as_supervisor,
        oversight.overdue_tasks,
        care.holds,
        casework.referrals_waiting,
        signing.unsigned_by_person,
        signing.notes_to_cosign,
    ),
    Role.PRIVACY_OFFICER: (oversight.refusals, oversight.late_disclosures, oversight.ending_consents),
    Role.ADMINISTRATOR: (oversight.people_without_role, oversight.ending_roles, oversight.sign_ins),
}
"""What each role sees, in its order; whoever holds two roles sees both, each section once."""

FIGURES: dict[Role, tuple[Callable[[Scope], list[Figure]], ...]] = {
    Role.NURSE: (care.dosing_figures,),
    Role.DIRECTOR: (oversight.director_figures, lambda scope: [oversight.open_tasks_figure(scope)]),
    Role.ADMINISTRATOR: (oversight.machine_figures,),
}


def today_of(scope: Scope, roles: frozenset[str]) -> Today:
    """Return the page of somebody with these roles; the number of statements depends on the roles alone."""
    found = Today()
    held = [role for role in Role if role in roles]
    for find_figures in dict.fromkeys(find for role in held for find in FIGURES.get(role, ())):
        found.figures += find_figures(scope)
    for find in dict.fromkeys(find for role in held for find in SECTIONS[role]):
        found.sections.append(find(scope))
    return found
