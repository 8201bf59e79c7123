"""Keep account of everything that left the program (42 CFR 2.25)."""

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import append_only
from casemgr.core.sensitivity import Sensitivity
from patients.consent.models import InformationCategory, PurposeOfUse, Shortfall, in_words
from patients.disclosures.bases.models import ReportField
from patients.disclosures.rules import BASES, NOTICE_VERSION


class Lack(models.TextChoices):
    """Say why something is not told: what every basis asks for, and what each one lacks."""

    UNKNOWN_BASIS = "unknown_basis", _("Say on which basis this is told.")
    PROGRAM = "which_program", _("Say whose record this is: choose the program.")
    PROCEEDINGS = (
        "proceedings",
        _("Courts, police and proceedings need a consent of their own kind or a court order. A subpoena alone opens nothing."),
    )
    COUNSELING_NOTES = "counseling_notes", _("Counseling notes need a consent of their own.")
    RESTRICTED = "restricted", _("The person asked that this not be told, and the program agreed.")
    PAID_IN_FULL = (
        "restricted_paid_in_full",
        _("This was paid in full without the health plan, and the person asked that the plan not be told. The law binds to it."),
    )
    DIED = "died", _("The person has died: on a consent from before nothing is told. Ask the personal representative, or the family.")
    BASIS_RECIPIENT = "basis_recipient", _("What this rests on names another recipient.")
    BASIS_CATEGORY = "basis_category", _("What this rests on does not reach this information.")
    NO_EMERGENCY = "no_emergency", _("No emergency was written down.")
    EMERGENCY_RECIPIENT = "emergency_recipient", _("Write the name of the medical person who was told.")
    EMERGENCY_FACILITY = "emergency_facility", _("Write where that person works.")
    EMERGENCY_DISCLOSER = "emergency_discloser", _("Write who told it.")
    EMERGENCY_MOMENT = "emergency_moment", _("Write when it was told.")
    EMERGENCY_NATURE = "emergency_nature", _("Write what the emergency is.")
    EMERGENCY_NO_CONSENT = "emergency_no_consent", _("Say why the person's written consent could not be had before.")
    EMERGENCY_PERSONNEL = (
        "emergency_personnel",
        _("Say who they are. Only medical personnel are told in an emergency; police, courts, employers and family are not."),
    )
    FDA_RECIPIENT = "fda_recipient", _("Of a dangerous product only the FDA is told: leave empty where that person works.")
    FDA_PRODUCT = "fda_product", _("Name the product, and what is wrong with how it was made, labeled or sold.")
    FDA_ASSERTS = "fda_asserts", _("The FDA must say that somebody's health may be in danger, and what it needs this for.")
    FDA_CATEGORY = "fda_category", _("The FDA is told who took the product and how to reach them: name, contact, medications.")
    NO_AGREEMENT = "no_agreement", _("No service agreement with this organization is in force.")
    AGREEMENT_DOES_NOT_RESIST = (
        "agreement_does_not_resist",
        _("The agreement does not say that the organization is bound by 42 CFR part 2 and will resist proceedings."),
    )
    AGREEMENT_PURPOSE = "agreement_purpose", _("A service agreement is for services to the program, not for this purpose.")
    NO_AUDIT = "no_audit", _("No audit or evaluation was written down.")
    AUDIT_WHO = "audit_who", _("Write who audits.")
    AUDIT_AUTHORITY = "audit_authority", _("Say on what authority the audit rests.")
    AUDIT_PERIOD = "audit_period", _("The audit has not begun or is over.")
    AUDIT_AGREEMENT = "audit_agreement", _("Copies leave only when the auditor has agreed in writing to protect them.")
    AUDIT_DESTROY_BY = "audit_destroy_by", _("Say by when the auditor destroys or gives back the copies.")
    NO_RESEARCH = "no_research", _("No approval of the research was written down.")
    RESEARCH_APPROVAL = "research_approval", _("Name the approval of the research: what kind, its number and its date.")
    RESEARCH_WHO = "research_who", _("Write who is bound as the researcher.")
    RESEARCH_OVER = "research_over", _("The research is over.")
    NO_COURT_ORDER = "no_court_order", _("No court order is on file. A subpoena alone opens nothing.")
    ORDER_KIND = "order_kind", _("Say what the order is for: civil, criminal, about the program, or undercover.")
    ORDER_COURT = "order_court", _("Write which court made the order.")
    ORDER_CASE = "order_case", _("Write the number of the case.")
    ORDER_DATE = "order_date", _("Write the day of the order; it cannot lie ahead.")
    ORDER_FINDINGS = "order_findings", _("The order does not state all that the court must have found.")
    ORDER_NOTICE = "order_notice", _("Those concerned did not have notice and a chance to be heard.")
    ORDER_SCOPE = "order_scope", _("Say which parts of the record the order opens.")
    ORDER_SUBPOENA = "order_subpoena", _("The order permits and does not compel: name the subpoena or mandate that comes with it.")
    ORDER_OVER = "order_over", _("The order no longer holds.")
    ORDER_PERSON = "order_person", _("The order is about somebody else.")
    ORDER_COUNSELING_NOTES = "order_counseling_notes", _("The order does not reach counseling notes.")
    NO_REPORT = "no_report", _("No report was written down.")
    REPORT_AUTHORITY = "report_authority", _("Write to which authority this is reported.")
    REPORT_INCIDENT = "report_incident", _("Write what happened.")
    REPORT_FIELDS = "report_fields", _("This is more than such a report may hold.")


class DisclosureOutcome(models.TextChoices):
    """Say whether something left."""

    DISCLOSED = "disclosed", _("Disclosed")
    WITHHELD = "withheld", _("Withheld")


class Basis(models.TextChoices):
    """Name on what something may be told (42 CFR part 2, subparts C to E)."""

    CONSENT = "consent", _("Consent")
    EMERGENCY = "emergency", _("Medical emergency")
    QSOA = "qsoa", _("Service agreement")
    AUDIT = "audit", _("Audit or evaluation")
    RESEARCH = "research", _("Research")
    COURT_ORDER = "court_order", _("Court order")
    CHILD_ABUSE = "child_abuse", _("Report of child abuse")
    CRIME = "crime", _("Report of a crime here")


class Redisclosure(models.TextChoices):
    """Say what the recipient may do with what was told (42 CFR 2.12(d)(2), 2.33(b), 2.52(b), 2.53)."""

    AS_HIPAA = "as_hipaa", _("As HIPAA permits, but never in proceedings against the person")
    AS_CONSENTED = "as_consented", _("Only as the consent says")
    TO_CONTRACTORS = "to_contractors", _("To contractors for the same purpose, under written contract")
    UNDER_PART2 = "under_part2", _("Only as 42 CFR part 2 permits")
    FOR_THE_SERVICE = "for_the_service", _("Only for the service agreed")
    FOR_THE_AUDIT = "for_the_audit", _("Only for the audit; then destroyed or given back")
    FOR_THE_RESEARCH = "for_the_research", _("Back to the program only, and reported only in sum")
    AS_ORDERED = "as_ordered", _("Only as the court ordered")
    REPORT_ONLY = "report_only", _("Only the report itself; the records stay protected")


class Disclosure(models.Model):
    """Say what was told about whom, to whom, when, why, and on which basis; written before a byte leaves.

    No foreign keys: the account must outlive what it speaks of.
    """

    sensitivity = Sensitivity.RECORD_OF_ACCESS

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("at"))
    patient_id = models.BigIntegerField(_("patient"))
    recipient_id = models.BigIntegerField(_("recipient"), null=True)
    recipient_name = models.CharField(_("recipient"), max_length=200)
    recipient_address = models.TextField(_("address"), blank=True)
    purpose = models.CharField(_("purpose"), max_length=32)
    categories = ArrayField(models.CharField(max_length=32), verbose_name=_("information"))
    fields_released = ArrayField(models.CharField(max_length=32), verbose_name=_("facts named"), default=list, db_default=[])
    description = models.CharField(_("what"), max_length=200)
    basis = models.CharField(_("basis"), max_length=32, choices=Basis.choices, default="consent")
    basis_reference = models.CharField(_("rests on"), max_length=80, blank=True, db_default="")
    consent_id = models.BigIntegerField(_("consent"), null=True)
    program_id = models.BigIntegerField(_("program"), null=True)
    for_proceeding = models.BooleanField(_("for a proceeding"), default=False, db_default=False)
    redisclosure = models.CharField(_("may be passed on"), max_length=16, choices=Redisclosure.choices, blank=True)
    notice_version = models.CharField(_("notice"), max_length=32, default=NOTICE_VERSION, db_default=NOTICE_VERSION)
    notice_form = models.PositiveSmallIntegerField(_("form of the notice"), default=1, db_default=1)
    via = models.CharField(_("by way of"), max_length=32)
    outcome = models.CharField(_("outcome"), max_length=16, choices=DisclosureOutcome.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by_user_id = models.BigIntegerField(null=True)
    by_name = models.CharField(_("by"), max_length=120, blank=True)

    person: Any
    """Whom it speaks of, where a list has looked them up; the table itself keeps no more than a key."""
    arrival: str = ""
    """How far a sending got that nobody confirmed, where a page has looked it up; the row itself was written before it left."""

    class Meta:
        ordering = ["-id"]
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        indexes = [
            models.Index(fields=["patient_id", "-id"], name="disclosures_of_patient"),
            models.Index(fields=["recipient_id", "-id"], name="disclosures_to_recipient"),
            models.Index(fields=["basis", "-id"], condition=~Q(basis="consent"), name="disclosures_without_consent"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="disclosed", basis="consent") | Q(consent_id__isnull=False, program_id__isnull=False),
                name="disclosure_on_consent_says_which",
            ),
            models.CheckConstraint(condition=~Q(outcome="withheld") | ~Q(reason=""), name="withheld_says_why"),
            models.CheckConstraint(condition=Q(basis__in=BASES) | Q(outcome="withheld"), name="disclosure_rests_on_a_known_basis"),
            models.CheckConstraint(
                condition=~Q(outcome="disclosed") | Q(basis="consent") | (~Q(basis_reference="") & Q(program_id__isnull=False)),
                name="disclosure_without_consent_says_what_it_rests_on",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="disclosed") | (~Q(notice_version="") & Q(notice_form__in=[1, 2])),
                name="disclosure_carries_its_notice",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="disclosed", for_proceeding=True) | Q(basis__in=["consent", "court_order"]),
                name="disclosure_for_proceeding_rests_on_consent_or_court_order",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="disclosed", basis__in=["consent", "qsoa", "audit", "research"])
                | Q(recipient_id__isnull=False)
                | Q(basis="consent", via="spoken"),
                name="disclosure_names_a_recipient_on_file",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="disclosed", basis__in=["crime", "child_abuse"]) | Q(categories=[]),
                name="report_opens_no_part_of_the_record",
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        """Return recipient and moment."""
        return f"{self.recipient_name}, {self.at:%Y-%m-%d}"

    @property
    def purpose_words(self) -> str:
        """Return the purpose in words."""
        return in_words(PurposeOfUse, [self.purpose])

    @property
    def category_words(self) -> str:
        """Return in words which information was told or asked for."""
        told = in_words(InformationCategory, self.categories)
        return ", ".join(part for part in (told, in_words(ReportField, self.fields_released)) if part)

    @property
    def reason_words(self) -> str:
        """Return in sentences why something was withheld."""
        return sentences_of(self.reason.split(",")) if self.reason else ""


def sentence_of(code: str) -> str:
    """Return the sentence for one reason, whoever named it: a consent's shortfall or what another basis lacks."""
    known = Lack if code in Lack.values else Shortfall
    return in_words(known, [code])


def sentences_of(codes: list[str]) -> str:
    """Return the sentences for these reasons."""
    return " ".join(sentence_of(code) for code in codes)
