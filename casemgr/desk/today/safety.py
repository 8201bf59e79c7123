"""Find those who may be in danger: nothing on Today stands above them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.rules import Can
from casemgr.desk.today.scope import Scope
from casemgr.desk.today.sections import MOST_ROWS, Row, Section, chart_of, section, way
from patients.inquiries.models import Inquiry
from patients.inquiries.queries import in_danger_calling, in_danger_waiting
from patients.safety.models import CalledAs, RiskLevel, SafetyConcern
from patients.safety.queries import calls_upon, open_concerns_seen_by, unnamed_concerns
from patients.safety.rules import disposition_due_at


def _row(scope: Scope, concern: SafetyConcern) -> Row:
    if concern.taken_by_id == scope.user.pk:
        return _my_row(scope, concern)
    taken = _("%(name)s sees to it") % {"name": concern.taken_by} if concern.taken_by else _("nobody sees to it yet")
    return Row(
        concern.get_source_display(),
        concern.patient,
        taken,
        since=concern.opened_at,
        since_words=_("since"),
        kind="warn" if concern.level == RiskLevel.LOW and concern.taken_by_id else "stop",
        state=RiskLevel(concern.level).label,
        step=_("See to it"),
        url=way("patients:safety", concern.patient.public_id),
    )


def _my_row(scope: Scope, concern: SafetyConcern) -> Row:
    """Say to whoever took a concern until when its disposition is written, before anybody else hears that it is not."""
    due_at = disposition_due_at(level=concern.level, since=concern.risen_at or concern.opened_at)
    is_late = due_at <= scope.now
    return Row(
        concern.get_source_display(),
        concern.patient,
        _("you see to it; what was done is not written yet, and the directors are called") if is_late else _("you see to it"),
        since=due_at,
        since_words=_("by"),
        kind="warn" if concern.level == RiskLevel.LOW and not is_late else "stop",
        state=_("Late") if is_late else RiskLevel(concern.level).label,
        step=_("Write what was done"),
        url=way("patients:safety", concern.patient.public_id),
    )


def _unnamed_row(concern: SafetyConcern) -> Row:
    """Say that somebody waits, without saying who."""
    return Row(
        _("Somebody at %(site)s") % {"site": concern.patient.registered_site},
        None,
        _("nobody could be named"),
        since=concern.opened_at,
        since_words=_("since"),
        kind="stop",
        state=_("Safety concern"),
        step=_("See to it"),
        url=way("patients:safety_concerns"),
    )


def _unknown_row(inquiry: Inquiry) -> Row:
    """Say that somebody who asked for help may be in danger, and that one was called oneself."""
    return Row(
        str(inquiry),
        None,
        _("asked for help and may be in danger; you were called"),
        since=inquiry.call_by,
        since_words=_("since"),
        kind="stop",
        state=_("At once"),
        step=_("Call back"),
        url=way("patients:inquiry", inquiry.pk),
    )


def open_concerns(scope: Scope) -> Section:
    """Find the open concerns, the gravest first; those for whom nobody could be named stand above all, without a name.

    Above them stands whoever asked for help, may be in danger and has no chart, if one was called about them.
    """
    unknown = [_unknown_row(inquiry) for inquiry in in_danger_calling(scope.user)[:MOST_ROWS]]
    unnamed = [_unnamed_row(concern) for concern in unnamed_concerns(scope.user)[:MOST_ROWS]]
    seen = open_concerns_seen_by(scope.user, can=Can.ASSESS_SAFETY)[: MOST_ROWS + 1]
    return section(
        "safety",
        gettext_lazy("Open safety concerns"),
        "flag",
        [*unknown, *unnamed, *(_row(scope, concern) for concern in seen)],
        empty=gettext_lazy("No open safety concern"),
        empty_help=gettext_lazy("A concern appears here the moment an answer, an observation or a call for help raises it."),
        more_url=way("patients:safety_concerns"),
    )


def _waiting_row(inquiry: Inquiry) -> Row:
    """Say to a director that nobody has seen to somebody who asked for help, without saying who."""
    has_it = _("%(name)s has it, and nothing is written yet") % {"name": inquiry.in_hand} if inquiry.in_hand else _("nobody has taken it")
    return Row(
        _("A call for help at %(site)s waits") % {"site": inquiry.site},
        None,
        has_it,
        since=inquiry.call_by,
        since_words=_("since"),
        kind="stop",
        state=_("Call somebody"),
    )


def called_as_supervisor(scope: Scope) -> Section:
    """Find the concerns about which I was called because nobody took them, or nothing was written in time."""
    calls = calls_upon(scope.user, as_whom=CalledAs.SUPERVISOR)[: MOST_ROWS + 1]

    def row(concern: SafetyConcern) -> Row:
        return Row(
            _("A safety concern waits"),
            concern.patient,
            _("%(name)s sees to it, and nothing is written yet") % {"name": concern.taken_by}
            if concern.taken_by
            else _("nobody has taken it"),
            since=concern.opened_at,
            since_words=_("since"),
            kind="stop",
            state=_("Call somebody"),
            step=_("Open chart"),
            url=chart_of(concern.patient),
        )

    return section(
        "safety",
        gettext_lazy("Safety concerns that wait"),
        "flag",
        [*(_waiting_row(inquiry) for inquiry in in_danger_waiting(scope.user)[:MOST_ROWS]), *(row(concern) for concern in calls)],
        empty=gettext_lazy("Every safety concern is seen to"),
        empty_help=gettext_lazy("You are named here when nobody takes a concern, or nothing is written about it in time."),
    )
