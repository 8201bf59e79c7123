import csv
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape

from casemgr.core.accounts.rules import Role
from casemgr.core.audit.models import AuditEvent
from casemgr.core.ui.keyset import PAGE
from casemgr.measures.definitions import FIGURES
from referrals.casework.models import Task
from tests.charts import dose_of, fill_chart, order_for

TODAY = date(2026, 3, 4)
DAY = timedelta(days=1)
PAGES = [reverse("measures:dashboard"), reverse("measures:shared"), reverse("measures:export"), reverse("measures:list", args=["census"])]


def dashboard(browser, **query):
    return browser.get(reverse("measures:dashboard"), query)


def figure_list(browser, code, **query):
    return browser.get(reverse("measures:list", args=[code]), query)


def tasks(clinic, patient, n):
    for _ in range(n):
        Task.objects.create(
            patient=patient,
            program=clinic.program,
            domain="legal",
            title="x",
            due_on=TODAY,
            recorded_at=clinic.now,
            recorded_by=clinic.system,
        )


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DIRECTOR])
@pytest.mark.parametrize("page", PAGES)
def test_only_directors_open_the_measures(clinic, sign_in, role, page):
    clinic.patient(given="Secret", family="Person")
    answer = sign_in(clinic.staff[role]).get(page)
    assert answer.status_code == 403
    assert "Secret" not in answer.content.decode()


def test_each_number_opens_its_list_with_the_same_site_and_days(clinic, sign_in):
    for _ in range(3):
        fill_chart(clinic, clinic.patient(), 2)
    clinic.patient(clinic.south)
    browser = sign_in(clinic.hire(Role.DIRECTOR, None))
    page = dashboard(browser, site=clinic.north.pk, since="2026-02-01", until="2026-03-04")
    for card in page.context["cards"]:
        assert len(browser.get(card.url).context["table"].rows) == card.number, card.figure.code
        assert card.url in page.content.decode().replace("&amp;", "&")


def test_a_director_of_one_site_sees_that_site_only(clinic, sign_in):
    clinic.patient()
    clinic.patient(clinic.south)
    page = dashboard(sign_in(clinic.director), site=clinic.south.pk)
    assert page.status_code == 422
    assert page.context["cards"][0].number == 1
    assert "South" not in page.content.decode()


def test_a_list_longer_than_a_page_goes_on_without_a_gap(clinic, sign_in):
    patient = clinic.patient()
    tasks(clinic, patient, PAGE + 5)
    browser = sign_in(clinic.director)
    first = figure_list(browser, "open-tasks")
    assert len(list(first.context["table"].paginated_rows)) == PAGE
    second = browser.get(reverse("measures:list", args=["open-tasks"]) + first.context["table"].next_url)
    assert len(second.context["table"].rows) == 5
    assert second.context["table"].next_url == ""


def test_days_in_the_wrong_order_are_told_and_what_was_typed_stays(clinic, sign_in):
    page = dashboard(sign_in(clinic.director), since="2026-03-04", until="2026-03-01")
    assert page.status_code == 422
    text = page.content.decode()
    assert "The last day lies before the first." in text
    assert 'value="2026-03-01"' in text


def test_an_unknown_figure_does_not_exist(clinic, sign_in):
    assert figure_list(sign_in(clinic.director), "secrets").status_code == 404


def test_looking_at_a_list_of_people_is_put_on_the_record_and_at_figures_is_not(clinic, sign_in):
    browser = sign_in(clinic.director)
    dashboard(browser)
    figure_list(browser, "census")
    assert list(AuditEvent.objects.filter(actor_id=clinic.director.pk).values_list("verb", "subject")) == [("measures:list", "census")]


def test_small_groups_are_hidden_in_what_is_shared_and_nowhere_else(clinic, sign_in):
    patient = clinic.patient()
    tasks(clinic, patient, 12)
    Task.objects.filter(pk__in=list(Task.objects.values_list("pk", flat=True)[:3])).update(due_on=TODAY - DAY)
    browser = sign_in(clinic.director)
    own = {card.figure.code: card.number for card in dashboard(browser).context["cards"]}
    assert (own["census"], own["open-tasks"], own["overdue-tasks"]) == (1, 12, 3)
    shared = browser.get(reverse("measures:shared"))
    rows = {card.figure.code: (card.shared_number, card.shared_whole, card.shared_percent) for card in shared.context["cards"]}
    assert rows["census"] == ("<11", None, None)
    assert rows["open-tasks"] == ("12", None, None)
    assert rows["overdue-tasks"] == ("<11", "12", None)


def test_what_is_left_of_a_whole_does_not_tell_the_hidden_part(clinic, sign_in):
    patient = clinic.patient()
    tasks(clinic, patient, 14)
    Task.objects.filter(pk__in=list(Task.objects.values_list("pk", flat=True)[:12])).update(due_on=TODAY - DAY)
    shared = sign_in(clinic.director).get(reverse("measures:shared"))
    overdue = next(card for card in shared.context["cards"] if card.figure.code == "overdue-tasks")
    assert (overdue.shared_number, overdue.shared_whole, overdue.shared_percent) == (None, "14", None)


def test_the_export_says_what_the_shared_page_says_and_is_on_the_record(clinic, sign_in):
    tasks(clinic, clinic.patient(given="Secret", family="Person"), 12)
    answer = sign_in(clinic.director).get(reverse("measures:export"), {"since": "2026-02-01", "until": "2026-03-04"})
    rows = list(csv.reader(answer.content.decode().splitlines()))
    assert rows[1][:6] == ["people in care", "<11", "", "", "2026-02-01", "2026-03-04"]
    assert len(rows) == 9
    assert "Secret" not in answer.content.decode()
    assert AuditEvent.objects.filter(verb="measures:export", actor_id=clinic.director.pk).count() == 1


def test_each_figure_says_how_it_is_counted_beside_it(clinic, sign_in):
    text = dashboard(sign_in(clinic.director)).content.decode()
    for code in ("census", "admissions", "discharges", "doses-given", "no-shows", "sessions", "open-tasks", "overdue-tasks"):
        assert escape(str(FIGURES[code].definition)) in text


def test_each_course_has_its_numbers_as_a_table_too(clinic, sign_in):
    order = order_for(clinic, clinic.patient(), starts_on=TODAY - 5 * DAY)
    dose_of(order, clinic, TODAY - DAY)
    page = dashboard(sign_in(clinic.director))
    text = page.content.decode()
    assert text.count('<svg class="sparkline"') == text.count('<title id="course-') == len(page.context["courses"]) == 6
    assert text.count("The same as a table") == 6
    assert "style=" not in text


def test_an_empty_program_says_how_figures_come(clinic, sign_in):
    text = dashboard(sign_in(clinic.director)).content.decode()
    assert "Nothing is recorded yet" in text


@pytest.mark.parametrize("n", [2, 12])
def test_the_dashboard_takes_the_same_statements_however_much_there_is(clinic, sign_in, query_count, n):
    for _ in range(n):
        fill_chart(clinic, clinic.patient(), 2)
    browser = sign_in(clinic.director)
    with query_count(15):
        dashboard(browser)


@pytest.mark.parametrize("n", [2, 12])
@pytest.mark.parametrize(
    ("code", "statements"), [("census", 10), ("open-tasks", 10), ("doses-scheduled", 12), ("sessions", 10), ("no-shows", 10)]
)
def test_a_list_takes_the_same_statements_however_long_it_is(clinic, sign_in, query_count, n, code, statements):
    for _ in range(n):
        fill_chart(clinic, clinic.patient(), 2)
    browser = sign_in(clinic.director)
    with query_count(statements):
        figure_list(browser, code)
