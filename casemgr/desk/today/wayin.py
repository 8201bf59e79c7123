"""Find who asked for help and waits to be called, to whom help is owed while waiting, and what an admission still lacks."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casemgr.core.accounts.rules import Can
from casemgr.desk.today.scope import Scope
from casemgr.desk.today.sections import MOST_ROWS, Row, Section, section, way
from patients.caseload.queries import patients_seen_by
from patients.episodes.models import Episode
from patients.episodes.queries import incomplete_admissions
from patients.inquiries.models import Asker, Inquiry, Pace, WaitlistPlace
from patients.inquiries.queries import help_owed, to_call_back


def calls_to_return(scope: Scope) -> Section:
    """Find the inquiries to call back, the most pressing first; danger to life stands on top."""
    rows = to_call_back(scope.user)[: MOST_ROWS + 1]

    def row(inquiry: Inquiry) -> Row:
        is_late = inquiry.call_by < scope.now
        kind, word = ("stop", _("At once")) if inquiry.pace == Pace.NOW else ("warn", _("Late")) if is_late else ("", "")
        asks = "" if inquiry.asker == Asker.PERSON else inquiry.get_asker_display()
        why = ", ".join(filter(None, (inquiry.get_asks_for_display(), asks, _("Do not say who calls") if inquiry.say_nothing else "")))
        return Row(
            _("Inquiry") if inquiry.patient else str(inquiry),
            inquiry.patient,
            why,
            since=inquiry.call_by,
            since_words=_("by"),
            kind=kind,
            state=word,
            step=_("Call back"),
            url=way("patients:inquiry", inquiry.pk),
        )

    return section(
        "inquiries",
        gettext_lazy("Calls to return"),
        "phone",
        (row(inquiry) for inquiry in rows),
        empty=gettext_lazy("Nobody is to be called back"),
        empty_help=gettext_lazy("Whoever asks for help is written down under Inquiries and stays here until it is settled."),
        more_url=way("patients:inquiries"),
    )


def interim_help(scope: Scope) -> Section:
    """Find those on the waitlist to whom help is owed before there is a place; whose time is over first."""
    rows = help_owed(scope.user)[: MOST_ROWS + 1]

    def row(place: WaitlistPlace) -> Row:
        inquiry, is_late = place.inquiry, place.interim_by is not None and place.interim_by < scope.now
        return Row(
            _("On the waitlist") if inquiry.patient else str(inquiry),
            inquiry.patient,
            place.get_priority_display(),
            since=place.interim_by,
            since_words=_("by"),
            kind="stop" if is_late else "warn",
            state=_("Late") if is_late else _("Help is owed"),
            step=_("Note the help"),
            url=way("patients:inquiry", inquiry.pk),
        )

    return section(
        "interim-help",
        gettext_lazy("Help while waiting"),
        "heart-handshake",
        (row(place) for place in rows),
        empty=gettext_lazy("Nobody on the waitlist is owed help"),
        empty_help=gettext_lazy("Who is pregnant or injects appears here until help while waiting was given (within 48 hours)."),
        more_url=way("patients:waitlist"),
    )


def admissions_to_complete(scope: Scope) -> Section:
    """Find the admissions at which something was not asked yet that the state asks for."""
    stays = Episode.objects.filter(patient__in=patients_seen_by(scope.user, can=Can.ADMIT_PATIENT)).filter(scope.here(Can.ADMIT_PATIENT))
    rows = incomplete_admissions(stays).select_related("patient", "admission_facts")[: MOST_ROWS + 1]

    def row(stay: Episode) -> Row:
        facts = getattr(stay, "admission_facts", None)
        count = len(facts.missing) if facts else 0
        open_ones = ngettext("%(count)s question is open", "%(count)s questions are open", count) % {"count": count}
        return Row(
            _("Facts of the admission"),
            stay.patient,
            open_ones if facts else _("nothing was asked yet"),
            since=stay.admitted_on,
            since_words=_("admitted"),
            step=_("Ask"),
            url=way("patients:admission_facts", stay.patient.public_id, stay.pk),
        )

    return section(
        "admissions",
        gettext_lazy("Admissions to complete"),
        "clipboard-list",
        (row(stay) for stay in rows),
        empty=gettext_lazy("Every admission is complete"),
        empty_help=gettext_lazy("What the state asks of an admission (TEDS) and nobody asked yet is listed here; nothing waits for it."),
    )
