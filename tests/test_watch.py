"""Nothing gets out by the way, and the watch would notice if it did."""

import logging
import sys

import pytest
import typst
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import reverse

from casemgr.celery import app
from casemgr.core.logs import LineFormatter
from casemgr.core.messaging.gateways import FileGateway, Letter
from tests.doors import CANARY, Everything, routes
from tests.files_out import IN_HOUSE
from tests.workers import Nursery
from tests.worlds import FAMILY, GIVEN, Clinic

NAME = f"{GIVEN}7"


def caught(watch, where):
    """Return whether the watch saw something there, and let it forget that."""
    seen, watch.seen = watch.seen, []
    return bool(seen) and all(one.startswith(where) for one in seen)


def failing():
    name = NAME
    raise ValueError(f"about {name}")


class TestTheWatchNotices:
    @pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.ERROR])
    @pytest.mark.parametrize("logger", ["", "casemgr", "django.request", "celery", "some.package"])
    def test_a_log_line(self, watch, logger, level):
        logging.getLogger(logger).log(level, "opened the chart of %s", NAME)
        assert caught(watch, "log")

    def test_what_is_given_along_with_a_log_line(self, watch):
        logging.getLogger("casemgr").info("opened", extra={"who": {"family": f"{FAMILY}7"}})
        assert caught(watch, "log")

    def test_the_arguments_of_a_task(self, watch, monkeypatch):
        monkeypatch.setattr("kombu.Producer.publish", lambda *_, **__: None)
        app.send_task("casemgr.drain", args=[NAME])
        assert caught(watch, "task")

    @pytest.mark.parametrize(("key", "value"), [(f"chart:{NAME}", 1), ("chart", {"who": NAME})])
    def test_the_cache(self, watch, key, value):
        cache.set(key, value, timeout=1)
        assert caught(watch, "cache")

    def test_the_broker(self, watch, db, tmp_path):
        nursery = Nursery(tmp_path)
        nursery.broker.lpush("casemgr:celery", f'{{"args": ["{NAME}"]}}')
        (tmp_path / "workers.log").write_text(f"Traceback: {CANARY}")
        nursery.stop()
        assert [one.split(":")[0] for one in watch.seen] == ["broker", "file workers.log"]
        watch.seen = []

    def test_an_address_and_where_an_answer_leads(self, watch, client, db):
        client.get("/healthz/live", {"q": NAME})
        assert caught(watch, "address")
        watch.answer(RequestFactory().get("/"), HttpResponseRedirect(f"/search/?q=%{ord(NAME[0]):x}{NAME[1:]}"))
        assert caught(watch, "header")

    @pytest.mark.parametrize("status", [400, 403, 404, 409, 500, 503])
    def test_an_error_page(self, watch, status):
        watch.answer(RequestFactory().get("/"), HttpResponse(f"<p>{CANARY}</p>", status=status))
        assert caught(watch, "error page")

    @pytest.mark.parametrize("status", [200, 422])
    def test_no_page_that_shows_people_to_who_may_see_them(self, watch, status):
        watch.answer(RequestFactory().get("/"), HttpResponse(f"<p>{CANARY}</p>", status=status))
        assert watch.seen == []

    @pytest.mark.parametrize("kind", ["text/csv; charset=utf-8", "application/json", "application/octet-stream"])
    @pytest.mark.parametrize("pieces", [False, True])
    def test_a_file_that_nothing_accounts_for(self, watch, db, kind, pieces):
        request = RequestFactory().get("/")
        request.resolver_match, lines = None, [b"name", NAME.encode()]
        answer = StreamingHttpResponse(lines, content_type=kind) if pieces else HttpResponse(b"".join(lines), content_type=kind)
        watch.answer(request, answer)
        assert NAME in b"".join(answer).decode()
        assert caught(watch, "export")

    def test_a_paper_that_nothing_accounts_for(self, watch, db):
        request = RequestFactory().get("/")
        request.resolver_match = None
        watch.answer(request, HttpResponse(typst.compile(f"#set page(width: 9cm)\n{NAME}".encode()), content_type="application/pdf"))
        assert caught(watch, "export")

    def test_every_file_that_stays_in_the_house_has_a_page_that_asks_for_a_right(self):
        assert {route.name for route in routes() if route.rights} >= set(IN_HOUSE)

    def test_a_message(self, watch, settings):
        FileGateway(settings.MESSAGE_FOLDER).send(Letter("k", "sms", "+15550100", "", f"Dear {NAME}"))
        watch.folder(settings.MESSAGE_FOLDER)
        assert caught(watch, "message")
        for file in settings.MESSAGE_FOLDER.glob("*.json"):
            file.unlink()

    def test_a_mail(self, watch, settings):
        mail.send_mail("Hello", f"Dear {NAME}", None, ["a@b.test"])
        watch.post()
        assert caught(watch, "mail")
        mail.outbox.clear()


class TestOnePersonEverywhere:
    """Somebody whose every word is a canary, while everything goes wrong."""

    @pytest.fixture
    def broken(self, clinic: Clinic, sign_in, monkeypatch):
        everything = Everything(clinic, clinic.north, tuple(clinic.staff.values()))
        browser = sign_in(clinic.case_manager)
        browser.raise_request_exception = False

        def fail(*_args, **_more):
            about = everything.patient
            raise RuntimeError(f"{about} {about.given_name} {CANARY}")

        monkeypatch.setattr("casemgr.desk.chart.views.render", fail)
        return browser, reverse("desk:chart", args=[everything.patient.public_id])

    @pytest.mark.parametrize("debug", [False, True])
    def test_a_page_that_breaks_tells_nobody_whose_it_was(self, broken, settings, debug, caplog, mailoutbox):
        settings.DEBUG = debug
        settings.ADMINS = [("Ada", "ada@clinic.test")]
        browser, address = broken
        answer = browser.get(address)
        assert answer.status_code == 500
        assert CANARY not in answer.content.decode()
        assert mailoutbox == []

    def test_a_reaction_that_breaks_is_told_by_its_kind_and_place(self):
        try:
            failing()
        except ValueError:
            logging.getLogger("casemgr").exception("reaction failed", extra={"fact_id": 7})
            line = LineFormatter().format(logging.makeLogRecord({"msg": "x %s", "args": (7,), "exc_info": sys.exc_info()}))
        assert '"error": "ValueError"' in line
        assert "failing" in line

    def test_every_search_finds_and_leaves_no_trace_in_an_address(self, clinic, sign_in):
        patient = clinic.patient()
        browser = sign_in(clinic.nurse)
        for name, address in (("q", reverse("desk:search")), ("words", reverse("admin:patients_patient_changelist"))):
            answer = browser.post(address, {name: patient.family_name}, follow=True)
            assert patient.family_name in answer.content.decode()
