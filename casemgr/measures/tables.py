"""Lay out the lists behind the figures."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from casemgr.measures.lists import Line


class LinesTable(tables.Table):
    """Show who, what, why, where and when."""

    patient = tables.TemplateColumn(template_name="desk/cells/patient.html", verbose_name=_("Who"), orderable=False)
    what = tables.TemplateColumn(template_name="desk/cells/state.html", verbose_name=_("What"), orderable=False)
    detail = tables.Column(verbose_name=_("Why"), orderable=False)
    site = tables.Column(verbose_name=_("Site"), orderable=False)
    when = tables.TemplateColumn(template_name="desk/cells/when.html", verbose_name=_("When"), orderable=False)

    next_url = ""
    previous_url = ""
    empty_help = _("Choose another site or a longer period.")

    class Meta:
        empty_text = _("Nobody and nothing is counted here")
        row_attrs = {"data-state": lambda record: record.kind if record.kind in {"warn", "stop"} else None}

    def render_detail(self, record: Line) -> str:
        """Leave no dash where there is nothing to say."""
        return str(record.detail)


class SessionLinesTable(LinesTable):
    """Show sessions, which belong to nobody alone."""

    class Meta(LinesTable.Meta):
        exclude = ("patient",)
        sequence = ("what", "detail", "site", "when")


class DoseLinesTable(LinesTable):
    """Show dose days: given or not is all there is to say."""

    class Meta(LinesTable.Meta):
        exclude = ("detail",)
        sequence = ("patient", "what", "site", "when")
