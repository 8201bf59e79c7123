"""Fill a chart with as many of everything as a test wants."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from casemgr.core.directory.models import Organization
from casemgr.core.messaging.models import Message
from patients.consent.models import Consent, ConsentRecipient, ConsentScan, FundraisingChoice, HandedIn
from patients.diagnoses.models import Diagnosis, DiagnosisEntry, UseReport
from patients.disclosures.models import Disclosure
from patients.record.models import ContactPoint, Identifier, Patient
from patients.relations.models import TreatingRelationship
from patients.screenings.models import Assessment, Observation, QuestionnaireAnswers
from patients.toxicology.models import ToxicologyPanel, ToxicologyResult
from referrals.casework.models import Task
from referrals.referral.models import Referral
from tests.worlds import Clinic
from treatment_plans.appointments.models import Appointment
from treatment_plans.groups.models import GroupPlace, GroupSeries
from treatment_plans.inventory.models import Lot, Product, StockEntry
from treatment_plans.medication.models import Dose, MedicationStatement, Order
from treatment_plans.plan.models import Goal, Intervention, Objective, Plan, Problem
from treatment_plans.sessions.coping.models import CopingCard
from treatment_plans.sessions.models import Attendance, AttendanceGoal, Session

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def fill_chart(clinic: Clinic, patient: Patient, n: int) -> None:
    """Give a patient n of everything that a chart shows."""
    by = {"patient": patient, "recorded_at": clinic.now, "recorded_by": clinic.system}
    _facts(clinic, patient, n, by)
    goals = _plan(clinic, n, by)
    _medication(clinic, patient, n, by)
    _group(clinic, by)
    for i in range(n):
        starts = clinic.now - (i + 1) * DAY
        session = Session.objects.create(
            site=clinic.north, clinician=clinic.therapist, kind="individual", starts_at=starts, ends_at=starts + HOUR, **_written(clinic)
        )
        attendance = Attendance.objects.create(session=session, note=f"Note {i}", mood_in=3, mood_out=5, craving_in=6, craving_out=2, **by)
        AttendanceGoal.objects.create(attendance=attendance, goal=goals[i])
        CopingCard.objects.create(program=clinic.program, trigger=f"Payday {i}", helps="A walk", learned_in=session, **by)
        for when, state in ((clinic.now + (i + 1) * DAY, "booked"), (clinic.now - (i + 1) * DAY, "kept")):
            Appointment.objects.create(
                site=clinic.north, clinician=clinic.therapist, kind="individual", starts_at=when, ends_at=when + HOUR, state=state, **by
            )
        Task.objects.create(program=clinic.program, domain="housing", title=f"Task {i}", due_on=date(2026, 3, 1) + i * DAY, urgency=1, **by)
        partner = Organization.objects.create(name=f"Partner {patient.pk} {i}", kind="housing")
        Referral.objects.create(program=clinic.program, organization=partner, purpose="housing", service=f"Service {i}", **by)
        consent = Consent.objects.create(discloser=clinic.program, kind="specific", description=f"Consent {i}", **by)
        ConsentRecipient.objects.create(consent=consent, organization=partner)
        _papers(clinic, consent, partner, by)
        _outside(clinic, patient, i)


def _group(clinic: Clinic, by: dict) -> None:
    """Give a person a place in a group."""
    series = GroupSeries.objects.create(
        site=clinic.north, title="Evening group", begins_at=clinic.now.time(), starts_on=clinic.now.date(), **_written(clinic)
    )
    GroupPlace.objects.create(series=series, asked_on=clinic.now.date(), joined_on=clinic.now.date(), **by)


def _papers(clinic: Clinic, consent: Consent, partner: Organization, by: dict) -> None:
    """Keep what came along with a consent, and in which relation its recipient stands."""
    ConsentScan.objects.create(
        consent=consent, of="consent", media_type="application/pdf", size=1, sha256="0" * 64, content="eA==", **_written(clinic)
    )
    HandedIn.objects.create(consent=consent, organization=partner, at=clinic.now)
    TreatingRelationship.objects.create(organization=partner, capacity="program_helpers", since=date(2026, 1, 5), **by)
    FundraisingChoice.objects.get_or_create(patient=by["patient"], defaults=by)


def _outside(clinic: Clinic, patient: Patient, i: int) -> None:
    """Account for something that was told, and for something that was sent to the person."""
    Disclosure.objects.create(
        at=clinic.now,
        patient_id=patient.pk,
        recipient_id=1,
        recipient_name="Harbor House",
        purpose="housing",
        categories=["housing"],
        description=f"Told {i}",
        via="api",
        outcome="withheld",
        reason="no consent",
    )
    Message.objects.create(
        key=f"{patient.pk}-{i}", patient_id=patient.pk, channel="sms", template="appointment", queued_at=clinic.now, due_at=clinic.now
    )


def _written(clinic: Clinic) -> dict:
    return {"recorded_at": clinic.now, "recorded_by": clinic.system}


def _facts(clinic: Clinic, patient: Patient, n: int, by: dict) -> None:
    for i in range(n):
        diagnosis = Diagnosis.objects.create(axis="substance_use", code="F11.20", title=f"Diagnosis {i}", **by)
        DiagnosisEntry.objects.create(
            diagnosis=diagnosis, kind="recorded", certainty="provisional", course="active", code="F11.20", **_written(clinic)
        )
        UseReport.objects.create(substance="opioid", used_on=clinic.now.date(), source="told", **by)
        _specimen(clinic, by)
        Identifier.objects.create(kind="mrn", value=f"{patient.pk}-{i}", **by)
        ContactPoint.objects.create(kind="phone", value=f"555-01{i:02}", ok_to_call=True, **by)
        Observation.objects.create(kind="survey", code=f"{i}-1", title=f"Score {i}", observed_at=clinic.now, value_number=i, **by)
        QuestionnaireAnswers.objects.create(questionnaire=f"q{i}", title=f"Answers {i}", answered_at=clinic.now, **by)
        Assessment.objects.create(
            program=clinic.program, instrument="phq9", version="1.0", state="complete", started_at=clinic.now, completed_at=clinic.now,
            answers={str(k): i % 4 for k in range(1, 10)}, total=9 * (i % 4), band="mild", **by,
        )  # fmt: skip
        clinic.on_care_team(patient, clinic.hire("peer", clinic.north))


def _specimen(clinic: Clinic, by: dict) -> None:
    panel = ToxicologyPanel.objects.create(
        program=clinic.program, collected_at=clinic.now, resulted_at=clinic.now, is_unexpected=True, review_due_on=clinic.now.date(), **by
    )
    ToxicologyResult.objects.create(
        panel=panel, analyte="fentanyl", method="screen", outcome="positive", reads="unexpected_positive", **_written(clinic)
    )


def _plan(clinic: Clinic, n: int, by: dict) -> list[Goal]:
    plan = Plan.objects.create(program=clinic.program, state="active", starts_on=date(2026, 1, 5), review_on=date(2026, 4, 5), **by)
    written, goals = _written(clinic), []
    for i in range(n):
        problem = Problem.objects.create(plan=plan, axis="mental_health", title=f"Problem {i}", **written)
        goal = Goal.objects.create(problem=problem, words=f"Goal {i}", **written)
        Objective.objects.create(goal=goal, words=f"Objective {i}", **written)
        Intervention.objects.create(goal=goal, kind="cbt", **written)
        goals.append(goal)
    return goals


def shelf(clinic: Clinic) -> Lot:
    """Return a lot of methadone, made when there is none."""
    product, _made = Product.objects.get_or_create(
        rxnorm="991147", defaults={"name": "Methadone 10 mg/ml", "substance": "methadone", "form": "oral concentrate", "mg_per_ml": 10}
    )
    lot, _made = Lot.objects.get_or_create(
        product=product,
        site=clinic.north,
        number="L-1",
        defaults={"expires_on": date(2027, 1, 1), "remaining_mg": 100_000, **_written(clinic)},
    )
    return lot


def order_for(clinic: Clinic, patient: Patient, *, starts_on: date, ends_on: date | None = None, **facts: object) -> Order:
    """Write an order of methadone past all rules."""
    said = {"state": "active", "daily_mg": Decimal(60), "missed_counted_from": starts_on, **facts}
    return Order.objects.create(
        patient=patient,
        program=clinic.program,
        site=clinic.north,
        product=shelf(clinic).product,
        substance="methadone",
        starts_on=starts_on,
        ends_on=ends_on,
        prescriber=clinic.prescriber,
        **said,
        **_written(clinic),
    )


def dose_of(order: Order, clinic: Clinic, day: date, *, at: datetime | None = None) -> Dose:
    """Give a dose past all rules."""
    lot, at = shelf(clinic), at or clinic.now
    entry = StockEntry.objects.create(lot=lot, move="dispensed", change_mg=-order.daily_mg, remaining_mg=1, at=at, by=clinic.nurse)
    return Dose.objects.create(
        order=order,
        patient=order.patient,
        site=order.site,
        substance=order.substance,
        for_day=day,
        mg=order.daily_mg,
        lot=lot,
        stock_entry=entry,
        given_at=at,
        given_by=clinic.nurse,
        initials="NN",
    )


def _medication(clinic: Clinic, patient: Patient, n: int, by: dict) -> None:
    running = order_for(clinic, patient, starts_on=date(2026, 2, 1))
    for i in range(n):
        dose_of(running, clinic, date(2026, 3, 4) - i * DAY)
        MedicationStatement.objects.create(kind="ordered", code=str(i), title=f"Medication {i}", status="active", at=clinic.now, **by)
    for i in range(n - 1):
        day = date(2026, 1, 5) + i * DAY
        order_for(clinic, patient, starts_on=day, ends_on=day + DAY, state="ended")
