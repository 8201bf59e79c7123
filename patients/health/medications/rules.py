"""Know which medications deserve a second look together, and when a list of medications is compared anew.

Nothing here stops anything: a warning says what to look at and where that is written, and a clinician decides. No dose is computed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

RECONCILE_AFTER_DAYS = 30
RECONCILE_SOURCE = "Program policy (medication management, reconciled within 30 days)"
"""Days after which the list is compared again. The figure is ours."""

METHADONE, BUPRENORPHINE, NALTREXONE = "methadone", "buprenorphine", "naltrexone"


@dataclass(frozen=True)
class InteractionRule:
    """Name a warning: with which medication for opioid use disorder, for which other medications, and where it is written."""

    code: str
    given: frozenset[str]
    names: tuple[str, ...]
    source: str

    def concerns(self, name: str) -> bool:
        """Say whether a medication, as it was written, is one of these."""
        return any(re.search(rf"\b{re.escape(known)}", name.casefold()) for known in self.names)


BENZODIAZEPINES = (
    "alprazolam", "xanax", "chlordiazepoxide", "clonazepam", "klonopin", "clorazepate", "diazepam", "valium", "estazolam", "flurazepam",
    "lorazepam", "ativan", "midazolam", "oxazepam", "temazepam", "triazolam", "benzodiazepine",
)  # fmt: skip
OTHER_SEDATIVES = (
    "zolpidem", "ambien", "eszopiclone", "lunesta", "zaleplon", "gabapentin", "neurontin", "pregabalin", "lyrica", "carisoprodol",
    "baclofen", "cyclobenzaprine", "tizanidine", "phenobarbital", "butalbital",
)  # fmt: skip
PROLONGS_QT = (
    "amiodarone", "sotalol", "dofetilide", "quinidine", "procainamide", "disopyramide", "haloperidol", "ziprasidone", "pimozide",
    "thioridazine", "chlorpromazine", "quetiapine", "citalopram", "escitalopram", "erythromycin", "clarithromycin", "azithromycin",
    "moxifloxacin", "levofloxacin", "fluconazole", "ondansetron", "hydroxychloroquine", "hydroxyzine",
)  # fmt: skip
INDUCES_CYP3A4 = (
    "rifampin", "rifampicin", "rifabutin", "carbamazepine", "phenytoin", "phenobarbital", "primidone", "efavirenz", "nevirapine",
    "st. john", "st john", "apalutamide", "enzalutamide",
)  # fmt: skip
INHIBITS_CYP3A4 = (
    "ketoconazole", "itraconazole", "fluconazole", "voriconazole", "clarithromycin", "erythromycin", "fluvoxamine", "ritonavir",
    "cobicistat", "atazanavir", "grapefruit",
)  # fmt: skip
OPIOID_ANALGESICS = (
    "oxycodone", "oxycontin", "percocet", "hydrocodone", "vicodin", "hydromorphone", "dilaudid", "morphine", "fentanyl", "codeine",
    "tramadol", "tapentadol", "meperidine", "oxymorphone",
)  # fmt: skip

AGONISTS = frozenset({METHADONE, BUPRENORPHINE})
FDA_2017 = "FDA Drug Safety Communication of September 20, 2017: do not withhold buprenorphine or methadone because of sedatives"
METHADONE_LABEL = "Methadone label, warnings on QT prolongation and section 7 on drug interactions; the list of names is program policy"
AGONIST_LABELS = "Labels of methadone and buprenorphine, section 7 on drug interactions; the list of names is program policy"

INTERACTIONS = (
    InteractionRule("benzodiazepine", AGONISTS, BENZODIAZEPINES, FDA_2017),
    InteractionRule("sedative", AGONISTS, OTHER_SEDATIVES, FDA_2017),
    InteractionRule("prolongs_qt", frozenset({METHADONE}), PROLONGS_QT, METHADONE_LABEL),
    InteractionRule("cyp3a4_inducer", AGONISTS, INDUCES_CYP3A4, AGONIST_LABELS),
    InteractionRule("cyp3a4_inhibitor", AGONISTS, INHIBITS_CYP3A4, AGONIST_LABELS),
    InteractionRule("opioid_analgesic", AGONISTS, OPIOID_ANALGESICS, "Program policy: the prescriber hears of every opioid analgesic"),
    InteractionRule("opioid_blocked", frozenset({NALTREXONE}), OPIOID_ANALGESICS, "Label of extended-release naltrexone, warnings"),
)
"""Every warning. Names are those of RxNorm ingredients, and brand names that people say; no list of others is copied."""


class Interaction(NamedTuple):
    """Hold one warning about one medication of a person."""

    rule: str
    about: str
    given: str
    source: str


def interactions_of(names: Iterable[str], given: Iterable[str]) -> list[Interaction]:
    """Return the warnings about these medications with what is given for opioid use disorder, each once."""
    with_these = sorted({one.casefold() for one in given})
    return [
        Interaction(rule.code, name, drug, rule.source)
        for name in dict.fromkeys(names)
        for rule in INTERACTIONS
        if rule.concerns(name)
        for drug in with_these
        if drug in rule.given
    ]


def possible_interactions(name: str) -> list[InteractionRule]:
    """Return the warnings that a medication gives rise to if the person takes what the rule names."""
    return [rule for rule in INTERACTIONS if rule.concerns(name)]


def reconciliation_due_on(last: date | None, listed_on: date | None) -> date | None:
    """Return by when the list is compared: 30 days after the last time, or as soon as something is on it; nothing without a list."""
    if listed_on is None:
        return None
    return last + timedelta(days=RECONCILE_AFTER_DAYS) if last else listed_on
