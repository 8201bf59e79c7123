"""Know the health of the people in the demo clinic: allergies, other medication, naloxone, overdoses and the rest."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from casemgr.core.accounts.rules import Role
from casemgr.demo.life import Life
from casemgr.demo.people import Persona
from patients.health.allergies.actions import note_allergies_asked, record_allergy
from patients.health.education.actions import record_education
from patients.health.heart.actions import record_electrocardiogram
from patients.health.infections.actions import record_infection_test, record_vaccination
from patients.health.medications.actions import list_other_medication, reconcile_medications
from patients.health.naloxone.actions import give_naloxone
from patients.health.overdoses.actions import note_contact_after_overdose, record_overdose
from patients.health.pain.actions import plan_pain_step, record_pain, score_pain
from patients.health.pregnancy.actions import record_pregnancy

ALLERGIES: tuple[Mapping[str, Any], ...] = (
    {"substance": "Penicillin", "reaction": "Hives and swelling", "severity": "severe", "criticality": "high", "certainty": "confirmed"},
    {"substance": "Latex", "category": "environment", "reaction": "Rash", "severity": "mild"},
    {"substance": "Sulfamethoxazole", "reaction": "Rash", "severity": "moderate", "certainty": "confirmed"},
    {"substance": "Peanut", "category": "food", "reaction": "Swelling of the lips", "severity": "moderate"},
)
MEDICATIONS: tuple[Mapping[str, Any], ...] = (
    {"name": "Sertraline", "dose_words": "100 mg in the morning", "why": "Depression", "adherence": "as_prescribed", "source": "container"},
    {"name": "Prazosin", "dose_words": "2 mg at bedtime", "why": "Nightmares", "adherence": "sometimes_missed"},
    {"name": "Clonazepam", "dose_words": "0.5 mg twice a day", "why": "Panic", "prescriber_name": "Dr. Whitfield", "source": "monitoring"},
    {"name": "Citalopram", "dose_words": "20 mg once a day", "why": "Anxiety", "source": "pharmacy"},
    {"name": "Quetiapine", "dose_words": "50 mg at night", "why": "Bipolar disorder", "side_effects": "Tired in the morning"},
    {"name": "Albuterol inhaler", "group": "physical", "dose_words": "2 puffs when needed", "why": "Asthma"},
)
LONG_AGO = 400
EVERY_KIT, EVERY_LIST, EVERY_TEST, EVERY_TALK = 2, 4, 4, 5
"""Of how many people one has a kit, a list of medication, tests, a talk: few enough to be made in a second."""


class Writer:
    """Write facts of one person as the nurse of their site would."""

    def __init__(self, life: Life, person: Persona) -> None:
        """Know whose facts they are, and who writes them."""
        self.life, self.person = life, person
        self.today = life.today
        nurse = life.clinic.of_role(Role.NURSE, life.site_number(person))[0]
        self.nurse = nurse
        self.by: dict[str, Any] = {"by": nurse, "at": life.until}

    def __call__(self, verb: Callable[..., Any], **facts: Any) -> Any:
        """Let the nurse write this down."""
        return verb(patient=self.person.course.patient, program=self.life.clinic.program, **facts, **self.by)

    def ago(self, days: int) -> Any:
        """Return the day that lies so many days back."""
        return self.today - timedelta(days=days)


def know_health(life: Life) -> None:
    """Write all of it, through the verbs, at the end of the story; chance has no part in it."""
    for number, person in enumerate(life.in_care):
        write = Writer(life, person)
        _protect(write, number)
        if number % EVERY_LIST == 1:
            _list(write, number)
        if number % EVERY_TEST == 2:
            _test(write, number)
        if number % EVERY_TALK == 3:
            language = "es" if person.course.patient.language == "es" else "en"
            facts = {"topic": ("overdose", "cycle", "sleep")[number % 3], "teach_back": ("said_back", "in_part")[number % 2]}
            write(record_education, language=language, given_on=write.ago(number % 40), given_by=write.nurse.full_name, **facts)
    for number, person in enumerate(life.in_care[::9][:6]):
        _happen(Writer(life, person), number)
    for person in [one for one in life.in_care if one.sex == "female"][:2]:
        write = Writer(life, person)
        facts = {"status": "pregnant", "known_by": "test_here", "prenatal_care": "referred"}
        write(record_pregnancy, noted_on=write.ago(9), due_on=write.ago(-180), **facts)


def _protect(write: Writer, number: int) -> None:
    """Give naloxone to some, of which a few kits have expired, and ask about allergies."""
    if number % EVERY_KIT == 0:
        days = LONG_AGO if number % 12 == 4 else 30 + number
        until = write.ago(10) if number % 12 == 4 else write.ago(-600)
        write(give_naloxone, given_on=write.ago(days), expires_on=until, lot=f"NX{4100 + number}", training="shown_back")
    if number % 6 == 5:
        write(record_allergy, **ALLERGIES[number // 6 % len(ALLERGIES)])
    elif number % 3 == 0:
        write(note_allergies_asked, asked_on=write.ago(number % 60), answer="none_known")


def _list(write: Writer, number: int) -> None:
    """List what somebody takes, and compare the list with somebody else's, for most of them of late."""
    write(list_other_medication, since=write.ago(200), **MEDICATIONS[number // EVERY_LIST % len(MEDICATIONS)])
    if number % 8 == 1:
        write(list_other_medication, **MEDICATIONS[5])
    ago = 45 if number % 3 == 0 else 12
    write(reconcile_medications, done_on=write.ago(ago), compared_with=["person", "pharmacy"], finding="same")


def _test(write: Writer, number: int) -> None:
    """Test for infections; hepatitis C is found in some, and the way into care begins."""
    found = number % 3 == 0
    care = {"linkage": "in_care", "linked_on": write.ago(20)} if found else {}
    write(record_infection_test, infection="hcv", result="positive" if found else "negative", tested_on=write.ago(60), **care)
    write(record_infection_test, infection="hiv", result="negative", tested_on=write.ago(60))
    if number % 8 == 2:
        write(record_vaccination, vaccine="hepatitis_b", given_on=write.ago(30), dose_number=1)


def _happen(write: Writer, number: int) -> None:
    """Tell the harder part of some lives: an overdose, a long QTc, pain that began with an injury."""
    facts: dict[str, Any] = {"substances": ["fentanyl"], "naloxone_doses": 2, "naloxone_by": "bystander", "hospital": "emergency"}
    overdose = write(record_overdose, happened_on=write.ago(3 + 40 * number), place="home", alone=("no", "yes")[number % 2], **facts)
    if number:
        note_contact_after_overdose(
            overdose=overdose, contacted_on=write.ago(1), words="Spoke at the window; wants a kit for the sister too.", **write.by
        )
    write(record_electrocardiogram, taken_on=write.ago(50), qtc_ms=(428, 462, 507)[number % 3], words="Read by the cardiologist on call.")
    if number % 2 == 0:
        hurt = {"origin": "work_injury", "work_words": "Roofing", "first_opioid_prescriber": "Emergency room"}
        write(record_pain, site="Lower back", since=write.ago(4000), injured_on=write.ago(4000), **hurt)
        for ago, score in ((120, "7.3"), (60, "6.0"), (5, "4.7")):
            write(score_pain, scored_on=write.ago(ago), score=Decimal(score))
        write(plan_pain_step, relief="physical_therapy", words="Tuesdays at the hospital", since=write.ago(90), helped="somewhat")
