"""Read who works where."""

from django.db.models import Q, QuerySet

from casemgr.core.accounts.models import Membership, Program, Site, User, UserKind
from casemgr.core.accounts.rules import Can


def programs_of(user: User) -> QuerySet[Program]:
    """Return the programs that a user works in."""
    return Program.objects.filter(pk__in={membership.program_id for membership in user.current_memberships})


def sites_of(user: User) -> QuerySet[Site]:
    """Return the sites of the programs that a user works in."""
    return Site.objects.filter(program__in=programs_of(user), is_active=True)


def programs_reached(user: User, can: Can) -> QuerySet[Program]:
    """Return the programs in which a user holds a right."""
    return Program.objects.filter(pk__in={membership.program_id for membership in user.reach(can)})


def sites_reached(user: User, can: Can) -> QuerySet[Site]:
    """Return the sites in use at which a user holds a right."""
    reach = user.reach(can)
    whole = {membership.program_id for membership in reach if membership.site_id is None}
    return Site.objects.filter(Q(program__in=whole) | Q(pk__in={membership.site_id for membership in reach}), is_active=True)


def colleagues_of(user: User) -> QuerySet[User]:
    """Return everybody who works in the same programs today."""
    members = Membership.objects.current().filter(program__in=programs_of(user))
    return User.objects.filter(pk__in=members.values("user"), kind=UserKind.PERSON, is_active=True)
