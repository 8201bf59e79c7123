"""Hold a record that a merge may take away, and tell who has in hand what is no longer there which record stays."""

from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.refusals import Reason, Refused
from patients.caseload.queries import patients_dosed_by, patients_seen_by
from patients.record.models import Patient


def held_for_a_dose(patient_id: int, by: User) -> date | None:
    """Hold one person's row until the end, and return the day of death, if any; a record that was merged into another is refused.

    One row and no second one: a merge and its undoing hold both records, so whoever held one and asked for the other would meet them
    head on. What is decided about a dose is decided about the record that is held.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT deceased_on, merged_into_id FROM patients_patient WHERE id = %s FOR NO KEY UPDATE", [patient_id])
        deceased_on, merged_into = cursor.fetchone()
    if merged_into is not None:
        raise Refused(merged_away(merged_into, by))
    found: date | None = deceased_on
    return found


def merged_away(survivor_id: int, by: User) -> Reason:
    """Return that a record was merged into another one, which is named for who may see it."""
    said = _(
        "This record was merged into the record of %(name)s meanwhile. Nothing was changed. Open that one, and look there what was given."
    )
    hidden = _(
        "This record was merged into one that you may not see. Nothing was changed. Tell the prescriber and your privacy officer now."
    )
    return _named(said, hidden, survivor_id, by, "merged")


def refuse_unless_still(held_id: int, patient_id: int, by: User) -> None:
    """Refuse what was begun on one record and is another's by now: what is held is then not whom it is about."""
    if held_id == patient_id:
        return
    said = _(
        "This order is on the record of %(name)s now: records were merged, or a merge was undone. Nothing was changed. "
        "Open it there, and check who stands before you."
    )
    hidden = _(
        "This order is on a record now that you may not see: records were merged, or a merge was undone. Nothing was changed. "
        "Tell the prescriber and your privacy officer now."
    )
    raise Refused(_named(said, hidden, patient_id, by, "moved"))


def _named(said: str, hidden: str, patient_id: int, by: User, code: str) -> Reason:
    """Return a sentence with the name of the record that stays at last, or another one when it may not be named."""
    row = Patient.objects.select_related("merged_into").get(pk=patient_id)
    while row.merged_into is not None:
        row = row.merged_into
    if any(people.filter(pk=row.pk).exists() for people in (patients_seen_by(by), patients_dosed_by(by))):
        return Reason(said % {"name": row.legal_name}, code=code)
    return Reason(hidden, code=code)
