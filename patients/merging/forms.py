"""Ask how it is known that two records are one person's, or two people's."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.ui.forms import asked


class MergeForm(forms.Form):
    """Ask how it is known, and that the comparison was read."""

    reason = asked(
        forms.CharField(
            label=_("How is it known that this is one person?"),
            widget=forms.Textarea(attrs={"rows": 3}),
            required=False,
            help_text=_("Identity papers seen, what the person told, who was asked."),
        )
    )
    compared = forms.BooleanField(label=_("I compared both records above."))


class UndoForm(forms.Form):
    """Ask why two people were taken for one."""

    reason = asked(
        forms.CharField(label=_("How is it known that these are two people?"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    )
