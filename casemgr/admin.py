"""Open the record room with the tables of every storey."""

from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.contrib.admin import display
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from casemgr.api.actions import change_client_secret, let_client_ask_again, register_client, stop_client
from casemgr.api.scopes import SCOPES
from casemgr.core.accounts.models import ApiClient, Closure, Membership, OpeningHours, Program, Site, User, UserKind
from casemgr.core.accounts.queries import programs_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.administration.accounts.actions import (
    add_program,
    add_site,
    add_user,
    close_site,
    deactivate_user,
    end_membership,
    grant_membership,
)
from casemgr.core.administration.agreements.actions import end_agreement
from casemgr.core.administration.directory.actions import add_organization, change_organization
from casemgr.core.agreements.models import Agreement
from casemgr.core.agreements.queries import agreements_seen_by
from casemgr.core.audit.models import AuditEvent
from casemgr.core.directory.models import Organization, Practitioner
from casemgr.core.messaging.models import Message
from casemgr.core.outbox.models import Fact
from casemgr.core.policies.models import PolicyStatement
from casemgr.core.policies.queries import area_name, statements_seen_by
from casemgr.core.ui.admin_site import RecordRoom
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin
from casemgr.core.ui.verb_forms import SeenChoiceField, VerbForm, day_field, form_of, form_with
from casemgr.desk.audit.queries import events_seen_by
from patients.admin import ADMINS as PATIENT_ADMINS
from patients.caseload.queries import is_seen_by
from patients.consent.models import PurposeOfUse
from referrals.admin import ADMINS as REFERRAL_ADMINS
from treatment_plans.admin import ADMINS as TREATMENT_ADMINS


def programs_of(user: User) -> QuerySet[Program]:
    """Return the programs that a user administers; to work in another one is not enough."""
    return programs_reached(user, Can.ADMINISTER_ACCOUNTS)


def all_sites_of(user: User) -> QuerySet[Site]:
    """Return the sites of the programs that a user administers, closed ones too."""
    return Site.objects.filter(program__in=programs_of(user))


def accounts_of(user: User) -> QuerySet[User]:
    """Return everybody with a role, past or present, in the administrator's programs, and those who have no role yet."""
    members = Membership.objects.filter(program__in=programs_of(user))
    unplaced = Q(kind=UserKind.PERSON) & ~Q(pk__in=Membership.objects.values("user"))
    return User.objects.filter(Q(pk__in=members.values("user")) | unplaced)


class AccountsAdmin(RecordAdmin):
    """Show what administrators look after."""

    view_rights = (Can.ADMINISTER_ACCOUNTS,)


class ProgramAdmin(AccountsAdmin):
    """Show programs."""

    list_display = ("name", "neutral_name", "time_zone", "is_part2")
    search_fields = ("name",)
    shown = ("name", "neutral_name", "callback_phone", "is_part2", "time_zone")
    add_verb = AdminVerb(add_program, _("Open a program"), form_of(Program, "name", "neutral_name", "callback_phone", "time_zone"))

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the administrator's programs."""
        return programs_of(user)


class SiteAdmin(AccountsAdmin):
    """Show sites."""

    list_select_related = ("program",)
    list_display = ("name", "program", "time_zone", "phone", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    shown = ("program", "name", "time_zone", "address", "phone", "is_active")
    add_verb = AdminVerb(
        add_site,
        _("Open a site"),
        form_of(Site, "name", "time_zone", "address", "phone", first={"program": SeenChoiceField(programs_of, label=_("Program"))}),
    )

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the sites of the administrator's programs."""
        return all_sites_of(user)


class OpeningHoursAdmin(AccountsAdmin):
    """Show when sites are open."""

    list_select_related = ("site",)
    list_display = ("site", "purpose", "weekday", "opens", "closes")
    list_filter = ("purpose",)
    shown = ("site", "purpose", "weekday", "opens", "closes")

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the hours of the administrator's sites."""
        return OpeningHours.objects.filter(site__in=all_sites_of(user))


class ClosureAdmin(AccountsAdmin):
    """Show on which days sites are closed."""

    list_select_related = ("site",)
    list_display = ("site", "day", "reason")
    search_fields = ("reason",)
    shown = ("site", "day", "reason")
    add_verb = AdminVerb(
        close_site,
        _("Close a site for a day"),
        form_of(Closure, "day", "reason", first={"site": SeenChoiceField(all_sites_of, label=_("Site"))}),
    )

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the closures of the administrator's sites."""
        return Closure.objects.filter(site__in=all_sites_of(user))


class AddUserForm(form_of(User, "email", "full_name", "title", "language")):  # type: ignore[misc]
    """Ask who the new colleague is; the first password is told in person."""

    password = forms.CharField(label=_("First password"), min_length=12, required=False, widget=forms.PasswordInput)

    def facts(self) -> dict[str, Any]:
        """Return the arguments; no password means no sign-in."""
        facts = super().facts()
        return {**facts, "password": facts["password"] or None}


class UserAdmin(AccountsAdmin):
    """Show who works here."""

    list_select_related = False
    list_display = ("full_name", "email", "title", "kind", "is_active", "last_login")
    list_filter = ("is_active", "kind")
    search_fields = ("full_name", "email")
    shown = ("full_name", "email", "title", "kind", "language", "organization", "is_active", "last_login", "date_joined")
    add_verb = AdminVerb(add_user, _("Add a colleague"), AddUserForm)
    verbs = (AdminVerb(deactivate_user, _("Shut out"), VerbForm, "user", lambda row: row.is_active),)

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the people of the administrator's programs."""
        return accounts_of(user)


class MembershipAdmin(AccountsAdmin):
    """Show who holds which role, where and until when."""

    list_select_related = ("user", "program", "site")
    list_display = ("user", "role", "program", "site", "starts_on", "ends_on")
    list_filter = ("role",)
    search_fields = ("user__full_name", "user__email")
    shown = ("user", "role", "program", "site", "starts_on", "ends_on")
    add_verb = AdminVerb(
        grant_membership,
        _("Give a role"),
        form_of(
            Membership,
            "role",
            "starts_on",
            "ends_on",
            first={
                "user": SeenChoiceField(accounts_of, label=_("Who")),
                "program": SeenChoiceField(programs_of, label=_("Program")),
                "site": SeenChoiceField(all_sites_of, label=_("Site"), required=False, help_text=_("None means all sites.")),
            },
        ),
    )
    verbs = (
        AdminVerb(
            end_membership,
            _("Take the role away"),
            form_with(ends_on=day_field(_("From this day on"))),
            "membership",
            lambda row: row.ends_on is None,
        ),
    )

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the roles in the administrator's programs."""
        return Membership.objects.filter(program__in=programs_of(user))


FACTS = (
    "name", "kind", "hipaa_role", "is_part2_program", "is_intermediary", "miles_away", "established_on", "identifier", "address", "phone",
    "email",
)  # fmt: skip


class OrganizationAdmin(RecordAdmin):
    """Show the organizations outside the program."""

    view_rights = (Can.MANAGE_ORGANIZATIONS, Can.SEE_CASEWORK, Can.SEE_DISCLOSURES)
    list_select_related = False
    list_display = ("name", "kind", "hipaa_role", "is_part2_program", "phone", "is_active")
    list_filter = ("kind", "hipaa_role", "is_part2_program", "is_active")
    search_fields = ("name", "identifier")
    shown = (*FACTS, "is_active")
    add_verb = AdminVerb(add_organization, _("Add an organization"), form_of(Organization, *FACTS))
    verbs = (AdminVerb(change_organization, _("Change"), form_of(Organization, *FACTS, "is_active"), "organization"),)

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return all: organizations are of no program."""
        return Organization.objects.all()


class PractitionerAdmin(RecordAdmin):
    """Show professionals elsewhere."""

    view_rights = (Can.MANAGE_ORGANIZATIONS, Can.SEE_CASEWORK)
    list_select_related = False
    list_display = ("name", "identifier", "phone", "email", "is_active")
    search_fields = ("name", "identifier")
    shown = ("name", "identifier", "phone", "email", "is_active")

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return all: professionals elsewhere are of no program."""
        return Practitioner.objects.all()


class MessageAdmin(RecordAdmin):
    """Show what was sent to whom, and what was held back and why; never the words."""

    view_rights = (Can.SEE_CASEWORK, Can.SEE_DISCLOSURES)
    list_select_related = False
    list_display = ("due_at", "channel", "template", "language", "state", "reason", "sent_at")
    list_filter = ("state", "channel")
    shown = ("channel", "template", "language", "state", "reason", "queued_at", "due_at", "attempts", "sent_at")

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the messages to patients whom the person may see."""
        return Message.objects.filter(reduce(or_, (is_seen_by(user, can=right, patient="patient_id") for right in self.view_rights)))


class FactAdmin(RecordAdmin):
    """Show what waits to be reacted to. Whose life it is about is no business of who looks after the machine."""

    view_rights = (Can.ADMINISTER_ACCOUNTS,)
    list_select_related = False
    list_display = ("kind", "state", "due_at", "done_at", "attempts", "outcome")
    list_filter = ("state",)
    search_fields = ("kind",)
    shown = ("kind", "state", "recorded_at", "due_at", "done_at", "attempts", "leased_until", "outcome")

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return all, without what they say."""
        return Fact.objects.defer("payload", "key")


class AuditEventAdmin(RecordAdmin):
    """Show who did or saw what."""

    view_rights = (Can.SEE_AUDIT,)
    list_select_related = False
    list_display = ("at", "actor_name", "verb", "outcome", "subject", "door", "address", "chart")
    list_filter = ("outcome",)
    search_fields = ("actor_name", "verb")
    shown = ("at", "actor_name", "verb", "outcome", "subject", "reason", "detail", "door", "address", "request_id")

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the events that the person may look into."""
        return events_seen_by(user)

    @display(description=_("patient"))
    def chart(self, row: Any) -> SafeString | str:
        """Return the way to the list of everything that happened to this record."""
        if row.patient_key is None:
            return ""
        return format_html('<a href="{}?patient={}">{}</a>', reverse("audit:list"), row.patient_key, _("All of this person"))


class AgreementAdmin(RecordAdmin):
    """Show agreements; a new one is put on file on its own page, with its paper."""

    view_rights = (Can.MANAGE_ORGANIZATIONS,)
    list_select_related = ("organization", "program")
    list_display = ("organization", "kind", "program", "signed_on", "expires_on", "ended_on")
    list_filter = ("kind",)
    search_fields = ("organization__name",)
    shown = (
        "program", "organization", "kind", "services", "signed_on", "expires_on", "signed_for_them", "bound_by_part2",
        "resists_proceedings", "ended_on", "end_reason", "recorded_at", "recorded_by",
    )  # fmt: skip
    verbs = (
        AdminVerb(
            end_agreement,
            _("End early"),
            form_with(ended_on=day_field(_("From this day on")), reason=forms.CharField(label=_("Why it ends early"), max_length=200)),
            "agreement",
            lambda row: row.ended_on is None,
        ),
    )

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the agreements of the programs in which the person looks after organizations."""
        return agreements_seen_by(user)


class PolicyStatementAdmin(RecordAdmin):
    """Show what was ever stated about policies; a new statement is made on its own page."""

    view_rights = (Can.OVERSEE_PRIVACY,)
    list_select_related = ("program",)
    list_display = ("area_in_words", "kind", "title", "stated_on", "review_on", "program")
    list_filter = ("kind",)
    search_fields = ("area", "title")
    shown = (
        "program", "area_in_words", "edition", "kind", "title", "kept_at", "in_force_since", "words", "stated_on", "review_on", "signed_as",
        "recorded_at", "recorded_by",
    )  # fmt: skip

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the statements of the programs whose privacy the person oversees."""
        return statements_seen_by(user)

    @display(description=_("area"))
    def area_in_words(self, row: Any) -> str:
        """Name the area as the checklist does."""
        return area_name(row.area)


def _secret() -> forms.CharField:
    return forms.CharField(label=_("Secret"), widget=forms.PasswordInput(attrs={"autocomplete": "off"}))


class RegisterClientForm(form_of(ApiClient, "name", "client_id", "rests_on")):  # type: ignore[misc]  # made from the table
    """Ask which partner's system may ask, for what, and how much at most."""

    organization = SeenChoiceField(lambda _user: Organization.objects.filter(is_active=True), label=_("On behalf of"))
    client_secret = _secret()
    purpose = forms.ChoiceField(label=_("What for"), choices=PurposeOfUse.choices)
    scopes = forms.MultipleChoiceField(label=_("Scopes"), choices=list(SCOPES.items()), widget=forms.CheckboxSelectMultiple)


class ApiClientAdmin(AccountsAdmin):
    """Show the systems of partners; let them in, give them another secret, shut them out."""

    list_select_related = ("organization", "user")
    list_display = ("name", "organization", "purpose", "rests_on", "may_ask")
    list_filter = ("rests_on",)
    search_fields = ("name", "client_id")
    shown = ("name", "client_id", "organization", "purpose", "scopes", "rests_on", "may_ask")
    add_verb = AdminVerb(register_client, _("Let a partner's system in"), RegisterClientForm)
    verbs = (
        AdminVerb(change_client_secret, _("Give it another secret"), form_with(client_secret=_secret()), "client"),
        AdminVerb(stop_client, _("Shut it out"), VerbForm, "client", lambda row: row.user.is_active),
        AdminVerb(let_client_ask_again, _("Let it in again"), VerbForm, "client", lambda row: not row.user.is_active),
    )

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return all, without their secrets: partners are of no program."""
        return ApiClient.objects.defer("client_secret")

    @display(description=_("may ask"), boolean=True)
    def may_ask(self, row: Any) -> bool:
        """Say whether it was shut out."""
        return bool(row.user.is_active)


GROUND: dict[type[Model], type[RecordAdmin]] = {
    Agreement: AgreementAdmin,
    ApiClient: ApiClientAdmin,
    Program: ProgramAdmin,
    Site: SiteAdmin,
    OpeningHours: OpeningHoursAdmin,
    Closure: ClosureAdmin,
    User: UserAdmin,
    Membership: MembershipAdmin,
    Organization: OrganizationAdmin,
    Practitioner: PractitionerAdmin,
    PolicyStatement: PolicyStatementAdmin,
    Message: MessageAdmin,
    Fact: FactAdmin,
    AuditEvent: AuditEventAdmin,
}

record_room = RecordRoom()
for tables in (PATIENT_ADMINS, TREATMENT_ADMINS, REFERRAL_ADMINS, GROUND):
    for model, admin in tables.items():
        record_room.register(model, admin)
