"""Change who works here, where, and what each may do."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Closure, Membership, OpeningHours, Program, Purpose, Site, User, UserKind
from casemgr.core.accounts.rules import Can, Role
from casemgr.core.action import action
from casemgr.core.directory.models import Organization
from casemgr.core.messaging.rules import revealing_words
from casemgr.core.refusals import Reason, Refused


@action(Can.FOUND_PROGRAM)
def found_program(*, name: str, time_zone: str, email: str, full_name: str, password: str, by: User, at: datetime) -> Program:
    """Open the first program and name its administrator.

    Every later right is given by somebody who holds one; this is where the first comes from, so it works only once.
    """
    if Membership.objects.filter(role=Role.ADMINISTRATOR).exists():
        raise Refused(Reason(_("There is an administrator already. Ask them to open the program."), code="founded"))
    program = Program.objects.create(name=name, time_zone=time_zone)
    administrator = User(email=email.lower(), full_name=full_name)
    administrator.set_password(password)
    administrator.save()
    starts_on = at.astimezone(program.zone).date()
    Membership.objects.create(user=administrator, program=program, role=Role.ADMINISTRATOR, starts_on=starts_on)
    return program


@action(Can.ADMINISTER_ACCOUNTS)
def add_program(
    *,
    name: str,
    by: User,
    at: datetime,
    neutral_name: str = "Health Center",
    callback_phone: str = "",
    time_zone: str = "America/New_York",
) -> Program:
    """Open a program."""
    if Program.objects.filter(name=name).exists():
        raise Refused(Reason(_("There is already a program of this name."), field="name"))
    return Program.objects.create(name=name, neutral_name=neutral_name, callback_phone=callback_phone, time_zone=time_zone)


@action(Can.ADMINISTER_ACCOUNTS)
def add_site(*, program: Program, name: str, by: User, at: datetime, time_zone: str = "", address: str = "", phone: str = "") -> Site:
    """Open a site of a program."""
    if Site.objects.filter(program=program, name=name).exists():
        raise Refused(Reason(_("The program already has a site of this name."), field="name"))
    return Site.objects.create(program=program, name=name, time_zone=time_zone or program.time_zone, address=address, phone=phone)


@action(Can.ADMINISTER_ACCOUNTS)
def set_opening_hours(
    *, site: Site, hours: Iterable[tuple[int, time, time]], by: User, at: datetime, purpose: str = Purpose.CLINIC
) -> list[OpeningHours]:
    """Say anew when a site is open for a purpose: (weekday with 0 as Monday, from, until), in the site's own time."""
    rows = [OpeningHours(site=site, purpose=purpose, weekday=weekday, opens=opens, closes=closes) for weekday, opens, closes in hours]
    wrong = [row for row in rows if row.opens >= row.closes]
    if wrong:
        raise Refused(Reason(_("A site must open before it closes."), field="hours"))
    Site.objects.select_for_update().get(pk=site.pk)
    OpeningHours.objects.filter(site=site, purpose=purpose).delete()
    return OpeningHours.objects.bulk_create(rows)


@action(Can.ADMINISTER_ACCOUNTS)
def close_site(*, site: Site, day: date, reason: str, by: User, at: datetime) -> Closure:
    """Say that a site stays closed on a day."""
    closure, _made = Closure.objects.update_or_create(site=site, day=day, defaults={"reason": reason})
    return closure


@action(Can.ADMINISTER_ACCOUNTS)
def reopen_site(*, closure: Closure, by: User, at: datetime) -> Site:
    """Say that a site does work on a day on which it was to stay closed; the history keeps that it was."""
    site = closure.site
    Closure.objects.filter(pk=closure.pk).delete()
    return site


@action(Can.ADMINISTER_ACCOUNTS)
def set_message_words(*, program: Program, neutral_name: str, callback_phone: str, by: User, at: datetime) -> Program:
    """Say under which neutral name a program writes, and which number whoever is reminded may call."""
    fresh = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    reasons = []
    if not callback_phone.strip():
        reasons.append(Reason(_("Without a phone to call back no reminder goes out. Write one."), field="callback_phone"))
    if revealing := revealing_words(neutral_name):
        words = {"words": ", ".join(sorted(revealing))}
        reasons.append(Reason(_("This name gives away what kind of place it is: %(words)s.") % words, field="neutral_name"))
    if reasons:
        raise Refused(*reasons)
    fresh.neutral_name, fresh.callback_phone = neutral_name.strip(), callback_phone.strip()
    fresh.save(update_fields=["neutral_name", "callback_phone"])
    return fresh


@action(Can.ADMINISTER_ACCOUNTS)
def add_user(
    *,
    email: str,
    full_name: str,
    by: User,
    at: datetime,
    title: str = "",
    password: str | None = None,
    kind: str = UserKind.PERSON,
    organization: Organization | None = None,
    language: str = "en",
) -> User:
    """Make somebody known here; without a password they cannot sign in."""
    if User.objects.filter(email__iexact=email).exists():
        raise Refused(Reason(_("Somebody with this e-mail address is already known here."), field="email"))
    user = User(email=email.lower(), full_name=full_name, title=title, kind=kind, organization=organization, language=language)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise Refused(Reason(_("Somebody with this e-mail address is already known here."), field="email")) from None
    return user


@action(Can.ADMINISTER_ACCOUNTS)
def grant_membership(
    *,
    user: User,
    program: Program,
    role: str,
    starts_on: date,
    by: User,
    at: datetime,
    site: Site | None = None,
    ends_on: date | None = None,
) -> Membership:
    """Give somebody a role in a program, at one site or at all of them."""
    reasons = []
    if user.pk == by.pk and Role(role) is not Role.ADMINISTRATOR:
        reasons.append(Reason(_("Nobody gives a role to themselves. Ask another administrator."), field="user"))
    if site is not None and site.program_id != program.pk:
        reasons.append(Reason(_("This site belongs to another program."), field="site"))
    if user.kind != UserKind.PERSON:
        reasons.append(Reason(_("Roles are for people; a partner system is given scopes."), field="user"))
    if reasons:
        raise Refused(*reasons)
    return Membership.objects.create(user=user, program=program, site=site, role=role, starts_on=starts_on, ends_on=ends_on)


@action(Can.ADMINISTER_ACCOUNTS)
def end_membership(*, membership: Membership, ends_on: date, by: User, at: datetime) -> Membership:
    """Take a role away from this day on."""
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if ends_on < membership.starts_on:
        raise Refused(Reason(_("The role cannot end before it began."), field="ends_on"))
    membership.ends_on = ends_on
    membership.save(update_fields=["ends_on"])
    return membership


@action(Can.ADMINISTER_ACCOUNTS)
def deactivate_user(*, user: User, by: User, at: datetime) -> User:
    """Shut somebody out at once: no sign-in, and what is open ends with the next request."""
    if user.pk == by.pk:
        raise Refused(Reason(_("Nobody shuts themselves out. Ask another administrator."), field="user"))
    user = User.objects.select_for_update().get(pk=user.pk)
    user.is_active = False
    user.save(update_fields=["is_active"])
    return user
