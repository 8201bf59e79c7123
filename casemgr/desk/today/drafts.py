"""Find what somebody has typed and not saved."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.desk.today.scope import Scope
from casemgr.desk.today.sections import MOST_ROWS, Row, Section, section, way
from treatment_plans.drafts.models import Draft
from treatment_plans.drafts.queries import address_of, title_of, unfinished_notes


def unfinished(scope: Scope) -> Section:
    """Find my notes that I began and did not save, the latest first; no word of them is shown."""
    rows = unfinished_notes(scope.user)[: MOST_ROWS + 1]

    def row(draft: Draft) -> Row:
        return Row(
            title_of(draft.key),
            draft.patient,
            since=draft.recorded_at,
            since_words=_("typed"),
            kind="note",
            state=_("Not saved"),
            step=_("Go on"),
            url=address_of(draft) or way("treatment_plans:read_draft", draft.key),
        )

    return section(
        "unfinished",
        gettext_lazy("Unfinished notes"),
        "file-pen-line",
        (row(draft) for draft in rows),
        empty=gettext_lazy("Nothing unfinished"),
        empty_help=gettext_lazy(
            "What you type into notes, plans and referrals is kept every few seconds. What you did not save stands here, for you alone."
        ),
        more_url=way("treatment_plans:drafts"),
    )
