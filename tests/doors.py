"""Walk every route of the product and build what each needs, for the tests of who may go through which door."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Role
from casemgr.core.agreements.models import Agreement
from casemgr.core.deadlines.models import Clock
from casemgr.core.directory.models import Organization
from patients.accounting.models import Handout, RecordsRequest
from patients.compartments.models import RestrictedNote
from patients.complaints.models import Complaint
from patients.consent.models import Consent, ConsentRecipient, ConsentScan
from patients.diagnoses.models import Diagnosis
from patients.disclosures.bases.models import CourtOrder, EmergencyDisclosure
from patients.guarding.models import GlassBreak
from patients.health.naloxone.models import NaloxoneKit
from patients.incidents.models import Incident
from patients.inquiries.models import Inquiry, Triage, WaitlistPlace
from patients.merging.models import Merge, PossibleDuplicate
from patients.record.models import ContactPoint, Identifier, Patient
from patients.relations.models import TreatingRelationship
from patients.restrictions.models import Restriction
from patients.safety.models import SafetyCall, SafetyConcern, SafetyFollowUp, SafetyPlan, SafetySignal
from patients.screenings.models import Assessment
from patients.tablet.models import TabletLink
from patients.toxicology.models import ToxicologyPanel
from patients.transmissions.models import Transmission
from patients.world.models import Barrier, Strength
from referrals.casework.models import Task
from referrals.referral.models import Referral
from tests.worlds import Clinic
from treatment_plans.appointments.busy.models import BusyTime
from treatment_plans.appointments.models import Appointment
from treatment_plans.appointments.waitlist.models import WaitlistEntry
from treatment_plans.calendar.feed.models import CalendarFeed
from treatment_plans.calendar.feed.rules import fingerprint
from treatment_plans.counseling.actions import save_counseling_note, sign_counseling_note
from treatment_plans.counseling.models import CounselingOpening
from treatment_plans.family.models import CollateralNote, Participant
from treatment_plans.groups.models import GroupMeeting, GroupPlace, GroupSeries
from treatment_plans.inventory.models import Lot, Product
from treatment_plans.medication.models import Order
from treatment_plans.mutual_help.models import MeetingTold, MutualHelpMeeting
from treatment_plans.plan.models import Goal, Intervention, Objective, Plan, Problem
from treatment_plans.sessions.coping.models import CopingCard
from treatment_plans.sessions.models import Attendance, Session
from treatment_plans.sessions.writing.models import NotePolicy
from treatment_plans.signing.models import CosignRequest, Supervision

CANARY = "Zyxwvut"
COUNSELED = "Qxqzkvjw"
"""A word that stands in counseling notes and nowhere else in the world."""
TRAUMATIC = "Wxqvzfjk"
"""A word that stands in what was told of trauma; no page shows it unless somebody asks for that very compartment."""
TOLD_APART = "Jxzwqkvp"
"""A word that stands in what others told, and nowhere else in the world."""
UNKNOWN = 987_654_321
CHOSEN = {
    "entries": "appointments",
    "place": 1,
    "token": "nothing",
    "number": 1,
    "deed": "step",
    "code": "census",
    "verb": "finish",
    "purpose": "task",
    "step": "end",
    "work": "assess",
    "kind": "naloxone",
    "key": "group:nobody",
    "section": "strengths",
    "whose": "all",
    "scale": "wheel",
    "listed": "yoga",
    "hours_for": "clinic",
    "area": "paper_moving",
    "stated": "missing",
}
"""Arguments that choose what a page does and name no row."""

BY_PUBLIC_ID = {"patient", "other", "organization"}


@dataclass(frozen=True)
class Route:
    """Hold one route: its pattern, its full name, what it calls, and the names of its arguments."""

    pattern: str
    name: str
    callback: Any
    arguments: tuple[str, ...]

    @property
    def rights(self) -> tuple[str, ...]:
        """Return the rights that the page asks for; nothing when it is no page of ours."""
        return tuple(getattr(self.callback, "page_rights", ()))


def routes(patterns: list[Any] | None = None, prefix: str = "", spaces: tuple[str, ...] = ()) -> Iterator[Route]:
    """Yield every route that the resolver knows."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, pattern, (*spaces, entry.namespace) if entry.namespace else spaces)
        elif isinstance(entry, URLPattern):
            converters = tuple(getattr(entry.pattern, "converters", {}))
            outer = tuple(part.split(":")[-1].rstrip(">") for part in prefix.split("<")[1:] for part in [part.split(">")[0]])
            yield Route(pattern, ":".join((*spaces, entry.name or "")), entry.callback, tuple(dict.fromkeys((*outer, *converters))))


def unknown(arguments: tuple[str, ...]) -> dict[str, Any]:
    """Return arguments that name nothing."""
    return {name: CHOSEN.get(name) or (uuid.UUID(int=7) if name in BY_PUBLIC_ID else UNKNOWN) for name in arguments}


class Everything:
    """Make one person with one row of every kind, so that any route that names one of them can be opened."""

    def __init__(self, clinic: Clinic, site: Site, team: tuple[User, ...]) -> None:
        """Make all of it at this site, with this care team."""
        self.clinic, self.site, self.team = clinic, site, team
        self.patient = clinic.patient(site, team=team, given=CANARY, family=CANARY)
        self.stamp = {"recorded_at": clinic.now, "recorded_by": clinic.system}
        self.rows: dict[str, int] = {}
        self._record()
        self._treatment()
        self._casework()
        self._privacy()
        self._grounds()
        self._inside()
        self._safety()
        self._alike()
        self._world()
        self._groups()

    def arguments(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Return the arguments that lead a route to this person's rows."""
        public = {"patient": self.patient.public_id, "other": self.other.public_id, **CHOSEN}
        return {name: public[name] if name in public else self.rows[name.removesuffix("_id")] for name in names}

    def _record(self) -> None:
        patient: Patient = self.patient
        contact = ContactPoint.objects.create(patient=patient, kind="phone", value=f"{CANARY}-1", **self.stamp)
        identifier = Identifier.objects.create(patient=patient, kind="mrn", value=f"{CANARY}-{patient.pk}", **self.stamp)
        diagnosis = Diagnosis.objects.create(patient=patient, axis="substance_use", code="F11.20", title=CANARY, **self.stamp)
        assessment = Assessment.objects.create(
            patient=patient, program=self.clinic.program, instrument="phq9", version="1.0", started_at=self.clinic.now, **self.stamp
        )  # fmt: skip
        kit = NaloxoneKit.objects.create(patient=patient, program=self.clinic.program, given_on=self.clinic.now.date(), **self.stamp)
        partner = Organization.objects.create(name=f"{CANARY} Homes {patient.pk}", kind="housing")
        consent = Consent.objects.create(
            patient=patient,
            discloser=self.clinic.program,
            kind="specific",
            purposes=["housing"],
            categories=["demographics"],
            description=CANARY,
            **self.stamp,
        )
        ConsentRecipient.objects.create(consent=consent, organization=partner)
        self.rows |= {
            "contact": contact.pk,
            "identifier": identifier.pk,
            "assessment": assessment.pk,
            "link": self._tablet(assessment).pk,
            "diagnosis": diagnosis.pk,
            "fact": kit.pk,
            "panel": self._specimen().pk,
            "consent": consent.pk,
            "scan": self._scan(consent),
            "relationship": self._relationship(partner),
            "organization": partner.pk,
            "episode": patient.episodes.get().pk,
            "asked": self._asked().pk,
            "inquiry": self._inquiry(),
            "handout": self._handout().pk,
            "member": member.pk if (member := patient.care_team.first()) else UNKNOWN,
        }

    def _inquiry(self) -> int:
        at = self.clinic.now
        inquiry = Inquiry.objects.create(
            patient=self.patient, program=self.clinic.program, site=self.site, asker="person", received_at=at, call_by=at,
            given_name=CANARY, family_name=CANARY, words=CANARY, call_back=CANARY, **self.stamp,
        )  # fmt: skip
        Triage.objects.create(inquiry=inquiry, asked_at=at, suicidal="no", done_words=CANARY, **self.stamp)
        WaitlistPlace.objects.create(inquiry=inquiry, program=self.clinic.program, site=self.site, joined_on=at.date(), **self.stamp)
        return inquiry.pk

    def _tablet(self, assessment: Assessment) -> TabletLink:
        common = {"patient": self.patient, "program": self.clinic.program, **self.stamp}
        return TabletLink.objects.create(assessments=[assessment.pk], expires_at=timezone.now() + timedelta(hours=1), **common)

    def _specimen(self) -> ToxicologyPanel:
        at = self.clinic.now
        common = {"patient": self.patient, "program": self.clinic.program, **self.stamp}
        return ToxicologyPanel.objects.create(
            collected_at=at, resulted_at=at, is_unexpected=True, review_due_on=at.date(), remark=CANARY, **common
        )

    def _asked(self) -> RecordsRequest:
        day: date = self.clinic.now.date()
        common = {"patient": self.patient, "program": self.clinic.program, **self.stamp}
        return RecordsRequest.objects.create(
            kind="accounting", received_on=day, asked_how="mail", wishes=CANARY, period_from=day, period_to=day, is_free=True,
            due_on=day + timedelta(days=60), **common,
        )  # fmt: skip

    def _handout(self) -> Handout:
        day: date = self.clinic.now.date()
        return Handout.objects.create(
            patient=self.patient, program=self.clinic.program, kind="accounting", regime="part2", paper_form="pdf", language="en",
            period_from=day, period_to=day, disclosures=[], sha256="0" * 64, handed_at=self.clinic.now,
            handed_by_id=self.clinic.system.pk, handed_by_name=CANARY,
        )  # fmt: skip

    def _scan(self, consent: Consent) -> int:
        scan = ConsentScan.objects.create(
            consent=consent, of="consent", media_type="application/pdf", size=5, sha256="0" * 64, content="JVBERi0=", **self.stamp
        )
        return scan.pk

    def _relationship(self, partner: Organization) -> int:
        relation = TreatingRelationship.objects.create(
            patient=self.patient, organization=partner, capacity="program_helpers", since=self.clinic.now.date(), **self.stamp
        )
        return relation.pk

    def _treatment(self) -> None:
        patient, at, stamp = self.patient, self.clinic.now, self.stamp
        day: date = at.date()
        plan = Plan.objects.create(patient=patient, program=self.clinic.program, starts_on=day, review_on=day, strengths=CANARY, **stamp)
        problem = Problem.objects.create(plan=plan, axis="substance_use", title=CANARY, **stamp)
        goal = Goal.objects.create(problem=problem, words=CANARY, **stamp)
        objective = Objective.objects.create(goal=goal, words=CANARY, **stamp)
        intervention = Intervention.objects.create(goal=goal, kind="cbt", description=CANARY, **stamp)
        product, _ = Product.objects.get_or_create(
            rxnorm="991147", defaults={"name": "Methadone", "substance": "methadone", "form": "oral", "mg_per_ml": Decimal(10)}
        )
        lot = Lot.objects.create(
            product=product,
            site=self.site,
            number=f"{CANARY}{patient.pk}",
            expires_on=day + timedelta(days=400),
            remaining_mg=Decimal(1000),
            **stamp,
        )
        order = Order.objects.create(
            patient=patient,
            program=self.clinic.program,
            site=self.site,
            product=product,
            substance="methadone",
            daily_mg=Decimal(60),
            starts_on=day,
            missed_counted_from=day,
            prescriber=self.clinic.prescriber,
            instructions=CANARY,
            **stamp,
        )
        hours = {"starts_at": at, "ends_at": at + timedelta(hours=1)}
        clinician = next((user for user in self.team if "therapist" in user.role_codes), self.clinic.therapist)
        appointment = Appointment.objects.create(
            patient=patient, site=self.site, clinician=clinician, kind="individual", note=CANARY, **hours, **stamp
        )
        waiting = WaitlistEntry.objects.create(patient=patient, program=self.clinic.program, kind="individual", note=CANARY, **stamp)
        busy = BusyTime.objects.create(
            patient=patient, program=self.clinic.program, reason="work", weekdays=[1], starts=time(8), ends=time(9), since=day, **stamp
        )
        CalendarFeed.objects.get_or_create(
            fingerprint=fingerprint(CHOSEN["token"]), defaults={"user": self.clinic.therapist, "opened_at": at}
        )
        session = Session.objects.create(site=self.site, clinician=clinician, kind="individual", shared_text=CANARY, **hours, **stamp)
        attendance = Attendance.objects.create(session=session, patient=patient, note=CANARY, **stamp)
        card = CopingCard.objects.create(patient=patient, program=self.clinic.program, trigger=CANARY, helps=CANARY, **stamp)
        policy, _made = NotePolicy.objects.get_or_create(program=self.clinic.program, kind="", defaults=stamp)
        note = save_counseling_note(attendance=attendance, body=f"I wonder about {COUNSELED}.", by=clinician, at=at)
        sign_counseling_note(note=note, by=clinician, at=at)
        self.rows |= {
            "plan": plan.pk,
            "problem": problem.pk,
            "goal": goal.pk,
            "objective": objective.pk,
            "intervention": intervention.pk,
            "lot": lot.pk,
            "order": order.pk,
            "appointment": appointment.pk,
            "entry": waiting.pk,
            "busy": busy.pk,
            "session": session.pk,
            "attendance": attendance.pk,
            **self._others(attendance),
            "coping_card": card.pk,
            "note_policy": policy.pk,
        }
        self._signed(clinician, hours)

    def _signed(self, clinician: User, hours: dict[str, Any]) -> None:
        """Let a signed note of this clinician's wait for a supervisor: the prescriber supervises the therapist of one's own people."""
        by = {"recorded_at": self.clinic.now, "recorded_by": self.clinic.system}
        session = Session.objects.create(site=self.site, clinician=clinician, kind="crisis", shared_text=CANARY, **hours, **by)
        note = Attendance.objects.create(
            session=session, patient=self.patient, note=CANARY, signed_at=self.clinic.now, signed_by=clinician, **by
        )
        program = self.clinic.program
        asked = CosignRequest.objects.create(attendance=note, program=program, author=clinician, because="trainee", **by)
        is_ours = clinician == self.clinic.therapist
        supervisor = self.clinic.prescriber if is_ours else self.clinic.hire(Role.PRESCRIBER, self.site)
        supervision, _new = Supervision.objects.get_or_create(
            program=program, clinician=clinician, supervisor=supervisor, defaults={"starts_on": date(2026, 1, 1), **by}
        )
        self.rows |= {"cosigning": asked.pk, "supervision": supervision.pk}

    def _others(self, attendance: Attendance) -> dict[str, int]:
        """Know of somebody who took part, of what somebody else told, and of mutual help."""
        common = {"program": self.clinic.program, **self.stamp}
        participant = Participant.objects.create(
            attendance=attendance, organization_id=self.rows["organization"], name=CANARY, relation=CANARY,
            consent_id=self.rows["consent"], scope=["plan"], **self.stamp,
        )  # fmt: skip
        CollateralNote.objects.create(
            patient=self.patient, informant=CANARY, how="phone", heard_at=self.clinic.now, body=TOLD_APART, **common
        )
        meeting = MutualHelpMeeting.objects.create(
            fellowship="dra", name="Noon", weekday=1, starts="12:00", place="Elm Street", checked_on=self.clinic.now.date(), **common
        )
        told = MeetingTold.objects.create(patient=self.patient, fellowship="dra", went_on=self.clinic.now.date(), words=CANARY, **common)
        return {"participant": participant.pk, "mutual_meeting": meeting.pk, "told": told.pk}

    def _groups(self) -> None:
        """Give this person a place in a group whose first meeting is over."""
        at = self.clinic.now
        facts = {"begins_at": time(17), "starts_on": at.date()}
        series = GroupSeries.objects.create(site=self.site, title="Evening group", **facts, **self.stamp)
        common = {"series": series, **self.stamp}
        meeting = GroupMeeting.objects.create(starts_at=at - timedelta(hours=2), ends_at=at - timedelta(hours=1), **common)
        joined = {"asked_on": at.date(), "joined_on": at.date(), "over_capacity_why": CANARY}
        place = GroupPlace.objects.create(patient=self.patient, **joined, **common)
        self.rows |= {"group": series.pk, "group_meeting": meeting.pk, "group_place": place.pk}

    def _alike(self) -> None:
        """Know of a second record that may be this person's, and of one that was merged into this one."""
        program = self.clinic.program
        self.other = self.clinic.patient(self.site, team=self.team, given=CANARY, family=CANARY)
        gone = Patient.objects.create(given_name=CANARY, registered_site=self.site, merged_into=self.patient, **self.stamp)
        pair = PossibleDuplicate.objects.create(
            first=self.patient, second=self.other, score=60, reasons=["same_name"], found_at=self.clinic.now
        )
        merge = Merge.objects.create(program=program, survivor=self.patient, merged=gone, reason=CANARY, **self.stamp)
        self.rows |= {"pair": pair.pk, "merge": merge.pk}

    def _inside(self) -> None:
        """Break the glass on this person's chart, and open counseling notes on them, so that there is something to review."""
        common = {"patient": self.patient, "program": self.clinic.program}
        until = timezone.now() + timedelta(minutes=30)
        by = {"recorded_at": until - timedelta(minutes=60), "recorded_by": self.clinic.nurse}
        glass = GlassBreak.objects.create(kind="internal", reason="safety", words=CANARY, closes_at=until, **common, **by)
        opened = {"originator": self.clinic.therapist, "reader": self._reader(), "basis": "training", "words": CANARY}
        opening = CounselingOpening.objects.create(closes_at=until, **opened, **common, **by)
        self.rows |= {"glass": glass.pk, "opening": opening.pk}

    def _reader(self) -> User:
        """Return to whom notes of this person were opened: the case manager where they care for the person, else somebody of the site."""
        ours = self.clinic.case_manager
        return ours if not self.team or ours in self.team else self.clinic.hire(Role.CASE_MANAGER, self.site)

    def _world(self) -> None:
        common = {"patient": self.patient, "program": self.clinic.program, **self.stamp}
        strength = Strength.objects.create(words=CANARY, **common)
        RestrictedNote.objects.create(compartment="trauma", body=f"About {TRAUMATIC}", **common)
        barrier = Barrier.objects.create(kind="transport", words=CANARY, **common)
        self.rows |= {"world_fact": strength.pk, "barrier": barrier.pk}

    def _casework(self) -> None:
        common = {"patient": self.patient, "program": self.clinic.program, **self.stamp}
        task = Task.objects.create(domain="housing", title=CANARY, due_on=self.clinic.now.date(), **common)
        partner = Organization.objects.get(pk=self.rows["organization"])
        referral = Referral.objects.create(organization=partner, purpose="housing", service=CANARY, **common)
        transmission = Transmission.objects.create(
            patient=self.patient,
            program=self.clinic.program,
            recipient=partner,
            purpose="housing",
            categories=["demographics"],
            description=CANARY,
            via="email",
            format="pdf",
            requested_by=self.clinic.system,
            requested_at=self.clinic.now,
            due_at=self.clinic.now,
        )
        self.rows |= {"task": task.pk, "referral": referral.pk, "transmission": transmission.pk}

    def _privacy(self) -> None:
        day, program = self.clinic.now.date(), self.clinic.program
        here = {"program": program, "site": self.site, "words": CANARY, **self.stamp}
        complaint = Complaint.objects.create(
            patient=self.patient, from_whom="patient", name=CANARY, about="seen", received_on=day, received_how="phone", **here
        )
        incident = Incident.objects.create(kind="lost", discovered_on=day, **here)
        agreement = Agreement.objects.create(
            program=program,
            organization_id=self.rows["organization"],
            kind="baa",
            services="Laundry",
            signed_on=day,
            expires_on=day + timedelta(days=4000),
            **self.stamp,
        )
        clock = Clock.objects.create(
            kind="access",
            program=program,
            patient_id=self.patient.pk,
            subject=f"patients.patient:{self.patient.pk}",
            started_on=day,
            due_on=day,
            ends_on=day,
            rules_version="2026-11",
            started_at=self.clinic.now,
        )
        self.rows |= {"complaint": complaint.pk, "incident": incident.pk, "agreement": agreement.pk, "clock": clock.pk}

    def _safety(self) -> None:
        common = {"patient": self.patient, "program": self.clinic.program, **self.stamp}
        day: date = self.clinic.now.date()
        concern = SafetyConcern.objects.create(source="observation", level=4, opened_at=self.clinic.now, **common)
        SafetySignal.objects.create(concern=concern, source="observation", level=4, words=CANARY, **self.stamp)
        SafetyCall.objects.create(concern=concern, user=self.clinic.system, called_as="site", **self.stamp)
        follow_up = SafetyFollowUp.objects.create(concern=concern, due_on=day, **common)
        steps = {"warning_signs": CANARY, "own_ways": CANARY, "safer_place": CANARY}
        plan = SafetyPlan.objects.create(version=1, **steps, **common)
        self.rows |= {"concern": concern.pk, "follow_up": follow_up.pk, "safety_plan": plan.pk}

    def _grounds(self) -> None:
        common = {"patient": self.patient, "program": self.clinic.program, **self.stamp}
        at = self.clinic.now
        restriction = Restriction.objects.create(
            asked_on=at.date(), asked_by=CANARY, to_whom="anybody", purposes=["treatment"], words=CANARY, **common
        )
        emergency = EmergencyDisclosure.objects.create(
            recipient_name=CANARY,
            recipient_facility=CANARY,
            profession="doctor",
            disclosed_by=self.clinic.nurse,
            disclosed_at=at,
            nature=CANARY,
            no_consent_because="cannot_be_had",
            categories=["medications"],
            **common,
        )
        order = CourtOrder.objects.create(court=CANARY, case_number=CANARY, **common)
        self.rows |= {"restriction": restriction.pk, "emergency": emergency.pk, "court_order": order.pk}
