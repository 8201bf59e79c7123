"""Ask who cares for a person."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Membership
from casemgr.core.ui.forms import offer_rows
from casemgr.core.ui.verb_forms import DAY
from patients.episodes.forms import AdmitForm


def colleague(membership: Membership) -> str:
    """Return name and role of a colleague."""
    return f"{membership.user.full_name}, {membership.get_role_display()}"


class TakeIntoCareForm(AdmitForm):
    """Ask for an admission and who is in charge of the person's care."""

    in_charge = forms.ModelChoiceField(
        label=_("In charge"),
        queryset=Membership.objects.none(),
        required=False,
        empty_label=_("Decide later"),
        help_text=_("Case managers, therapists and peer workers see only the people whose care team they are on."),
    )

    def __init__(self, *args: Any, colleagues: QuerySet[Membership], **kwargs: Any) -> None:
        """Offer these colleagues."""
        super().__init__(*args, **kwargs)
        offer_rows(self, "in_charge", colleagues)
        self.fields["in_charge"].label_from_instance = colleague  # type: ignore[attr-defined]


class AssignForm(forms.Form):
    """Ask who joins a care team, since when, and whether they are in charge."""

    member = forms.ModelChoiceField(label=_("Who"), queryset=Membership.objects.none())
    since = forms.DateField(label=_("Since"), widget=DAY)
    is_lead = forms.BooleanField(label=_("Is in charge"), required=False, help_text=_("Takes over from who is in charge now."))

    def __init__(self, *args: Any, colleagues: QuerySet[Membership], today: date, **kwargs: Any) -> None:
        """Offer these colleagues, and today."""
        super().__init__(*args, **kwargs)
        offer_rows(self, "member", colleagues)
        self.fields["member"].label_from_instance = colleague  # type: ignore[attr-defined]
        self.fields["since"].initial = today

    @property
    def place(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        member: Membership = self.cleaned_data["member"]
        return {"user": member.user, "role": member.role, "since": self.cleaned_data["since"], "is_lead": self.cleaned_data["is_lead"]}
