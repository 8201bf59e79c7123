import pytest
from django.core.management import CommandError, call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.utils import timezone

from casemgr.bench.asking import Asker, NotAnswered, PlainApplication
from casemgr.bench.comparing import Compared, NotTheSame, measure
from casemgr.bench.pages import page_requests
from casemgr.bench.partner import CREATE, DETAIL, LIST, SEARCH, partner_requests
from casemgr.bench.stopwatch import Stopwatch
from casemgr.core.audit.models import AuditEvent
from patients.caseload.queries import patients_seen_by
from patients.consent.models import Consent
from patients.disclosures.models import Disclosure
from patients.record.models import Patient
from tests.bench.conftest import PATIENTS, REMINDERS
from treatment_plans.inventory.models import Lot
from treatment_plans.medication.models import Dose, Order

PAGES = ["Today, nurse", "Today, case manager", "Chart"]
EVERY_REQUEST = [LIST, DETAIL, CREATE, SEARCH, *PAGES]

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_each_request_is_set_beside_plain_django_and_raw_sql(ran):
    rows = ran.rows("Requests")
    assert list(rows) == EVERY_REQUEST
    for ours, plain, raw, times_plain, *_others in rows.values():
        assert float(ours) > float(raw) > 0
        assert float(times_plain) == pytest.approx(float(ours) / float(plain), rel=0.05)


def test_each_limit_has_its_figure(ran):
    limits = {name: limit for name, (_measured, limit, _kept) in ran.rows("Limits").items()}
    assert limits == {
        f"{LIST}, times plain Django": "at most 2",
        f"{DETAIL}, times plain Django": "at most 3",
        f"{CREATE}, times plain Django": "at most 3",
        "Search everybody, 95th percentile": "under 30 ms",
        "Search as a nurse: the whole site, 95th percentile": "under 30 ms",
        "Search as a case manager: the caseload, 95th percentile": "under 30 ms",
        "Reminders decided and marked": "at least 2,000 a second",
    }


def test_a_mistyped_name_is_found_among_those_whom_the_asker_may_see(ran):
    rows = ran.rows("Search of a person")
    assert {asker: cells[0] for asker, cells in rows.items()} == {
        "everybody": str(Patient.objects.count()),
        "as a nurse: the whole site": str(patients_seen_by(ran.crowd.nurse).count()),
        "as a case manager: the caseload": str(patients_seen_by(ran.crowd.case_manager).count()),
    }
    assert all(int(cells[-1].rstrip("%")) >= 90 for cells in rows.values())


def test_every_reminder_is_decided_and_each_says_what_became_of_it(ran):
    assert ran.rows("Throughput")["reminders decided and marked"][0] == str(REMINDERS)
    told = dict(reversed(line[2:].split(" done: ")) for line in ran.kept.splitlines() if " done: " in line)
    assert sum(int(count) for count in told.values()) == REMINDERS
    assert set(told) == {
        "queued",
        "silent: The appointment was cancelled.",
        "silent: The appointment was moved.",
        "silent: The person has not agreed to reminders.",
        "silent: The phone or e-mail is not safe to write to.",
    }


def test_what_is_printed_is_kept_with_how_it_was_taken(ran):
    tables, how = ran.kept.split("## How it is measured")
    assert tables in ran.printed
    assert "plain Django" in how
    assert f"{Patient.objects.count()} patients" in tables


def test_the_three_answer_alike(ran):
    application, now = get_wsgi_application(), timezone.now()
    compared = [*partner_requests(ran.crowd, application, now), *page_requests(ran.crowd, application, now)]
    assert [one.name for one in compared] == EVERY_REQUEST
    for one in compared:
        ours, *others = one.told()
        assert ours
        assert others == [ours] * len(others), one.name
    assert len(compared[0].told()[0]) == 20


def test_what_is_measured_is_the_product_with_consent_account_and_record(ran):
    application, now = get_wsgi_application(), timezone.now()
    before = Disclosure.objects.count(), AuditEvent.objects.count()
    listing = next(one for one in partner_requests(ran.crowd, application, now) if one.name == LIST)
    listing.ours()
    assert Disclosure.objects.count() == before[0] + 20
    assert AuditEvent.objects.count() > before[1]
    between = Disclosure.objects.count(), AuditEvent.objects.count()
    listing.plain()
    assert (Disclosure.objects.count(), AuditEvent.objects.count()) == between


def test_the_filling_leaves_rows_as_the_product_writes_them(ran):
    invented = Patient.objects.filter(identifiers__system="bench")
    assert invented.count() == PATIENTS
    assert Consent.objects.filter(patient__in=invented, state="active").count() == PATIENTS / 5
    given = Dose.objects.filter(patient__in=invented)
    assert given.filter(for_day__lt=timezone.localdate()).exists()
    for lot in Lot.objects.all():
        assert sum(entry.change_mg for entry in lot.entries.all()) == lot.remaining_mg
    somebody = invented.latest("pk")
    kept = somebody.search_text, sorted(somebody.search_words)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE patients_patient SET given_name = given_name WHERE id = %s", [somebody.pk])
    somebody.refresh_from_db()
    assert (somebody.search_text, sorted(somebody.search_words)) == kept
    assert Order.objects.filter(patient__in=invented, state="active").count() == PATIENTS / 2


def test_a_request_that_is_refused_is_not_measured(ran):
    with pytest.raises(NotAnswered, match="404"):
        Asker(PlainApplication(), {}).get("/plain/partners/1/patients/00000000-0000-0000-0000-000000000000")


def test_answers_that_differ_are_not_compared(ran):
    differing = Compared("differing", lambda: 1, lambda: 2, lambda: 3, lambda: [1, 2, 1])
    with pytest.raises(NotTheSame, match="differing"):
        measure(differing, watch=Stopwatch(), rounds=1, calls=1)


def test_it_never_runs_where_somebody_works(ran):
    with pytest.raises(CommandError, match="Somebody works in this database"):
        call_command("bench")


def test_it_never_runs_in_production(ran, settings, monkeypatch):
    monkeypatch.setattr(type(settings.ENV), "is_production", True)
    with pytest.raises(CommandError, match="never runs in production"):
        call_command("bench")
