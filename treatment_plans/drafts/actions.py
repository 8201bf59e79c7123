"""Keep what somebody types, wipe it when it became a note, and clean up what became none."""

from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.finishing import Finished
from casemgr.core.refusals import Denied, Reason, Refused
from treatment_plans.drafts.models import Draft
from treatment_plans.drafts.queries import RIGHTS, is_open_to, person_seen
from treatment_plans.drafts.rules import KEEP, MOST_CHARACTERS, Words, what_of


@action(Can.SEE_OWN_ACCOUNT)
def save_draft(*, key: str, words: Words, version: int, by: User, at: datetime) -> int:
    """Keep what somebody has typed so far, and return the number of this change.

    Whoever has not seen the last change is refused: two windows never write over each other. The same words once more are no change.
    """
    if not is_open_to(by, key):
        raise Denied(RIGHTS.get(what_of(key), Can.WRITE_SESSION))
    if len(words.packed()) > MOST_CHARACTERS:
        raise Refused(Reason(_("This is too long to be kept. Save it as a note."), code="too_long"))
    held = _held(key, by, at)
    known = held.words
    if known is not None and known.says_the_same(words):
        return held.version
    if held.version != version:
        raise Refused(Reason(_("Another window holds other words for this form."), code="elsewhere"))
    held.seal(words)
    return _count_on(held, at)


@action(Can.SEE_OWN_ACCOUNT)
def drop_draft(*, key: str, by: User, at: datetime) -> None:
    """Wipe what somebody typed, because it was saved as a note or is not wanted; its number stays, so that nothing late brings it back."""
    held = _held(key, by, at)
    held.seal(None)
    _count_on(held, at)


@action(Can.SEE_OWN_ACCOUNT)
def finish_draft(*, draft: Finished, by: User, at: datetime) -> None:
    """Wipe what becomes a note within the transaction that writes the note: of two windows only one saves it.

    A window that told no number (its browser runs no script) is let through.
    """
    held = _held(draft.key, by, at)
    if draft.version is not None and draft.version != held.version:
        gone = _("This was saved meanwhile in another window, or thrown away there. Look at what is saved before you save it again.")
        other = _("Another window holds other words for this form.")
        raise Refused(Reason(other if held.sealed is not None else gone, code="elsewhere"))
    held.seal(None)
    _count_on(held, at)


@action(Can.RUN_SCHEDULE)
def clean_drafts(*, by: User, at: datetime) -> int:
    """Delete what nobody has touched for thirty days, and return how many there were."""
    deleted, _each = Draft.objects.filter(recorded_at__lt=at - KEEP).delete()
    return deleted


def _held(key: str, by: User, at: datetime) -> Draft:
    """Return the row of a form, locked; there is one from now on."""
    rows = Draft.objects.select_for_update(no_key=True, of=("self",)).filter(recorded_by=by, key=key)
    held = rows.first()
    if held is None:
        made = Draft(recorded_by=by, key=key, patient=person_seen(by, key), recorded_at=at)
        Draft.objects.bulk_create([made], ignore_conflicts=True)  # another window may have made it at the same moment
        held = rows.get()
    return held


def _count_on(held: Draft, at: datetime) -> int:
    """Write a row down under its next number."""
    held.version += 1
    held.recorded_at = at
    held.save(update_fields=["version", "recorded_at", "sealed"])
    return held.version
