"""Find what waits for a signature: one's own notes, those that came back, those to co-sign, and whose wait longest."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casemgr.core.accounts.rules import Can
from casemgr.desk.today.calendar import LOOK_BACK
from casemgr.desk.today.scope import Scope
from casemgr.desk.today.sections import MOST_ROWS, Row, Section, section, way
from treatment_plans.appointments.models import Appointment
from treatment_plans.appointments.queries import appointments_seen_by
from treatment_plans.sessions.queries import kept_without_note, unsigned_for
from treatment_plans.signing.queries import (
    answers_to,
    by_age,
    cosignatures_by_author,
    returned_to,
    to_cosign,
    unsigned_by_author,
    unsigned_in,
)

AGES: dict[int, tuple[str, str | Promise]] = {
    0: ("", ""),
    1: ("note", gettext_lazy("Over a day")),
    2: ("warn", gettext_lazy("Over three days")),
    3: ("stop", gettext_lazy("Over a week")),
}
"""How an unsigned note looks, by its band of age."""


def unsigned_notes(scope: Scope) -> Section:
    """Find my notes that wait for me: those that came back with a comment, those nobody wrote yet, then the unsigned, the oldest first."""
    returned = list(returned_to(scope.user)[: MOST_ROWS + 1])
    waiting = list(unsigned_for(scope.user)[: MOST_ROWS + 1])
    return section(
        "unsigned",
        gettext_lazy("Notes to write and sign"),
        "signature",
        [
            *(_returned(asked) for asked in returned),
            *(_not_written(appointment) for appointment in _came(scope)),
            *_unsigned(waiting, scope),
        ],
        empty=gettext_lazy("All notes are signed"),
        empty_help=gettext_lazy(
            "Who came to you and has no note yet stands here, then your own notes until they are signed, and again when one is returned."
        ),
        more_url=way("treatment_plans:unsigned"),
    )


def _came(scope: Scope) -> QuerySet[Appointment]:
    """Return who came to me in the last weeks and of whom nothing is written."""
    mine = appointments_seen_by(scope.user).filter(clinician=scope.user, starts_at__gte=scope.now - LOOK_BACK, starts_at__lte=scope.now)
    return kept_without_note(mine).order_by("starts_at", "pk")[: MOST_ROWS + 1]


def _not_written(appointment: Appointment) -> Row:
    return Row(
        appointment.get_kind_display(),
        appointment.patient,
        _("came, and there is no note yet"),
        since=appointment.starts_at,
        kind="note",
        state=_("Not written"),
        step=_("Write the note"),
        url=way("treatment_plans:write_session", appointment.patient.public_id, query=f"appointment={appointment.pk}"),
    )


def _returned(asked: Any) -> Row:
    answers = answers_to(asked)
    session = asked.attendance.session
    return Row(
        session.title or session.get_kind_display(),
        asked.attendance.patient,
        answers[-1].words if answers else "",
        since=session.starts_at,
        kind="warn",
        state=_("Returned"),
        step=_("Add to it"),
        url=way("treatment_plans:add_addendum", asked.attendance_id),
    )


def _unsigned(waiting: list[Any], scope: Scope) -> Iterator[Row]:
    for band, notes in by_age(waiting, scope.now):
        kind, words = AGES[band]
        for note in notes:
            yield Row(
                note.session.title or note.session.get_kind_display(),
                note.patient,
                _("%(minutes)s minutes") % {"minutes": note.minutes} if note.minutes else "",
                since=note.session.starts_at,
                kind=kind,
                state=words,
                step=_("Sign"),
                url=way("treatment_plans:session", note.session_id),
            )


def notes_to_cosign(scope: Scope) -> Section:
    """Find the notes that wait for my co-signature, by author; whom they are about stands on the note."""
    waiting = to_cosign(scope.user).order_by("recorded_at", "pk")[: MOST_ROWS + 1]

    def row(asked: Any) -> Row:
        session = asked.attendance.session
        return Row(
            asked.author.full_name,
            None,
            f"{session.title or session.get_kind_display()} · {asked.get_because_display()}",
            since=session.starts_at,
            kind="warn" if asked.recorded_at < scope.now - timedelta(days=7) else "",
            state=_("Over a week") if asked.recorded_at < scope.now - timedelta(days=7) else "",
            step=_("Read"),
            url=way("treatment_plans:cosign_one", asked.pk),
        )

    return section(
        "cosign",
        gettext_lazy("Notes to co-sign"),
        "signature",
        (row(asked) for asked in waiting),
        empty=gettext_lazy("Nothing waits for your co-signature"),
        empty_help=gettext_lazy("Signed notes of those whom you supervise appear here."),
        more_url=way("treatment_plans:cosign"),
    )


def unsigned_by_person(scope: Scope) -> Section:
    """Find whose notes have waited longest for a signature or a co-signature; no word of the notes."""
    programs = {membership.program_id for membership in scope.user.reach(Can.ARRANGE_SUPERVISION)}
    late = unsigned_by_author(unsigned_in(programs, ended_before=scope.days_ago(1)), scope.now)[: MOST_ROWS + 1]
    unnamed = cosignatures_by_author(programs).filter(is_named=False)[: MOST_ROWS + 1]
    return section(
        "unsigned-by-person",
        gettext_lazy("Notes not signed after a day"),
        "signature",
        [*(_nobody_named(row) for row in unnamed), *(_author(row) for row in late)],
        empty=gettext_lazy("All notes older than a day are signed"),
        empty_help=gettext_lazy("Those whose notes wait appear here, not the notes."),
        more_url=way("treatment_plans:signing_overview"),
    )


def _nobody_named(row: dict[str, Any]) -> Row:
    return Row(
        row["who"],
        why=_("Notes wait for a co-signature, and no supervisor is named."),
        since=row["oldest"],
        since_words=_("oldest"),
        kind="warn",
        state=_("Nobody is named"),
        step=_("Name a supervisor"),
        url=way("treatment_plans:add_supervision"),
    )


def _author(row: dict[str, Any]) -> Row:
    oldest = max(band for band in AGES if row[f"band_{band}"])
    kind, words = AGES[oldest]
    return Row(
        row["who"],
        why=ngettext("%(count)s note", "%(count)s notes", row["notes"]) % {"count": row["notes"]},
        since=row["oldest"],
        since_words=_("oldest"),
        kind=kind,
        state=words,
        step=_("Look into it"),
        url=way("treatment_plans:signing_overview"),
    )
