"""Keep the facts on which something is told without a consent: each basis those that the law names, and nothing more."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.append_only import append_only, tracked
from casemgr.core.directory.models import Organization
from casemgr.core.encrypted import EncryptedTextField
from casemgr.core.records import Recorded
from casemgr.core.sensitivity import Sensitivity
from patients.consent.models import InformationCategory, in_words
from patients.disclosures.rules import FDA_CATEGORIES, FDA_NAME, MEDICAL_PERSONNEL
from patients.record.models import Patient


class EmergencyKind(models.TextChoices):
    """Say who is told in an emergency."""

    MEDICAL = "medical", _("Medical personnel, to treat the person")
    FDA = "fda", _("The Food and Drug Administration, about a dangerous product")


class Personnel(models.TextChoices):
    """Say who the medical personnel are that are told in an emergency (42 CFR 2.51(a)-(b))."""

    DOCTOR = "doctor", _("Doctor, nurse practitioner, physician assistant")
    NURSE = "nurse", _("Nurse")
    AMBULANCE = "ambulance", _("Ambulance: paramedic, EMT")
    PHARMACIST = "pharmacist", _("Pharmacist, poison control")
    OTHER_MEDICAL = "other_medical", _("Other medical personnel who treat the person")
    FDA = "fda", _("The Food and Drug Administration, about a dangerous product")


class NoConsentBecause(models.TextChoices):
    """Say why there is no consent in writing (42 CFR 2.51(a))."""

    CANNOT_BE_HAD = "cannot_be_had", _("The person's written consent cannot be had in time")
    PROGRAM_CLOSED = "program_closed", _("The program is closed in a declared disaster and cannot ask")


class AuditAuthority(models.TextChoices):
    """Say on what authority somebody audits (42 CFR 2.53)."""

    GOVERNMENT = "government", _("A government agency that funds or regulates the program")
    PAYER = "payer", _("A health plan or other payer that covers the person")
    ACCREDITATION = "accreditation", _("An accrediting body")
    QUALITY_IMPROVEMENT = "quality_improvement", _("A quality improvement organization")
    QUALIFIED = "qualified", _("Somebody whom the program found qualified")


class ApprovalKind(models.TextChoices):
    """Say which approval research rests on (42 CFR 2.52(a))."""

    AUTHORIZATION = "authorization", _("Authorization under HIPAA")
    WAIVER = "waiver", _("Waiver or alteration under HIPAA")
    COMMON_RULE = "common_rule", _("Approval under the Common Rule")


class OrderKind(models.TextChoices):
    """Say what a court order is for (42 CFR 2.64-2.67)."""

    CIVIL = "civil", _("Civil matter (2.64)")
    CRIMINAL = "criminal", _("Criminal matter against the person (2.65)")
    PROGRAM = "program", _("Matter against the program (2.66)")
    UNDERCOVER = "undercover", _("Undercover agent or informant (2.67)")


class Finding(models.TextChoices):
    """Name what a court must have found, each order its own (42 CFR 2.64(d), 2.65(d), 2.66(c), 2.67(c))."""

    NO_OTHER_WAY = "no_other_way", _("There is no other way to get the information, or none that works")
    NEED_OUTWEIGHS_HARM = "need_outweighs_harm", _("The public interest outweighs the harm to the person, to trust and to treatment")
    EXTREMELY_SERIOUS = "extremely_serious", _("The crime is extremely serious")
    SUBSTANTIAL_VALUE = "substantial_value", _("The record is likely to be of substantial value")
    OWN_COUNSEL = "own_counsel", _("Whoever holds the record could be heard with their own counsel")
    REASON_TO_BELIEVE = "reason_to_believe", _("There is reason to believe that somebody at the program commits a crime")


class ReportField(models.TextChoices):
    """Name all that a report without consent may hold (42 CFR 2.12(c)(5)-(6))."""

    INCIDENT = "incident", _("What happened")
    PATIENT_STATUS = "patient_status", _("That the person is a patient here")
    NAME = "name", _("Name")
    ADDRESS = "address", _("Address")
    LAST_WHEREABOUTS = "last_whereabouts", _("Where the person was last seen")
    CHILD = "child", _("The child concerned")


class ReportKind(models.TextChoices):
    """Name the reports that the law lets through without consent."""

    CHILD_ABUSE = "child_abuse", _("Suspected child abuse or neglect")
    CRIME = "crime", _("Crime on the premises or against staff")


_FACTS_OF_EMERGENCY = (
    "patient_id", "program_id", "kind", "organization_id", "recipient_name", "recipient_facility", "profession", "disclosed_by_id",
    "disclosed_at", "nature", "no_consent_because", "categories", "product", "fda_asserts", "recorded_at", "recorded_by_id",
)  # fmt: skip


def _listed(words: frozenset[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


_TELLS_SOMEBODY_ELSE = f"""
    IF NEW.kind = 'medical' AND NEW.profession IN ({_listed(MEDICAL_PERSONNEL)}) THEN RETURN NEW; END IF;
    IF NEW.kind = 'fda' AND NEW.profession = 'fda' AND NEW.recipient_facility = '{FDA_NAME}' AND NEW.organization_id IS NULL
        AND NEW.product <> '' AND NEW.fda_asserts AND NEW.categories <@ ARRAY[{_listed(FDA_CATEGORIES)}]::varchar[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'emergency_tells_medical_personnel_or_the_fda_of_a_product',
        MESSAGE = 'emergency_tells_medical_personnel_or_the_fda_of_a_product: nobody else is told without consent (42 CFR 2.51).';
"""
"""Of new rows only: before, nobody was asked who the recipient is, and what was written down then is not written anew."""


def _locked(name: str, columns: tuple[str, ...], sentence: str) -> pgtrigger.Trigger:
    """Return the trigger that refuses to write these columns anew, the way a constraint does."""
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    refusal = f"RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{name}', MESSAGE = '{sentence}'"
    return pgtrigger.Trigger(
        name=name[:40], when=pgtrigger.Before, operation=pgtrigger.Update, func=f"IF {changed} THEN {refusal}; END IF; RETURN NEW;"
    )


@tracked
class EmergencyDisclosure(Recorded):
    """Hold the four facts of an emergency in which something was told without consent; they are never written anew (42 CFR 2.51(c))."""

    sensitivity = Sensitivity.CLINICAL

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=16, choices=EmergencyKind.choices, default=EmergencyKind.MEDICAL)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recipient_name = models.CharField(_("who was told"), max_length=120)
    recipient_facility = models.CharField(_("where that person works"), max_length=200)
    profession = models.CharField(_("who that person is"), max_length=16, choices=Personnel.choices, blank=True)
    disclosed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("who told it"))
    disclosed_at = models.DateTimeField(_("when"))
    nature = models.TextField(_("what the emergency is"))
    no_consent_because = models.CharField(_("why no consent"), max_length=16, choices=NoConsentBecause.choices, blank=True)
    categories = ArrayField(models.CharField(max_length=32, choices=InformationCategory.choices), verbose_name=_("what was told"))
    product = models.CharField(_("product, and what is wrong with it"), max_length=200, blank=True)
    fda_asserts = models.BooleanField(_("the FDA says why it needs this"), default=False)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    review = models.TextField(_("what the review found"), blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("emergency disclosure")
        verbose_name_plural = _("emergency disclosures")
        indexes = [models.Index(fields=["program", "id"], condition=Q(reviewed_at__isnull=True), name="emergencies_to_review")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(recipient_name="") & ~Q(recipient_facility="") & ~Q(nature="") & ~Q(categories=[]),
                name="emergency_holds_all_four_facts_of_2_51_c",
            ),
            models.CheckConstraint(
                condition=Q(kind="fda") | ~Q(no_consent_because=""), name="medical_emergency_says_why_there_was_no_consent"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True) | (Q(reviewed_by__isnull=False) & ~Q(review="")),
                name="review_of_emergency_says_who_and_what",
            ),
        ]
        triggers = [
            *append_only(but_updates=True),
            pgtrigger.Trigger(
                name="tells_medical_personnel_or_the_fda", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_TELLS_SOMEBODY_ELSE
            ),
            _locked("facts_of_emergency_are_locked", _FACTS_OF_EMERGENCY, "The facts of an emergency are not written anew."),
        ]

    def __str__(self) -> str:
        """Return who was told, and where."""
        return f"{self.recipient_name}, {self.recipient_facility}"

    @property
    def category_words(self) -> str:
        """Return in words what was told."""
        return in_words(InformationCategory, self.categories)


class _Authority(Recorded):
    """Carry what every paper has that opens the record without consent: whose record, how far, and whether it still holds."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    categories = ArrayField(
        models.CharField(max_length=32, choices=InformationCategory.choices), verbose_name=_("information"), default=list, blank=True
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_because = models.CharField(_("why it ended"), max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def category_words(self) -> str:
        """Return in words which information it opens."""
        return in_words(InformationCategory, self.categories)


@tracked
class CourtOrder(_Authority):
    """Hold a court order as it was made; one that lacks an element is kept too, and opens nothing (42 CFR 2.61-2.67)."""

    sensitivity = Sensitivity.RESTRICTED

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who is to be told")
    )
    kind = models.CharField(_("what it is for"), max_length=16, choices=OrderKind.choices, blank=True)
    court = models.CharField(_("court"), max_length=200, blank=True)
    case_number = EncryptedTextField(_("case number"), purpose="patients_courtorder.case_number", null=True, blank=True)
    ordered_on = models.DateField(_("ordered on"), null=True, blank=True)
    findings = ArrayField(models.CharField(max_length=32, choices=Finding.choices), verbose_name=_("findings"), default=list, blank=True)
    notice_given = models.BooleanField(_("notice and chance to be heard"), default=False)
    subpoena = models.CharField(_("subpoena or mandate"), max_length=200, blank=True)
    covers_counseling_notes = models.BooleanField(_("reaches counseling notes"), default=False)
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("court order")
        verbose_name_plural = _("court orders")
        indexes = [models.Index(fields=["patient", "-id"], name="court_orders_of_patient")]
        constraints = [models.CheckConstraint(condition=Q(ended_at__isnull=True) | ~Q(ended_because=""), name="ended_court_order_says_why")]
        triggers = append_only(but_updates=True)

    def __str__(self) -> str:
        """Return the court and the day."""
        return f"{self.court or '?'}, {self.ordered_on or '?'}"

    @property
    def finding_words(self) -> str:
        """Return in words what the court found."""
        return in_words(Finding, self.findings)


@tracked
class AuditAccess(_Authority):
    """Say who audits or evaluates the program, and what binds whoever takes copies away (42 CFR 2.53)."""

    sensitivity = Sensitivity.OPERATIONAL

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("for whom"))
    auditor = models.CharField(_("who audits"), max_length=120)
    authority = models.CharField(_("authority"), max_length=32, choices=AuditAuthority.choices)
    begins_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    copies_leave = models.BooleanField(_("copies leave the program"), default=False)
    agreed_on = models.DateField(_("agreed in writing on"), null=True, blank=True)
    destroy_by = models.DateField(_("destroy or give back by"), null=True, blank=True)
    oversees_originator = models.BooleanField(_("oversees who wrote the counseling notes"), default=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("audit")
        verbose_name_plural = _("audits")
        constraints = [
            models.CheckConstraint(
                condition=Q(copies_leave=False) | Q(agreed_on__isnull=False, destroy_by__isnull=False),
                name="copies_leave_only_when_their_end_is_agreed",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("begins_on")), name="audit_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(auditor="") & ~Q(authority=""), name="audit_says_who_and_on_what_authority"),
        ]
        triggers = append_only(but_updates=True)

    def __str__(self) -> str:
        """Return who audits."""
        return self.auditor


@tracked
class ResearchApproval(_Authority):
    """Hold the approval on which research may be told (42 CFR 2.52)."""

    sensitivity = Sensitivity.OPERATIONAL

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("for whom"))
    researcher = models.CharField(_("researcher"), max_length=120)
    title = models.CharField(_("research"), max_length=200)
    approval_kind = models.CharField(_("approval"), max_length=16, choices=ApprovalKind.choices)
    approval_reference = models.CharField(_("number of the approval"), max_length=120)
    approved_on = models.DateField(_("approved on"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("research approval")
        verbose_name_plural = _("research approvals")
        constraints = [
            models.CheckConstraint(
                condition=~Q(researcher="") & ~Q(approval_kind="") & ~Q(approval_reference=""),
                name="research_says_who_and_on_which_approval",
            )
        ]
        triggers = append_only(but_updates=True)

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class AuthorityReport(Recorded):
    """Hold a report that the law lets through without consent: what was said to whom, and which facts it named (42 CFR 2.12(c)(5)-(6))."""

    sensitivity = Sensitivity.RESTRICTED

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=16, choices=ReportKind.choices)
    authority = models.CharField(_("reported to"), max_length=200)
    incident = EncryptedTextField(_("what happened"), purpose="patients_authorityreport.incident")
    fields = ArrayField(models.CharField(max_length=32, choices=ReportField.choices), verbose_name=_("what it names"))

    class Meta:
        ordering = ["-id"]
        verbose_name = _("report to an authority")
        verbose_name_plural = _("reports to authorities")
        constraints = [
            models.CheckConstraint(condition=~Q(authority="") & ~Q(fields=[]), name="report_says_to_whom_and_what_it_names"),
            models.CheckConstraint(
                condition=Q(kind="crime", fields__contained_by=["incident", "patient_status", "name", "address", "last_whereabouts"])
                | Q(kind="child_abuse", fields__contained_by=["incident", "child", "name", "address"]),
                name="report_names_only_what_the_law_lets_through",
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        """Return to whom it went."""
        return self.authority

    @property
    def field_words(self) -> str:
        """Return in words what it names."""
        return in_words(ReportField, self.fields)
