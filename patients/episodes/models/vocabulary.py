"""Code what TEDS asks of an admission and a discharge; where the code set differs, the words here are ours and the codes are theirs.

Codes and their meaning: TEDS-A and TEDS-D codebooks (SAMHSA). An empty code says that nobody asked yet; "not collected" is an answer.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DischargeReason(models.TextChoices):
    """Code why an episode ended (TEDS-D REASON)."""

    COMPLETED = "1", _("Treatment completed")
    LEFT = "2", _("Left before completion")
    ENDED_BY_PROGRAM = "3", _("Ended by the program")
    TRANSFERRED = "4", _("Transferred")
    INCARCERATED = "5", _("Incarcerated")
    DIED = "6", _("Died")
    OTHER = "7", _("Other")


class ReferralSource(models.TextChoices):
    """Code who sent the person (TEDS-A PSOURCE)."""

    SELF = "1", _("Self, family or friend")
    SUBSTANCE_USE_CARE = "2", _("Substance use care provider")
    HEALTH_CARE = "3", _("Other health care provider")
    SCHOOL = "4", _("School")
    EMPLOYER = "5", _("Employer")
    COMMUNITY = "6", _("Other community referral")
    JUSTICE = "7", _("Court or criminal justice")
    UNKNOWN = "97", _("Unknown")


class ServiceType(models.TextChoices):
    """Code the kind of service (TEDS-A SERVICES)."""

    WITHDRAWAL_HOSPITAL = "1", _("Withdrawal management, hospital")
    WITHDRAWAL_RESIDENTIAL = "2", _("Withdrawal management, residential")
    RESIDENTIAL_HOSPITAL = "3", _("Residential, hospital")
    RESIDENTIAL_SHORT = "4", _("Residential, up to 30 days")
    RESIDENTIAL_LONG = "5", _("Residential, more than 30 days")
    INTENSIVE_OUTPATIENT = "6", _("Intensive outpatient")
    OUTPATIENT = "7", _("Outpatient, also opioid treatment program")
    WITHDRAWAL_AMBULATORY = "8", _("Withdrawal management, outpatient")


class YesNo(models.TextChoices):
    """Code an answer to a yes-or-no question of TEDS."""

    YES = "1", _("Yes")
    NO = "2", _("No")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class YesNoOrNotApplicable(models.TextChoices):
    """Code an answer to a yes-or-no question that does not apply to everybody (TEDS-A PREG, METHUSE)."""

    YES = "1", _("Yes")
    NO = "2", _("No")
    NOT_APPLICABLE = "96", _("Does not apply")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class PriorTreatments(models.TextChoices):
    """Code how often the person was in treatment before (TEDS-A NOPRIOR)."""

    NONE = "0", _("None")
    ONE = "1", _("Once")
    TWO = "2", _("Twice")
    THREE = "3", _("Three times")
    FOUR = "4", _("Four times")
    FIVE_OR_MORE = "5", _("Five times or more")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class Living(models.TextChoices):
    """Code where the person lives (TEDS-A LIVARAG)."""

    NO_HOME = "1", _("Without a home, also in a shelter")
    DEPENDENT = "2", _("In a supervised setting, or a minor with family")
    INDEPENDENT = "3", _("Independently, also with parents")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class Employment(models.TextChoices):
    """Code whether the person works (TEDS-A EMPLOY)."""

    FULL_TIME = "1", _("Full time")
    PART_TIME = "2", _("Part time")
    LOOKING = "3", _("Out of work, looking for it")
    NOT_IN_LABOR_FORCE = "4", _("Not in the labor force")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class OutsideLaborForce(models.TextChoices):
    """Code why the person is not in the labor force (TEDS-A DETNLF)."""

    HOMEMAKER = "1", _("Keeps the home")
    STUDENT = "2", _("Student")
    RETIRED = "3", _("Retired")
    DISABILITY = "4", _("Lives with a disability")
    INSTITUTION = "5", _("Lives in an institution")
    OTHER = "6", _("Other")
    NOT_APPLICABLE = "96", _("Does not apply")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class Marital(models.TextChoices):
    """Code whether the person is married (TEDS-A MARSTAT)."""

    NEVER = "1", _("Never married")
    MARRIED = "2", _("Married or living as married")
    SEPARATED = "3", _("Separated")
    DIVORCED = "4", _("Divorced")
    WIDOWED = "5", _("Widowed")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class Income(models.TextChoices):
    """Code what the person mainly lives on (TEDS-A PRIMINC)."""

    WAGES = "1", _("Wages")
    PUBLIC_ASSISTANCE = "2", _("Public assistance")
    RETIREMENT = "3", _("Retirement or pension")
    DISABILITY = "4", _("Disability benefits")
    OTHER = "20", _("Other")
    NONE = "21", _("None")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class Justice(models.TextChoices):
    """Code which part of the justice system sent the person (TEDS-A DETCRIM)."""

    COURT = "1", _("State or federal court")
    OTHER_COURT = "2", _("Other court")
    PROBATION = "3", _("Probation or parole")
    LEGAL_ENTITY = "4", _("Other legal entity")
    DIVERSION = "5", _("Diversion program")
    PRISON = "6", _("Prison")
    DRIVING = "7", _("Driving under the influence")
    OTHER = "8", _("Other")
    NOT_APPLICABLE = "96", _("Does not apply")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class SelfHelp(models.TextChoices):
    """Code how often the person went to a self-help group in the last 30 days (TEDS-A FREQ_ATND_SELF_HELP)."""

    NEVER = "1", _("Not at all")
    MONTHLY = "2", _("1-3 times a month")
    WEEKLY = "3", _("About once a week")
    OFTEN = "4", _("2-3 times a week")
    MOST_DAYS = "5", _("At least 4 times a week")
    SOME = "6", _("Sometimes, how often is unknown")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class Insurance(models.TextChoices):
    """Code how the person is insured (TEDS-A HLTHINS)."""

    PRIVATE = "1", _("Private")
    BLUE_CROSS = "2", _("Blue Cross Blue Shield")
    MEDICARE = "3", _("Medicare")
    MEDICAID = "4", _("Medicaid")
    HMO = "6", _("Health maintenance organization")
    OTHER = "20", _("Other, also TRICARE")
    NONE = "21", _("None")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class Payment(models.TextChoices):
    """Code who mainly pays for this care (TEDS-A PRIMPAY)."""

    SELF = "1", _("The person")
    BLUE_CROSS = "2", _("Blue Cross Blue Shield")
    MEDICARE = "3", _("Medicare")
    MEDICAID = "4", _("Medicaid")
    GOVERNMENT = "5", _("Other government")
    WORKERS_COMPENSATION = "6", _("Workers' compensation")
    INSURANCE = "7", _("Other health insurance")
    NO_CHARGE = "8", _("No charge")
    OTHER = "9", _("Other")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class Race(models.TextChoices):
    """Code what race the person calls their own (TEDS-A RACE)."""

    ALASKA_NATIVE = "1", _("Alaska Native")
    AMERICAN_INDIAN = "2", _("American Indian")
    BLACK = "4", _("Black or African American")
    WHITE = "5", _("White")
    ASIAN = "13", _("Asian")
    OTHER = "20", _("Another race")
    SEVERAL = "21", _("Two or more races")
    PACIFIC = "23", _("Native Hawaiian or Other Pacific Islander")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class Ethnicity(models.TextChoices):
    """Code whether the person calls themselves Hispanic or Latino (TEDS-A ETHNIC)."""

    PUERTO_RICAN = "1", _("Puerto Rican")
    MEXICAN = "2", _("Mexican")
    CUBAN = "3", _("Cuban")
    OTHER_HISPANIC = "4", _("Other Hispanic or Latino")
    NOT_HISPANIC = "5", _("Not Hispanic or Latino")
    HISPANIC = "6", _("Hispanic or Latino, not said which")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class Substance(models.TextChoices):
    """Code a substance (TEDS-A SUB1-3)."""

    NONE = "1", _("None")
    ALCOHOL = "2", _("Alcohol")
    COCAINE = "3", _("Cocaine or crack")
    CANNABIS = "4", _("Cannabis")
    HEROIN = "5", _("Heroin")
    METHADONE = "6", _("Methadone without prescription")
    OTHER_OPIOIDS = "7", _("Other opioids, also fentanyl")
    PCP = "8", _("PCP")
    HALLUCINOGENS = "9", _("Hallucinogens")
    METHAMPHETAMINE = "10", _("Methamphetamine")
    OTHER_AMPHETAMINES = "11", _("Other amphetamines")
    OTHER_STIMULANTS = "12", _("Other stimulants")
    BENZODIAZEPINES = "13", _("Benzodiazepines")
    OTHER_TRANQUILIZERS = "14", _("Other tranquilizers")
    BARBITURATES = "15", _("Barbiturates")
    OTHER_SEDATIVES = "16", _("Other sedatives")
    INHALANTS = "17", _("Inhalants")
    OVER_THE_COUNTER = "18", _("Over-the-counter medication")
    OTHER = "20", _("Other")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class Route(models.TextChoices):
    """Code how a substance is taken (TEDS-A ROUTE1-3)."""

    ORAL = "1", _("By mouth")
    SMOKED = "2", _("Smoked")
    INHALED = "3", _("Inhaled or snorted")
    INJECTED = "4", _("Injected")
    OTHER = "20", _("Other")
    NOT_APPLICABLE = "96", _("Does not apply")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")


class Frequency(models.TextChoices):
    """Code how often a substance was taken in the last month (TEDS-A FREQ1-3)."""

    NOT_LAST_MONTH = "1", _("Not in the last month")
    MONTHLY = "2", _("1-3 days in the last month")
    WEEKLY = "3", _("1-2 days a week")
    MOST_DAYS = "4", _("3-6 days a week")
    DAILY = "5", _("Daily")
    NOT_APPLICABLE = "96", _("Does not apply")
    UNKNOWN = "97", _("Unknown")
    NOT_COLLECTED = "98", _("Not collected")
