"""Read who works where."""

from django.db.models import QuerySet

from casemgr.core.accounts.models import Membership, Program, Site, User, UserKind


def programs_of(user: User) -> QuerySet[Program]:
    """Return the programs that a user works in."""
    return Program.objects.filter(pk__in={membership.program_id for membership in user.current_memberships})


def sites_of(user: User) -> QuerySet[Site]:
    """Return the sites of the programs that a user works in."""
    return Site.objects.filter(program__in=programs_of(user), is_active=True)


def colleagues_of(user: User) -> QuerySet[User]:
    """Return everybody who works in the same programs today."""
    members = Membership.objects.current().filter(program__in=programs_of(user))
    return User.objects.filter(pk__in=members.values("user"), kind=UserKind.PERSON, is_active=True)
