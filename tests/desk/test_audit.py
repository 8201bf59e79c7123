import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casemgr.core.accounts.models import Membership, Program, User
from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.audit.verifying import Verification, put_verification_on_record
from casemgr.core.audit.walking import Fault
from casemgr.core.ui.keyset import PAGE
from casemgr.desk.audit.queries import SORTS, events_seen_by, narrowed, page_of


def event(clinic, **facts):
    said = {"at": clinic.now, "actor_id": clinic.nurse.pk, "actor_name": "Nurse", "verb": "chart", "outcome": "seen"}
    return AuditEvent.objects.create(**{**said, **facts})


def audit(browser, **query):
    return browser.get(reverse("audit:list"), query)


def verbs(page):
    return [row.record[0].verb for row in page.context["table"].rows]


def test_a_privacy_officer_reads_who_saw_whom(clinic, sign_in):
    patient = clinic.patient(given="Ana", family="Flores")
    event(clinic, patient_id=patient.pk)
    text = audit(sign_in(clinic.privacy_officer)).content.decode()
    assert "Ana Flores" in text
    assert reverse("desk:chart", args=[patient.public_id]) in text


def test_what_happened_at_another_site_is_not_shown_to_the_officer_of_this_one(clinic, sign_in):
    event(clinic, patient_id=clinic.patient(clinic.south).pk, verb="elsewhere")
    event(clinic, patient_id=clinic.patient().pk, verb="here")
    assert verbs(audit(sign_in(clinic.privacy_officer))) == ["here"]


def test_an_administrator_reads_of_accounts_and_of_no_patient(clinic, sign_in):
    event(clinic, patient_id=clinic.patient(given="Ana", family="Flores").pk)
    event(clinic, verb="sign_in", outcome="denied", actor_id=None, actor_name="")
    page = audit(sign_in(clinic.administrator))
    assert verbs(page) == ["sign_in"]
    assert "Flores" not in page.content.decode()


def test_the_staff_of_another_program_is_not_shown(clinic, sign_in):
    other = Program.objects.create(name="Elsewhere")
    stranger = User.objects.create(email="far@away.test", full_name="Stranger")
    Membership.objects.create(user=stranger, program=other, role=Role.NURSE, starts_on="2024-01-01")
    event(clinic, actor_id=stranger.pk, actor_name="Stranger", verb="sign_in")
    assert verbs(audit(sign_in(clinic.administrator))) == []


def test_whoever_audits_one_site_and_nurses_at_another_audits_no_patient_there(clinic, sign_in):
    both = clinic.hire(Role.PRIVACY_OFFICER, clinic.north)
    Membership.objects.create(user=both, program=clinic.program, site=clinic.south, role=Role.NURSE, starts_on="2024-01-01")
    here, there = clinic.patient(clinic.north), clinic.patient(clinic.south)
    event(clinic, patient_id=here.pk, verb="here")
    event(clinic, patient_id=there.pk, verb="there")
    browser = sign_in(both)
    assert verbs(audit(browser)) == ["here"]
    assert audit(browser, patient=str(there.public_id)).status_code == 404


@pytest.mark.parametrize("role", [Role.CASE_MANAGER, Role.NURSE, Role.DIRECTOR, Role.FRONT_DESK])
def test_nobody_else_reads_the_record(clinic, sign_in, role):
    event(clinic, verb="secret_thing")
    page = audit(sign_in(clinic.staff[role]))
    assert page.status_code == 403
    assert "secret" not in page.content.decode()
    assert AuditEvent.objects.filter(verb="page:audit_list", outcome="denied", actor_id=clinic.staff[role].pk).count() == 1


def test_the_record_is_narrowed_by_who_what_outcome_day_and_patient(clinic, sign_in):
    ana, ben = clinic.patient(), clinic.patient()
    event(clinic, patient_id=ana.pk, verb="chart", actor_name="Nora")
    event(clinic, patient_id=ben.pk, verb="disclose", outcome="refused", actor_name="Pia")
    event(clinic, patient_id=ben.pk, verb="old", at=clinic.now - timedelta(days=5))
    browser = sign_in(clinic.privacy_officer)
    assert verbs(audit(browser, who="nor")) == ["chart"]
    assert verbs(audit(browser, what="disc")) == ["disclose"]
    assert verbs(audit(browser, outcome="refused")) == ["disclose"]
    assert verbs(audit(browser, until="2026-02-27")) == ["old"]
    assert verbs(audit(browser, patient=str(ana.public_id))) == ["audit:list", "chart"]


def test_a_patient_whom_the_officer_may_not_know_is_nobody(clinic, sign_in):
    there = clinic.patient(clinic.south)
    browser = sign_in(clinic.privacy_officer)
    assert audit(browser, patient=str(there.public_id)).status_code == 404
    assert audit(browser, patient="00000000-0000-4000-8000-000000000000").status_code == 404


def test_looking_at_the_record_is_on_the_record(clinic, sign_in):
    patient = clinic.patient()
    audit(sign_in(clinic.privacy_officer), patient=str(patient.public_id))
    seen = AuditEvent.objects.get(verb="audit:list")
    assert (seen.actor_id, seen.patient_id, seen.outcome) == (clinic.privacy_officer.pk, patient.pk, "seen")


def test_a_wrong_day_is_told_and_the_words_stay(clinic, sign_in):
    page = audit(sign_in(clinic.privacy_officer), since="yesterday", who="Nora")
    assert page.status_code == 422
    assert 'value="Nora"' in page.content.decode()


def test_a_long_record_is_walked_without_a_gap(clinic, sign_in):
    patient = clinic.patient()
    made = [event(clinic, patient_id=patient.pk, verb="chart").pk for _ in range(PAGE + 5)]
    browser = sign_in(clinic.privacy_officer)
    first = audit(browser, what="chart")
    keys = [row.record[0].pk for row in first.context["table"].rows]
    assert len(keys) == PAGE
    second = browser.get(reverse("audit:list") + first.context["table"].next_url)
    keys += [row.record[0].pk for row in second.context["table"].rows]
    assert keys == sorted(made, reverse=True)


@pytest.mark.parametrize("n", [2, 12])
def test_the_page_takes_the_same_statements_however_long_it_is(clinic, sign_in, query_count, n):
    for _ in range(n):
        event(clinic, patient_id=clinic.patient().pk)
    browser = sign_in(clinic.privacy_officer)
    with query_count(11):
        assert len(verbs(audit(browser))) == n


def test_an_administrator_reads_no_name_that_somebody_typed_or_was_told(clinic, sign_in):
    event(clinic, verb="search", detail='{"text":"Ana Flores"}')
    event(clinic, verb="admin:list", detail='{"asked":"q=Flores"}')
    event(clinic, verb="register_patient", outcome="refused", reason="Ana Flores is on record already.")
    event(clinic, verb="record_session", outcome="refused", reason="The note names Ana Flores.")
    event(clinic, verb="grant_membership", outcome="done")
    assert verbs(audit(sign_in(clinic.administrator))) == ["grant_membership"]
    assert "register_patient" in verbs(audit(sign_in(clinic.privacy_officer)))


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_the_record_is_sorted_by_each_of_its_columns_and_walked_without_a_gap(clinic, sign_in, sort):
    made = []
    for number in range(PAGE + 5):
        facts = {
            "actor_name": f"Who {number % 7}",
            "verb": f"v{number % 5}",
            "address": f"10.0.0.{number % 3}",
            "rests_on": f"f{number % 4}",
        }
        at = clinic.now - timedelta(hours=number % 11)
        outcome = ("done", "seen", "refused")[number % 3]
        made.append(event(clinic, patient_id=clinic.patient().pk, at=at, outcome=outcome, **facts).pk)
    browser = sign_in(clinic.privacy_officer)
    for direction in ("", "-"):
        page = audit(browser, sort=f"{direction}{sort}", since="2026-03-01")
        found = [row.record[0] for row in page.context["table"].rows if row.record[0].pk in made]
        page = browser.get(reverse("audit:list") + page.context["table"].next_url)
        found += [row.record[0] for row in page.context["table"].rows if row.record[0].pk in made]
        values = [(getattr(each, SORTS[sort]), each.pk) for each in found]
        assert values == sorted(values, reverse=bool(direction))
        assert sorted(key for _value, key in values) == made


def test_a_key_of_another_order_begins_at_the_beginning(clinic, sign_in):
    event(clinic, patient_id=clinic.patient().pk)
    assert verbs(audit(sign_in(clinic.privacy_officer), sort="who", after="-at!2026-03-04T20:00:00+00:00~1")) == ["chart"]


def _nodes(plan):
    yield plan
    for inner in plan.get("Plans", []):
        yield from _nodes(inner)


@pytest.mark.parametrize("sort", sorted(SORTS))
@pytest.mark.parametrize("direction", ["", "-"])
def test_no_order_sorts_or_reads_the_whole_record(clinic, sort, direction):
    """Ask the planner, on a filled table: every order walks its index and stops after one page."""
    patient = clinic.patient()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "INSERT INTO casemgr_auditevent (at, actor_id, actor_name, verb, outcome, patient_id, subject, reason, detail, door, address,"
            " request_id, rests_on, people, code) SELECT now() - n * interval '1 minute', n %% 50, 'Who ' || n %% 50, 'verb' || n %% 40,"
            " CASE WHEN n %% 100 = 0 THEN 'denied' ELSE 'seen' END, %s, '', '', '', 'page', '10.0.0.' || n %% 30, '', 'f' || n %% 60, '{}', ''"
            " FROM generate_series(1, 30000) n",
            [patient.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        cursor.execute("ANALYZE casemgr_auditevent")
    asked = {}
    middle = AuditEvent.objects.order_by("pk")[15000]
    value = getattr(middle, SORTS[sort])
    after = f"{direction}{sort}!{value.isoformat() if sort == 'at' else value}~{middle.pk}"
    for key in ("", after):
        with CaptureQueriesContext(connection) as captured:
            page_of(narrowed(events_seen_by(clinic.privacy_officer), asked, zone=clinic.program.zone), sort=f"{direction}{sort}", after=key)
        statement = captured.captured_queries[-1]["sql"]
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (FORMAT json) " + statement.replace("%", "%%"))
            (answer,) = cursor.fetchone()
        plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
        whole = [node for node in _nodes(plan) if node.get("Relation Name") == "casemgr_auditevent"]
        assert [node["Node Type"] for node in whole] in (["Index Scan"], ["Index Only Scan"])
        sorts = [node for node in _nodes(plan) if "Sort" in node["Node Type"]]
        wrong = [node for node in sorts if any(inner.get("Relation Name") == "casemgr_auditevent" for inner in _nodes(node))]
        assert wrong == [], json.dumps(plan, indent=1)[:3000]


def test_refusals_have_an_index_of_their_own(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'audit_of_refusals'")
        assert "WHERE ((outcome)::text = ANY" in cursor.fetchone()[0]


def test_the_privacy_officer_takes_what_is_shown_as_a_table(clinic, sign_in, query_count):
    patient = clinic.patient(given="Ana", family="Flores")
    event(clinic, patient_id=patient.pk, actor_name="=cmd()", rests_on="see_chart nurse:3")
    event(clinic, patient_id=patient.pk, verb="other")
    event(clinic, patient_id=clinic.patient(clinic.south, family="Hidden").pk)
    browser = sign_in(clinic.privacy_officer)
    answer = browser.get(reverse("audit:export"), {"what": "chart"})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[0] == "when,who,what,about,on,outcome,reason,on which fact,door,from"
    assert lines[1] == "2026-03-04T20:00:00+00:00,'=cmd(),chart,Ana Flores,,Seen,,see_chart nurse:3,,"
    taken = AuditEvent.objects.get(verb="audit:export")
    assert (taken.actor_id, taken.detail) == (clinic.privacy_officer.pk, '{"asked":"what=chart"}')
    assert sign_in(clinic.administrator).get(reverse("audit:export")).status_code == 403


def test_the_page_says_when_the_record_was_verified_and_is_loud_when_something_was_found(clinic, sign_in):
    browser = sign_in(clinic.privacy_officer)
    assert "This record was not verified yet" in audit(browser).content.decode()
    put_verification_on_record(Verification(rows=7), by=clinic.system, at=clinic.now)
    text = audit(browser).content.decode()
    assert "7 events, nothing was changed." in " ".join(text.split())
    found = Verification(rows=7, faults=[Fault(3, 9, "the event or its seal was changed")])
    put_verification_on_record(found, by=clinic.system, at=clinic.now)
    text = audit(browser).content.decode()
    assert "Somebody has changed this record below the application" in text
    assert "Position 3: the event or its seal was changed" in text


def test_a_list_that_showed_a_person_is_found_by_that_person(clinic, sign_in):
    ana, ben = clinic.patient(), clinic.patient()
    event(clinic, verb="caseload", people=[ana.pk, ben.pk])
    event(clinic, verb="today", people=[ben.pk])
    assert verbs(audit(sign_in(clinic.privacy_officer), patient=str(ana.public_id))) == ["caseload"]
