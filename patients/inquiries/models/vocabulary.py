"""Name who asks for help, what for, what was asked of them, and how it ends."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Asker(models.TextChoices):
    """Say who asks."""

    PERSON = "person", _("The person")
    FAMILY = "family", _("Family or friend")
    PROVIDER = "provider", _("Hospital, doctor or other provider")
    COURT = "court", _("Court, probation or parole")
    OTHER = "other", _("Somebody else")


class AskedBy(models.TextChoices):
    """Say how the inquiry came."""

    PHONE = "phone", _("Phone")
    WALK_IN = "walk_in", _("In person")
    PAPER = "paper", _("Letter or fax")
    ONLINE = "online", _("Online or by e-mail")


class AskedFor(models.TextChoices):
    """Say what the person asks for."""

    MEDICATION = "medication", _("Medication for opioid use disorder")
    COUNSELING = "counseling", _("Counseling")
    MENTAL_HEALTH = "mental_health", _("Mental health care")
    WITHDRAWAL = "withdrawal", _("Help with withdrawal")
    RETURN = "return", _("To come back into care")
    INFORMATION = "information", _("Information")
    OTHER = "other", _("Something else")


class Pace(models.IntegerChoices):
    """Say how soon somebody must speak with the person; lower is sooner."""

    NOW = 1, _("At once")
    TODAY = 2, _("Today")
    SOON = 3, _("Within a day")
    ROUTINE = 4, _("Within three days")


class InquiryState(models.TextChoices):
    """Say where an inquiry stands."""

    OPEN = "open", _("To call back")
    WAITING = "waiting", _("On the waitlist")
    TO_ADMIT = "to_admit", _("To be admitted")
    CLOSED = "closed", _("Closed")


class InquiryEnd(models.TextChoices):
    """Say what an inquiry came to."""

    ADMITTED = "admitted", _("Admitted here")
    REFERRED = "referred", _("Referred elsewhere")
    NOT_FOR_US = "not_for_us", _("Needs what we do not have")
    ADMITTED_ELSEWHERE = "admitted_elsewhere", _("In care elsewhere")
    DECLINED = "declined", _("Does not want it any more")
    NOT_REACHED = "not_reached", _("Could not be reached again")
    ANSWERED = "answered", _("The question was answered")
    DIED = "died", _("Died")
    OTHER = "other", _("Other")


class TriageAnswer(models.TextChoices):
    """Say what was answered to a question of the triage."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known")
    NOT_ASKED = "not_asked", _("Not asked")


class DoneAtOnce(models.TextChoices):
    """Say what was done while the person was on the phone or at the desk."""

    EMERGENCY = "emergency", _("Called 911, or had it called")
    LIFELINE = "lifeline", _("Gave or called 988")
    HAND_OVER = "hand_over", _("Handed over in person to a clinician")
    STAYED = "stayed", _("Stayed on the line until somebody was there")
    NALOXONE_GIVEN = "naloxone_given", _("Gave naloxone")
    NALOXONE_TOLD = "naloxone_told", _("Said where to get naloxone and how to use it")
    NOTHING = "nothing", _("Nothing was possible")


class StepKind(models.TextChoices):
    """Say what was done about an inquiry."""

    REACHED = "reached", _("Spoke with the person")
    MESSAGE = "message", _("Left a message")
    NOT_REACHED = "not_reached", _("No answer")
    OFFER = "offer", _("Offered a place")
    OFFER_DECLINED = "offer_declined", _("The person declined a place")
    INTERIM = "interim", _("Gave help while waiting")
    NALOXONE = "naloxone", _("Gave naloxone")


REACHED_THE_PERSON = (StepKind.REACHED, StepKind.OFFER_DECLINED, StepKind.INTERIM, StepKind.NALOXONE)
"""Steps by which somebody saw to a person in danger. Every other one is a try: no answer, a message, an offer that may have been left."""


class InterimHelp(models.TextChoices):
    """Say which help somebody had while waiting (45 CFR 96.121, interim services)."""

    COUNSELING = "counseling", _("Counseling about HIV, tuberculosis, hepatitis and safer use")
    TREATMENT = "treatment", _("Referral for HIV or tuberculosis treatment")
    PRENATAL = "prenatal", _("Referral for prenatal care")
    PEER = "peer", _("Calls or visits by a peer worker")
    MEDICATION = "medication", _("Interim medication")
    OTHER = "other", _("Other")


class ScreeningOutcome(models.TextChoices):
    """Say what a screening visit came to."""

    ADMIT = "admit", _("Admit")
    WAIT = "wait", _("Wait for a place")
    REFER = "refer", _("Refer elsewhere")
    NOT_FOR_US = "not_for_us", _("Needs what we do not have")
