"""Keep the record of who did and saw what, in a chain that shows tampering."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import append_only
from casemgr.core.refusals import Denied
from casemgr.core.sensitivity import Sensitivity


class Outcome(models.TextChoices):
    """Say how an attempt ended."""

    DONE = "done", _("Done")
    SEEN = "seen", _("Seen")
    REFUSED = "refused", _("Refused")
    DENIED = "denied", _("Not permitted")

    @classmethod
    def of(cls, no: Exception) -> "Outcome":
        """Return the outcome that this exception means."""
        return cls.DENIED if isinstance(no, Denied) else cls.REFUSED


SEAL = """
    PERFORM pg_advisory_xact_lock(hashtext('audit_seal'));
    SELECT position, digest INTO last_position, last_digest FROM casemgr_auditseal ORDER BY position DESC LIMIT 1;
    SELECT COALESCE(string_agg(length(part) || ':' || part, '' ORDER BY place), '')
    INTO body FROM unnest(ARRAY[
        NEW.id::text, to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), COALESCE(NEW.actor_id::text, ''),
        NEW.actor_name, NEW.verb, NEW.outcome, COALESCE(NEW.patient_id::text, ''), NEW.subject, NEW.reason, NEW.detail,
        NEW.door, NEW.address, NEW.request_id
    ]) WITH ORDINALITY AS parts(part, place);
    INSERT INTO casemgr_auditseal (position, event_id, digest) VALUES (
        COALESCE(last_position, 0) + 1, NEW.id, encode(sha256(convert_to(COALESCE(last_digest, '') || body, 'UTF8')), 'hex')
    );
    RETURN NULL;
"""
"""SQL that seals a row when its transaction commits.

It writes the row down in one unambiguous way, each part with its length before it; `sealing.canonical` says the same in Python.
"""


class AuditEvent(models.Model):
    """Say who did or saw what, when, from where, and how it ended.

    No foreign keys: the record must outlive what it speaks of.
    """

    sensitivity = Sensitivity.RECORD_OF_ACCESS

    at = models.DateTimeField(_("at"))
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("who"), max_length=120)
    verb = models.CharField(_("what"), max_length=80)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices)
    patient_id = models.BigIntegerField(_("patient"), null=True)
    subject = models.CharField(_("on"), max_length=120, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    detail = models.TextField(_("detail"), blank=True)
    door = models.CharField(_("door"), max_length=16, blank=True)
    address = models.CharField(_("from"), max_length=64, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            models.Index(fields=["patient_id", "-id"], name="audit_of_patient"),
            models.Index(fields=["actor_id", "-id"], name="audit_of_actor"),
        ]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="seal",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("last_position", "bigint"), ("last_digest", "text"), ("body", "text")],
                func=SEAL,
            ),
        ]

    def __str__(self) -> str:
        """Return who did what."""
        return f"{self.actor_name}: {self.verb} ({self.outcome})"


class AuditSeal(models.Model):
    """Chain one event to all before it.

    The chain is its own table, written when a transaction commits: two transactions wait for each other only for that moment and can
    never deadlock on it.
    """

    sensitivity = Sensitivity.RECORD_OF_ACCESS

    position = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["position"]
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        triggers = append_only()

    def __str__(self) -> str:
        """Return the position in the chain."""
        return f"{self.position}"
