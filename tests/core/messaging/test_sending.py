import smtplib
from datetime import timedelta

import pytest
from django.core import mail

from casemgr.core.messaging import sending
from casemgr.core.messaging.gateways import FileGateway, NotTaken, SmtpGateway, configured_gateway
from casemgr.core.messaging.models import Message
from casemgr.core.messaging.queueing import Draft, queue_messages
from casemgr.core.messaging.sending import send_queued

BLANKS = {"first_name": "Rosa", "sender": "Health Center", "phone": "555-0100", "date": "Tue, Mar 10", "time": "10:00 AM"}


class Recorder:
    """Remember what was offered; fail as told."""

    def __init__(self, *, knows_keys=True, failing=(), channels=("sms", "email")):
        self.knows_keys, self.failing, self.channels = knows_keys, list(failing), frozenset(channels)
        self.offers = []

    def send(self, letter):
        self.offers.append(letter.key)
        if self.failing and (error := self.failing.pop(0)):
            raise error


class Killed(BaseException):
    """Stop the work as a SIGKILL would: nothing after it runs."""


@pytest.fixture(autouse=True)
def _nobody_objects(settings):
    settings.ROOT_MESSAGE_GUARD = f"{__name__}.nobody_objects"


def nobody_objects(messages, at):
    return {}


def the_guard_fails(messages, at):
    raise ZeroDivisionError


@pytest.fixture
def queued(db, now):
    """Return a function that queues messages and returns their keys."""

    def _queued(number=1, channel="sms", **facts):
        drafts = [
            Draft(f"k:{n}", n, "", channel, f"+1555{n}", "appointment_tomorrow", "en", due_at=now, blanks=BLANKS, **facts)
            for n in range(number)
        ]
        return queue_messages(drafts, at=now)

    return _queued


def states():
    return list(Message.objects.order_by("key").values_list("state", "reason"))


def test_a_key_is_queued_once(queued):
    assert queued(2) == {"k:0", "k:1"}
    assert queued(3) == {"k:2"}
    assert Message.objects.count() == 3
    assert Message.objects.get(key="k:0").blanks == BLANKS


def test_a_queued_message_is_sent_once(queued, now):
    queued(2)
    gateway = Recorder()
    assert send_queued(at=now, gateway=gateway) == 2
    assert send_queued(at=now, gateway=gateway) == 0
    assert gateway.offers == ["k:0", "k:1"]
    assert states() == [("sent", ""), ("sent", "")]


def test_a_message_waits_until_it_is_due(queued, now):
    queued()
    gateway = Recorder()
    assert send_queued(at=now - timedelta(seconds=1), gateway=gateway) == 0
    assert gateway.offers == []


def test_a_gateway_that_certainly_did_not_take_it_is_asked_again_later_and_less_often(queued, now):
    queued()
    gateway = Recorder(knows_keys=False, failing=[NotTaken("SMTPServerBusy")] * 2)
    at = now
    pauses = []
    for _ in range(3):
        send_queued(at=at, gateway=gateway)
        due_at = Message.objects.get().due_at
        pauses.append((due_at - at).total_seconds())
        at = due_at
    assert pauses[:2] == [20, 40]
    assert states() == [("sent", "")]
    assert gateway.offers == ["k:0"] * 3


def test_it_is_given_up_after_six_times_and_says_so(queued, now):
    queued()
    gateway = Recorder(failing=[OSError()] * 9)
    at = now
    for _ in range(8):
        send_queued(at=at, gateway=gateway)
        at = max(at, Message.objects.get().due_at)
    assert len(gateway.offers) == 6
    assert states() == [("failed", "The gateway failed 6 times: OSError.")]


def test_a_gateway_without_keys_that_may_have_taken_it_leaves_it_to_a_person(queued, now):
    queued()
    gateway = Recorder(knows_keys=False, failing=[TimeoutError()])
    send_queued(at=now, gateway=gateway)
    assert states() == [("doubtful", "It is not known whether this arrived (TimeoutError). Ask the person before it is sent again.")]


def test_work_that_stopped_while_sending_is_offered_again_to_a_gateway_that_knows_keys(queued, now, settings):
    queued(3)
    with pytest.raises(Killed):
        send_queued(at=now, gateway=Recorder(failing=[None, Killed()]))
    assert [state for state, _ in states()] == ["sent", "queued", "queued"]
    gateway = Recorder()
    assert send_queued(at=now + settings.MESSAGE_LEASE / 2, gateway=gateway) == 0
    assert send_queued(at=now + settings.MESSAGE_LEASE, gateway=gateway) == 2
    assert gateway.offers == ["k:1", "k:2"]


def test_work_that_stopped_while_sending_leaves_one_doubt_and_no_double_at_a_gateway_without_keys(queued, now, settings):
    queued(3)
    with pytest.raises(Killed):
        send_queued(at=now, gateway=Recorder(knows_keys=False, failing=[None, Killed()]))
    gateway = Recorder(knows_keys=False)
    send_queued(at=now + settings.MESSAGE_LEASE, gateway=gateway)
    assert gateway.offers == ["k:2"]
    assert states() == [("sent", ""), ("doubtful", sending.LEFT_BEHIND), ("sent", "")]


def test_a_channel_that_nobody_can_carry_is_said_at_once(queued, now):
    queued(channel="sms")
    gateway = Recorder(channels=["email"])
    send_queued(at=now, gateway=gateway)
    assert gateway.offers == []
    assert states() == [("failed", sending.NO_WAY)]


def test_when_the_world_cannot_be_looked_at_nothing_is_sent_and_everything_waits(queued, now, settings):
    settings.ROOT_MESSAGE_GUARD = f"{__name__}.the_guard_fails"
    queued()
    gateway = Recorder()
    send_queued(at=now, gateway=gateway)
    assert gateway.offers == []
    assert Message.objects.values_list("state", "due_at", "leased_until").get() == ("queued", now + timedelta(seconds=20), None)


def test_the_file_gateway_delivers_a_key_once_and_counts_its_offers(tmp_path, queued, now):
    queued()
    gateway = FileGateway(tmp_path / "out")
    send_queued(at=now, gateway=gateway)
    first = (tmp_path / "out" / "k-0.json").read_text()
    Message.objects.update(state="queued", template="appointment_in_days")
    send_queued(at=now, gateway=gateway)
    assert (tmp_path / "out" / "k-0.json").read_text() == first
    assert (tmp_path / "out" / "offers.log").read_text() == "k:0\nk:0\n"
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["k-0.json", "offers.log"]
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_the_mail_gateway_sends_with_the_key_as_message_id(queued, now):
    queued(channel="email")
    send_queued(at=now, gateway=SmtpGateway())
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["+15550"], "Appointment")
    assert message.extra_headers["Message-ID"] == "<k.0@localhost>"
    assert message.body.startswith("Health Center: Reminder of your appointment on Tue, Mar 10 at 10:00 AM.")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (smtplib.SMTPRecipientsRefused({}), "queued"),
        (smtplib.SMTPDataError(451, b"busy"), "queued"),
        (ConnectionRefusedError(), "queued"),
        (smtplib.SMTPServerDisconnected(), "doubtful"),
        (TimeoutError(), "doubtful"),
    ],
)
def test_the_mail_gateway_knows_which_failures_leave_a_doubt(queued, now, monkeypatch, error, state):
    def fail(self):
        raise error

    monkeypatch.setattr("casemgr.core.messaging.gateways.EmailMessage.send", fail)
    queued(channel="email")
    send_queued(at=now, gateway=SmtpGateway())
    assert Message.objects.get().state == state


@pytest.mark.parametrize(("kind", "name"), [("file", "FileGateway"), ("console", "ConsoleGateway"), ("smtp", "SmtpGateway")])
def test_the_environment_names_the_gateway(settings, kind, name):
    settings.MESSAGE_GATEWAY = kind
    assert type(configured_gateway()).__name__ == name


def test_the_console_gateway_says_no_words(queued, now, settings, capsys):
    settings.MESSAGE_GATEWAY = "console"
    queued()
    send_queued(at=now)
    assert capsys.readouterr().out == "message k:0 by sms\n"
