from base64 import b64decode
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from casemgr.core.administration.agreements.actions import end_agreement, keep_agreement_scan, record_agreement
from casemgr.core.agreements.models import Agreement, AgreementScan
from casemgr.core.agreements.queries import agreements_seen_by, live_agreements
from casemgr.core.agreements.rules import SCAN_LIMIT
from casemgr.core.audit.models import AuditEvent
from casemgr.core.deadlines.models import Clock
from casemgr.core.directory.models import Organization
from casemgr.core.refusals import Denied, Refused

TODAY = date(2026, 3, 4)
PDF = b"%PDF-1.7 signed"
PROMISES = {"bound_by_part2": True, "resists_proceedings": True}


@pytest.fixture
def laboratory(db) -> Organization:
    return Organization.objects.create(name="Harbor Laboratory", kind="laboratory")


@pytest.fixture
def signed(clinic, laboratory, now):
    def _signed(**facts) -> Agreement:
        known = {
            "program": clinic.program, "organization": laboratory, "kind": "qsoa", "services": "Urine drug testing",
            "signed_on": date(2026, 3, 1), "expires_on": date(2027, 3, 1), "by": clinic.privacy_officer, "at": now, **PROMISES,
        }  # fmt: skip
        return record_agreement(**{**known, **facts})

    return _signed


def test_a_signed_agreement_is_on_file_with_a_clock_that_warns_of_its_end(signed, laboratory):
    agreement = signed()
    clock = Clock.objects.get()
    assert (clock.kind, clock.subject, clock.ends_on) == ("agreement_expiry", f"casemgr.agreement:{agreement.pk}", date(2027, 3, 1))
    assert [(facts.id, facts.kind, facts.resists_proceedings) for facts in live_agreements(laboratory.pk, on=TODAY)] == [
        (agreement.pk, "qsoa", True)
    ]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"services": " "}, "services"),
        ({"bound_by_part2": False}, "bound_by_part2"),
        ({"resists_proceedings": False}, "resists_proceedings"),
        ({"kind": "contractor", "bound_by_part2": False}, "bound_by_part2"),
        ({"signed_on": date(2026, 3, 5)}, "signed_on"),
        ({"expires_on": date(2026, 3, 1)}, "expires_on"),
        ({"kind": "handshake"}, "kind"),
        ({"scan": b"MZ not a scan"}, "scan"),
        ({"scan": b"%PDF-" + b"0" * SCAN_LIMIT}, "scan"),
    ],
)
def test_an_agreement_that_lacks_something_is_refused_with_that_named(signed, facts, field):
    with pytest.raises(Refused) as refused:
        signed(**facts)
    assert field in {reason.field for reason in refused.value.reasons}
    assert not Agreement.objects.exists()
    assert not Clock.objects.exists()


def test_a_business_associate_needs_no_words_of_part_2(signed):
    assert signed(kind="baa", bound_by_part2=False, resists_proceedings=False).pk


@pytest.mark.parametrize("lacking", PROMISES)
def test_the_database_keeps_no_qsoa_without_its_promises(clinic, laboratory, now, lacking):
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.create(
            program=clinic.program, organization=laboratory, kind="qsoa", services="x", signed_on=TODAY, expires_on=date(2027, 1, 1),
            recorded_at=now, recorded_by=clinic.system, **{**PROMISES, lacking: False},
        )  # fmt: skip


@pytest.mark.parametrize(
    ("on", "holds"),
    [
        (date(2026, 2, 28), False),
        (date(2026, 3, 1), True),
        (date(2027, 2, 28), True),
        (date(2027, 3, 1), False),
    ],
)
def test_an_agreement_holds_from_its_signature_until_the_day_before_its_end(signed, laboratory, on, holds):
    agreement = signed()
    assert bool(live_agreements(laboratory.pk, on=on)) is holds
    assert agreement.is_live(on) is holds


def test_ended_early_nothing_rests_on_it_from_that_day(signed, laboratory, clinic, now):
    agreement = signed()
    with pytest.raises(Refused, match="Write why"):
        end_agreement(agreement=agreement, ended_on=TODAY, reason="", by=clinic.privacy_officer, at=now)
    end_agreement(agreement=agreement, ended_on=TODAY, reason="They changed hands.", by=clinic.privacy_officer, at=now)
    assert live_agreements(laboratory.pk, on=date(2026, 3, 3))
    assert not live_agreements(laboratory.pk, on=TODAY)
    assert not Clock.objects.running().exists()
    with pytest.raises(Refused, match="ended already"):
        end_agreement(agreement=agreement, ended_on=TODAY, reason="Again.", by=clinic.privacy_officer, at=now)


def test_what_was_signed_is_not_written_anew(signed):
    agreement = signed()
    for change in ({"services": "Everything"}, {"expires_on": date(2030, 1, 1)}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Agreement.objects.filter(pk=agreement.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        agreement.delete()


def test_the_paper_is_kept_encrypted_and_once(signed, clinic, now):
    agreement = signed(scan=PDF)
    scan = AgreementScan.objects.get(agreement=agreement)
    assert (scan.content_type, b64decode(scan.content)) == ("application/pdf", PDF)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM casemgr_agreementscan")
        assert b"JVBERi" not in bytes(cursor.fetchone()[0])
    with pytest.raises(Refused, match="on file already"):
        keep_agreement_scan(agreement=agreement, scan=PDF, by=clinic.privacy_officer, at=now)


def test_only_who_looks_after_organizations_signs_and_sees(signed, clinic):
    for user in (clinic.nurse, clinic.front_desk, clinic.therapist, clinic.peer, clinic.prescriber):
        with pytest.raises(Denied):
            signed(by=user)
        assert not agreements_seen_by(user).exists()
    assert not Agreement.objects.exists()
    assert AuditEvent.objects.filter(verb="record_agreement", outcome="denied").count() == 5
    agreement = signed(by=clinic.director)
    assert agreement in agreements_seen_by(clinic.privacy_officer)
