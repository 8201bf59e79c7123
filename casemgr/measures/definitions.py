"""Say what each figure counts. The words stand beside the number wherever it is shown."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True)
class Figure:
    """Name one number, what it counts, and how."""

    code: str
    counts: Words
    definition: Words
    icon: str
    is_of_now: bool = False
    """Whether it speaks of this moment and not of the chosen period."""


FIGURES: dict[str, Figure] = {
    figure.code: figure
    for figure in (
        Figure(
            "census",
            _("people in care"),
            _(
                "Episodes of care at the site that were open at the end of the last day of the period: "
                "admitted on or before it, not discharged by then."
            ),
            "users",
        ),
        Figure(
            "admissions",
            _("admissions"),
            _("Episodes of care that began in the period. A transfer from another of our sites is no admission."),
            "user-plus",
        ),
        Figure(
            "discharges",
            _("discharges"),
            _("Episodes of care that ended in the period, for whatever reason. A transfer to another of our sites is no discharge."),
            "log-out",
        ),
        Figure(
            "doses-given",
            _("dose days attended"),
            _(
                "Scheduled dose days on which a dose was given, or was in the person's hands to take at home. "
                "A day on hold counts as not attended: the person went without."
            ),
            "pill",
        ),
        Figure(
            "doses-scheduled",
            _("dose days scheduled"),
            _(
                "One for each person, substance and day on which an order ran at the site, up to yesterday. "
                "Days on which the site did not dose, by its opening hours or because it was closed, "
                "count only when a dose was given for them."
            ),
            "calendar",
        ),
        Figure(
            "doses-missed",
            _("dose days missed"),
            _("Scheduled dose days for which no dose was given."),
            "pill",
        ),
        Figure(
            "no-shows",
            _("appointments not kept"),
            _("Appointments of the period that somebody settled as “did not come”. What was cancelled by either side is not counted."),
            "calendar-x",
        ),
        Figure(
            "settled-appointments",
            _("appointments kept or not kept"),
            _("Appointments of the period that were kept or to which the person did not come; without those cancelled or not yet settled."),
            "calendar-check",
        ),
        Figure(
            "sessions",
            _("sessions held"),
            _(
                "Sessions at the site that began in the period: individual, group, family, peer support and outreach. "
                "Visits elsewhere are not counted; a meeting of a group counts once."
            ),
            "message-square",
        ),
        Figure(
            "open-tasks",
            _("open tasks"),
            _("Tasks that are open or in progress now, of people who are or were in care at the site."),
            "list-checks",
            is_of_now=True,
        ),
        Figure(
            "overdue-tasks",
            _("tasks overdue"),
            _("Open tasks whose due date has passed."),
            "list-checks",
            is_of_now=True,
        ),
    )
}
