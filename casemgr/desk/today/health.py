"""Find what waits for those who look after somebody's health: naloxone, and lists of medication."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.desk.today.scope import Scope
from casemgr.desk.today.sections import MOST_ROWS, Row, Section, section, way
from patients.caseload.queries import patients_seen_by
from patients.episodes.models import Episode
from patients.health.medications.models import OtherMedication, Reconciliation
from patients.health.medications.rules import RECONCILE_AFTER_DAYS
from patients.health.naloxone.models import NALOXONE_WORDS, KitState, NaloxoneKit
from patients.health.naloxone.rules import EXPIRES_WITHIN_DAYS, GIVEN_WITHIN_MONTHS, KitInHand, need_of_naloxone
from patients.health.rules import months_before
from patients.record.models import Patient

OF_PATIENT = {"patient": OuterRef("pk"), "in_error_why": ""}


def _in_care(scope: Scope) -> QuerySet[Patient]:
    """Return the people in care whose health I may write about."""
    care = Episode.objects.filter(patient=OuterRef("pk"), discharged_on__isnull=True)
    return Patient.objects.filter(Exists(care), pk__in=patients_seen_by(scope.user, can=Can.RECORD_HEALTH), deceased_on__isnull=True)


def naloxone(scope: Scope) -> Section:
    """Find the people without naloxone that is good: those whose kit expired first, then those who have none.

    Asked in two statements: among many people only those with a kit are put in order, and the others are found one by one until enough.
    """
    kits = NaloxoneKit.objects.filter(**OF_PATIENT, state=KitState.IN_HAND)
    lasting = kits.filter(
        Q(expires_on__isnull=True) | Q(expires_on__gte=scope.in_days(EXPIRES_WITHIN_DAYS)),
        given_on__gte=months_before(scope.today, GIVEN_WITHIN_MONTHS),
    )
    best = kits.order_by("-expires_on", "-given_on")
    people = _in_care(scope)
    replace = (
        people.filter(Exists(kits), ~Exists(lasting))
        .annotate(given_on=Subquery(best.values("given_on")[:1]), expires_on=Subquery(best.values("expires_on")[:1]))
        .order_by("expires_on", "pk")[: MOST_ROWS + 1]
    )
    without = people.filter(~Exists(kits)).order_by("pk")[: MOST_ROWS + 1]

    def row(person: Patient, *kit: KitInHand) -> Row:
        need = need_of_naloxone(kit, scope.today)
        return Row(
            NALOXONE_WORDS[need] if need else _("Naloxone"),
            person,
            since=kit[0].expires_on if kit else None,
            since_words=_("good until") if kit and kit[0].expires_on else "",
            kind="warn",
            state=_("Give naloxone"),
            step=_("Give naloxone"),
            url=way("patients:add_health_fact", person.public_id, "naloxone"),
        )

    rows = [row(person, KitInHand(person.given_on, person.expires_on)) for person in replace]
    return section(
        "naloxone",
        gettext_lazy("Naloxone to give or replace"),
        "package",
        [*rows, *(row(person) for person in without)][: MOST_ROWS + 1],
        empty=gettext_lazy("Everybody in care has naloxone that is good"),
        empty_help=gettext_lazy("People appear here without a kit in hand, and a month before theirs expires."),
    )


def reconciliation(scope: Scope) -> Section:
    """Find the lists of medication that nobody compared for a month; the longest first."""
    taken = OtherMedication.objects.filter(**OF_PATIENT, until__isnull=True).order_by().values("patient")
    compared = Reconciliation.objects.filter(**OF_PATIENT).order_by().values("patient")
    last = Subquery(compared.annotate(day=Max("done_on")).values("day"))
    listed = Subquery(taken.annotate(day=Min(TruncDate("recorded_at"))).values("day"))
    since = scope.today - timedelta(days=RECONCILE_AFTER_DAYS)
    people = (
        _in_care(scope)
        .filter(Exists(taken))
        .annotate(listed=listed, compared=last)
        .filter(Q(compared__lte=since) | Q(compared__isnull=True))
        .annotate(waits_since=Coalesce("compared", "listed"))
        .order_by("waits_since", "pk")[: MOST_ROWS + 1]
    )

    def row(person: Any) -> Row:
        return Row(
            _("List of medication"),
            person,
            since=person.waits_since,
            since_words=_("last compared") if person.compared else _("never compared, listed"),
            kind="note",
            state=_("To compare"),
            step=_("Compare the list"),
            url=way("patients:add_health_fact", person.public_id, "reconciliations"),
        )

    return section(
        "reconciliation",
        gettext_lazy("Lists of medication to compare"),
        "pill",
        (row(person) for person in people),
        empty=gettext_lazy("Every list was compared within a month"),
        empty_help=gettext_lazy("A list of other medication appears here thirty days after it was last compared with somebody."),
    )
