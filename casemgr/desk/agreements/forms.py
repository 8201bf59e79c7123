"""Ask for a signed agreement, its paper, and why one ends."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.agreements.models import AgreementKind
from casemgr.core.agreements.rules import SCAN_LIMIT
from casemgr.core.directory.models import Organization
from casemgr.core.ui.forms import offer_rows
from casemgr.core.ui.verb_forms import DAY


class ScanForm(forms.Form):
    """Ask for the scanned paper."""

    scan = forms.FileField(
        label=_("The signed paper"), help_text=_("A PDF or a picture of at most 5 MB. It is kept encrypted."), required=True
    )

    def scanned(self) -> bytes | None:
        """Return the bytes of the paper; one that is too large is read no further than the verb needs to see it."""
        file = self.cleaned_data.get("scan")
        return file.read(SCAN_LIMIT + 1) if file else None


class AgreementForm(ScanForm):
    """Ask for everything that an agreement must say."""

    program = forms.ModelChoiceField(label=_("Program"), queryset=Program.objects.none())
    organization = forms.ModelChoiceField(label=_("Organization"), queryset=Organization.objects.filter(is_active=True))
    kind = forms.ChoiceField(label=_("Kind"), choices=AgreementKind.choices, widget=forms.RadioSelect)
    services = forms.CharField(label=_("Which services"), widget=forms.Textarea(attrs={"rows": 2}))
    signed_on = forms.DateField(label=_("Signed on"), widget=DAY)
    expires_on = forms.DateField(
        label=_("Ends on"),
        widget=DAY,
        help_text=_("From this day on nothing rests on it. Without an end: when to look at it again."),
    )
    signed_for_them = forms.CharField(label=_("Signed for the organization by"), required=False, max_length=120)
    bound_by_part2 = forms.BooleanField(label=_("It acknowledges that it is fully bound by 42 CFR part 2"), required=False)
    resists_proceedings = forms.BooleanField(
        label=_("It will resist, in proceedings if need be, efforts to obtain the records except as part 2 permits"), required=False
    )
    field_order = ("program", "organization", "kind", "services", "signed_on", "expires_on", "signed_for_them")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the programs in which this person looks after organizations; one alone needs no choice."""
        super().__init__(*args, **kwargs)
        programs = programs_reached(user, Can.MANAGE_ORGANIZATIONS)
        offer_rows(self, "program", programs)
        self.fields["scan"].required = False
        if len(found := list(programs[:2])) == 1:
            self.fields["program"].initial, self.fields["program"].widget = found[0], forms.HiddenInput()

    def facts(self) -> dict[str, Any]:
        """Return the arguments for the verb."""
        return {**self.cleaned_data, "scan": self.scanned()}


class EndForm(forms.Form):
    """Ask from which day on and why."""

    ended_on = forms.DateField(label=_("From this day on"), widget=DAY)
    reason = forms.CharField(label=_("Why it ends early"), max_length=200)


class NoQuestion(forms.Form):
    """Ask nothing: the press of the button is enough."""
