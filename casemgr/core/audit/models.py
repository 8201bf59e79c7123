"""Keep the record of who did and saw what, in a chain that shows tampering."""

from typing import TYPE_CHECKING, Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import append_only
from casemgr.core.audit.writing import FIELDS, new_code
from casemgr.core.refusals import Denied
from casemgr.core.sensitivity import Sensitivity

if TYPE_CHECKING:
    _Text = models.CharField[Any, Any]  # the field itself takes no types at run time
else:
    _Text = models.CharField


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


class CodeField(_Text):
    """Hold what proves that the application wrote the row; it is made at the moment of writing, by whatever way the row is saved."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Make the code of a new row."""
        if add:
            setattr(model_instance, self.attname, new_code([getattr(model_instance, name) for name in FIELDS]))
        return super().pre_save(model_instance, add)


class AuditEvent(models.Model):
    """Say who did or saw what, when, from where, and how it ended.

    No foreign keys: the record must outlive what it speaks of. `rests_on` says by which right and fact; `people` are those whom a list
    showed; `code` proves that the application wrote the row, with a key that the database does not hold.
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
    rests_on = models.CharField(_("on which fact"), max_length=160, blank=True)
    people = ArrayField(models.BigIntegerField(), verbose_name=_("people on the list"), default=list, blank=True)
    code = CodeField(max_length=100, blank=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            models.Index(fields=["at", "id"], name="audit_by_moment"),
            models.Index(fields=["actor_name", "id"], name="audit_by_name"),
            models.Index(fields=["actor_id", "id"], name="audit_by_actor"),
            models.Index(fields=["verb", "id"], name="audit_by_verb"),
            models.Index(fields=["outcome", "id"], name="audit_by_outcome"),
            models.Index(fields=["patient_id", "id"], name="audit_by_patient"),
            models.Index(fields=["address", "id"], name="audit_by_address"),
            models.Index(fields=["rests_on", "id"], name="audit_by_fact"),
            models.Index(fields=["at", "id"], condition=models.Q(outcome__in=["refused", "denied"]), name="audit_of_refusals"),
            GinIndex(fields=["people"], condition=~models.Q(people=[]), name="audit_of_people"),
        ]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="seal",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func="PERFORM casemgr_seal_event(NEW.id); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        """Return who did what."""
        return f"{self.actor_name}: {self.verb} ({self.outcome})"


class AuditSeal(models.Model):
    """Chain one event to all before it.

    The chain is its own table, written when a transaction commits: two transactions wait for each other only for that moment and can
    never deadlock on it. The function `casemgr_seal_event` writes it, with the rights of the tables' owner: nobody else needs any.
    """

    sensitivity = Sensitivity.RECORD_OF_ACCESS
    written_by_the_database = True

    position = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(null=True)
    """The database's own clock at the moment of sealing; nothing in seals of before there were codes."""

    class Meta:
        ordering = ["position"]
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        triggers = append_only()

    def __str__(self) -> str:
        """Return the position in the chain."""
        return f"{self.position}"
