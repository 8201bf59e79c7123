"""Keep the people who work here, where they work, and what each may do there."""

import uuid
import zoneinfo
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

import pghistory
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from casemgr.core.accounts.rules import CASELOAD_ROLES, CLIENT_RIGHTS, SYSTEM_RIGHTS, Can, Role, rights_of
from casemgr.core.append_only import tracked
from casemgr.core.directory.models import Organization
from casemgr.core.sensitivity import Sensitivity

ROLE_CHOICES = [
    (Role.CASE_MANAGER.value, _("Case manager")),
    (Role.THERAPIST.value, _("Therapist")),
    (Role.PEER.value, _("Peer worker")),
    (Role.NURSE.value, _("Nurse")),
    (Role.PRESCRIBER.value, _("Prescriber")),
    (Role.FRONT_DESK.value, _("Front desk")),
    (Role.DIRECTOR.value, _("Program director")),
    (Role.PRIVACY_OFFICER.value, _("Privacy officer")),
    (Role.ADMINISTRATOR.value, _("Administrator")),
]


def check_time_zone(value: str) -> None:
    """Refuse a time zone that the zone database does not know."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(value)s” is no time zone. Write one like America/New_York."), params={"value": value})


@tracked
class Program(models.Model):
    """Name one treatment program; its records are Part 2 records unless said otherwise (42 CFR 2.11)."""

    sensitivity = Sensitivity.OPERATIONAL

    name = models.CharField(_("name"), max_length=120, unique=True)
    neutral_name = models.CharField(_("neutral name for messages"), max_length=40, default="Health Center")
    callback_phone = models.CharField(_("callback phone for messages"), max_length=40, blank=True)
    is_part2 = models.BooleanField(_("is a Part 2 program"), default=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/New_York", validators=[check_time_zone])

    class Meta:
        ordering = ["name"]
        verbose_name = _("program")
        verbose_name_plural = _("programs")

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def program_id(self) -> int:
        """Return the key under which rights are looked up."""
        return self.pk

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Return the time zone."""
        return zoneinfo.ZoneInfo(self.time_zone)


@tracked
class Site(models.Model):
    """Name one place where a program works."""

    sensitivity = Sensitivity.OPERATIONAL

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/New_York", validators=[check_time_zone])
    address = models.TextField(_("address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["program", "name"]
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [models.UniqueConstraint(fields=["program", "name"], name="site_name_is_unique_in_program")]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Return the time zone."""
        return zoneinfo.ZoneInfo(self.time_zone)


class Purpose(models.TextChoices):
    """Say what a site is open for."""

    CLINIC = "clinic", _("Visits")
    DOSING = "dosing", _("Dosing")


@tracked
class OpeningHours(models.Model):
    """Say when a site is open on one weekday, in the site's own time."""

    sensitivity = Sensitivity.PUBLIC
    may_be_deleted = True

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="opening_hours")
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices, default=Purpose.CLINIC)
    weekday = models.PositiveSmallIntegerField(_("weekday (0 is Monday)"))
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        ordering = ["site", "purpose", "weekday", "opens"]
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekday_is_monday_to_sunday"),
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="site_opens_before_it_closes"),
            models.UniqueConstraint(fields=["site", "purpose", "weekday", "opens"], name="opening_hours_said_once"),
        ]

    def __str__(self) -> str:
        """Return day and hours."""
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"

    @property
    def day_name(self) -> str:
        """Return the weekday in words."""
        return str(WEEKDAYS[self.weekday])


@tracked
class Closure(models.Model):
    """Say that a site is closed on one day: a holiday, a storm."""

    sensitivity = Sensitivity.PUBLIC
    may_be_deleted = True

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="closures")
    day = models.DateField(_("day"))
    reason = models.CharField(_("reason"), max_length=120)

    class Meta:
        ordering = ["site", "day"]
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        constraints = [models.UniqueConstraint(fields=["site", "day"], name="closure_said_once")]

    def __str__(self) -> str:
        """Return day and reason."""
        return f"{self.day}: {self.reason}"

    @property
    def program_id(self) -> int:
        """Return the program of the site."""
        return self.site.program_id


class UserKind(models.TextChoices):
    """Tell people from machines: each has an identity of its own (45 CFR 164.312(a)(2)(i))."""

    PERSON = "person", _("Person")
    SYSTEM = "system", _("The system itself")
    CLIENT = "client", _("Partner system")


class UserManager(BaseUserManager["User"]):
    """Find and make users by their e-mail address."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this address, in whatever case it was typed."""
        return self.get(email__iexact=username)

    def system(self) -> "User":
        """Return the identity under which schedule and import act."""
        return self.get(kind=UserKind.SYSTEM)


@tracked
class User(AbstractBaseUser):
    """Identify one person who works here, or one machine."""

    sensitivity = Sensitivity.OPERATIONAL

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("name"), max_length=120)
    title = models.CharField(_("title or license"), max_length=80, blank=True)
    kind = models.CharField(max_length=16, choices=UserKind.choices, default=UserKind.PERSON)
    language = models.CharField(_("language"), max_length=8, choices=[("en", "English"), ("es", "Español")], default="en")
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(_("active"), default=True)
    glass_until = models.DateTimeField(_("emergency access until"), null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]
    is_superuser = False

    class Meta:
        ordering = ["full_name", "id"]
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="system"), name="there_is_one_system"),
            models.CheckConstraint(
                condition=~Q(kind="client") | Q(organization__isnull=False), name="api_client_belongs_to_an_organization"
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.full_name or self.email

    def get_full_name(self) -> str:
        """Return the name, as Django's own pages ask for it."""
        return self.full_name

    def get_short_name(self) -> str:
        """Return the first word of the name."""
        return self.full_name.split(" ")[0]

    @cached_property
    def current_memberships(self) -> list["Membership"]:
        """Return the memberships that hold today; read once for the life of this object."""
        if self.kind != UserKind.PERSON or not self.is_active:
            return []
        return list(Membership.objects.current().filter(user=self).select_related("program", "site"))

    def roles_in(self, program_id: int | None) -> frozenset[Role]:
        """Return the roles held in this program, or in any when none is named."""
        return frozenset(Role(m.role) for m in self.current_memberships if program_id in (None, m.program_id))

    def may(self, can: Can, *, program_id: int | None = None) -> bool:
        """Say whether this user holds the right, in this program or (when none is named) in any."""
        if not self.is_active:
            return False
        if self.kind == UserKind.SYSTEM:
            return can in SYSTEM_RIGHTS
        if self.kind == UserKind.CLIENT:
            return can in CLIENT_RIGHTS
        return can in rights_of(self.roles_in(program_id))

    def reach(self, can: Can) -> list["Membership"]:
        """Return the memberships that carry the right: each opens a program or one site of it."""
        return [m for m in self.current_memberships if can in rights_of(frozenset({Role(m.role)}))]

    @property
    def role_codes(self) -> frozenset[str]:
        """Return the codes of all roles held today."""
        return frozenset(m.role for m in self.current_memberships)

    @property
    def is_staff(self) -> bool:
        """Let everybody with a role into the web admin; what they find there depends on their rights."""
        return bool(self.current_memberships)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Hold none of Django's own permissions: rights come from roles alone."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Hold none of Django's own permissions: rights come from roles alone."""
        return False


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Read memberships."""

    def current(self, on: date | None = None) -> "MembershipQuerySet":
        """Return those that hold on this day, or now by the database's own clock."""
        day: Any = on or models.functions.TruncDate(models.functions.Now())
        return self.filter(Q(starts_on__lte=day), Q(ends_on__isnull=True) | Q(ends_on__gt=day))


@tracked
class Membership(models.Model):
    """Say that a user holds a role in a program, at one site or at all of them, for a time."""

    sensitivity = Sensitivity.OPERATIONAL

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=32, choices=ROLE_CHOICES)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["user", "program", "role", "id"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="membership_ends_after_start"),
        ]

    def __str__(self) -> str:
        """Return role and program."""
        return f"{self.get_role_display()}, {self.program}"

    @property
    def is_caseload_bound(self) -> bool:
        """Say whether this role sees its own care team's patients only."""
        return Role(self.role) in CASELOAD_ROLES


class RestsOn(models.TextChoices):
    """Say what allows a partner's system to be told anything: each person's consent, or a written agreement with its organization."""

    CONSENT = "consent", _("Consent of each person")
    AGREEMENT = "agreement", _("Agreement with the organization")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["client_secret"])
class ApiClient(AbstractApplication):
    """Identify one partner's system: on whose behalf it asks, for which purpose, and how much it may ask for at most.

    It is the application of the OAuth library itself, so that a token leads to all of this in one join. Its user is its name on the record.
    """

    sensitivity = Sensitivity.OPERATIONAL

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("identity"))
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("on behalf of"))
    purpose = models.CharField(_("purpose of use"), max_length=32)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"), default=list)
    rests_on = models.CharField(_("rests on"), max_length=16, choices=RestsOn.choices, default=RestsOn.CONSENT)

    objects: ClassVar[models.Manager["ApiClient"]] = models.Manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("partner system")
        verbose_name_plural = _("partner systems")
        constraints = [
            models.CheckConstraint(
                condition=Q(authorization_grant_type="client-credentials", client_type="confidential"),
                name="api_client_proves_itself_by_a_secret",
            ),
        ]

    def is_usable(self, request: Any) -> bool:
        """Say whether this client may still be given a token."""
        return bool(self.user.is_active and self.organization.is_active)


class AnsweredRequest(models.Model):
    """Remember what a partner's request with an idempotency key was answered, so that asking again does nothing again."""

    sensitivity = Sensitivity.OPERATIONAL

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("answered request")
        verbose_name_plural = _("answered requests")
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="request_answered_once")]

    def __str__(self) -> str:
        """Return the key."""
        return self.key
