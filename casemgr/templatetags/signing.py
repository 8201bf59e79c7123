"""Show under a signed note what was added to it, asked of it and said of it: the storey of sessions knows nothing of this."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casemgr.core.accounts.rules import Can
from treatment_plans.sessions.models import Attendance, Session
from treatment_plans.signing.models import CosignRequest, SigningPolicy
from treatment_plans.signing.queries import additions_to, is_supervised_by, lateness_of, policies_of

register = template.Library()


@dataclass(frozen=True)
class Signing:
    """Hold what was added to the notes of one session, and what the reader is to them."""

    session: Session
    policies: list[SigningPolicy]
    notes: dict[int, dict[str, Any]]
    is_author: bool
    is_supervisor: bool
    may_write: bool


@register.simple_tag(takes_context=True)
def signed_notes(context: Context, session: Session) -> Signing:
    """Read what was added to the notes of a session: the same number of statements for two people and for twelve."""
    reader, program_id = context["request"].user, session.site.program_id
    is_author = session.clinician_id == reader.pk
    clinician = None if is_author or not reader.may(Can.COSIGN_NOTES, program_id=program_id) else session.clinician_id
    return Signing(
        session,
        policies_of(program_id),
        additions_to(session),
        is_author,
        clinician is not None and is_supervised_by(clinician, reader, program_id),
        reader.may(Can.WRITE_SESSION, program_id=program_id),
    )


@register.inclusion_tag("treatment_plans/signing/_in_error.html")
def note_in_error(signing: Signing, note: Attendance) -> dict[str, object]:
    """Say above a note that it was entered in error."""
    return {"in_error": signing.notes.get(note.pk, {}).get("in_error")}


@register.inclusion_tag("treatment_plans/signing/_additions.html")
def note_additions(signing: Signing, note: Attendance, acts: bool = True) -> dict[str, object]:
    """Show under a note that it was late, its addenda, who co-signed it; and to whom it belongs, what they may do."""
    found = signing.notes.get(note.pk, {})
    asked: CosignRequest | None = found.get("request")
    is_open = acts and note.signed_at is not None and signing.may_write
    return {
        "note": note,
        "late": late_words(note, signing),
        "addenda": found.get("addenda", ()),
        "asked": asked if acts else None,
        "answers": found.get("answers", ()),
        "sees_comments": signing.is_author or signing.is_supervisor,
        "may_add": is_open,
        "may_mark": is_open and "in_error" not in found and (signing.is_author or signing.is_supervisor),
    }


def late_words(note: Attendance, signing: Signing) -> str:
    """Say in words how late a note was written and signed, or nothing."""
    late = lateness_of(note, signing.session, signing.policies, at=timezone.now())
    said = []
    if late.written is not None:
        said.append(_("Written %(time)s after the session ended.") % {"time": _long(late.written)})
    if late.signed is not None:
        said.append(_("Signed %(time)s after the session ended.") % {"time": _long(late.signed)})
    return " ".join(said)


def _long(time: timedelta) -> str:
    """Return a length of time as people say it: hours up to two days, then days."""
    hours = int(time.total_seconds() // 3600)
    if hours < 48:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s day", "%(count)s days", hours // 24) % {"count": hours // 24}
