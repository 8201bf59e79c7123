"""Name what a diagnosis can be, in words for people and in the codes that FHIR has for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Axis(models.TextChoices):
    """Say which of the disorders treated together a fact belongs to."""

    SUBSTANCE_USE = "substance_use", _("Substance use")
    MENTAL_HEALTH = "mental_health", _("Mental health")
    SOCIAL = "social", _("Social")
    PHYSICAL = "physical", _("Physical health")


class Certainty(models.TextChoices):
    """Say how sure a diagnosis is (FHIR condition-ver-status)."""

    PROVISIONAL = "provisional", _("Provisional")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUTED = "refuted", _("Refuted")


class CourseOfDiagnosis(models.TextChoices):
    """Say where a diagnosis stands (FHIR condition-clinical)."""

    ACTIVE = "active", _("Active")
    REMISSION = "remission", _("In remission")
    RESOLVED = "resolved", _("Resolved")


class Substance(models.TextChoices):
    """Name the groups of substances that have a use disorder of their own."""

    OPIOID = "opioid", _("Opioids")
    ALCOHOL = "alcohol", _("Alcohol")
    SEDATIVE = "sedative", _("Sedatives, hypnotics, anxiolytics")
    COCAINE = "cocaine", _("Cocaine")
    STIMULANT = "stimulant", _("Amphetamine-type and other stimulants")
    CANNABIS = "cannabis", _("Cannabis")
    HALLUCINOGEN = "hallucinogen", _("Hallucinogens")
    INHALANT = "inhalant", _("Inhalants")
    TOBACCO = "tobacco", _("Tobacco")
    OTHER_SUBSTANCE = "other_substance", _("Another substance")


class Disorder(models.TextChoices):
    """Name the disorders that have questions of their own; every other one is found by its code."""

    OPIOID = "opioid", _("Opioid use disorder")
    ALCOHOL = "alcohol", _("Alcohol use disorder")
    SEDATIVE = "sedative", _("Sedative, hypnotic or anxiolytic use disorder")
    COCAINE = "cocaine", _("Cocaine use disorder")
    STIMULANT = "stimulant", _("Other stimulant use disorder")
    CANNABIS = "cannabis", _("Cannabis use disorder")
    HALLUCINOGEN = "hallucinogen", _("Hallucinogen use disorder")
    INHALANT = "inhalant", _("Inhalant use disorder")
    TOBACCO = "tobacco", _("Tobacco use disorder")
    OTHER_SUBSTANCE = "other_substance", _("Other substance use disorder")
    DEPRESSION = "depression", _("Major depressive disorder")
    GENERALIZED_ANXIETY = "generalized_anxiety", _("Generalized anxiety disorder")
    PANIC = "panic", _("Panic disorder")
    SOCIAL_ANXIETY = "social_anxiety", _("Social anxiety disorder")
    PTSD = "ptsd", _("Posttraumatic stress disorder")
    BIPOLAR_1 = "bipolar_1", _("Bipolar I disorder")
    BIPOLAR_2 = "bipolar_2", _("Bipolar II disorder")
    BORDERLINE = "borderline", _("Borderline personality disorder")


class Severity(models.TextChoices):
    """Say how severe a disorder is."""

    MILD = "mild", _("Mild")
    MODERATE = "moderate", _("Moderate")
    SEVERE = "severe", _("Severe")


class EpisodeKind(models.TextChoices):
    """Say whether a depressive episode is the first."""

    SINGLE = "single", _("Single episode")
    RECURRENT = "recurrent", _("Recurrent")


class Pole(models.TextChoices):
    """Say which way the present or last episode of a bipolar disorder goes."""

    DEPRESSED = "depressed", _("Depressed")
    MANIC = "manic", _("Manic")
    HYPOMANIC = "hypomanic", _("Hypomanic")
    MIXED = "mixed", _("Mixed")


class RemissionExtent(models.TextChoices):
    """Say how far a mood episode has gone."""

    PARTIAL = "partial", _("Partial remission")
    FULL = "full", _("Full remission")


class RelationToUse(models.TextChoices):
    """Say how a mental health problem hangs together with substance use."""

    INDEPENDENT = "independent", _("Independent of use")
    SUBSTANCE_INDUCED = "substance_induced", _("Substance-induced")
    WORSENED_BY_USE = "worsened_by_use", _("Worsened by use")
    UNCLEAR = "unclear", _("Unclear so far")


class Criterion(models.TextChoices):
    """Say in short words of our own what each criterion of a substance use disorder is about; its text is not ours to print."""

    MORE_THAN_MEANT = "more_than_meant", _("More, or for longer, than meant")
    CANNOT_CUT_DOWN = "cannot_cut_down", _("Wish or attempts to cut down")
    TAKES_MUCH_TIME = "takes_much_time", _("Much time spent on it")
    CRAVING = "craving", _("Craving")
    DUTIES_SUFFER = "duties_suffer", _("Work, school or home suffer")
    TROUBLE_WITH_OTHERS = "trouble_with_others", _("Trouble with other people")
    GIVES_UP_ACTIVITIES = "gives_up_activities", _("Other activities given up")
    PHYSICAL_DANGER = "physical_danger", _("Use in physical danger")
    HARMS_HEALTH = "harms_health", _("Use despite harm to health")
    TOLERANCE = "tolerance", _("Tolerance")
    WITHDRAWAL = "withdrawal", _("Withdrawal")


class EvidenceSource(models.TextChoices):
    """Say where a piece of evidence is from."""

    INTERVIEW = "interview", _("Interview")
    OBSERVATION = "observation", _("Seen by staff")
    INSTRUMENT = "instrument", _("Screening or instrument")
    HISTORY = "history", _("Earlier history")
    COLLATERAL = "collateral", _("Told by somebody close")
    LABORATORY = "laboratory", _("Laboratory")
    RECORDS = "records", _("Records from elsewhere")


class Weight(models.TextChoices):
    """Say which way a piece of evidence speaks."""

    FOR = "for", _("Speaks for it")
    AGAINST = "against", _("Speaks against it")
    OPEN = "open", _("Leaves it open")


class EntryKind(models.TextChoices):
    """Say what happened to a diagnosis."""

    RECORDED = "recorded", _("recorded")
    TAKEN_OVER = "taken_over", _("taken over from elsewhere")
    REVISED = "revised", _("revised")
    LOOKED_AT_AGAIN = "looked_at_again", _("looked at again, still provisional")
    EVIDENCE = "evidence", _("evidence added")
    PUT_OFF = "put_off", _("day to look again moved: use was recorded")


class UseSource(models.TextChoices):
    """Say how the program knows of use."""

    TOLD = "told", _("Told by the person")
    INSTRUMENT = "instrument", _("Screening or instrument")
    TOXICOLOGY = "toxicology", _("Toxicology, talked about")
    COLLATERAL = "collateral", _("Told by somebody close")
    RECORDS = "records", _("Records from elsewhere")


class Route(models.TextChoices):
    """Say how a substance is taken (TEDS usual route)."""

    ORAL = "oral", _("By mouth")
    SMOKED = "smoked", _("Smoked")
    INHALED = "inhaled", _("Through the nose")
    INJECTED = "injected", _("Injected")
    OTHER = "other", _("Another way")
