"""Invent people: who they are, what they live with, and how their time in care will go."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from casemgr.core.accounts.models import Site
from casemgr.demo.words import CHOSEN, FAMILY, GIVEN, MENTAL_HEALTH, PRONOUNS
from patients.episodes.models import Episode
from patients.record.models import Patient
from referrals.casework.models import Task
from referrals.referral.models import Referral
from treatment_plans.appointments.models import Appointment
from treatment_plans.medication.models import Order
from treatment_plans.plan.models import Goal

ON_METHADONE = 0.45
ON_BUPRENORPHINE = 0.1


@dataclass
class Course:
    """Hold the rows that a person's days have made so far."""

    patient: Patient
    episode: Episode
    site: Site
    goals: list[Goal] = field(default_factory=list)
    order: Order | None = None
    held_on: date | None = None
    meetings: dict[date, Appointment] = field(default_factory=dict)
    screened_on: date | None = None
    tasks: list[Task] | None = None
    referral: Referral | None = None


@dataclass
class Persona:
    """Hold one invented person and what will happen to them."""

    number: int
    given: str
    family: str
    chosen: str
    pronouns: str
    sex: str
    born: date
    language: str
    interpreter: bool
    phone: str
    email: str
    wants_reminders: bool
    unsafe_phone: bool
    has_address: bool
    admitted_on: date
    discharged_on: date | None
    discharge_reason: str
    substance: str
    target_mg: int
    misses: float
    crisis_on: date | None
    mental_health: tuple[str, str]
    homeless: bool
    housed_on: date | None
    jobless: bool
    in_group: int | None
    session_weekday: int
    session_hour: int
    every_weeks: int
    consents: bool
    housing_consent: bool
    began: Course | None = None

    @property
    def course(self) -> Course:
        """Return the rows of somebody who has arrived."""
        if self.began is None:
            raise LookupError("This person has not arrived yet.")
        return self.began


def invent(number: int, *, random: Random, first: date, today: date) -> Persona:
    """Invent one person whose care begins somewhere between the first day and today."""
    admitted, gone = _stay(random, first, today)
    stay = (today - admitted).days
    sex = random.choice(("female", "male", "male", "female", "other"))
    spanish = random.random() < 0.18
    homeless = random.random() < 0.3
    draw = random.random()
    substance = "methadone" if draw < ON_METHADONE else "buprenorphine" if draw < ON_METHADONE + ON_BUPRENORPHINE else ""
    phone = f"555-{random.randint(200, 999)}-{number:04d}" if random.random() > 0.08 else ""
    unsafe = bool(phone) and random.random() < 0.05
    return Persona(
        number=number,
        given=GIVEN[number * 7 % len(GIVEN)],
        family=FAMILY[(number * 13 + number // len(FAMILY)) % len(FAMILY)],
        chosen=random.choice(CHOSEN) if random.random() < 0.12 else "",
        pronouns=random.choice(PRONOUNS) if random.random() < 0.3 else "",
        sex=sex,
        born=date(today.year - random.randint(19, 68), random.randint(1, 12), random.randint(1, 28)),
        language="es" if spanish else "en",
        interpreter=spanish and random.random() < 0.4,
        phone=phone,
        email=f"person{number}@mail.test" if random.random() < 0.3 else "",
        wants_reminders=bool(phone) and not unsafe and random.random() < 0.7,
        unsafe_phone=unsafe,
        has_address=not homeless,
        admitted_on=admitted,
        discharged_on=gone,
        discharge_reason=random.choice(("1", "2", "2", "4", "5")) if gone else "",
        substance=substance,
        target_mg=random.choice((60, 70, 80, 90, 100, 120)) if substance == "methadone" else random.choice((8, 16, 16, 24)),
        misses=random.choice((0.01, 0.02, 0.03, 0.05, 0.1)),
        crisis_on=admitted + timedelta(days=random.randint(20, stay)) if stay > 30 and random.random() < 0.25 else None,
        mental_health=_mental_health(random),
        homeless=homeless,
        housed_on=admitted + timedelta(days=random.randint(30, 120)) if homeless and random.random() < 0.5 else None,
        jobless=random.random() < 0.5,
        in_group=random.randint(0, 1) if random.random() < 0.4 else None,
        session_weekday=random.randint(0, 4),
        session_hour=random.randint(9, 16),
        every_weeks=random.choice((1, 2, 2)),
        consents=random.random() < 0.6,
        housing_consent=homeless and random.random() < 0.7,
    )


def _stay(random: Random, first: date, today: date) -> tuple[date, date | None]:
    """Draw the day on which care begins and, for some, the day on which it ends."""
    days = (today - first).days
    admitted = first + timedelta(days=random.randint(0, 20) if random.random() < 0.38 else random.randint(0, max(days - 3, 1)))
    stay = (today - admitted).days
    leaves = stay > 40 and random.random() < 0.22
    return admitted, admitted + timedelta(days=random.randint(30, stay - 3)) if leaves else None


def _mental_health(random: Random) -> tuple[str, str]:
    """Draw a mental health diagnosis in the proportions of the table."""
    codes = [(code, words) for code, words, _share in MENTAL_HEALTH]
    return random.choices(codes, weights=[share for *_rest, share in MENTAL_HEALTH])[0]
