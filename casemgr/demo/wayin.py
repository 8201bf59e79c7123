"""Let people ask for help at the demo clinic, wait, come in, and leave with what they need."""

from datetime import date, datetime, timedelta
from typing import Any

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Role
from casemgr.demo.life import Life
from casemgr.demo.people import Course, Persona
from patients.episodes.actions import record_admission_facts
from patients.episodes.rules import Told
from patients.inquiries.actions import (
    link_inquiry,
    note_inquiry_step,
    put_on_waitlist,
    record_screening_visit,
    register_from_inquiry,
    take_inquiry,
)
from patients.inquiries.models import Inquiry
from patients.record.models import Patient

NOT_ASKED_EVERY = 7
"""One in so many admissions still lacks what the state asks."""

WAITING: tuple[tuple[int, dict[str, Any], dict[str, str]], ...] = (
    (
        19,
        {"given_name": "Dana", "family_name": "Okafor", "asks_for": "medication", "words": "Wants to begin before the baby comes.",
         "call_back": "555-301-1188", "may_text": True, "best_time": "Mornings", "birth_date": date(1996, 5, 17)},
        {"pregnant": "yes", "injects": "no", "overdosed": "no", "suicidal": "no", "has_naloxone": "no"},
    ),
    (
        9,
        {"given_name": "Luis", "family_name": "Ybarra", "asks_for": "medication", "words": "Se inyecta; busca ayuda desde hace un mes.",
         "call_back": "555-302-2214", "call_back_whose": "Sister", "language": "es", "birth_date": date(1988, 11, 2)},
        {"injects": "yes", "overdosed": "no", "suicidal": "no", "uses_alone": "yes", "has_naloxone": "no"},
    ),
    (
        23,
        {"given_name": "Ruth", "family_name": "Abernathy", "asks_for": "counseling",
         "words": "Panic attacks, and oxycodone since the accident.",
         "call_back": "555-303-4471", "may_leave_message": True, "birth_date": date(1971, 3, 30)},
        {"injects": "no", "suicidal": "no", "overdosed": "no", "has_naloxone": "yes"},
    ),
)  # fmt: skip
"""Who waits for a place: days before today, what was said, what was answered."""

CALLS: tuple[tuple[int, dict[str, Any], dict[str, str]], ...] = (
    (
        2,
        {"asker": "family", "asker_name": "The mother", "given_name": "Kyle", "asks_for": "medication", "call_back": "555-310-9090",
         "call_back_whose": "Mother", "say_nothing": True, "best_time": "After six, when the father is at work",
         "words": "Found him blue in the bathroom on Sunday; a neighbor had naloxone. He says he would come."},
        {"overdosed": "yes", "uses_alone": "yes", "has_naloxone": "no"},
    ),
    (
        5,
        {"asker": "court", "asker_name": "Probation office, second floor", "given_name": "Trent", "family_name": "Vale",
         "asks_for": "counseling", "call_back": "555-311-2020", "may_leave_message": True,
         "words": "Asks whether there is a place; letter follows."},
        {},
    ),
    (
        26,
        {"asker": "person", "came_by": "walk_in", "asks_for": "information", "words": "Did not want to give a name. Asked what it costs."},
        {"suicidal": "no", "overdosed": "no"},
    ),
    (
        30,
        {"asker": "provider", "asker_name": "St. Anne Hospital, discharge desk", "given_name": "Marisol", "family_name": "Quint",
         "asks_for": "return", "call_back": "555-312-7788", "may_text": True, "birth_date": date(1990, 8, 8),
         "words": "Leaves the ward on Friday, started on buprenorphine there."},
        {"overdosed": "no", "suicidal": "no", "injects": "no"},
    ),
)  # fmt: skip
"""Who is to be called back: hours before now, what was said, what was answered."""


def ask_for_help(life: Life, person: Persona, patient: Patient, by: User, at: datetime) -> None:
    """Write down what one person in four had asked for some days before they came; their wait begins with it."""
    if person.number % 4:
        return
    asked = at - timedelta(days=person.number % 12)
    facts: dict[str, Any] = {"given_name": person.given, "family_name": person.family, "birth_date": person.born, "asks_for": "medication"}
    inquiry = take_inquiry(
        site=life.clinic.sites[life.site_number(person)], asker="person", received_at=asked, **facts, language=person.language, by=by, at=at
    )
    link_inquiry(inquiry=inquiry, patient=patient, by=by, at=at)


def answer_the_state(person: Persona, course: Course, by: User, at: datetime) -> None:
    """Ask what the state asks of an admission; at some admissions nobody has come to it yet."""
    if person.number % NOT_ASKED_EVERY == 0:
        return
    first = Told(substance="7", route=("4", "3", "2")[person.number % 3], frequency="5", first_use=str(14 + person.number % 5))
    second = (Told(substance="10", route="2", frequency="3", first_use="17"),) if person.number % 3 == 0 else ()
    record_admission_facts(
        episode=course.episode,
        service="7",
        moud_planned="1" if person.substance else "2",
        prior_treatments=str(person.number % 5),
        race=("5", "4", "5", "21", "97")[person.number % 5],
        ethnicity="2" if person.language == "es" else "5",
        education=str(9 + person.number % 6),
        marital=str(1 + person.number % 4),
        living="1" if person.homeless else "3",
        employment="3" if person.jobless else "1",
        income="2" if person.jobless else "1",
        insurance="4",
        payment="4",
        veteran="1" if person.number % 11 == 0 else "2",
        pregnant="2" if person.sex == "female" else "96",
        psychiatric_problem="1",
        arrests="1" if person.number % 8 == 0 else "0",
        justice="3",
        self_help=str(1 + person.number % 4),
        substances=(first, *second),
        by=by,
        at=at,
    )


def take_calls(life: Life) -> None:
    """Take the calls of the last weeks, at the end of the story: three people wait for a place, four are to be called back."""
    desk, north = life.clinic.of_role(Role.FRONT_DESK, 0)[0], life.clinic.sites[0]
    manager = life.clinic.of_role(Role.CASE_MANAGER, 0)[0]
    for days, said, answers in WAITING:
        at = life.until - timedelta(days=days)
        inquiry = take_inquiry(site=north, asker="person", received_at=at, answers=answers, **said, by=desk, at=at)
        _let_wait(inquiry, manager, at)
    for hours, said, answers in CALLS:
        at = life.until - timedelta(hours=hours)
        helped = answers.get("overdosed") == "yes"
        done: dict[str, Any] = {"done": ["naloxone_told"], "done_words": "Mother picks up a kit today."} if helped else {}
        take_inquiry(site=north, received_at=at, answers=answers, **{"asker": "person", **said}, **done, by=desk, at=at)


def _let_wait(inquiry: Inquiry, manager: User, at: datetime) -> None:
    """Make the record, hold the screening visit, and let the person wait; some of them with help in the meantime."""
    day = at + timedelta(days=1)
    facts = {name: getattr(inquiry, name) for name in ("given_name", "family_name", "birth_date", "language")}
    register_from_inquiry(inquiry=inquiry, site=inquiry.site, **facts, by=manager, at=day)
    if inquiry.given_name == "Ruth":
        put_on_waitlist(inquiry=inquiry, joined_on=day.astimezone(inquiry.site.zone).date(), by=manager, at=day)
        note_inquiry_step(inquiry=inquiry, kind="not_reached", happened_at=day, by=manager, at=day)
        return
    record_screening_visit(inquiry=inquiry, outcome="wait", held_at=day, found="Fits here; no place this week.", by=manager, at=day)
    if inquiry.given_name == "Dana":
        help_given = {"kind": "interim", "given_help": "prenatal", "words": "Appointment at Eastside for Monday; went along by phone."}
        note_inquiry_step(inquiry=inquiry, happened_at=day, **help_given, by=manager, at=day)
        note_inquiry_step(inquiry=inquiry, kind="naloxone", happened_at=day, words="Two sprays, shown how.", by=manager, at=day)


def answers_of(person: Persona, day: date, caller: User) -> dict[str, Any]:
    """Return what is answered before a person leaves; who left without a word could not be asked."""
    if person.discharge_reason == "2":
        away = {"medication": "not_possible", "naloxone": "not_possible", "appointment": "not_possible", "contact": "not_possible"}
        why = "Has not come for four weeks and answers no call; letter sent."
        return {"note": why, **away, **{f"{question}_words": why for question in away}}
    return {
        "note": "What is open was gone through with the person and the team; their case manager keeps an eye on it.",
        "medication": "continues" if person.substance else "not_taken",
        "medication_by": "Dr. Ellis, Eastside Primary Care" if person.substance else "",
        "naloxone": "in_hand",
        "naloxone_words": "Handed over at the last visit, with how to use it.",
        "appointment": "made",
        "appointment_where": "Eastside Primary Care",
        "appointment_on": day + timedelta(days=6),
        "contact": "call",
        "contact_how": "By phone, after four in the afternoon.",
        "caller": caller,
    }
