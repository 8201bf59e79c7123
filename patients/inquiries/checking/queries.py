"""Say in sentences what stands against an inquiry, a step about it or a screening visit."""

from datetime import datetime

from django.db.models import Choices, Model
from django.utils.translation import gettext as _

from casemgr.core.refusals import Reason
from patients.inquiries.models import AskedBy, AskedFor, Asker, Inquiry, InterimHelp, Pace, ScreeningOutcome, StepKind

CHOICES: dict[str, type[Choices]] = {"asker": Asker, "came_by": AskedBy, "asks_for": AskedFor, "pace": Pace}


def contradictions(inquiry: Inquiry, at: datetime) -> list[Reason]:
    """Return what cannot be true of an inquiry."""
    reasons = _unknown_codes(inquiry, CHOICES)
    today = at.astimezone(inquiry.site.zone).date()
    checks = (
        (inquiry.received_at > at, "received_at", _("The moment lies in the future.")),
        (bool(inquiry.birth_date and inquiry.birth_date > today), "birth_date", _("The date of birth lies in the future.")),
        (
            inquiry.language == "other" and not inquiry.language_name,
            "language_name",
            _("Write which language the person speaks."),
        ),
        (
            not inquiry.call_back and (inquiry.may_leave_message or inquiry.may_text),
            "call_back",
            _("Write the number at which a message may be left or texted."),
        ),
    )
    return reasons + [Reason(text, field=field) for holds, field, text in checks if holds]


def _unknown_codes(row: Model, choices: dict[str, type[Choices]]) -> list[Reason]:
    """Return the fields that hold no code of theirs."""
    return [
        Reason(_("Choose one of the answers."), field=name) for name, known in choices.items() if getattr(row, name) not in known.values
    ]


def against_step(kind: str, given_help: str, happened_at: datetime, at: datetime) -> list[Reason]:
    """Return what stands against a step."""
    checks = (
        (kind not in StepKind.values, "kind", _("Say what was done.")),
        (kind == StepKind.INTERIM and given_help not in InterimHelp.values, "given_help", _("Say which help was given.")),
        (happened_at > at, "happened_at", _("The moment lies in the future.")),
    )
    return [Reason(text, field=field) for holds, field, text in checks if holds]


def against_visit(row: Inquiry, outcome: str, where_to: str, held_at: datetime, at: datetime) -> list[Reason]:
    """Return what stands against a screening visit."""
    sends_on = outcome in (ScreeningOutcome.REFER, ScreeningOutcome.NOT_FOR_US)
    checks = (
        (row.patient_id is None, "", _("Say first who the person is: look for their record, or register them.")),
        (outcome not in ScreeningOutcome.values, "outcome", _("Say what the visit came to.")),
        (sends_on and not where_to.strip(), "where_to", _("Write where the person was sent.")),
        (held_at > at, "held_at", _("The moment lies in the future.")),
    )
    return [Reason(text, field=field) for holds, field, text in checks if holds]
