"""Fill a throw-away database with many invented people, in a few statements.

The only writer beside the verbs: a hundred thousand people one by one would measure patience. The large tables are written with the
triggers off, so their rows have no history and say themselves what a trigger would have added (the words that are searched, the patient of
a consent's recipient); constraints stay on. The rest is written with every trigger. It runs in a database that was made for it, never in
one where somebody works.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from casemgr.bench.names import family_names, given_names
from casemgr.core.accounts.models import Program, Site, User
from casemgr.core.directory.models import Organization
from patients.consent.models import Consent, ConsentKind, ConsentRecipient, ConsentState, SignerRelationship
from patients.consent.wording import CURRENT, STATEMENTS, wording_of
from patients.record.models import NAMES_AS_SEARCHED, NEAR_WORDS, SOUNDS_OF_WORDS, Patient
from treatment_plans.inventory.models import Product

REACHABLE = 5
"""One person in this many has a consent that reaches the partner of the benchmark."""
EVERY_CHOSEN = 10
"""One person in this many wants to be called by another name."""
CASELOAD = 60
MOST_DOSED = 500
"""People who come to the window each day."""
DOSE_DAYS = 30
MOST_REFERRALS = 3_000
DAYS_IN_CARE = 90
BATCH = 2_000
FOR_OTHERS = {"fundraising_statement", "attestation"}
"""Statements that only other papers say: those for fundraising, and those signed on screen."""


@dataclass(frozen=True)
class Crowd:
    """Hold who works in the benchmark's clinic, and what they work with."""

    program: Program
    site: Site
    nurse: User
    prescriber: User
    case_manager: User
    partner: Organization
    product: Product

    @classmethod
    def of_the_demo(cls) -> "Crowd":
        """Return the demo clinic's people, at the first of its sites."""
        site = Site.objects.select_related("program").get(name="North")
        return cls(
            program=site.program,
            site=site,
            nurse=User.objects.get(email="nurse@demo.test"),
            prescriber=User.objects.get(email="prescriber@demo.test"),
            case_manager=User.objects.get(email="case.manager@demo.test"),
            partner=Organization.objects.get(name="St. Anne Hospital"),
            product=Product.objects.get(substance="methadone"),
        )


def fill(crowd: Crowd, *, patients: int, at: datetime) -> None:
    """Make the people with episode, care team, number, phone and consents; of some also orders, doses, appointments and referrals."""
    values = _values(crowd, patients, at)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in LARGE:
            cursor.execute(statement, values)
        cursor.execute(REACHED, values)
        _reach(crowd, cursor.fetchall(), at)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")
        for statement in SMALL:
            cursor.execute(statement, values)
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")


def _values(crowd: Crowd, patients: int, at: datetime) -> dict[str, Any]:
    """Return what the statements are told."""
    today = at.astimezone(crowd.site.zone).date()
    return {
        "patients": patients,
        "newest": Patient.objects.latest("pk").pk,
        "given": given_names(),
        "family": family_names(),
        "program": crowd.program.pk,
        "site": crowd.site.pk,
        "zone": crowd.site.time_zone,
        "nurse": crowd.nurse.pk,
        "prescriber": crowd.prescriber.pk,
        "case_manager": crowd.case_manager.pk,
        "case_manager_name": crowd.case_manager.full_name,
        "partner": crowd.partner.pk,
        "partner_name": crowd.partner.name,
        "partner_address": crowd.partner.address,
        "product": crowd.product.pk,
        "at": at,
        "today": today,
        "admitted": today - timedelta(days=DAYS_IN_CARE),
        "dosed_from": today - timedelta(days=DOSE_DAYS),
        "born_first": date(1945, 1, 1),
        "born_days": 22_000,
        "every": REACHABLE,
        "caseload": CASELOAD,
        "dosed": min(MOST_DOSED, patients // 2),
        "referrals": MOST_REFERRALS,
    }


def _reach(crowd: Crowd, people: Sequence[tuple[int, str]], at: datetime) -> None:
    """Write a consent for treatment, payment and operations of each of these people (key, name) that names the partner."""
    admitted = at.astimezone(crowd.site.zone).date() - timedelta(days=DAYS_IN_CARE)
    words = wording_of(ConsentKind.TREATMENT_PAYMENT_OPERATIONS)
    statements = {name: words[name] for name in STATEMENTS if name in words and name not in FOR_OTHERS}
    consents = [
        Consent(
            patient_id=key,
            discloser=crowd.program,
            kind=ConsentKind.TREATMENT_PAYMENT_OPERATIONS,
            state=ConsentState.ACTIVE,
            purposes=["operations", "payment", "treatment"],
            categories=["appointments", "contact", "demographics", "diagnoses", "medications", "plan"],
            description="What my doctors need to treat me",
            signed_by=name,
            signer_relationship=SignerRelationship.PATIENT,
            signed_on=admitted,
            ends_with="end of the treatment",
            wording_version=CURRENT,
            recorded_at=at,
            recorded_by=crowd.case_manager,
            **statements,
        )
        for key, name in people
    ]
    Consent.objects.bulk_create(consents, batch_size=BATCH)
    ConsentRecipient.objects.bulk_create(
        [ConsentRecipient(consent=consent, organization=crowd.partner, patient_id=consent.patient_id) for consent in consents],
        batch_size=BATCH,
    )


def _of(trigger: str, row: str) -> str:
    """Return what a trigger computes, for a row of this name."""
    return trigger.replace("NEW.", f"{row}.").replace("%", "%%")


PEOPLE = """
    WITH seed AS MATERIALIZED (SELECT setseed(0.2026)),
    chosen AS MATERIALIZED (
        SELECT n, (power(random(), 2) * cardinality(%(given)s::text[]))::int AS given,
            (power(random(), 2) * cardinality(%(family)s::text[]))::int AS family, (random() * %(born_days)s)::int AS day
        FROM seed, generate_series(1, %(patients)s) AS n
    )
    INSERT INTO patients_patient (public_id, given_name, family_name, chosen_name, pronouns, sex, birth_date, language, language_name,
        interpreter_needed, time_zone, registered_site_id, has_no_phone, has_no_address, recorded_at, recorded_by_id,
        search_text, search_words)
    SELECT gen_random_uuid(), person.given_name, person.family_name, person.chosen_name, '',
        (ARRAY['female', 'male', 'unknown'])[1 + n %% 3],
        %(born_first)s::date + person.day, CASE WHEN n %% 6 = 0 THEN 'es' ELSE 'en' END, '', false, %(zone)s, %(site)s, false, true,
        %(at)s, %(nurse)s, named.search_text, <near words> || <sounds>
    FROM (
        SELECT n, day, CASE WHEN n %% <every chosen> = 0 THEN (%(given)s::text[])[1 + n %% cardinality(%(given)s::text[])] ELSE '' END
                AS chosen_name, (%(given)s::text[])[LEAST(given + 1, cardinality(%(given)s::text[]))] AS given_name,
            (%(family)s::text[])[LEAST(family + 1, cardinality(%(family)s::text[]))] AS family_name
        FROM chosen
    ) AS person
    CROSS JOIN LATERAL (SELECT <names as searched> AS search_text) AS named
    ORDER BY n
"""
for _place, _words in {
    "<names as searched>": _of(NAMES_AS_SEARCHED, "person"),
    "<near words>": _of(NEAR_WORDS, "named"),
    "<sounds>": _of(SOUNDS_OF_WORDS, "named"),
    "<every chosen>": str(EVERY_CHOSEN),
}.items():
    PEOPLE = PEOPLE.replace(_place, _words)

NEW = """
    CREATE TEMPORARY TABLE bench_people ON COMMIT PRESERVE ROWS AS
    SELECT p.id, p.given_name || ' ' || p.family_name AS name, row_number() OVER (ORDER BY p.id) AS n
    FROM patients_patient p WHERE p.id > %(newest)s
"""

EPISODES = """
    INSERT INTO patients_episode (patient_id, program_id, site_id, admitted_on, discharge_reason, discharge_note, referral_source,
        recorded_at, recorded_by_id)
    SELECT id, %(program)s, %(site)s, %(admitted)s, '', '', '1', %(at)s, %(nurse)s FROM bench_people
"""

CARE_TEAM = """
    INSERT INTO patients_careteammember (patient_id, program_id, user_id, role, is_lead, since, recorded_at, recorded_by_id)
    SELECT id, %(program)s, %(case_manager)s, 'case_manager', true, %(admitted)s, %(at)s, %(case_manager)s
    FROM bench_people ORDER BY n
    LIMIT greatest(0, %(caseload)s - (SELECT count(DISTINCT patient_id) FROM patients_careteammember
        WHERE user_id = %(case_manager)s AND (until IS NULL OR until > %(today)s)))
"""

IDENTIFIERS = """
    INSERT INTO patients_identifier (patient_id, kind, system, value, recorded_at, recorded_by_id)
    SELECT id, 'mrn', 'bench', 'B-' || n, %(at)s, %(nurse)s FROM bench_people
"""

CONTACTS = """
    INSERT INTO patients_contactpoint (patient_id, kind, value, label, ok_to_call, ok_to_text, ok_to_leave_message, is_shared, is_unsafe,
        wants_reminders, reminders_agreed_at, reminders_wording, greet_by_name, recorded_at, recorded_by_id)
    SELECT id, 'phone', '555-' || lpad(n::text, 7, '0'), '', true, n %% 8 <> 0, false, false, false, wants,
        CASE WHEN wants THEN %(at)s::timestamptz END, CASE WHEN wants THEN '2026-01' ELSE '' END, false, %(at)s, %(nurse)s
    FROM (SELECT id, n, n %% 4 <> 0 AS wants FROM bench_people) AS people
"""

ORDERS = """
    INSERT INTO treatment_plans_order (patient_id, program_id, site_id, product_id, substance, daily_mg, starts_on, state, hold_reason,
        prescriber_id, first_day_reason, instructions, missed_counted_from, recorded_at, recorded_by_id)
    SELECT id, %(program)s, %(site)s, %(product)s, 'methadone', 40 + n %% 9 * 10, %(dosed_from)s, 'active', '', %(prescriber)s, '', '',
        %(dosed_from)s, %(at)s, %(prescriber)s
    FROM bench_people ORDER BY n LIMIT %(dosed)s
"""

DOSES = """
    WITH lot AS (
        SELECT id, remaining_mg FROM treatment_plans_lot
        WHERE product_id = %(product)s AND site_id = %(site)s AND is_open ORDER BY expires_on DESC, id DESC LIMIT 1
    ),
    wanted AS (
        SELECT o.id AS order_id, o.patient_id, o.daily_mg, day::date AS for_day, day + interval '11 hours' AS given_at,
            row_number() OVER (ORDER BY day, o.id) AS place, sum(o.daily_mg) OVER (ORDER BY day, o.id) AS so_far
        FROM treatment_plans_order o JOIN bench_people ON bench_people.id = o.patient_id
        CROSS JOIN generate_series(%(dosed_from)s::timestamptz, %(today)s::timestamptz - interval '1 day', interval '1 day') AS day
        WHERE (o.id + extract(doy FROM day)::int) %% 17 <> 0
    ),
    drawn AS (
        INSERT INTO treatment_plans_stockentry (lot_id, move, change_mg, remaining_mg, at, by_id, note)
        SELECT lot.id, 'dispensed', -daily_mg, lot.remaining_mg - so_far, given_at, %(nurse)s, 'bench ' || place
        FROM wanted, lot ORDER BY place RETURNING id, lot_id, note, -change_mg AS mg
    ),
    taken AS (
        UPDATE treatment_plans_lot SET remaining_mg = remaining_mg - (SELECT sum(mg) FROM drawn) WHERE id = (SELECT id FROM lot)
        RETURNING id
    )
    INSERT INTO treatment_plans_dose (order_id, patient_id, site_id, substance, for_day, day_part, mg, lot_id, stock_entry_id, given_at,
        given_by_id, initials, is_take_home, identity_checked_by, warnings)
    SELECT order_id, patient_id, %(site)s, 'methadone', for_day, 'whole', mg, lot_id, drawn.id, given_at, %(nurse)s, 'NW', false,
        'photo', '[]'
    FROM drawn JOIN wanted ON drawn.note = 'bench ' || place WHERE EXISTS (SELECT 1 FROM taken) ORDER BY place
"""

APPOINTMENTS = """
    INSERT INTO treatment_plans_appointment (patient_id, site_id, clinician_id, kind, starts_at, ends_at, state, version, note,
        moved_alone, why_cancelled, recorded_at, recorded_by_id)
    SELECT m.patient_id, %(site)s, %(case_manager)s, 'case_management', starts_at, starts_at + interval '30 minutes', 'booked', 1, '',
        false, '', %(at)s, %(case_manager)s
    FROM (
        SELECT patient_id, (%(today)s::timestamp + (row_number() OVER (ORDER BY patient_id) - 1) %% 16 * interval '30 minutes'
            + interval '9 hours') AT TIME ZONE %(zone)s
            + ((row_number() OVER (ORDER BY patient_id) - 1) / 16) * interval '1 day' AS starts_at
        FROM patients_careteammember JOIN bench_people ON bench_people.id = patient_id WHERE user_id = %(case_manager)s
    ) AS m
"""

SENT = """
    WITH sent AS (
        INSERT INTO patients_disclosure (public_id, at, patient_id, program_id, consent_id, redisclosure, recipient_id, recipient_name,
            recipient_address, purpose, categories, description, basis, via, outcome, reason, by_user_id, by_name)
        SELECT gen_random_uuid(), %(at)s, c.patient_id, %(program)s, c.id, 'as_hipaa', %(partner)s, %(partner_name)s, %(partner_address)s,
            'treatment', '{demographics}', 'Referral', 'consent', 'referral', 'disclosed', '', %(case_manager)s, %(case_manager_name)s
        FROM patients_consent c JOIN bench_people ON bench_people.id = c.patient_id ORDER BY c.id LIMIT %(referrals)s
        RETURNING id, patient_id
    )
    INSERT INTO referrals_referral (patient_id, program_id, organization_id, purpose, service, message, state, sent_at, answer,
        disclosure_id, recorded_at, recorded_by_id)
    SELECT patient_id, %(program)s, %(partner)s, 'treatment', 'Hepatitis C treatment', 'Please see this person.', 'sent', %(at)s, '', id,
        %(at)s, %(case_manager)s
    FROM sent ORDER BY id
"""

REACHED = "SELECT id, name FROM bench_people WHERE n %% %(every)s = 0 ORDER BY n"

DONE = "DROP TABLE bench_people"

LARGE = (PEOPLE, NEW, EPISODES, IDENTIFIERS, CONTACTS)
SMALL = (CARE_TEAM, ORDERS, DOSES, APPOINTMENTS, SENT, DONE)
