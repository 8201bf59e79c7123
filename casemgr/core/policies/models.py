"""Keep what was stated about the written policies of a program: which one covers an area, where it is kept, who attested it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from casemgr.core.append_only import append_only
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity


class StatementKind(models.TextChoices):
    """Say what somebody stated about an area."""

    ATTESTED = "attested", _("A policy in force covers it")
    NOT_APPLICABLE = "not_applicable", _("It does not apply here")
    MISSING = "missing", _("A policy is still missing")


class PolicyStatement(Recorded):
    """Hold one signed statement about one area; a later one takes its place; all are kept for six years (45 CFR 164.316(b)(2)(i))."""

    sensitivity = Sensitivity.OPERATIONAL

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("program"))
    area = models.CharField(_("area"), max_length=32)
    edition = models.CharField(_("edition of the checklist"), max_length=16)
    kind = models.CharField(_("what was stated"), max_length=16, choices=StatementKind.choices)
    title = models.CharField(_("policy"), max_length=200, blank=True)
    kept_at = models.CharField(_("where it is kept, which version"), max_length=200, blank=True)
    in_force_since = models.DateField(_("in force since"), null=True, blank=True)
    words = models.CharField(_("why"), max_length=500, blank=True)
    stated_on = models.DateField(_("stated on"))
    review_on = models.DateField(_("to be looked at again on"))
    signed_as = models.CharField(_("signed as"), max_length=210)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("statement about a policy")
        verbose_name_plural = _("statements about policies")
        constraints = [
            models.CheckConstraint(condition=~Q(area="") & ~Q(signed_as=""), name="policy_statement_names_area_and_signer"),
            models.CheckConstraint(
                condition=~Q(kind="attested") | (~Q(title="") & ~Q(kept_at="") & Q(in_force_since__isnull=False)),
                name="attested_policy_is_named_and_in_force",
            ),
            models.CheckConstraint(
                condition=Q(kind="attested") | (~Q(words="") & Q(title="", kept_at="", in_force_since__isnull=True)),
                name="policy_that_is_not_there_says_why",
            ),
            models.CheckConstraint(
                condition=Q(in_force_since__isnull=True) | Q(in_force_since__lte=F("stated_on")), name="policy_is_attested_once_in_force"
            ),
            models.CheckConstraint(condition=Q(review_on__gt=F("stated_on")), name="policy_is_reviewed_after_it_was_stated"),
        ]
        indexes = [models.Index(fields=["program", "area", "-id"], name="policy_statements_of_area")]
        triggers = append_only()

    def __str__(self) -> str:
        """Return the area and what was stated of it."""
        return f"{self.area}: {self.get_kind_display()}"
