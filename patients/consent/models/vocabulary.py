"""Name kinds, states, purposes and parts of the record, and say in words what a consent may lack."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConsentKind(models.TextChoices):
    """Name the kinds of consent; they exclude each other (42 CFR 2.31)."""

    TREATMENT_PAYMENT_OPERATIONS = "tpo", _("Treatment, payment and operations")
    SPECIFIC = "specific", _("Specific")
    COUNSELING_NOTES = "counseling_notes", _("Counseling notes")
    PROCEEDINGS = "proceedings", _("Legal proceedings")
    CJ_REFERRAL = "cj_referral", _("Referral by the justice system")
    REGISTRY = "registry", _("Central registry and other programs")
    PDMP = "pdmp", _("Prescription monitoring program")
    RESEARCH = "research", _("Research")


class ConsentState(models.TextChoices):
    """Say where a consent stands on paper; whether it holds now is decided when it is asked."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")
    SUPERSEDED = "superseded", _("Replaced by a newer one")


class PurposeOfUse(models.TextChoices):
    """Say what information is wanted for."""

    TREATMENT = "treatment", _("Treatment")
    PAYMENT = "payment", _("Payment")
    OPERATIONS = "operations", _("Health care operations")
    HOUSING = "housing", _("Finding and keeping housing")
    EMPLOYMENT = "employment", _("Finding and keeping work")
    OTHER = "other", _("Other")
    PATIENT_REQUEST = "patient_request", _("At the request of the person")
    FUNDRAISING = "fundraising", _("Raising funds for this program")
    PROCEEDINGS = "proceedings", _("Legal proceedings")
    JUSTICE_MONITORING = "justice_monitoring", _("Monitoring a conditional release")
    REGISTRY_CHECK = "registry_check", _("Preventing enrollment in two programs")
    PDMP_REPORT = "pdmp_report", _("Report to the prescription monitoring program")
    RESEARCH = "research", _("Research")


class InformationCategory(models.TextChoices):
    """Name the parts of the record that a consent can open one by one (42 CFR 2.31(a)(3), 2.13(a))."""

    DEMOGRAPHICS = "demographics", _("Name, birth date, language")
    CONTACT = "contact", _("How to reach the person")
    MEDICATIONS = "medications", _("Medications and doses")
    DIAGNOSES = "diagnoses", _("Diagnoses")
    PLAN = "plan", _("Treatment plan")
    APPOINTMENTS = "appointments", _("Appointments and attendance")
    SCREENINGS = "screenings", _("Screenings and laboratory results")
    SESSIONS = "sessions", _("Session notes (never counseling notes)")
    HOUSING = "housing", _("Housing")
    EMPLOYMENT = "employment", _("Work and benefits")
    HEALTH = "health", _("Allergies, other medication, naloxone, overdoses, pain")
    INFECTIONS = "infections", _("HIV and other infections")
    PREGNANCY = "pregnancy", _("Pregnancy")
    COUNSELING_NOTES = "counseling_notes", _("Counseling notes")
    TRAUMA = "trauma", _("What was told of trauma")
    LEGAL = "legal", _("Legal matters")
    PARTNER_VIOLENCE = "partner_violence", _("Violence by a partner")


def in_words(choices: type[models.TextChoices], codes: Iterable[str]) -> str:
    """Return codes in words, in the order of the choices; one that is no longer known stays as it is."""
    known = {str(code): str(words) for code, words in choices.choices}
    held = set(codes)
    return ", ".join([words for code, words in known.items() if code in held] + sorted(held - set(known)))


class SignerRelationship(models.TextChoices):
    """Say who signed: the person, or somebody who may sign for them (42 CFR 2.14, 2.15)."""

    PATIENT = "patient", _("The person")
    MINOR_REPRESENTATIVE = "minor_representative", _("Parent or guardian of a minor")
    PERSONAL_REPRESENTATIVE = "personal_representative", _("Personal representative")


class SignerAuthority(models.TextChoices):
    """Say what lets a personal representative sign for somebody (42 CFR 2.14(b), 2.15)."""

    COURT = "court", _("A court order")
    PROXY = "proxy", _("A health care power of attorney")
    STATUTE = "statute", _("A statute of the state")
    ESTATE = "estate", _("Executor or administrator of the estate")
    FAMILY = "family", _("Spouse or nearest family of a person who has died")


class SignatureMethod(models.TextChoices):
    """Say how it was signed."""

    PAPER = "paper", _("On paper")
    SCREEN = "screen", _("On screen")


class Designation(models.TextChoices):
    """Say which participants of an intermediary are meant where none is named (42 CFR 2.31(a)(4)(ii)(B))."""

    TREATING_ONLY = "treating_only", _("Only those who treat the person")


class RecipientPart(models.TextChoices):
    """Say as what a consent names an organisation."""

    RECIPIENT = "recipient", _("Recipient")
    PARTICIPANT = "participant", _("Participant of the intermediary")


class Element(models.TextChoices):
    """Name what a consent must hold, and say what to do when it is missing (42 CFR 2.31)."""

    KIND = "kind", _("Choose what kind of consent this is.")
    RECIPIENTS = "recipients", _("Name at least one recipient.")
    RECIPIENT_CLASSES_KIND = "recipient_classes_kind", _("This kind of consent names each recipient; it cannot name a group of them.")
    PARTICIPANTS = (
        "participants",
        _("An exchange of many organizations is named: name who behind it may be told, or choose “only those who treat the person”."),
    )
    INTERMEDIARY = "intermediary", _("Participants are named: name the exchange too, through which they are told.")
    PURPOSES = "purposes", _("Choose at least one purpose.")
    PURPOSES_TPO = (
        "purposes_tpo",
        _("This kind of consent is for treatment, payment and operations only. Use a specific consent for the rest."),
    )
    PURPOSES_SPECIFIC = (
        "purposes_specific",
        _("Proceedings, courts, registries, prescription monitoring and research need consents of their own."),
    )
    PURPOSES_COUNSELING_NOTES = "purposes_counseling_notes", _("A consent to counseling notes cannot be combined with other purposes.")
    PURPOSES_PROCEEDINGS = "purposes_proceedings", _("A consent for legal proceedings cannot be combined with any other purpose.")
    PURPOSES_CJ_REFERRAL = "purposes_cj_referral", _("A consent for the justice system is for monitoring the conditional release only.")
    PURPOSES_REGISTRY = "purposes_registry", _("A consent for registries is for preventing enrollment in two programs only.")
    PURPOSES_PDMP = "purposes_pdmp", _("A consent for prescription monitoring is for that report only.")
    PURPOSES_RESEARCH = "purposes_research", _("A consent for research is for research only.")
    INITIATED = "initiated_by_patient", _("“At the request of the person” needs that the person asked for it. Say so, or name the purpose.")
    FUNDRAISING = "fundraising_statement", _("Say that the person may choose to receive no fundraising letters.")
    CATEGORIES = "categories", _("Choose which information may be told.")
    CATEGORIES_TPO = (
        "categories_tpo",
        _("Counseling notes, trauma, legal matters and violence by a partner cannot stand in this consent. Use one of their own."),
    )
    CATEGORIES_SPECIFIC = "categories_specific", _("Counseling notes need a consent of their own.")
    CATEGORIES_COUNSELING_NOTES = "categories_counseling_notes", _("A consent to counseling notes opens these and nothing else.")
    CATEGORIES_PROCEEDINGS = "categories_proceedings", _("Counseling notes need a consent of their own, also for proceedings.")
    CATEGORIES_CJ_REFERRAL = (
        "categories_cj_referral",
        _("Counseling notes, trauma, legal matters and violence by a partner are not told to those who monitor a release."),
    )
    CATEGORIES_REGISTRY = "categories_registry", _("A registry is told who the person is and about the medication, nothing else.")
    CATEGORIES_PDMP = (
        "categories_pdmp",
        _("Prescription monitoring is told who the person is, the address and the medication, nothing else."),
    )
    CATEGORIES_RESEARCH = (
        "categories_research",
        _("Counseling notes, trauma, legal matters and violence by a partner cannot stand in a consent for research."),
    )
    DESCRIPTION = "description", _("Describe in words what may be told.")
    REVOCATION = "revocation_statement", _("Say that the person may revoke this consent, and how.")
    EXPIRY = "valid_until", _("Give a date, or an event, with which this consent ends.")
    EXPIRY_NONE = (
        "ends_with_none",
        _("Only a consent for treatment, payment and operations or for research may have no end. Give a date or an event."),
    )
    EXPIRY_PAST = "valid_until_past", _("This consent would end before it begins. Give a later date.")
    EXPIRY_ENROLLMENT = "ends_with_enrollment", _("A consent for registries ends with the enrollment here. Say so.")
    PERIOD_END = "period_end", _("Give the day on which the period of monitoring ends.")
    REVOCABLE_AFTER = "revocable_after", _("Say from which day, or after which event, this consent can be revoked.")
    REVOCABLE_NEVER = "revocable_never", _("It must be revocable before it ends. Give an earlier day.")
    SIGNER = "signed_by", _("Write the name of who signed.")
    RELATIONSHIP = "signer_relationship", _("Say whether the person or somebody for them signed.")
    AUTHORITY = "signer_authority", _("Say what lets the personal representative sign: a court order, a power of attorney, a statute.")
    AUTHORITY_WHILE_ALIVE = (
        "authority_while_alive",
        _("Estate and family sign only for a person who has died. If that is so, put the day of death on record first."),
    )
    SIGNER_OF_ADULT = "signer_of_adult", _("This person is grown up: no parent or guardian of a minor can sign.")
    SIGNER_DEAD = "signer_dead", _("This person had died by then. A personal representative signs.")
    SIGNED_BEFORE_BIRTH = "signed_before_birth", _("The signature cannot be of a day before this person was born.")
    SIGNED_ON = "signed_on", _("Give the date of the signature.")
    SIGNED_LATER = "signed_on_later", _("The signature cannot be of a day that has not come yet.")
    ATTESTATION = "attestation", _("A signature on screen needs the sentence that the person agreed to, and who of the staff was there.")
    REDISCLOSURE = (
        "redisclosure_statement",
        _("Say that the recipient may pass the information on and that it may then no longer be protected."),
    )
    HIPAA = (
        "hipaa_statement",
        _("Say that hospitals, doctors and health plans may pass it on as HIPAA permits, but not for proceedings against the person."),
    )
    REFUSAL = "refusal_statement", _("Say what follows when the person does not sign.")
    JUSTICE = "justice", _("Courts, police and probation need a consent of their own kind: for proceedings, or as a referral by them.")
    MONITORS = "monitors", _("Name only those of the justice system who monitor the conditional release.")
    REGISTRIES = "registries", _("Name only central registries and treatment programs.")
    ADDRESSES = "addresses", _("Each registry and program must be named with its address. Add it on the organization's page.")
    MONITORING_PROGRAM = "monitoring_program", _("Name only the prescription monitoring program of the state.")


class Shortfall(models.TextChoices):
    """Say why a consent does not open the record to somebody."""

    NO_CONSENT = "no_consent", _("No consent is on file.")
    NOT_ACTIVE = "not_active", _("The consent is not in force.")
    REVOKED = "revoked", _("The consent was revoked.")
    EXPIRED = "expired", _("The consent has ended.")
    SUPERSEDED = "superseded", _("The consent was replaced by a newer one.")
    KNOWN_FALSE = "known_false", _("The consent is known to be false.")
    DEFICIENT = "deficient", _("The consent lacks an element that the law asks for.")
    NOT_SIGNED_YET = "not_signed_yet", _("The consent is signed for a later day.")
    RECIPIENT = "recipient", _("The consent does not name this recipient.")
    PURPOSE = "purpose", _("The consent does not allow this purpose.")
    OPTED_OUT = "opted_out", _("The person wants no fundraising.")
    CATEGORY = "category", _("The consent does not reach this information.")
    JUSTICE = "justice", _("Courts, police and probation are told nothing on this consent.")
