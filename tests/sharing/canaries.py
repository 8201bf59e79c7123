"""Fill one person's record so that every part of it holds a word that stands nowhere else: whatever leaks can be told by its part."""

from datetime import date, timedelta
from typing import Any

from casemgr.core.accounts.models import Program
from patients.compartments.models import Compartment, RestrictedNote
from patients.diagnoses.models import Diagnosis
from patients.health.allergies.models import Allergy
from patients.health.infections.models import InfectionTest
from patients.health.overdoses.models import Overdose
from patients.health.pregnancy.models import Pregnancy
from patients.record.models import ContactPoint, Patient
from patients.screenings.models import Observation, QuestionnaireAnswers
from referrals.casework.models import Task
from tests.charts import order_for
from tests.worlds import Clinic
from treatment_plans.appointments.models import Appointment
from treatment_plans.counseling.models import CounselingNote
from treatment_plans.plan.models import Goal, Intervention, Objective, Plan, Problem
from treatment_plans.sessions.models import Attendance, Session

CANARIES = {
    "demographics": "Kwarrobel",
    "contact": "Kwinter",
    "medications": "Kwizzard",
    "diagnoses": "Kwagmire",
    "plan": "Kwillow",
    "appointments": "Kwartzite",
    "screenings": "Kwibble",
    "sessions": "Kwenchless",
    "housing": "Kwillinder",
    "employment": "Kwestor",
    "health": "Kwillfeather",
    "infections": "Kwenstable",
    "pregnancy": "Kwarterdale",
    "counseling_notes": "Kwaverlance",
    "trauma": "Kwicksand",
    "legal": "Kwittance",
    "partner_violence": "Kwellstone",
}
"""The word that stands in each part, and in no other."""

PROTECTED = ("infections", "pregnancy", "counseling_notes", "trauma", "legal", "partner_violence")
"""The parts that nothing tells unless they are asked for by name."""

MESSAGE = "Kwepistle"
"""The word in what somebody wrote in a referral: it leaves only together with all parts that the referral tells."""

NEVER = "Kwnevertold"
"""The word in what no part tells: drafts, what was ruled out, what staff wrote beside it, what a group did, an unsafe number."""


def fill(clinic: Clinic, patient: Patient, *, program: Program | None = None) -> None:
    """Put the word of each part into this person's record of one program."""
    program = program or clinic.program
    by: dict[str, Any] = {"patient": patient, "recorded_at": clinic.now, "recorded_by": clinic.system}
    _facts(clinic, by)
    _plan(clinic, program, by)
    _meetings(clinic, by)
    order = order_for(clinic, patient, starts_on=date(2026, 2, 1), instructions=NEVER)
    type(order.product).objects.filter(pk=order.product_id).update(name=CANARIES["medications"])
    _protected(clinic, program, by)
    _health(program, by)
    for domain, part in (("housing", "housing"), ("employment", "employment"), ("benefits", "employment"), ("legal", "")):
        title = CANARIES.get(part, NEVER)
        Task.objects.create(program=program, domain=domain, title=title, detail=NEVER, due_on=date(2026, 3, 9), **by)


def _protected(clinic: Clinic, program: Program, by: dict[str, Any]) -> None:
    for part in Compartment.values:
        RestrictedNote.objects.create(program=program, compartment=part, body=CANARIES[part], **by)
    session = Session.objects.get(attendances__patient=by["patient"], attendances__signed_at__isnull=False)
    for author, body, signed_at in ((clinic.therapist, CANARIES["counseling_notes"], clinic.now), (clinic.peer, NEVER, None)):
        note = {"session": session, "program": program, "body": body, "signed_at": signed_at}
        CounselingNote.objects.create(**note, **(by | {"recorded_by": author}))


def _health(program: Program, by: dict[str, Any]) -> None:
    """Put the words of health where they are told, and what is never told beside them."""
    day = by["recorded_at"].date()
    of = {"program": program, **by}
    for words, wrong in ((CANARIES["health"], ""), (NEVER, "of somebody else")):
        Allergy.objects.create(substance=words, remark=NEVER, in_error_why=wrong, **of)
    Overdose.objects.create(happened_on=day, words=NEVER, contact_words=NEVER, **of)
    InfectionTest.objects.create(infection="hiv", result="positive", tested_on=day, test=CANARIES["infections"], remark=NEVER, **of)
    Pregnancy.objects.create(status="pregnant", noted_on=day, prenatal_words=CANARIES["pregnancy"], remark=NEVER, **of)


def words_in(text: str) -> set[str]:
    """Return the parts of the record whose word stands in a text."""
    return {part for part, word in CANARIES.items() if word in text}


def _facts(clinic: Clinic, by: dict[str, Any]) -> None:
    ContactPoint.objects.create(kind="email", value=f"{CANARIES['contact']}@mail.test", ok_to_call=True, **by)
    ContactPoint.objects.create(kind="phone", value=NEVER, is_unsafe=True, **by)
    Diagnosis.objects.create(axis="substance_use", code="F11.20", title=CANARIES["diagnoses"], basis=NEVER, **by)
    Diagnosis.objects.create(axis="mental_health", code="F20.0", title=NEVER, certainty="refuted", basis=NEVER, **by)
    Observation.objects.create(kind="survey", code="1-1", title=CANARIES["screenings"], observed_at=clinic.now, value_number=7, **by)
    Observation.objects.create(kind="survey", code="1-2", title=NEVER, observed_at=clinic.now, status="entered-in-error", **by)
    QuestionnaireAnswers.objects.create(
        questionnaire="q", title=CANARIES["screenings"], answered_at=clinic.now, total=4, answers=[NEVER], **by
    )


def _plan(clinic: Clinic, program: Program, by: dict[str, Any]) -> None:
    written = {"recorded_at": clinic.now, "recorded_by": clinic.system}
    day = date(2026, 1, 5)
    plan = Plan.objects.create(program=program, state="active", starts_on=day, review_on=date(2026, 4, 5), strengths="Patience", **by)
    problem = Problem.objects.create(plan=plan, axis="mental_health", title=CANARIES["plan"], **written)
    goal = Goal.objects.create(problem=problem, words="To sleep", **written)
    Objective.objects.create(goal=goal, words="To bed at ten", measure="Diary", **written)
    Intervention.objects.create(goal=goal, kind="cbt", description="Sleep", frequency="weekly", **written)


def _meetings(clinic: Clinic, by: dict[str, Any]) -> None:
    starts, hour = clinic.now - timedelta(days=1), timedelta(hours=1)
    where = {"site": clinic.north, "kind": "individual", "starts_at": starts, "ends_at": starts + hour}
    clinician = clinic.hire("therapist", clinic.north)
    type(clinician).objects.filter(pk=clinician.pk).update(full_name=CANARIES["appointments"])
    Appointment.objects.create(clinician=clinician, note=NEVER, **where, **by)
    written = {"recorded_at": clinic.now, "recorded_by": clinic.system}
    for note, signed_at in ((CANARIES["sessions"], clinic.now), (NEVER, None)):
        session = Session.objects.create(clinician=clinic.therapist, shared_text=NEVER, **where, **written)
        signer = clinic.therapist if signed_at else None
        Attendance.objects.create(session=session, note=note, signed_at=signed_at, signed_by=signer, **by)
