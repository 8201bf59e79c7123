"""Take a bundle over, all of it or nothing."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Refused
from casemgr.importing.parsing import ParsedBundle
from casemgr.importing.queries import Comparison, compare
from casemgr.importing.taking_over.clinical import take_over_clinical
from casemgr.importing.taking_over.people import take_over_directory, take_over_patients
from casemgr.importing.taking_over.plans import take_over_plans
from casemgr.importing.taking_over.work import Work

ONE_AT_A_TIME = 8_416_009
"""Key of the lock under which one bundle is taken over at a time, so that two imports cannot make the same rows twice."""

MOST_REASONS = 20


@dataclass(frozen=True)
class TakenOver:
    """Tell what each entry of a bundle was to our record, and what a person may want to know."""

    comparison: Comparison
    notes: tuple[str, ...]


@action(Can.IMPORT_RECORDS)
def import_bundle(*, bundle: ParsedBundle, site: Site, by: User, at: datetime) -> TakenOver:
    """Take over every entry of a bundle that is new or told anew; with one that is wrong, none of them."""
    _refuse(bundle.problems)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ONE_AT_A_TIME, 0])
    comparison = compare(bundle, site)
    _refuse(comparison.problems)
    work = Work(bundle, comparison, site, by, at)
    take_over_directory(work)
    take_over_patients(work)
    take_over_clinical(work)
    take_over_plans(work)
    work.remember()
    return TakenOver(comparison, (*comparison.notes, *work.notes))


def _refuse(problems: list[str]) -> None:
    """Refuse the bundle with all that is wrong in it, as far as anybody would read."""
    if problems:
        more = [f"… and {len(problems) - MOST_REASONS} more."] if len(problems) > MOST_REASONS else []
        raise Refused(*problems[:MOST_REASONS], *more)
